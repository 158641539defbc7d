#!/bin/sh
# Spot machines that are taken back, with a notice to the node's own watcher (B2), hours in which an array has other numbers, and budgets of users and accounts: as
# templates say it and an operator sees it. On ghosts, whose evictions are asked for; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

said() { cli "$@" >"$site/said" 2>&1; }
has() { grep -qF -e "$1" "$site/said"; }
view() { cli cluster status demo --json | jq -r ".view | $1"; }
is() { [ "$(view "$1")" = "$2" ]; }
told() { said events demo && has "$1"; }
node_of() { api '/v1/clusters/demo/jobs?max=100' | jq -r --arg id "$1" '[.. | objects | select(.id? == $id and .state? == "running")][0].nodes // empty'; }
runs() { [ -n "$(node_of "$1")" ]; }
vm_of() { api '/v1/clusters/demo/nodes?max=100' | jq -r --arg n "$1" '[.. | objects | select(.name? == $n and .vm_name?)][0].vm_name // empty'; }
spot_of() { api '/v1/clusters/demo/nodes?max=100' | jq -r --arg n "$1" '[.. | objects | select(.name? == $n and .vm_name?)][0] | .spot // false'; }

# The hours are all hours; the budget of nothing is spent from its begin.
sed -i -e '/^  choose: cost/a\  budgets:\n    ann-month: {user: ann, limit: 0}\n    phys: {account: physics, limit: 100, period: day}' \
	-e '/^    spot: then_ondemand/a\    spot_wait: 10s\n    schedule:\n      always: {from: "00:00", to: "24:00", zone: UTC, min_nodes: 2, idle: 20m}' \
	"$site/templates/slurm.yaml"
printf '%s: 0\n' os_timeout_share evictions_per_hour preempt_share slow_share hidden_share >"$site/calm.yaml"
echo 'evict_notice_ms: 3600000' >>"$site/calm.yaml" # long enough for a slow machine to see what follows from the notice alone
cloud_start 20 --scenario "$site/calm.yaml" >/dev/null && engine_start && engine_wait
ok "a cloud of ghosts and an engine"
said template check slurm
ok "a template with hours and budgets is right"
cli cluster create demo slurm htc_max=12 hpc_max=0 cycle=1s >/dev/null && cli cluster start demo --wait >/dev/null 2>&1
ok "its cluster starts"

until_true is .idle 2
ok "the hours' two nodes come without a job"
said cluster status demo && has 'schedule' && has 'htc always: min 2, idle 1200 s until 00:00 UTC'
ok "the cluster says which hours these are, and until when"
says_idle() { said why demo htc-1 && has 'the decision says: idle'; }
until_true says_idle
ok "why says that one is idle"

# Slurm lets two of them run on the nodes that are there; for the others none is made.
control POST /azsim/queue-load '{"head":"demo-head","user":"ann","jobs":4,"seconds":90000,"cpus":2,"name":"anns"}' >/dev/null
says_budget() { view .reasons | grep -q budget; }
until_true says_budget
ok "jobs whose user has spent the budget wait for that"
waiting=$(api '/v1/clusters/demo/jobs?max=100' | jq -r '[.. | objects | select(.user? == "ann" and .state? == "pending")][0].id')
said why demo "$waiting" && has 'budget ann-month: the 0.00 USD of user ann for this month are spent: no node is made for it'
ok "and each is told so"
said cost demo && has 'ann-month, user ann, month' && has 'used up' && has 'phys, account physics, day'
ok "the cost names each budget"
test "$(cli cost demo --json | jq -r '[.budgets[] | .state] | join(" ")')" = 'over ok'
ok "and so does its JSON"

