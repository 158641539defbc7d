#!/bin/bash
# The Deck on a made-up site: its pictures, what its keys do at the engine, what it refuses, and what it costs on the wire.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

pictures() {
	for size in 80x24 120x35 160x45 60x15 40x10; do
		deck "$size"
		screen_golden "deck/$size"
	done
	screen_resize 80x24
	screen_golden deck/80x24
	screen_resize 12x3
	tap_ok "a tiny terminal is no reason to stop" screen_settle
	deck 80x24
	screen_golden_colour deck/80x24_colours
	deck 80x24 -- --theme mono
	screen_golden_colour deck/80x24_mono
	deck 80x24 NO_COLOR=1
	screen_golden_colour deck/80x24_mono # the same: without colours there is no other
	deck 80x24 LC_ALL=C
	screen_golden deck/80x24_ascii
	deck 80x24 -- --ascii
	screen_golden deck/80x24_ascii
	deck 80x24 -- --empty
	screen_golden deck/empty
	deck 120x35 -- --many 400
	screen_keys Down
	screen_wait 'Nodes cfd' >/dev/null
	screen_golden deck/map_120x35
	deck 80x24 -- --letters
	tap_ok "the footer shows letters when asked" screen_wait '?Help'
	screen_stop
}

panes() {
	deck 80x24
	screen_keys Down
	screen_golden deck/other_cluster # the panes follow
	screen_keys Up Tab Right Right
	tap_ok "the node under the cursor says why" screen_wait 'htc-3 ! failed since 11:59:57  boot failed: mount /shared timed out'
	order node htc-3 busy
	tap_ok "the cursor stays on its node" screen_wait 'htc-3 # busy'
	screen_keys m
	screen_golden deck/node_list
	screen_keys f
	screen_text 'state:fail'
	screen_keys Enter
	tap_ok "a filter is shown with its count" screen_wait '/state:fail  0 of 8'
	order node htc-4 failed
	tap_ok "the filter goes on" screen_wait '/state:fail  1 of 8'
	screen_keys Escape
	tap_ok "Esc clears the filter" screen_wait '8/20'
	screen_keys Tab f
	screen_text 'user:alice'
	screen_keys Enter
	tap_ok "jobs are filtered by the engine" screen_wait '/user:alice  2 of 8'
	screen_keys Escape / w i n g Enter
	sleep 0.2
	screen_keys e
	tap_ok "find goes to the row, e explains it" screen_wait 'Why: 14'
	screen_keys Escape Escape Z
	tap_ok "Z opens the full view with the row that was chosen" screen_wait '>  14 '
	screen_keys Enter
	sleep 0.5
	screen_golden deck/job_detail
	screen_keys Escape
	screen_wait 'F9Cancel' >/dev/null
	screen_keys Z
	screen_wait '[0 Deck]' >/dev/null
	screen_keys '?'
	screen_wait 'type to search keys' >/dev/null
	screen_golden deck/help
	screen_text drain
	screen_golden deck/help_searched
	screen_keys Escape F2
	screen_golden deck/menu
	screen_keys Escape '!'
	tap_ok "! says the same for a shell" screen_wait 'paceline job submit demo --sample'
	screen_keys Escape
	screen_paste 'D q'
	tap_ok "a paste outside a text field is dropped" screen_wait 'paste ignored (3 characters)'
	screen_stop
}

views() {
	for size in 80x24 120x35 160x45 60x15 40x10; do
		deck "$size"
		for view in 1:clusters 2:nodes 3:jobs; do
			screen_keys "${view%:*}"
			sleep 0.5 # what is asked for once the cursor rests
			screen_golden "views/${view#*:}_$size"
		done
	done
	deck 80x24
	screen_keys Tab Right Right Enter
	tap_ok "Enter on a node of the Deck opens the view at that node" screen_wait '>  htc-3 '
	screen_keys Enter
	screen_wait 'the decision says' >/dev/null
	screen_golden views/node_80x24
	screen_keys Escape
	tap_ok "Esc goes back to the table" screen_wait '>  htc-3 '
	screen_keys Escape
	tap_ok "and to the Deck" screen_wait '[0 Deck]'
	screen_keys 3
	screen_wait 'demo > jobs' >/dev/null
	screen_keys Down Down 0
	tap_ok "0 goes back to the pane that had the keys" screen_wait 'F7Drain'
	screen_keys 3
	tap_ok "and the view keeps its place" screen_wait '>  12_2'
	screen_keys f
	screen_text 'user:alice'
	screen_keys Enter
	tap_ok "a filter stands in the line of the place" screen_wait 'demo > jobs   filter: user:alice'
	screen_keys 1 3
	tap_ok "and stays with its tab" screen_wait 'demo > jobs   filter: user:alice'
	screen_keys Escape Tab
	tap_ok "Tab shows the next cluster" screen_wait 'cfd > jobs'
	screen_keys Tab
	tap_ok "and comes round" screen_wait 'demo > jobs'
	screen_keys '?'
	tap_ok "help knows the view's keys" screen_wait '0 to 6'
	screen_stop
}

