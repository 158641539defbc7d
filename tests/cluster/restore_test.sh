#!/bin/sh
# A store that is older than the cloud (R2.9, R2.10), on ghosts: what the backup does not know is found and left alone until
# an admin adopts or condemns it; adopted machines keep their names and their jobs; nothing is made twice; what is condemned
# goes, and the cloud's book is empty at the end. TAP. BUILD: another build directory than build/debug
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
complain() { { cli found; cli node list demo; cli operation list; tail -n 20 "$site/engine.log"; } 2>&1 | cut -c1-300; }
no() { ! "$@"; }
quiet() { "$@" >"$site/said" 2>&1; }
field() { sed -n "s/.*\"$1\":\([0-9a-z]*\).*/\1/p"; }
found() { api /v1/found | grep -o '"id":"[^"]*"' | wc -l; }
ids() { api /v1/found | tr '{' '\n' | grep "\"what\":\"$1\"" | sed 's/.*"id":"\([^"]*\)".*/\1/'; } # of one kind
finds_of() { test "$(ids "$1" | wc -l)" "$2" "$3"; }
finds() { [ "$(found)" = "$1" ]; }
waits_for_nothing() { api /v1/found | grep -q '"waits_for":""'; }
adopting() { api /v1/engine | grep -q '"adoption":true'; }
of_cluster() { api "/v1/clusters/$1" 2>/dev/null | grep -o "\"$2\":[^,}]*" | head -n 1 | cut -d: -f2; }
busy() { [ "$(of_cluster demo busy)" = "$1" ]; }
no_nodes() { [ "$(of_cluster demo nodes)" = 0 ]; }
gone() { ! api "/v1/clusters/$1" >/dev/null 2>&1; }
writes() { control GET /azsim/counters | field writes; }
live() { control GET '/azsim/ledger?max=0' | sed 's/.*"live":{\([^}]*\)}.*/\1/'; }
nothing_lives() { ! live | grep -q '[1-9]'; }
names() { api '/v1/clusters/demo/nodes?limit=100' | grep -o '"name":"htc-[0-9]*"' | sort | tr -d '\n'; }
engine_end() { kill "$engine_pid" && wait "$engine_pid"; }
restore() { "$site/bin/paceline" restore --state "$site/engine" "$@"; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" | grep -q heads; }

cloud_start 20 --profile fast --seed 1
engine_start
engine_wait
cli cluster create demo slurm htc_max=8 hpc_max=0 idle=60s >/dev/null && cli cluster start demo --wait >/dev/null 2>&1
load 2 100000
check "two nodes work" until_true busy 2
cli backup >"$site/said"
backup=$(sed -n 's/.* \(\/.*\)/\1/p' "$site/said")
check "the engine keeps copies by itself" until_true test -s "$site/engine/backups/5min.db"
check "a backup is written ($backup)" test -s "$backup"

# after the backup: two more nodes, and a cluster that it does not know
load 2 100000
check "four nodes work" until_true busy 4
settled() { [ "$(of_cluster demo nodes)" = 4 ]; }
until_true settled # one that was bought for a job that another node took goes by itself
four=$(names)
cli cluster create stray slurm htc_max=2 hpc_max=0 network=10.64.0.0/16 >/dev/null && cli cluster start stray --wait >/dev/null 2>&1
# and one that was torn down but for its disk
cli cluster create saved slurm htc_max=1 hpc_max=0 shared_gib=32 shared_keep=keep network=10.65.0.0/16 >/dev/null && cli cluster start saved --wait >/dev/null 2>&1
cli cluster delete saved --name saved --yes >/dev/null
kept() { cli cluster list | grep -q "saved .*kept"; }
check "a cluster is torn down, its storage kept" until_true kept
check "restore is refused while the engine runs" no quiet restore "$backup"
check "R1.1: and says who holds the store" grep -q "another engine (pid $engine_pid)" "$site/said"
engine_end
check "restore without a file lists the backup" sh -c "'$site/bin/paceline' restore --state '$site/engine' | grep -q '$backup'"
check "and as JSON" sh -c "'$site/bin/paceline' restore --json --state '$site/engine' | grep -q '\"backups\":.*$backup'"
check "a file that is no store replaces nothing" no quiet restore "$site/engine.log"
check "which is told as JSON where that is asked for" sh -c "'$site/bin/paceline' restore --json --state '$site/engine' '$site/engine.log' | grep -q '\"error\":.*\"message\":'"
check "a socket does not tell which store is meant" sh -c "! '$site/bin/paceline' --socket '$socket' restore '$site/engine.log' --json >'$site/said' && grep -q 'name its folder with --state' '$site/said'"
check "restore puts it in place" quiet restore "$backup"
check "what was there is kept" sh -c "ls '$site/engine' | grep -q 'engine.db.replaced-'"

before=$(writes)
engine_start
engine_wait
check "the engine is in adoption mode" adopting
check "what the backup does not know is found" until_true waits_for_nothing
# two machines of demo; of the stray cluster: group, network, its rules, its head
check "two machines and the stray cluster's parts" until_true finds_of node = 2
check "the stray cluster is found" until_true finds_of orphan -gt 0
status_says() { cli status | grep -q "$1"; }
check "status says so" status_says adoption
load 4 100000
screen() { tmux -S "$site/tmux" capture-pane -p 2>/dev/null; }
screen_says() { screen | grep -q "$1"; }
if command -v tmux >/dev/null 2>&1; then
	tmux -S "$site/tmux" -f /dev/null new-session -d -x 80 -y 24 "$site/bin/paceline --socket $socket"
	check "the console says so, with the way out" until_true screen_says 'ADOPTION: nothing is changed; :found :adopt'
	tmux -S "$site/tmux" resize-window -x 160 -y 45 # the list has no order that puts the head on a first page
	tmux -S "$site/tmux" send-keys ':found' Enter
	check "and shows what was found" until_true screen_says 'virtualMachines/head .*orphan'
	screen >"$site/screen"
	tmux -S "$site/tmux" kill-server
fi
read_ms() { api /v1/status | sed -n 's/.*"scheduler":{"ok":true,"read_ms":\([0-9]*\).*/\1/p'; }
read_after() { [ "$(read_ms)" -gt "$1" ]; }
check "the queue is read on" until_true read_after $(($(read_ms) + 60000)) # a working engine would have bought four nodes
check "nothing is changed in the cloud" test "$(writes)" = "$before"
check "no command changes anything" no quiet cli cluster delete demo --name demo --yes
check "and it says why" grep -q 'adoption mode' "$site/said"
end_pid "$engine_pid"
engine_start
engine_wait
check "a restart stays in adoption mode" adopting
check "all is found again" until_true waits_for_nothing
until_true finds_of orphan -gt 0

# condemned: the stray cluster, with a plan
disk=$(ids orphan | grep '/disks/saved-shared-') # and its group: both are decided of by the disk
orphans=$(ids orphan | grep -v saved-shared-)
count=$(echo "$orphans" | wc -l)
check "nothing is condemned without an agreement" no quiet cli condemn $orphans
check "nor with the wrong number" no quiet cli condemn $orphans --agree 99
check "nor by another plan" no quiet cli condemn $orphans --agree "$count" --plan 0000
check "the agreed plan condemns $count" quiet cli condemn $orphans --agree "$count"
check "still nothing is changed" test "$(writes)" = "$before"
check "a machine on which a job runs is not condemned without a reason" \
	no quiet cli condemn "$(ids node | head -n 1)" --agree 1
size_is_known() { quiet cli adopt "$disk" --yes; }
check "R2.10: the disk that was kept is adopted" until_true size_is_known
check "and is a kept row" kept
disk_listed() { cli disk list | grep -q 'saved-shared-.*kept'; }
check "from which it can be taken over" disk_listed
check "all else is adopted" quiet cli adopt --yes
check "adoption mode has ended" no adopting
four_are_there() { [ "$(names | cut -c1-${#four})" = "$four" ]; }
check "each adopted machine has the name that the scheduler has for it" until_true four_are_there
check "the four jobs more get four nodes more" until_true busy 8
check "nothing was made twice" test "$(control GET /azsim/counters | field double_creates)" = 0
check "what was condemned is gone" until_true finds 0
audit_has() { cli audit | grep -q "$1"; }
check "the audit has who decided" audit_has condemn

# an orphan without a restore: the cluster's rows leave with the store, and it is copied to a new place
cli cluster delete demo --name demo --force --reason test --yes >/dev/null
check "the cluster with adopted nodes is torn down, with proof" until_true gone demo
cli cluster delete saved --keep none --name saved --yes >"$site/said" 2>&1
check "the row that was adopted is deleted with its disk" until_true gone saved
check "the cloud's book is empty" until_true nothing_lives
engine_end
cp "$site/engine/engine.db" "$site/engine/copy.db" && mv "$site/engine/copy.db" "$site/engine/engine.db"
[ "$(id -u)" -ne 0 ] || chown paceline: "$site/engine/engine.db"
engine_start
engine_wait
check "a store that was copied starts in adoption mode" adopting
check "and, as nothing is found, ends it when asked" until_true quiet cli adopt --yes
check "now it works" no adopting
tap_end
