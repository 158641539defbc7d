#!/bin/bash
# make screenshots: pictures of the program into screenshots/, as text, drawn, and as PNG. Two sites are made for them:
#   an hour of a busy site: clusters of ghosts at 40 times the speed, with bursts of jobs, evictions, a drained node
#   the demo: real machines, real Slurm, its wizard, its teardown and its report; this one needs root, and is left out without
# What they show is that run: times and prices differ from run to run. tests/screens/pictures_test.sh holds their titles, columns
# and keys against the program as it is. An argument is another folder to write to.
cd "$(dirname "$0")/.." || exit 2
make -s DEBUG= all screen-programs || exit 1
BUILD=build
. tests/screens/lib.sh
. tests/screens/shot.sh
. tests/support/site.sh
out=${1:-screenshots}
unset NO_COLOR STY SSH_CONNECTION
chmod 755 "$screen_dir"
world=$screen_dir/world
paceline=$PWD/build/paceline
over() {
	[ ! -d "$world" ] || "$paceline" demo --stop --state "$world" >/dev/null 2>&1
	site_end
	screen_end
}
trap over EXIT

take() { # NAME SIZE TITLE: what is still asked for belongs on no picture
	for _ in $(seq 100); do
		screen_text_now | grep -q 'asking the engine' || break
		sleep 0.05
	done
	screen_settle >/dev/null
	shot "$out" "$1-$2" "$3" || exit 1
	rm -f "$out/$1-$2.ans"
	echo "$1-$2"
}
die() {
	echo "make screenshots: $*" >&2
	exit 1
}

# The hour

speed=40
console() { # SIZE
	screen_start "$1" HOME="$screen_dir" XDG_STATE_HOME="$screen_dir/own" PACELINE_CLOCK="$clock" "$site/bin/paceline" --socket "$socket"
	screen_wait '[0 Deck]' 20 >/dev/null || die "the console does not come up"
	screen_wait 'cfd ' 20 >/dev/null
}
until_running() {
	for _ in $(seq 200); do
		cli cluster status "$1" --json 2>/dev/null | grep -q '"state": *"running"' && return 0
		sleep 0.1
	done
	die "$1 does not start: $(cli cluster status "$1")"
}
burst() { # CLUSTER JOBS SECONDS PARTITION NAME USER
	control POST /azsim/queue-load "{\"head\":\"$1-head\",\"jobs\":$2,\"seconds\":\"$3\",\"cpus\":2,\"partition\":\"$4\",
		\"name\":\"$5\",\"user\":\"$6\",\"array_size\":100}" >/dev/null
}
minutes() { sleep "$(awk -v m="$1" -v s=$speed 'BEGIN { print m * 60 / s }')"; }

site_make build && cloud_start $speed --seed 7 && engine_start && engine_wait || die "no site"
for c in "cfd 10.20.0.0/16 200 400" "genome 10.21.0.0/16 40 80"; do
	# shellcheck disable=SC2086 # four words
	set -- $c
	cli cluster create "$1" slurm network="$2" htc_max="$3" hpc_max=16 idle=2m cycle=10s >/dev/null || die "no cluster"
	cli cluster start "$1" >/dev/null
done
cli cluster create render slurm network=10.22.0.0/16 htc_max=64 hpc_max=0 >/dev/null
until_running cfd
until_running genome
burst genome 50 200-500 htc align seqlab
burst cfd 110 120-400 htc mesh aero
minutes 8
burst cfd 240 150-420 htc sweep aero
burst genome 30 200-500 htc call seqlab
minutes 9
burst cfd 150 100-300 htc sample wind
minutes 11
burst genome 90 200-700 htc align seqlab
burst cfd 430 200-500 htc sweep aero
burst cfd 4 700-1500 hpc solve wind
minutes 9
burst cfd 60 100-300 htc post wind
minutes 7
burst cfd 110 500-1100 htc rotor-blade wind
burst cfd 6 700-1500 hpc solve aero
minutes 4
cli node drain cfd htc-7 htc-8 htc-31 --reason "DIMM errors" --yes >/dev/null
control POST /azsim/evict '{"count":2}' >/dev/null

# on_the_way: more work than nodes, so that some boot while the picture is taken.
on_the_way() {
	burst cfd "$1" 200-500 htc mesh aero
	for _ in $(seq 60); do
		screen_text_now | grep -qE "[0-9] (boot|alloc)" && return
		sleep 0.05
	done
}
console 160x45
on_the_way 45
take deck 160x45 "The Deck: a cluster's last hour beside its nodes and its queue"
screen_keys Enter
screen_wait 'Last hour' >/dev/null
take overview 160x45 "A cluster at a glance"
screen_keys Escape
take clusters 160x45 "Clusters"
screen_keys 2 m
screen_wait 'shade state' >/dev/null
on_the_way 45
take map 160x45 "Each node a cell, by state"
screen_stop
console 120x35
on_the_way 45
take deck 120x35 "The Deck at 120x35"
screen_keys 3
screen_wait '> jobs' >/dev/null
take jobs 120x35 "Jobs, and why they wait"
screen_keys 5
screen_wait 'forecast' 10 >/dev/null
take cost 120x35 "What it costs"
screen_stop
console 80x24
on_the_way 45
take deck 80x24 "The Deck at 80x24"
screen_keys Enter
screen_wait 'Capacity' >/dev/null
take overview 80x24 "A cluster at a glance, in 80 columns"
screen_stop
site_end

# The demo

if [ "$(id -u)" != 0 ]; then
	echo "make screenshots: the demo's real machines need root: wizard, teardown and report stay as they were" >&2
	exit 0
fi
screen_start 120x35 HOME="$screen_dir" XDG_STATE_HOME="$screen_dir/own" "$paceline" demo --state "$world"
screen_wait '8P' 90 >/dev/null || die "the demo's tasks do not run"
screen_keys Tab Tab Tab Tab n
screen_wait 'Name' 10 >/dev/null
screen_text cfd
screen_keys PageDown PageDown PageDown PageDown PageDown PageDown
screen_wait 'Review' 10 >/dev/null
take wizard 120x35 "A new cluster: what it will be and cost, before it is made"
screen_keys Escape
screen_keys 0
screen_stop
screen_start 120x35 HOME="$screen_dir" XDG_STATE_HOME="$screen_dir/own" "$paceline" demo --state "$world"
screen_wait 'demo ' 30 >/dev/null
screen_keys D
screen_wait 'Type the name' 20 >/dev/null || die "no plan of the teardown"
take teardown 120x35 "Tearing a cluster down: the plan and what it costs"
screen_keys Space
screen_text demo
screen_keys F9
screen_wait 'left: nothing' 200 >/dev/null || die "the teardown does not end"
take report 120x35 "The closing report: nothing is left"
screen_keys q
screen_stop