map() {
	deck 120x35 -- --many 400
	screen_keys Down 2
	screen_wait '400 of 400' >/dev/null
	screen_keys m
	screen_wait 'shade state' >/dev/null
	sleep 0.3
	screen_golden views/map_120x35
	screen_keys Down Right
	tap_ok "arrows go from cell to cell, down by a line" screen_wait 'hpc-22 '
	order node hpc-22 failed
	tap_ok "the node's word follows" screen_wait 'hpc-22 ! failed'
	screen_keys Enter
	tap_ok "Enter opens the node" screen_wait 'cfd > nodes > hpc-22'
	screen_keys Escape
	tap_ok "Esc goes back to the map" screen_wait 'shade state'
	screen_keys m
	tap_ok "the table has the same node under its cursor" screen_wait '>  hpc-22 '
	screen_keys m F8 F8 F8 F8 F8
	tap_ok "F8 shows other shades" screen_wait 'shade age'
	screen_keys s
	screen_wait 'their own' >/dev/null
	screen_keys Down Down Down Down Down Enter
	tap_ok "the order is the group" screen_wait 'sort:zone'
	sleep 0.5
	screen_golden views/map_zones_120x35
	screen_keys 0 2
	tap_ok "the tab remembers the map" screen_wait 'shade age'
	screen_keys f
	screen_text 'state:fail'
	screen_keys Enter
	tap_ok "a filter holds in the map, too" screen_wait '5 of 400'
	deck 80x24 -- --many 2000
	screen_keys Down 2 m
	screen_wait 'shade state' >/dev/null
	sleep 0.5
	screen_golden views/map_80x24
	screen_keys End
	tap_ok "its end is in sight" screen_wait 'hpc-1992 '
	screen_golden views/map_end_80x24
	screen_keys m g
	tap_ok "the first row" screen_wait '>  hpc-1 '
	screen_keys G
	tap_ok "and the last, far outside of what was here" screen_wait '>  hpc-1992 '
	screen_stop
}

folding() {
	deck 80x24
	screen_keys 3
	screen_wait '12_1 ' >/dev/null
	screen_keys Enter
	tap_ok "Enter opens what is known of a job" screen_wait 'why        waits: 2 nodes boot'
	order full
	tap_ok "which stays true while the job goes on" screen_wait 'why        quota: westeurope'
	screen_stop

	deck 80x24
	screen_keys 3
	screen_wait '12_1 ' >/dev/null
	screen_keys m
	tap_ok "arrays are folded into one row" screen_wait '4 run, 33 wait of 37'
	sleep 0.5
	screen_golden views/folded_80x24
	screen_keys G g Enter
	tap_ok "Enter opens an array" screen_wait 'demo > jobs > 12 '
	screen_wait '12_4' >/dev/null
	tap_ok "into its tasks alone" lacks 'cfd-wing'
	screen_keys Escape
	tap_ok "Esc folds it again" screen_wait '>  +12 [37]'
	screen_keys H
	tap_ok "an act on it is one on the array" screen_wait 'H (keep it from starting): only a job that waits'
	screen_keys c
	tap_ok "and is asked about by its tasks, not by its row" screen_wait '37 tasks, 4 of them run now'
	screen_keys Escape
	screen_keys m
	screen_wait '12_4' >/dev/null
	screen_stop
}

