#!/bin/bash
# Random keys at the console of a real engine on a cloud of ghosts, with a running cluster, while the engine is killed and
# started again: on the Deck and in dialogs that are opened on purpose, one of them filled up to its last key. What the engine
# wrote into its audit decides: without the keys that confirm (y, Y, C, digits) nothing ends work, costs money or tears down;
# with all keys no cluster goes, as a plan's countdown ends with any key; and a viewer's keys change nothing at all, neither
# there nor in the cloud. No crash, no report of a sanitizer in console, engine or cloud, the terminal as it was. TAP.
#   KEYS (3600 in all), SIZES (18), KILLS (6), SEED (1)
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/drive.sh
. tests/support/soup.sh
. tests/support/site.sh
build=${BUILD:-build/debug} keys=${KEYS:-3600} sizes=${SIZES:-18} kills=${KILLS:-6} seed=${SEED:-1}
drive_program=$build/tests/screens/pty_drive
missing=$(site_can "$build") || skip "$missing"
for need in jq sqlite3; do command -v $need >/dev/null || skip "$need is missing"; done
[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
soup_make || exit 2
finish() {
	drives_end
	site_end
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Where a part of the soup begins: keys that lead there, then 0.35 s in which a dialog is deaf. The cluster is called "j", so
# that random keys do type its name now and then.
places=('0' 'D' '2T' 'D\x00 j' '0' '3c' '2*d' '2*T' 'n\e[6~\e[6~\e[6~\e[6~\e[6~' '0' '3*Q' '3*c')
place=0
go_to() { # a dialog that came up a moment ago hears no Esc yet, and then "3" might be what it waits for
	tell soup type '\e[201~\e\e\e'
	tell soup watch 350
	tell soup type '\e\e\e\e0'
	tell soup watch 60
	tell soup type "${1%%\\x00*}"
	tell soup watch 350
	[ "${1#*\\x00}" = "$1" ] || tell soup type "${1#*\\x00}"
}

restart_engine() {
	end_pid "$engine_pid"
	engine_start
}

store() { sqlite3 -readonly "$site/engine/engine.db" "$1"; }
# What people did since row $1, and is none of the verbs $2, which need no question for one object.
acts() { store "SELECT verb || ' ' || object FROM audit WHERE seq > $1 AND actor != 'engine' AND verb NOT IN ($2)"; }
level_1="'start', 'pause', 'resume', 'cancel', 'node drain', 'node undrain', 'node keep', 'node unkeep', 'array keep', 'array unkeep',
	'array retry', 'job hold',
	'job release', 'job submit', 'ssh', 'backup'"
last_act() { store "SELECT coalesce(max(seq), 0) FROM audit"; }
# Calls since that moment that change something else than a resource group, of which each life of the engine tags its own (R3.4);
# a token changes nothing, nor does a machine's console, which is read by POST.
other_writes() {
	control GET /azsim/calls | jq -r --arg since "$1" '.calls[] | select(.at > $since and .method != "GET" and
		(.path | test("/oauth2/|/retrieveBootDiagnosticsData$") | not) and
		(.method != "PUT" and .method != "PATCH" or (.path | ascii_downcase | test("/resourcegroups/[^/]+$") | not))) | "\(.method) \(.path)"' ||
		echo "the calls could not be read"
}
last_call() { control GET /azsim/calls | jq -r '.calls | last | .at'; }
writes() { control GET /azsim/counters | jq '.byClass.writes + .byClass.deletes'; }

# Sample jobs take one key: so that queue and bill do not grow with the keys.
tidy_queue() {
	[ "$(control GET /azsim/queue | jq '.heads[0].pending')" -lt 2000 ] ||
		PACELINE_HEAD=j-head "$site/cloud/bin/scancel" -u azureuser
}

soup() { # WHO PARITY KEYS SIZES KILLS WORD...: the words go before the program
	local who=$1 parity=$2 part=$((($3 + $4 - 1) / $4)) i=0 killed=0 most=$5
	local total=$3 parts=$4
	shift 5
	typed=0
	RANDOM=$seed
	soup_begin 100x30 ${clock:+PACELINE_CLOCK="$clock"} "$@" "$site/bin/paceline" --socket "$socket"
	tell soup wait 20000 slurm
	while [ $typed -lt "$total" ]; do
		go_to "${places[place % ${#places[@]}]}"
		i=$((i + 1)) place=$((place + 1))
		order soup soup $part $((2 * (seed * 1000 + i) + parity))
		if [ $((i * most / parts)) -gt $killed ]; then
			killed=$((killed + 1))
			sleep 0.0$((RANDOM % 10))
			restart_engine
		fi
		heard soup
		typed=$((typed + part))
		engine_wait || { echo "the engine ended by itself after $typed keys" >>"$dir/why"; bad=$((bad + 1)) && restart_engine && engine_wait; }
		soup_alive || tell soup wait 20000 slurm
		tell soup size $((1 + RANDOM % 300))x$((1 + RANDOM % 100))
		[ $((i % 50)) -ne 0 ] || tidy_queue
	done
	soup_end
	soup_clean
	ok "$typed keys, $i sizes and $killed engines killed as $who: every one of $ends ends leaves the terminal as it was"
}

chmod 755 "$dir"
site_make "$build" && echo 'roles: ["uid:65534=viewer"]' >"$site/config.yaml" && cloud_start 20 --seed 1 && engine_start && engine_wait || { cat "$site"/*.log; exit 1; }
{ cli cluster create j slurm htc_max=4 hpc_max=0 idle=24h cycle=2s && cli cluster start j --wait; } >"$dir/why" 2>&1
control POST /azsim/queue-load '{"head":"j-head","jobs":4,"cpus":2,"seconds":1000000}' >"$dir/load"
for _ in $(seq 200); do
	[ "$(cli cluster status j --json 2>/dev/null | jq .view.busy)" = 4 ] && break
	sleep 0.1
done
[ "$(cli cluster status j --json | jq .view.busy)" = 4 ]
ok "a cluster with four jobs runs"

before=$(last_act)
cli node keep j htc-1 >/dev/null && cli node unkeep j htc-1 >/dev/null
acts "$before" "'node keep'" | tee -a "$dir/why" | grep -qx 'node unkeep j: htc-1'
ok "the audit tells what is done"
before=$(last_act)
soup "an operator without the keys that confirm" 0 $((keys / 3)) $((sizes / 3)) $((kills / 3))
small=$(store "SELECT count(*) FROM audit WHERE seq > $before AND actor != 'engine'")
! acts "$before" "$level_1" | grep . >>"$dir/why"
ok "nothing was confirmed ($small acts that need no question)"
soup "an operator with every key" 1 $((keys / 3)) $((sizes / 3)) $((kills / 3))
small=$(store "SELECT count(*) FROM audit WHERE seq > $before AND actor != 'engine'")
! store "SELECT verb || ' ' || object FROM audit WHERE seq > $before AND verb IN ('delete', 'stop')" | grep . >>"$dir/why"
ok "no cluster was stopped or torn down ($small acts)"
[ "$(cli cluster status j --json | jq -r .state)" = running ]
ok "the cluster runs"

if [ "$(id -u)" = 0 ]; then
	cli cluster pause j >/dev/null
	sleep 1 # what was decided before is asked for
	before=$(last_act) written=$(writes) called=$(last_call)
	chmod 777 "$dir"
	soup "a viewer with every key" 1 $((keys / 3)) $((sizes / 3)) $((kills / 3)) \
		setpriv --reuid 65534 --regid "$(id -g paceline)" --clear-groups
	[ "$(last_act)" = "$before" ]
	ok "a viewer's keys are in no audit"
	[ $(($(writes) - written)) -le $((kills / 3)) ]
	ok "each new life of the engine writes once, that it has the lease (R3.4)"
	other_writes "$called" >"$dir/why"
	[ -n "$called" ] && [ ! -s "$dir/why" ]
	ok "and nothing else is written to the cloud"
else
	echo "# who is not root has no second user to look as"
fi
[ -z "$(ls "$dir/reports")" ]
ok "no sanitizer reports in console, engine and cloud"
tap_end
