# What the lives of tests/faults share: an engine that dies where it is told to and is started again, and what has to be true
# in the end. For scripts that source this after tests/support/site.sh, with the variables that life.sh tells of.

life_begin() { # BUILD [FAILPOINT...]
	build=$1
	shift
	deaths=0 wrong=0 doing=begin asked=$# asks="$* "
	trap site_end EXIT
	trap 'exit 130' INT TERM
	site_make "$build" || exit 2
	mkdir -m 1777 "$site/log"
	cloud_start "${FACTOR:-50}" --profile "${PROFILE:-fast}" --seed "${SEED:-1}"
	until_s=$(($(date +%s) + ${LIFE_S:-180}))
}

bad() {
	wrong=1
	echo "$doing: $*"
}

give_up() {
	bad "$*"
	{
		api /v1/clusters
		echo
		control GET /azsim/queue
		echo
		cli operation list
		cli found
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

state_of() { api "/v1/clusters/$1" 2>/dev/null | sed -n 's/^[^[]*"state":"\([a-z ]*\)".*/\1/p'; }
counter() { control GET /azsim/counters | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }

# $doing, a function that says whether it is done and else does its part, until it is.
until_done() {
	while :; do
		engine_keep
		$doing >>"$site/said" 2>&1 && break
		[ "$(date +%s)" -lt $until_s ] || give_up "not in time"
		sleep 0.1
	done
}

all_died() {
	case ${LOOSE-}$asks in
	1*) ;;
	*:kill*) [ $deaths -eq $asked ] || bad "$deaths deaths instead of $asked: a failpoint was not passed" ;;
	esac
}

nothing_lives() {
	control GET '/azsim/ledger?max=0' | grep -q '"live":{}' || bad "left: $(control GET '/azsim/ledger?max=0')"
	[ "$(counter double_creates)" = 0 ] || bad "$(counter double_creates) machines were bought twice"
}

ended_well() {
	api '/v1/events?limit=1000' | tr '{' '\n' | grep '"level":"error"' >"$site/errors" && bad "$(cat "$site/errors")"
	kill "$engine_pid" && wait "$engine_pid" || bad "the engine's last end: $?"
	engine_pid=
	[ -z "${PASSED-}" ] || cp "$site/log/passed" "$PASSED"
	[ $wrong -eq 0 ] || { cat "$site/said" "$site/engine.log" | tail -n 30; exit 1; }
	echo "$deaths deaths, $(counter vmsMade) machines"
}
