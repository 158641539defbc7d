#!/bin/sh
# A node whose only job came and went while no engine ran has been used (B5): it waits its idle time, not the longer one of a node
# that never had a job. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli events --most 20; tail -n 5 "$site/engine.log"; } 2>&1 | cut -c1-220; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
load() { control POST /azsim/queue-load "{\"head\":\"one-head\",\"jobs\":1,\"seconds\":$1,\"cpus\":2}" >/dev/null; }
nodes() { api '/v1/clusters/one/nodes?count=9' >"$site/said" && jq -e "$1" "$site/said" >/dev/null; }
ended() { control GET /azsim/queue >"$site/said" && grep -q "\"ended\":$1\b" "$site/said"; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 10 --seed 1 >/dev/null && engine_start && engine_wait; ok "cloud and engine are there"
say cluster create one slurm htc_max=1 hpc_max=0 idle=10m && say cluster start one --wait; ok "a cluster runs"
load 1000000
until_true nodes '(.rows | length) == 1'; ok "a job has a node made"
say job cancel one 1 --yes; ok "and is cancelled before that is there"
until_true nodes '.rows[0].state == "idle"' && nodes '.rows[0].ever_busy == false'; ok "the node comes, and was never used"
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
load 20
until_true ended 2; ok "without an engine a job runs on it, and ends"
engine_start && engine_wait
until_true nodes '.rows[0].state == "idle" and .rows[0].ever_busy == true'; ok "the next engine knows that it was used"
tap_end
