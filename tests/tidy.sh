#!/bin/sh
# clang-tidy over src, with the checks of .clang-tidy. $1: what to take from them or add, e.g. '-clang-analyzer-*'.
set -u
cd "$(dirname "$0")/.." || exit 1
find src -name '*.c' -print0 | sort -z | xargs -0 -P2 -n4 sh -c 'checks=$1; shift
	out=$(clang-tidy --quiet --checks="$checks" "$@" -- -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -Iinclude -Isrc 2>&1)
	rc=$?
	[ $rc -eq 0 ] || printf "%s\n" "$out"
	exit $rc' tidy "${1:-}"
