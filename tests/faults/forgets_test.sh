#!/bin/sh
# R5.3: a scheduler that suddenly shows hardly a node or a job may have forgotten them: nothing is removed until it has
# said the same for a minute, and the cluster, its nodes and the events say so. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli events demo --most 30; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-200; }
cluster() { api /v1/clusters/demo >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
nodes() { api '/v1/clusters/demo/nodes?count=20' >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
idle_long() { nodes --argjson now "$(api /v1/engine | jq .now_ms)" '(.rows | length) == 8 and all(.rows[]; .state == "idle" and $now - .idle_since_ms > 70000)'; }
forgets() { control POST /azsim/queue-fault "{\"kind\":\"forgets\",\"command\":\"$1\",\"times\":$2}" >"$site/said"; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" >/dev/null; }
# When the first event that has this text was, of those after MS.
told_ms() { # TEXT AFTER_MS
	api '/v1/events?cluster=demo&most=1000' | jq -e --arg text "$1" --argjson after "$2" '[.events[] | select(.at_ms > $after and (.text | test($text))) | .at_ms] | min // empty'
}
told() { told_ms "$1" 0 >"$site/said"; }
says() { cli "$@" >"$site/said" 2>&1; }

cloud_start 5 --profile fast --seed 3
engine_start
engine_wait; ok "cloud and engine are there"
cli cluster create demo slurm htc_max=8 hpc_max=0 idle=1m cycle=5s >/dev/null 2>&1
cli cluster start demo --wait >"$site/said" 2>&1; ok "a cluster runs"

load 8 1000000
until_true cluster '.view.busy == 8'; ok "eight nodes work"
! told 'the scheduler lost'; ok "that jobs began is no surprise"
cli cluster pause demo >"$site/said" 2>&1
# shellcheck disable=SC2046 # words
cli job cancel demo $(api '/v1/clusters/demo/jobs?count=9' | jq -r '.rows[].id') --yes >"$site/said" 2>&1; ok "their jobs end"
until_true idle_long; ok "then they are idle for longer than they may, and stay, as autoscaling is paused"
forgets scontrol -1
until_true told 'the scheduler lost [78] of 8 nodes'; ok "R5.3: that the scheduler lost them is told"
lost=$(told_ms 'the scheduler lost' 0)
cli cluster resume demo >"$site/said" 2>&1; ok "autoscaling goes on"
until_true cluster '.view.issue | test("the scheduler lost [78] of 8 nodes: nothing is removed for 60 s")'; ok "R5.3: the cluster says so, where its other trouble stands"
doubted() { says why demo htc-8 && grep -q 'the scheduler suddenly shows much less' "$site/said"; }
until_true doubted; ok "R5.3: and so does each node that stays for it"
nodes '(.rows | length) == 8 and all(.rows[]; .state == "idle")'; ok "R5.3: none of them goes"
gone=
first_goes() { gone=$(told_ms '^(draining|deleting):' "$lost"); }
until_true first_goes; ok "when it has said the same for a minute, it is believed"
echo "$((gone - lost)) ms" >"$site/said"
[ $((gone - lost)) -ge 60000 ]; ok "R5.3: and not before"
until_true nodes '(.rows | length) == 0'; ok "they go"
until_true cluster '.view.issue == ""'; ok "the cluster has no trouble any more"
forgets '' 0

load 60 100000
until_true cluster '.view.busy == 8 and .view.jobs_pending > 40'; ok "most of many jobs wait"
forgets squeue 1
until_true told 'the scheduler lost [0-9]* of [0-9]* jobs from one'; ok "R5.3: a queue that is suddenly nearly empty is told as well"
until_true cluster '.view.busy == 8'; ok "it comes back"
told_ms '^(draining|deleting):' "$(told_ms 'of [0-9]* jobs from one' 0)" >"$site/said"
[ ! -s "$site/said" ]; ok "R5.3: and no node went"
tap_end
