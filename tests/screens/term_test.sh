#!/bin/bash
# Table, prompt, dialogs and help on a real terminal, and the terminal itself: modes, signals, size, bytes, stalls.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/term_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION

screens() {
	screen_start 80x24 "$lab"
	screen_golden lab/table
	screen_golden_colour lab/table_colours
	screen_keys j j Space Space
	screen_golden lab/marked
	screen_keys r
	screen_golden lab/rows_moved
	screen_keys G
	screen_golden lab/end
	screen_keys g '?'
	screen_golden lab/help
	screen_text drain
	screen_golden lab/help_searched
	screen_keys Escape
	screen_wait 'hpc-b-0006' >/dev/null
	screen_keys / a b Left x
	screen_golden lab/prompt
	screen_paste "two
lines"
	screen_golden lab/prompt_pasted
	screen_keys Enter
	tap_ok "Enter ends the prompt" screen_wait 'found: axtwob'
	screen_resize 160x45
	screen_golden lab/table_160x45
	screen_resize 40x10
	screen_golden lab/table_40x10
	screen_resize 12x3
	tap_ok "a tiny terminal is no reason to stop" screen_settle
	screen_resize 80x24
	screen_paste "q D 5"
	tap_ok "a paste outside a text field is dropped" screen_wait 'paste ignored (5 characters)'
	screen_stop
}

dialogs() {
	screen_start 80x24 "$lab"
	screen_keys Space Space d
	sleep 0.4 # it hears nothing before, which its "..." says
	screen_golden lab/dialog_line
	screen_keys Escape
	tap_ok "Esc is no" screen_wait 'Nothing was changed.'
	screen_keys F9
	tap_ok "the count is asked for" screen_wait 'Type how many (2)'
	sleep 0.4
	screen_golden lab/dialog_count
	screen_paste "2"
	tap_ok "a paste is refused" screen_wait 'paste refused'
	screen_keys 2
	tap_ok "the count typed is yes" screen_wait 'It was done.'
	screen_keys D
	sleep 0.5
	screen_golden lab/dialog_plan
	screen_text 'hpc-b '
	screen_golden lab/dialog_plan_filled
	screen_keys F9
	tap_ok "the countdown is shown" screen_wait 'Any key cancels'
	screen_keys x
	tap_ok "any key ends the countdown" screen_wait 'Nothing was changed.'
	screen_keys D y
	sleep 0.5
	screen_keys Enter
	tap_ok "Enter is no" screen_wait 'Nothing was changed.'
	screen_stop
}

looks() {
	screen_start 80x24 "$lab" --ascii
	screen_golden lab/ascii
	screen_start 80x24 LC_ALL=C "$lab"
	screen_golden lab/ascii # the same: no UTF-8 there
	screen_start 80x24 NO_COLOR=1 "$lab"
	screen_golden_colour lab/no_color
	screen_start 80x24 TERM=vt100 "$lab"
	screen_golden lab/table
	screen_start 80x24 TERM=dumb "$lab"
	tap_ok "a dumb terminal is told to the caller" screen_wait 'no screen: TERM is dumb'
	screen_start 80x24 TERM=no-such-terminal "$lab"
	screen_golden lab/table
	screen_stop
	"$lab" </dev/null >"$screen_dir/out" 2>&1
	tap_ok "a pipe is told to the caller" grep -q 'no screen: input and output are not a terminal' "$screen_dir/out"
}

# Starts the lab from a shell that prints the terminal's modes before and after.
start_in_shell() {
	screen_start 100x30 bash --norc -c "stty -g >'$screen_dir/before'; '$lab'; code=\$?; stty -g >'$screen_dir/after'; echo code \$code"
	screen_wait 'TERM LAB' >/dev/null
}

same_modes() {
	cmp "$screen_dir/before" "$screen_dir/after" && screen_modes_restored
}

lab_pid() {
	pgrep -x term_lab -P "$(screen_pid)"
}

