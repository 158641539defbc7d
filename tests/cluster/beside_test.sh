#!/bin/sh
# A queue so long that its decision and the comparison of its readings are made beside the loop: nodes come for its jobs and go
# after them, and an update, a stop and a teardown in the midst of it wait for what is under way. On ghosts; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

said() { cli "$@" >"$site/said" 2>&1; }
view() { api /v1/clusters/big | jq -r ".view.$1"; }
runs() { [ "$(view jobs_running)" = "$1" ]; }
waiting() { [ "$(view jobs_pending)" -lt "$1" ]; }
state() { [ "$(api /v1/clusters/big | jq -r .state)" = "$1" ]; }
gone() { ! api /v1/clusters/big >/dev/null 2>&1; }
quiet() { ! grep -qE 'Sanitizer|runtime error|no decision' "$site/engine.log"; }

printf '%s: 0\n' os_timeout_share evictions_per_hour preempt_share slow_share hidden_share >"$site/calm.yaml"
cloud_start 20 --profile fast --seed 1 --scenario "$site/calm.yaml" >/dev/null && engine_start && engine_wait &&
	said cluster create big slurm htc_max=20 hpc_max=0 network=10.0.0.0/12 idle=1m && said cluster start big --wait
ok "a cloud of ghosts, an engine, a cluster"
control POST /azsim/queue-load '{"head":"big-head","jobs":5000,"seconds":120,"cpus":2,"change_per_s":10}' >"$site/said"
until_true runs 20
ok "5,000 jobs get the twenty nodes that may be"
said why big 4999 && grep -q 'at a limit' "$site/said"
ok "and the last of them is told what it waits for"
before=$(view jobs_pending)
said cluster update big htc_max=25 --yes && until_true runs 25
ok "an update in the midst of it counts from the next decision on"
until_true waiting "$before"
ok "readings are taken over while decisions are made"
kill -9 "$engine_pid"
wait "$engine_pid" 2>/dev/null
engine_start && engine_wait && until_true runs 25
ok "a killed engine goes on with it"
said cluster delete big --name big --force --reason test --yes && until_true gone
ok "a teardown in the midst of it ends"
control GET '/azsim/ledger?max=0' | jq -e '([.live[]] | add // 0) == 0' >"$site/said"
ok "and leaves nothing"
kill "$engine_pid" && wait "$engine_pid" && quiet
ok "an engine ends as it should, and nothing was complained of"
engine_pid=
tap_end
