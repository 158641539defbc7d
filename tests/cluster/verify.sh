#!/bin/bash
# Runs the demo's main job and comes to its numbers by another way: ssh by hand, Slurm's own commands, curl and jq against the
# simulated cloud's book, the darts thrown again by another awk. Shares no code with the program.
#   tests/cluster/verify.sh [--tasks N] [--kill-engine N] [--seed S]
# Prints TAP, then both results as JSON. PACELINE: another program than build/paceline.
set -u
cd "$(dirname "$0")/../.." || exit 2
paceline=${PACELINE:-$PWD/build/paceline}
tasks=40
for ((i = 1; i <= $#; i++)); do
	if [ "${!i}" = --tasks ]; then j=$((i + 1)) && tasks=${!j}; fi
done
[ "$(id -u)" = 0 ] || { echo "1..1"; echo "ok 1 # SKIP real machines need root"; exit 0; }

dir=$(mktemp -d /tmp/verify.XXXXXX) || exit 2
chmod 755 "$dir" # the engine runs as a user of its own
world=$dir/world n=0 failed=0 demo=
finish() {
	[ -z "$demo" ] || { kill "$demo" && wait "$demo"; } 2>/dev/null
	"$paceline" demo --stop --state "$world" >/dev/null 2>&1
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
check() { # WHAT, then a test
	local what=$1
	shift
	n=$((n + 1))
	if "$@"; then echo "ok $n - $what"; else failed=$((failed + 1)) && echo "not ok $n - $what: $*"; fi
}
book() { curl -sf --unix-socket "$world/azsim/control.sock" "http://azsim/azsim/$1"; }

# Awaited: the line that the program prints when its tasks are done. It waits then for its nodes to be idle for long enough.
mkfifo "$dir/lines"
began=$(date +%s.%N)
"$paceline" demo --batch --json --keep --state "$world" "$@" >"$dir/said" 2>"$dir/lines" &
demo=$!
exec 3<"$dir/lines"
while read -r line <&3; do
	echo "# $line"
	case $line in *scale-in*) break ;; esac
done

# The head, as ssh and ARM show it.
yaml() { sed -n "s/^ *$1: \"\(.*\)\"$/\1/p" "$world/azsim/cloud.yaml"; }
token=$(curl -sf --cacert "$(yaml ca_file)" "$(yaml authority)/$(yaml tenant)/oauth2/v2.0/token" \
	--data-urlencode "client_id=$(yaml client_id)" --data-urlencode "client_secret@$(yaml client_secret_file)" \
	-d grant_type=client_credentials --data-urlencode "scope=$(yaml arm)/.default" | jq -r .access_token)
next="$(yaml arm)/subscriptions/$(yaml subscription)/providers/Microsoft.Network/networkInterfaces?api-version=2024-05-01"
while [ -n "$next" ]; do
	curl -sf --cacert "$(yaml ca_file)" -H "Authorization: Bearer $token" "$next" >"$dir/page" || break
	cat "$dir/page" >>"$dir/nics"
	next=$(jq -r '.nextLink // empty' "$dir/page")
done
address=$(jq -rs '[.[].value[] | select(.properties.virtualMachine.id // "" | endswith("/virtualMachines/head"))][0].properties.ipConfigurations[0].properties.privateIPAddress' "$dir/nics")
key=$(find "$world/engine/keys" -type f ! -name '*.pub')
head() {
	ssh -F none -i "$key" -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \
		-o "ProxyCommand=$world/bin/azsim connect %h %p --socket $world/azsim/bastion.sock" "azureuser@$address" "$@" </dev/null
}
check "the head answers by ssh at $address" test "$(head hostname)" = demo-head
job=$(head "ls /shared/results" | grep -xE "[0-9]+" | tail -n 1)
states=$(head "squeue -h -r -a -t all -o %T -j $job" | sort | uniq -c | awk '{ printf "%s %s;", $2, $1 }')
check "Slurm says that every task is completed ($states)" test "$states" = "COMPLETED $tasks;"
head "cat /shared/results/$job/*.json" >"$dir/results"
first=$(head "stat -c %Y /shared/results/$job/*.json" | sort -n | sed -n 1p)
completed=$(jq -s 'map(.task) | unique | length' "$dir/results")
machines=$(jq -s 'map("\(.host) \(.netns)") | unique | length' "$dir/results")
check "each task left one result" test "$completed" = "$tasks"
check "the results name at least four machines ($machines)" test "$machines" -ge $((tasks < 8 ? 1 : 4))
check "the results are of this job" test "$(jq -s "all(.job == $job)" "$dir/results")" = true

# minstd by Schrage's way, which needs no product above 2^31: other steps, the same darts.
cat >"$dir/darts" <<'END'
function next_x(x,  h, l) { h = int(x / 127773); l = x % 127773; x = 16807 * l - 2836 * h; return x > 0 ? x : x + 2147483647 }
BEGIN {
	x = seed % 2147483647
	for (i = 0; i < samples; i++) {
		x = next_x(x); a = x / 2147483647
		x = next_x(x); b = x / 2147483647
		if (a * a + b * b <= 1) hits++
	}
	exit hits != want
}
END
right=$(jq -r '"\(.seed) \(.samples) \(.hits)"' "$dir/results" |
	xargs -P 2 -I '{}' sh -c 'set -- {}; awk -v seed=$1 -v samples=$2 -v want=$3 -f "$0" && echo right' "$dir/darts" | wc -l)
check "every result holds when its darts are thrown again" test "$right" = "$tasks"
pi=$(jq -s '4 * (map(.hits) | add) / (map(.samples) | add)' "$dir/results")

while read -r line <&3; do echo "# $line"; done
wait "$demo"
rc=$?
demo=
check "the program ended with 0" test $rc = 0
mine=$(tail -n 1 "$dir/said")

# The simulated cloud's own book.
book ledger >"$dir/book"
peak=$(jq '[.vms[] | select(.set != "")] as $v
	| [$v[] | .created as $t | [$v[] | select(.created <= $t and (.deleted == null or .deleted > $t))] | length] | max // 0' "$dir/book")
doubles=$(jq '.vms as $v | [$v[] | . as $m | select(($m.set != "") and ([$v[] | select(.set == $m.set and .created <= $m.created
	and (.deleted == null or .deleted > $m.created))] | length) > $m.capacityIntended)] | length' "$dir/book")
