#!/bin/sh
# R7.1, R7.2, R7.5 on ghosts: loose parts of a known cluster with the right tags are found, priced and treated as the setting
# says; what bears our name without a tag is told and never touched; what is somebody else's is neither. R12.2, R12.3: a cloud
# whose clock is off makes nothing older than it is, and is told. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq sqlite3

complain() { { cat "$site/said"; head -c 300 "$site/answer"; echo; cli found; cli events | tail -n 25; } | cut -c1-200; }
say() { cli "$@" >"$site/said" 2>&1 </dev/null; }
until_ok() { until_true "$@" >"$site/said" 2>&1; }
quietly() { "$@" >"$site/said" 2>&1; }
event() { cli events --most 1000 | grep -e "$1"; }
found() { api /v1/found | jq -e "$@"; }
is() { # NAME FILTER: of what was found under that name
	found --arg n "$1" "[.found[] | select(.id | endswith(\"/\" + \$n))][0] | $2"
}
now() { api /v1/engine | jq .now_ms; }
later() { [ "$(now)" -ge "$until" ]; }
pass_min() { until=$(($(now) + $1 * 60000)) && until_ok later; }
plant() { # ID TAGS PROPERTIES [MORE]
	quietly by_hand PUT "$1" "{\"location\":\"$region\",\"tags\":$2,\"properties\":$3${4-}}"
	grep -q '^20[0-2]$' "$site/said"
}
issue() { api /v1/clusters/kept | jq -e ".view.issue | test(\"things in the cloud, .*in no row\")"; }
there() { quietly by_hand GET "$1"; grep -q '^200$' "$site/said"; }
gone() { quietly by_hand GET "$1"; grep -q '^404$' "$site/said"; }

