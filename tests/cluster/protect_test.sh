#!/bin/sh
# R8.1: a teardown needs the hash of a plan that is not older than ten minutes, the typed name, and a cluster that nobody protected.
# R8.2: a cluster that is being deleted gets no more nodes, and each that it has goes as soon as it is empty (R6.1). R8.3: disks that are kept outlive it. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cli operation show "$op"; cli events --most 15; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
op=0
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
has() { grep -qF -- "$1" "$site/said"; }
refused() { # WORDS COMMAND...
	want=$1
	shift
	! say "$@" && has "$want"
}
now() { api /v1/engine | jq .now_ms; }
later() { [ "$(now)" -gt "$1" ]; }
is() { api /v1/clusters/demo >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
step() { api "/v1/operations/$op" >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
machines() { control GET /azsim/state >"$site/said" && jq -e ".counts.vms == $1" "$site/said"; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" >/dev/null; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 40 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create demo slurm htc_max=4 hpc_max=0 shared_gib=32 && say cluster start demo --wait; ok "a cluster runs"
load 2 1000000
until_true is '.view.busy == 2'; ok "two jobs run"

say cluster protect demo; ok "it is protected"
refused 'an admin has to unprotect it first' cluster delete demo --name demo --yes; ok "R8.1: a protected cluster is not torn down"
refused 'an admin has to unprotect it first' cluster delete demo </dev/null && ! has 'This deletes'; ok "and no plan is shown before that is said"
say cluster status demo && has 'protected'; ok "status says that it is"
say cluster unprotect demo --yes; ok "an admin unprotects it"
say audit && has unprotect; ok "the audit knows who"
refused "is not the cluster's name; nothing was deleted" cluster delete demo --name dem --yes; ok "R8.1: another name deletes nothing"
plan=$(api '/v1/clusters/demo/teardown?keep=' | jq -r .hash)
until_true later $(($(now) + 620000))
curl -sS --unix-socket "$socket" -X POST -H "If-Match: *" -d "{\"plan_hash\":\"$plan\",\"typed_name\":\"demo\"}" http://engine/v1/clusters/demo/teardown >"$site/said"
has 'older than 10 min'; ok "R8.1: nor does a plan of eleven minutes ago"
is '.state == "running"'; ok "the cluster works on"

say cluster delete demo --name demo --keep shared --yes --json
op=$(jq -r .operation "$site/said"); ok "its teardown begins"
until_true step '.step == "drain"'; ok "the jobs that run are waited for"
made=$(control GET /azsim/counters | jq .vmsMade)
load 3 50
say job cancel demo 1 --yes; ok "one of them ends"
until_true machines 2; ok "R6.1: its node goes, and the head stays"
until_true is '.view.busy == 0 and .view.draining == 1' && step '.step == "drain"'; ok "while the other's is waited for"
say job cancel demo 2 --yes; ok "until that ends"
ended() { step '.state == "done"'; }
until_true ended; ok "as the teardown does then"
[ "$(control GET /azsim/counters | jq .vmsMade)" = "$made" ]; ok "R8.2: no node came for work that was submitted meanwhile"
say disk list && has 'kept'; ok "R8.3: the disk that was to be kept outlives it"
tap_end
