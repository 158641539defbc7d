#!/bin/bash
# Rows of a table are windows of a longer one: whatever sizes the terminal had and however far was scrolled, once nothing moves
# no line shows "..." for a row that is not here. The same with jobs that ended under the queue. SEED (1), STEPS (14).
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

RANDOM=${SEED:-1}
steps=${STEPS:-14}
sizes=(60x15 80x24 120x35 160x45 70x17 61x16 100x28 200x60)
keys=(PageDown PageDown PageUp End Home Down Up)

# At rest, and with all its rows.
whole() {
	for _ in $(seq 60); do
		screen_settle
		screen_text_now | grep -qE '(^|  |>)\.\.\.( |$)' || return 0
		sleep 0.1
	done
	screen_text_now
	return 1
}

shaken() {
	for _ in $(seq "$steps"); do
		screen_resize "${sizes[RANDOM % ${#sizes[@]}]}"
		for _ in 1 2 3; do screen_keys "${keys[RANDOM % ${#keys[@]}]}"; done
	done
	screen_resize "$1"
	whole
}

deck 160x45 -- --many 1000
screen_keys Down 2
screen_wait 'of 1' >/dev/null
screen_wait 'hpc-20' >/dev/null
for size in 60x15 80x24 120x35; do
	tap_ok "nodes: no row stays out after sizes and keys, at $size" shaken $size
done
screen_resize 80x24
screen_keys 0
screen_wait 'Templates ──' >/dev/null
screen_keys Tab m Home
screen_wait 'hpc-2 ' >/dev/null
screen_keys -N 15 PageDown
for page in 1 2 3 4 5 6 7 8; do
	screen_keys PageDown
	tap_ok "a pane of few rows has all of them, page $page" whole
done
screen_stop

# What was asked about is what is done, whatever the row under the cursor is by then.
deck 80x24
screen_keys 3
screen_wait '12_1' >/dev/null
screen_keys Down c
tap_ok "a job is asked about" screen_wait 'Cancel 1 job'
order finish 12_1
sleep 0.3
screen_keys y
tap_ok "it left the queue meanwhile, and no other is cancelled for it" asked '/jobs/cancel {"ids":["12_1"]}'
screen_stop
tap_end
