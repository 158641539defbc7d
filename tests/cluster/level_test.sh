#!/bin/sh
# The engine goes by what is there and not by what it was told of (R5.1): what happened while none ran, and what nobody told it,
# is seen in the next cycle. It ends in order and changes nothing by that (R1.3, R1.4), and what it is asked for is an operation to
# watch (R9.3). What ends without a drain (R6.3): a machine that the cloud has no more, and a person's force, with a
# reason and the names of the jobs. A teardown's order (R8.3). On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq sqlite3

complain() { { cat "$site/said"; cli audit --most 8; cli events --most 20; tail -n 5 "$site/engine.log"; } 2>&1 | cut -c1-220; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
refused() { # WORDS COMMAND...
	want=$1
	shift
	! say "$@" && grep -q -e "$want" "$site/said"
}
busy() { api /v1/clusters/demo | jq -e ".view.busy == $1" >"$site/said"; }
event() { cli events --most 1000 | grep -q -e "$1"; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":1000000,\"cpus\":2}" >/dev/null; }
first() { api '/v1/clusters/demo/nodes?count=9' | jq -r "[.rows[] | select(.state == \"busy\")][0].$1"; }

live() { control GET '/azsim/ledger?max=0' | jq -c .live; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 40 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create demo slurm htc_max=3 hpc_max=0 shared_gib=32 idle=10m cycle=5s; ok "a cluster is made"
curl -sS --unix-socket "$socket" -X POST -d '{}' -o "$site/said" -w '%{http_code}' http://engine/v1/clusters/demo/start >"$site/code"
op=$(jq -r .operation "$site/said")
[ "$(cat "$site/code")" = 202 ] && [ "$op" -gt 0 ]; ok "R9.3: its start is accepted with the number of an operation"
done_() { api "/v1/operations/$op" >"$site/said" && jq -e '.state == "done"' "$site/said"; }
until_true done_ >/dev/null; ok "R9.3: and that is what can be watched until it is done"
load 2
until_true busy 2; ok "R5.1: jobs that nobody told the engine of have their nodes"

lost=$(first name) vm=$(first vm_id) there=$(live)
kill "$engine_pid" && wait "$engine_pid"; ok "R1.3: the engine ends in order when it is asked to"
engine_pid=
[ "$(live)" = "$there" ]; ok "R1.4: and changes nothing in the cloud"
by_hand DELETE "$vm" >"$site/said" 2>&1 && grep -q '20[0-4]$' "$site/said" && load 1; ok "no engine runs: somebody deletes a machine, and another job comes"
engine_start && engine_wait
until_true event " $lost .*evicted: "; ok "R5.1: the next engine sees that the machine is gone"
! event " $lost .*draining"; ok "R6.3: its node goes without a drain"
! event 'the engine came back'; ok "R1.3: the next engine has nothing to say of an end that was in order"
until_true busy 3; ok "R5.1: and gives all three jobs a node"

node=$(first name) job=$(first job)
api "/v1/clusters/demo/killed?nodes=$node" >"$site/said" && jq -e ".text == \"it ends job $job\"" "$site/said" >/dev/null
ok "R6.3: the jobs that its end would end are told before"
refused 'give a reason' node terminate demo "$node" --force --yes; ok "R6.3: force without a reason is refused"
say node terminate demo "$node" --force --reason 'a fan is broken' --yes; ok "with one it is taken"
say audit && grep -q "node terminate .*a fan is broken; it ends job $job\b" "$site/said"; ok "R6.3: the audit has the reason, and the job that it ended"
! event " $node .*draining"; ok "R6.3: nothing was waited for"

refused 'give a reason' cluster delete demo --name demo --keep none --force --yes; ok "R6.3: nor is a teardown forced without a reason"
say cluster delete demo --keep none --force --reason 'the project is over'
grep -q 'KILLED: .* job' "$site/said" && ! grep -q 'waited for' "$site/said"; ok "the plan of one that is forced says whose end it is"
say cluster delete demo --name demo --keep none --force --reason 'the project is over' --yes --json
op=$(jq -r .operation "$site/said")
until_true done_ >/dev/null; ok "the cluster is torn down"
cli audit | grep -q "delete .*forced: the project is over; it ends jobs* "; ok "R6.3: which jobs that ended is in the audit"
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
order=$(sqlite3 "$site/engine/engine.db" "SELECT kind FROM intent WHERE operation_id = $op AND verb = 'delete' ORDER BY id" | uniq | tr '\n' ' ')
echo "$order" >"$site/said"
[ "$order" = "scaleset vm network nsg disk group " ]; ok "R8.3: nodes, head, network, storage, group, in this order"
tap_end
