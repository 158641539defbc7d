#!/bin/sh
# R5.9: a node that is kept, by itself or with its array, goes by nothing that the engine does on its own account; what that costs
# stands with the node, in why and in the cost; stop and teardown end it all the same. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli events demo --most 20; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
nodes() { api '/v1/clusters/demo/nodes?count=20' >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
arrays() { api '/v1/clusters/demo/arrays?count=20' >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
told() { cli events demo --most 1000 >"$site/said" 2>&1 && grep -qE -e "$1" "$site/said"; }
says() { cli "$@" >"$site/said" 2>&1; }
shows() { # WORDS COMMAND...
	want=$1
	shift
	cli "$@" >"$site/said" 2>&1 && grep -qE -e "$want" "$site/said"
}
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" >/dev/null; }
now() { api /v1/engine | jq .now_ms; }
# No job ends by itself before it was seen: whoever loaded them ends them.
end_jobs() {
	# shellcheck disable=SC2046 # words
	says job cancel demo $(api '/v1/clusters/demo/jobs?count=9' | jq -r '.rows[].id') --yes
}
idle_for() { nodes --argjson now "$(now)" --arg n "$1" --argjson ms "$2" 'any(.rows[]; .name == $n and .state == "idle" and $now - .since_ms > $ms)'; }

cloud_start 60 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
says cluster create demo slurm htc_max=3 hpc_max=0 idle=30s && says cluster start demo --wait; ok "a cluster runs"
load 2 1000000
until_true nodes '([.rows[] | select(.state == "busy")] | length) == 2'; ok "two nodes work"
says node keep demo htc-1 && end_jobs; ok "one of them is kept, and the work ends"
until_true nodes '(.rows | length) == 1 and .rows[0].name == "htc-1"'; ok "R5.9: when they are idle only the other goes"
until_true idle_for htc-1 300000; ok "R5.9: it is idle for ten times as long as it may, and stays"
shows 'kept by [a-z]* since .*: it does not go by itself and costs \$0\.[0-9]*/h, \$0\.[0-9]* so far' why demo htc-1; ok "R5.9: why tells who keeps it since when, and what it costs"
grep -q 'the decision says: kept by an operator' "$site/said"; ok "and the decision says so"
shows 'kept  *by itself, since' node show demo htc-1; ok "node show has it"
shows 'kept  *1 node by operators: \$0\.[0-9]*/h, \$0\.[0-9]* so far' cost; ok "R5.9: and the cost"
says node unkeep demo htc-1
until_true nodes '(.rows | length) == 0'; ok "unkept it goes"

says array keep demo htc; ok "an array is kept"
arrays 'any(.rows[]; .array == "htc" and .kept_ms > 0 and .kept_by != "")'; ok "its row has who and since when"
load 2 1000000
until_true nodes '([.rows[] | select(.state == "busy")] | length) == 2' && end_jobs; ok "nodes come to it"
until_true idle_for htc-1 300000 && nodes '(.rows | length) == 2 and all(.rows[]; .array_kept_ms > 0 and .state == "idle")'; ok "R5.9: none goes, however long it is idle"
shows 'kept with its array by [a-z]* since ' why demo htc-2; ok "R5.9: why tells that the array is kept"
shows 'kept  *2 nodes by operators' cost; ok "R5.9: and what both cost"
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
engine_start
engine_wait
until_true nodes '(.rows | length) == 2 and all(.rows[]; .array_kept_ms > 0)'; ok "a restart forgets nothing of it"
says node drain demo htc-2 --yes && until_true shows 'not deleted yet: its array is kept: unkeep that, or terminate it' why demo htc-2; ok "R6.1: a drained one is not deleted either"
says node undrain demo htc-2 --yes

# a machine that fails on its way up is replaced elsewhere, and stays here
control POST /azsim/queue-fault '{"kind":"boot","times":1}' >/dev/null
load 3 100000
until_true shows 'its machine failed and stays: unkeep it and it is replaced' why demo htc-3; ok "R5.9: nor does one whose machine failed"
nodes 'any(.rows[]; .name == "htc-3")'; ok "it is still there"
says array unkeep demo htc; ok "the array is unkept"
until_true nodes 'any(.rows[]; .name == "htc-3" and .state == "busy")'; ok "then the failed one is replaced"
says audit && grep -q 'array keep' "$site/said" && grep -q 'array unkeep' "$site/said"; ok "the audit knows both"
! says array keep demo nope && grep -q 'no array "nope"; it has htc, hpc' "$site/said"; ok "an array that is none is named, with those that are"

says array keep demo htc && says node keep demo htc-1; ok "all of it is kept once more"
end_jobs
says cluster stop demo --yes --wait; ok "R5.9: a stop ends kept nodes"
nodes '(.rows | length) == 0'; ok "all of them"
says cluster start demo --wait; ok "it starts again"
load 1 120
until_true nodes '(.rows | length) == 1 and .rows[0].state == "idle"'; ok "a node comes to the kept array"
says cluster delete demo --name demo --yes --wait; ok "R5.9: a teardown ends it too"
control GET '/azsim/ledger?max=0' >"$site/said" && jq -e '.live == {}' "$site/said" >/dev/null; ok "nothing is left"
tap_end