[ "$(id -u)" -ne 0 ] || chown paceline "$site"
cloud_start 80 --profile fast --seed 1
engine_start
engine_wait; ok "cloud and engine are there"
say cluster create kept slurm htc_max=1 hpc_max=0 && say cluster start kept --wait; ok "a cluster runs"
group=$(api /v1/clusters/kept | jq -r .group_id) region=$(api /v1/clusters/kept | jq -r .spec.region)
short=${group##*-}
engine=$(api /v1/status | jq -r .engine_id)
tags="{\"paceline-engine\":\"$engine\",\"paceline-cluster\":\"$short\"}"
node_tags="{\"paceline-engine\":\"$engine\",\"paceline-cluster\":\"$short\",\"paceline-array\":\"htc\"}"
net=$group/providers/Microsoft.Network compute=$group/providers/Microsoft.Compute
card="{\"ipConfigurations\":[{\"name\":\"ip0\",\"properties\":{\"subnet\":{\"id\":\"$net/virtualNetworks/vnet/subnets/nodes\"}}}]}"
disk='{"creationData":{"createOption":"Empty"},"diskSizeGB":64}'
premium=',"sku":{"name":"Premium_LRS"}'
[ "$short" ] && [ "$engine" ]; ok "whose tags are known"

# the cloud's clock is behind ours: by that alone nothing is old
control POST /azsim/skew '{"ms":-1200000}' >/dev/null
planted=$(now)
plant "$net/networkInterfaces/loose-nic" "$node_tags" "$card" && plant "$compute/disks/loose-disk" "$tags" "$disk" "$premium" &&
	plant "$net/publicIPAddresses/loose-ip" "$tags" '{"publicIPAllocationMethod":"Static"}' ',"sku":{"name":"Standard"}'
ok "a card, a disk and an address are planted with the right tags"
plant "$net/publicIPAddresses/kept-$short-nat" '{}' '{"publicIPAllocationMethod":"Static"}' ',"sku":{"name":"Standard"}'; ok "one bears our name and no tag"
plant "$net/networkInterfaces/theirs" '{"owner":"somebody"}' "$card" &&
	plant "$compute/disks/kept-$short-theirs" '{"paceline-engine":"another","paceline-cluster":"another"}' "$disk" "$premium"; ok "and others are foreign"

until_ok is loose-nic .orphan; ok "R7.2: the loose card is found"
until_ok is loose-disk .orphan; ok "R7.2: the loose disk is found"
until_ok is loose-ip .orphan; ok "R7.2: the loose address is found"
told=$(api '/v1/events?most=1000' | jq '[.events[] | select(.text | test("loose: loose-nic"))][0].at_ms')
[ "${told:-0}" -ge $((planted + 600000)) ]; ok "R12.2: ten minutes old by the cloud's own clock, and not by the difference to ours"
api /v1/status | jq -e '.clouds[0].skew_ms < -1100000' >"$site/said"; ok "R12.2: which is known"
api /v1/engine | jq -e '.store_text | test("more than 5 minutes apart")' >"$site/said"; ok "R12.3: and stands in the banner"
control POST /azsim/skew '{"ms":0}' >/dev/null
is loose-nic '.what == "part" and .cluster == "kept" and .price_per_hour == 0' >"$site/said"; ok "the card is the cluster's, and costs nothing"
until_ok is loose-disk '.price_per_hour > 0'; ok "the disk has a price"
until_ok is loose-ip '.price_per_hour == 0.005'; ok "and so has the address"
until_ok is "kept-$short-nat" '.orphan and .what == "residue" and .cluster == "kept"'; ok "R7.5: what bears our name alone is residue"
until_ok event "residue: .*kept-$short-nat bears a name of ours and no tag: .*tag it .*or delete it yourself"; ok "R7.5: and the event says what can be done"
until_ok issue; ok "the cluster's line shows them"
say found && grep -q "never touched: tag it" "$site/said"; ok "and so does the list"
api /v1/found | jq -e '[.found[] | select(.id | test("theirs"))] | length == 0' >"$site/said"; ok "what is foreign is not listed"
api /v1/found | jq -e '[.found[] | select(.id | test("nic0-nic|/head$|/vnet$|/nsg$|kept-[0-9a-f]*-htc"))] | length == 0' >"$site/said"; ok "nor what is in its place"
[ "$(cli condemn "kept-$short-nat" --agree 1 2>&1 | grep -c 'not provably ours')" = 1 ]; ok "R7.5: residue cannot be condemned"

pass_min 35; ok "half an hour goes by"
there "$net/networkInterfaces/loose-nic" && there "$compute/disks/loose-disk"; ok "R7.2: by the usual setting they are asked about"
say condemn loose-disk --agree 1; ok "an admin condemns the disk"
until_ok gone "$compute/disks/loose-disk"; ok "which goes"

# the setting
kill "$engine_pid" && wait "$engine_pid"
printf 'orphans: { nodes: auto, rest: auto }\n' >"$site/config.yaml"
plant "$compute/disks/loose-data" "$tags" "$disk" "$premium"
sqlite3 "$site/engine/engine.db" "DELETE FROM fact WHERE name LIKE 'stock.%'" && { [ "$(id -u)" -ne 0 ] || chown -R paceline: "$site/engine"; }
engine_start && engine_wait; ok "the engine begins again, and may let go by itself"
# card and address; what bears our name alone and the disk as well, when the search has come to them by then
until_ok event 'daily count of .*: [234] differ, \$0\.[0-9]*[1-9][0-9]*/h'; ok "R7.6: loose cards, addresses and disks are in the day's stock-taking, with what they cost"
until_ok gone "$net/networkInterfaces/loose-nic"; ok "R7.2: then the card goes after half an hour"
until_ok gone "$net/publicIPAddresses/loose-ip"; ok "and the address"
until_ok is loose-data .orphan; ok "a disk may hold data"
pass_min 35
there "$compute/disks/loose-data"; ok "R7.2: and is asked about all the same"
there "$net/publicIPAddresses/kept-$short-nat"; ok "R7.5: residue is there still"
there "$net/networkInterfaces/theirs" && there "$compute/disks/kept-$short-theirs"; ok "and what is foreign"
api /v1/clusters/kept | jq -e '.state == "running"' >"$site/said"; ok "the cluster works on"
tap_end
