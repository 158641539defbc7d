#!/bin/bash
# The Deck under the names that terminals give themselves (spec/tui.md 9), and in every theme: it starts, helps, leaves, and
# gives the terminal back as it was.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
unset NO_COLOR STY SSH_CONNECTION
lab=$PWD/$build/tests/screens/deck_lab
log=$screen_dir/asked
orders=$screen_dir/orders
mkfifo "$orders"

# in_shell TERM [OPTION...]: the Deck, started by a shell that notes the terminal's modes before and after.
in_shell() {
	term=$1
	shift
	: >"$log"
	screen_start 80x24 bash --norc -c "stty -g >'$screen_dir/before'; TERM='$term' '$lab' --log '$log' --orders '$orders' $*; code=\$?; stty -g >'$screen_dir/after'; echo code \$code"
}

leaves_well() {
	screen_keys q
	screen_wait 'code 0' && cmp "$screen_dir/before" "$screen_dir/after"
}

helps() {
	screen_keys '?'
	screen_wait 'type to search keys' && screen_keys Escape && screen_wait '[0 Deck]'
}

colours() {
	for _ in $(seq 100); do
		grep -aqF -e "$1" "$screen_dir/log" && return
		sleep 0.05
	done
	return 1
}

for term in xterm-256color xterm screen screen-256color tmux-256color putty linux vt100 vt220 a-terminal-without-entry; do
	in_shell "$term"
	tap_ok "starts with TERM=$term" screen_wait '[0 Deck]'
	case $term in
	a-*) tap_ok "a terminal that is not known is said" screen_wait 'TERM=a-terminal-without-entry is not known here: taken for xterm-256color' ;;
	esac
	tap_ok "helps with TERM=$term" helps
	tap_ok "starts and leaves with TERM=$term" leaves_well
done

in_shell vt100
screen_wait '[0 Deck]' >/dev/null
screen_settle
tap_ok "a terminal without colours gets none" [ "$(grep -aoE "$(printf '\033')\[[0-9;]*3[0-7]m" "$screen_dir/log" | wc -l)" = 0 ]
screen_keys C-l
tap_ok "Ctrl-L draws the screen anew" screen_wait '[0 Deck]'
leaves_well >/dev/null

# A colour of 256 where the terminal has them, the one of eight that stands before it where not.
in_shell xterm-256color --theme amber
screen_wait '[0 Deck]' >/dev/null
screen_settle
tap_ok "amber is amber with 256 colours" colours '38;5;214'
screen_keys : ; screen_text 'theme dusk' ; screen_keys Enter
tap_ok ":theme changes it while it runs" screen_wait 'theme dusk'
tap_ok "and draws in it" colours '38;5;252'
screen_keys : ; screen_text 'theme dusc' ; screen_keys Enter
tap_ok "a slip is helped and changes nothing" screen_wait 'there is no theme "dusc"; did you mean "dusk"?'
screen_keys : ; screen_text 'theme ph' ; screen_keys Tab
tap_ok "Tab completes a theme" screen_wait ':theme phosphor'
screen_keys C-c
screen_keys : ; screen_text theme ; screen_keys Enter
tap_ok "without a name they are listed" screen_wait 'themes: amber auto contrast dusk light mono phosphor'
tap_ok "and it leaves as it came" leaves_well
in_shell linux --theme amber
screen_wait '[0 Deck]' >/dev/null
screen_settle
tap_ok "amber is yellow with eight" colours '[33m'
tap_ok "and nothing more" [ "$(grep -acF '38;5;' "$screen_dir/log")" = 0 ]
screen_stop
tap_end
