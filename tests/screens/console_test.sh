#!/bin/bash
# The console's own keys, prompts and modes on a made-up site: history of views, copying, marks, columns, saved views,
# completion, pause, a screen reader's mode, help everywhere, console.conf.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
conf=$screen_dir/console.conf

# at SIZE [VAR=VALUE...] [-- OPTION...]: the Deck with this part's state folder and console.conf.
at() {
	case " $* " in
	*" -- "*) deck "$@" --drafts "$state" --conf "$conf" ;;
	*) deck "$@" -- --drafts "$state" --conf "$conf" ;;
	esac
}

# A state folder of its own for each part: a console that is killed still writes what it remembers.
fresh() {
	state=$screen_dir/state.$1
	mkdir "$state"
}

# leave: the console ends by itself, and what it remembers is written.
leave() {
	screen_keys q
	screen_wait_exit >/dev/null
	screen_stop
}

shows() {
	screen_wait "$1" "${2-5}"
}

stays_without() {
	screen_settle && ! screen_text_now | grep -F -e "$1"
}

command_line() {
	screen_keys :
	screen_wait ' :' >/dev/null
	screen_text "$1"
	screen_keys Enter
}

marked_in_log() {
	tr -d '\n' <"$screen_dir/log" | grep -qF "$1"
}

history_of_views() {
	at 80x24
	screen_keys 3
	shows '[3 Jobs]' >/dev/null
	screen_keys Down Down f
	screen_text 'user:alice'
	screen_keys Enter
	shows 'filter: user:alice' >/dev/null
	screen_keys 4
	shows '[4 Events]' >/dev/null
	screen_keys '['
	tap_ok "[ goes back to the view before" shows '[3 Jobs]'
	tap_ok "with its filter" shows 'filter: user:alice'
	screen_keys ']'
	tap_ok "] goes forward again" shows '[4 Events]'
	screen_keys -
	tap_ok "- is the last view" shows '[3 Jobs]'
	screen_keys -
	tap_ok "and back" shows '[4 Events]'
	screen_keys '[' '['
	tap_ok "[ goes to the Deck as well" shows '[0 Deck]'
	screen_keys '['
	tap_ok "at the beginning it says so" shows 'none before this one'
	screen_stop
}

copying() {
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys y
	tap_ok "y says what it copied and where it is" shows "copied: htc-1 (also in $state/copy)"
	tap_ok "the name is in the file" grep -qx htc-1 "$state/copy"
	tap_ok "and went to the terminal" marked_in_log ']52;c;aHRjLTE='
	screen_keys Space Space y
	tap_ok "of marked rows all names" shows 'copied: 2 names'
	tap_ok "a line each" test "$(wc -l <"$state/copy")" = 1
	screen_keys U Y
	tap_ok "Y shows the row as JSON" shows '"name"'
	tap_ok "and keeps it" grep -q '"name": *"htc-3"' "$state/copy"
	screen_keys Escape '!'
	shows 'The same from a shell' >/dev/null
	screen_keys y
	sleep 0.3
	tap_ok "in a box y copies what it shows" grep -q 'paceline node' "$state/copy"
	screen_stop
	at 80x24 TERM=linux
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys y
	tap_ok "a terminal that would print it is left alone" shows "copied: htc-1 (in $state/copy)"
	screen_stop
}

