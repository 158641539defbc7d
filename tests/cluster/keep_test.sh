#!/bin/sh
# Storage that survives its cluster, on real machines: a file is written to /shared, the cluster is torn down and its storage
# kept, the cloud's own ledger shows exactly the disk and its group, a second cluster takes it over and reads the file, a
# third one gets a disk of a snapshot of it, and the last teardown leaves nothing. TAP. BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
[ "$(id -u)" = 0 ] || skip "guests need root"
site_begin curl jq sqlite3 slurmctld munged sshd ssh-keygen

say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
book() { control GET /azsim/ledger | jq -e "$@" >"$site/said"; }
has() { grep -qF -- "$1" "$site/said"; }
on_head() { say ssh "$1" -- sh -c "$2"; }

arm() { by_hand GET "/subscriptions/$(cloud_yaml subscription)$1" >"$site/status" && grep -q '^20' "$site/status" && cat "$site/answer"; } # PATH
tag_of() { # DISK or its group: the cluster that it says it is of
	case $1 in
	paceline-disk-*) arm "/resourceGroups/$1" ;;
	*) arm "/resourceGroups/paceline-disk-$1/providers/Microsoft.Compute/disks/$1" ;;
	esac | jq -r '.tags["paceline-cluster"] // empty'
}

says_now() { # PATTERN COMMAND...
	pattern=$1
	shift
	say "$@" && grep -q -- "$pattern" "$site/said"
}
until_has() { until_true says_now "$@"; }

site_machines=
cloud_start 5 # three teardowns wait for their proof
chown paceline "$site"
engine_start
engine_wait; ok "cloud and engine are there"

# One cluster with a disk of its own
say cluster create one slurm shared_gib=64 shared_keep=keep htc_max=2; ok "a cluster with a disk for its storage"
say cluster start one --wait; ok "starts"
book '[.disks[] | select(.gib == 64)] | length == 1'; ok "the ledger has its disk"
on_head one 'mountpoint -q /shared && echo written-by-one >/shared/azureuser/word'; ok "/shared is the disk, and takes a file"
say disk list && has "running" && has "one-shared-"; ok "disk list names it"
say cost one --json && jq -e '.rate.by_kind.storage > 0' "$site/said" >/dev/null; ok "and it is in the cost"
disk=$(cli disk list --json | jq -r '.disks[0].disk')

# What may not be done
say cluster create two slurm "shared_disk=$disk"
[ $? -eq 1 ] && has "belongs to cluster one, which is running"; ok "nobody takes a disk that is in use"
say cluster delete one --keep nothing-like-it
[ $? -eq 2 ] && has 'no storage "nothing-like-it"'; ok "a name that is no storage is refused"

# Torn down, the storage kept
say cluster delete one --keep none; has "DATA LOST: shared"; ok "without it the plan says what is lost"
say cluster delete one; plan=$(sed -n 's/.*Plan \([0-9a-f]*\)$/\1/p' "$site/said")
has "keep, goes on at" && ! has "DATA LOST"; ok "the template's word keeps it, at its price"
say cluster delete one --plan "$plan" --name one --wait --json; ok "the teardown ends well"
tail -n 1 "$site/said" | jq -e '[.data.kept[] | select(.kind == "disk" and .price_per_hour > 0)] | length == 1' >/dev/null
ok "its report lists the disk with its price"
book '.live == {"Microsoft.Resources/resourceGroups": 1, "Microsoft.Compute/disks": 1}'; ok "the cloud has one group and one disk, and nothing else"
book '[.disks[] | select(.deleted == null)] | length == 1 and (.[0].pricePerHour > 0)'; ok "which costs"
say cluster list && has "kept"; ok "the front page does not forget it"
say cluster start one
[ $? -eq 1 ] && has "takes it over"; ok "what is left of a cluster is not started"
say cluster create one slurm
[ $? -eq 1 ]; ok "its name is taken as long as its disk is there"

# An engine that is killed knows it all the same
end_pid "$engine_pid"
engine_start
engine_wait && say disk list && has "kept"; ok "a killed engine comes back with it"

# What may be taken over is offered, and what may not is told before
say cluster check two slurm shared_disk=nosuch
[ $? -eq 1 ] && has 'there is no kept disk "nosuch"'; ok "a check says that there is no such disk"
say cluster check two slurm shared_disk=one; ok "and has nothing against one that was kept"
curl -sf --unix-socket "$socket" -H 'Content-Type: application/json' -d '{"name":"two","params":[],"offer":"shared_disk"}' \
	http://engine/v1/templates/slurm/check | jq -e --arg disk "$disk" '.offers | map(.value) == [$disk]' >"$site/said"
ok "it is in the list of what to choose from"

