#!/bin/sh
# Who gives way to whom (R9.4): teardown > stop > update > scale > autoscale, and whoever loses is told who won. A teardown
# stands still for 10 s at its beginning: in that time all others are asked for. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/alpha" "$site/engine.log" | cut -c1-300; }
me=$(id -un)
as_before() {
	api /v1/clusters/alpha >"$site/alpha" && tr ',' '\n' <"$site/alpha" | grep -qx '"version":1' && grep -q '"paused":false' "$site/alpha"
}
lost() { cli operation list alpha >"$site/list" && grep "$1" "$site/list" | grep -q "$2"; }

cloud_start 1
engine_start
check "an engine begins" engine_wait
check "a cluster is made" cli cluster create alpha slurm
check "a start is begun" cli cluster start alpha
check "R9.4: a teardown comes before it" until_true cli cluster delete alpha --name alpha --accept-data-loss
check "R9.4: the start that lost is told who won" lost ' start *cancelled' "delete by $me comes first"
check "R9.4: a stop gives way to it" says "delete by $me is under way" cli cluster stop alpha --yes
check "R9.4: an update does, and is told" says "delete by $me (operation 2) comes before update: nothing was changed" cli cluster update alpha htc_max=3 --yes
check "R9.4: and so does a pause" says "delete by $me (operation 2) comes before pause" cli cluster pause alpha
check "R9.4: and a start" says "delete by $me (operation 2) comes before start" cli cluster start alpha
check "R9.4: what lost changed nothing" as_before
check "R9.4: nor may a node be held against it" says "delete by $me (operation 2) comes before undrain" cli node undrain alpha htc-1
check "R9.4: the events say it, too" sh -c "$site/bin/paceline --socket $socket events alpha | grep -q 'start cancelled: delete by $me comes first'"
tap_end
