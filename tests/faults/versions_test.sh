#!/bin/sh
# Versions of objects (R9.1), who edits what (R9.5), what is kept of an answer (R9.2), the audit of all that (R10), and the
# limits (R13), at a real engine with curl and the program. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/answer" "$site/engine.log" | cut -c1-300; }

# ask METHOD PATH BODY [HEADER]: the status; $site/answer has the body, $site/head the headers
ask() {
	curl -sS --max-time 60 -D "$site/head" -o "$site/answer" -w '%{http_code}' -X "$1" ${3:+-d "$3"} ${4:+-H "$4"} \
		--unix-socket "$socket" "http://engine$2"
}
status_is() { # STATUS METHOD PATH BODY [HEADER]
	want=$1
	shift
	got=$(ask "$@")
	[ "$got" = "$want" ] || { echo "$got: $(cat "$site/answer")"; return 1; }
}
etag() { ask GET /v1/clusters/alpha '' >/dev/null && sed -n 's/^ETag: *\(.*\)\r$/\1/p' "$site/head"; }
field() { sed -n "s/.*\"$1\":\"\\([^\"]*\\)\".*/\\1/p" "$site/answer"; } # NAME: a text of the last answer
# plan VALUE: asks what an update would be; $plan is its hash
plan() {
	status_is 200 POST /v1/clusters/alpha/update "{\"params\":[\"$1\"]}" || return 1
	plan=$(field hash)
}
take() { # VALUE STATUS [HEADER]: carries the plan out
	plan "$1" && status_is "$2" POST /v1/clusters/alpha/update "{\"params\":[\"$1\"],\"plan_hash\":\"$plan\"}" "${3-}"
}
told() { grep -q "$1" "$site/answer" || { cat "$site/answer"; return 1; }; }

cloud_start 10
engine_start
check "an engine begins" engine_wait
check "a cluster is made, and has a version (R9.1)" status_is 201 POST /v1/clusters '{"name":"alpha","template":"slurm","params":["htc_max=10"]}'
old=$(etag)
check "its answer carries an ETag (R9.1)" [ -n "$old" ]

check "a change that says not what it read is refused with 428 (R9.1)" take htc_max=12 428
check "and told what to say" told 'If-Match with the ETag of GET /v1/clusters/alpha'
check "with it, the change is made (R9.1)" take htc_max=12 200 "If-Match: $old"
new=$(etag)
check "and makes another version" [ "$new" != "$old" ]
check "an old picture is refused with 412 (R9.1)" take htc_max=14 412 "If-Match: $old"
check "with what changed meanwhile, and by whom" told "changed since you read it by $(id -un) at [^:]*:[0-9:]*: array htc max_nodes 10 -> 12"
check "as JSON, too" told '"changes":\[{"what":"array htc max_nodes","from":"10","to":"12"}\]'
check "and the present version" grep -qF "\"etag\":\"\\\"$(echo "$new" | tr -d '"')\\\"\"" "$site/answer"
check "nothing was changed" [ "$(etag)" = "$new" ]
check "whoever means it as it may be says so" take htc_max=14 200 'If-Match: *'
check "a plan alone needs no version: it is a question" plan htc_max=16
check "a teardown needs one, too (R9.1)" status_is 428 POST /v1/clusters/alpha/teardown '{"plan_hash":"x","typed_name":"alpha"}'
check "and is refused by an old picture" status_is 412 POST /v1/clusters/alpha/teardown '{"plan_hash":"x","typed_name":"alpha"}' "If-Match: $new"
check "an act that names what it ends in needs none" status_is 200 POST /v1/clusters/alpha/pause '{}'
check "but honours one" status_is 412 POST /v1/clusters/alpha/resume '{}' "If-Match: $new"
check "and tells of a pause as of a change" told 'autoscaling on -> paused'
check "the node's answer has an ETag of its bytes" sh -c "curl -sS -D - -o /dev/null --unix-socket $socket http://engine/v1/templates/slurm | grep -qi '^ETag: \"'"

