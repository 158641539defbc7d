#!/bin/sh
# What a large cluster costs, on ghosts with Azure's latencies and limits and no random faults: the scale-set writes for a
# thousand and for ten thousand nodes, what is refused for asking too often, how long it takes, what engine and simulated
# cloud use, and what the ledger holds after the teardown; once more with machines that come late, never, or are taken back. Then the engine at 10,000 nodes and 100,000 jobs of which 1 %
# change each second, and the engine with nothing to do. The last line is JSON.
# BUILD, FACTOR of the clock while nodes come and go, STEADY_S of the two quiet measurements, NODES: the sizes; FAULTS: those
# of the runs with faults, where others
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build} factor=${FACTOR:-20} steady_s=${STEADY_S:-60}
. tests/support/site.sh
why=$(site_can "$build") || { echo "scale: $why" >&2; exit 1; }
trap site_end EXIT
trap 'exit 130' INT TERM
hz=$(getconf CLK_TCK) json=

put() { json="$json${json:+,}\"$1\":${2:-null}"; }
number() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p"; }
counter() { n=$(control GET /azsim/counters | number "$1"); echo "${n:-0}"; }
writes() { echo $(($(counter CreateVMScaleSet) + $(counter UpdateVMScaleSet))); }
now_s() { api /v1/engine | number now_ms | sed 's/...$//'; }
lag() { api /v1/engine | number loop_lag_ms; }   # the longest turn of the loop by the clock,
work() { api /v1/engine | number loop_work_ms; } # and the dearest by the processor: the same on a quiet machine
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
own_kib() { awk '$1 == "RssAnon:" { print $2 }' "/proc/$1/status"; }
rss_kib() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"; }
peak_kib() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status"; }
mib() { awk -v k="$1" 'BEGIN { printf "%.1f", k / 1024 }'; }
jobs_running() { api /v1/clusters/big | number jobs_running; }
share() { awk -v a="$1" -v b="$2" -v s="$3" -v hz="$hz" 'BEGIN { printf "%.2f", 100 * (b - a) / hz / s }'; }

until_true() { # SECONDS COMMAND...
	end_s=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $end_s ] && engine_lives || { echo "scale: never true: $*" >&2; cli cluster list >&2; exit 1; }
		sleep 0.2
	done
}
runs() { [ "$(jobs_running)" = "$1" ]; }
ended() { control GET /azsim/queue | grep -q '"pending":0,"running":0,'; } # a scheduler forgets those that ended
deleted() { ! api /v1/clusters/big >/dev/null 2>&1; }

site_up() { # calm: what happens by chance is switched off
	site_make "$build" || exit 1
	printf '%s: 0\n' os_timeout_share evictions_per_hour preempt_share slow_share hidden_share >"$site/calm.yaml"
	printf '%s: -1\n' stock_cores stock_spot >>"$site/calm.yaml"
	if [ "$1" = calm ]; then set -- --scenario "$site/calm.yaml"; else set --; fi
	cloud_start "$factor" --profile realistic --seed 1 "$@"
	engine_start
	engine_wait
}

cluster_up() { # MOST NODES
	cli cluster create big slurm "htc_max=$1" hpc_max=0 network=10.0.0.0/12 idle=10h >/dev/null &&
		cli cluster start big --wait >/dev/null 2>&1 || exit 1
}

load() { control POST /azsim/queue-load "$1" | grep -q heads || exit 1; }

cluster_down() {
	cli cluster delete big --name big --force --reason test --yes >/dev/null || exit 1
	until_true 600 deleted
	live=$(control GET '/azsim/ledger?max=0' | sed 's/.*"live":\({[^}]*}\).*/\1/')
}

