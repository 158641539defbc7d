#!/bin/bash
# What the console shows at a glance: the overview of a cluster, curves and bars, the heat map; and what they cost on the wire.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

# lacks_all REGEX: none of these characters is on the screen.
lacks_all() {
	! screen_text_now | grep -E -e "$1"
}

# The overview

deck 80x24
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
	deck $size
	screen_keys Enter
	screen_wait 'Last hour' >/dev/null
	screen_golden "glance/overview_$size"
	screen_stop
done

# Curves: blocks where the terminal is known to have them, ASCII elsewhere

deck 160x45
tap_ok "curves in blocks" screen_wait '▅'
screen_stop
SCREEN_TERM=linux deck 160x45 TERM=linux
tap_ok "the console of Linux has its curves in ASCII" screen_wait '%%%%'
tap_ok "and no eighths of a block" lacks_all '[▁▂▃▄▅▆▇]'
screen_stop
deck 160x45 -- --ascii
tap_ok "--ascii has them, too" screen_wait '%%%%'
tap_ok "and no bars of blocks" lacks_all '[█░]'
screen_golden glance/deck_160x45_ascii
screen_stop

# The map

order() {
	echo "$*" >"$orders"
}
underlined='\x1b\[([0-9;]*;)?4(;[0-9]*)*m' # SGR 4, whatever stands around it
deck 120x35
screen_keys Tab Right
screen_golden glance/tiles_120x35
order node htc-6 busy
tap_ok "a cell that changed is underlined" shows "$(printf "$underlined")"
gone() {
	for _ in $(seq 160); do
		screen_text_now -e | grep -qE -e "$(printf "$underlined")" || return 0
		sleep 0.05
	done
	return 1
}
tap_ok "for five seconds" gone
screen_stop
deck 120x35 -- --many 1500
screen_keys Down
screen_wait 'Nodes cfd' >/dev/null
screen_golden glance/squeezed_120x35
screen_keys Tab Right Right
tap_ok "a cell of several nodes has a cursor that goes by cells" screen_wait 'hpc-7 to hpc-9  3 nodes, worst'
screen_keys d
tap_ok "no node is drained where it stands for several" screen_wait 'a cell of several nodes: Enter lists them'
screen_keys Down Down Down Down Down Down Down
tap_ok "beyond the thousandth node, too" screen_wait 'hpc-1477 to hpc-1479  3 nodes, worst'
screen_keys Enter
tap_ok "Enter lists the nodes of the cell" screen_wait 'filter: array:hpc index>=1477 index<=1479'
tap_ok "and no others" screen_wait '3 of 1500'
screen_keys Escape 0
screen_wait 'Nodes cfd' >/dev/null
screen_keys 2 m
screen_wait 'shade state' >/dev/null
tap_ok "the legend counts each state that somebody is in, where there is no room for all" screen_wait '! fail 16  x evict 37  + boot 181  = idle 181  # busy 1085'
screen_keys b
tap_ok "and tells the steps of a shade" screen_wait 'tenths of cpus that jobs hold, 0 none 9 all'
screen_keys b b b b
screen_wait 'shade age' >/dev/null
tap_ok "ages have a ramp of 256 colours" shows '38;5;143m'
screen_keys :
screen_text 'set ramp off'
screen_keys Enter
ramp_is_off() { screen_wait '1 <5m' && ! shows_now '38;5;143m'; }
shows_now() { sleep 0.5; screen_text_now -e | grep -qF -e "$1"; }
tap_ok "set ramp off takes the theme's" ramp_is_off
screen_stop

# On the wire: what the largest screens cost

cost() { # LIMIT BYTES
	echo "$2 bytes, at most $1"
	[ "$2" -gt 0 ] && [ "$2" -le "$1" ]
}
deck 160x45 -- --many 1500
screen_keys Down
screen_wait 'Nodes cfd' >/dev/null
screen_settle >/dev/null
sent=$(screen_bytes)
screen_keys C-l
screen_settle >/dev/null
tap_ok "a whole frame of the Deck with curves and map is 9 KB or less at 160x45" cost 9216 $(($(screen_bytes) - sent))
screen_keys Enter
screen_wait 'Last hour' >/dev/null
screen_settle >/dev/null
sent=$(screen_bytes)
screen_keys C-l
screen_settle >/dev/null
tap_ok "so is one of the overview" cost 9216 $(($(screen_bytes) - sent))
screen_stop
tap_end
