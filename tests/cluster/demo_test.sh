#!/bin/sh
# The main job as a whole: with the engine killed on the way and every number found again by another way; with the console's
# terminal gone in the middle; and through a power cut of the whole simulated datacenter. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
paceline=$PWD/build/paceline
[ -x "$paceline" ] || { echo "1..0 # SKIP build/paceline is not built"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "1..1"; echo "ok 1 # SKIP real machines need root"; exit 0; }

dir=$(mktemp -d /tmp/demo.XXXXXX) || exit 2
chmod 755 "$dir" # the engine runs as a user of its own
world=$dir/world n=0 failed=0
finish() {
	tmux -S "$dir/tmux" kill-server 2>/dev/null
	"$paceline" demo --stop --state "$world" >/dev/null 2>&1
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
ok() { # WHAT; the status before decides
	rc=$?
	n=$((n + 1))
	if [ $rc -eq 0 ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/said" 2>/dev/null
	fi
}

PACELINE=$paceline tests/cluster/verify.sh --tasks 12 --kill-engine 5 --seed 11 >"$dir/verify" 2>&1
grep -E '^(not )?ok|^# (program|verified)' "$dir/verify" | sed 's/ - / - verify: /' >"$dir/verified"
awk '/^(not )?ok/' "$dir/verified"
n=$(grep -cE '^(not )?ok' "$dir/verified") failed=$(grep -c '^not ok' "$dir/verified")
[ "$n" -eq 23 ] || { echo "# verify.sh came to $n of 23 checks"; sed 's/^/# /' "$dir/verify"; }
test "$n" -eq 23
ok "verify.sh came to its end"

pl() { "$paceline" --socket "$world/run/engine.sock" "$@" >"$dir/said" 2>&1; }
cluster() { "$paceline" --socket "$world/run/engine.sock" cluster status demo --json 2>/dev/null; }
# Asks again until the cluster shows it, or 150 s are over: what is awaited has no event that a shell could wait for.
until_cluster() { # JQ-TEST
	i=0
	[ -d "$world/engine" ] || sleep 5 # of a world that never came up nothing is awaited
	[ -d "$world/engine" ] || return 1
	until cluster | tee "$dir/said" | jq -se "length == 1 and (.[0] | $1)" >/dev/null 2>&1; do
		i=$((i + 1))
		[ $i -lt 300 ] || return 1
		sleep 0.5
	done
}
console() { tmux -S "$dir/tmux" -f /dev/null new-session -d -s demo -x 120 -y 35 "$paceline demo --tasks 24 --state $world"; }

console
until_cluster '.view.jobs_running > 0'
ok "the console's demo comes up, and its tasks run"
tmux -S "$dir/tmux" kill-server
pl cluster list && grep -q running "$dir/said"
ok "the terminal goes away, the engine goes on"

kill -9 "$(cat "$world/azsim/lock")"
flock "$world/azsim/lock" true
echo "$world/azsim" >"$dir/pattern"
left=$(for p in /proc/[0-9]*; do [ "$(cat "$p/comm" 2>/dev/null)" = ssh ] || grep -lF -f "$dir/pattern" "$p/mountinfo" 2>/dev/null; done | wc -l)
test "$left" = 0
ok "kill -9 of the cloud: nothing runs there and nothing is mounted any more ($left)"
pl status && grep -q demo "$dir/said"
ok "the engine answers without its cloud"
console
until_cluster '.view.queue_age_ms >= 0 and .view.queue_age_ms < 5000 and (.view.queue_stale | not)'
ok "the cloud is back: its machines boot again, and the engine reads the queue"
until_cluster '.view.jobs_running == 0 and .view.jobs_pending == 0'
ok "the tasks that the power cut took run again to their end"
pl ssh demo -- "ls /shared/results/*/ | grep -c json"
test "$(cat "$dir/said")" = 24
ok "all 24 results are there"
pl why demo 1_3 && grep -q 'job 1_3' "$dir/said" && grep -q 'on: htc-' "$dir/said"
ok "a job that ended can still be asked about"
node=$("$paceline" --socket "$world/run/engine.sock" node list demo --json | jq -r '[.. | objects | select(.state? == "idle")][0].name' 2>/dev/null)
host=$("$paceline" --socket "$world/run/engine.sock" ssh demo "$node" -- hostname 2>"$dir/said")
test -n "$host" && curl -sf --unix-socket "$world/azsim/control.sock" http://azsim/azsim/ledger | jq -e --arg h "$host" '[.vms[] | select(.computerName == $h)] | length == 1' >/dev/null
ok "ssh reaches node $node by its scheduler's name: host $host"
setpriv --reuid nobody --regid nogroup --clear-groups "$paceline" --socket "$world/run/engine.sock" ssh demo -- true >"$dir/said" 2>&1
test $? -ne 0 && [ -s "$dir/said" ]
ok "somebody without rights is told so: $(head -c 120 "$dir/said")"
pl cluster delete demo --name demo --wait
ok "teardown with proof"
left=$(curl -sf --unix-socket "$world/azsim/control.sock" http://azsim/azsim/ledger | jq '[.live[]] | add // 0')
test "$left" = 0
ok "the cloud's book is empty"
pl demo --stop --state "$world" && [ ! -e "$world" ]
ok "the demo ends and its folder is gone"
echo "1..$n"
[ "$failed" = 0 ]
