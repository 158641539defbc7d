#!/bin/sh
# A store that is not what it was (D3, D5): damaged on disk, it is kept as it is, a backup is shown in safe mode and can be put in
# its place; moved away under a running engine, nothing is changed any more. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }

safe() { api /v1/engine | grep -q '"safe_mode":true'; }
trouble_has() { api /v1/engine | grep -q "\"store_text\":\"[^\"]*$1"; }
has_cluster() { cli cluster list | grep -q alpha; }
sum() { cksum <"$site/engine/engine.db"; }
backed_up() { [ -s "$site/engine/backups/5min.db" ]; }

cloud_start 10
engine_start
check "an engine begins" engine_wait
check "a cluster is made" cli cluster create alpha slurm
check "a backup holds it" until_true backed_up
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
# every page but the first
size=$(wc -c <"$site/engine/engine.db")
dd if=/dev/urandom of="$site/engine/engine.db" bs=4096 seek=1 count=$((size / 4096 - 1)) conv=notrunc 2>/dev/null
damaged=$(sum)
engine_start
check "with a damaged store the engine starts all the same" engine_wait
check "in safe mode" safe
check "and says which backup is shown, and what to do" trouble_has '5min.db.*paceline restore'
check "what the backup knows is seen" has_cluster
check "nothing is changed" says 'store is damaged' cli cluster create beta slurm
check "an admin cannot end that" says 'store is damaged' cli engine resume --yes
check "the damaged file is as it was" [ "$(sum)" = "$damaged" ]
kill "$engine_pid" && wait "$engine_pid"
engine_pid=
check "the backup is put in its place" "$site/bin/paceline" restore "$site/engine/backups/5min.db" --state "$site/engine"
check "the damaged file is kept" sh -c "ls \"$site\"/engine/engine.db.replaced-*"
engine_start
check "and the engine starts" engine_wait
check "not in safe mode" no safe
check "with the cluster" has_cluster
mv "$site/engine/engine.db" "$site/engine/away.db"
check "R2.6: a store that was moved away is noticed" until_true safe
check "and nothing is changed any more" says 'moved away' cli cluster create beta slurm
check "nor before it is back" says 'still away' cli engine resume --yes
mv "$site/engine/away.db" "$site/engine/engine.db"
end_pid "$engine_pid"
engine_start
engine_wait
check "put back, the next start is an ordinary one" no safe
tap_end
