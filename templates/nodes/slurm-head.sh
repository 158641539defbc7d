# The head of a Slurm cluster. Variables: CLUSTER ADMIN_USER VNET_CIDR OFFERS EXPORTS DISKS SETTINGS (include/template/head.h).
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # the variables of the whole script

tool_install() {
	mkdir -p /usr/local/sbin
	tool_text >/usr/local/sbin/.paceline-sched.new
	chmod 0755 /usr/local/sbin/.paceline-sched.new
	mv -f /usr/local/sbin/.paceline-sched.new /usr/local/sbin/paceline-sched
}

# Data disks appear under one of these names, by the driver of the machine's size.
disk_device() { # LUN
	for device in "/dev/disk/azure/scsi1/lun$1" "/dev/disk/azure/data/by-lun/$1"; do
		if [ -b "$device" ]; then
			echo "$device"
			return
		fi
	done
	return 1
}

# disk_mount PATH LUN new|kept: a file system is made only on a disk that is new and on which nothing at all is found; a kept one
# without a file system is somebody's data in a shape that is not known here, and is left alone.
disk_mount() {
	! mountpoint -q "$1" || return 0
	until_true 120 disk_device "$2" >/dev/null || { echo "no disk at LUN $2"; return 1; }
	device=$(disk_device "$2")
	found=0
	type=$(blkid -p -o value -s TYPE "$device") || found=$?
	if [ "$found" -eq 2 ] && [ "$3" = new ]; then
		mkfs.ext4 -q -m 0 "$device" || return 1
		type=ext4
	elif [ "$found" -ne 0 ] || [ -z "$type" ]; then
		echo "the disk at LUN $2 ($3) has no file system that is known (blkid: $found): it is not formatted"
		return 1
	fi
	mkdir -p "$1"
	mount -t "$type" -o rw,nodev,nosuid "$device" "$1"
}

disks_mount() {
	: >/etc/paceline-disks
	printf '%s\n' "$DISKS" | while read -r folder lun kept; do
		[ -n "$folder" ] || continue
		disk_mount "$folder" "$lun" "$kept" </dev/null || exit 1
		echo "$folder" >>/etc/paceline-disks
	done
}

# Jobs without a folder of their own work in the first shared one, where nodes see what they leave.
folders_make() {
	install -d -m 0755 /sched /sched/marks
	[ -e /sched/nodes ] || : >/sched/nodes
	rm -f /sched/workdir
	for folder in $EXPORTS; do
		install -d -m 0755 "$folder"
		install -d -m 0755 -o "$ADMIN_USER" -g "$(id -g "$ADMIN_USER")" "$folder/$ADMIN_USER" "$folder/results"
		[ -e /sched/workdir ] || echo "$folder/$ADMIN_USER" >/sched/workdir
	done
}

# The key is made here and goes nowhere but into /sched, for the roots of nodes.
key_make() {
	munge_folders
	[ -s /etc/munge/munge.key ] ||
		(umask 077 && dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 2>/dev/null)
	chown munge:munge /etc/munge/munge.key
	chmod 0400 /etc/munge/munge.key
	cmp -s /etc/munge/munge.key /sched/munge.key || install -m 0400 /etc/munge/munge.key /sched/munge.key
}

# One line of slurm.conf: a value with blanks is quoted, '#' and '\' are escaped.
conf_defaults() {
	cat <<END
ClusterName=$CLUSTER
SlurmctldHost=$(hostname)
SlurmUser=slurm
AuthType=auth/munge
CredType=cred/munge
StateSaveLocation=/var/spool/slurmctld
SlurmdSpoolDir=/var/spool/slurmd
SlurmctldPidFile=/run/slurm/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=/var/log/slurm/slurmctld.log
SlurmdLogFile=/var/log/slurm/slurmd.log
SlurmctldParameters=cloud_reg_addrs
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=5,bf_interval=5
SlurmctldTimeout=60
SlurmdTimeout=60
TreeWidth=65533
MinJobAge=300
DebugFlags=NO_CONF_HASH
END
	nodes_max=$(printf '%s\n' "$OFFERS" | awk 'NF { n += ($7 < 0 ? 1000 : $7) + 1 } END { n += 64; print (n > 65000 ? 65000 : n < 10200 ? 10200 : n) }') # maxima may grow while it runs
	echo "MaxNodeCount=$nodes_max"
	printf '%s\n' "$OFFERS" | awk '$5 > 0 { gpus = 1 } END { if (gpus) print "GresTypes=gpu" }'
}

