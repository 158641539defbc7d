#!/bin/bash
# make bench-console: the console's budgets (bytes, memory, CPU; times for the reader) against a real engine on a simulated
# cloud of ghosts: first 100 nodes at rest, then 10,000 nodes of which 1 % change each second and 100,000 waiting jobs.
# htop, and btop where it is installed, are measured beside it in the same run where they do the same. A table, then one JSON array
# of {"row","budget","measured","ok","peer","peer_measured"}. Fails when a row misses its budget that neither time nor the width of
# a busy second decides.
#   NODES, JOBS  other numbers than 10000 and 100000
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
nodes=${NODES:-10000} jobs=${JOBS:-100000}
. tests/support/site.sh
. tests/support/drive.sh
missing=$(site_can "$build") || { echo "bench-console: $missing" >&2; exit 1; }
for need in jq htop; do
	command -v $need >/dev/null || { echo "bench-console: $need is missing; make deps" >&2; exit 1; }
done
drive_program=$build/tests/screens/pty_drive
drives=$(mktemp -d) || exit 2
beside=
finish() {
	drives_end
	[ -z "$beside" ] || { kill "$beside" && wait "$beside"; } 2>/dev/null
	site_end
	rm -rf "$drives"
}
trap finish EXIT
trap 'exit 130' INT TERM

rows=$drives/rows missed=0
# row GATES NAME BUDGET MEASURED UNIT PEER PEER_MEASURED: "-" for none
row() {
	local ok=true
	awk -v m="$4" -v b="$3" 'BEGIN { exit !(m + 0 <= b + 0) }' || { ok=false; [ "$1" = asks ] || missed=1; }
	jq -cn --arg row "$2" --arg unit "$5" --argjson b "$3" --argjson m "$4" --argjson ok $ok --arg p "$6" --arg pm "$7" \
		'{row: ($row + ", " + $unit), budget: $b, measured: $m, ok: $ok, peer: (if $p == "-" then null else $p end),
		peer_measured: (if $pm == "-" then null else ($pm | tonumber) end)}' >>"$rows"
	printf '%-58s %10s %10s %-4s %s\n' "$2, $5" "$3" "$4" "$([ $ok = true ] && echo ok || echo MISS)" \
		"$([ "$6" = - ] || echo "$6 $7")"
}
# The same row with btop's figure; nothing where there is no btop.
row_btop() { [ "$6" = - ] || row asks "$2, beside btop" "$3" "$4" "$5" "$6" "$7"; }

console() { # NAME SIZE [VARIABLE=VALUE...]
	local name=$1 size=$2
	shift 2
	local more=
	[ "${1-}" != -- ] || { more=$2; set --; }
	# shellcheck disable=SC2086
	drive "$name" "$size" "$@" "$site/bin/paceline" --socket "$socket" $more
}
# The percentage of one core that NAME took in so many seconds, and the bytes it sent, in $cpu and $bytes.
take() { # NAME SECONDS
	tell "$1" watch 1
	local cpu_then at_then
	cpu_then=$(of cpu_us) at_then=$(of at_us)
	tell "$1" watch $(($2 * 1000))
	bytes=$(of bytes)
	cpu=$(awk -v a="$cpu_then" -v b="$(of cpu_us)" -v s="$at_then" -v t="$(of at_us)" 'BEGIN { printf "%.2f", 100 * (b - a) / (t - s) }')
}
# The least of NAME's bytes in so many seconds, of three tries: clock, ages and curves move at a few moments of a minute.
take_least() { # NAME SECONDS
	local least=
	for _ in 1 2 3; do
		take "$1" "$2"
		[ -n "$least" ] && [ "$least" -le "$bytes" ] || least=$bytes
	done
	bytes=$least
}
mb() { awk -v k="$(of "${1:-rss_kb}")" 'BEGIN { printf "%.1f", k / 1024 }'; }
ms() { awk -v u="$1" 'BEGIN { printf "%.1f", u / 1000 }'; }
p95() { sort -n | awk '{ v[NR] = $1 } END { i = int(NR * 0.95 + 0.999); print v[i < 1 ? 1 : i] }'; }
average() { awk '{ s += $1; n++ } END { printf "%d", n ? s / n : 0 }'; }

