# For tests/screens/*_test.sh: runs a program in a tmux of its own, types, and holds the screen against a golden text.
#
#   . tests/screens/lib.sh            (from the top folder)
#   screen_start 80x24 PROGRAM ARG... ; screen_keys j Space ; screen_golden NAME ; screen_stop ; tap_end
#
# Each test has its own tmux server and folder, both gone at its end, however it ends. GOLDEN=1 writes the golden texts
# anew instead of comparing; the difference is then for the reader of the commit. A screen that is its golden text is also held
# against a second terminal: libvterm, to which the same bytes go, has to show the same cells.

build=${BUILD:-build/debug}
golden=tests/screens/golden
tap_n=0 tap_failed=0

if ! command -v tmux >/dev/null; then
	echo "1..0 # skip tmux is not installed"
	exit 0
fi

screen_dir=$(mktemp -d "${TMPDIR:-/tmp}/screens.XXXXXX") || exit 2
screen_server=pl$$
unset TMUX
export LC_ALL=${SCREEN_LOCALE:-C.UTF-8}

screen_tmux() {
	TMUX_TMPDIR=$screen_dir tmux -L "$screen_server" -f /dev/null "$@"
}

# A console that loses its terminal still writes what it remembers.
screen_end() {
	last=$(screen_pid 2>/dev/null)
	screen_tmux kill-server 2>/dev/null
	for _ in $(seq 60); do
		[ -n "$last" ] && kill -0 "$last" 2>/dev/null || break
		sleep 0.05
	done
	rm -rf "$screen_dir"
}
trap screen_end EXIT
trap 'exit 130' INT TERM HUP

# tap_ok WHAT COMMAND...: one test, passed when the command is true.
tap_ok() {
	what=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@" >"$screen_dir/tap" 2>&1; then
		echo "ok $tap_n - $what"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - $what"
		sed 's/^/#   /' "$screen_dir/tap"
		return 1
	fi
}

tap_end() {
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ]
	exit
}

# screen_start COLSxROWS PROGRAM ARG...: in a terminal whose output is also kept in $screen_dir/log, byte by byte.
# VAR=value words before the program set its environment.
screen_start() {
	size=$1
	shift
	screen_tmux kill-server 2>/dev/null
	screen_starts=$((${screen_starts:-0} + 1))
	screen_server=pl$$.$screen_starts # a server that is on its way out still answers to its name
	: >"$screen_dir/log"
	echo "0 $size" >"$screen_dir/sizes"
	for _ in 1 2 3 4 5; do
		screen_session "$@" && break # the server that was killed may still be leaving
		sleep 0.1
	done
	screen_tmux pipe-pane -t t "cat >>'$screen_dir/log'"
	: >"$screen_dir/go"
	screen_settle
	rm -f "$screen_dir/go"
}

screen_session() {
	screen_tmux start-server \; set-option -g status off \; set-option -g escape-time 0 \; \
		set-option -g default-terminal "${SCREEN_TERM:-tmux-256color}" \; set-option -g remain-on-exit on \; \
		set-option -g remain-on-exit-format '' \; set-option -g history-limit 100 \; \
		new-session -d -s t -x "${size%x*}" -y "${size#*x}" \
		"while [ ! -e '$screen_dir/go' ]; do sleep 0.02; done; exec env $(screen_quote "$@")"
}

screen_quote() {
	for word; do
		printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")"
	done
}

screen_stop() {
	screen_tmux kill-server 2>/dev/null
}

# Keys by their tmux names: j, Space, F5, PageDown, Escape, C-c. screen_text types a text as it is.
screen_keys() {
	screen_tmux send-keys -t t "$@"
}

screen_text() {
	screen_tmux send-keys -t t -l "$1"
}

# Pastes as a terminal does, bracketed when the program asked for it.
screen_paste() {
	screen_tmux set-buffer -b paste "$1" \; paste-buffer -p -r -b paste -t t
}

screen_resize() {
	echo "$(screen_bytes) $1" >>"$screen_dir/sizes"
	screen_tmux resize-window -t t -x "${1%x*}" -y "${1#*x}"
}

# The screen as text; "-e" with colours.
screen_text_now() {
	screen_tmux capture-pane -p "$@" -t t 2>/dev/null
}

screen_pid() {
	screen_tmux display-message -p -t t '#{pane_pid}'
}

