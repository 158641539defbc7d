#!/bin/sh
# R5.2: a scheduler that hangs, is down, or answers garbage or half of it, and a cloud that lists nothing, are unknown and never
# empty: nothing is drained or deleted meanwhile, nothing is bought for old demand, and the cluster and its nodes say why. On
# ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli events demo --most 20; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
cluster() { api /v1/clusters/demo >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
nodes() { api '/v1/clusters/demo/nodes?count=20' >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
now() { api /v1/engine | jq .now_ms; }
idle_long() { nodes --argjson now "$(now)" '(.rows | length) == 2 and all(.rows[]; .state == "idle" and $now - .idle_since_ms > 40000)'; }
fault() { control POST /azsim/queue-fault "{\"kind\":\"$1\",\"times\":$2}" >/dev/null; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" >/dev/null; }
later() { [ "$(now)" -gt "$1" ]; }
stay() { nodes '(.rows | length) == 2 and all(.rows[]; .state == "idle")'; }
shows() { cli "$@" >"$site/said" 2>&1; }

cloud_start 40 --profile fast --seed 2
engine_start
engine_wait; ok "cloud and engine are there"
cli cluster create demo slurm htc_max=4 hpc_max=0 idle=30s cycle=5s >/dev/null 2>&1
cli cluster start demo --wait >"$site/said" 2>&1; ok "a cluster runs"
load 2 1000000
until_true cluster '.view.busy == 2'; ok "two nodes work"
cli cluster pause demo >"$site/said" 2>&1
# shellcheck disable=SC2046 # words
cli job cancel demo $(api '/v1/clusters/demo/jobs?count=9' | jq -r '.rows[].id') --yes >"$site/said" 2>&1; ok "their jobs end"
until_true idle_long; ok "then they are idle for longer than they may, and stay, as autoscaling is paused"

for kind in truncated garbage down hang; do
	fault $kind -1
	until_true cluster '.view.queue_stale and .view.issue != ""'; ok "R5.2: a scheduler whose answer is $kind is trouble"
	[ $kind != truncated ] || cli cluster resume demo >"$site/said" 2>&1 # not before: a reading that was begun may still be whole
	until_true later $(($(now) + 180000)) && stay; ok "R5.2: and nothing goes for three minutes"
done
until_true shows why demo htc-1 && until_true grep -q 'stays while scheduler or cloud cannot be read' "$site/said"; ok "R5.2: each node says why it stays"
made=$(control GET /azsim/counters | jq .vmsMade)
load 2 1000000
until_true later $(($(now) + 180000))
[ "$(control GET /azsim/counters | jq .vmsMade)" = "$made" ]; ok "R5.2: nothing is bought while the demand is not known"
control POST /azsim/fault '{"method":"GET","match":"/virtualMachine","effect":"status","status":503,"code":"ServiceUnavailable","count":-1}' >/dev/null
control POST /azsim/fault '{"method":"POST","match":"/resources","effect":"status","status":503,"code":"ServiceUnavailable","count":-1}' >/dev/null
until_true cluster '.view.cloud_stale'
fault hang 0
until_true cluster '.view.queue_stale == false'
until_true later $(($(now) + 180000))
nodes '[.rows[] | select(.state == "idle" or .state == "busy")] | length >= 2'; ok "R5.2: with a cloud that does not answer nothing goes either"
cluster '.view.cloud_stale and .view.issue != ""'; ok "and that is trouble, too"
end_pid "$azsim_pid" # its faults end with it
cloud_start 40
until_true cluster '.view.busy == 2 and .view.cloud_stale == false'; ok "when both answer, work goes on"
tap_end
