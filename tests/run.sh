#!/bin/sh
# tests/run.sh STAGE[,STAGE...] [FILTER]: runs the tests of these stages, all of them out of one queue, and counts them.
#   unit, replay       the executables built from tests/STAGE/**/*_test.c, under build/debug
#   any other stage    every executable tests/STAGE/*_test.sh
# Every test prints TAP. FILTER is the beginning of a test's name, as in "base/buf".
# BUILD        another build directory than build/debug
# JOBS         how many at a time: 2; where more stages than one are asked for, 6, as those are for tests that wait
# TEST_TIMEOUT seconds for one executable (300; screens: 600; cluster, faults: 900)
# TEST_COUNTS  a file that gets the line "STAGE PASSED FAILED SKIPPED" of each stage
# TEST_TIMES   a file that gets the line "SECONDS STAGE/NAME" of each test
set -u

# These take minutes, most of them in waiting: they are begun first, as what is begun last may end last.
long='cluster/keep faults/sweep cluster/demo cluster/power_cut screens/deck screens/scenes screens/matrix'

# One executable: passes in one line, everything else in full. $1 stage, $2 executable, $3 its name, $4 folder for results.
run_one() {
	stage=$1 exe=$2 name=$3 dir=$4
	log=$dir/$(echo "$stage/$name" | tr / _).log
	case $stage in
	screens) limit=${TEST_TIMEOUT:-600} ;;
	cluster | faults) limit=${TEST_TIMEOUT:-900} ;;
	*) limit=${TEST_TIMEOUT:-300} ;;
	esac
	start=$(date +%s)
	timeout -k 5 "$limit" "$exe" >"$log" 2>&1 </dev/null
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
	elif [ $rc -ge 124 ] && [ $took -ge "$limit" ]; then
		why="no end after $limit s"
	elif [ "$failed" -eq 0 ] && [ $rc -ne 0 ]; then
		why="exit $rc without a failed test"
	elif [ $((passed + failed + skipped)) -lt "$plan" ]; then
		why="$((passed + failed + skipped)) of $plan tests reported, exit $rc"
	elif [ $((passed + failed + skipped)) -eq 0 ]; then
		why="no test reported"
	fi
	[ -z "$why" ] || failed=$((failed + 1))
	echo "$stage $passed $failed $skipped $took $name" >>"$dir/counts"
	label=$name
	[ -z "$(sed -n 2p "$dir/stages")" ] || label=$stage/$name
	(
		flock 9
		if [ "$failed" -gt 0 ]; then
			echo "FAILED $label${why:+: $why}"
			sed 's/^/    /' "$log"
		else
			echo "ok     $label: $passed passed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped"), $took s"
			grep -Ei '^(not )?ok.*# *skip' "$log" | sed 's/^/       /'
		fi
	) 9>"$dir/lock"
}

if [ "${1-}" = --one ]; then
	IFS='|' read -r stage exe name <<-END
		$2
	END
	run_one "$stage" "$exe" "$name" "$3"
	exit 0
fi
[ $# -ge 1 ] || { echo "usage: tests/run.sh STAGE[,STAGE...] [FILTER]" >&2; exit 2; }

cd "$(dirname "$0")/.." || exit 2
stages=$(echo "$1" | tr , ' ') filter=${2-}
build=${BUILD:-build/debug}
case $stages in
*' '*) jobs=${JOBS:-6} ;;
*) jobs=${JOBS:-2} ;;
esac
dir=$(mktemp -d "${TMPDIR:-/tmp}/pl.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
mkdir "$dir/tmp" "$dir/log"
chmod 711 "$dir" "$dir/tmp" # an engine of root's runs as a user of its own, and has to pass
: >"$dir/log/counts"
echo "$stages" | tr ' ' '\n' >"$dir/log/stages"
export TMPDIR="$dir/tmp" CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C.UTF-8 TZ=UTC
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}"

# What there is of a stage, as lines "stage|executable|name". A built test whose source is gone does not count.
list() {
	case $1 in
	unit | replay)
		find "tests/$1" -name '*_test.c' | sort | while read -r src; do
			name=${src#"tests/$1/"}
			echo "$1|$build/${src%.c}|${name%_test.c}"
		done
		;;
	*)
		find "tests/$1" -maxdepth 1 -name '*_test.sh' -perm -u+x 2>/dev/null | sort | while read -r sh; do
			name=${sh#"tests/$1/"}
			echo "$1|$sh|${name%_test.sh}"
		done
		;;
	esac | awk -F'|' -v f="$filter" 'index($3, f) == 1'
}

start=$(date +%s)
for stage in $stages; do list "$stage"; done |
	awk -F'|' -v long="$long" 'BEGIN { n = split(long, names, " "); for (i in names) rank[names[i]] = i + 0 }
		{ name = $1 "/" $3; print (name in rank ? rank[name] : n + 1) "|" $0 }' | sort -t'|' -sn -k1,1 | cut -d'|' -f2- >"$dir/list"
xargs -r -d '\n' -P "$jobs" -I '{}' tests/run.sh --one '{}' "$dir/log" <"$dir/list"
took=$(($(date +%s) - start))

[ -z "${TEST_TIMES-}" ] || awk '{ print $5, $1 "/" $6 }' "$dir/log/counts" >>"$TEST_TIMES"
for stage in $stages; do
	counts=$(awk -v s="$stage" '$1 == s { p += $2; f += $3; k += $4; t += $5 } END { print p + 0, f + 0, k + 0, t + 0 }' "$dir/log/counts")
	if ! grep -q "^$stage|" "$dir/list"; then
		echo "$stage: no test${filter:+ whose name begins with $filter}"
		[ -z "$filter" ] || [ "$stage" != "$stages" ] || counts='0 1 0 0'
	fi
	echo "$stage $counts"
done >"$dir/said"
grep ': no test' "$dir/said"
grep -v ': no test' "$dir/said" >"$dir/sums"
[ -z "${TEST_COUNTS-}" ] || cut -d ' ' -f 1-4 "$dir/sums" >>"$TEST_COUNTS"
# A stage that shared its time with others tells what its tests took one by one.
case $stages in
*' '*) awk '{ print $1 ": " $2 " passed, " $3 " failed, " $5 " s of tests" }' "$dir/sums" ;;
esac
echo "$(echo "$stages" | tr ' ' ,): $took s"
awk '{ p += $2; f += $3; s += $4 }
	END { printf "%d passed, %d failed", p, f; if (s) printf ", %d skipped", s; printf "\n"; exit f != 0 }' "$dir/sums"
