#!/bin/sh
# R5.7, R6.4: a machine that does not join within its time is replaced; jobs that the scheduler gave it meanwhile are put back into
# the queue first, and one that runs there keeps it. A deletion that does not end is an alarm after 15 minutes, on the cluster and
# on its node. On ghosts; what Slurm says of the jobs is added to what azsim says. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cat "$site/said"; cat "$site/asked"; cli events demo --most 30; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
cluster() { api /v1/clusters/demo >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
nodes() { api '/v1/clusters/demo/nodes?count=20' >"$site/said" && jq -e "$@" "$site/said" >/dev/null; }
told() { cli events demo --most 1000 >"$site/said" 2>&1 && grep -qE -e "$1" "$site/said"; }
shows() { # WORDS COMMAND...
	want=$1
	shift
	cli "$@" >"$site/said" 2>&1 && grep -qE -e "$want" "$site/said"
}
hangs() { control POST /azsim/queue-fault "{\"kind\":\"boot-hangs\",\"times\":$1}" >/dev/null; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":1,\"seconds\":1000000,\"cpus\":2}" >/dev/null; }

# Slurm as it is with a node that it was told of and that has not come: job 4711 was given it, and is in $site/job with its state.
wrappers() {
	mkdir "$site/slurm"
	cat >"$site/slurm/squeue" <<END
#!/bin/sh
"$site/cloud/bin/squeue" "\$@" || exit
case "\$*" in *JobArrayID*) exit ;; esac
[ -s "$site/job" ] || exit 0
read -r id state <"$site/job"
u=\$(printf '\\037')
line=
for f in \$id \$id N/A \$state None op htc 1 2 0 N/A '(null)' NO '(null)' htc-1 2026-11-28T00:00:00 2026-11-28T00:00:00 1:00:00 100; do
	line="\$line\$f\$u"
done
printf '%s%32s%64s\\n' "\$line" '(null)' given
END
	cat >"$site/slurm/scontrol" <<END
#!/bin/sh
case "\$*" in
*"show nodes"*)
	if [ -e "$site/silent" ]; then
		"$site/cloud/bin/scontrol" "\$@" | /bin/sed 's/State=\(ALLOCATED\|MIXED\)[A-Z_+]*/&+NOT_RESPONDING/'
		exit
	fi
	"$site/cloud/bin/scontrol" "\$@" || exit
	[ -s "$site/job" ] || exit 0
	drain=
	[ ! -e "$site/drained" ] || drain=+DRAIN
	echo "NodeName=htc-1 CPUAlloc=2 CPUTot=2 ActiveFeatures=htc Gres=(null) NodeAddr=htc-1 NodeHostName=htc-1 RealMemory=3072 AllocMem=0 State=ALLOCATED\$drain+NOT_RESPONDING+POWERING_UP Partitions=htc BootTime=None LastBusyTime=None AllocTRES= Reason=paceline:scale-in [root@2026-11-28T00:00:00]"
	;;
*requeue*)
	echo "\$*" >>"$site/asked"
	[ -e "$site/drained" ] || { echo "asked before it was drained" >>"$site/asked"; exit 1; }
	: >"$site/job"
	;;
*"nodename=htc-1 state=drain"*)
	echo "\$*" >>"$site/asked"
	: >"$site/drained"
	;;
*)
	exec "$site/cloud/bin/scontrol" "\$@"
	;;
