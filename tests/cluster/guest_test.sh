#!/bin/sh
# Guests as machines: boot, ssh, names, NFS, reboot, power cut. TAP. BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/guest_lab.sh
lab_can lsns
lab_make guest
said() { grep -qx -- "$1" "$dir/said"; }

# Blocks until the guest's script log has the line: tail wakes on the change.
script_says() { on "$1" "sudo sh -c 'tail -n +1 -F /var/log/cloud-init-output.log 2>/dev/null | sed \"/^$2\$/q\"'"; }

family() { # every process under $1, by the parent's number
	for child in $(ps -o pid= --ppid "$1"); do
		echo "$child"
		family "$child"
	done
}

head=10.20.0.4 node=10.20.0.5

cat >"$dir/head.sh" <<'END'
#!/bin/sh
id -un; pwd; echo "HOME is $HOME"
mkdir -p /shared /closed /shared/sub
echo from head >/shared/text
printf '/shared 10.20.0.0/16(rw,no_root_squash)\n/closed 10.20.0.99(rw)\n' >/etc/exports
exportfs -ra
mkdir -p /var/lib/cloud/scripts/per-boot
printf '#!/bin/sh\nexportfs -ra\necho per-boot ran\n' >/var/lib/cloud/scripts/per-boot/10-test
chmod 755 /var/lib/cloud/scripts/per-boot/10-test
echo script ran
exit 3
END

boot head vn1 $head "$dir/head.sh"; ok "a guest boots"
boot node vn1 $node; ok "a second guest boots"
on $head 'hostname; id -un; sudo id -un' && said head && said azureuser && said root
ok "ssh reaches it through connect, and its admin may sudo"
on $node 'hostname; getent hosts head' && said node && grep -q "$head *head" "$dir/said"
ok "the other one too, and it knows its neighbour's name"
script_says $head 'script ran' && said root && said / && said 'HOME is /root'
ok "customData runs as root, and its output is kept"
on $head 'tail -F -n +1 /var/lib/cloud/data/result.json 2>/dev/null | sed "/exit status 3/q"' && grep -q 'exit status 3' "$dir/said"
ok "its exit status is kept"

on $head 'echo "hashes $(sudo grep -c "\\$" /etc/shadow)"; sudo ls -A /etc/munge /etc/slurm /etc/sudoers.d /etc/cron.d'
said 'hashes 0' && ! grep -Eq 'munge.key|\.conf|README|placeholder' "$dir/said"
ok "no secret of the host is to be seen"
on $head 'sudo cat /etc/ssh/ssh_host_ed25519_key.pub' && ! cmp -s "$dir/said" /etc/ssh/ssh_host_ed25519_key.pub
ok "the host key is its own"
cp "$dir/said" "$dir/hostkey"
on $head '{ sudo mount -t tmpfs none /mnt || echo refused; sudo sh -c "echo 1 >/proc/sys/kernel/panic" || echo refused; sudo mknod /root/sda b 8 0 || echo refused; } 2>/dev/null'
test "$(grep -cx refused "$dir/said")" = 3
ok "root of a guest has no power over the machine"

on $node 'sudo mkdir -p /shared && sudo mount -t nfs head:/shared /shared && cat /shared/text && sudo sh -c "echo back >/shared/answer"' && said 'from head'
ok "an exported folder is mounted"
on $head 'cat /shared/answer' && said back
ok "and what the node writes is on the head"
on $node 'sudo mkdir -p /ro && sudo mount -t nfs4 -o ro,hard head:/shared/sub /ro && sudo touch /ro/x'; grep -q 'Read-only file system' "$dir/said"
ok "a read-only mount of a folder below takes no writes"
refuses() { # WHAT WORDS: mount exits 32 with these words
	on $node "sudo mount -t nfs $1 /mnt; echo status \$?" && said 'status 32' && grep -qF "$2" "$dir/said"
}
refuses nohost:/shared 'mount.nfs: Failed to resolve server nohost: Name or service not known'; ok "an unknown server is refused"
refuses head:/etc 'failed, reason given by server: No such file or directory'; ok "a folder that is not exported is refused"
refuses head:/closed 'mount.nfs: access denied by server while mounting head:/closed'; ok "an export for others is refused"
on $head 'sudo ln -s / /shared/root' && refuses head:/shared/root/closed 'mount.nfs: ' && refuses head:/shared/../closed 'mount.nfs: '
ok "no link and no .. leads out of an export"

boot stranger vn2 10.20.0.6; ok "a guest of another network boots"
on 10.20.0.6 'getent hosts head || echo unknown; sudo mount -t nfs 10.20.0.4:/shared /mnt || echo refused; timeout 2 bash -c "</dev/tcp/10.20.0.4/22" 2>/dev/null || echo unreachable'
said unknown && said refused && said unreachable
ok "it knows, mounts and reaches nothing of the first"
! grep -q "$dir" /proc/self/mountinfo
ok "the host sees no mount"

cat >"$dir/daemon" <<'END'
trap "echo orderly >/root/end; exit" TERM
echo up >/run/up
while :; do sleep 1000 & wait; done
END
on $head "sudo tee /root/daemon >/dev/null <<'X'
$(cat "$dir/daemon")
X
sudo setsid -f sh /root/daemon >/dev/null 2>&1 </dev/null; tail -F -n +1 /run/up 2>/dev/null | sed q"
echo "stop head" >&3; lab_says stopped head; ok "a guest powers off"
refuses head:/shared 'No route to host'; ok "a server that is off is refused"
boot head vn1 $head "$dir/head.sh"; ok "and it boots again"
script_says $head 'per-boot ran' && test "$(grep -cx 'script ran' "$dir/said")" = 1
ok "per-boot scripts run then, and customData does not"
on $head 'sudo cat /root/end /shared/answer' && said orderly && said back
ok "processes got their SIGTERM, and the disk was kept"
on $head 'sudo cat /etc/ssh/ssh_host_ed25519_key.pub' && cmp -s "$dir/said" "$dir/hostkey"
ok "its host key is the same"