view() { cli cluster status "$1" --json 2>/dev/null | jq -r "$2"; }
until_view() { # CLUSTER JQ-TEST: at most 180 s
	local i=0
	until [ "$(view "$1" "$2")" = true ]; do
		i=$((i + 1))
		[ $i -lt 360 ] || { echo "bench-console: $1 never came to $2" >&2; cli cluster status "$1" >&2; exit 1; }
		sleep 0.5
	done
}
load() { control POST /azsim/queue-load "$1" >"$drives/load" || exit 1; }
cluster() { # NAME NODES NETWORK
	cli cluster create "$1" slurm htc_max="$2" hpc_max=0 idle=2h cycle=1s network="$3" >&2 && cli cluster start "$1" >&2 &&
		until_view "$1" '.state == "running"' || exit 1
	load "{\"head\":\"$1-head\",\"jobs\":$2,\"cpus\":2,\"seconds\":15}"
	until_view "$1" ".view.jobs_running == $2"
	until_view "$1" ".view.idle == $2 and .view.jobs_running == 0"
}

drive_btop() { # NAME SIZE: with a home of its own, where it keeps its settings
	HOME=$drives XDG_CONFIG_HOME=$drives drive "$1" "$2" btop --utf-force
}
btop=-
command -v btop >/dev/null && btop=btop

