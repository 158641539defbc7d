#!/bin/sh
# tests/run.sh counts what it should: in a tree of its own, with tests that pass, fail, skip, crash and hang.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
tree=$(mktemp -d "${TMPDIR:-/tmp}/run.XXXXXX") || exit 1
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/tests/fake"
cp "$here/run.sh" "$tree/tests/run.sh"
n=0

check() { # $1 what it says, $2 wanted last line, then the test's text
	n=$((n + 1))
	rm -f "$tree/tests/fake/"*
	printf '#!/bin/sh\n%s\n' "$3" >"$tree/tests/fake/a_test.sh"
	chmod +x "$tree/tests/fake/a_test.sh"
	out=$(TEST_TIMEOUT=${4-20} TEST_COUNTS="$tree/counts" "$tree/tests/run.sh" fake 2>&1)
	rc=$?
	last=$(echo "$out" | tail -n 1)
	want_rc=0
	case $2 in *" 0 failed"*) ;; *) want_rc=1 ;; esac
	if [ "$last" = "$2" ] && [ $rc -eq $want_rc ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "# wanted '$2' and exit $want_rc, got exit $rc and:"
		echo "$out" | sed 's/^/# /'
	fi
}

echo 1..11
check counts_passes "2 passed, 0 failed" 'echo 1..2; echo ok 1 - a; echo ok 2 - b'
check counts_failures "1 passed, 1 failed" 'echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1'
check counts_skips_apart "1 passed, 0 failed, 1 skipped" 'echo 1..2; echo ok 1 - a; echo "ok 2 - b # SKIP no cloud"'
check counts_a_crash_as_one_failure "1 passed, 1 failed" 'echo 1..1; echo ok 1 - a; kill -SEGV $$'
check counts_missing_tests_as_one_failure "1 passed, 1 failed" 'echo 1..3; echo ok 1 - a'
check does_not_take_silence_for_success "0 passed, 1 failed" 'exit 0'
check ends_a_test_that_hangs "0 passed, 1 failed" 'echo 1..1; exec sleep 20' 1
n=$((n + 1))
if [ "$(sed -n 3p "$tree/counts")" = "fake 1 0 1" ]; then
	echo "ok $n - writes_its_counts"
else
	echo "not ok $n - writes_its_counts"
	sed 's/^/# /' "$tree/counts"
fi

tell() { # WHAT; the status before decides, and $out is what there is to read
	rc=$?
	n=$((n + 1))
	[ $rc -eq 0 ] && echo "ok $n - $1" && return
	echo "not ok $n - $1"
	echo "$out" | sed 's/^/# /'
}
mkdir "$tree/tests/more"
for stage in fake more; do
	printf '#!/bin/sh\necho 1..1; echo ok 1 - a\n' >"$tree/tests/$stage/b_test.sh"
	chmod +x "$tree/tests/$stage/b_test.sh"
done
rm -f "$tree/tests/fake/a_test.sh" "$tree/counts"
out=$(TEST_COUNTS="$tree/counts" TEST_TIMES="$tree/times" "$tree/tests/run.sh" fake,more 2>&1) && [ "$(echo "$out" | tail -n 1)" = "2 passed, 0 failed" ]
tell stages_share_a_queue
[ "$(cat "$tree/counts")" = "fake 1 0 0
more 1 0 0" ]
tell each_has_its_counts
[ "$(sort -k2 "$tree/times" | sed 's/^[0-9]* //')" = "fake/b
more/b" ]
tell times_are_told_by_test
