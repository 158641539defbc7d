#!/bin/sh
# A drain can be taken back, of an idle node too, on a real machine: it stays for a while, drained and empty. And nothing is
# bought for a job that may not begin yet. TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
[ "$(id -u)" = 0 ] || skip "guests need root"
site_begin curl jq slurmctld munged sshd ssh-keygen

say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
says() { # PATTERN COMMAND...
	pattern=$1
	shift
	say "$@" && grep -q -- "$pattern" "$site/said"
}

site_machines=
cloud_start 1
chown paceline "$site"
engine_start
engine_wait && say cluster create one slurm htc_max=1 hpc_max=0 && say cluster start one --wait; ok "a cluster runs"
# Slurm has not looked at it yet when it is read for the first time, and gives no reason.
printf '#!/bin/sh\n#SBATCH --begin=now+1hour\nhostname\n' >"$site/later.sh"
later=$(cli job submit one "$site/later.sh" --json | jq -r .job)
until_true says "^$later waits: it begins at .*; nothing is bought for it before" why one "$later"; ok "a job says when it begins"
says 'it begins later, and nothing is bought before' why one "$later"; ok "and the decision knows it"
! says '^htc-' node list one; ok "no node was made for it"
printf '#!/bin/sh\nhostname\n' >"$site/job.sh"
say job submit one "$site/job.sh"; ok "a job brings it a node"
until_true says "^htc-.* idle" node list one; ok "which is idle then"
node=$(cli node list one --json | jq -r '[.. | objects | select(.state? == "idle") | .name][0]')
say node drain one "$node" --yes; ok "an idle node is drained"
until_true says "can take that back" why one "$node"; ok "and stays for a while, drained and empty"
until_true says "Reason=paceline: drained by " ssh one -- scontrol show node "$node"; ok "the scheduler is told by whom"
say node undrain one "$node" --yes; ok "so that it can be taken back"
until_true says "^$node .*idle" node list one; ok "it is idle again"
tap_end