acting() {
	deck 80x24
	screen_keys 3 Down H
	tap_ok "a running job is not held, and that is said" screen_wait 'H (keep it from starting): only a job that waits can be held'
	screen_keys G k H
	tap_ok "one waiting job is held without a question" asked '/jobs/hold {"ids":["14"]}'
	tap_ok "and says what takes it back" screen_wait '14 does not start before it is released; u takes it back (30 s)'
	screen_keys u
	tap_ok "u releases it" asked '/jobs/release {"ids":["14"]}'
	screen_keys g Down Space Space c
	tap_ok "two jobs are asked about with what they are" screen_wait '2 tasks, all run now'
	sleep 0.5
	screen_golden views/cancel_80x24
	screen_keys y
	tap_ok "a y is not enough for two" not_asked '/jobs/cancel'
	tap_ok "the count needs no Enter, which is told" screen_wait 'The number alone goes on'
	screen_keys BSpace 2 Enter
	tap_ok "their count is" asked '/jobs/cancel {"ids":['
	tap_ok "and Enter out of habit opens no row: they are gone" screen_wait '12_[1-2] are cancelled'
	screen_keys F9
	screen_wait 'Cancel 1 job' >/dev/null
	sleep 0.5
	screen_keys F9 Enter
	tap_ok "neither the key that opened nor Enter confirms" screen_wait 'nothing was changed'
	screen_keys Q
	screen_wait 'Requeue 1 job' >/dev/null
	sleep 0.5
	screen_keys y
	tap_ok "another's or not, one key requeues one job" eventually_asked '/jobs/requeue {"ids":["12_'

	deck 80x24 # whose last message might stand there, or not any more
	screen_keys 2 s
	tap_ok "F6 lists the orders" screen_wait 'their own'
	screen_golden views/sort_80x24
	screen_keys Down Enter
	tap_ok "the order is in the line of the place" screen_wait 'sort:state'
	screen_keys s Enter
	tap_ok "the same again reverses it" screen_wait 'sort:-state'
	screen_keys f
	screen_text 'bad:x'
	tap_ok "a filter says where it is wrong while it is typed" screen_wait '? filter: bad:x'
	tap_ok "and where" screen_wait 'at character 1: there is no field "bad"'
	screen_keys Escape
	screen_wait 'F9Terminate..' >/dev/null
	tap_ok "Esc brings the old one back" lacks 'bad:'
	screen_keys f
	screen_text 'state:fail'
	tap_ok "the count follows what is typed" screen_wait '1 of 8'
	screen_keys Enter '$'
	tap_ok "the sign of a prompt opens a shell on the node" screen_wait 'shell on htc-3'
	screen_keys Enter
	tap_ok "and the screen comes back" screen_wait 'demo > nodes   filter: state:fail'
	screen_keys T
	tap_ok "terminate tells what it saves" screen_wait 'saves $0.017/h'
	sleep 0.5
	screen_keys y
	tap_ok "and is asked for with its reason" eventually_asked '/nodes/terminate {"nodes":["htc-3"],"reason":"asked for at the console","force":true}'
	screen_keys Escape !
	tap_ok "! knows the view's acts" screen_wait 'paceline node terminate demo htc-'
	deck 80x24 -- --many 400
	screen_keys Down 2 '*'
	tap_ok "* marks all, also those that were never on the screen" screen_wait '400 marked'
	screen_keys d
	tap_ok "they are told as a list" screen_wait 'drain 400 nodes? y/N'
	sleep 0.5
	screen_keys y
	tap_ok "and all are named to the engine" screen_wait 'hpc-[1-400] take no new jobs'
	screen_stop
}

lamps() {
	deck 80x24
	order cloud down
	tap_ok "a cloud that does not answer is said with its reason" screen_wait 'cloud NO ANSWER for 3m  scheduler ok  '
	tap_ok "and what is shown of its machines has their age" screen_wait '─ STALE 3m'
	deck 80x24
	order stale
	tap_ok "a stale queue has a badge with its age" screen_wait 'STALE 3m'
	order link lost
	tap_ok "without an engine the picture stays" screen_wait 'this picture is frozen'
	screen_golden deck/lost
	screen_keys 2
	tap_ok "in the views, too, where the tabs stay" screen_wait '[2 Nodes]'
	tap_ok "beside what is wrong" screen_wait 'LOST, this picture is frozen'
	screen_keys 0
	screen_wait '[0 Deck]' >/dev/null
	screen_keys S
	tap_ok "and nothing can be changed" screen_wait 'S (start the cluster): no connection to the engine'
	order link live
	tap_ok "the engine is back" screen_wait 'engine ok'
	order role viewer
	tap_ok "a viewer is told so" screen_wait '[RO]'
	screen_keys n
	tap_ok "and makes nothing" screen_wait 'n (new cluster): needs role operator'
	screen_keys Escape D
	tap_ok "a viewer may read the plan of a teardown" screen_wait 'cannot be confirmed here: needs role operator'
	screen_keys Escape
	tap_ok "nothing was asked for" not_asked POST
	screen_stop
}

wizard_open() {
	screen_keys n
	screen_wait 'Name of the cluster' >/dev/null
}

to_review() {
	screen_keys PageDown PageDown PageDown PageDown PageDown
	screen_wait 'Press C to create' >/dev/null
	sleep 0.4 # a review is deaf at first
}

