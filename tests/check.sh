#!/bin/sh
# `make check`: installs what is missing, builds with gcc and clang, runs every test, and ends with "N passed, N failed".
# A stage that fails counts as one failure at least, and hides no later stage.
set -u
cd "$(dirname "$0")/.." || exit 1
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL

began=$(date +%s)
TEST_COUNTS=$(mktemp)
export TEST_COUNTS
trap 'rm -f "$TEST_COUNTS"' EXIT

# $1 name, the rest: a command whose success is one passed test, unless it counts for itself through TEST_COUNTS
stage() {
	name=$1
	shift
	counted=$(wc -l <"$TEST_COUNTS")
	start=$(date +%s)
	echo "== $name"
	"$@"
	rc=$?
	took=$(($(date +%s) - start))
	if [ "$(wc -l <"$TEST_COUNTS")" = "$counted" ]; then
		if [ $rc -eq 0 ]; then echo "$name 1 0 0" >>"$TEST_COUNTS"; else echo "$name 0 1 0" >>"$TEST_COUNTS"; fi
	elif [ $rc -ne 0 ] && ! tail -n +$((counted + 1)) "$TEST_COUNTS" | awk '{ f += $3 } END { exit f == 0 }'; then
		echo "$name 0 1 0" >>"$TEST_COUNTS"
	fi
	echo "== $name: ${took} s, exit $rc"
}

left_before=$(mktemp)
left_after=$(mktemp)
left() { tests/leftovers.sh; }

stage deps tests/deps.sh
left >"$left_before"
stage build make -s -j2 CI=1 all
stage clang make -s -j2 CI=1 CC=clang objects
stage debug make -s -j2 CI=1 DEBUG=1 all tests
stage layers tests/layers.sh
stage lint tests/lint.sh
stage unit tests/run.sh unit
stage replay tests/run.sh replay
stage conformance tests/run.sh conformance
stage tools tests/run.sh tools
stage fuzz tests/fuzz/run.sh 2
stage screens tests/run.sh screens
stage cluster tests/run.sh cluster
stage failpoints make -s -j2 CI=1 FAILPOINTS=1 all
stage faults tests/run.sh faults
left >"$left_after"
stage leftovers diff "$left_before" "$left_after"
rm -f "$left_before" "$left_after"

echo "== in all: $(($(date +%s) - began)) s"
awk '{ p += $2; f += $3; s += $4 }
	END { printf "%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; printf "\n"; exit f != 0 }' "$TEST_COUNTS"