# Defaults, each replaced by the setting of its name, then the settings that have no default. $1: "" or "cgroup.".
conf_merge() {
	{
		cat
		printf '%s\n' "--" "$SETTINGS"
	} | awk -v prefix="$1" '
		function line(name, value) {
			if (value ~ /"/) {
				print "setting " name ": a double quote has no way into slurm.conf" >"/dev/stderr"
				exit 1
			}
			gsub(/\\/, "\\\\", value)
			gsub(/#/, "\\#", value)
			return name "=" (value ~ /[ \t]/ ? "\"" value "\"" : value)
		}
		$0 == "--" && !settings { settings = 1; next }
		(at = index($0, "=")) > 1 {
			name = substr($0, 1, at - 1)
			if (settings && (prefix != "" ? index(name, prefix) != 1 : name ~ /\./))
				next
			if (settings)
				name = substr(name, length(prefix) + 1)
			key = tolower(name)
			if (!(key in value))
				order[++n] = key
			value[key] = substr($0, at + 1)
			spelt[key] = name
		}
		END {
			for (i = 1; i <= n; i++)
				print line(spelt[order[i]], value[order[i]])
		}'
}

# An entry for each array and size stands for what could be bought: sbatch takes jobs that ask for it, and no job runs there.
conf_nodes() {
	printf '%s\n' "$OFFERS" | awk '
		NF >= 9 {
			features = $1 "," $2
			features = features ($6 == "both" ? ",spot,ondemand" : "," $6) ($9 == "-" ? "" : "," $9)
			if (!($1 in count)) {
				order[++n] = $1
				by_default[$1] = $8
			}
			count[$1]++
			printf "NodeName=offer-%s-%d NodeAddr=127.0.0.1 CPUs=%d RealMemory=%d Feature=%s%s State=DOWN Reason=\"paceline: on offer\"\n",
				$1, count[$1], $3, $4, features, ($5 > 0 ? " Gres=gpu:" $5 : "")
		}
		END {
			for (i = 1; i <= n; i++)
				printf "NodeSet=%s Feature=%s\n", order[i], order[i]
			for (i = 1; i <= n; i++)
				printf "PartitionName=%s Nodes=%s Default=%s MaxTime=INFINITE State=UP\n",
					order[i], order[i], (by_default[order[i]] == "yes" ? "YES" : "NO")
		}'
}

conf_write() {
	install -d -m 0755 /etc/slurm
	install -d -m 0755 -o slurm -g slurm /var/spool/slurmctld /var/log/slurm /run/slurm
	conf_defaults | conf_merge '' >/etc/slurm/slurm.conf.new || return 1
	conf_nodes >>/etc/slurm/slurm.conf.new
	conf_merge cgroup. </dev/null >/etc/slurm/cgroup.conf.new || return 1
	for conf in slurm.conf cgroup.conf; do
		mv -f "/etc/slurm/$conf.new" "/etc/slurm/$conf"
		install -m 0644 "/etc/slurm/$conf" "/sched/.$conf.new" && mv -f "/sched/.$conf.new" "/sched/$conf"
	done
	if printf '%s\n' "$OFFERS" | awk '$5 > 0 { found = 1 } END { exit !found }'; then
		printf '%s\n' "$OFFERS" | awk '$5 > 0 { n[$1]++; printf "NodeName=offer-%s-%d Name=gpu Count=%d\n", $1, n[$1], $5 }
			$5 == 0 { n[$1]++ }' >/etc/slurm/gres.conf
	fi
}

# A client that comes too early waits a second, so the port is looked at first.
controller_listens() {
	awk -v port="$(printf ':%04X' "$(setting SlurmctldPort 6817)")" '$4 == "0A" && index($2, port) { found = 1 } END { exit !found }' \
		/proc/net/tcp /proc/net/tcp6
}

controller_up() {
	if has_systemd; then
		systemctl enable -q slurmctld && systemctl restart slurmctld || return 1
	elif ! scontrol ping >/dev/null 2>&1; then
		slurmctld 9>&- || return 1
	fi
	until_true 30 controller_listens
	until_true 60 scontrol ping >/dev/null
}

# Without a range of its own the network is somebody else's: then only the head's own subnet may mount.
client_range() {
	if [ -n "$VNET_CIDR" ]; then
		echo "$VNET_CIDR"
	else
		ip -o -4 address show scope global | awk '{ print $4; exit }'
	fi
}

exports_up() {
	exports_to=$(client_range)
	[ -n "$exports_to" ] || return 1
	mkdir -p /etc/exports.d
	{
		echo "/sched $exports_to(rw,sync,no_root_squash,no_subtree_check)"
		for folder in $EXPORTS; do
			echo "$folder $exports_to(rw,sync,root_squash,no_subtree_check)"
		done
	} >/etc/exports.d/paceline.exports
	if has_systemd; then
		systemctl enable -q --now nfs-server || return 1
	fi
	exportfs -ra
}

head_main() {
	begin /sched/marks/head
	mark_as='head'
	tool_install
	mark mount
	packages "munged slurmctld sbatch exportfs" "munge slurmctld slurm-client nfs-kernel-server" \
		"munge slurm-slurmctld slurm nfs-utils"
	must disk disks_mount
	must folders folders_make
	marks_go_to /sched/marks head
	mark munge
	must "munge key" key_make
	must munge munge_up
	mark config
	must slurm.conf conf_write
	mark slurmctld
	must slurmctld controller_up
	mark nfs
	must exportfs exports_up
	mark ready
}

head_main
