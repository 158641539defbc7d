#!/bin/sh
# R4.5: a start that is taken back ends as it began, off, with nothing of it left; one of a stopped cluster stops its head again.
# R8.6: a cluster for which the cloud was never asked for anything is gone after one list. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

op=0
complain() { { cat "$site/said"; cli operation show "$op"; cli events | tail -n 12; tail -n 5 "$site/engine.log"; } | cut -c1-300; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
until_ok() { until_true "$@" >"$site/said" 2>&1; }
event() { cli events --most 1000 | grep -e "$1"; }
operation() { api "/v1/operations/$op"; }
begin() { verb=$1 && shift && say cluster "$verb" "$@" --json && op=$(jq -r .operation "$site/said"); }
step_is() { operation | jq -e --arg s "$1" '.step == $s'; }
cancelled() { operation | jq -e '.state == "cancelled"'; }
done_() { operation | jq -e '.state == "done"'; }
state_is() { api "/v1/clusters/$1" | jq -e --arg s "$2" '.state == $s'; }
nothing() { control GET '/azsim/ledger?max=0' | jq -e '.live == {}' && control GET /azsim/state | jq -e '.counts | .groups == 0 and .resources == 0 and .vms == 0'; }
took() { operation | jq -e ".ended_ms - .started_ms $1"; }
me=$(id -un)
[ "$(id -u)" -ne 0 ] || chown paceline "$site"

cloud_start 80 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"

# nothing was ever made
say cluster create never slurm && begin delete never --name never; ok "a cluster that never started is deleted"
until_ok done_; ok "it goes"
operation >"$site/said" && jq -e '.data.lists == 1 and (.data.why_one_list | test("no change was ever asked")) and (.data.second_empty_list | not)' "$site/said" >/dev/null
ok "R8.6: without waiting for a second list, and its proof says why one is enough"
cli operation show "$op" >"$site/said" 2>&1; grep -q 'one list (nothing was ever made) by tag empty' "$site/said"; ok "and so does its end"

# a start is taken back wherever it is
say cluster create one slurm shared_gib=32 htc_max=1 hpc_max=0 && begin start one; ok "a cluster is started"
# it takes a second of ours: without a program to start
curl -sSf -X POST -d '{}' -o "$site/said" --unix-socket "$socket" "http://engine/v1/operations/$op/cancel"; ok "the start is taken back"
until_ok cancelled; ok "R4.5: it ends as cancelled"
state_is one off >"$site/said"; ok "the cluster is off"
until_ok nothing; ok "R4.5: and nothing of it is left in the cloud"
until_ok event "one .*start cancelled: cancelled by $me; what it had made is gone again"; ok "the event says who did"
api /v1/clusters/one | jq -e --arg m "$me" '.reason == "cancelled by " + $m' >"$site/said"; ok "and so does the cluster"

# and once more, through a kill
control POST /azsim/fault '{"method":"PUT","match":"virtualMachines/head","effect":"status","status":409,"code":"AnotherOperationInProgress","count":-1}' >/dev/null
begin start one; ok "started again, and the cloud makes no head"
until_ok step_is head; ok "it waits for that"
control POST /azsim/fault '{"method":"DELETE","match":"/disks/","effect":"status","status":403,"code":"AuthorizationFailed","count":2}' >/dev/null
say operation cancel "$op"; ok "taken back, while the cloud refuses a deletion"
end_pid "$engine_pid"
engine_start
engine_wait; ok "the engine is killed meanwhile"
until_ok cancelled; ok "it ends all the same"
state_is one off >"$site/said" && until_ok nothing; ok "off, and nothing is left"
end_pid "$azsim_pid" # its faults end with it
cloud_start 80

# a stopped cluster's start
say cluster start one --wait && say cluster stop one --wait --yes; ok "a cluster was stopped"
control POST /azsim/fault '{"method":"POST","match":"virtualMachines/head/start","effect":"status","status":409,"code":"AnotherOperationInProgress","count":-1}' >/dev/null
begin start one; say operation cancel "$op"; ok "its start is taken back"
until_ok cancelled; ok "it ends as cancelled"
state_is one off >"$site/said"; ok "off"
control GET /azsim/state | jq -e '.counts.vms == 1' >"$site/said"; ok "with the head that it had"
end_pid "$azsim_pid"
cloud_start 80
say cluster start one --wait; ok "and starts again"

# R8.6 stays whole for what was ever made
begin delete one --name one --keep none; ok "deleted"
until_ok done_; ok "it goes"
took '>= 60000' >"$site/said" && operation | jq -e '.data.lists >= 2 and .data.second_empty_list != ""' >"$site/said"; ok "R8.6: with two lists, a minute apart"
until_ok nothing; ok "nothing is left"
tap_end
