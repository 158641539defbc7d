#!/bin/sh
# One small cluster's whole life on ghosts: made, started, eight tasks, four nodes come and go, torn down but for a
# snapshot of its storage, and then that too. The engine dies where it is told to and is started again; whoever asks, asks again. In the end
# nothing may be lost, doubled or left.
#   tests/faults/life.sh BUILD [FAILPOINT...]   the first engine gets the first one (base/failpoint.h), and so on
# PASSED   a file that gets the names passed by the first engine
# LOOSE    1: a death that is not reached is none
# FACTOR   of the clock; PROFILE, SEED of the cloud; LIFE_S seconds of real time that it may take (180)
# Ends with 0, and says what happened in one line; or with 1 and says what is wrong.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/site.sh
. tests/faults/lib.sh
life_begin "$@"

state() { state_of demo; }
queue() { control GET /azsim/queue | sed -n 's/.*"pending":\([0-9]*\),"running":\([0-9]*\),"ended":\([0-9]*\).*/\1 \2 \3/p'; }

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
	running | failed) cli cluster delete demo --keep shared=snapshot --name demo --yes; false ;;
	kept) cli cluster delete demo --keep none --name demo --yes; false ;;
	*) false ;;
	esac
}

printf '#!/bin/sh\n#SBATCH --array=1-8\n#GHOST time=10\n' >"$site/job.sh"
for doing in made running submitted worked scaled_in gone; do
	until_done
done

doing=end
all_died
nothing_lives
[ -n "${PROFILE-}" ] || [ "$(counter vmsMade)" = 5 ] || bad "$(counter vmsMade) machines were made instead of 5"
ended_well