heads=$(jq '[.vms[] | select(.set == "")] | length' "$dir/book")
left=$(jq '[.live[]] | add // 0' "$dir/book")
writes=$(book counters | jq '[.writesByGroup[]] | add // 0') # of its group: queries of the graph are no calls of its own
late=$(jq '([.vms[] | select(.set == "")][0].deleted) as $over | [.vms[] | select(.set != "" and (.deleted == null or .deleted >= $over))] | length' "$dir/book")
check "one head was made" test "$heads" = 1
check "no machine was made twice" test "$doubles" = 0
check "nothing is left in the cloud's book" test "$left" = 0
check "no node outlived the scale-in" test "$late" = 0
"$paceline" demo --stop --state "$world" >/dev/null
echo "$world" >"$dir/pattern" # so that grep's own command line does not hold it
processes=$(grep -laF -f "$dir/pattern" /proc/[0-9]*/cmdline /proc/[0-9]*/mountinfo 2>/dev/null | wc -l)
check "no process and no mount is left" test "$processes" = 0
check "no folder is left" test ! -e "$world"

seconds=$(awk -v a="$began" -v b="$first" 'BEGIN { printf "%.1f", b - a }')
theirs=$(jq -cn --argjson completed "$completed" --argjson right "$right" --argjson tasks "$tasks" --argjson pi "$pi" --argjson peak "$peak" \
	--argjson writes "$writes" --argjson doubles "$doubles" --argjson left "$left" --argjson late "$late" --argjson seconds "$seconds" \
	'{tasks_completed: $completed, results_ok: ($right == $tasks), result: $pi, nodes_peak: $peak, nodes_after_idle: $late, write_calls: $writes,
	double_creates: $doubles, jobs_lost: ($tasks - $completed), resources_left: $left, seconds_to_first_task: $seconds}')
agrees() { # KEY [SPREAD]
	jq -en --argjson a "$mine" --argjson b "$theirs" --arg k "$1" --argjson d "${2:-0}" \
		'if ($a[$k] | type) == "number" then (($a[$k] - $b[$k]) | fabs) <= $d else $a[$k] == $b[$k] end' >/dev/null
}
for k in tasks_completed results_ok nodes_peak nodes_after_idle write_calls double_creates jobs_lost resources_left; do
	check "both come to the same $k" agrees $k
done
check "both come to the same pi" agrees result 0.0000001
check "both come to the same first task" agrees seconds_to_first_task 3
echo "1..$n"
echo "# program: $mine"
echo "# verified: $theirs"
[ $failed = 0 ]
