#!/bin/bash
# What Tab completes behind ":": parameters of a cluster with their values, files, arrays; and blanks that mean nothing.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
mkdir -p "$screen_dir/scripts/deep"
printf '#!/bin/sh\n' >"$screen_dir/scripts/wing.sh"
printf '#!/bin/sh\n' >"$screen_dir/scripts/deep/tail.sh"

line() { # TEXT: typed into a line of its own
	screen_keys C-c
	eventually_lacks 'Complete' >/dev/null
	screen_keys :
	screen_wait 'Complete' >/dev/null
	screen_text "$1"
}

deck 100x30
line 'job  sub'
screen_keys Tab
tap_ok "two blanks are one" screen_wait ':job submit'
line '  job   submit  de'
screen_keys Tab
tap_ok "also before a word and behind the command" screen_wait ':  job   submit  demo'

line 'cluster update demo '
tap_ok "the cluster's parameters are asked for" asked 'GET /v1/clusters/demo/update'
tap_ok "and listed with what they are now" screen_wait 'Most htc nodes; now 16'
tap_ok "but for those that are fixed" eventually_lacks 'Where the machines stand'
screen_text htc_m
screen_wait '1 fit' >/dev/null
screen_keys Tab
tap_ok "Tab completes a name" screen_wait ':cluster update demo htc_max='
tap_ok "and tells what it takes" screen_wait 'htc_max   Most htc nodes, 0 to 1000; now 16'
screen_text '32 spot=m'
screen_wait '1 fit' >/dev/null
screen_keys Tab
tap_ok "then a value, where they are enumerated" screen_wait 'htc_max=32 spot=mixed'
line 'cluster update htc_s'
screen_wait 'Size of htc nodes; now' >/dev/null
screen_keys Tab
tap_ok "without a name it is the selected cluster" screen_wait ':cluster update htc_size='

line "job submit $screen_dir/scri"
screen_keys Tab
tap_ok "a folder goes on" screen_wait 'scripts/'
screen_text w
screen_keys Tab
tap_ok "a file ends" screen_wait 'scripts/wing.sh'
line "job submit demo $screen_dir/scripts/deep/"
tap_ok "what lies there is listed" screen_wait 'tail.sh'
line 'job submit demo x.sh --partition ht'
screen_keys Tab
tap_ok "a partition is an array" screen_wait '--partition htc'

screen_keys C-c
screen_wait '1 Clusters' >/dev/null
screen_text 3
line 'node drain demo ht'
tap_ok "nodes of the named cluster are asked for" asked 'GET /v1/clusters/demo/nodes?filter=name'
screen_wait '8 fit' >/dev/null
screen_keys Tab
tap_ok "and completed in a view of jobs" screen_wait ':node drain demo htc-'
screen_keys Tab
tap_ok "Tab once more takes the first" screen_wait ' 1 of '
screen_keys Tab
tap_ok "and then the next" screen_wait ' 2 of '
line deck
screen_keys Enter
eventually_lacks '[3 Jobs]' >/dev/null
screen_keys :
screen_wait 'Complete' >/dev/null
screen_text jobs
screen_keys Enter
tap_ok "the name of a view opens it" screen_wait '[3 Jobs]'
screen_stop
deck 80x24
screen_keys 2
screen_wait '[2 Nodes]' >/dev/null
screen_keys f
screen_text 'state:lo'
screen_keys Tab
tap_ok "states are offered by the words of their column, too" screen_wait 'state:lost'
screen_stop
tap_end
