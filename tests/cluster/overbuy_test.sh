#!/bin/sh
# No node is bought for a job that another node takes (B5), on ghosts: jobs that come while nodes join, and jobs that end
# while others come, never have more nodes than there were jobs at one time. TAP. BUILD: another build directory than build/debug
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
complain() { { cli node list demo; cli plan demo; tail -n 20 "$site/engine.log"; } 2>&1 | cut -c1-300; }
of_cluster() { api /v1/clusters/demo 2>/dev/null | grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d: -f2; }
is() { [ "$(of_cluster "$1")" = "$2" ]; }
load() { control POST /azsim/queue-load "{\"head\":\"demo-head\",\"jobs\":$1,\"seconds\":$2,\"cpus\":2}" | grep -q heads; }
read_ms() { api /v1/status | sed -n 's/.*"scheduler":{"ok":true,"read_ms":\([0-9]*\).*/\1/p'; }
newer() { [ "$(read_ms)" -gt "$1" ]; }
read_again() { until_true newer "$(read_ms)" && until_true newer "$(read_ms)"; } # the second one began since
none_waits() { is jobs_pending 0; }
none_is_left() { none_waits && is jobs_running 12; }

# The nodes' list is slow: what is read beside it is older by then.
slow_nodes() {
	mkdir "$site/slurm"
	for f in "$site"/cloud/bin/*; do
		printf '#!/bin/sh\ncase "$*" in *"show nodes"*) sleep 0.5 ;; esac\nexec "%s" "$@"\n' "$f" >"$site/slurm/${f##*/}"
	done
	chmod 755 "$site/slurm" "$site"/slurm/*
	sed -i "s|^\( *bin: \).*|\1\"$site/slurm\"|" "$site/cloud/cloud.yaml"
}

cloud_start 20 --profile fast --seed 1
slow_nodes
engine_start
engine_wait
cli cluster create demo slurm htc_max=40 hpc_max=0 idle=10h >/dev/null && cli cluster start demo --wait >/dev/null 2>&1
wave=0
while [ $((wave += 1)) -le 6 ]; do
	load 2 1000000
	until_true is busy $((wave * 2))
done
check "twelve jobs that came two by two have twelve nodes" is nodes 12

wave=0
while [ $((wave += 1)) -le 5 ]; do
	load 3 60 && read_again
	until_true none_waits
	load 3 60 && read_again # while those end
	until_true none_is_left
done
check "short ones, three and three at a time, have six more at the most" test "$(of_cluster nodes)" -le 18
check "and those went on to the next of them" test "$(of_cluster nodes)" -ge 15
tap_end
