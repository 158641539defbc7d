# A compute node of a Slurm cluster. Variables: CLUSTER ADMIN_USER ARRAY HEAD MOUNTS SETTINGS (include/template/head.h).
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2153 # the variables of the whole script
patience=1800 # seconds for what others have to do first

# actimeo: the list of nodes and the marks have to be seen soon. hard: what was mounted waits for a head that boots again.
mount_one() { # PATH OPTIONS
	mountpoint -q "$1" && return
	mkdir -p "$1"
	mount -t nfs -o "rw,hard,nosuid,nodev,$2" "$HEAD:$1" "$1"
}

mount_all() {
	for folder in $MOUNTS; do
		until_true 300 mount_one "$folder" noatime || return 1
	done
}

# The line of this machine in the list that the head publishes: NAME ARRAY SIZE CPUS MEM_MIB GPUS FEATURES.
my_line() {
	awk -F '\t' -v host="$(hostname)" 'NF == 8 && tolower($1) == tolower(host) { print; found = 1; exit } END { exit !found }' \
		/sched/nodes 2>/dev/null
}

has_line() { my_line >/dev/null; }

take_line() {
	line=$(my_line)
	tab=$(printf '\t')
	IFS=$tab read -r _ name array size cpus mem gpus features <<-END
		$line
	END
	case $name in '' | -* | *[!A-Za-z0-9._-]*) return 1 ;; esac
	case $cpus$mem$gpus in '' | *[!0-9]*) return 1 ;; esac
	case $features in '' | *[!A-Za-z0-9._,-]*) return 1 ;; esac
	[ "$array" = "$ARRAY" ] && [ -n "$size" ]
}

key_take() {
	munge_folders
	install -m 0400 -o munge -g munge /sched/munge.key /etc/munge/munge.key
}

# A key that came from the head is no key to anything unless the head takes what it signs: the controller's answer proves it.
controller_answers() { scontrol ping; }

# slurmd wants to know of each GPU's file; where there is no driver it is told the number alone.
gres_write() {
	if [ "$gpus" -eq 0 ]; then
		rm -f /etc/slurm/gres.conf
	elif [ -e /dev/nvidia0 ]; then
		echo "Name=gpu File=/dev/nvidia[0-$((gpus - 1))]"
	else
		echo "Name=gpu Count=$gpus"
	fi >/etc/slurm/gres.conf.new
	[ ! -s /etc/slurm/gres.conf.new ] || mv -f /etc/slurm/gres.conf.new /etc/slurm/gres.conf
	rm -f /etc/slurm/gres.conf.new
}

conf_take() {
	install -d -m 0755 /etc/slurm /var/log/slurm /var/spool/slurmd
	install -m 0644 /sched/slurm.conf /sched/cgroup.conf /etc/slurm/
	gres_write
}

slurmd_up() {
	slurmd_conf="CPUs=$cpus RealMemory=$mem Feature=$features"
	[ "$gpus" -eq 0 ] || slurmd_conf="$slurmd_conf Gres=gpu:$gpus"
	if has_systemd; then
		mkdir -p /etc/default
		echo "SLURMD_OPTIONS=\"-Z -N $name --conf '$slurmd_conf' -b\"" >/etc/default/slurmd
		systemctl enable -q slurmd && systemctl restart slurmd
	elif ! pgrep -x slurmd >/dev/null; then
		slurmd -Z -N "$name" --conf "$slurmd_conf" -b 9>&-
	fi
}

# After a power cut of head and node together the controller believes that the lost jobs run, as it counts them active from its
# own start: only a registration 20 s later (BatchStartTimeout and MessageTimeout) makes it look, and the next one by itself comes
# 20 pings later. A slurmd that reads its configuration anew registers anew; more than once, as the controller may begin after us.
register_again() {
	{
		for pause in 25 30 45; do
			sleep "$pause"
			pkill -HUP -x slurmd
		done
	} >/dev/null 2>&1 </dev/null 9>&- &
}

registered() {
	scontrol -o show node "$name" 2>/dev/null | awk '
		match($0, / State=[^ ]*/) { state = substr($0, RSTART + 7, RLENGTH - 7) }
		END { exit state == "" || state ~ /NOT_RESPONDING|^UNKNOWN/ }'
}

# The cloud tells a spot machine by its own metadata that it takes it back, 30 s before. EventId is asked for by nobody here: what
# is not acknowledged comes all the same.
metadata() { # PATH SECONDS
	curl -sf --noproxy '*' -m "$2" -H Metadata:true "http://169.254.169.254/metadata/$1"
}

of_machine() { metadata "instance/compute/$1?api-version=2021-02-01&format=text" 5; }

is_taken_back() { # MACHINE: an event stands for all machines of a set, and names those that it is of
	metadata "scheduledevents?api-version=2020-07-01" 150 | tr -d ' \t\r\n' | awk -v of="\"$1\"" '
		BEGIN { RS = "{" }
		index($0, "\"EventType\":\"Preempt\"") && index($0, of) { found = 1 }
		END { exit !found }'
}

drain_myself() { scontrol update nodename="$name" state=drain reason="paceline: spot eviction notice"; }

# The engine reads the reason, puts the jobs back into the queue and makes another node.
watch_for_eviction() {
	command -v curl >/dev/null && [ "$(of_machine priority)" = Spot ] || return 0
	machine=$(of_machine name)
	{
		until is_taken_back "$machine"; do
			sleep 1
		done
		until_true 30 drain_myself
	} >/dev/null 2>&1 </dev/null 9>&- &
}

node_main() {
	rebooted=no
	[ ! -e "$keep" ] || rebooted=yes
	begin
	mark boot
	packages "munged slurmd scontrol mount.nfs" "munge slurmd slurm-client nfs-common" \
		"munge slurm-slurmd slurm nfs-utils"
	until_true "$patience" mount_one /sched actimeo=1 || fail "mount $HEAD:/sched: no answer for $patience s"
	marks_go_to /sched/marks "$(hostname)"
	mark wait
	until_true "$patience" has_line || fail "no line for $(hostname) in /sched/nodes for $patience s"
	take_line || fail "the line of $(hostname) in /sched/nodes cannot be used"
	marks_go_to /sched/marks "$name"
	mark mount
	must mount mount_all # without its shared folders a node must not join
	mark munge
	must "munge key" key_take
	must munge munge_up
	must "slurm.conf" conf_take
	must "controller on $HEAD" until_true 120 controller_answers
	mark slurmd
	must slurmd slurmd_up
	until_true 120 registered || fail "slurmd runs, but the controller does not see $name"
	mark ready
	watch_for_eviction
	[ $rebooted = no ] || register_again
}

node_main
