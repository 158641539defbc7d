#!/bin/sh
# The main job as a whole, with the engine killed on the way and every number found again by another way. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/world.sh
world_make demo

PACELINE=$paceline tests/cluster/verify.sh --tasks 12 --kill-engine 5 --seed 11 >"$dir/said" 2>&1
sed -n 's/ - / - verify: /; /^\(not \)\{0,1\}ok/p' "$dir/said"
n=$(grep -cE '^(not )?ok' "$dir/said") failed=$(grep -c '^not ok' "$dir/said")
check "verify.sh came to its end: $n of 23 checks" [ "$n" -eq 23 ]
tap_end
