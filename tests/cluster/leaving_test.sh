#!/bin/bash
# A cluster on its way out says so: ssh to it, a second deletion, and a stop that is taken back. On ghosts; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq ssh-keygen
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
says() { # WORDS COMMAND...
	want=$1
	shift
	say "$@"
	grep -qF -e "$want" "$site/said"
}
refused() { # WORDS COMMAND...: with them, and not with 0
	want=$1
	shift
	! say "$@" && grep -qF -e "$want" "$site/said"
}
op_of() { cli operation list --json | jq -r "[.. | objects | select(.kind? == \"$1\") | .id][0]"; }
nodes() { [ "$(cli node list one --json | jq '[.. | objects | select(.state? == "busy") | .name] | unique | length')" = "$1" ]; }

cloud_start 20
chown paceline "$site"
engine_start
engine_wait && say cluster create one slurm htc_max=2 hpc_max=0 idle=1h && say cluster start one --wait; ok "a cluster runs"
printf '#!/bin/sh\n#SBATCH -n 1\nsleep 36000\n' >"$site/job.sh"
say job submit one "$site/job.sh"; ok "a job brings it a node"
until_true nodes 1; ok "which works"
say cluster stop one --yes; ok "it is stopped"
stop=$(op_of stop)
say operation cancel "$stop" --yes; ok "which is taken back"
until_true says 'cancelled' operation show "$stop"; ok "as its last words tell"
says '1 node goes back to work' operation show "$stop"; ok "with the node that goes back"
say ssh one -- squeue; ok "its head can be reached"
say cluster delete one --name one --accept-data-loss; ok "it is deleted"
delete=$(op_of delete)
until_true refused "cluster one is being deleted: \"operation show $delete\"" cluster delete one; ok "a second deletion is told of the first, without a plan"
! grep -qF 'This deletes' "$site/said"; ok "which would list what goes already"
say job cancel one 1 --yes # what the deletion waits for, unless it has ended by itself meanwhile
# until it is gone each answer is one of these two: never ssh's own, never "start it first"
leaves() {
	refused "cluster one is being deleted: \"operation show" ssh one -- squeue
}
until_true leaves; ok "ssh says that it is being deleted"
tap_end
