#!/bin/sh
# tests/run.sh STAGE [FILTER]: runs the tests of one stage and counts them.
#   unit, replay       the executables built from tests/STAGE/**/*_test.c, under build/debug
#   any other stage    every executable tests/STAGE/*_test.sh
# Every test prints TAP. FILTER is the beginning of a test's name, as in "base/buf".
# BUILD        another build directory than build/debug
# JOBS         how many at a time (2)
# TEST_TIMEOUT seconds for one executable (300; cluster, faults: 900)
# TEST_COUNTS  a file that gets the line "STAGE PASSED FAILED SKIPPED"
set -u

# One executable: passes in one line, everything else in full. $1 executable, $2 its name, $3 folder for results.
run_one() {
	exe=$1 name=$2 dir=$3
	log=$dir/$(echo "$name" | tr / _).log
	start=$(date +%s)
	timeout -k 5 "$TEST_TIMEOUT" "$exe" >"$log" 2>&1 </dev/null
	rc=$?
	took=$(($(date +%s) - start))
	counts=$(awk '
		/^1\.\.[0-9]+/ { sub(/^1\.\./, ""); plan += $1 + 0 }
		/^(not )?ok([ \t]|$)/ {
			if (tolower($0) ~ /# *skip/) skipped++
			else if ($1 == "ok") passed++
			else failed++
		}
		END { print passed + 0, failed + 0, skipped + 0, plan + 0 }' "$log")
	read -r passed failed skipped plan <<-END
		$counts
	END
	why=
	if [ ! -x "$exe" ]; then
		why="not built; run: make DEBUG=1 tests"
	elif [ $rc -ge 124 ] && [ $took -ge "$TEST_TIMEOUT" ]; then
		why="no end after $TEST_TIMEOUT s"
	elif [ "$failed" -eq 0 ] && [ $rc -ne 0 ]; then
		why="exit $rc without a failed test"
	elif [ $((passed + failed + skipped)) -lt "$plan" ]; then
		why="$((passed + failed + skipped)) of $plan tests reported, exit $rc"
	elif [ $((passed + failed + skipped)) -eq 0 ]; then
		why="no test reported"
	fi
	[ -z "$why" ] || failed=$((failed + 1))
	echo "$passed $failed $skipped" >>"$dir/counts"
	(
		flock 9
		if [ "$failed" -gt 0 ]; then
			echo "FAILED $name${why:+: $why}"
			sed 's/^/    /' "$log"
		else
			echo "ok     $name: $passed passed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped"), $took s"
			grep -Ei '^(not )?ok.*# *skip' "$log" | sed 's/^/       /'
		fi
	) 9>"$dir/lock"
}

if [ "${1-}" = --one ]; then
	exe=${2%%|*}
	run_one "$exe" "${2#*|}" "$3"
	exit 0
fi
[ $# -ge 1 ] || { echo "usage: tests/run.sh STAGE [FILTER]" >&2; exit 2; }

cd "$(dirname "$0")/.." || exit 2
stage=$1 filter=${2-}
build=${BUILD:-build/debug}
case $stage in
cluster | faults) jobs=${JOBS:-2} TEST_TIMEOUT=${TEST_TIMEOUT:-900} ;; # they wait more than they work
*) jobs=${JOBS:-2} TEST_TIMEOUT=${TEST_TIMEOUT:-300} ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/pl.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
mkdir "$dir/tmp" "$dir/log"
chmod 711 "$dir" "$dir/tmp" # an engine of root's runs as a user of its own, and has to pass
: >"$dir/log/counts"
export TEST_TIMEOUT TMPDIR="$dir/tmp" CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8 TZ=UTC
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"

# What there is to run, as lines "executable|name". A built test whose source is gone does not count.
list() {
	case $stage in
	unit | replay)
		find "tests/$stage" -name '*_test.c' | sort | while read -r src; do
			name=${src#"tests/$stage/"}
			echo "$build/${src%.c}|${name%_test.c}"
		done
		;;
	*)
		find "tests/$stage" -maxdepth 1 -name '*_test.sh' -perm -u+x 2>/dev/null | sort | while read -r sh; do
			name=${sh#"tests/$stage/"}
			echo "$sh|${name%_test.sh}"
		done
		;;
	esac | awk -F'|' -v f="$filter" 'index($2, f) == 1'
}

start=$(date +%s)
list >"$dir/list"
xargs -r -d '\n' -P "$jobs" -I '{}' tests/run.sh --one '{}' "$dir/log" <"$dir/list"

read -r passed failed skipped <<END
$(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$dir/log/counts")
END
if [ ! -s "$dir/list" ]; then
	echo "$stage: no test${filter:+ whose name begins with $filter}"
	[ -z "$filter" ] || failed=1
fi
[ -z "${TEST_COUNTS-}" ] || echo "$stage $passed $failed $skipped" >>"$TEST_COUNTS"
echo "$stage: $(($(date +%s) - start)) s"
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
