#!/bin/sh
# Clone protection (R3.4, B17): an engine with a copy of another's state, on a machine of another id, changes nothing of the
# clusters that the first one acts on, until an admin takes over; then the first one finds out before it deletes anything. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build/debug}
. tests/support/site.sh
. tests/support/tap.sh

why=$(site_can "$build") || skip "$why"
[ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null || skip "another machine id needs root's mount namespaces"
clone_pid=
trap 'end_pid "$clone_pid"; site_end' EXIT
trap 'exit 130' INT TERM

site_make "$build" || exit 2
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }
one=$socket two=$site/run2/sock

# The same program with the copied folder, where /etc/machine-id says something else.
clone_start() { # WORD...
	echo ffffffffffffffffffffffffffffffff >"$site/machine-id"
	env PACELINE_CLOCK="$clock" unshare -m sh -c 'mount --bind "$1" /etc/machine-id && shift && exec "$@"' sh "$site/machine-id" \
		"$site/bin/paceline" engine --cloud "$site/cloud/cloud.yaml" --templates "$site/templates" --state "$site/clone" --socket "$two" "$@" \
		</dev/null >>"$site/engine.log" 2>&1 &
	clone_pid=$!
	socket=$two
	until_true api /v1/engine
	rc=$?
	socket=$one
	return $rc
}
of_clone() { # COMMAND...: spoken to the copy
	socket=$two
	"$@"
	rc=$?
	socket=$one
	return $rc
}
fact() { api /v1/engine | grep -q "\"$1\":$2"; }
state_is() { api /v1/clusters/demo | grep -q "^[^[]*\"state\":\"$1\""; }
issue_has() { api /v1/clusters/demo | grep -q "\"issue\":\"[^\"]*$1"; }
trouble_has() { api /v1/engine | grep -q "\"store_text\":\"[^\"]*$1"; }
writes() { api /v1/status | sed -n 's/.*"writes":\([0-9]*\).*/\1/p'; }
live() { control GET '/azsim/ledger?max=0' | sed -n 's/.*"live":\({[^}]*}\).*/\1/p'; }
nothing_lives() { [ "$(live)" = "{}" ]; }
read_at() { api /v1/status | sed -n 's/.*"cloud":{"ok":true,"read_ms":\([0-9]*\).*/\1/p'; }
read_after() { [ "$(read_at)" != "$1" ]; }

cloud_start 10
engine_start
engine_wait
cli cluster create demo slurm htc_max=4 hpc_max=0 >/dev/null 2>&1
cli cluster start demo >/dev/null 2>&1
check "a cluster runs" until_true state_is running
before=$(writes)
end_pid "$engine_pid"
cp -a "$site/engine" "$site/clone" && rm "$site/clone/engine.lock"
engine_start
check "the engine goes on in its next life" engine_wait
check "which is on record in the cloud, for one write" until_true sh -c "[ \"\$(curl -sf --unix-socket $one http://engine/v1/status | sed -n 's/.*\"writes\":\([0-9]*\).*/\1/p')\" = 1 ]"
check "a copy on another machine starts" clone_start
check "in adoption mode" of_clone fact adoption true
check "it says that another machine acts on its cluster" of_clone until_true issue_has "another machine"
check "everywhere" of_clone until_true trouble_has "another machine"
check "adopting what is found ends adoption mode" of_clone until_true cli adopt --yes
check "it has ended" of_clone fact adoption false
check "the cluster is still the other's" of_clone says "another machine" cli cluster stop demo --yes
check "nor may it drain, submit, tear down" of_clone says "another machine" cli cluster pause demo
seen=$(of_clone read_at)
check "it goes on watching" of_clone until_true read_after "$seen"
check "and wrote nothing" [ "$(of_clone writes)" = 0 ]
check "the first one may still change it" cli cluster pause demo
check "an admin takes over" of_clone cli engine take-over --yes --reason 'the other machine burnt down'
check "then the copy may" of_clone until_true cli cluster pause demo
lives=$(live)
cli cluster stop demo --yes >/dev/null 2>&1
check "the first one finds out" until_true issue_has "another machine"
check "before anything ended" [ "$(live)" = "$lives" ]
check "and is refused from then on" says "another machine" cli cluster resume demo
check "the audit of the copy knows who took over" of_clone sh -c "\"$site/bin/paceline\" --socket $two audit | grep 'engine take-over'"
end_pid "$clone_pid"
check "the copy's next life needs no new word" clone_start
check "it tears down" of_clone cli cluster delete demo --name demo --yes --wait
check "nothing is left" nothing_lives
tap_end