# NODES [WORD]: from an empty queue to a job on each node; WORD: with what happens by chance, until each job of 20 minutes has
# run to its end, evicted ones from their begin
grow() {
	site_up "${2-calm}"
	cluster_up "$1"
	before=$(writes) from=$(now_s) real=$(date +%s)
	seconds=90000 reached=runs
	[ -z "${2-}" ] || seconds=1200 reached=ended
	load "{\"head\":\"big-head\",\"jobs\":$1,\"seconds\":$seconds,\"cpus\":2}"
	until_true 900 $reached "$1"
	sets=$(($(writes) - before)) took=$(($(now_s) - from)) real=$(($(date +%s) - real)) blocked=$(lag)
	printf '%-22s %8s %6s %8s s %6s s %6s %4s ms %8s %8s\n' "$1 nodes${2+, $2}" "$sets" "$(counter throttled)" "$took" "$real" "$blocked" "$(work)" \
		"$(mib "$(peak_kib "$engine_pid")")" "$(mib "$(peak_kib "$azsim_pid")")"
	put "writes_$1${2+_$2}" "$sets"
	put "throttled_$1${2+_$2}" "$(counter throttled)"
	put "seconds_$1${2+_$2}" "$took"
	put "lag_ms_$1${2+_$2}" "$blocked"
	put "work_ms_$1${2+_$2}" "$(work)"
	put "engine_kib_$1${2+_$2}" "$(peak_kib "$engine_pid")"
	put "azsim_kib_$1${2+_$2}" "$(peak_kib "$azsim_pid")"
	put "double_creates_$1${2+_$2}" "$(counter double_creates)"
}

down() { # NAME
	cluster_down
	printf '%-22s %s\n' "  torn down, left:" "$live"
	put "left_$1" "$live"
}

# Another clock, which a new engine follows; 1.01 is all but real.
clock_to() {
	clock=$(control POST /azsim/clock "{\"factor\":$1}" | sed 's/.*"PACELINE_CLOCK":"\([^"]*\)".*/\1/')
	kill "$engine_pid" && wait "$engine_pid"
	engine_start
	engine_wait
}

known() { api /v1/clusters/big | grep -q '"queue_stale":false'; }

measure() { # NAME
	from=$(cpu_ticks "$engine_pid")
	sleep "$steady_s"
	part=$(share "$from" "$(cpu_ticks "$engine_pid")" "$steady_s")
	printf '%-34s %8s %% %8s MiB %8s MiB %8s MiB %6s %4s ms\n' "$1" "$part" "$(mib "$(rss_kib "$engine_pid")")" \
		"$(mib "$(own_kib "$engine_pid")")" "$(mib "$(peak_kib "$engine_pid")")" "$(lag)" "$(work)"
	put "$2_cpu_percent" "$part"
	put "$2_rss_kib" "$(rss_kib "$engine_pid")"
	put "$2_own_kib" "$(own_kib "$engine_pid")"
	put "$2_peak_kib" "$(peak_kib "$engine_pid")"
	put "$2_lag_ms" "$(lag)"
	put "$2_work_ms" "$(work)"
}

printf '%-22s %8s %6s %10s %8s %14s %8s %8s\n' "" "writes" "429" "simulated" "real" "loop, work" "engine" "azsim MiB"
for nodes in ${FAULTS:-${NODES:-1000 10000}}; do
	grow "$nodes" faults
	down "${nodes}_faults"
	site_end
done
for nodes in ${NODES:-1000 10000}; do
	[ -z "$site" ] || { down "$last" && site_end; }
	grow "$nodes"
	last=$nodes
done

load "{\"head\":\"big-head\",\"jobs\":$((nodes * 9)),\"seconds\":90000,\"cpus\":2,\"change_per_s\":$((nodes / 10))}"
clock_to 1.01
until_true 120 runs "$nodes"
printf '\n%-34s %10s %12s %12s %12s %14s\n' "engine, of one core" "processor" "RSS" "its own" "peak" "loop, work"
measure "$nodes nodes, $((nodes * 10)) jobs, 1 %/s" busy
clock_to "$factor"
down "$nodes" >"$site/down"
site_end

site_up calm
cluster_up 4
clock_to 1.01
until_true 60 known
measure "one small cluster, idle" idle
echo "{$json}"