# tmux 3.3 misses the end of a child now and then and leaves it a zombie: then the kernel's own word is read, which is the
# last field of its stat line, as waitpid() would tell it.
screen_exit_code() {
	for _ in $(seq 100); do
		status=$(screen_tmux display-message -p -t t '#{pane_dead_status}#{?pane_dead_signal,signal #{pane_dead_signal},}')
		[ -z "$status" ] || { echo "$status"; return; }
		stat=$(cat "/proc/$(screen_pid)/stat" 2>/dev/null)
		case $stat in
		*") Z "*)
			status=${stat##* }
			[ $((status & 127)) -ne 0 ] && echo "signal $((status & 127))" || echo $((status >> 8))
			return
			;;
		esac
		sleep 0.05
	done
}

# Waits until the screen shows something and two looks 50 ms apart are equal; at most 5 s.
screen_settle() {
	before=
	for _ in $(seq 100); do
		now=$(screen_text_now -e)
		[ -n "$(printf '%s' "$now" | tr -d '[:space:]')" ] && [ "$now" = "$before" ] && return 0
		before=$now
		sleep 0.05
	done
	echo "the screen did not come to rest in 5 s"
	return 1
}

# screen_wait TEXT [SECONDS]: until the screen holds this fixed text.
screen_wait() {
	for _ in $(seq $((${2:-5} * 20))); do
		screen_text_now | grep -qF -e "$1" && return 0
		sleep 0.05
	done
	echo "\"$1\" did not come in ${2:-5} s; the screen was:"
	screen_text_now
	return 1
}

screen_wait_exit() {
	for _ in $(seq $((${1:-5} * 20))); do
		[ "$(screen_tmux display-message -p -t t '#{pane_dead}' 2>/dev/null)" = 1 ] && return 0
		sleep 0.05
	done
	echo "still running after ${1:-5} s"
	return 1
}

# The last word on paste, cursor and alternate screen in what was sent.
screen_modes_restored() {
	for mode in 2004 1049 25; do
		last=$(grep -aoE "\[\?(12;)?${mode}[hl]" "$screen_dir/log" | tail -1 | tail -c 2)
		[ "$mode" = 25 ] && want=h || want=l
		[ "$last" = "$want" ] || { echo "mode $mode was left at \"$last\""; return 1; }
	done
}

# The screen as goldens have it: no blanks at the ends of lines, and no look that cannot be seen.
screen_picture() {
	screen_text_now ${1-} | if [ "${1-}" = -e ]; then "$build/tests/screens/looks"; else cat; fi | sed 's/[[:space:]]*$//'
}

# screen_matches NAME [-e]: the screen is tests/screens/golden/NAME.txt, or becomes it within 5 s. Blanks at the ends of
# lines do not count.
screen_matches() {
	file=$golden/$1.txt
	screen_settle || return 1
	if [ -n "${GOLDEN-}" ]; then
		sleep 0.6 # whatever is still on its way
		mkdir -p "${file%/*}"
		screen_picture ${2-} >"$file"
		return 0
	fi
	[ -r "$file" ] || { echo "there is no $file; GOLDEN=1 writes it"; return 1; }
	for _ in $(seq 100); do
		screen_picture ${2-} >"$screen_dir/screen"
		cmp -s "$file" "$screen_dir/screen" && { screen_second ${2-}; return; }
		sleep 0.05
	done
	diff -u "$file" "$screen_dir/screen"
	return 1
}

# libvterm shows the same as tmux, with -e in the same colours; the last bytes may still be on their way to the log.
screen_second() {
	for _ in $(seq 20); do
		screen_text_now -e -N >"$screen_dir/capture"
		"$build/tests/screens/vterm_same" "$screen_dir/sizes" "$screen_dir/log" "$screen_dir/capture" ${1-} \
			>"$screen_dir/second" && return 0
		sleep 0.05
	done
	echo "libvterm shows another screen:"
	cat "$screen_dir/second"
	return 1
}

# One TAP line: "the screen is NAME". screen_golden_colour compares colours and attributes as well.
screen_golden() {
	tap_ok "screen $1" screen_matches "$1"
}

screen_golden_colour() {
	tap_ok "screen $1, with colours" screen_matches "$1" -e
}

screen_bytes() {
	wc -c <"$screen_dir/log"
}
