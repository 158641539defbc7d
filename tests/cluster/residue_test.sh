#!/bin/sh
# A resource that cannot be deleted: the teardown says which and why, the operator hurries it or leaves it, the report lists
# what is left with its price, the cluster stays on the front page, and a second teardown removes it. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
has() { grep -qF -- "$1" "$site/said"; }
operation() { api "/v1/operations/$op"; }
quietly() { "$@" >"$site/said" 2>&1; }
until_ok() { until_true quietly "$@"; }
failed_is() { operation | jq -e --arg k "$1" '[.data.items[] | select(.state == "failed" and .kind == $k and .error != "")] | length == 1'; }
ended() { operation | jq -e '.state == "done"'; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 50
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create one slurm shared_gib=32 shared_keep=keep && say cluster start one --wait; ok "a cluster runs"

control POST /azsim/fault '{"method":"DELETE","match":"/networkSecurityGroups/","effect":"status","status":403,"code":"AuthorizationFailed","count":-1}' >/dev/null
say cluster delete one --keep none --name one --json
op=$(jq -r .operation "$site/said")
until_ok failed_is nsg; ok "the item that failed is known with its reason"
say operation cancel "$op"
[ $? -eq 1 ] && has "cannot be taken back: the teardown has begun to delete"; ok "it is not said to be taken back"
say operation retry "$op"; ok "it can be tried again now"
until_ok failed_is nsg; ok "and fails again"
say operation skip "$op" /not/there --yes
[ $? -eq 1 ] && has "waits for nothing called"; ok "what is not part of it cannot be skipped"
id=$(operation | jq -r '.data.items[] | select(.kind == "nsg") | .id')
say operation skip "$op" "$id" --yes; ok "it can be left"
until_ok ended; ok "the teardown goes on to its end"
operation >"$site/said"; jq -e '[.data.left[] | select(.kind == "nsg")] | length == 1' "$site/said" >/dev/null; ok "its report lists what is left"
operation | jq -e '[.data.left[] | select(.kind == "group")] | length == 1' >"$site/said"; ok "with the group that holds it"
operation | jq -e '.data.gone | map(select(test("/virtualMachines/head$"))) | length == 1' >"$site/said"; ok "all else is proven gone"
say cluster list && has residue; ok "the cluster stays on the front page"

end_pid "$engine_pid"
engine_start
engine_wait
end_pid "$azsim_pid" # its faults end with it
cloud_start 50
until_ok say cluster delete one --name one --accept-data-loss --json
op=$(jq -r .operation "$site/said")
until_ok ended; ok "a second teardown removes it"
control GET '/azsim/ledger?max=0' >"$site/said" && jq -e '.live == {}' "$site/said" >/dev/null; ok "nothing is left"

tap_end