marks() {
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys M
	tap_ok "without marks M says how to set one" shows 'nothing is marked'
	screen_keys Down v Down Down v
	tap_ok "v to v marks what is between" shows '3 marked'
	screen_keys +
	tap_ok "+ turns the marks around, and counts" shows '5 marked'
	screen_keys f
	screen_text 'state:fail'
	screen_keys Enter
	shows '1 of 8' >/dev/null
	screen_keys M
	tap_ok "M lists those that the filter hides" shows 'out of sight'
	screen_keys Escape Escape U '*'
	tap_ok "* says how many" shows '8 marked'
	screen_keys U
	command_line 'mark state:fail'
	tap_ok ":mark marks what an expression finds" shows '1 found, 1 marked'
	screen_keys U m
	shows 'shade state' >/dev/null
	screen_keys v Right Right Right v
	tap_ok "v marks a block on the map" shows '4 marked'
	screen_keys U m
	shows 'REASON' >/dev/null
	screen_keys g v Down Down
	tap_ok "an open range says how many rows an act takes" shows 'range of 3 rows: an act takes all of them'
	screen_keys d
	tap_ok "and the question is about all of them" shows 'drain 3 nodes? y/N'
	tap_ok "which says what becomes of them" shows 'deleted once their 2 jobs have ended'
	screen_keys n
	shows '3 marked' >/dev/null
	screen_keys U v Down
	shows 'range of 2 rows' >/dev/null
	screen_keys Escape
	tap_ok "Esc drops a range" eventually_lacks 'range of'
	screen_stop
	at 120x35 -- --many 400
	screen_keys Down 2
	shows '[2 Nodes]' >/dev/null
	screen_keys v
	shows 'a range begins here' >/dev/null
	screen_keys G
	sleep 0.3
	screen_keys v
	tap_ok "a range reaches over rows that were never here" shows '400 marked'
	screen_stop
}

columns() {
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	tap_ok "a > tells that there are more columns" sh -c "TMUX_TMPDIR=$screen_dir tmux -L $screen_server capture-pane -p -t t | grep -q 'REASON.*>\$'"
	screen_keys '>'
	tap_ok "> brings the next, and the name stays" shows 'NODE'
	tap_ok "the first has gone" eventually_lacks 'STATE'
	screen_keys '<'
	shows 'STATE' >/dev/null
	screen_keys C
	screen_golden console/columns_menu
	screen_keys Space Escape
	tap_ok "a column that is not chosen is not shown" eventually_lacks 'STATE'
	screen_keys C
	shows 'u: the usual ones again' >/dev/null
	screen_keys u Escape
	tap_ok "u takes the usual ones" shows 'STATE'
	command_line 'columns node,address,reason'
	tap_ok ":columns names them" shows 'ADDRESS'
	command_line 'columns what'
	tap_ok "and says which is not there" shows 'there is no column "what" here'
	screen_keys 3
	shows '[3 Jobs]' >/dev/null
	screen_keys C
	tap_ok "in jobs it is the same key" shows 'Columns'
	screen_stop
}

saved() {
	at 80x24
	screen_keys 3
	shows '[3 Jobs]' >/dev/null
	command_line "filter user:alice"
	command_line 'sort state'
	command_line 'columns jobid,user,st'
	screen_keys V
	shows 'save view as:' >/dev/null
	screen_text "alice's jobs"
	screen_keys Enter
	tap_ok "V saves the view under a name" shows "view \"alice's jobs\" saved"
	leave
	echo 'name=broken' >>"$state/views"
	at 160x45
	tap_ok "the filter is back, and the message says so once" shows 'filters as last time: jobs /user:alice'
	command_line messages
	tap_ok "a bad line of the views is named" shows "views, line 2: it has no name or no"
	screen_keys Escape
	command_line view
	tap_ok ":view lists them" shows 'filter user:alice  sort state'
	screen_keys Escape
	command_line "view alice's jobs " # as a completion leaves it
	tap_ok ":view NAME opens the tab" shows '[3 Jobs]'
	tap_ok "with its order" shows 'sort:state'
	tap_ok "and its columns" stays_without 'PART'
	command_line "view delete alice's jobs"
	tap_ok ":view delete removes it" shows 'is gone'
	command_line 'filter user:bob'
	screen_keys Escape
	leave
	at 80x24
	tap_ok "a filter that was cleared does not come back" stays_without 'as last time'
	screen_keys : Up Up
	tap_ok "lines of the last time are in the history" shows "view delete alice's jobs"
	screen_stop
}

