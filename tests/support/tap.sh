# TAP for scripts that source this.
#   skip WHY                all of the test, which ends here
#   ok WHAT                 one test; the status of the command before decides
#   check WHAT COMMAND...   one test: the status of that command
#   until_true COMMAND...   asks again until it is true, or three minutes of real time are over
#   tap_end                 the plan; false when a test failed
#   says WORDS COMMAND...   the command fails, and says so
#   no COMMAND...           it fails
# $tap_out: a file that gets what the commands of check say, instead of the test's own output.
# complain: a function of the caller's that says what there is to read about a test that failed.
n=0 failed=0 tap_out=

complain() { :; }

skip() {
	echo "1..1"
	echo "ok 1 # SKIP $*"
	exit 0
}

ok() {
	tap_rc=$?
	n=$((n + 1))
	if [ $tap_rc -eq 0 ]; then
		echo "ok $n - $1"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n - $1"
	complain 2>&1 | sed 's/^/# /'
}

check() {
	tap_what=$1
	shift
	if [ "$tap_out" ]; then
		"$@" >"$tap_out" 2>&1
	else
		"$@"
	fi
	ok "$tap_what"
}

until_true() {
	tap_until=$(($(date +%s) + 180))
	until "$@"; do
		[ "$(date +%s)" -lt $tap_until ] || return 1
		sleep 0.1
	done
}

says() {
	tap_words=$1
	shift
	tap_said=$("$@" 2>&1) && return 1
	echo "$tap_said"
	echo "$tap_said" | grep -q "$tap_words"
}

no() { ! "$@"; }

tap_end() {
	echo "1..$n"
	[ $failed -eq 0 ]
}
