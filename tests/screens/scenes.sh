# Every view and dialog of the console on the deck lab, as a table for scripts that source this: a new one joins by one line.
#   NAME | OPTIONS OF THE LAB | KEYS THAT LEAD THERE | TEXT THAT STANDS THERE
# Keys have their names of tmux; "=TEXT" types a text, in which "_" is a blank; "." waits until a dialog is no longer deaf.
scenes='
deck              |            |                                   | [0 Deck]
deck-nodes        |            | Tab Right Right                   | htc-3
deck-events       |            | Tab Tab Tab Down                  | boot failed
overview          |            | Enter                             | Issues
clusters          |            | 1                                 | [1 Clusters]
nodes             |            | 2                                 | [2 Nodes]
nodes-marked      |            | 2 Space Space                     | [2 Nodes]
columns           |            | 2 C                               | Columns
columns-jobs      |            | 3 C                               | Columns
marked            |            | 2 Space Space M                   | htc-2
save-view         |            | 2 V                               | save view as
node              |            | 2 Down Down Enter                 | htc-3
map               | --many 400 | Down 2 m                          | shade
map-names         |            | 2 m                               | shade
jobs              |            | 3                                 | [3 Jobs]
folded            |            | 3 m                               | 4 run, 33
tasks             |            | 3 m Enter                         | 12_4
limits            |            | E                                 | nothing is changed yet
submit            |            | J                                 | 4 new nodes
job               |            | 3 G Up Enter                      | 14
log-node          |            | Tab Right Right L                 | boot failed: mount
events            |            | 4                                 | [4 Events]
operations        | --ops      | o Down                            | bootstrap
deck-at-work      | --ops      | Tab                               | op start
operation         | --ops      | o Down Enter                      | try 3
diff              |            | 6 . F5                            | applying this
ask-update        |            | 6 . F5 . A .                       | Press y
cost              |            | 5                                 | idle waste
cost-by-user      |            | 5 b b                             | alice
templates         |            | 6                                 | htc_max
template-text     |            | 6 . t                             | max: {type: int}
help              |            | ?                                 | type to search
help-searched     |            | ? =drain                          | drain
menu              |            | F2                                | limits, sizes
shell-lines       |            | !                                 | The same from a shell
find              |            | 2 / =htc                          | htc
found             |            | 2 / =htc Enter                    | next
filter            |            | 2 f =state:busy                   | state:busy
filter-unfinished |            | 2 f =state:                       | ? filter
filter-wrong      |            | 2 f =bad:x                        | no field
sort              |            | 2 s                               | their own
command           |            | : =node_dr Tab                    | :node drain
completion        |            | : =node_ Tab Tab                  | 1 of 2
messages          |            | : =messages Enter                 | Messages
command-result    |            | : =cluster_list Enter             | render-farm
why-node          |            | 2 Down Down e                     | Why
why-job           |            | 3 G Up e                          | Why
ask-drain         |            | 2 Space Space d .                 | drain 2 nodes?
ask-terminate     |            | 2 Down Down T .                   | Terminate
ask-terminate-all |            | 2 * T .                           | Type how many
ask-cancel        |            | 3 c .                             | Cancel
ask-requeue       |            | 3 Down Q .                        | Press y
teardown          |            | D .                               | Type the name
teardown-filled   |            | D . Space =demo                   | F9 begins
teardown-tree     | --disk     | D .                               | Type the name
teardown-kept     | --disk     | D . Space                         | KEEP (
wizard            |            | BTab n                            | Name of the cluster
wizard-nodes      |            | BTab n PageDown PageDown PageDown Tab =64 | quota allows 32
wizard-list       |            | BTab n PageDown PageDown PageDown F2 =HB  | InfiniBand
wizard-review     |            | BTab n PageDown PageDown PageDown PageDown PageDown . | Press C
no-clusters       | --empty    |                                   | Templates
letters           | --letters  |                                   | ?Help
'

# scene_each COMMAND...: with NAME OPTIONS KEYS TEXT of each, or of those whose names begin as the pattern $SCENES.
scene_each() {
	while IFS='|' read -r scene options keys text <&7; do
		scene=${scene%% *} text=${text# }
		case $scene in
		'' | '#'*) continue ;;
		${SCENES-}*) "$@" "$scene" "$options" "$keys" "${text%"${text##*[! ]}"}" ;;
		esac
	done 7<<-END_OF_SCENES
		$scenes
	END_OF_SCENES
}
