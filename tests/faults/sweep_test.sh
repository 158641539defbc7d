#!/bin/sh
# Kills the engine at every failpoint of the sources, at its first and at a late pass in a small cluster's life, and makes
# what can fail there fail once; each time the life has to end as if nothing had been (tests/faults/life.sh, found.sh). TAP.
# BUILD: a build with failpoints; JOBS lives at a time (4): they wait more than they compute.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build/failpoints}
[ "$build" != build/debug ] || build=build/failpoints
. tests/support/site.sh

why=$(site_can "$build") || { echo "1..1"; echo "ok 1 # SKIP $why"; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/sweep.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

# Points that a life without a death does not pass, each behind the death that leads there.
after() {
	case $1 in
	intent.look | intent.looked) echo "intent.called#5:kill $1:kill" ;;
	lease.write) echo "intent.called#5:kill $1:kill" ;;
	intent.resume) echo "intent.accepted#5:kill $1:kill" ;;
	*) echo "$1:kill" ;;
	esac
}

some() { # NAME PASSES ACT [STEP]: the first, a late one that no life is too short for, and every STEP-th between
	pass=1 late=$(($2 - $2 / 4))
	while [ $pass -lt $late ]; do
		echo "$1#$pass:$3"
		[ -n "${4-}" ] || break
		pass=$((pass + $4))
	done
	echo "$1#$late:$3"
}

# What is restored, adopted and condemned has a life of its own; tests/faults/safe_mode_test.sh ends a safe
# mode, and deadlines_test.sh is where a node that did not join has jobs that wait for it.
found='^(adoption|condemn)\.'
all_names() { cut -d '"' -f 2 | grep -vE '^(safe|assigned)\.' | sort -u; }
names() { grep -rhoE 'FAILPOINT\("[a-z.]+"\)' src | all_names; }
failing() { grep -rhE 'if \(FAILPOINT\("' src | all_names; }
passes() { grep -cx "$1" "$dir/passed"; }

cases() {
	for name in $(names | grep -E "$found"); do
		n=$(grep -cx "$name" "$dir/found")
		echo "found $name#$((n - n / 2)):kill"
	done
	for name in $(failing | grep -E "$found"); do
		echo "found $name#1:error"
	done
	for name in $(names | grep -vE "$found"); do
		n=$(passes "$name")
		case $name,$n in
		*,0) after "$name" ;;
		sql.*) some "$name" "$n" kill 24 ;;
		intent.sent,*)
			some "$name" "$n" kill
			for pass in $(seq $((n - n / 4 + 1)) "$n"); do # a teardown's last calls, the group's own among them
				echo "$name#$pass:kill"
			done
			;;
		*) some "$name" "$n" kill ;;
		esac
	done
	for name in $(failing | grep -vE "$found"); do
		[ "$(passes "$name")" -eq 0 ] || some "$name" 1 error
	done
}

echo "ok 1 - a life without a death: $(PASSED=$dir/passed tests/faults/life.sh "$build" 2>&1 | tee "$dir/first" | tail -n 1)"
[ -s "$dir/passed" ] || {
	echo "1..1"
	echo "not ok 1 - a life without a death"
	sed 's/^/# /' "$dir/first"
	exit 1
}
echo "ok 2 - a restored store's life without a death: $(PASSED=$dir/found tests/faults/found.sh "$build" 2>&1 | tee "$dir/second" | tail -n 1)"
[ -s "$dir/found" ] || {
	echo "1..2"
	echo "not ok 2 - a restored store's life without a death"
	sed 's/^/# /' "$dir/second"
	exit 1
}
cases >"$dir/cases"
# shellcheck disable=SC2016 # the words are the inner shell's
xargs -P "${JOBS:-4}" -I '{}' sh -c '
	set -- {}
	life=life
	[ "$1" != found ] || { life=found; shift; }
	out=$(tests/faults/$life.sh "$0" "$@" 2>&1) && echo "ok - {}: $out" && exit
	printf "%s\n%s\n" "not ok - {}" "$(echo "$out" | sed "s/^/# /" | cut -c 1-300)"' "$build" <"$dir/cases" |
	awk '/^(not )?ok / { sub(/ok -/, "ok " ++n + 2 " -"); if ($1 == "not") bad = 1 } { print; fflush() }
		END { print "1.." n + 2; exit bad }'
