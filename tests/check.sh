#!/bin/sh
# `make check`: installs what is missing, builds with gcc and clang, runs every test, and ends with "N passed, N failed".
# A stage that fails counts as one failure at least, and hides no later stage. Tests of screens, clusters and faults wait far more
# than they compute: they share one queue, and beside them, with less right to the processors, goes what only computes.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

# $1 name, the rest: a command whose success is one passed test, unless it counts for itself through TEST_COUNTS
stage() {
	name=$1
	shift
	counted=$(wc -l <"$TEST_COUNTS")
	start=$(date +%s)
	echo "== $name"
	{ "$@" || echo $? >"$dir/exit"; } 2>&1 | tee -a "$dir/said"
	rc=0
	[ ! -e "$dir/exit" ] || read -r rc <"$dir/exit"
	rm -f "$dir/exit"
	took=$(($(date +%s) - start))
	if [ "$(wc -l <"$TEST_COUNTS")" = "$counted" ]; then
		if [ $rc -eq 0 ]; then echo "$name 1 0 0" >>"$TEST_COUNTS"; else echo "$name 0 1 0" >>"$TEST_COUNTS"; fi
	elif [ $rc -ne 0 ] && ! tail -n +$((counted + 1)) "$TEST_COUNTS" | awk '{ f += $3 } END { exit f == 0 }'; then
		echo "$name 0 1 0" >>"$TEST_COUNTS"
	fi
	echo "== $name: ${took} s, exit $rc"
}

if [ "${1-}" = --beside ]; then
	dir=$2
	{ echo 10 >/proc/$$/autogroup; } 2>/dev/null # between sessions nice counts for nothing, where the kernel groups by them
	stage clang make -s -j2 CI=1 CC=clang objects
	stage layers tests/layers.sh
	stage lint tests/lint.sh
	stage fuzz tests/fuzz/run.sh 2
	exit
fi

began=$(date +%s)
dir=$(mktemp -d) || exit 1
export TEST_COUNTS="$dir/counts" TEST_TIMES="$dir/times"
: >"$TEST_COUNTS"
beside=
finish() {
	[ -z "$beside" ] || kill -- "-$beside" 2>/dev/null # a group of its own
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

stage deps tests/deps.sh
tests/leftovers.sh >"$dir/before"
stage build make -s -j2 CI=1 all
stage debug make -s -j2 CI=1 DEBUG=1 all tests
stage failpoints make -s -j2 CI=1 FAILPOINTS=1 all
stage unit tests/run.sh unit
stage replay tests/run.sh replay
stage tools tests/run.sh tools
: >"$dir/counts-beside"
mkdir "$dir/side"
TEST_COUNTS=$dir/counts-beside setsid nice -n 10 tests/check.sh --beside "$dir/side" >"$dir/beside" 2>&1 </dev/null &
beside=$!
stage tests tests/run.sh conformance,screens,cluster,faults
wait "$beside"
beside=
cat "$dir/beside"
tests/leftovers.sh >"$dir/after"
stage leftovers diff "$dir/before" "$dir/after"

echo "== the slowest tests:"
sort -rn "$TEST_TIMES" | head -n 5 | awk '{ printf "%6d s  %s\n", $1, $2 }'
echo "== in all: $(($(date +%s) - began)) s"
cat "$TEST_COUNTS" "$dir/counts-beside" | awk '{ p += $2; f += $3; s += $4 }
	END { printf "%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; printf "\n"; exit f != 0 }' >"$dir/sum"
rc=$?
# Whoever sees only the end of this sees all the same what failed.
[ $rc -eq 0 ] || {
	echo "== what failed:"
	cat "$dir/said" "$dir/side/said" | grep -E '^FAILED |^ *not ok |^lint: |error:|ERROR: |^[<>] ' | head -n 20 | cut -c 1-200
}
cat "$dir/sum"
exit $rc