prompts() {
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys f
	screen_text sta
	screen_keys Tab
	tap_ok "Tab completes a column" shows 'filter: state:'
	screen_keys Tab
	tap_ok "and lists its values" shows '17 fit'
	screen_text fa
	screen_keys Tab
	tap_ok "and completes one" shows 'filter: state:failed'
	tap_ok "the count stands at the right" shows '1 of 8'
	screen_keys F1
	tap_ok "F1 shows the grammar" shows 'a blank is AND'
	screen_keys Escape
	tap_ok "and the prompt is still there" shows 'filter: state:failed'
	screen_keys Escape
	screen_keys Space :
	screen_text 'node drain '
	tap_ok "the command line lists what fits" shows 'node drain CLUSTER NODE...   let nodes run empty'
	tap_ok "the marked ones first" shows 'htc-3                   marked'
	screen_golden console/command_list
	screen_text 'htc-4'
	screen_keys C-u
	screen_text 'node dr'
	screen_keys Tab
	tap_ok "Tab completes a command" shows ':node drain '
	screen_keys F1
	tap_ok "F1 tells of the words there" shows 'The words of keys do what the keys do'
	screen_keys Escape Escape
	command_line 'set refresh'
	tap_ok ":set lists the settings" shows 'from one picture of new data to the next'
	screen_keys Escape
	command_line 'set refresh 5s'
	tap_ok ":set changes one" shows 'refresh is 5s'
	command_line 'set refrsh 5s'
	tap_ok "and knows what was meant" shows 'did you mean refresh?'
	command_line 'set footer letters'
	tap_ok "footer letters" shows '?Help'
	command_line 'goto jobs @demo /user:bob'
	tap_ok ":goto goes to view, cluster and filter" shows 'filter: user:bob'
	screen_stop
}

modes() {
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys z
	tap_ok "z says that it is paused, in the first line" shows 'PACELINE PAUSED'
	echo 'node htc-1 failed' >"$orders"
	sleep 0.4
	screen_keys Down
	tap_ok "the picture stands still" sh -c "TMUX_TMPDIR=$screen_dir tmux -L $screen_server capture-pane -p -t t | grep -q 'htc-1 .*busy'"
	screen_keys z
	tap_ok "and goes on with what happened meanwhile" shows 'htc-1 ! fail'
	screen_keys C-r
	tap_ok "Ctrl-R asks anew" shows 'asked anew'
	screen_keys F12
	tap_ok "F12 switches the mouse on" shows 'mouse on'
	command_line messages
	tap_ok ":messages keeps what was said" shows 'asked anew'
	screen_keys Escape
	command_line 'why htc-3'
	shows 'Why' >/dev/null || shows 'htc-3' >/dev/null
	screen_keys Escape F2
	screen_keys Escape '!'
	shows 'The same from a shell' >/dev/null
	screen_keys w Right Right
	tap_ok "w cuts long lines, and Right moves them" eventually_lacks 'paceline node show'
	screen_stop
}

# The hardware cursor, as a reader that follows it would be led.
cursor_on() {
	for _ in $(seq 100); do
		at=$(screen_tmux display-message -p -t t '#{cursor_flag} #{cursor_y}')
		line=$(screen_text_now | sed -n "$((${at#* } + 1))p")
		case "$at $line" in "1 "*"$1"*) return 0 ;; esac
		sleep 0.05
	done
	echo "cursor $at stands on: $line"
	return 1
}

reader() {
	at 80x24 -- --screen-reader
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	tap_ok "a reader's cursor stands on the row" cursor_on 'htc-1'
	screen_keys Down Down
	tap_ok "and follows it" cursor_on 'htc-3'
	tap_ok "the state is a word, not a sign" stays_without '! fail'
	screen_keys F6
	tap_ok "in a menu it stands on the choice" cursor_on 'their own'
	tap_ok "and there are no lines" stays_without '│'
	screen_keys Escape 0
	shows '[0 Deck]' >/dev/null
	tap_ok "and the news stand in one line" sh -c "TMUX_TMPDIR=$screen_dir tmux -L $screen_server capture-pane -p -t t | sed -n 23p | grep -q '12:04:02 demo'"
	screen_keys f
	tap_ok "in a prompt it is where one types" cursor_on 'filter: '
	screen_stop
}

