#!/bin/sh
# R8.3: of a cluster's disk a snapshot stays. The plan says so with its price; the disk goes only when the cloud shows the
# snapshot, whatever refuses, fails or is killed meanwhile (R8.7); it is kept as a disk is, a new cluster's disk is made from it,
# and deleting its row deletes it. On ghosts; the data itself: keep_test.sh. TAP.
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
book() { control GET '/azsim/ledger?max=20' >"$site/said" && jq -e "$1" "$site/said" >/dev/null; }
live() { book ".live == $1"; }
ended() { operation | jq -e '.state == "done"'; }
stays() { operation | jq -e '[.data.items[] | select(.state == "failed")] | length == 1 and .[0].kind == "disk" and (.[0].error | test("no snapshot of it was made"))'; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 50
engine_start
engine_wait; ok "cloud and engine are there"
say cluster check one slurm shared_gib=64 shared_keep=snapshot --json && has "a snapshot of it kept at teardown"; ok "a check tells the policy"
say cluster create one slurm shared_gib=64 shared_keep=snapshot htc_max=2 hpc_max=0; ok "a template may say snapshot"
say cluster start one --wait; ok "a cluster runs"
disk=$(cli disk list --json | jq -r '.disks[0].disk')

# The plan
say cluster delete one --keep shared=copy
[ $? -eq 2 ] && has 'can be kept as "shared" or as "shared=snapshot"'; ok "another word than snapshot is refused"
say cluster delete one
has "$disk: delete, once its snapshot is there" && has "$disk-s1: make before its disk goes, goes on at" && ! has "DATA LOST"
ok "R8.3: the plan makes a snapshot before the disk goes, with its price"
api '/v1/clusters/one/teardown' >"$site/said"
jq -e '.storage[0] | .act == "snapshot" and .policy == "snapshot" and .can_snapshot and .snapshot_per_hour < .price_per_hour' "$site/said" >/dev/null
ok "which is less than the disk's"
jq -e '.goes_on_per_hour == .storage[0].snapshot_per_hour' "$site/said" >/dev/null; ok "and all that goes on"
say cluster delete one --keep shared; has "$disk: keep, goes on at" && ! has "$disk-s1"; ok "it can be kept all the same"
say cluster delete one --keep none; has "DATA LOST: shared" && ! has "$disk-s1"; ok "or go without one"

# No snapshot, no deletion
control POST /azsim/fault '{"method":"PUT","match":"/snapshots/","effect":"status","status":403,"code":"AuthorizationFailed","count":-1}' >/dev/null
say cluster delete one --name one --json
op=$(jq -r .operation "$site/said")
until_ok stays; ok "R8.7: a snapshot that cannot be made leaves the disk, and says so"
book '.live["Microsoft.Compute/disks"] == 1 and (.live["Microsoft.Compute/snapshots"] == null)'; ok "the disk is there"
say events one --most 50 && has "stays, as no snapshot of it was made"; ok "an event says so"
id=$(operation | jq -r '.data.items[] | select(.state == "failed") | .id')
say operation skip "$op" "$id" --yes; ok "it can be left"
until_ok ended; ok "then the teardown ends"
operation | jq -e '[.data.left[] | select(.kind == "disk" and .price_per_hour > 0)] | length == 1' >"$site/said"; ok "R8.7: and lists the disk with its price"
say cluster list && has residue; ok "its cluster stays on the front page"

# A restart of both: the cloud's faults end
end_pid "$azsim_pid"
cloud_start 50
end_pid "$engine_pid"
engine_start
engine_wait
until_ok say cluster delete one --name one --json
op=$(jq -r .operation "$site/said")
end_pid "$engine_pid"
engine_start
engine_wait
until_ok ended; ok "a second teardown is decided anew, and goes on when its engine is killed"
# without its price where the new engine had not read the region's prices yet
operation | jq -e '[.data.kept[] | select(.kind == "snapshot")] | length == 1' >"$site/said"; ok "the report has the snapshot"
operation | jq -e '.data.left == []' >"$site/said"; ok "and nothing that is left"
operation | jq -e --arg d "/disks/$disk" '.data.gone | map(select(endswith($d))) | length == 1' >"$site/said"; ok "the disk is proven gone"
live '{"Microsoft.Resources/resourceGroups": 1, "Microsoft.Compute/snapshots": 1}'; ok "the cloud has one group and one snapshot, and nothing else"
say cluster list && has "torn down; 1 snapshot is kept"; ok "the front page does not forget it"
say disk list && has "$disk-s2" && has snapshot; ok "disk list tells that it is a snapshot, of a name that was not used before"
costs() { cli cost one --json | jq -e '.rate.by_kind.storage > 0'; }
until_ok costs; ok "it costs"

# A new cluster from it, and the snapshot stays
say cluster create two slurm shared_disk=one htc_max=2 hpc_max=0 && say cluster start two --wait; ok "a new cluster is made from it"
live_disks() { book '[.disks[] | select(.deleted == null and .gib == 64)] | length == 2'; }
live_disks; ok "it has a disk of its own, and the snapshot is still there"
api '/v1/clusters/one/teardown' >"$site/said"
jq -e '.storage[0] | .act == "delete" and .can_snapshot == false' "$site/said" >/dev/null; ok "of a snapshot there is none"
say cluster delete one --keep shared=snapshot
[ $? -eq 2 ] && has "is a snapshot already"; ok "which is told"
say cluster delete one; has "DATA LOST: shared (/shared) its snapshot is deleted"; ok "the plan of what is left deletes it, and says what is lost"
say cluster delete one --name one --accept-data-loss --wait --json; ok "deleting its row deletes it"
book '.live["Microsoft.Compute/snapshots"] == null'; ok "it is gone"
say cluster delete two; has "-shared-" && has "keep, goes on at"; ok "what was made from one is kept unless the template says otherwise"
say cluster delete two --keep none --name two --wait --json; ok "a teardown without"
live '{}'; ok "leaves nothing"
tap_end
