#!/bin/sh
# What the engine does by itself stands in the audit with its rule and the readings it rests on (R10.2): nodes that come for
# jobs, nodes that go when they are idle. On ghosts with a queue. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { cli audit >"$site/audit" 2>&1; cut -c1-250 "$site/audit"; tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-250; }

runs() { cli cluster status alpha --json | grep -q '"state": *"running"'; }
row() { # VERB PATTERN: a row of the engine's own says so; $site/row has it
	api '/v1/audit?most=500' | tr '{' '\n' | grep "\"verb\":\"$1\"" >"$site/rows" && grep -m 1 "$2" "$site/rows" >"$site/row"
}
has() { grep -q "$1" "$site/row" || { cat "$site/rows"; return 1; }; }

cloud_start 20 --seed 5
engine_start
check "an engine begins" engine_wait
check "a cluster is made" cli cluster create alpha slurm hpc_max=0 idle=1m
check "and started" cli cluster start alpha
check "it runs" until_true runs
check "a job is submitted" cli job submit alpha --sample --array 1-6
check "R10.2: nodes that come are in the audit" until_true row autoscale 'htc +[1-9]'
check "R10.2: as the engine's act" has '"actor":"engine","origin":"","role":"engine"'
check "R10.2: with the rule" has '"reason":"htc +[1-9][0-9]*: [^"]*task'
check "R10.2: and the readings by their number and time" has 'queue read #[1-9][0-9]* of [0-9:]*; cloud read #[1-9][0-9]* of [0-9:]*'
check "R10.1: and the hash of the whole plan" has '"plan_hash":"[0-9a-f]\{64\}"'
first_kept() { # one that has just gone is none to keep
	node=$(cli node list alpha --json | tr ',' '\n' | sed -n 's/.*"name":"\(htc-[0-9]*\)".*/\1/p' | head -n 1)
	cli node keep alpha "$node"
}
check "a node is kept" until_true first_kept
row 'node keep' .
check "R10.1: its digest is another one then" sh -c "sed -n 's/.*\"before_hash\":\"\([0-9a-f]\{64\}\)\",\"after_hash\":\"\([0-9a-f]\{64\}\)\".*/\1 \2/p' $site/row | awk '{ exit !(\$1 != \$2) } END { exit NR != 1 }'"
check "and let go again" cli node unkeep alpha "$node"
check "a job waits that no node will come for" cli job submit alpha --sample --partition hpc
waits() { job=$(cli job list alpha --json | tr ',' '\n' | sed -n 's/.*"id":"\([0-9]*\)[_"].*/\1/p' | sort -n | tail -n 1) && [ "$job" -gt 1 ]; }
check "it is in the queue" until_true waits
check "it is held" cli job hold alpha "$job"
row 'job hold' .
check "R10.1: which the scheduler was asked" has '"result":"asked"'
check "and released" cli job release alpha "$job"
check "R10.2: nodes that are drained are, too" until_true row autoscale 'htc -[1-9]'
check "R10.2: with the rule" has 'htc -[1-9][0-9]*: idle'
check "R10.2: and so are machines that are deleted" until_true row 'delete machines' 'htc-[1-9]'
check "R10.2: with the set, the nodes, and the readings" has '"object":"cluster alpha: set [^"]*","reason":"htc-[1-9][^"]*queue read #[1-9]'
check "the chain can be followed" cli audit verify
tap_end
