#!/bin/sh
# R2.8: a program that reads the store keeps its log from being emptied: above 64 MiB that is an alarm with what to look for, and it
# ends when the program does. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin sqlite3
tap_out=$site/said
reader=
trap 'end_pid "$reader"; site_end' EXIT
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; ls -l "$site/engine"; }

trouble_has() { api /v1/engine | grep -q "\"store_text\":\"[^\"]*$1"; }
no_trouble() { api /v1/engine | grep -q '"store_text":""'; }
wal() { stat -c %s "$site/engine/engine.db-wal"; }
db=$site/engine/engine.db

cloud_start 10
engine_start
check "an engine begins" engine_wait
check "nothing is wrong" no_trouble
mkfifo "$site/hold"
{ echo "BEGIN; SELECT count(*) FROM fact;"; cat "$site/hold"; } | sqlite3 "$db" >"$site/read" &
reader=$!
exec 9>"$site/hold"
check "another program reads the store, and goes on with it" until_true [ -s "$site/read" ]
# what a busy day writes, at once
check "much is written meanwhile" sqlite3 "$db" "PRAGMA busy_timeout = 20000; CREATE TABLE scratch(x BLOB); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70) INSERT INTO scratch SELECT randomblob(1000000) FROM n; DROP TABLE scratch;"
check "the log is above 64 MiB" [ "$(wal)" -gt 67108864 ]
check "R2.8: that is an alarm, with the size and what to look for" until_true trouble_has 'log has grown to [0-9]* MiB and cannot be emptied: look for a program that reads'
check "which status shows" sh -c "\"$site/bin/paceline\" --socket \"$socket\" status | grep 'log has grown'"
exec 9>&-
wait "$reader"
reader=
check "R2.8: when the program has ended the log is emptied, and the alarm too" until_true no_trouble
check "so it is" [ "$(wal)" -lt 1048576 ]
tap_end
