#!/bin/sh
# R3.4: before what was condemned is deleted the lease of its group is looked at: where an engine with a copy of this state acts on
# it nothing of it goes, and what keeps it is told; without that engine it goes. On ghosts. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq sqlite3

complain() { { cat "$site/said"; cli found; cli events; } 2>&1 | cut -c1-200 | tail -n 30; }
found() { api /v1/found | jq -e "$@"; }
event() { cli events --most 1000 >"$site/said" && grep -qE -e "$1" "$site/said"; }
live() { control GET '/azsim/ledger?max=0' | jq -c .live; }
nothing_lives() { [ "$(live)" = '{}' ]; }
lease() { # EPOCH MACHINE: writes it on the group
	by_hand GET "$group" >"$site/said" && cp "$site/answer" "$site/group" &&
		by_hand PUT "$group" "$(jq -c --arg l "$1.$2.0" '{location, tags: (.tags | with_entries(if (.key | test("lease"; "i")) then .value = $l else . end))}' "$site/group")" >"$site/said" && grep -q '^20' "$site/said"
}

cloud_start 40 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
cli cluster create lost slurm htc_max=1 hpc_max=0 >/dev/null 2>&1
cli cluster start lost --wait >"$site/said" 2>&1; ok "a cluster runs"
group=$(api /v1/clusters/lost | jq -r .group_id)
by_hand GET "$group" >"$site/said" && cp "$site/answer" "$site/said" && jq -e '.tags | keys | any(test("lease"; "i"))' "$site/said" >/dev/null; ok "its group bears the lease"
mine=$(jq -r '.tags | to_entries[] | select(.key | test("lease"; "i")) | .value' "$site/said")
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
sqlite3 "$site/engine/engine.db" "UPDATE cluster SET live = 0;"
[ "$(id -u)" -ne 0 ] || chown -R paceline: "$site/engine"
lease 99 ffffffffffffffffffffffffffffffff; ok "an engine on another machine acts on it"
engine_start
engine_wait
all_found() { found '[.found[] | select(.orphan)] | length > 4' >/dev/null; }
until_true all_found; ok "its rows are lost: all of it is found"
before=$(live)
# shellcheck disable=SC2046 # words
cli condemn all --agree "$(api /v1/found | jq '.found | length')" >"$site/said" 2>&1; ok "all of it is condemned"
until_true event 'condemned, and not gone yet: .*: an engine with a copy of this state acts on its group'; ok "R3.4: what keeps it is told"
read_at() { api /v1/engine | jq .now_ms; }
seen=$(read_at)
later() { [ "$(read_at)" -gt $((seen + 900000)) ]; }
until_true later; ok "a quarter of an hour goes by"
[ "$(live)" = "$before" ]; ok "R3.4: and nothing went"
epoch=${mine%%.*} rest=${mine#*.}
lease "$epoch" "${rest%%.*}"; ok "the other engine is gone"
until_true nothing_lives; ok "R3.4: then all of it goes"
tap_end
