#!/bin/sh
# Who cancelled a job is known though the engine dies before the scheduler has done it: asked, killed, started again, and then the
# job leaves the queue. A cancel that the scheduler refused is nobody's. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq

complain() { { cli events demo --most 30; cat "$site/said"; tail -n 8 "$site/engine.log"; } 2>&1 | cut -c1-250; }
me=$(id -un)
is() { api /v1/clusters/demo | grep -q "$1"; }
fault() { control POST /azsim/queue-fault "{\"kind\":\"$1\",\"command\":\"scancel\",\"times\":$2}" >/dev/null; }
shows() { cli job show demo "$2" >"$site/said" 2>&1 && grep -qE -e "$1" "$site/said"; }
submit() { cli job submit demo "$site/job.sh" --json | jq -r .job; }
waits() { api '/v1/clusters/demo/jobs?count=9' | jq -e --arg id "$1" 'any(.rows[]; .id == $id and .state == "running")' >/dev/null; }
# As an operator on the head would.
by_hand() { PACELINE_HEAD=demo-head "$site/cloud/bin/scancel" "$1" >"$site/said" 2>&1; }

cloud_start 10 --seed 5 && engine_start && engine_wait; ok "cloud and engine are there"
cli cluster create demo slurm htc_max=2 hpc_max=0 idle=10m >/dev/null 2>&1
cli cluster start demo --wait >"$site/said" 2>&1; ok "a cluster runs"
printf '#!/bin/sh\n#GHOST time=30000\n' >"$site/job.sh"
job=$(submit) other=$(submit)
until_true waits "$job" && until_true waits "$other"; ok "two jobs run"
fault hang -1
"$site/bin/paceline" --socket "$socket" job cancel demo "$job" --yes >"$site/said" 2>&1 & # no function: the client is to die, too
asking=$!
told() { api '/v1/events?cluster=demo&most=1000' | jq -e --arg me "$me" --arg id "$job" 'any(.events[]; .actor == $me and .object == $id and (.text | test("cancel asked")))' >/dev/null; }
until_true told; ok "one is to be cancelled, and the scheduler does not answer"
end_pid "$asking" # or it would ask again
end_pid "$engine_pid"
fault hang 0
engine_start
engine_wait
until_true waits "$job"; ok "the engine died and is there again, and the job runs still"
cli events --most 1000 | grep -E 'the engine came back after [0-9hms]+; its last sign of life was at .*: it found 1 cluster with [0-9]+ node' >"$site/said"
ok "R1.3: an event says how long it was away, and what it found"
by_hand "$job"
until_true shows "cancelled at .*by $me" "$job"; ok "when it leaves the queue it is known who asked for it, before the restart"
fault down 1
! cli job cancel demo "$other" --yes >"$site/said" 2>&1; ok "the cancel of the other is refused"
end_pid "$engine_pid"
engine_start
engine_wait
until_true waits "$other"
by_hand "$other"
until_true shows ': cancelled|: ended' "$other" && ! grep -q "by $me" "$site/said"; ok "what is done to it later is nobody's here"
tap_end
