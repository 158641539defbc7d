#!/bin/bash
# Random keys, pastes, broken sequences and sizes at the Deck: no crash, no report of a sanitizer, the terminal as it was,
# and nothing done. First as a viewer with every key; then as an operator without what confirms (y, Y, C, digits): drains, holds
# and the like take one key, but nothing that ends work or costs money may come to the engine. TAP.
#   KEYS (20000), SIZES (40), SEED (1)
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/drive.sh
. tests/support/soup.sh
build=${BUILD:-build/debug} keys=${KEYS:-20000} sizes=${SIZES:-40} seed=${SEED:-1}
drive_program=$build/tests/screens/pty_drive
[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
soup_make || exit 2
finish() {
	drives_end
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkfifo "$dir/orders"
exec {orders}<>"$dir/orders"
: >"$dir/asked"

ready() { # ROLE
	tell soup wait 10000 slurm
	[ "$1" = operator ] && return
	echo "role $1" >&"$orders"
	tell soup wait 10000 RO
}

soup() { # ROLE PARITY KEYS
	local part=$((($3 + sizes - 1) / sizes)) i=0
	typed=0
	RANDOM=$seed
	soup_begin 80x24 "$(realpath "$build/tests/screens/deck_lab")" --log "$dir/asked" --orders "$dir/orders" --drafts "$dir/drafts"
	ready "$1"
	while [ $typed -lt "$3" ]; do
		i=$((i + 1))
		tell soup soup $part $((2 * (seed * 1000 + i) + $2))
		typed=$((typed + part))
		soup_alive || ready "$1"
		tell soup size $((1 + RANDOM % 220))x$((1 + RANDOM % 70))
	done
	soup_end
	soup_clean
	ok "$typed keys and $i sizes as $1: every one of $ends ends leaves the terminal as it was"
}

soup viewer 1 "$keys"
! grep -E '^(POST|PUT|PATCH|DELETE)' "$dir/asked" >>"$dir/why"
ok "a viewer's keys ask for nothing, whatever they are"
: >"$dir/asked"
soup operator 0 "$keys"
small=$(grep -c '^POST' "$dir/asked")
! grep -E '^DELETE|^POST ([^ ]*/(teardown|terminate|requeue|stop|jobs/cancel)|/v1/clusters)( |$)' "$dir/asked" >>"$dir/why"
ok "nothing ends work or makes a cluster without the keys that confirm ($small small things were asked for)"
tap_end
