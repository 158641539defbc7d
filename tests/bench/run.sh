#!/bin/sh
# make bench: every benchmark, each a program tests/bench/NAME_bench.c (release build) or a script tests/bench/NAME_bench.sh.
# A benchmark prints a table for people and, as its last line, one JSON object. The last line here joins them:
# {"NAME":{...},...}. Nothing passes or fails by its time; a benchmark that breaks does.
#   tests/bench/run.sh [BEGINNING OF A NAME]
# BUILD  another build directory than build
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build} filter=${1-}
out=$(mktemp) || exit 2
trap 'rm -f "$out"' EXIT
trap 'exit 130' INT TERM
joined= failed=0

for src in tests/bench/*_bench.c tests/bench/*_bench.sh; do
	[ -e "$src" ] || continue
	name=$(basename "$src")
	name=${name%_bench.*}
	case $name in "$filter"*) ;; *) continue ;; esac
	case $src in
	*.c) exe=$build/${src%.c} ;;
	*) exe=$src ;;
	esac
	echo "== $name"
	"$exe" >"$out" </dev/null
	rc=$?
	last=$(tail -n 1 "$out")
	case $last in
	"{"*"}") sed '$d' "$out" ;;
	*)
		cat "$out"
		rc=1
		;;
	esac
	if [ $rc -ne 0 ]; then
		echo "$name: broken"
		failed=1
		continue
	fi
	joined="$joined${joined:+,}\"$name\":$last"
done
echo "{$joined}"
exit $failed
