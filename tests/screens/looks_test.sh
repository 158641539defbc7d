#!/bin/bash
# What somebody sees who looks at the console for the first time: names that are whole, boxes that tell the truth, lamps for what
# goes on elsewhere, cells and numbers that agree.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

# Columns
deck 80x24
order user researcher-anna
screen_keys 3
tap_ok "a user's name is whole at 80 columns" screen_wait 'researcher-anna PEND'
screen_keys C
tap_ok "a column that is shown is ticked, whatever its title is here" screen_wait '[x] PARTITION'
tap_ok "and the count of nodes" screen_wait '[x] NODES'
tap_ok "one that there is no room for says so" screen_wait '[~] LIMIT         no room at this width'
screen_keys Down Space
tap_ok "one that was put away is off" screen_wait '[ ] USER          off'
screen_keys u
tap_ok "u shows the usual ones again" screen_wait '[x] USER'
screen_keys Escape
screen_resize 160x45
screen_keys C
tap_ok "with room all are shown" screen_wait '[x] TASKS'
screen_stop
deck 80x24 -- --ops
screen_keys o
tap_ok "operations fit into 80 columns: since when, next try, last error" screen_wait 'FOR NEXT TRY LAST ERROR / NOW'
screen_stop

# A filter on its way
deck 80x24
screen_keys 2 f
screen_text 'state'
tap_ok "a field's name alone empties nothing" screen_wait '? filter: state'
tap_ok "all rows stay" screen_wait '8 of 8'
screen_text ':'
tap_ok "nor does a field without its value" screen_wait '? filter: state:'
tap_ok "all rows still stay" screen_wait '8 of 8'
screen_text 'busy'
tap_ok "with it the filter holds" screen_wait '4 of 8'
screen_text ' ar'
tap_ok "the last good result stays while more is typed" screen_wait '? filter: state:busy ar'
tap_ok "with its count" screen_wait '4 of 8'
screen_stop

# What is under way elsewhere
deck 160x45 -- --ops
tap_ok "the header tells what is under way" screen_wait 'op start of cfd 4/8'
screen_resize 80x24
tap_ok "at 80 columns, too" screen_wait 'op start 4/8'
screen_resize 60x15
tap_ok "and at 60" screen_wait 'op start 4/8'
screen_keys 3
tap_ok "in every view" screen_wait 'op start 4/8'
screen_stop

# The end of a teardown takes nobody's keys
deck 80x24
screen_keys D
screen_wait 'DATA LOST' >/dev/null
sleep 0.5
screen_keys Space
screen_text demo
screen_keys F9
screen_wait '[>>] drain' 8 >/dev/null
screen_keys Escape 3
tap_ok "whoever went on is told of its end" screen_wait 'has ended: B shows its report' 10
tap_ok "and goes on" screen_wait '[3 Jobs]'
screen_keys Escape 6
tap_ok "its lamp stays" screen_wait 'report: B'
screen_keys B
tap_ok "B opens the report" screen_wait 'verified gone by name: 5 resources'
screen_keys Escape
tap_ok "which is read then" lacks 'report: B'
screen_keys B
tap_ok "and can be read again" screen_wait 'verified gone by name: 5 resources'
screen_stop

# What is kept, and what is on its way out
deck 80x24
screen_keys Down 1
order cluster cfd kept
tap_ok "a kept cluster offers what it can" screen_wait 'n new cluster, with its disk  D deletes it...'
tap_ok "and neither start nor jobs" lacks 'S start'
screen_keys S
tap_ok "S says how to go on with the disk" screen_wait 'S (start the cluster): kept: n makes a cluster with its disk'
screen_keys n
tap_ok "n goes on with its disk" screen_wait 'takes the disk of cfd over; F4 begins anew'
screen_keys PageDown PageDown PageDown PageDown
tap_ok "which stands in the field for it" screen_wait '[cfd-home-1f2e'
screen_keys Escape
order cluster cfd deleting
screen_keys Escape
tap_ok "one that is being deleted offers its teardown" screen_wait 'D its teardown  o operations'
screen_keys J
tap_ok "and says why not" screen_wait 'J (submit a job): the cluster is deleting'
screen_stop

# Small ones
deck 60x15
screen_keys 2 Space Space
tap_ok "marks are counted at 60 columns" screen_wait '8/20  2 marked'
screen_resize 40x10
tap_ok "and at 40, with the place of the cursor" screen_wait 'Nodes 3/8 *2'
screen_keys f
screen_text 'state:busy'
screen_keys Enter
tap_ok "where a filter is seen" screen_wait '/state:busy'
screen_stop
deck 60x15 -- --disk
screen_keys D
screen_wait 'DATA LOST' >/dev/null
sleep 0.5
screen_keys Space
tap_ok "the totals of a teardown are whole at 60 columns" screen_wait '│ keeps 2: a disk and its group, at $0.'
screen_stop

# The map's shades
deck 120x35
screen_keys 2 m
screen_wait 'shade state' >/dev/null
screen_keys b
tap_ok "load has steps that can be read" screen_wait 'tenths of cpus that jobs hold, 0 none 9 all, blank: no reading'
tap_ok "a node that has told nothing is blank" screen_wait 'demo > nodes'
screen_stop
tap_end
