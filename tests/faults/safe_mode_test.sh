#!/bin/sh
# Safe mode (R1.6, A10): an engine that crashed three times within five minutes, by real signals, watches and answers and
# changes nothing until an admin ends that; one that was killed from outside goes on. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build/debug}
. tests/support/site.sh
. tests/support/tap.sh

why=$(site_can "$build") || skip "$why"
trap site_end EXIT
trap 'exit 130' INT TERM

crash() { # ACT STATUS
	engine_start PACELINE_FAILPOINT="engine.begun:$1" ASAN_OPTIONS=handle_abort=0:handle_segv=0
	wait "$engine_pid"
	[ $? -eq "$2" ]
}
kill_and_start() {
	end_pid "$engine_pid"
	engine_start
	engine_wait
}
safe() { api /v1/engine | grep -q '"safe_mode":true'; }
writes() { api /v1/status | sed -n 's/.*"writes":\([0-9]*\).*/\1/p'; }
read_at() { api /v1/status | sed -n 's/.*"cloud":{"ok":true,"read_ms":\([0-9]*\).*/\1/p'; }
state_is() { api /v1/clusters/demo | grep -q "^[^[]*\"state\":\"$1\""; }

# Every route that changes something, as the server's own table has it.
changing_routes() {
	sed -n 's/^\t{ "\(POST\|PUT\)", "\([^"]*\)", [A-Z_]*, \([a-z_]*\) },$/\1 \2 \3/p' src/server/route.c |
		grep -vE ' (resume_engine|retry_cloud|update_cluster|check_template|check_text|check_job_again|check_job_new|check_update_form|plan_condemn|open_stream|change_stream|make_backup)$'
}
refused() { # METHOD PATH
	curl -sS --max-time 60 -o "$site/answer" -w '%{http_code}\n' -X "$1" -d '{}' --unix-socket "$socket" "http://engine$2" | grep -qx 409 &&
		grep -q 'safe mode' "$site/answer"
}
all_refused() {
	changing_routes >"$site/routes"
	[ "$(wc -l <"$site/routes")" -ge 20 ] || return 1
	while read -r method path _handler; do
		refused "$method" "$(echo "$path" | sed 's/\*/demo/g')" || { echo "$method $path: $(cat "$site/answer")"; return 1; }
	done <"$site/routes"
}

site_make "$build" || exit 2
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }
cloud_start 10
engine_start
check "an engine begins" engine_wait
cli cluster create demo slurm htc_max=4 hpc_max=0 >/dev/null 2>&1
key=$site/engine/keys/$(api /v1/clusters/demo | sed -n 's/.*"short_id":"\([0-9a-f]*\)".*/\1/p')
mkdir -p -m 0700 "${key%/*}" && : >"$key" && : >"$key.pub" # what a kill of ssh-keygen leaves
chown --reference="$site/engine" "${key%/*}" "$key" "$key.pub"
cli cluster start demo >/dev/null 2>&1
for _i in 1 2 3 4; do kill_and_start; done
check "four kills from outside are no crashes" no safe
end_pid "$engine_pid"
check "a wild pointer ends it" crash segv 139
check "a broken invariant ends it" crash abort 134
engine_start
engine_wait
check "two crashes are not too many" no safe
end_pid "$engine_pid"
check "the third ends it" crash segv 139
engine_start
check "then it starts" engine_wait
check "in safe mode" safe
before=$(writes) seen=$(read_at)
check "status says so, with why and what to do" sh -c "\"$site/bin/paceline\" --socket \"$socket\" status | grep 'SAFE MODE, .engine resume. ends it: 3 crashes within 5 minutes, the last by signal 11'"
check "a list is answered" cli cluster list
check "a change is refused, with what to do" says 'engine resume' cli cluster create other slurm
check "so is every other one" all_refused
newer_reading() { [ "$(read_at)" != "$seen" ]; }
state_is starting && check "what was begun does not go on" state_is starting
check "nothing was written to the cloud" [ "$(writes)" = "$before" ]
kill_and_start
check "a restart does not end it" safe
check "an admin does" cli engine resume --yes --reason 'looked at it'
check "it has ended" no safe
check "the audit knows who ended it" sh -c "\"$site/bin/paceline\" --socket \"$socket\" audit | grep 'engine resume'"
check "what was begun goes on to its end" until_true state_is running
check "R4.2: a key that was half written is made anew" [ -s "$key.pub" ]
check "readings come" until_true newer_reading
check "ending what is no safe mode says so" says 'not in safe mode' cli engine resume --yes
kill_and_start
check "the next start is an ordinary one" no safe
tap_end
