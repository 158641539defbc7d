#!/bin/sh
# A budget counts what runs to its expected end (B8): no more nodes are made than it leaves for the jobs' time limits, why and
# cost say so, and what jobs leave by ending early is there for others. On ghosts; TAP. BUILD: another build directory than build/debug
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

said() { cli "$@" >"$site/said" 2>&1; }
has() { grep -qF -e "$1" "$site/said"; }
says_why() { said why demo "$1" && has "$2"; }
busy() { [ "$(cli cluster status demo --json | jq -r .view.busy)" -ge "$1" ]; }
jobs_that() { api '/v1/clusters/demo/jobs?max=100' | jq -r --arg s "$1" '[.. | objects | select(.state? == $s and .id?)] | .[].id'; }
state() { cli cost demo --json | jq -r '.budgets[0].state'; }
state_is() { [ "$(state)" = "$1" ]; }

# A node costs 0.02 an hour, and a job of ten hours with it 0.20: the budget has room for six.
sed -i -e '/^  choose: cost/a\  budgets:\n    few: {array: htc, limit: 1.3}' "$site/templates/slurm.yaml"
printf '%s: 0\n' os_timeout_share evictions_per_hour preempt_share slow_share hidden_share >"$site/calm.yaml"
cloud_start 20 --scenario "$site/calm.yaml" >/dev/null && engine_start && engine_wait
cli cluster create demo slurm htc_max=20 hpc_max=0 idle=60s cycle=1s >/dev/null && cli cluster start demo --wait >/dev/null 2>&1
ok "a cluster with a budget runs"
printf '#!/bin/sh\n#SBATCH --time=10:00:00 -c 2\n#GHOST time=30000\n' >"$site/ten.sh"
i=0
while [ $((i += 1)) -le 9 ]; do said job submit demo "$site/ten.sh" || break; done
until_true busy 6
ok "six of nine jobs get nodes"
last=$(jobs_that pending | tail -n 1)
until_true says_why "$last" 'of $1.30 are neither spent nor committed; a F2s_v2 for this work costs $0.20 to its end'
ok "why says what is left, and what a node would cost"
tells_apart() { said cost demo && has 'few, array htc, month: ' && has ' more committed to what runs: near'; }
until_true tells_apart
ok "the cost tells what is spent and what is committed apart"
busy 7
check "and there is no seventh" test $? -ne 0
for id in $(jobs_that running); do said job cancel demo "$id" --yes; done
nothing_waits() { [ -z "$(jobs_that pending)" ]; }
until_true nothing_waits
ok "what the cancelled ones leave is there for the others"
tap_end
