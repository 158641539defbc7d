#!/bin/sh
# A template that changes under a cluster: what differs and what that would do, who uses which revision, and what a
# cluster takes over while it runs. Also what is told of operations and of money, as commands. On ghosts; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

said() { cli "$@" >"$site/said" 2>&1; }
has() { grep -qF -e "$1" "$site/said"; }
spec() { cli cluster status demo --json | jq -r ".spec | $1"; }
hash_of() { cli "$@" --json 2>/dev/null | jq -r .hash; }

cloud_start 20 >/dev/null && engine_start && engine_wait
ok "a cloud of ghosts and an engine"
said template diff slurm && has 'no cluster was made from it yet'
ok "a template that nobody used has nothing to be held against"
said cluster create demo slurm htc_max=8 && said template list && has 'demo'
ok "the list tells who uses a template"
said template diff slurm demo && has 'they are the same' && has 'applying this: 0 add, 0 change, 0 destroy'
ok "a template that did not change is the same"

cp "$site/templates/slurm.yaml" "$site/before"
sed -i -e 's/^    default: 5m$/    default: 9m/' "$site/templates/slurm.yaml"
said template diff slurm demo
has '-    default: 5m' && has '+    default: 9m' && has '@@'
ok "a changed line stands twice, and what is far from it is left out"
has 'applying this: 0 add, 2 change, 0 destroy' && has '~ array htc idle  300 s -> 540 s   no restart'
ok "and below, what it would do"
cp "$site/templates/slurm.yaml" "$site/now"
sed -i -e '/htc_max/,/default:/s/default: .*/default: 9/' "$site/templates/slurm.yaml"
said template diff slurm demo
has '+    default: 9' && has 'demo has values of its own where a default changed: htc_max=8'
ok "where its own value stands, a changed default changes nothing, and that is said"
cp "$site/now" "$site/templates/slurm.yaml"
said template list && has 'demo *'
ok "a star says that the cluster is of another revision"
said template diff slurm --revision 000 ; has 'has no revision 000'
ok "a revision that is not kept is told so"

said cluster update demo nonsense=1
has 'has no parameter "nonsense"'
ok "an unknown value is refused with its name"
said cluster update demo head_size=Standard_D8s_v5 --yes
test $? -eq 1 && has 'head size' && has 'make a cluster anew' && [ "$(spec .head_size)" = Standard_D2s_v5 ]
ok "what a living cluster cannot take is named, and nothing is changed"
said cluster update demo shared_gib=16 shared_disk=foo --yes
test $? -eq 1 && has 'storage shared disk_gib' && has 'make a cluster anew'
ok "nor its disk"
said cluster update demo htc_max=12 </dev/null
has 'array htc max_nodes  8 -> 12   no restart' && has 'nothing was changed; --yes does it' && [ "$(spec '.arrays[0].max_nodes')" = 8 ]
ok "the plan comes first"
said cluster update demo htc_max=12 --plan 0123
test $? -eq 1 && has 'the plan is another one now' && [ "$(spec '.arrays[0].max_nodes')" = 8 ]
ok "another plan's hash is no agreement"

