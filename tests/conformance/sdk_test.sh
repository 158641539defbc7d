#!/bin/sh
# Microsoft's own SDK drives azsim over TLS through the life of a scale set and of a machine, failures included; its
# traffic is held against the same schemas and rules as the provider's.
set -u
# shellcheck source=tests/conformance/lib.sh
. "$(dirname "$0")/lib.sh"

if have_microsoft "Microsoft's SDK against azsim"; then
	start_azsim --scenario "$here/scenario.yaml" --clock-factor 50
	mkdir "$dir/record"
	NODE_EXTRA_CA_CERTS=$state/ca.pem node "$here/sdk.js" "$spec" "$state" "$dir/record" || failed=1
	stop_azsim
fi
exit $failed