# Slurm would give the next nodes to them: they stand first.
anns() { api '/v1/clusters/demo/jobs?max=100' | jq -r '[.. | objects | select(.user? == "ann" and (.state? == "pending" or .state? == "running"))] | .[].id'; }
for id in $(anns); do cli job cancel demo "$id" --yes >/dev/null 2>&1; done
none_of_ann() { [ -z "$(anns)" ]; }
until_true none_of_ann
control POST /azsim/queue-load '{"head":"demo-head","user":"bob","jobs":1,"seconds":90000,"cpus":2,"name":"bobs"}' >/dev/null
bob() { api '/v1/clusters/demo/jobs?max=100' | jq -r '[.. | objects | select(.user? == "bob" and .id?)][0].id // empty'; }
came() { job=$(bob) && [ -n "$job" ]; }
until_true came
until_true runs "$job"
ok "a job of another user runs"
for time in 1 2; do
	node=$(node_of "$job")
	vm=$(vm_of "$node")
	test "$(spot_of "$node")" = true
	ok "on a spot machine, the $time. time"
	control POST /azsim/evict "{\"vm\":\"$vm\"}" | grep -q "$vm"
	ok "which is taken back"
	other() { now=$(node_of "$job"); [ -n "$now" ] && [ "$now" != "$node" ]; }
	noticed() { said events demo --most 1000 && grep -qE "$node .*spot eviction notice: the cloud takes its machine back" "$site/said"; }
	until_true noticed
	ok "B2: the node's notice is told before its machine is gone"
	back() { said events demo --most 1000 && [ "$(grep -c 'put back into the queue: the cloud takes its spot machine back' "$site/said")" = "$time" ]; }
	until_true back
	ok "B2: and its job put back into the queue"
	until_true other
	ok "so that it runs on another"
done
until_true told 'lost its spot machine 2 times: no spot is made for it any more'
ok "after the second time it gets no spot any more"
until_true told 'taken back: 2 of'
ok "and a size of which so many are taken rests"
until_true told 'the cloud did not take it, and nothing runs on it'
ok "a machine that is still there long after its notice, and empty, is deleted"

# The watcher of a node, with a cloud and a scheduler of our own
mkdir "$site/stub"
sed -n '/^until_true()/,/^}/p' templates/nodes/common.sh >"$site/watch.sh"
sed -n '/^metadata()/,/^}/p; /^of_machine()/p; /^is_taken_back()/,/^}/p; /^drain_myself()/p; /^watch_for_eviction()/,/^}/p' \
	templates/nodes/slurm-node.sh >>"$site/watch.sh"
cat >"$site/stub/curl" <<'END'
#!/bin/sh
for url; do :; done
case $url in
*/compute/priority*) cat "$STUB/priority" ;;
*/compute/name*) echo htc_7 ;;
*/scheduledevents*) cat "$STUB/events" ;;
esac
END
cat >"$site/stub/scontrol" <<'END'
#!/bin/sh
echo "$*" >>"$STUB/scontrol.said"
END
chmod +x "$site/stub/curl" "$site/stub/scontrol"
watch() { # PRIORITY: its watcher, if it has one, ends with the test
	echo "$1" >"$site/stub/priority"
	STUB=$site/stub PATH=$site/stub:$PATH name=htc-7 timeout 60 sh -c '. "$0"; watch_for_eviction; wait' "$site/watch.sh"
}
event() { printf '{"DocumentIncarnation": 2,\r\n "Events": [{"EventId": "1", "EventType": "%s", "Resources": ["%s"]}]}' "$1" "$2" >"$site/stub/events"; }
is_taken_back() { STUB=$site/stub PATH=$site/stub:$PATH sh -c '. "$0"; is_taken_back htc_7' "$site/watch.sh"; }
event Reboot htc_7
! is_taken_back
ok "another event is no eviction"
event Preempt htc_70
! is_taken_back
ok "nor is one of another machine of the set"
event Preempt htc_7
is_taken_back
ok "one that names the machine is"
watch Regular && [ ! -e "$site/stub/scontrol.said" ]
ok "a machine on demand watches for nothing"
watch Spot && grep -qx 'update nodename=htc-7 state=drain reason=paceline: spot eviction notice' "$site/stub/scontrol.said"
ok "a spot machine drains its own node, with the reason that the engine reads"
tap_end