# Deleting what is kept means its disk
say cluster delete one; has "one-shared-" && has ": delete" && has "DATA LOST: shared (/shared) its disk is deleted: a new cluster can take it over instead" && ! has "goes on at"; ok "the plan of a kept cluster deletes its disk, and says what is lost"
say cluster delete one --keep shared; has "keep, goes on at" && ! has "DATA LOST"; ok "unless it is told to keep it"

# A second cluster of the same name takes it over
before=$(tag_of "$disk")
idle() { curl -sf --unix-socket "$socket" -H 'Content-Type: application/json' -d "{\"name\":\"two\",\"params\":[$1]}" http://engine/v1/templates/slurm/check | jq .cost.idle; }
head=$(idle '"shared_gib=0"') with=$(idle '"shared_disk=one"')
printf '%s %s' "$head" "$with" >"$site/said"
check "a disk that is taken over is in what the cluster costs idle" jq -en "$with > $head"
say cluster create one slurm shared_disk=one htc_max=2 && has "the disk that it took over costs \$"; ok "a new cluster takes the disk over, and what that costs is told"
say cluster create two slurm shared_disk=one
[ $? -eq 1 ] && has "belongs to cluster one, which is off" && has "deleted with --keep shared"; ok "whoever has it now is told, by the name that it was kept under"
say cluster start one --wait; ok "and starts"
after=$(tag_of "$disk")
[ -n "$before" ] && [ -n "$after" ] && [ "$before" != "$after" ] && [ "$after" = "$(cli found >/dev/null; sqlite3 "$site/engine/engine.db" "SELECT short_id FROM cluster WHERE name = 'one' AND live = 1")" ]
ok "R2.10: the disk and its group bear the new cluster's tag ($before, then $after)"
[ "$(tag_of "paceline-disk-$disk")" = "$after" ]; ok "both of them"
say cluster delete one; has "keep, goes on at" && ! has "DATA LOST"; ok "R2.10: what was taken over is kept unless the template says otherwise"
on_head one 'cat /shared/azureuser/word'; has written-by-one; ok "the file is there"
say job submit one "$PWD/templates/jobs/monte-carlo.sh" --json -- --array=1-4; ok "a job goes there"
left_something() { on_head one 'ls /shared/results' && [ -s "$site/said" ]; }
until_true left_something; ok "nodes see the disk too: a job leaves its result"

# The end of it all
printf '#!/bin/sh\nsleep 3600\n' >"$site/long.sh"
say job submit one "$site/long.sh" --json; ok "a job that would hold up the end"
job=$(jq -r .job "$site/said")
until_has "^$job" ssh one -- squeue -h -t R -o %i; ok "it runs"
cli cluster delete one --name one --wait --json >"$site/last" 2>&1 </dev/null &
last=$!
until_has "keeping" disk list; ok "a disk that is to stay is not told as deleting"
until_has "cancel them with job cancel, or c in jobs" operation list; ok "the teardown says what ends its wait for jobs"
say operation cancel "$(cli operation list --json | jq -r '[.operations[].id] | max')"
[ $? -eq 1 ] && has "the teardown has begun to delete"; ok "what cannot be taken back any more is refused"
say job hold one "$job"
[ $? -eq 1 ] && has 'is deleting: of its jobs only "job cancel"'; ok "other acts on jobs are refused, and it says why"
say job cancel one "$job" --yes; ok "jobs that a teardown waits for can be cancelled"
wait "$last"; ok "torn down once more, its storage kept"
say cluster list && has "kept"; ok "a row is left of it"

# A snapshot in its place
say cluster create two slurm shared_disk=one shared_keep=snapshot && say cluster delete two --name two --wait --json; ok "R8.3: of the disk a snapshot is kept"
book '.live == {"Microsoft.Resources/resourceGroups": 1, "Microsoft.Compute/snapshots": 1}'; ok "which is all that the cloud has"
say cluster create one slurm shared_disk=two htc_max=1 && say cluster start one --wait; ok "a cluster with a disk of it starts"
on_head one 'cat /shared/azureuser/word && ls /shared/results'; has written-by-one; ok "R8.3: which holds what the first disk held"
say cluster delete two --name two --accept-data-loss --wait; ok "the snapshot goes with its row"
on_head one 'echo more >>/shared/azureuser/word && cat /shared/azureuser/word'; has more; ok "and the disk that was made of it does not"
say cluster delete one --keep none --name one --wait --json; ok "deleting the cluster deletes it"
tail -n 1 "$site/said" | jq -e '(.data.kept | length == 0) and (.data.left | length == 0)' >/dev/null; ok "nothing is kept or left"
book '.live == {}'; ok "the cloud has nothing"
book '[.disks[] | select(.deleted == null)] | length == 0'; ok "no disk costs"
say disk list && has "no managed disk"; ok "and none is listed"
[ -z "$(ls "$site/cloud/guests/disk" 2>/dev/null)" ]; ok "its data is gone"

tap_end