wizard() {
	drafts=$screen_dir/state
	for size in 80x24 120x35 160x45 60x15 40x10; do
		rm -rf "$drafts"
		deck "$size" TZ=UTC -- --drafts "$drafts"
		screen_keys BTab
		wizard_open
		screen_keys PageDown PageDown PageDown Tab
		screen_text 64
		tap_ok "a quota that is too small is told at its field ($size)" screen_wait '! quota allows 32'
		screen_golden "deck/wizard_$size"
		screen_keys PageDown PageDown
		screen_wait 'start it at once' >/dev/null
		sleep 0.5
		screen_golden "deck/wizard_review_$size"
	done
	rm -rf "$drafts"
	deck 80x24 TZ=UTC -- --drafts "$drafts"
	screen_keys BTab
	wizard_open
	screen_wait '[ok] name free' >/dev/null
	screen_golden deck/wizard
	screen_text 'demo'
	tap_ok "a name that is taken is told while it is typed" screen_wait 'there is a cluster of this name already'
	screen_text '3'
	tap_ok "and so is one that is free" screen_wait '[ok] name free'
	screen_keys PageDown PageDown PageDown F2
	tap_ok "F2 asks the engine what there is" screen_wait 'InfiniBand $3.96/h'
	screen_text HB
	screen_wait 'filter: HB' >/dev/null
	screen_golden deck/wizard_list
	screen_keys Enter Down Down Right
	tap_ok "few choices stand side by side" screen_wait '(*) dedicated'
	screen_keys F6
	tap_ok "F6 shows the values as YAML" screen_wait 'YAML  (F6: JSON)'
	screen_keys F6
	tap_ok "again as JSON for the API" screen_wait 'POST /v1/clusters'
	screen_keys F6
	tap_ok "and again for a shell" screen_wait 'paceline cluster create demo3 slurm htc_size=Standard_HB120rs_v3'
	screen_keys Escape
	order link lost
	screen_keys Down Right PageDown
	tap_ok "typing goes on without an engine" screen_wait 'Home folders'
	order link live
	tap_ok "and it is checked when it is back" screen_wait '[ok] name free'
	screen_keys Escape
	tap_ok "Esc keeps the draft" screen_wait 'the draft is kept'
	tap_ok "which nobody else may read" [ "$(stat -c %a "$drafts/drafts/slurm.json")" = 600 ]
	tap_ok "nothing was created" not_asked 'POST /v1/clusters '
	deck 80x24 TZ=UTC -- --drafts "$drafts"
	tap_ok "the next console tells of it" screen_wait 'a new cluster from slurm was not finished'
	screen_keys BTab
	screen_keys n
	tap_ok "and goes on where it was" screen_wait 'goes on with the draft of 11-23 12:04'
	screen_keys PageDown
	screen_wait 'Press C to create' >/dev/null
	screen_keys C
	tap_ok "too early a C is not heard" not_asked 'POST /v1/clusters '
	sleep 0.2
	screen_keys Enter c y F9
	screen_paste C
	tap_ok "no other key creates" not_asked 'POST /v1/clusters '
	screen_keys C
	tap_ok "C does" asked 'POST /v1/clusters {"name":"demo3","template":"slurm","params":["htc_size=Standard_HB120rs_v3","spot=dedicated","ib=yes"]}'
	tap_ok "and starts" asked 'POST /v1/clusters/demo3/start'
	tap_ok "and the draft is gone" [ ! -e "$drafts/drafts/slurm.json" ]
	deck 80x24 TZ=UTC -- --drafts "$drafts"
	screen_keys BTab n
	screen_text 'mine'
	screen_keys PageDown PageDown PageDown PageDown PageDown
	screen_wait 'Press C to create' >/dev/null
	sleep 0.4
	screen_keys C
	tap_ok "a cluster with the defaults: n, its name, PgDn five times, C" asked 'POST /v1/clusters {"name":"mine"'
	screen_stop
}

# An editor that does what its first word says to the file in its last.
fake_editor() {
	cat >"$screen_dir/editor" <<'END'
#!/bin/sh
for file; do :; done
echo "$@" >>"${0%/*}/edited"
sed -i "$1" "$file"
END
	chmod +x "$screen_dir/editor"
}

