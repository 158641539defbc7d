#!/bin/bash
# make keys: how many keys a task needs (spec/tui.md 10.9), typed into the real program at a real engine on a cloud of ghosts,
# one after another until the wanted text stands on the screen. A name that is typed is not counted. Beside each the clicks of
# CycleCloud's web pages, counted from its public documentation: a link, button, menu or list entry is one click, typing none.
# A table, then one JSON array of {"task","budget","keys","pressed","why","peer","peer_clicks","peer_why"}; keys is null where
# the task cannot be done, and why says what is missing. Fails when a task takes more keys than its budget.
#   SIZE  another terminal than 80x24
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build}
export BUILD=$build
. tests/screens/lib.sh
. tests/support/site.sh
missing=$(site_can "$build") || { echo "keys: $missing" >&2; exit 1; }
finish() {
	screen_end
	site_end
}
trap finish EXIT
unset NO_COLOR STY SSH_CONNECTION
rows=$screen_dir/rows missed=0

stands() { screen_text_now | tr -s " " | grep -qF -e "$1"; } # how wide columns are is not what is measured

# wait_for SECONDS TEXT: every 20 ms.
wait_for() {
	for _ in $(seq $(($1 * 50))); do
		stands "$2" && return 0
		sleep 0.02
	done
	return 1
}

# A dialog is deaf at first, and an answer may have to come from the engine: then the key before was enough.
after_key() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
		stands "$1" && return 0
		sleep 0.02
	done
	return 1
}

# row TASK BUDGET KEYS PRESSED WHY PEER_CLICKS PEER_WHY: "-" for none
row() {
	jq -cn --arg task "$1" --argjson budget "$2" --arg keys "$3" --arg pressed "$4" --arg why "$5" --arg clicks "$6" --arg peer "$7" \
		'def number: if . == "-" then null else tonumber end; def text: if . == "-" then null else . end;
		{task: $task, budget: $budget, keys: ($keys | number), pressed: ($pressed | text), why: ($why | text),
		peer: "CycleCloud, clicks on its web pages", peer_clicks: ($clicks | number), peer_why: $peer}' >>"$rows"
	printf '%-44s %6s %5s  %-34s %6s\n' "$1" "$2" "$3" "$4" "$6"
}

# task NAME BUDGET WANTED CLICKS PEER_WHY KEY...: "=TEXT" types a text that is not counted, "~TEXT" is what the eye waits for, and
# "@KEY=TEXT" a key that is pressed until the text stands there.
task() {
	local name=$1 budget=$2 wanted=$3 clicks=$4 peer=$5 n=0 key pressed= seen=
	shift 5
	for key; do
		case $key in
		=*) screen_text "${key#=}" && pressed="$pressed NAME" && continue ;;
		"~"*) wait_for 10 "${key#"~"}" && sleep 0.4 && continue ;;
		@*)
			until stands "${key#*=}" || [ $n -gt 20 ]; do
				key=${key#@} && screen_keys "${key%%=*}" && after_key "${key#*=}"
				n=$((n + 1)) pressed="$pressed ${key%%=*}"
			done
			sleep 0.4
			continue
			;;
		esac
		screen_keys "$key"
		n=$((n + 1)) pressed="$pressed $key"
		after_key "$wanted" && seen=yes && break
	done
	if [ -n "$seen" ] || wait_for 30 "$wanted"; then
		[ $n -le "$budget" ] || missed=1
		row "$name" "$budget" $n "${pressed# }" - "$clicks" "$peer"
		return
	fi
	missed=1
	row "$name" "$budget" - "${pressed# }" "\"$wanted\" did not come" "$clicks" "$peer"
	screen_text_now | sed 's/^/# /' >&2
}

# The console as somebody finds it who attaches; keys that lead to where the task begins are not counted, "~TEXT" is waited for.
attach() {
	screen_start "${SIZE:-80x24}" HOME="$screen_dir" XDG_STATE_HOME="$screen_dir" ${clock:+PACELINE_CLOCK="$clock"} "$site/bin/paceline" --socket "$socket"
	screen_wait alpha 10 >/dev/null
	screen_settle >/dev/null
	for key; do
		case $key in
		"~"*) wait_for 30 "${key#"~"}" ;;
		*) screen_keys "$key" && screen_settle >/dev/null ;;
		esac
	done
}

