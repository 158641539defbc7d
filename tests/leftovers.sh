#!/bin/sh
# What a run of the tests could leave behind, as lines to compare: processes of ours, mounts, network devices, sockets, folders.
ps -eo args= | awk '$1 ~ /(azsim|slurmctld|slurmd|munged|paceline|sshd|tmux)(:|$)/ { print "process " $0 }' | sort
awk '{ print "mount " $5 }' /proc/self/mountinfo | sort
ls /sys/class/net | sed 's/^/link /' | sort
find "${TMPDIR:-/tmp}" -maxdepth 1 \( -name 'azsim*' -o -name 'store-*' -o -name 'paceline*' \) 2>/dev/null | sed 's/^/file /' | sort
