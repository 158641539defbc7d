#!/bin/sh
# One small cluster's whole life on ghosts: made, started, eight tasks, four nodes come and go, torn down but for its
# storage, and then that too. The engine dies where it is told to and is started again; whoever asks, asks again. In the end
# nothing may be lost, doubled or left.
#   tests/faults/life.sh BUILD [FAILPOINT...]   the first engine gets the first one (base/failpoint.h), and so on
# PASSED   a file that gets the names passed by the first engine
# LOOSE    1: a death that is not reached is none
# FACTOR   of the clock; PROFILE, SEED of the cloud; LIFE_S seconds of real time that it may take
# Ends with 0, and says what happened in one line; or with 1 and says what is wrong.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/site.sh
build=$1
shift
deaths=0 wrong=0 doing=begin asked=$# asks="$* "
trap site_end EXIT
trap 'exit 130' INT TERM
site_make "$build" || exit 2
mkdir -m 1777 "$site/log"
cloud_start "${FACTOR:-50}" --profile "${PROFILE:-fast}" --seed "${SEED:-1}"
until_s=$(($(date +%s) + ${LIFE_S:-60}))

bad() {
	wrong=1
	echo "$doing: $*"
}

give_up() {
	bad "$*"
	{
		api /v1/clusters/demo
		echo
		control GET /azsim/queue
		echo
		cli operation list
		cli node list demo
		cli events
	} 2>&1 | cut -c1-1000 | tail -n 40
	tail -n 30 "$site/engine.log"
	exit 1
}

# The engine of this moment: alive, or dead as it was told and followed by the next.
engine_keep() {
	engine_lives && return
	if [ -n "$engine_pid" ]; then
		wait "$engine_pid"
		rc=$?
		deaths=$((deaths + 1))
		# a store that cannot be trusted ends the engine too: 70, or 1 before it has begun
		case $rc,$asks in
		137,* | 70,*sql*:error* | 1,*sql*:error*) ;;
		*) give_up "the engine ended by itself with $rc" ;;
		esac
		[ $deaths -le $asked ] || give_up "the engine died once more than it was told"
	fi
	engine_start PACELINE_FAILPOINT="$(echo "$asks" | cut -d ' ' -f $((deaths + 1)))" PACELINE_FAILPOINT_LOG="$([ $deaths -gt 0 ] || echo "$site/log/passed")"
	engine_wait
}

state() { api /v1/clusters/demo 2>/dev/null | sed -n 's/^[^[]*"state":"\([a-z ]*\)".*/\1/p'; }
queue() { control GET /azsim/queue | sed -n 's/.*"pending":\([0-9]*\),"running":\([0-9]*\),"ended":\([0-9]*\).*/\1 \2 \3/p'; }
counter() { control GET /azsim/counters | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

made() { api /v1/clusters/demo >/dev/null 2>&1 || { cli cluster create demo slurm htc_max=4 hpc_max=0 idle=20s shared_gib=32; false; }; }
running() {
	case $(state) in
	running) ;;
	off | failed) cli cluster start demo; false ;;
	*) false ;;
	esac
}
submitted() {
	[ "$(queue)" != "0 0 0" ] || { cli job submit demo "$site/job.sh"; false; }
}
worked() { [ "$(queue)" = "0 0 8" ]; }
scaled_in() { api '/v1/clusters/demo/nodes?limit=1' 2>/dev/null | grep -q '"total":0,'; }
gone() {
	case $(state) in
	"") api /v1/engine >/dev/null 2>&1 && ! api /v1/clusters/demo >/dev/null 2>&1 && api /v1/engine >/dev/null 2>&1 ;;
	running | failed) cli cluster delete demo --keep shared --name demo --yes; false ;;
	kept) cli cluster delete demo --keep none --name demo --yes; false ;;
	*) false ;;
	esac
}

printf '#!/bin/sh\n#SBATCH --array=1-8\n#GHOST time=10\n' >"$site/job.sh"
for doing in made running submitted worked scaled_in gone; do
	while :; do
		engine_keep
		$doing >>"$site/said" 2>&1 && break
		[ "$(date +%s)" -lt $until_s ] || give_up "not in time"
		sleep 0.1
	done
done

doing=end
case ${LOOSE-}$asks in
1*) ;;
*:kill*) [ $deaths -eq $asked ] || bad "$deaths deaths instead of $asked: a failpoint was not passed" ;;
esac
control GET '/azsim/ledger?max=0' | grep -q '"live":{}' || bad "left: $(control GET '/azsim/ledger?max=0')"
[ "$(counter double_creates)" = 0 ] || bad "$(counter double_creates) machines were bought twice"
[ -n "${PROFILE-}" ] || [ "$(counter vmsMade)" = 5 ] || bad "$(counter vmsMade) machines were made instead of 5"
api '/v1/events?limit=1000' | tr '{' '\n' | grep '"level":"error"' >"$site/errors" && bad "$(cat "$site/errors")"
kill "$engine_pid" && wait "$engine_pid" || bad "the engine's last end: $?"
engine_pid=
[ -z "${PASSED-}" ] || cp "$site/log/passed" "$PASSED"
[ $wrong -eq 0 ] || { cat "$site/said" "$site/engine.log" | tail -n 30; exit 1; }
echo "$deaths deaths, $(counter vmsMade) machines"
