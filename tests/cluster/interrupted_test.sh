#!/bin/bash
# A demo that is interrupted while it is made, or at any time without a console, is ended again: no process, no folder. On ghosts,
# in a folder of its own. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
pl=$site/bin/paceline world=$site/world job=
end() {
	[ -z "$job" ] || kill "$job" 2>/dev/null
	"$pl" demo --stop --state "$world" >/dev/null 2>&1
	site_end
}
trap end EXIT
mkfifo "$site/keys" && exec 8<>"$site/keys" || exit 2 # what its console would read from: nobody types

processes() { for p in /proc/[0-9]*; do tr "\0" " " <"$p/cmdline" | grep -F "$world"; done 2>/dev/null | grep -v "^grep"; }
gone() { [ ! -e "$world" ] && [ -z "$(processes | tee -a "$site/said")" ]; }
# interrupted WHAT WORD...: interrupted once WHAT is there, in its folder
interrupted() {
	at=$1
	shift
	"$pl" demo --ghosts --state "$world" "$@" <"$site/keys" >"$site/said" 2>&1 &
	job=$!
	until_true test -e "$world/$at"
	kill -TERM "$job"
	wait "$job"
	code=$?
	job=
	[ $code -eq 143 ] && grep -q 'interrupted' "$site/said"
}

interrupted azsim.log --batch
ok "without a console, interrupted while the cloud starts: it says so"
gone
ok "and nothing is left"
interrupted run/engine.sock --batch
ok "without a console, interrupted when its engine answers: it says so"
gone
ok "and nothing is left"
interrupted azsim.log
ok "interrupted before its console is there: it says so"
gone
ok "and nothing is left"
interrupted run/engine.sock --batch --keep && grep -qF "goes on: paceline demo --state $world --stop ends it" "$site/said"
ok "what shall be kept goes on, and it is said how it ends"
"$pl" demo --stop --state "$world" >"$site/said" 2>&1 && gone
ok "which ends it"
# its cloud dies: it may come back, and else the run does not wait for what cannot come
"$pl" demo --ghosts --batch --json --state "$world" >"$site/report" 2>"$site/said" &
job=$!
until_true grep -qF 'scale-out' "$site/said"
kill -KILL "$(cat "$world/azsim/lock")"
wait "$job"
code=$?
job=
[ $code -eq 1 ] && grep -qF 'the simulated cloud (azsim) has ended, and did not run again for' "$site/said" &&
	grep -qF 'run the demo again' "$site/said"
ok "a cloud that has died ends it, with what to do"
tail -n 1 "$site/report" | grep -qF '"nodes_after_idle":null' && ! grep -qE ':-1[,}.]' "$site/report"
ok "the report has null for what was not reached"
gone
ok "and nothing is left of it"
! timeout 60 "$pl" demo --drive --state "$world" >"$site/said" 2>&1 && grep -qF 'none runs in' "$site/said"
ok "what works behind a demo does not wait for one"
tap_end
