#!/bin/sh
# A cluster's curves on ghosts: a burst that is over is still told, in numbers and as a picture, and outlives a killed engine.
# TAP. BUILD: another build directory than build/debug
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
complain() { { cli cluster history demo; tail -n 20 "$site/engine.log"; } 2>&1 | cut -c1-300; }
is() { api /v1/clusters/demo | grep -q "$1"; }
# The highest of a series in the last hour.
most() { cli cluster history demo --json | tr -d ' \n' | sed "s/.*\"hour\":{//; s/.*\"$1\":\[//; s/\].*//" | tr ',' '\n' | grep -v null | sort -n | tail -n 1; }
reached() { [ "$(most "$1")" -ge "$2" ] 2>/dev/null; }
shows() { cli cluster history demo | grep -qE -e "$1"; }
written() { # nothing of the last minute is only in memory
	at=$(api /v1/engine | sed -n 's/.*"now_ms":\([0-9]*\).*/\1/p')
	until_true later "$((at + 130000))"
}
later() { [ "$(api /v1/engine | sed -n 's/.*"now_ms":\([0-9]*\).*/\1/p')" -gt "$1" ]; }

cloud_start 40 --seed 5 && engine_start && engine_wait || { cat "$site"/*.log; exit 1; }
cli cluster create demo slurm htc_max=8 hpc_max=0 idle=1m cycle=5s >/dev/null
cli cluster start demo >/dev/null
check "the cluster runs" until_true is '"state":"running"'
control POST /azsim/queue-load '{"head":"demo-head","jobs":60,"seconds":"30-60","cpus":2,"partition":"htc"}' >/dev/null
check "the burst is in its curve" until_true reached pending 30
check "its nodes, too" until_true reached nodes 8
check "and what they cost" until_true reached price 1
check "the burst ends" until_true is '"jobs_pending":0,'
check "people see it as a picture with its numbers" shows '^pending +[0-9]+ +[3-6][0-9] '
check "the newest step is named, which is not over" shows '^SERIES +NEWEST +MAX'
written
kill -9 "$engine_pid"
wait "$engine_pid" 2>/dev/null
engine_start
engine_wait
check "after a kill it is told as before" reached pending 30
check "nodes that came up are counted" shows '^joined +[0-9]'
tap_end