templates() {
	mine=$screen_dir/mine
	fake_editor
	deck 80x24 EDITOR="$screen_dir/editor s/max:/maxx:/" -- --templates "$mine"
	screen_keys 6
	tap_ok "the view tells the parameters" screen_wait 'htc_max      int      16'
	screen_golden deck/templates
	for size in 120x35 160x45 60x15; do
		deck "$size"
		screen_keys 6
		screen_wait 'slurm' >/dev/null
		screen_golden "deck/templates_$size"
	done
	deck 80x24 EDITOR="$screen_dir/editor s/max:/maxx:/" -- --templates "$mine"
	screen_keys 6
	screen_wait 'htc_max' >/dev/null
	screen_keys t
	tap_ok "t shows the text with its lines" screen_wait '3    max: {type: int}'
	screen_keys Escape E
	tap_ok "what is not one's own is copied" screen_wait 'a copy called: my-slurm'
	screen_keys Enter
	tap_ok "the engine checks what was edited" screen_wait '!  unknown key "maxx"; did you mean "max"?'
	screen_golden deck/template_wrong
	tap_ok "what is wrong is not taken" [ ! -e "$mine/my-slurm.yaml" ]
	tap_ok "and not lost" grep -q maxx: "$mine/my-slurm.yaml.new"
	deck 80x24 EDITOR="$screen_dir/editor s/maxx:/max:/;s/Slurm/Mine/" -- --templates "$mine"
	screen_keys 6
	screen_wait 'htc_max' >/dev/null
	screen_keys E
	screen_wait 'a copy called' >/dev/null
	screen_keys Enter
	tap_ok "the next edit goes on with it, and is taken" screen_wait 'my-slurm.yaml is kept'
	tap_ok "under its name" grep -q '^title: Mine' "$mine/my-slurm.yaml"
	tap_ok "alone" [ "$(ls "$mine")" = my-slurm.yaml ]
	deck 80x24 EDITOR="$screen_dir/none" -- --templates "$mine"
	screen_keys 6
	screen_wait 'htc_max' >/dev/null
	screen_keys E
	screen_wait 'a copy called' >/dev/null
	screen_keys Enter
	tap_ok "an editor that is not there is said" screen_wait 'none'
	deck 80x24 EDITOR=false -- --templates "$mine"
	screen_keys 6
	screen_wait 'htc_max' >/dev/null
	screen_keys E
	screen_wait 'a copy called' >/dev/null
	screen_keys Enter
	tap_ok "and one that failed" screen_wait 'the editor failed; nothing was changed'
	tap_ok "of both no copy is left" [ "$(ls "$mine")" = my-slurm.yaml ]
	screen_stop
}

events() {
	deck 80x24
	screen_keys 4
	tap_ok "events follow what is new" screen_wait 'FOLLOW '
	screen_keys P
	tap_ok "P leaves what people did" screen_wait 'filter: !who:engine'
	screen_keys W
	tap_ok "W leaves warnings and errors" screen_wait 'filter: level:warn,error'
	screen_keys W
	tap_ok "and again shows all" eventually_lacks 'filter: '
	screen_keys Down
	tap_ok "a chosen row stays where it is" eventually_lacks 'FOLLOW '
	screen_keys F
	tap_ok "F follows again" screen_wait 'FOLLOW '
	screen_stop
}

cost() {
	for size in 80x24 120x35 160x45 60x15; do
		deck "$size"
		screen_keys 5
		screen_wait 'idle waste' >/dev/null
		screen_golden "deck/cost_$size"
	done
	deck 80x24
	screen_keys 5 b
	tap_ok "b groups by array" screen_wait 'demo htc '
	screen_keys b
	tap_ok "by user" screen_wait 'alice '
	screen_keys b
	tap_ok "by account" screen_wait "physics "
	screen_keys b
	tap_ok "by job" screen_wait '12 op monte-carlo'
	screen_keys p
	tap_ok "p takes another period" asked 'GET /v1/cost?from=1795392000000'
	tap_ok "whose columns are hours" screen_wait 'a column is one hour'
	screen_stop
}

life() {
	deck 80x24
	screen_keys BTab
	wizard_open
	to_review
	screen_keys Space C
	tap_ok "create sends the template" asked 'POST /v1/clusters {"name":"slurm","template":"slurm","params":[]}'
	tap_ok "and selects the new cluster" screen_wait 'Nodes slurm'
	screen_wait 'off: S starts it' >/dev/null
	screen_golden deck/created
	screen_keys S
	tap_ok "start is asked for" asked 'POST /v1/clusters/slurm/start'
	tap_ok "its steps are shown" screen_wait 'start > '
	tap_ok "until it runs" screen_wait 'J submits a job' 10
	screen_keys J
	tap_ok "J opens a form with the sample job" screen_wait 'templates/jobs/monte-carlo.sh'
	screen_wait '4 new nodes' >/dev/null
	tap_ok "and submits nothing by itself" not_asked 'POST /v1/clusters/slurm/jobs {'
	screen_keys F8
	tap_ok "the sample job travels as text" asked '"script_text":"#!/bin/sh\n'
	tap_ok "and has a number" screen_wait 'job 16 is in the queue of slurm: monte-carlo.sh'
	screen_keys u
	tap_ok "u takes back the last act or none: a submit is cancelled" \
		screen_wait 'u (take the last act back): not job 16: cancel the job instead'
	screen_stop

	deck 80x24
	screen_keys Tab d
	tap_ok "drain needs no question for one node" asked '/nodes/drain {"nodes":["htc-1"]'
	tap_ok "the glyph follows" screen_wait 'd#!##=++'
	screen_keys u
	tap_ok "u takes it back" asked '/nodes/undrain {"nodes":["htc-1"]}'
	tap_ok "and says so" screen_wait 'taken back: the drain of htc-1'
	screen_keys u
	tap_ok "once" screen_wait 'u (take the last act back): nothing in the last 30 s'
	screen_keys m Space Space d
	tap_ok "two nodes are asked about" screen_wait 'drain 2 nodes? y/N'
	screen_keys y
	tap_ok "too early a y is not heard" not_asked '"htc-2"'
	sleep 0.2
	screen_keys y
	tap_ok "then it is" asked '/nodes/drain {"nodes":["htc-1","htc-2"]'
	screen_stop
}

