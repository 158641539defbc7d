#!/bin/sh
# A teardown's plan is valid for ten minutes: one that is read again is valid again, also where it is word for word the old one.
# At a real engine on a fast clock. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
complain() { tail -n 4 "$site/said" "$site/engine.log" | cut -c1-300; }

plan() { api /v1/clusters/alpha/teardown >"$site/plan" && hash=$(sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p' "$site/plan"); }
valid() { sed -n 's/.*"valid_until_ms":\([0-9]*\).*/\1/p' "$site/plan"; }
now() { api /v1/engine | sed -n 's/.*"now_ms":\([0-9]*\).*/\1/p'; }
# past MS: until the engine's clock is there
past() {
	for _ in $(seq 600); do
		[ "$(now)" -gt "$1" ] && return 0
		sleep 0.05
	done
	echo "the engine's clock is at $(now), not past $1"
	return 1
}
# ends STATUS: asks for the teardown of that plan
ends() {
	got=$(curl -sS --max-time 60 -o "$site/said" -w '%{http_code}' -X POST -H 'If-Match: *' \
		-d "{\"plan_hash\":\"$hash\",\"typed_name\":\"alpha\"}" --unix-socket "$socket" http://engine/v1/clusters/alpha/teardown)
	[ "$got" = "$1" ] || { echo "$got"; return 1; }
}

cloud_start 300
engine_start
check "an engine begins" engine_wait
check "a cluster is made" cli cluster create alpha slurm
check "its teardown has a plan" plan
old=$hash
check "more than ten minutes go by" past "$(valid)"
check "that plan is good no more" ends 409
check "which is said" grep -q 'older than 10 min' "$site/said"
check "it is read again" plan
check "and is the same word for word" [ "$hash" = "$old" ]
check "now it is valid: the teardown begins" ends 202
tap_end