# All four levels of asking, as lines (tui.md 4.3 and 8).
plain() {
	: >"$log"
	screen_start 80x24 "$lab" --plain --log "$log"
	screen_wait 'Type a command' >/dev/null
	screen_text help
	screen_keys Enter
	tap_ok "plain: help is one page" shows 'paceline help | less'
	screen_text 'help node'
	screen_keys Enter
	tap_ok "plain: and tells of a word what begins so" shows 'node drain CLUSTER NODE'
	screen_text 'help job submit'
	screen_keys Enter
	tap_ok "plain: of a command what it takes" shows 'Needs the role operator.'
	screen_text 'cluster list'
	screen_keys Enter
	tap_ok "plain: what only looks is not asked about" shows 'done'
	screen_text 'node drain demo htc-1 htc-2'
	screen_keys Enter
	tap_ok "plain: two drains are a question with numbers" shows '2 yes'
	screen_text 2
	screen_keys Enter
	tap_ok "plain: its number answers it" asked 'RUN node drain demo htc-1 htc-2'
	screen_text 'node terminate demo htc-3'
	screen_keys Enter
	tap_ok "plain: ending one is asked about" shows 'node terminate: '
	screen_text 1
	screen_keys Enter
	tap_ok "plain: 1 is no" shows 'Nothing was changed.'
	screen_text 'node terminate demo htc-3 htc-4'
	screen_keys Enter
	tap_ok "plain: ending several wants their number" shows 'These are 2: type'
	screen_text yes
	screen_keys Enter
	tap_ok "plain: and nothing else" test "$(grep -c terminate "$log")" = 0
	screen_text 'node terminate demo htc-3 htc-4'
	screen_keys Enter
	sleep 0.3
	screen_text 2
	screen_keys Enter
	tap_ok "plain: then it is done" asked 'RUN node terminate demo htc-3 htc-4'
	screen_stop
}

help_everywhere() {
	at 80x24
	screen_keys n
	shows 'NAME' >/dev/null || shows 'name' >/dev/null
	screen_settle
	screen_keys F1
	tap_ok "F1 in the wizard tells of the field" shows 'default   '
	tap_ok "and of the keys" shows 'the next step'
	screen_keys Escape
	tap_ok "closing it leaves the wizard where it was" shows 'Name of the cluster'
	screen_keys C-g
	tap_ok "Ctrl-G is the same" shows 'Help: any key closes it'
	screen_keys Escape Escape
	eventually_lacks 'Name of the cluster' >/dev/null
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys T
	shows 'Terminate' >/dev/null || shows 'erminat' >/dev/null
	sleep 0.5
	screen_keys '?'
	tap_ok "? in a question tells what confirms it" shows 'Enter, Esc and every other key mean No'
	screen_keys y
	tap_ok "the key that closes the help confirms nothing" shows 'Press y to go on.'
	screen_keys Escape
	eventually_lacks 'Press y to go on.' >/dev/null
	screen_keys :
	screen_text 'help node drain'
	screen_keys Enter
	tap_ok "help of a command says what it takes" shows 'node drain CLUSTER NODE'
	screen_keys F6 F1
	tap_ok "a menu has help, too" shows 'Up and Down choose'
	screen_stop
}

configured() {
	cat >"$conf" <<-EOF
		# mine
		set footer letters
		key x drain
		key X teardown
		key y teardown
		key d none
		site demo red TEST
		colour everything
	EOF
	at 80x24
	tap_ok "the site has its word" shows 'PACELINE TEST demo'
	tap_ok "and its colour, in the first cells of line 0" sh -c "TMUX_TMPDIR=$screen_dir tmux -L $screen_server capture-pane -e -p -t t | head -n 1 | grep -q '\[[0-9;]*41m PACELI'"
	tap_ok "settings come from the file" shows '?Help'
	leave
	at 160x45 # the name of the file may be long
	tap_ok "bad lines are counted, and the rest holds" shows '2 lines cannot be read: :messages tells each'
	command_line messages
	tap_ok "where each is named" shows 'console.conf, line 8: "colour"'
	tap_ok "a key that answers questions opens none" shows 'line 5: y answers questions'
	leave
	at 80x24
	screen_keys 2
	shows '[2 Nodes]' >/dev/null
	screen_keys d
	tap_ok "a key can be taken away" stays_without 'htc-1 d drain'
	screen_keys x
	tap_ok "and its act be given to another" shows 'htc-1 d drain'
	screen_keys X
	tap_ok "what tears down keeps its plan and its question" shows 'ype'
	screen_stop
}

for part in ${1-history_of_views copying marks columns saved prompts modes reader plain help_everywhere configured}; do
	fresh "$part"
	"$part"
done
tap_end
