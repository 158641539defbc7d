#!/bin/sh
# R7.2 to R7.6 on ghosts: a cluster whose rows are lost is found, priced, and asked about; its machines go by themselves once no
# scheduler can have work on them; a machine that works without a row is adopted; each day has its stock-taking. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq sqlite3

complain() { { cat "$site/said"; cli found; cli events; } | cut -c1-150 | tail -n 30; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
until_ok() { until_true "$@" >"$site/said" 2>&1; }
found() { api /v1/found | jq -e "$@"; }
event() { cli events --most 1000 | grep -e "$1"; }
no_event() { ! event "$1"; }
rows() { sqlite3 "$site/engine/engine.db" "$@" && { [ "$(id -u)" -ne 0 ] || chown -R paceline: "$site/engine"; }; }
busy() { api "/v1/clusters/$1" | grep -q '"busy":1[,}]'; }
end_engine() { kill "$engine_pid" && wait "$engine_pid"; }
begin_engine() { engine_start && engine_wait; }
load() { control POST /azsim/queue-load "{\"head\":\"$1-head\",\"jobs\":1,\"seconds\":1000000,\"cpus\":2}" >/dev/null; }

cloud_start 80 --profile fast --seed 1
begin_engine; ok "cloud and engine are there"
say cluster create kept slurm htc_max=1 hpc_max=0 network=10.65.0.0/16 && say cluster start kept --wait; ok "a cluster runs"
say cluster create lost slurm htc_max=1 hpc_max=0 && say cluster start lost --wait; ok "and another"
load kept && load lost
until_ok busy kept && until_ok busy lost; ok "a job runs in each"
until_ok event 'kept .*daily count of .*: nothing is loose$'; ok "R7.6: the day's stock-taking finds no difference"

# the rows of one are lost, and of the other the row of its machine and the name of its rules
end_engine
rows "UPDATE cluster SET live = 0 WHERE name = 'lost';
DELETE FROM fact WHERE name LIKE 'stock.%';
DELETE FROM node WHERE name = 'htc-1' AND cluster_id = (SELECT id FROM cluster WHERE name = 'kept');
DELETE FROM intent WHERE kind = 'nsg' AND cluster_id = (SELECT id FROM cluster WHERE name = 'kept');" >"$site/said" 2>&1
ok "rows are lost"
begin_engine; ok "the engine begins again"
until_ok event 'htc-1 adopted: machine kept-.* works under this name'; ok "R7.3: the machine that works is adopted under its name"
until_ok busy kept; ok "with its job"
until_ok found '[.found[] | select(.orphan)] | length > 4'; ok "R7.2: what stood in two listings is an orphan"
until_ok found '[.found[] | select(.what == "part" and (.id | test("networkSecurityGroups/")) and .cluster == "kept")] | length == 1'
ok "a part of a known cluster that its rows do not know is found too"
until_ok event 'daily count of .*: [1-9][0-9]* differ, '; ok "R7.6: and stands in the day's stock-taking"
until_ok found '[.found[] | select(.id | test("virtualMachines/head$"))][0] | .price_per_hour > 0'; ok "the head is shown with its price"
until_ok found '[.found[] | select(.id | test("virtualMachines/lost-"))][0] | .price_per_hour > 0'; ok "and so is the machine"
until_ok found '[.found[] | select(.id | test("virtualNetworks/"))][0] | .price_per_hour == 0'; ok "what costs nothing says so"
say found && grep -q 'orphan' "$site/said" && grep -q '\$0\.' "$site/said"; ok "the list has state and price"
old() { [ "$(api /v1/found | jq '[.found[] | select(.id | test("virtualMachines/head$"))][0].first_ms')" -lt $(($(api /v1/engine | jq .now_ms) - 2400000)) ]; }
until_ok old; ok "forty minutes go by"
no_event 'engine .*deleted: ' >"$site/said"; ok "R7.3: nothing goes while a scheduler may have work on it"
head=$(api /v1/found | jq -r '[.found[] | select(.id | test("virtualMachines/head$"))][0].id')
by_hand DELETE "$head" >"$site/said" 2>&1 && grep -q '20[0-4]$' "$site/said"; ok "somebody deletes the head by hand"
until_ok event 'deleted: .*virtualMachineScaleSets/.*orphan for .*no head of its cluster'; ok "R7.2: then its machines go by themselves"
until_ok found '[.found[] | select(.what == "orphan" and (.id | test("/virtualMachine")))] | length == 0'; ok "until the cloud shows none of them"
found '[.found[] | select(.what == "orphan" and .goes_ms == 0 and .state == "undecided")] | length >= 2' >"$site/said"; ok "networks and groups wait for an admin"
say audit && grep -q ' engine  *engine  *condemn .*orphan for' "$site/said"; ok "R10.2: the act is in the audit, with its rule"
busy kept; ok "the known cluster works on"

# the setting
end_engine
printf 'orphans: { nodes: sometimes }\n' >"$site/config.yaml"
engine_start && ! engine_wait && grep -q 'orphans has "nodes" and "rest", each auto, ask or off' "$site/engine.log"; ok "a setting that is none is refused, with its line"
printf 'orphans: { nodes: ask, rest: ask }\n' >"$site/config.yaml"
begin_engine; ok "ask is one"
tap_end
