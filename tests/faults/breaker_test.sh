#!/bin/sh
# A breaker (R11.1, R11.3, B2): reads that fail in a row wait for a probe, are shown so, and are reset by an operator; writes have
# a breaker of their own. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin
tap_out=$site/said
complain() { tail -n 8 "$tap_out" "$site/engine.log" | cut -c1-200; }

lane_is() { # NAME true|false
	api /v1/status | grep -q "\"name\":\"$1\",\"open\":$2"
}
status_says() { cli status | grep "$1"; }
cloud_name() { sed -n 's/^ *-\{0,1\} *name: *"\{0,1\}\([a-z]*\)"\{0,1\}$/\1/p' "$site/cloud/cloud.yaml" | head -n 1; }

cloud_start 1
engine_start
check "an engine begins" engine_wait
name=$(cloud_name)
check "all is closed" no status_says 'wait .* for a probe'
control POST /azsim/fault '{"method":"GET","match":"/","effect":"status","status":503,"code":"ServerTimeout","count":-1}' >/dev/null
cli cluster create demo slurm htc_max=2 hpc_max=0 >/dev/null 2>&1
check "reads that fail in a row are kept back" until_true lane_is reads true
check "writes are not" lane_is writes false
check "status shows it, with its region and what to do" status_says "reads of $name\( in [a-z]*\)* wait .* for a probe; \"cloud retry $name\" asks now"
end_pid "$azsim_pid"
cloud_start 1
check "an operator resets it" cli cloud retry "$name"
check "then the cloud is asked at once" until_true lane_is reads false
check "a cloud that is not there is named" says 'no cloud "mars"' cli cloud retry mars
check "the audit knows who did" sh -c "\"$site/bin/paceline\" --socket \"$socket\" audit | grep 'cloud retry'"
tap_end
