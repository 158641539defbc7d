#!/bin/sh
# clang-tidy over src, with the checks of .clang-tidy. What was clean is looked at again only when the file, one that it
# includes, or the checks changed: build/tidy keeps the sums of what passed.
#   tests/tidy.sh [CHECKS [FILE...]]   CHECKS: what to take from them or add, e.g. '-clang-analyzer-*'; FILE: not all of src
# JOBS: at once, 2 when not said
set -u
cd "$(dirname "$0")/.." || exit 1
checks=${1-}
[ $# -eq 0 ] || shift
mkdir -p build/tidy || exit 1
version=$(clang-tidy --version 2>/dev/null) || { echo "clang-tidy is missing: make deps" >&2; exit 1; }
rules=$(printf '%s\n' "$version" "$checks" | cat - .clang-tidy | sha256sum | cut -c1-16)

[ $# -gt 0 ] || set -- src/*/*.c src/*/*/*.c
printf '%s\0' "$@" | xargs -0 -P"${JOBS:-2}" -n1 sh -c '
	checks=$1 rules=$2 file=$3 flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Iinclude -Isrc"
	# comments count, as NOLINT is one
	sum=$(clang $flags -E -C "$file" 2>/dev/null | sha256sum | cut -c1-32)
	passed=build/tidy/$(printf %s "$file" | tr / -).$rules
	[ "$sum" != "$(cat "$passed" 2>/dev/null)" ] || exit 0
	if out=$(clang-tidy --quiet --checks="$checks" "$file" -- $flags 2>&1); then
		echo "$sum" >"$passed"
	else
		printf "%s\n" "$out"
		exit 1
	fi' tidy "$checks" "$rules"