cloud_by=setsid # in a group of its own, so that it takes turns behind the others: a real cloud runs on machines of its own
site_make "$build" && cloud_start 1 --seed 1 && engine_start && engine_wait || { cat "$site"/*.log; exit 1; }
[ ! -w "/proc/$azsim_pid/autogroup" ] || echo 19 >"/proc/$azsim_pid/autogroup"

echo "-- 100 nodes, nothing changes"
cluster small 100 10.8.0.0/16
console one 200x60
drive htop 200x60 htop
tell one wait 5000 small
tell one rest 700 5000
tell htop rest 500 3000
btop_cpu=- btop_bytes=- btop_mb=-
if [ $btop = btop ]; then
	drive_btop btop 200x60
	tell btop rest 1500 5000
	take btop 10
	btop_cpu=$cpu btop_bytes=$((bytes / 10)) btop_mb=$(mb)
	drive_end btop
fi
take htop 10
htop_cpu=$cpu htop_bytes=$((bytes / 10)) htop_mb=$(mb) htop_anon=$(mb anon_kb)
take_least one 30
row gates "nothing changes on the Deck for 30 s" 16 "$bytes" "bytes" "htop, bytes/s" "$htop_bytes"
row_btop gates "nothing changes on the Deck for 30 s" 16 "$bytes" "bytes" $btop "$btop_bytes"
take one 60
row gates "a minute on the Deck at rest: clock, curves" 2048 "$bytes" "bytes" "htop, bytes/s" "$htop_bytes"
row gates "CPU when nothing changes" 0.5 "$cpu" "% of a core" htop "$htop_cpu"
row_btop gates "CPU when nothing changes" 0.5 "$cpu" "% of a core" $btop "$btop_cpu"
row gates "memory with 100 nodes" 8 "$(mb)" "MB" htop "$htop_mb"
row_btop gates "memory with 100 nodes" 8 "$(mb)" "MB" $btop "$btop_mb"
row gates "of it no library's or file's" 8 "$(mb anon_kb)" "MB" htop "$htop_anon"
tell one key 2
tell one rest 2500 9000 # what the detail tells of the node comes a second later
take_least one 10
row gates "nothing changes in the table of nodes for 10 s" 16 "$bytes" "bytes" "htop, bytes/s" "$htop_bytes"
take one 60
row gates "a minute in the table of nodes at rest: ages, clock, curve" 2048 "$bytes" "bytes" "htop, bytes/s" "$htop_bytes"
drive_end one

cli cluster stop small --force --reason test --yes >&2 && until_view small '.state == "off"' # an engine has 10,000 nodes in all
echo "-- $nodes nodes, 1 % change each second, $jobs jobs wait"
cluster big "$nodes" 10.32.0.0/16
load "{\"head\":\"big-head\",\"jobs\":$jobs,\"cpus\":2,\"seconds\":60,\"partition\":\"hpc\"}"
until_view big ".view.jobs_pending >= $jobs"
while :; do
	control POST /azsim/queue-load "{\"head\":\"big-head\",\"jobs\":$((nodes / 200)),\"cpus\":2,\"seconds\":40}"
	sleep 0.7
done >/dev/null 2>&1 &
beside=$!
until_view big ".view.busy > $((nodes / 200 * 18))"

for size in 80x24:4096 160x45:9216 200x60:16384; do # the last with a map of every node
	drive top "${size%:*}" htop
	tell top rest 500 3000
	top=$(of most)
	drive_end top
	console first "${size%:*}"
	tell first rest 1500 6000
	row gates "first frame with rows, ${size%:*}" "${size#*:}" "$(of most)" "bytes" htop "$top"
	first=$(of most)
	drive_end first
	[ $btop = btop ] || continue
	drive_btop top "${size%:*}"
	tell top rest 500 3000
	row_btop gates "first frame with rows, ${size%:*}" "${size#*:}" "$first" "bytes" btop "$(of most)"
	drive_end top
done
for who in first top; do
	for _ in $(seq 20); do
		if [ $who = top ]; then
			drive top 80x24 htop
			tell top wait 5000 PID
		else
			console first 80x24
			tell first wait 5000 big
		fi
		of last_us >>"$drives/$who.us"
		drive_end $who
	done
done
row asks "start to the first frame with rows, p95 of 20" 100 "$(ms "$(p95 <"$drives/first.us")")" "ms" htop "$(ms "$(p95 <"$drives/top.us")")"

tell htop rest 200 3000
tell htop key '\e[B'
top_key=$(of bytes)
tell htop key '\e[6~'
top_page=$(of bytes)
for i in $(seq 50); do
	tell htop key "$([ $((i % 2)) = 0 ] && echo '\e[A' || echo '\e[B')"
	of first_us >>"$drives/top.key.us"
	tell htop watch 100
done
take htop 10
top_median=$(of median) top_most=$(of most) top_cpu=$cpu

console one 200x60
tell one wait 5000 big
tell one rest 700 3000
take one 20
row gates "1 %/s, the Deck with its map 200x60, frame median" 1638 "$(of median)" "bytes" htop "$top_median"
tell one key 2
tell one wait 5000 'big > nodes'
tell one rest 700 3000
take one 20
row gates "1 %/s, table 200x60, frame median" 128 "$(of median)" "bytes" htop "$top_median"
row asks "1 %/s, table 200x60, frame p99" 512 "$(of p99)" "bytes" htop "$top_most"
row gates "1 %/s, table 200x60, CPU" 2 "$cpu" "% of a core" htop "$top_cpu"
row gates "memory with $nodes nodes, $jobs jobs" 24 "$(mb)" "MB" htop "$htop_mb"
for _ in $(seq 50); do
	tell one key '\e[B'
	of bytes >>"$drives/key.bytes"
	of first_us >>"$drives/key.us"
	tell one watch 100 # a key held down is drawn ten times a second, which is another matter
done
row gates "arrow key, table 200x60, average of 50" 450 "$(average <"$drives/key.bytes")" "bytes" htop "$top_key"
row asks "key to the first byte, p95 of 50" 16 "$(ms "$(p95 <"$drives/key.us")")" "ms" htop "$(ms "$(p95 <"$drives/top.key.us")")"
p99() { sort -n | awk '{ v[NR] = $1 } END { i = int(NR * 0.99 + 0.999); print v[i < 1 ? 1 : i] }'; }
row asks "key to the first byte, p99 of 50" 50 "$(ms "$(p99 <"$drives/key.us")")" "ms" htop "$(ms "$(p99 <"$drives/top.key.us")")"
tell one rest 500 3000
tell one key '\e[6~'
row gates "page down, table 200x60" 9216 "$(of bytes)" "bytes" htop "$top_page"
# The line of an event, where its pane has the full width.
tell one size 119x50
tell one key 4
tell one rest 700 3000
cli cluster pause small >/dev/null
tell one watch 3000
row gates "a line comes to the events, 119x50" 250 "$(of median)" "bytes" - -
tell one size 200x60
tell one rest 500 3000
cli cluster resume small >/dev/null
tell one watch 3000
row asks "a line comes to the events and to their detail, 200x60" 450 "$(of median)" "bytes" - -
tell one key 2
# A poor line while 1 % change each second: keys come through, and news do not pile up.
console slow 80x24
tell slow wait 5000 big
tell slow key 2
tell slow rest 700 3000
tell slow link 2048 300
for i in $(seq 20); do
	tell slow key "$([ $((i % 2)) = 0 ] && echo '\e[A' || echo '\e[B')"
	of first_us >>"$drives/slow.us"
	tell slow watch 400
done
row asks "key to its echo, 2 KB/s and 300 ms of round trip, p95 of 20" 400 "$(ms "$(p95 <"$drives/slow.us")")" "ms" - -
drive_end slow
tell one key '\e[H'
kill "$beside" && wait "$beside" 2>/dev/null
beside=
until_view big ".view.idle == $nodes"
tell one rest 1500 5000
load "{\"head\":\"big-head\",\"jobs\":$nodes,\"cpus\":2,\"seconds\":60}"
tell one watch 6000
row gates "every visible row changes, table 200x60" 4096 "$(of most)" "bytes" htop "$top_most"
tell one end q 3000
[ "$(of code)" = 0 ] || { echo "bench-console: the console did not end well: $said" >&2; missed=1; }
drive_end one

echo "-- $jobs waiting jobs: filter and order"
load "{\"head\":\"big-head\",\"jobs\":$jobs,\"cpus\":2,\"seconds\":60,\"partition\":\"hpc\"}"
until_view big ".view.jobs_running == 0"
console jobs 120x35
tell jobs wait 5000 big
tell jobs key 3
tell jobs rest 1200 5000
for word in 1 2 3 4 5; do
	tell jobs key f
	tell jobs rest 300 2000
	for letter in $word 0 ' ' l o a d; do
		tell jobs key "$letter"
		of last_us >>"$drives/filter.us"
		tell jobs watch 250
	done
	tell jobs key '\e'
	tell jobs rest 500 2000
done
row asks "a key of the filter on $jobs jobs to its count, p95 of 35" 50 "$(ms "$(p95 <"$drives/filter.us")")" "ms" - -
for order in user name part prio nodes user name part prio nodes; do
	tell jobs type ":sort $order"
	tell jobs rest 400 2000
	tell jobs key '\r'
	of last_us >>"$drives/sort.us"
	tell jobs rest 700 2000
done
row asks "another order of $jobs jobs, p95 of 10" 100 "$(ms "$(p95 <"$drives/sort.us")")" "ms" - -
drive_end jobs

console last 120x35 -- --stats
tell last wait 5000 big
tell last rest 700 3000
for _ in $(seq 20); do tell last key 2 && tell last key 0; done
tell last end q 3000
[ "$(of code)" = 0 ] || { echo "bench-console: the console did not end well: $said" >&2; missed=1; }
ours=${said#*bytes } ours=${ours%%,*} all=$(of total)
# What it says after it has left the screen is not of the screen.
row gates "bytes by --stats against those of the terminal" 1 \
	"$(awk -v a="$ours" -v b="$((all - 137))" 'BEGIN { d = a > b ? a - b : b - a; printf "%.2f", 100 * d / b }')" "%" - -
drive_end last
console storm 120x35 -- --stats
tell storm wait 5000 big
began=$(of at_us)
tell storm storm 100 20 120x35
took=$(($(of at_us) - began))
tell storm end q 3000
layouts=${said#*frames } layouts=${layouts%%,*}
# Without the first picture, and in 2 s of it: a loaded machine drags for longer.
row gates "a storm of sizes, layouts in 2 s" 20 $(((layouts - 1) * 2000000 / took)) "frames" - -
jq -cs . "$rows"
exit $missed