# two operators with the program: one reads the plan, the other is quicker
(
	cli cluster update alpha htc_max=40 --json >"$site/slow" 2>&1
	echo $? >"$site/slow.code"
)
check "one command reads first and sends what it read" sh -c "printf '' | $site/bin/paceline --socket $socket cluster update alpha htc_max=20 --yes"
hash=$(sed -n 's/.*"hash":"\([0-9a-f]*\)".*/\1/p' "$site/slow")
check "an operator who agreed to an older plan is told (R9.1)" says 'the plan is another one now' cli cluster update alpha htc_max=40 --plan "$hash"

# R9.2
key='Idempotency-Key: k1'
check "R9.2: an act with a key" status_is 200 POST /v1/clusters/alpha/resume '{}' "$key"
check "R9.2: is done once: the repetition gets the answer" status_is 200 POST /v1/clusters/alpha/resume '{}' "$key"
check "R9.2: the same key with another body is 422" status_is 422 POST /v1/clusters/alpha/resume '{"x":1}' "$key"
count() { api '/v1/audit?most=500' | tr '{' '\n' | grep -c "\"verb\":\"$1\""; }
check "R9.2: one row in the audit for the two" [ "$(count resume)" -eq 1 ]

# R9.5
edit() { ask POST /v1/clusters/alpha/editing "{\"session\":\"$1\",\"doing\":\"update\",\"on\":$2}"; }
check "R9.5: whoever edits says so" [ "$(edit s1 true)" = 200 ]
check "R9.5: and is not told of himself" told '"editing":\[\]'
check "R9.5: another one is told of him" sh -c "[ $(edit s2 true) = 200 ]"
check "R9.5: with name and time" told "\"who\":\"$(id -un)\",\"doing\":\"update\",\"since_ms\":[0-9]"
check "R9.5: the cluster's JSON tells both" sh -c "curl -sS --unix-socket $socket http://engine/v1/clusters/alpha | grep -q '\"editing\":\[{.*},{.*}\]'"
cli cluster status alpha >"$site/status"
check "R9.5: and so does its status" grep -q "^edited *by $(id -un) since .*: update" "$site/status"
check "R9.5: nobody is locked out" take htc_max=22 200 "If-Match: $(etag)"
edit s1 false >/dev/null
edit s2 false >/dev/null
check "R9.5: it ends when it is said" sh -c "curl -sS --unix-socket $socket http://engine/v1/clusters/alpha | grep -q '\"editing\":\[\]'"
edit s3 true >/dev/null
gone() { api /v1/clusters/alpha | grep -q '"editing":\[\]'; }
check "R9.5: or a minute after it was said last" until_true gone

check "a start is begun" cli cluster start alpha
check "a stop is begun" cli cluster stop alpha --yes
cli cluster delete alpha --name alpha --accept-data-loss >"$site/said" 2>&1

# R10
check "a backup is made" cli backup
one_each() {
	for verb in create resume start stop delete backup; do
		[ "$(count $verb)" -eq 1 ] || { echo "$verb: $(count $verb)"; return 1; }
	done
}
check "R10.1: what was asked once is one row" one_each
check "R10.1: each change of a cluster has the digest of what it was and is" sh -c "
	curl -sS --unix-socket $socket 'http://engine/v1/audit?most=500' | tr '{' '\n' | grep '\"verb\":\"\(update\|pause\|resume\|start\|stop\|delete\)\"' >$site/rows
	[ -s $site/rows ] && ! grep -v '\"before_hash\":\"[0-9a-f]\{64\}\",\"after_hash\":\"[0-9a-f]\{64\}\"' $site/rows"
