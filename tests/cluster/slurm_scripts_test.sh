#!/bin/sh
# The scripts of a Slurm head and its nodes in guests: join, jobs, results that are right, reboots, a node that must not join.
# TAP. BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/guest_lab.sh
writer=$PWD/${BUILD:-build/debug}/tests/unit/template/script_test
lab_can "$writer" slurmctld slurmd munged sbatch
lab_make slurm-scripts
said() { grep -q -- "$1" "$dir/said"; }

# Blocks until the last mark of NAME is PHASE; false when it is "failed".
marked() { # ADDRESS NAME PHASE
	on "$1" "sudo sh -c 'tail -n +1 -F /sched/marks/$2 2>/dev/null | sed -E \"/\t($3|failed)\t/q\"'" && said "	$3	"
}

# Blocks until the script of this boot has ended: it holds a lock.
script_ends() { on "$1" "sudo sh -c 'tail -n +1 -F /run/paceline/begun 2>/dev/null | sed q; flock /run/paceline/boot.lock true'"; }

publish() { feed "$head" 'sudo -n /usr/local/sbin/paceline-sched publish'; }
node_line() { printf '%s\t%s\thtc\tStandard_F2s_v2\t2\t3072\t0\thtc,Standard_F2s_v2,spot,fast\n' "$1" "$2"; }

head=10.20.0.4
settings='ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
DefMemPerCPU=1024
slurmctlddebug=verbose
MailProg=/bin/true #1
cgroup.CgroupPlugin=cgroup/v1'
"$writer" --print head CLUSTER=lab ADMIN_USER=azureuser VNET_CIDR=10.20.0.0/16 EXPORTS=/shared SETTINGS="$settings" \
	OFFERS='htc Standard_F2s_v2 2 3072 0 both 16 yes fast
htc Standard_D4s_v5 4 15000 0 both 16 yes fast
hpc Standard_HB120rs_v3 120 450000 0 ondemand 4 no -' >"$dir/head.sh"
"$writer" --print node CLUSTER=lab ADMIN_USER=azureuser ARRAY=htc HEAD=lab-head MOUNTS=/shared SETTINGS="$settings" >"$dir/node.sh"
"$writer" --print node CLUSTER=lab ADMIN_USER=azureuser ARRAY=htc HEAD=lab-head MOUNTS='/shared /scratch' SETTINGS="$settings" |
	sed 's/until_true 300 mount_one/until_true 1 mount_one/' >"$dir/lost.sh"

begun=$(date +%s%N)
boot lab-head vn1 $head "$dir/head.sh"; ok "a head boots"
marked $head head ready; ok "its script comes to its end"
echo "# head ready after $((($(date +%s%N) - begun) / 1000000)) ms"
cut -f 2 "$dir/said" | tr '\n' ' ' | grep -qx 'mount munge config slurmctld nfs ready '
ok "with a mark for each phase"
on $head '/usr/local/sbin/paceline-sched status' && said '^paceline-sched	1	[0-9]*	$' && said '^head	ready	[0-9]*	$'
ok "paceline-sched tells the version, the clock and the last mark"
on $head 'scontrol ping' && said 'is UP'; ok "the controller answers"
on $head 'scontrol show config' && said 'SlurmctldDebug *= verbose' && said 'MailProg *= /bin/true #1' && said 'SlurmdTimeout *= 60'
ok "settings go into slurm.conf, quoted where they need it"
on $head 'scontrol -o show nodes' && said 'NodeName=offer-htc-2 .*AvailableFeatures=htc,Standard_D4s_v5,spot,ondemand,fast .*State=DOWN.*Reason=paceline: on offer' &&
	said 'NodeName=offer-hpc-1 .*CPUTot=120 '
ok "each array and size is on offer"
offers() { printf 'htc Standard_F2s_v2 2 3072 0 both 16 yes fast\nhtc Standard_F16s_v2 16 30000 0 spot 16 yes -\nhpc Standard_HB120rs_v3 120 450000 0 ondemand 4 no -\n' | feed $head 'sudo -n /usr/local/sbin/paceline-sched offers'; }
on $head 'sbatch --parsable -p htc -C Standard_F16s_v2 --hold --wrap=true || echo refused' && said refused && offers && grep -qx 'ok 1 0' "$dir/said" &&
	on $head 'scontrol -o show nodes' && said 'NodeName=offer-htc-3 .*AvailableFeatures=htc,Standard_F16s_v2,spot .*State=DOWN.*Partitions=htc.*Reason=paceline: on offer'
ok "another size is put on offer while the controller runs"
on $head 'scancel "$(sbatch --parsable -p htc -C Standard_F16s_v2 -c 16 --hold --wrap=true)" && echo taken' && said taken && offers && grep -qx 'ok 0 0' "$dir/said"
ok "then jobs that name it are taken; and what is on offer is not put there twice"
on $head 'sbatch --parsable -p htc -C Standard_D4s_v5 --wrap=true || echo refused; grep -c offer-htc-2 /etc/slurm/slurm.conf /sched/slurm.conf; true' && said refused && said '/etc/slurm/slurm.conf:0' && said '/sched/slurm.conf:0'
ok "a size that is not to be had any more, and of which no node is left, is not on offer any more"
on $head 'cat /sched/munge.key || echo refused' && said refused; ok "the key is for root alone"

feed $head '/usr/local/sbin/paceline-sched submit monte-carlo - - -' <templates/jobs/monte-carlo.sh && grep -qx '[0-9]*' "$dir/said"
ok "a job is taken while there is no node"
job=$(cat "$dir/said")
on $head "sbatch --parsable -p hpc -N 2 -C Standard_HB120rs_v3 --wrap=true && squeue -h -t PD -o '%i %r'" && said "^${job}_"
ok "and one that wants two nodes of a size: both wait"