prompt() {
	deck 80x24
	screen_keys :
	screen_text 'cluster l'
	screen_keys Tab Enter
	screen_golden deck/command_result
	screen_keys Escape :
	screen_text 'node drain demo htc-[6-7]'
	screen_keys Enter
	tap_ok "several are asked about with what follows" screen_wait 'drain 2 nodes? y/N   deleted once their jobs have ended'
	screen_keys Escape 2
	screen_wait '[2 Nodes]' >/dev/null
	screen_keys :
	screen_text 'node drain demo htc-[1-2]'
	screen_keys Enter
	tap_ok "in the words of their key where their rows are here" screen_wait 'drain 2 nodes? y/N   deleted once their 2 jobs have ended'
	screen_keys Escape 0
	screen_wait '[0 Deck]' >/dev/null
	screen_keys :
	screen_text 'node drain htc-4'
	screen_keys Enter
	tap_ok "the selected cluster is filled in" asked 'RUN node drain demo htc-4'
	tap_ok "what its key does is told as by the key" screen_wait 'htc-4: no new jobs, deleted once it is empty; u takes it back (30 s)'
	screen_keys u
	tap_ok "and taken back as by the key" asked 'POST /v1/clusters/demo/nodes/undrain {"nodes":["htc-4"]}'
	screen_keys :
	screen_text 'why 42'
	screen_keys Enter
	tap_ok "a job needs no cluster before it" asked 'RUN why demo 42'
	screen_keys :
	screen_text 'node terminate htc-4'
	screen_keys Enter
	tap_ok "a command that ends work asks" screen_wait 'Press y to go on'
	sleep 0.4
	screen_keys Enter
	tap_ok "Enter is no" screen_wait 'nothing was changed'
	tap_ok "and nothing ran" not_asked 'RUN node terminate'
	screen_keys :
	screen_text 'nodee'
	screen_keys Enter
	tap_ok "a slip is helped" screen_wait 'did you mean "node"'
	screen_keys :
	screen_text 'ssh'
	screen_keys Enter
	tap_ok "what needs a shell says so" screen_wait 'runs from a shell'
	screen_keys :
	screen_text 'cluster delete demo'
	screen_keys Enter
	tap_ok "the command line is no way around the plan" screen_wait 'Teardown demo'
	screen_keys Escape
	screen_stop
}

teardown() {
	deck 80x24
	screen_keys D
	tap_ok "the plan is shown first" screen_wait 'DATA LOST'
	sleep 0.5
	screen_golden deck/teardown_plan
	screen_keys F9
	screen_text 'demo'
	screen_keys F9
	tap_ok "F9 is off while a loss is not accepted" not_asked POST
	screen_keys C-u Space
	screen_paste demo
	tap_ok "a pasted name is refused" screen_wait 'paste refused: type it'
	screen_text 'dem'
	screen_keys F9
	tap_ok "a wrong name does nothing" not_asked POST
	screen_keys Enter
	tap_ok "Enter after it does nothing" screen_wait 'Enter does nothing here'
	screen_keys Escape
	tap_ok "Esc is no" screen_wait 'nothing was changed'
	screen_keys D
	screen_wait 'DATA LOST' >/dev/null
	sleep 0.5
	screen_keys Space
	screen_text 'demo'
	screen_keys F9
	tap_ok "a countdown follows" screen_wait 'Any key cancels'
	sleep 0.5
	screen_keys x
	tap_ok "any key ends it" screen_wait 'nothing was changed'
	tap_ok "nothing was sent" not_asked POST
	screen_keys F9
	tap_ok "opened by F9 it is confirmed by F8" screen_wait 'F8 is off until'
	order halt drain
	sleep 0.5
	screen_keys Space
	screen_text 'demo'
	screen_keys F8
	tap_ok "the engine gets hash and name" eventually_asked 'POST /v1/clusters/demo/teardown {"plan_hash":"c0ffee11d00dfeed","typed_name":"demo","force":false}'
	tap_ok "its stages are shown" screen_wait '[>>] drain'
	screen_golden deck/teardown_progress
	screen_keys Escape
	tap_ok "leaving does not stop it" screen_wait 'goes on; D shows it again'
	screen_keys D
	order halt
	tap_ok "the closing report proves it" screen_wait 'verified gone by name: 5 resources' 10
	screen_golden deck/teardown_report
	screen_stop
	deck 80x24
	screen_keys D
	screen_wait 'DATA LOST' >/dev/null
	sleep 0.5
	screen_keys Space
	screen_text 'demo'
	screen_keys F9
	tap_ok "the undo stage is seen" screen_wait '[>>] undo' 8
	screen_keys u
	tap_ok "u takes the teardown back" screen_wait 'demo stays: taken back before the first call'
	screen_stop
}