check "R10.1: and who it was, by uid and name, and from where" sh -c "! grep -v '\"actor\":\"$(id -un)\",\"origin\":\"socket uid $(id -u) pid [0-9]*[^\"]*\",\"role\":\"admin\"' $site/rows"
check "R10.1: and a result" sh -c "! grep '\"result\":\"\"' $site/rows"
check "R10.1: an update has the hash of its plan" sh -c "grep '\"verb\":\"update\"' $site/rows | head -1 | grep -q '\"plan_hash\":\"[0-9a-f]\{64\}\"'"
check "R10.1: an operation's end is there with its result" sh -c "$site/bin/paceline --socket $socket audit --most 500 | grep -q 'operation end .*cancelled: stop by'"
check "R10.3: the chain can be followed" sh -c "$site/bin/paceline --socket $socket audit verify | grep -q 'follow each other, from 1 to'"
day=2099-01-01
check "R10.3: what was not exported is not pruned" says 'were exported: "audit export FILE" first' cli audit prune --before $day --yes
check "R10.3: it is exported to a new file" cli audit export "$site/trail.jsonl"
check "R10.3: of one's own" [ "$(stat -c %a "$site/trail.jsonl")" = 600 ]
check "R10.3: which is never written over" says 'name a new file' cli audit export "$site/trail.jsonl"
lines=$(wc -l <"$site/trail.jsonl")
check "R10.3: with a line for each row" [ "$lines" -gt 10 ]
cli audit export "$site/trail2.jsonl" >/dev/null 2>&1
check "R10.3: what came after the export stays until it is exported" says 'first' cli audit prune --before $day --yes
third=$(sed -n '3s/.*"at_ms":\([0-9]*\).*/\1/p' "$site/trail.jsonl")
check "R10.3: what is old and exported goes" status_is 200 POST /v1/audit/prune "{\"before_ms\":$((third + 1)),\"reason\":\"a year is over\"}"
check "R10.3: the chain can still be followed, from where it begins" sh -c "$site/bin/paceline --socket $socket audit verify >$site/said && grep -q 'rows up to [0-9]* were pruned' $site/said"
check "R10.3: the pruning is in it, with its reason" sh -c "$site/bin/paceline --socket $socket audit | grep -q 'audit prune .*audit rows up to [0-9]* .*a year is over'"
last=$(sed -n "s/.*\"seq\":\\([0-9]*\\),.*/\\1/p" "$site/trail.jsonl" | tail -1)
check "R10.3: an engine that starts anew finds it so" sh -c "kill -9 $engine_pid"
wait "$engine_pid" 2>/dev/null
engine_start
engine_wait
check "R10.3: and follows it" sh -c "$site/bin/paceline --socket $socket audit verify | grep -q 'were pruned'"

# R13
check "R13: the limits are shown" sh -c "$site/bin/paceline --socket $socket engine limits | grep -q '^clients_per_user *8 *8 *2 to 4000'"
end_pid "$engine_pid"
printf 'limits:\n  clusters: 1\n  request_body: 65536\n  clients: lots\n' >"$site/config.yaml"
engine_start
check "R13: a limit that is none is refused with its line" no engine_wait
check "R13: in words" grep -q 'config.yaml: line 4, column 12: limits: clients takes a number from 2 to 4000, not "lots"' "$site/engine.log"
printf 'limits: { clusters: 1, request_body: 64 KiB, open_files: 1024 }\n' >"$site/config.yaml"
engine_start
check "R13: others are taken" engine_wait
check "R13: a changed one is shown as such" sh -c "$site/bin/paceline --socket $socket engine limits | grep -q '^clusters *1 *500'"
left() { ! api /v1/clusters/alpha; }
check "R13: the first cluster has left" until_true left
check "R13: there is room for one" status_is 201 POST /v1/clusters '{"name":"beta","template":"slurm","params":[]}'
check "R13: it holds: no second cluster" status_is 507 POST /v1/clusters '{"name":"gamma","template":"slurm","params":[]}'
check "R13: with what to do" told 'raise limits: clusters:'
check "R13: a check says so before" status_is 200 POST /v1/templates/slurm/check '{"name":"gamma","params":[]}'
check "R13: in the same words" told 'raise limits: clusters:'
head -c 70000 /dev/zero | tr '\0' x >"$site/body"
check "R13: a body above its limit is refused" sh -c "[ \$(curl -sS -o /dev/null -w '%{http_code}' -d @$site/body --unix-socket $socket http://engine/v1/templates/check) = 413 ]"
check "R13: and the process has so many descriptors" grep -q '^Max open files  *1024 ' "/proc/$engine_pid/limits"
tap_end