view() { cli cluster status "$1" --json 2>/dev/null | jq -r "$2"; }
until_view() { # CLUSTER JQ-TEST
	for _ in $(seq 300); do
		[ "$(view "$1" "$2")" = true ] && return 0
		sleep 0.1
	done
	echo "keys: $1 never came to $2" >&2
	cli cluster status "$1" >&2
	exit 1
}
until_event() { # TEXT
	for _ in $(seq 300); do
		cli events alpha 2>/dev/null | grep -qF -e "$1" && return 0
		sleep 0.1
	done
	echo "keys: no event said: $1" >&2
	exit 1
}
load() { control POST /azsim/queue-load "$1" >/dev/null || exit 1; }
slurm() { # PROGRAM WORD...: what the head's own administrator types
	local program=$1
	shift
	PACELINE_HEAD=alpha-head "$site/cloud/bin/$program" "$@"
}

site_make "$build" && cloud_start 20 --seed 1 && engine_start && engine_wait || { cat "$site"/*.log >&2; exit 1; }
cli cluster create alpha slurm htc_max=8 hpc_max=0 idle=10h cycle=1s >/dev/null && cli cluster start alpha --wait >/dev/null 2>&1 || exit 1
load '{"head":"alpha-head","jobs":4,"cpus":2,"seconds":20000}'
until_view alpha '.view.busy == 4'
load '{"head":"alpha-head","jobs":1,"cpus":2,"seconds":20000,"partition":"hpc"}'
until_view alpha '.view.jobs_pending == 1'

printf '%-44s %6s %5s  %-34s %6s\n' task budget keys pressed clicks

attach
task "why is my job pending" 3 'waits: at a limit: hpc has 0 nodes left of 0' - \
	"the web pages have no queue: Connect gives a line for ssh (3 clicks: cluster, scheduler node, Connect), then squeue there (how-to/connect-to-node)" \
	3 e

attach 2 "~htc-2 # busy" Space "~1 marked" Space "~2 marked"
task "drain the marked nodes" 4 'htc-2 d drain' - \
	"no drain on the web pages; a node is kept by KeepAlive or terminated (how-to/keep-alive), drained with scontrol on the scheduler" \
	d y
screen_keys u
until_view alpha '.view.draining == 0'

cli node keep alpha htc-4 >/dev/null
slurm scontrol update nodename=htc-4 state=down reason="fan broken" >/dev/null
until_view alpha '.view.failed == 1'
cli cluster pause alpha >/dev/null && cli cluster resume alpha >/dev/null # the newest event is another
attach
task "find the failed node, read why" 4 'the scheduler says DOWN+DYNAMIC_NORM fan broken' 1 \
	"cluster in the sidebar: its page has the event log with the error (how-to/start-cluster)" \
	4 W e

control POST /azsim/fault \
	'{"match":"virtualMachineScaleSets/alpha","effect":"status","status":409,"code":"AllocationFailed","count":-1}' >/dev/null
load '{"head":"alpha-head","jobs":1,"cpus":2,"seconds":20000}'
until_event 'htc-5 gone: AllocationFailed'
cli cluster pause alpha >/dev/null && cli cluster resume alpha >/dev/null
attach
task "find the node that the cloud refused, and why" 4 'failed: AllocationFailed: ' 1 \
	"cluster in the sidebar: its page has the event log with the error (how-to/start-cluster)" \
	4 W e

attach
task "deploy from a template with its defaults" 12 'beta slurm RUN' 9 \
	"Clusters, template, (name), Next, subnet list, subnet, Next, Save, Start, confirm; the region left as it is (tutorials/create-cluster)" \
	n =beta "@PageDown=Press C to create" C

cli cluster create gamma slurm shared_gib=32 >/dev/null && cli cluster start gamma --wait >/dev/null 2>&1 || exit 1
attach End
task "tear down, keep the storage" 8 'kept: ' 3 \
	"cluster, Terminate, confirm: persistent volumes stay, nothing says which (how-to/terminate-cluster)" \
	D "~DATA LOST" Space "~KEEP (" =gamma F9
screen_stop
jq -cs . "$rows"
exit $missed
