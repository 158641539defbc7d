#!/bin/sh
# A restored store's life on ghosts: a cluster and a kept disk that no row knows are found; the disk is adopted, all else is
# condemned, adoption ends, what was condemned goes, and so does the disk. As life.sh otherwise: the first engine that meets what
# was found gets the first failpoint.
#   tests/faults/found.sh BUILD [FAILPOINT...]
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/site.sh
. tests/faults/lib.sh
life_begin "$@"

ids() { api /v1/found | tr '{' '\n' | grep "\"what\":\"$1\"" | sed 's/.*"id":"\([^"]*\)".*/\1/'; }
adopting() { api /v1/engine | grep -q '"adoption":true'; }
made() { api /v1/clusters/lost >/dev/null 2>&1 || { cli cluster create lost slurm htc_max=1 hpc_max=0 shared_gib=32; false; }; }
running() {
	case $(state_of lost) in
	running) ;;
	off) cli cluster start lost; false ;;
	*) false ;;
	esac
}
# asked anew each time: a killed engine forgot what was said and not answered
condemned() {
	adopting || return 0
	api /v1/found | grep -q '"waits_for":""' || return 1
	condemn=$(ids orphan | grep -vE '/disks/lost-shared-|paceline-disk-')
	undecided=$(api /v1/found | tr '{' '\n' | grep '"state":"undecided"' | sed 's/.*"id":"\([^"]*\)".*/\1/' | grep -vE '/disks/lost-shared-|paceline-disk-')
	[ -n "$condemn" ] || return 1
	[ -z "$undecided" ] && return 0
	# shellcheck disable=SC2086 # words
	cli condemn $undecided --agree "$(echo "$undecided" | wc -l)"
	false
}
adopted() { ! adopting || { cli adopt --yes; false; }; }
kept() { [ "$(state_of lost)" = kept ]; }
gone() {
	[ "$(ids orphan)" = "" ] || return 1
	case $(state_of lost) in
	"") api /v1/engine >/dev/null 2>&1 && ! api /v1/clusters/lost >/dev/null 2>&1 && api /v1/engine >/dev/null 2>&1 ;;
	kept) cli cluster delete lost --keep none --name lost --yes; false ;;
	*) false ;;
	esac
}

told=$asks asks=
for doing in made running; do
	until_done
done
kill "$engine_pid" && wait "$engine_pid"
engine_pid= asks=$told
: >"$site/log/passed"
chmod 666 "$site/log/passed"
sqlite3 "$site/engine/engine.db" "UPDATE cluster SET live = 0; INSERT OR REPLACE INTO fact(name, value) VALUES('adoption', 'its rows were lost');" || exit 2
[ "$(id -u)" -ne 0 ] || chown -R paceline: "$site/engine"
for doing in condemned adopted kept gone; do
	until_done
done

doing=end
all_died
nothing_lives
ended_well
