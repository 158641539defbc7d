#!/bin/sh
# What people do at a real engine on ghosts is told with their name, and what the engine knows of the jobs that they did it
# to: cancelled ones, ended ones, the parts of an array. TAP. BUILD: another build directory than build/debug
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq
complain() { { cat "$site/said"; tail -n 20 "$site/engine.log"; } 2>&1 | cut -c1-300; }
me=$(id -un)
is() { api /v1/clusters/demo | grep -q "$1"; }
shows() { # TEXT WORD...: a command's answer has it
	want=$1
	shift
	cli "$@" >"$site/said" 2>&1
	grep -qE -e "$want" "$site/said"
}
# Of my events: OBJECT TEXT.
told() { api '/v1/events?cluster=demo&most=1000' >"$site/said" && jq -e --arg me "$me" --arg object "$1" --arg text "$2" \
	'[.. | objects | select(.actor? == $me and .object == $object and (.text | test($text)))] | length > 0' "$site/said" >/dev/null; }
rows() { api "/v1/clusters/demo/jobs?count=1000$1" >"$site/said"; }
tasks_ended() { rows '&ended=1' && [ "$(jq '[.rows[] | select(.array_id == "1" and .state == "cancelled" and .reason == "by '"$me"'")] | length' "$site/said")" -eq "$1" ]; }

cloud_start 40 --seed 5 && engine_start && engine_wait || { cat "$site"/*.log; exit 1; }
cli cluster create demo slurm htc_max=2 hpc_max=0 idle=10m cycle=5s >/dev/null
check "who created the cluster is told" told "" '^created from template'
cli cluster start demo >/dev/null
check "and who started it" told "" '^start begins'
check "the cluster runs" until_true is '"state":"running"'
printf '#!/bin/sh\n#SBATCH --array=1-12\n#GHOST time=1000000\n' >"$site/job.sh"
cli job submit demo "$site/job.sh" >"$site/said" 2>&1
check "who submitted a job is told" told 1 '^submitted$'
check "two nodes run some of it" until_true is '"jobs_running":[1-9]'
running=$(api /v1/clusters/demo | sed 's/.*"jobs_running":\([0-9]*\).*/\1/')
check "the rest waits: how many start and how many do not is told" until_true is '"reasons":"[^"]*at a limit'
cli job cancel demo 1 --yes >"$site/said" 2>&1
check "who cancelled it is told" told 1 '^job cancel asked$'
check "all of its tasks are known as cancelled by them" until_true tasks_ended 12
check "a task that ended is shown although the scheduler has no record of it" until_true shows '^job 1_12 .*: cancelled at .*by '"$me" job show demo 1_12
check "and its array by what became of its tasks" shows '^array 1 .*: 12 cancelled$' job show demo 1
# Whether a reading of the queue saw them or not: in most runs none does.
printf '#!/bin/sh\n#SBATCH --job-name=brief\n#GHOST time=0\n' >"$site/job.sh"
job=$(cli job submit demo "$site/job.sh" --json | jq -r .job)
check "a job that ends at once is written down" until_true shows "^job $job \\(brief\\) of azureuser in htc: done at " why demo "$job"
check "and where it ran" shows '^ran on: htc-[12]$' why demo "$job"
brief_ended() { rows '&ended=1' && jq -e --arg id "$job" '.rows[] | select(.id == $id and .state == "done" and .reason == "exit 0" and .cpus > 0)' "$site/said" >/dev/null; }
check "it is listed with those that ended" brief_ended
printf '#!/bin/sh\n#SBATCH --array=1-3\n#GHOST time=0\n' >"$site/job.sh"
job=$(cli job submit demo "$site/job.sh" --json | jq -r .job)
check "all tasks of an array that does, too" until_true shows "^array $job .*: 3 done\$" why demo "$job"
node=$(api '/v1/clusters/demo/nodes?count=1' | jq -r '.rows[0].name')
cli node keep demo "$node" >"$site/said" 2>&1
check "who keeps a node is told" told "$node" '^node keep by '
cli node drain demo "$node" --yes >"$site/said" 2>&1
check "who drains it, too" told "$node" '^draining: node drain by '
cli node undrain demo "$node" >"$site/said" 2>&1
check "and who takes that back" told "$node" 'node undrain by '
printf '#!/bin/sh\n#SBATCH --array=1-9\n#GHOST time=1000000\n' >"$site/job.sh"
job=$(cli job submit demo "$site/job.sh" --json | jq -r .job)
check "more wait than there are nodes" until_true shows "^${job}_.*(waits|have a place|has a place)" why demo "$job"
happened() { api "/v1/clusters/demo/why/$1?events=1" | jq -r .text | grep -A20 '^what happened to it:' | grep -q "$2"; }
check "what happened to a task is what happened to its array" happened "${job}_1" ' submitted'
cli cluster stop demo --yes --force --reason test >"$site/said" 2>&1
check "the cluster stops" until_true is '"state":"off"'
check "a job of it waits for its start, and for nothing else" until_true shows "^${job}_.* waits: cluster off: start it\$" why demo "$job"
check "what was decided while it ran is told no more" until_true is '"plan":"cluster off: start it"'
check "what ended is told while it is off" shows '^job 1_12 .*: cancelled' job show demo 1_12
tap_end
