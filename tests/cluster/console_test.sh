#!/bin/sh
# A machine that does not come up says why: its serial console is fetched from the cloud before it goes, its last words are an
# event, and the log of its node keeps the whole. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin

say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
has() { grep -qF -- "$1" "$site/said"; }
tells() { # WORDS COMMAND...
	want=$1
	shift
	say "$@" && has "$want"
}

cloud_start 50 --profile fast --seed 1
engine_start
engine_wait
ok "cloud and engine are there"
say cluster create one slurm htc_max=1 hpc_max=0 && say cluster start one --wait
ok "a cluster runs"
control POST /azsim/queue-fault '{"kind":"boot","times":1}' >/dev/null
control POST /azsim/queue-load '{"head":"one-head","jobs":1,"seconds":1000000,"cpus":2}' >/dev/null
until_true tells "its console's last words" events one --most 1000
ok "the last words of a machine that failed are an event"
has 'the boot script ended, exit 1'
ok "they are the line that complains"
until_true tells 'htc-1' node list one
until_true tells 'serial console of the machine that was given up' node log one htc-1
ok "the log of its node keeps what it wrote"
has 'paceline: failed: mount /shared timed out'
ok "and there is why"
until_true tells 'busy' node list one
ok "another machine comes, and the job runs"
until_true tells 'serial console, from the cloud' node log one htc-1
ok "of one that is there it is read as it is now"
has 'paceline: ready'
ok "to its last mark"
! has "$(printf '\r')"
ok "what a terminal would obey is not in it"

tap_end
