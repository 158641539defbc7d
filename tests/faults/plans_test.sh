#!/bin/sh
# A teardown's plan is valid for ten minutes: one that is read again is valid again, also where it is word for word the old one.
# At a real engine on a fast clock. And nobody agrees to lose jobs that the plan did not tell of: an engine that has just started
# has read no queue, and more may wait by now. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq
complain() { tail -n 4 "$site/said" "$site/engine.log" | cut -c1-300; }

name=alpha
plan() { api "/v1/clusters/$name/teardown" >"$site/plan" && hash=$(sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p' "$site/plan"); }
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
		-d "{\"plan_hash\":\"$hash\",\"typed_name\":\"$name\"}" --unix-socket "$socket" "http://engine/v1/clusters/$name/teardown")
	[ "$got" = "$1" ] || { echo "$got"; return 1; }
}

# kills STATUS: the same by force
kills() {
	got=$(curl -sS --max-time 60 -o "$site/said" -w '%{http_code}' -X POST -H 'If-Match: *' \
		-d "{\"plan_hash\":\"$(jq -r .hash_forced "$site/plan")\",\"force\":true,\"reason\":\"test\",\"typed_name\":\"$name\"}" --unix-socket "$socket" "http://engine/v1/clusters/$name/teardown")
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
begins() { plan && [ "$hash" = "$old" ] && ends 202; } # ten minutes are two seconds here
check "now it is valid: the teardown begins" until_true begins

name=beta
runs() { api /v1/clusters/beta >"$site/said" && jq -e "$1" "$site/said" >"$site/jq"; }
load() { control POST /azsim/queue-load "{\"head\":\"beta-head\",\"jobs\":$1,\"seconds\":${2:-1000000},\"cpus\":2}" >/dev/null; }
end_pid "$azsim_pid"
cloud_start 6 # ten minutes are 100 s, enough for what comes between a plan and its teardown
end_pid "$engine_pid"
engine_start
check "another engine goes by its clock" engine_wait
check "a cluster is made" cli cluster create beta slurm htc_max=2 hpc_max=0 idle=24h cycle=2s network=10.30.0.0/16
check "and runs" cli cluster start beta --wait
load 2 1
check "two nodes are left of two short jobs" until_true runs '.view.idle == 2 and .view.jobs_running == 0'
check "a plan is read while nothing runs" plan
load 2
check "two jobs run" until_true runs '.view.jobs_running == 2 and .view.jobs_pending == 0'
check "to kill what the plan did not tell of is refused" kills 409
check "with both numbers" grep -q '2 jobs run and would be killed, the plan told of 0' "$site/said"
load 3
check "two jobs run and three wait" until_true runs '.view.jobs_running == 2 and .view.jobs_pending == 3'
control POST /azsim/queue-fault '{"kind":"down","times":-1}' >/dev/null
end_pid "$engine_pid"
engine_start
check "another engine begins, which cannot read the queue" engine_wait
check "it plans all the same" plan
check "and the plan says that nobody knows the jobs" jq -e '.jobs_known == false and any(.data_lost[]; .name == "jobs")' "$site/plan"
check "the cluster says so" runs '.view.queue_unread'
check "and so does its status" sh -c "\"$site/bin/paceline\" --socket \"$socket\" cluster status beta | grep -q 'the queue was not read yet'"
control POST /azsim/queue-fault '{"kind":"down","times":0}' >/dev/null
check "then the queue is read" until_true runs '.view.jobs_running == 2 and .view.jobs_pending == 3 and .view.queue_unread == false'
check "what was agreed to in ignorance is refused" ends 409
check "with what is known now" grep -q '2 jobs run and 3 wait: read the new plan' "$site/said"
check "the new plan is read" plan
load 6
check "nine jobs wait" until_true runs '.view.jobs_pending == 9'
check "three times as many as were agreed to: refused" ends 409
check "with both numbers" grep -q '9 jobs wait and would be lost, the plan told of 3' "$site/said"
check "the new plan is read" plan
load 2
check "eleven jobs wait" until_true runs '.view.jobs_pending == 11'
check "some more are what a busy queue brings: it begins" ends 202
tap_end