# The form: what may be changed, with what it is; then what values would come to.
form() { api /v1/clusters/demo/update | jq -e "$1" >"$site/said"; }
judged() { curl -sS --max-time 60 -d "$1" --unix-socket "$socket" http://engine/v1/clusters/demo/update/check | jq -e "$2" >"$site/said"; }
form '["cycle","hpc_max","hpc_size","htc_max","htc_size","idle","image"] - [.parameters[] | select(.fixed == "") | .name] == []'
ok "a form may change what a living cluster takes"
form '.parameters[] | select(.name == "htc_max") | .default == "8" and .max == 10000'
ok "and shows the cluster's own values"
form '.parameters[] | select(.name == "region") | .fixed == "only a cluster made anew has it"'
ok "what is fixed says why"
form '.parameters[] | select(.name == "shared_gib") | .fixed == "only a cluster made anew has it"'
ok "also of its disk"
judged '{"params":["htc_max=12"]}' '.problems == [] and .checks[0].text == "array htc max_nodes 8 -> 12, no restart" and .plan.possible'
ok "the plan of values is told in words"
judged '{"params":["htc_max=12345","idle=9m"]}' '.problems == [{"level":"fail","param":"htc_max","text":.problems[0].text,"fix":"10000"}]'
ok "a value that does not fit is told with what would"
judged '{"params":["htc_max=12","head_size=Standard_D8s_v5"]}' '[.problems[] | .param] == ["head_size"] and (.plan.possible | not)'
ok "of several values that which is refused is named"
judged '{"params":["head_size=Standard_D8s_v5"]}' '.problems[0].fix == "Standard_D2s_v5" and .checks == []'
ok "and what it was mends it"
form '[.parameters[] | select(.effect == "now") | .name] == ["htc_max","hpc_max","idle","cycle"]'
ok "what holds from the next decision on is told from what new nodes have"
judged '{"params":[]}' '.problems == [] and .checks[0].text == "nothing is changed yet" and (has("plan") | not)'
ok "no value is no change, and not the template's file"
judged '{"params":["htc_size=Standard_F4s_v2"],"offer":"htc_size"}' '.plan.possible and (.offers | map(.value) | index("Standard_F4s_v2"))'
ok "sizes are offered, as to a new cluster"
[ "$(spec '.arrays[0].max_nodes')" = 8 ]
ok "and nothing was changed by all that"

plan=$(hash_of cluster update demo htc_max=12 </dev/null)
said cluster update demo htc_max=12 --plan "$plan" && [ "$(spec '.arrays[0].max_nodes')" = 12 ] && [ "$(spec '.arrays[0].idle_s')" = 300 ]
ok "with values the cluster stays with its own revision"
cli audit --json | tee "$site/said" | jq -e '[.audit[] | select(.verb == "update")][0].reason == "slurm: array htc max_nodes 8 -> 12"' >/dev/null
ok "the audit tells what was changed, and how"
said events demo && has 'array htc max_nodes: 8 becomes 12'
ok "an event tells it"
said cluster update demo --yes && [ "$(spec '.arrays[0].idle_s')" = 540 ] && [ "$(spec '.arrays[0].max_nodes')" = 12 ]
ok "without values the file is taken over, and the cluster's own values stay"
said template list && ! has 'demo *'
ok "it is of the file's revision then"
said template diff slurm && has '-    default: 5m' && has 'REVISION'
ok "the last other revision is kept"

kill -9 "$engine_pid"
wait "$engine_pid" 2>/dev/null
engine_start && engine_wait && [ "$(spec '.arrays[0].max_nodes')" = 12 ] && [ "$(spec '.params[0]')" = htc_max=12 ]
ok "a killed engine knows it all"

# a start that does not end while it is asked about
control POST /azsim/fault '{"method":"PUT","match":"virtualMachines/head","effect":"status","status":409,"code":"AnotherOperationInProgress","count":-1}' >/dev/null
said cluster start demo
op=$(cli operation list --json | jq -r '.operations[0].id')
said operation show "$op" && has "start of demo" && has 'bootstrap' && has '<- here'
ok "an operation shows its steps, and at which it is"
said operation retry "$op" --yes && has 'tries again now'
ok "it can be told to try again now"
said operation retry 99999 --yes
test $? -eq 1 && has 'no operation 99999 is under way'
ok "one that is not there cannot"
end_pid "$azsim_pid" # its faults end with it
cloud_start 20 >/dev/null
said operation retry "$op" --yes
runs() { [ "$(cli cluster status demo --json | jq -r .state)" = running ]; }
until_true runs
said operation show "$op" && has 'answers' && ! has '<- here'
ok "it ends well"
cli events demo --json | jq -e --argjson op "$op" '[.events[] | select(.operation_id == $op)] | length >= 2' >"$site/said"
ok "events name the operation that they belong to"
said cost --csv && head -1 "$site/said" | grep -q '^table,time,cluster,array,user,job,' && grep -q '^cluster,,demo,' "$site/said"
ok "cost comes as CSV"
cells=$(awk -F, '{ print NF }' "$site/said" | sort -u)
test "$(echo "$cells" | wc -l)" = 1
ok "with as many cells in every line"
plan=$(hash_of cluster update demo htc_max=3 </dev/null)
said cluster update demo htc_max=3 --plan "$plan" && said cluster status demo && has '/3' || [ "$(spec '.arrays[0].max_nodes')" = 3 ]
ok "a cluster that runs takes a maximum over"

# Other sizes and images: for the nodes that come next.
printf '#!/bin/sh\n#SBATCH --exclusive\n#GHOST time=100000\n' >"$site/job.sh"
nodes_of() { cli node list demo --json | jq -e --arg size "$1" --argjson n "$2" '[.. | objects | select(.size? == $size and .state? == "busy")] | length == $n' >/dev/null; }
two_old() { nodes_of Standard_F2s_v2 2; }
two_old_one_new() { nodes_of Standard_F2s_v2 2 && nodes_of Standard_F4s_v2 1; }
told() { cli events demo | grep -q 'the scheduler takes jobs for every size that the cluster may buy now'; }
said job submit demo "$site/job.sh" -- --array=1-2 && until_true two_old
ok "two nodes of the size that it has"
said job submit demo "$site/job.sh" -- --constraint=Standard_F4s_v2
test $? -eq 1 && has 'Invalid feature'
ok "the scheduler refuses a job that names another size"
said cluster update demo htc_size=Standard_Nonsense --yes
test $? -eq 1 && has 'Standard_Nonsense' && [ "$(spec '.arrays[0].sizes[0]')" = Standard_F2s_v2 ]
ok "a size that the region has not is refused, and nothing is changed"
said cluster update demo htc_size=Standard_NC24ads_A100_v4 --yes
test $? -eq 1 && has 'GPUs' && [ "$(spec '.arrays[0].sizes[0]')" = Standard_F2s_v2 ]
ok "GPUs need a head that was made with them"
said cluster update demo htc_size=Standard_F4s_v2 </dev/null
has 'array htc sizes' && has 'new nodes only; 2 running'
ok "the plan says how many nodes stay as they are"
said cluster update demo htc_size=Standard_F4s_v2 htc_max=8 --yes && [ "$(spec '.arrays[0].sizes[0]')" = Standard_F4s_v2 ] && until_true told
ok "another size is taken over while it runs, and the scheduler is told"
said job submit demo "$site/job.sh" -- --constraint=Standard_F4s_v2 && until_true two_old_one_new
ok "a job that names it is taken, and gets it; the old nodes go on with their jobs"
said why demo htc-1 && has 'busy'
ok "a node of a size that is no more on offer is still the cluster's"

sets() { control GET /azsim/calls | jq -r '.calls[] | select(.method == "PUT") | .path | select(test("virtualMachineScaleSets/[^/]+$"))' | sort -u | wc -l; }
before=$(sets)
sed -i -e 's/:latest$/:0.20261101.1/' "$site/templates/slurm.yaml"
said cluster update demo --yes && has 'image'
ok "another image is taken over, too"
three_new() { nodes_of Standard_F4s_v2 2; }
said job submit demo "$site/job.sh" -- --constraint=Standard_F4s_v2 && until_true three_new && [ "$(sets)" -eq $((before + 1)) ]
ok "and the next node is of a set of its own"

tap_end
