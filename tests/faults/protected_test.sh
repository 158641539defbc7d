#!/bin/sh
# R5.8: ten machines in a row that do not come up protect their size: no more are made, the running ones stay, the cluster's badge,
# the job's reason and the event tell it with what the machine's console said, a restart forgets nothing of it, and an operator has
# it tried again. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli events demo --most 30; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
cluster() { api /v1/clusters/demo >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
told() { cli events demo --most 1000 >"$site/said" 2>&1 && grep -qE -e "$1" "$site/said"; }
says() { cli "$@" >"$site/said" 2>&1; }
boots() { control POST /azsim/queue-fault "{\"kind\":\"boot\",\"times\":$1}" >/dev/null; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":1000000,\"cpus\":2}" >/dev/null; }
shows() { # WORDS COMMAND...
	want=$1
	shift
	cli "$@" >"$site/said" 2>&1 && grep -qF -e "$want" "$site/said"
}
made() { control GET /azsim/counters | sed -n 's/.*"vmsMade":\([0-9]*\).*/\1/p'; }

cloud_start 80 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
says cluster create demo slurm htc_max=14 hpc_max=0 idle=1h && says cluster start demo --wait; ok "a cluster runs"
load 1
until_true cluster '.view.busy == 1'; ok "a node works"
boots -1
load 12
until_true told 'F2s_v2 spot is protected, no node is made there: protected: 1[0-9] machines in a row failed'; ok "R5.8: ten in a row protect the size"
[ "$(grep -c 'spot is protected' "$site/said")" = 1 ]; ok "which is told once"
until_true cluster '.view.issue | test("^htc F2s_v2 spot: 1[0-9] machines in a row failed, none is made; console: .*boot script ended, exit 1")'
ok "R5.8: the badge has an excerpt of the console"
cluster '.view.issues > 0 and .view.busy == 1'; ok "and the node that works stays"
protected() { cluster '.view.failed == 0 and .view.booting == 0 and .view.draining == 0'; }
until_true protected
job=$(api '/v1/clusters/demo/jobs?count=100' | jq -r '[.rows[] | select(.state == "pending")][0].id')
# on-demand nodes of that size are another bucket, which fares the same
until_true told 'F2s_v2 on demand is protected' && until_true protected; ok "on-demand machines of that size fare the same"
until_true shows 'array retry" tries again' why demo "$job"; ok "R5.8: the job's reason says what can be done"
grep -qF 'console: ' "$site/said"; ok "with what the console said"
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
engine_start
engine_wait
until_true cluster '.view.issue | test("console: .*exit 1")'; ok "a restart forgets neither"
before=$(made)
seen=$(api /v1/status | sed -n 's/.*"cloud":{"ok":true,"read_ms":\([0-9]*\).*/\1/p')
later() { [ "$(api /v1/status | sed -n 's/.*"cloud":{"ok":true,"read_ms":\([0-9]*\).*/\1/p')" -gt $((seen + 3600000)) ]; }
until_true later; ok "an hour goes by"
[ "$(made)" = "$before" ]; ok "R5.8: and no machine was made"
boots 0
! says array retry demo hpc && grep -q 'no size of array hpc rests' "$site/said"; ok "there is nothing to try again where nothing rests"
! says array retry demo htx && grep -q 'no array "htx"; it has htc, hpc' "$site/said"; ok "an array that is none is named, with those that are"
says array retry demo htc; ok "R5.8: an operator has it tried again"
until_true cluster '.view.busy == 13'; ok "and the machines come"
until_true cluster '.view.issue == ""'; ok "the badge is gone"
cli audit >"$site/said" 2>&1 && grep -q 'array retry' "$site/said"; ok "the audit knows who did it"
tap_end
