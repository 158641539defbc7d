#!/bin/sh
# What the engine's process may take (R13, S7.4): no core, 4,096 descriptors. How many clients it has is
# tests/unit/base/http_server_limits_test.c's. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }

limit_is() { # NAME SOFT
	grep -q "^$1  *$2 " "/proc/$engine_pid/limits"
}
cloud_start 1
engine_start
check "an engine begins" engine_wait
check "it leaves no core" limit_is 'Max core file size' 0
check "it has 4,096 descriptors" limit_is 'Max open files' 4096
tap_end