on $head '(setsid sleep 100000 >/dev/null 2>&1 </dev/null &); sudo setsid -f sleep 100000 >/dev/null 2>&1 </dev/null'
all=$(family "$lab")
warden=$(ps -o pid= --ppid "$lab" | tr -d ' ')
spaces=$(for p in $all; do readlink /proc/"$p"/ns/mnt /proc/"$p"/ns/pid /proc/"$p"/ns/net; done | sort -u)
own=$(readlink /proc/self/ns/mnt /proc/self/ns/pid /proc/self/ns/net)
killed=$(date +%s)
test "$(echo "$all" | wc -l)" -ge 8; ok "guests have processes"
kill -9 "$lab"; wait "$lab" 2>/dev/null
timeout 20 tail --pid="$warden" -s 0.02 -f /dev/null
for p in $all; do [ ! -e "/proc/$p/ns/pid" ] || readlink "/proc/$p/ns/pid"; done 2>/dev/null | grep -vxF "$own" >"$dir/said"
test ! -s "$dir/said"; ok "kill -9 of azsim leaves no process"
# A namespace's number goes to the next one that is made, by whomever: ours has processes that were there before.
lsns -rno NS,TYPE,PID | while read -r space kind pid; do
	echo "$spaces" | grep -vxF "$own" | grep -qxF "$kind:[$space]" || continue
	[ "$(ps -o etimes= -p "$pid")" -le $(($(date +%s) - killed)) ] || echo "$kind:[$space] of $pid"
done >"$dir/said" 2>/dev/null
test ! -s "$dir/said"; ok "and no namespace"
cat /proc/[0-9]*/mountinfo 2>/dev/null | grep -F "$dir" >"$dir/said"
test ! -s "$dir/said"; ok "and no mount"

exec 3>&- 4<&-
lab_start; ok "azsim starts again on the same folder"
boot head vn1 $head && on $head 'cat /shared/answer' && said back
ok "a guest whose power was cut boots from its disk"
boot node vn1 $node && on $node 'sudo mount -t nfs head:/shared /shared && cat /shared/answer' && said back
ok "and serves its folders again"

echo "delete node" >&3; lab_says deleted node && test ! -e "$dir/state/vm/node" -a -z "$(ls "$dir/state/trash")"
ok "a deleted guest leaves no disk"
on $head 'getent hosts node || echo unknown' && said unknown; ok "and no name"
if command -v slurmctld && command -v slurmd && command -v munged; then
	cat >"$dir/ctl.sh" <<'END'
#!/bin/sh
set -eu
install -d -m 0755 /sched
install -d -m 0700 -o munge -g munge /etc/munge /var/lib/munge /var/log/munge
install -d -m 0755 -o munge -g munge /run/munge
install -d -m 0755 -o slurm -g slurm /var/spool/slurmctld /run/slurm /var/log/slurm
dd if=/dev/urandom bs=1024 count=1 2>/dev/null | install -m 0400 -o munge -g munge /dev/stdin /etc/munge/munge.key
install -m 0400 /etc/munge/munge.key /sched/munge.key
cat >/etc/slurm/slurm.conf <<'CONF'
ClusterName=guests
SlurmctldHost=ctl
SlurmUser=slurm
SlurmctldParameters=cloud_reg_addrs
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=/run/slurm/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=100
SlurmdParameters=config_overrides
MaxNodeCount=8
NodeSet=htc Feature=htc
PartitionName=htc Nodes=htc Default=YES State=UP
CONF
case $(slurmctld -V) in
*" 22."* | *" 23."*) echo CgroupPlugin=cgroup/v1 ;;
*) echo CgroupPlugin=disabled ;;
esac >/etc/slurm/cgroup.conf
cp /etc/slurm/*.conf /sched/
exportfs -o rw,no_root_squash '*:/sched'
setpriv --reuid munge --regid munge --clear-groups munged
slurmctld
echo controller started
END
	cat >"$dir/wrk.sh" <<'END'
#!/bin/sh
set -eu
mkdir -p /sched
mount -t nfs ctl:/sched /sched
install -d -m 0700 -o munge -g munge /etc/munge /var/lib/munge /var/log/munge
install -d -m 0755 -o munge -g munge /run/munge
install -d -m 0755 /var/spool/slurmd
install -m 0400 -o munge -g munge /sched/munge.key /etc/munge/munge.key
cp /sched/*.conf /etc/slurm/
setpriv --reuid munge --regid munge --clear-groups munged
slurmd -Z -N htc-1 --conf "CPUs=4 RealMemory=9000 Feature=htc" -b
END
	boot ctl vn1 10.20.0.20 "$dir/ctl.sh" && script_says 10.20.0.20 'controller started'
	ok "a Slurm controller starts in a guest"
	boot wrk vn1 10.20.0.21 "$dir/wrk.sh" && on 10.20.0.20 'srun -n 3 hostname' && test "$(grep -cx wrk "$dir/said")" = 3
	ok "a node joins it and runs a job"
	on 10.20.0.20 'cd /tmp && sbatch --wait --wrap="hostname >/tmp/result"' && on 10.20.0.21 'cat /tmp/result' && said wrk
	ok "and a batch job"
else
	echo "ok $((n += 1)) - Slurm in guests # SKIP Slurm is not installed"
fi >"$dir/slurm"
grep -E '^(not )?ok|^#' "$dir/slurm"

lab_end; ok "azsim ends in order"
tap_end