# R14.4
leaving() {
	for how in q TERM HUP INT QUIT; do
		start_in_shell
		if [ $how = q ]; then
			screen_keys q
		else
			kill -"$how" "$(lab_pid)"
		fi
		tap_ok "ends within a second after $how" screen_wait 'code ' 1
		tap_ok "the terminal is as it was after $how" same_modes
		tap_ok "and so is what a signal does" sh -c "! grep -q 'handler of signals'" <<-END
			$(screen_text_now)
		END
	done
	sent=$(screen_bytes)
	counted=$(screen_text_now | sed -n 's/.*bytes \([0-9]*\) .*/\1/p')
	text=$(($(screen_text_now | tail -n +1 | grep -a 'frames\|code' | wc -c) + 2))
	tap_ok "it counts its bytes ($counted) as the terminal does ($sent, $text of them the shell's)" \
		test $((sent - counted - text)) -ge -12 -a $((sent - counted - text)) -le 12
	screen_start 80x24 "$lab"
	pid=$(screen_pid)
	screen_stop
	sleep 1
	tap_ok "ends within a second after the terminal is gone" \
		sh -c "! grep -q '^State:.[^Z]' /proc/$pid/status 2>/dev/null || grep -q '^State:.Z' /proc/$pid/status"
}

suspending() {
	screen_start 80x24 bash --norc -i
	screen_text "PS1='shell> '; $lab"
	screen_keys Enter
	screen_wait 'TERM LAB' >/dev/null
	screen_keys C-z
	tap_ok "Ctrl-Z gives the shell back" screen_wait 'Stopped'
	screen_text 'fg'
	screen_keys Enter
	tap_ok "fg brings the screen back" screen_wait 'TERM LAB'
	screen_keys '!'
	tap_ok "a child has the terminal" screen_wait 'child'
	screen_text 'typed to the child'
	screen_keys Enter
	tap_ok "and gives it back at its end" screen_wait 'the child ended with 0'
	screen_golden lab/after_child
	screen_keys '!'
	screen_wait 'child' >/dev/null
	sleep 0.2
	screen_keys C-c
	tap_ok "Ctrl-C ends the child alone" screen_wait 'the child ended with 2'
	screen_keys q
	screen_wait 'frames' >/dev/null
	screen_start 80x24 "$lab"
	screen_keys C-z
	screen_keys j
	tap_ok "Ctrl-Z without a shell to go back to does nothing" screen_wait '>  hpc-b-0002'
	screen_stop
}

# cost WHAT MOST KEYS...: bytes that these keys send, on the screen as it is.
cost() {
	what=$1 most=$2
	shift 2
	screen_settle >/dev/null
	sleep 0.15
	at=$(screen_bytes)
	screen_keys "$@"
	sleep 0.3
	screen_settle >/dev/null
	used=$(($(screen_bytes) - at))
	tap_ok "$what sends $used bytes, at most $most" test "$used" -le "$most" -a "$used" -gt 0
}

bytes() {
	screen_start 80x24 "$lab"
	first=$(screen_bytes)
	tap_ok "the first frame at 80x24 is $first bytes, at most 4096" test "$first" -le 4096
	cost "an arrow key" 64 Down
	screen_start 200x60 "$lab"
	first=$(screen_bytes)
	tap_ok "the first frame at 200x60 is $first bytes, at most 12288" test "$first" -le 12288
	cost "an arrow key at 200x60" 64 Down
	at=$(screen_bytes)
	sleep 2
	tap_ok "nothing is sent when nothing changes" test "$(screen_bytes)" -eq "$at"
	screen_stop
}

storms() {
	screen_start 80x24 "$lab"
	began=$(date +%s%N)
	for i in $(seq 50); do
		screen_resize $((20 + i * 7 % 130))x$((4 + i * 5 % 40))
		sleep 0.02
	done
	screen_resize 80x24
	took=$((($(date +%s%N) - began) / 1000000)) # a loaded machine sends them further apart
	screen_golden lab/table
	screen_keys q
	screen_wait 'frames' >/dev/null
	frames=$(screen_text_now | sed -n 's/.*frames \([0-9]*\) .*/\1/p')
	tap_ok "50 sizes in a row cost $frames frames in $took ms" test "$frames" -le $((26 + took / 100))

	screen_start 80x24 "$lab"
	pid=$(screen_pid)
	server=$(screen_tmux display-message -p '#{pid}')
	screen_keys m
	sleep 0.3
	kill -STOP "$server" # the terminal reads nothing any more
	sleep 2
	kill -TERM "$pid"
	sleep 1
	state=$(sed -n 's/^State:.\(.\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
	kill -CONT "$server"
	tap_ok "ends within a second on a terminal that has stopped" test "${state:-Z}" = Z
	screen_wait_exit >/dev/null
	screen_stop
}

screens
dialogs
looks
leaving
suspending
bytes
storms
tap_end
