#!/bin/sh
# The demo with its console: its terminal goes away in the middle, and then the whole simulated datacenter has a power cut; every
# task comes to its end all the same, and so does the cluster. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/world.sh
world_make power-cut

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

world_console --tasks 24
until_cluster '.view.jobs_running > 0'
ok "the console's demo comes up, and its tasks run"
kill_terminal
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
world_console --tasks 24
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
pl cluster delete demo --name demo --accept-data-loss --wait
ok "teardown with proof"
left=$(curl -sf --unix-socket "$world/azsim/control.sock" http://azsim/azsim/ledger | jq '[.live[]] | add // 0')
test "$left" = 0
ok "the cloud's book is empty"
pl demo --stop --state "$world" && [ ! -e "$world" ]
ok "the demo ends and its folder is gone"
tap_end