eventually_asked() {
	for _ in 1 2 3 4; do
		asked "$1" >/dev/null && return 0
	done
	asked "$1"
}

plain() {
	deck_plain() { printf '%s\n' "$@" | timeout 20 "$lab" --plain --log "$log" >"$screen_dir/out" 2>&1; }
	deck_plain 'cluster list' quit
	tap_ok "plain mode says the header once" grep -q '^Paceline demo, role operator, SIMULATED CLOUD' "$screen_dir/out"
	tap_ok "and the clusters" grep -q '^cluster demo: running, 8 of 20 nodes, 4 jobs run, 35 wait' "$screen_dir/out"
	tap_ok "and how many events there were before" grep -q '^The last 3 of 4 events; "events --most 4" lists more:' "$screen_dir/out"
	tap_ok "which it leaves out" [ "$(grep -c 'joined after 62 s' "$screen_dir/out")" = 0 ]
	tap_ok "and events as sentences" grep -q '^12:03:41 demo warning: htc-3 boot failed' "$screen_dir/out"
	tap_ok "and its exit code is that of lines that went well" deck_plain 'cluster list' quit
	tap_ok "a line of a pipe that failed is its exit code" sh -c "! printf 'frobnicate\ncluster list\n' | timeout 20 '$lab' --plain --log '$log' >'$screen_dir/failed' 2>&1"
	tap_ok "and the others are done" grep -q '^cfd  pbs  off' "$screen_dir/failed"
	tap_ok "and runs commands" grep -q '^cfd  pbs  off' "$screen_dir/out"
	screen_start 80x24 TERM=dumb "$lab"
	mkfifo "$screen_dir/silent" && exec 7<>"$screen_dir/silent"
	{ timeout 20 "$lab" --plain --log "$log" <&7; echo "ended $?" >"$screen_dir/ended"; } | head -1 >/dev/null
	tap_ok "plain mode ends when nobody reads any more" grep -q '^ended 1$' "$screen_dir/ended"
	deck_plain 'cluster list' 'cluster list'
	tap_ok "lines of a pipe wait for each other, and its end is the end" [ "$(grep -c '^cfd  pbs  off' "$screen_dir/out")" = 2 ]
	tap_ok "a dumb terminal gets plain lines" screen_wait 'No screen here (TERM is dumb): plain lines instead.'
	: >"$log"
	screen_stop
	screen_start 80x24 "$lab" --plain --log "$log"
	screen_wait 'Type a command' >/dev/null
	screen_text 'cluster delete demo'
	screen_keys Enter
	tap_ok "a teardown in plain mode asks for each loss" screen_wait 'Do you accept the loss of shared (/shared)?'
	screen_text yes
	screen_keys Enter
	tap_ok "then for the name" screen_wait 'Type the name of the cluster'
	screen_text demi
	screen_keys Enter
	tap_ok "a wrong name changes nothing" screen_wait 'Nothing was changed.'
	tap_ok "and is not sent" not_asked POST
	screen_text 'cluster delete demo'
	screen_keys Enter
	sleep 0.3
	screen_text yes
	screen_keys Enter
	sleep 0.1
	screen_text demo
	screen_keys Enter
	sleep 0.1
	screen_text begin
	screen_keys Enter
	tap_ok "the whole way is the same act" eventually_asked 'POST /v1/clusters/demo/teardown {"plan_hash":"c0ffee11d00dfeed","typed_name":"demo","force":false}'
	tap_ok "and ends with the proof" screen_wait 'left: nothing' 15
	screen_stop
	deck_plain 'why 42' quit
	tap_ok "in lines, too, a job alone is not taken for a cluster" grep -q '^error: CLUSTER is missing: there are demo ' "$screen_dir/out"
	deck_plain 'cluster delete demo' no quit
	tap_ok "the plan in lines names words, not keys" grep -q 'waited for (--force --reason WHY: KILL)' "$screen_dir/out"
	tap_ok "and no keys" [ "$(grep -cE 'Space|\(Enter' "$screen_dir/out")" = 0 ]
	deck_plain 'cluster delete demo --force' quit
	tap_ok "which it understands" grep -q 'error: --force kills running jobs: say why, with --reason WHY' "$screen_dir/out"
	: >"$log"
	deck_plain 'cluster delete demo --force --reason test --keep none' yes yes demo begin quit
	tap_ok "killed jobs are a loss" grep -q 'Do you accept the loss of 4 running jobs' "$screen_dir/out"
	tap_ok "and another plan" asked '{"plan_hash":"f04c0ffee11d00d","typed_name":"demo","force":true,"reason":"test"}'
	tap_ok "the plan is the one that the words ask for" asked 'GET /v1/clusters/demo/teardown?keep='
	deck_plain 'cluster delete demo --force --reason test --plan c0ffee11d00dfeed' quit
	tap_ok "a gentle plan is not done by force" grep -q 'error: this is not plan c0ffee11d00d any more, or it is one without force' "$screen_dir/out"
}

