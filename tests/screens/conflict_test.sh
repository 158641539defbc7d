#!/bin/bash
# Two operators change one cluster at one engine (R9.1): the one whose picture is old is told who changed what meanwhile, at
# the console and by a command, and nothing is overwritten. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
consoles_begin conflict
sees() { mux capture-pane -t one -p | grep -qF -- "$1"; }
most() { cli cluster status alpha --json | tr ',' '\n' | grep -c "\"max_nodes\":$1\$"; }
key() { mux send-keys -t one "$@"; }

cloud_start 20 && engine_start && engine_wait || { echo "Bail out! no site"; exit 1; }
tap_out=$site/said
cli cluster create alpha slurm >/dev/null || { echo "Bail out! no cluster"; exit 1; }
# what the template says from now on: another maximum
sed -i '/^  htc_max:/,/default:/s/default: .*/default: 31/' "$site/templates/slurm.yaml"
console_open one
check "one is at the Deck" until_true sees '[0 Deck]'
key 6
until_true sees 'slurm' >/dev/null
key F5
check "and sees what changed in the template" until_true sees 'htc max_nodes'
key A
check "is asked about taking it over" until_true sees 'Let alpha take the template over'
sleep 0.6 # a question that has just opened is deaf
check "meanwhile another one changes the cluster" cli cluster update alpha htc_max=22 --yes
key y
check "R9.1: the console says that it was changed since it was read" until_true sees 'cluster alpha was changed since you read it by'
check "R9.1: and what" until_true sees 'htc max_nodes 16 -> 22'
check "R9.1: nothing was overwritten" [ "$(most 22)" -ge 1 ]
check "R9.1: and the view is read again: nothing is left to take over" until_true sees 'applying this: 0 add, 0 change'
tap_end
