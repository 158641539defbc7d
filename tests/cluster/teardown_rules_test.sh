#!/bin/sh
# R8.1, R8.2, R8.4 on ghosts: a teardown asks for its plan and the name, can be taken back for ten seconds and leaves the cluster
# as it was; once it goes nothing brings the cluster back; and a group that holds what is somebody else's stays, with that. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

op=0
complain() { { cat "$site/said"; cli operation show "$op"; cli events | tail -n 12; } | cut -c1-300; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
has() { grep -q -e "$1" "$site/said"; }
until_ok() { until_true "$@" >"$site/said" 2>&1; }
operation() { api "/v1/operations/$op"; }
op_is() { operation | jq -e --arg s "$1" '.state == $s'; }
state_is() { api /v1/clusters/one | jq -e --arg s "$1" '.state == $s'; }
begin_delete() { say cluster delete one --name one --json "$@" && op=$(jq -r .operation "$site/said"); }
# Ten seconds are two and a half of ours: without a program to start.
take_back() { curl -sSf -X POST -d '{}' -o "$site/said" --unix-socket "$socket" "http://engine/v1/operations/$op/cancel"; }
status_of() { by_hand GET "$1"; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 4 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create one slurm htc_max=1 hpc_max=0 && say cluster start one --wait; ok "a cluster runs"
group=$(api /v1/clusters/one | jq -r .group_id)

say cluster delete one && false || has 'name'; ok "R8.1: without the name nothing is deleted"
say cluster delete one --name two && false || has 'nothing was deleted'; ok "R8.1: nor with another"
say cluster delete one --name one --plan 0123456789abcdef && false || has 'nothing was deleted'; ok "R8.1: nor with the hash of another plan"
say cluster delete one --name one && false || has 'nothing was deleted: shared (/shared) would be lost: add --accept-data-loss'; ok "R8.1: nor data that nobody gave up"
say cluster delete one --name one --force --reason test && false || has 'would be lost'; ok "R8.1: which force does not"
cli operation list one --json | jq -e 'any(.. | objects; .kind? == "delete") | not' >"$site/said"; ok "R8.1: and nothing has begun"
state_is running >"$site/said"; ok "the cluster works on"
# told TAIL: the engine itself, with the plan's hash and what is asked for, refuses with 409
told() { curl -sS -o "$site/said" -w '%{http_code}' -X POST -H 'If-Match: *' --unix-socket "$socket" -d "{\"typed_name\":\"one\",$1}" http://engine/v1/clusters/one/teardown | grep -q 409; }
plan=$(api /v1/clusters/one/teardown)
waits=$(echo "$plan" | jq -r .hash) kills=$(echo "$plan" | jq -r .hash_forced)
told "\"plan_hash\":\"$waits\",\"force\":true,\"reason\":\"test\"" && has 'waits for running jobs and force kills them'; ok "R8.1: what was agreed to without force is not done by force"
told "\"plan_hash\":\"$kills\"" && has 'kills running jobs and force is not asked for'; ok "R8.1: nor the other way round"
begin_delete --accept-data-loss --plan "$kills" --force --reason test && take_back; ok "R8.1: with force by the hash of the plan with force"
until_ok op_is cancelled; ok "which is taken back"

begin_delete --accept-data-loss && take_back; ok "R8.1: a teardown is taken back within ten seconds"
until_ok op_is cancelled; ok "it ends before the first call"
state_is running >"$site/said"; ok "and the cluster works on"
say cluster stop one --wait --yes; ok "the cluster is stopped"
begin_delete --plan "$(api /v1/clusters/one/teardown | jq -r .hash)" && take_back; ok "R8.1: a teardown of it, agreed to by its plan, is taken back"
until_ok op_is cancelled; ok "it ends"
state_is off >"$site/said"; ok "and the cluster is off, as it was"

# what is somebody else's
status=$(by_hand PUT "$group/providers/Microsoft.Network/networkSecurityGroups/theirs" '{"location":"westeurope","tags":{"owner":"somebody"},"properties":{}}')
case $status in 20[0-2]) ;; *) false ;; esac; ok "somebody puts a thing of his own into the group"
short=${group##*-}
begin_delete --keep none; ok "the cluster is deleted, its data given up in so many words"
until_ok state_is deleting; ok "R8.2: from here"
say cluster start one && false || has 'comes before start: nothing was changed'; ok "R8.2: nothing starts it"
until_ok op_is 'done'; ok "the teardown ends"
operation | jq -e '.data.group_deleted == false' >"$site/said"; ok "R8.4: its proof says that the group stays"
[ "$(status_of "$group")" = 200 ] && [ "$(status_of "$group/providers/Microsoft.Network/networkSecurityGroups/theirs")" = 200 ]; ok "R8.4: with what is in it"
[ "$(status_of "$group/providers/Microsoft.Network/networkSecurityGroups/nsg")" = 404 ]; ok "R8.4: and nothing of ours"
say cluster create one slurm htc_max=1 hpc_max=0 && say cluster start one --wait; ok "R8.2: a cluster of that name is made anew"
[ "$(api /v1/clusters/one | jq -r .group_id)" != "$group" ] && [ "$short" ]; ok "R8.2: under another id"

printf '#!/bin/sh\ntrue\n' >"$site/job.sh"
cli job submit one "$site/job.sh" --wait -- --hold >"$site/waited" 2>&1 </dev/null &
waiter=$!
waits() { grep -q 'job .*1 pending' "$site/waited"; }
until_true waits; ok "somebody waits for a job of it"
begin_delete --keep none; ok "which is deleted meanwhile"
wait "$waiter"; [ $? -eq 1 ] && grep -q 'cluster one was deleted while job .* was waited for' "$site/waited"; ok "then it is waited for no more, and that is said"

say cluster create two slurm htc_max=1 hpc_max=0 network=10.64.0.0/16; ok "a cluster that was never started"
say cluster delete two --name two --wait; ok "R8.1: has nothing to lose, and its name is enough"
tap_end