# bytes_of COMMAND...: what the command makes the Deck send.
bytes_of() {
	before=$(screen_bytes)
	"$@"
	sleep 0.4
	echo $(($(screen_bytes) - before))
}

at_most() {
	echo "$1 bytes, at most $2"
	[ "$1" -le "$2" ]
}

budgets() {
	for limit in 80x24:4096 160x45:9216 200x60:12288; do
		deck "${limit%:*}"
		tap_ok "the first frame at ${limit%:*} has at most ${limit#*:} bytes" at_most "$(screen_bytes)" "${limit#*:}"
	done
	deck 200x60 -- --many 400
	screen_keys Down
	screen_wait 'Nodes cfd' >/dev/null
	screen_settle
	sizes=()
	for i in 20 65 110 155 203; do
		sizes+=("$(bytes_of order node "hpc-$i" idle)")
	done
	median=$(printf '%s\n' "${sizes[@]}" | sort -n | sed -n 3p)
	tap_ok "a changed node takes at most 128 bytes (${sizes[*]})" at_most "$median" 128
	deck 120x35 -- --many 400
	screen_keys Down Tab
	screen_wait 'hpc-1 ' >/dev/null
	screen_settle
	screen_keys 2 m
	screen_wait 'shade state' >/dev/null
	screen_settle
	sizes=()
	for i in 20 65 110 155 203; do
		sizes+=("$(bytes_of order node "hpc-$i" draining)")
	done
	median=$(printf '%s\n' "${sizes[@]}" | sort -n | sed -n 3p)
	tap_ok "a changed node of the full map takes at most 128 bytes (${sizes[*]})" at_most "$median" 128
	tap_ok "an arrow key in the full map takes at most 450 bytes" at_most "$(bytes_of screen_keys Right)" 450
	screen_keys 0
	screen_settle
	tap_ok "an arrow key in the map takes at most 128 bytes" at_most "$(bytes_of screen_keys Right)" 128
	deck 80x24
	screen_keys Tab Tab
	sleep 0.3
	tap_ok "an arrow key in a list takes at most 64 bytes" at_most "$(bytes_of screen_keys Down)" 64
	idle=$(bytes_of sleep 5)
	tap_ok "nothing is sent while nothing changes" at_most "$idle" 20 # a minute may begin
	screen_stop
}

leaving() {
	deck 80x24 -- --stats
	screen_keys q
	tap_ok "q leaves" screen_wait_exit
	tap_ok "and says that the engine goes on" screen_wait 'The engine and its clusters go on'
	tap_ok "with code 0" [ "$(screen_exit_code)" = 0 ]
	deck 80x24
	screen_keys C-c
	screen_wait 'Ctrl-C once more leaves' >/dev/null
	screen_keys C-c
	tap_ok "Ctrl-C twice leaves" screen_wait_exit
	deck 80x24
	kill -TERM "$(screen_pid)"
	tap_ok "SIGTERM ends it" screen_wait_exit 2
	screen_stop
}

for part in ${PARTS:-pictures panes views map folding acting lamps life wizard templates events cost prompt teardown plain budgets leaving}; do
	$part
done
tap_end