esac
END
	for f in "$site"/cloud/bin/*; do
		[ -e "$site/slurm/${f##*/}" ] || printf '#!/bin/sh\nexec "%s" "$@"\n' "$f" >"$site/slurm/${f##*/}"
	done
	chmod 755 "$site"/slurm/*
	: >"$site/job"
	: >"$site/asked"
	chmod 666 "$site/job" "$site/asked"
	chmod 777 "$site"
	sed -i "s|^\( *bin: \).*|\1\"$site/slurm\"|" "$site/cloud/cloud.yaml"
}

printf 'profile: fast\nremove: { median: 2700000, sigma: 0 }\n' >"$site/slow.yaml"
cloud_start 80 --seed 1 --scenario "$site/slow.yaml"
wrappers
engine_start
engine_wait; ok "cloud and engine are there, and deletions take 45 minutes"
cli cluster create demo slurm htc_max=1 hpc_max=0 idle=1h >/dev/null 2>&1
cli cluster start demo --wait >"$site/said" 2>&1; ok "a cluster runs"
hangs 1
load
until_true nodes 'any(.rows[]; .name == "htc-1" and .state == "joining")'; ok "a machine comes, and says nothing more"
echo '4711 RUNNING' >"$site/job"
until_true shows 'time to join is over, and it is not deleted: the scheduler says that jobs run on it' why demo htc-1
ok "R6.4: it is not deleted while a job runs there, and says so"
nodes 'any(.rows[]; .name == "htc-1" and .state == "joining")' && [ ! -s "$site/asked" ]; ok "nor is that job put back"
end_pid "$engine_pid"
engine_start PACELINE_FAILPOINT=assigned.call:kill
engine_wait
echo '4711 CONFIGURING' >"$site/job"
wait "$engine_pid" 2>/dev/null
[ $? -eq 137 ] && [ -e "$site/drained" ] && ! grep -q requeue "$site/asked"; ok "an engine that dies before it asked"
engine_start
engine_wait; ok "is followed by one that asks"
until_true told '4711 put back into the queue: the node that it waited for did not join'; ok "R6.4: one that merely waits for it is put back into the queue"
until_true told 'htc-1 failed: did not join within 1800 s; last mark: '; ok "R5.7: then it is given up, with its last mark"
sed -n '1p' "$site/asked" | grep -q 'nodename=htc-1 state=drain' && ! grep -q 'before it was drained' "$site/asked" && grep -q 'requeue 4711' "$site/asked"; ok "R6.4: it was drained before"
[ "$(grep -c requeue "$site/asked")" = 1 ]; ok "and the scheduler asked once"
at() { api '/v1/events?cluster=demo&most=1000' | jq -e --arg t "$1" '[.events[] | select(.text | test($t)) | .at_ms] | min'; }
[ $(($(at 'did not join') - $(at '^\+1 htc'))) -gt 1800000 ]; ok "R5.7: 1800 s after it was asked for, and not before"
until_true told 'htc-1 machine .* is still there 15 min after its deletion was asked for'; ok "R5.7: a deletion that does not end is an alarm"
[ $(($(at 'is still there 15 min') - $(at '^deleting: '))) -gt 900000 ]; ok "R5.7: after 15 min, and not before"
[ "$(api '/v1/events?cluster=demo&most=1000' | jq '[.events[] | select(.text | test("is still there 15 min")) | .level] | unique == ["error"]')" = true ]; ok "it is an error"
cluster '.view.issue | test("^htc-1: its machine is still there 15 min after its deletion was asked for, and costs")'; ok "R5.7: the cluster's badge has it"
shows 'its machine is still there, .* after its deletion was asked for: it costs until it is gone' why demo htc-1; ok "R5.7: and so does the node's own why"
until_true nodes 'any(.rows[]; .state == "busy")'; ok "the deletion ends, and another machine works"
until_true cluster '.view.issue == ""'; ok "the badge is gone"

# Slurm has no answer of a node, and waits a while before it gives it up.
touch "$site/silent"
until_true nodes 'any(.rows[]; .state == "unhealthy" and (.reason | test("^not answering since [0-9:]+; once the scheduler gives it up, its jobs are requeued and its machine is deleted")))'
ok "a node that does not answer is told as such before it is given up, with what comes next"
cluster '.view.busy == 0 and .view.failed == 1'; ok "and counted as such"
rm "$site/silent"
until_true nodes 'any(.rows[]; .state == "busy")'; ok "it answers again"
! told '(unhealthy|draining|deleting): .*answer'; ok "and nothing was done to it"
tap_end
