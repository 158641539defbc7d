#!/bin/bash
# What the console shows at a glance: the overview of a cluster, curves and bars, the heat map; and what they cost on the wire.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
orders=$screen_dir/orders
mkfifo "$orders"

# lab SIZE [VAR=VALUE...] [-- OPTION...]
lab() {
	size=$1
	shift
	env=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do env+=("$1"); shift; done
	[ $# -gt 0 ] && shift
	screen_start "$size" "${env[@]}" "$lab" --log "$screen_dir/asked" --orders "$orders" "$@"
	screen_wait slurm >/dev/null
	screen_settle
}
lacks() {
	! screen_text_now | grep -qE -e "$1"
}

# The overview

lab 80x24
screen_keys Enter
screen_golden glance/overview_80x24
screen_keys Enter
tap_ok "Enter on an issue opens its node" screen_wait 'filter: name=htc-3'
screen_keys Escape Escape
tap_ok "Esc leads back to the Deck" screen_wait '[0 Deck]'
screen_keys 1 Enter
tap_ok "Enter in the view of clusters opens it, too" screen_wait 'clusters > demo'
screen_keys Tab
tap_ok "Tab shows the next cluster" screen_wait 'clusters > cfd'
tap_ok "one that is off has no queue, and says so" screen_wait 'none while the cluster does not run'
screen_keys Escape
tap_ok "Esc goes back to the clusters" screen_wait '[1 Clusters]'
screen_stop
for size in 120x35 160x45; do
	lab $size
	screen_keys Enter
	screen_wait 'Last hour' >/dev/null
	screen_golden "glance/overview_$size"
	screen_stop
done

# Curves: blocks where the terminal is known to have them, ASCII elsewhere

lab 160x45
tap_ok "curves in blocks" screen_wait '▅'
screen_stop
SCREEN_TERM=linux lab 160x45 TERM=linux
tap_ok "the console of Linux has its curves in ASCII" screen_wait '%%%%'
tap_ok "and no eighths of a block" lacks '[▁▂▃▄▅▆▇]'
screen_stop
lab 160x45 -- --ascii
tap_ok "--ascii has them, too" screen_wait '%%%%'
tap_ok "and no bars of blocks" lacks '[█░]'
screen_golden glance/deck_160x45_ascii
screen_stop
tap_end
