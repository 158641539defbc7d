#!/bin/sh
# R8.5, R8.7: a deletion that is refused waits for its own next try while the rest of the graph goes; after 30 min without
# progress it is an alarm on the front page; the operator hurries it, and it ends. R4.5, R4.6: a start that does not get on is
# cancelled, or ends at its deadline. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

op=0
complain() { { cat "$site/said"; cli operation show "$op"; tail -n 8 "$site/engine.log"; } | cut -c1-500; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
has() { grep -qF -- "$1" "$site/said"; }
operation() { api "/v1/operations/$op"; }
until_ok() { until_true "$@" >"$site/said" 2>&1; }
item() { operation | jq -e --arg k "$1" '[.data.items[] | select(.kind == $k)][0]'; }
item_is() { item "$1" | jq -e --arg s "$2" '.state == $s'; }
fault() { # PATH STATUS CODE COUNT
	control POST /azsim/fault "{\"method\":\"DELETE\",\"match\":\"$1\",\"effect\":\"status\",\"status\":$2,\"code\":\"$3\",\"count\":$4}" >/dev/null
}
put_off() { # KIND MS: its next try is so long after its step began, at least
	operation | jq -e --arg k "$1" --argjson ms "$2" '[.data.items[] | select(.kind == $k)][0] as $i | $i.next_try_ms - ([.data.steps[] | select(.name == "nodes")][0].at_ms) >= $ms'
}
ended() { operation | jq -e '.state == "done"'; }
busy() { api /v1/clusters/one | grep -q '"busy":1[,}]'; }
alarmed() { cli events one --most 1000 | grep 'nothing went for 30 min'; }
front() { api /v1/clusters/one | jq -e "$@"; }
tries() { item scaleset | jq -e ".tries $1"; }
waits() { operation | jq -e '.step == "again" and .next_try_ms > 0 and .error != "" and (.detail | test("next try [0-9][0-9]:"))'; }

cloud_start 80 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create one slurm htc_max=1 hpc_max=0 && say cluster start one --wait; ok "a cluster runs"
control POST /azsim/queue-load '{"head":"one-head","jobs":1,"seconds":1000000,"cpus":2}' >/dev/null
until_ok busy; ok "a job runs on its node"

# a set that another change holds
fault /virtualMachineScaleSets/ 409 Conflict -1
say cluster delete one --name one --accept-data-loss --force --reason test --json
op=$(jq -r .operation "$site/said")
until_ok item_is scaleset failed; ok "the set that could not be deleted is known"
item scaleset >"$site/said" && put_off scaleset 180000 >/dev/null; ok "it waits the 180 s that a conflict takes"
until_ok item_is vm gone; ok "the head goes meanwhile"
until_ok item_is scaleset failed; ok "while the set waits for its next try"
item_is network waiting >"$site/said"; ok "what the set's machines hold is not tried"
cli node list one >"$site/said"; has htc-1; ok "its node is still shown, as it costs"
until_ok waits; ok "the operation shows step, next try as a time of day, and the last error"
until_ok tries '>= 4'; ok "tries are counted"
say operation retry "$op" && until_ok tries '< 3'; ok "the operator hurries it, which counts from the first try again"
until_ok alarmed; ok "after 30 min without progress there is an alarm"
until_ok front '.state == "residue"'; ok "which stays on the front page"
until_ok front '.reason | test("1 left, [$][0-9.]+/day; next try [0-9][0-9]:.*Conflict")'; ok "with what, its price, the next try and the reason"
until_ok tries '>= 5'; ok "the tries go on"
control POST /azsim/fault '{"method":"PUT","match":"paceline-one","effect":"reset-before","count":1}' >/dev/null
end_pid "$engine_pid"
engine_start
engine_wait
tries '>= 5' >"$site/said"; ok "a killed engine goes on counting"
had=$(item scaleset | jq .tries)
until_ok tries "> $had"; ok "R3.4: and on trying, though it never heard whether its lease was written"
end_pid "$azsim_pid" # its faults end with it
cloud_start 80
say operation retry "$op"; ok "the operator hurries it once more"
until_ok ended; ok "and it ends, with its proof"
control GET '/azsim/ledger?max=0' >"$site/said" && jq -e '.live == {}' "$site/said" >/dev/null; ok "nothing is left"

# R4.5, R4.6: a step that does not end
fault_put() { control POST /azsim/fault "{\"method\":\"PUT\",\"match\":\"$1\",\"effect\":\"status\",\"status\":$2,\"code\":\"$3\",\"count\":-1}" >/dev/null; }
begin() { say cluster start two --json && op=$(jq -r .operation "$site/said"); }
step_is() { operation | jq -e --arg s "$1" '.step == $s'; }
failed_with() { operation | jq -e --arg s "$1" '.state == "failed" and (.error | test($s))'; }
cancelled() { operation | jq -e '.state == "cancelled"'; }
state_is() { api /v1/clusters/two | grep -q "\"state\":\"$1\""; }
say cluster create two slurm htc_max=1 hpc_max=0; ok "another cluster"
fault_put /networkSecurityGroups/ 409 AnotherOperationInProgress
begin; ok "is started while the cloud makes no rules"
until_ok step_is network; ok "its step waits"
tells_try() { operation | jq -e '.deadline_ms - .step_ms == 1800000 and .error != "" and .next_try_ms > 0'; }
until_ok tells_try; ok "R4.6: with its deadline, last error and next try"
say operation cancel "$op"; ok "R4.5: it can be cancelled"
until_ok cancelled; ok "and ends between two steps"
until_ok state_is off; ok "R4.5: off, with what it had made gone"
begin; ok "started again"
until_ok failed_with 'step network did not end within 30m: .*start it again, or delete it'; ok "R4.6: after its deadline the start ends, and says what can be done"
say cluster delete two --name two --accept-data-loss --wait; ok "what it made is deleted"
control GET '/azsim/ledger?max=0' >"$site/said" && jq -e '.live == {}' "$site/said" >/dev/null; ok "nothing is left of it"

tap_end
