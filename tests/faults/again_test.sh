#!/bin/sh
# A request that is repeated after the engine died under it (R9.2, A1): its effect and its answer are one commit, so the
# repetition finds both or neither. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }

make() { # CLUSTER KEY: prints the status, 000 for no answer
	curl -sS --max-time 60 -o "$site/answer" -w '%{http_code}' -X POST -H "Idempotency-Key: $2" -d "{\"name\":\"$1\",\"template\":\"slurm\",\"params\":[]}" \
		--unix-socket "$socket" http://engine/v1/clusters 2>/dev/null
}
answers() { [ "$(make "$1" "$2")" = "$3" ]; }
there() { api "/v1/clusters/$1"; }
dies() { # FAILPOINT COMMAND...
	end_pid "$engine_pid"
	engine_start PACELINE_FAILPOINT="$1:kill"
	engine_wait
	shift
	"$@"
	wait "$engine_pid"
	[ $? -eq 137 ] || return 1
	engine_start
	engine_wait
}

cloud_start 10
check "the engine dies before effect and answer are stored" dies server.answer answers alpha k1 000
check "neither is there" no there alpha
check "the repetition does it" answers alpha k1 201
check "the engine dies with both stored, before it has answered" dies server.answered answers beta k2 000
check "the effect is there" there beta
check "the repetition gets the answer" answers beta k2 201
check "another one is refused" answers beta k3 409
check "the same key for something else is no repetition" answers gamma k2 422
tap_end