boot htc000001 vn1 10.20.0.11 "$dir/node.sh"; ok "a node boots"
marked 10.20.0.11 htc000001 wait; ok "it waits for its line"
on $head '/usr/local/sbin/paceline-sched status' && said '^htc000001	wait	'; ok "which is told under its host name"
{ node_line HTC000001 htc-1; node_line htc000002 htc-2; } | publish && grep -qx 'ok 2' "$dir/said"
ok "the list is published"
echo 'one two' | publish; said 'the old list stays' && on $head 'wc -l </sched/nodes' && said '^2$'
ok "a list that is broken is refused whole"
begun=$(date +%s%N)
boot htc000002 vn1 10.20.0.12 "$dir/node.sh"; ok "a second node boots"
marked 10.20.0.12 htc-2 ready; ok "and joins under the name of its line"
echo "# node ready after $((($(date +%s%N) - begun) / 1000000)) ms"
cut -f 2 "$dir/said" | tr '\n' ' ' | grep -qx 'boot wait mount munge slurmd ready '; ok "with a mark for each phase"
marked 10.20.0.11 htc-1 ready; ok "the first one too"
on $head "scontrol -o show node htc-2" && said 'NodeHostName=htc000002 ' && said 'NodeAddr=10.20.0.12 ' && said 'DYNAMIC_NORM' &&
	said 'AvailableFeatures=htc,Standard_F2s_v2,spot,fast ' && said 'RealMemory=3072 '
ok "the controller knows address, size and features"

# Runs on the head until the tasks' files are there: no event of NFS to wait for, so it looks, and not for ever.
results() { # JOB COUNT
	on $head "i=0; until [ \$(ls /shared/results/$1 2>/dev/null | wc -l) -ge $2 ] || [ \$i -ge 600 ]; do i=\$((i + 1)); sleep 0.25; done
		cat /shared/results/$1/*.json"
}
results "$job" 40; test "$(wc -l <"$dir/said")" -eq 40; ok "all 40 tasks leave a result"
cp "$dir/said" "$dir/results"
python3 - "$dir/results" "$job" >"$dir/said" 2>&1 <<'END'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert sorted(r["task"] for r in rows) == list(range(1, 41)), "tasks"
assert {r["job"] for r in rows} == {int(sys.argv[2])}, "job"
assert {r["node"] for r in rows} == {"htc-1", "htc-2"}, "nodes"
assert {(r["node"], r["host"]) for r in rows} == {("htc-1", "htc000001"), ("htc-2", "htc000002")}, "hosts"
assert len({r["netns"] for r in rows}) == 2, "network namespaces"
assert len({r["seed"] for r in rows}) == 40, "seeds"
pi = 4 * sum(r["hits"] for r in rows) / sum(r["samples"] for r in rows)
assert abs(pi - 3.14159265) < 0.001, pi
for r in rows[::13]:
    x, hits = r["seed"] % 2147483647, 0
    for _ in range(r["samples"]):
        x = 16807 * x % 2147483647
        a = x / 2147483647
        x = 16807 * x % 2147483647
        b = x / 2147483647
        hits += a * a + b * b <= 1
    assert hits == r["hits"], (r, hits)
END
ok "from two machines, and recounted they are right"
on $head 'sudo -n scontrol update nodename=htc-1 state=drain reason="paceline: test" && sudo -n scontrol update nodename=htc-1 state=resume'
ok "the operator's account may drain"

echo "stop lab-head" >&3; lab_says stopped lab-head; boot lab-head vn1 $head; ok "the head boots again"
script_ends $head && on $head '/usr/local/sbin/paceline-sched status' && said '^head	ready	'
ok "everything comes up again by itself"
feed $head "/usr/local/sbin/paceline-sched submit again 1-4 htc -" <templates/jobs/monte-carlo.sh; job=$(cat "$dir/said")
results "$job" 4; test "$(wc -l <"$dir/said")" -eq 4; ok "and its nodes run jobs as before"

echo "stop htc000002" >&3; lab_says stopped htc000002
boot htc000002 vn1 10.20.0.12; script_ends 10.20.0.12 && marked 10.20.0.12 htc-2 ready && on 10.20.0.12 'mountpoint /shared'
ok "a node that boots again joins again"
feed $head '/usr/local/sbin/paceline-sched submit third 1-4 - - --nodelist=htc-2' <templates/jobs/monte-carlo.sh; job=$(cat "$dir/said")
results "$job" 4; test "$(grep -c '"node": "htc-2"' "$dir/said")" -eq 4; ok "and runs jobs"

{ node_line htc000001 htc-1; node_line htc000002 htc-2; node_line htc000003 htc-3; } | publish
boot htc000003 vn1 10.20.0.13 "$dir/lost.sh"; ! marked 10.20.0.13 htc-3 ready && said '	failed	.*mount'
ok "a node without its shared folder says so"
on $head 'scontrol show node htc-3'; said 'not found'; ok "and does not join"

feed $head '/usr/local/sbin/paceline-sched submit "a;b" - - -' </dev/null; said 'is no name of a job'; ok "a name that is none is refused"
on $head 'sudo -n /usr/local/sbin/paceline-sched stop' && said '^ok$' && on $head 'pgrep -x slurmctld munged; scontrol ping; true' && said DOWN
ok "stop ends the daemons"

lab_end; ok "azsim ends in order"
tap_end
