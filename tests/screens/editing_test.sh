#!/bin/bash
# "Being edited by" at the console (R9.5): said while a question about a cluster or an editor is open, and shown of others,
# whom it never hinders. On the made-up site.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh

deck 80x24
screen_keys 1 Enter
order edits bob
tap_ok "R9.5: the cluster's view says who edits it" screen_wait 'edited by bob  slurm'
order edits
tap_ok "R9.5: until nobody does" eventually_lacks 'edited by'
screen_stop

deck 120x35
order edits bob
screen_keys 6 F5
screen_wait 'applying this' >/dev/null
screen_keys A
screen_wait 'Let demo take the template over' >/dev/null
tap_ok "R9.5: a question about a change is told to the engine" asked 'edits /v1/clusters/demo/editing update on'
tap_ok "R9.5: and its operator of another one" screen_wait 'being edited by bob since'
sleep 0.5 # a question that has just opened is deaf
screen_keys Escape
tap_ok "R9.5: its end is told" asked 'edits /v1/clusters/demo/editing update off'
sleep 0.5
screen_keys A
screen_wait 'Let demo take the template over' >/dev/null
sleep 0.5
screen_keys y
tap_ok "R9.5: nobody is locked out" asked 'POST /v1/clusters/demo/update {"params":[],"plan_hash":"77aa"}'
screen_stop

deck 120x35
screen_keys D
screen_wait 'Teardown demo' >/dev/null
tap_ok "R9.5: so is a teardown that is being thought about" asked 'edits /v1/clusters/demo/editing teardown on'
sleep 0.5
screen_keys Escape
tap_ok "R9.5: and that it is left" asked 'edits /v1/clusters/demo/editing teardown off'
screen_stop

deck 120x35
order role viewer
screen_wait viewer >/dev/null
screen_keys D
screen_wait 'Teardown demo' >/dev/null
tap_ok "R9.5: whoever may only look edits nothing" not_asked 'edits'
screen_stop

# A template of one's own in two editors: what the other one kept meanwhile is not written over unseen (R9.1).
mine=$screen_dir/mine
mkdir -p "$mine"
cat >"$screen_dir/editor" <<'END'
#!/bin/sh
sed -i 's/Slurm/Ours/' "$1"
case $1 in *.new) sed 's/Slurm/Theirs/' "${1%.new}" >"${1%.new}.other" && mv "${1%.new}.other" "${1%.new}" ;; esac
END
chmod +x "$screen_dir/editor"
deck 120x35 EDITOR="$screen_dir/editor" -- --templates "$mine"
screen_keys 6
screen_wait 'htc_max' >/dev/null
screen_keys E
screen_wait 'a copy called' >/dev/null
printf 'title: Slurm\n' >"$mine/my-slurm.yaml"
screen_keys Enter
tap_ok "R9.5: an editor's template is told to the engine" asked 'edits /v1/templates/my-slurm/editing edit on'
tap_ok "R9.1: what was changed meanwhile is not written over" screen_wait 'was changed meanwhile'
tap_ok "R9.1: both texts are there" sh -c "grep -q Theirs '$mine/my-slurm.yaml' && grep -q Ours '$mine/my-slurm.yaml.new'"
tap_ok "R9.5: and the editor's end is told" asked 'edits /v1/templates/my-slurm/editing edit off'
screen_stop

# What is told of a template is asked for again once its text was kept.
cat >"$screen_dir/editor" <<'END'
#!/bin/sh
sed -i 's/Slurm/Mine/' "$1"
END
deck 120x35 EDITOR="$screen_dir/editor" -- --templates "$screen_dir/own"
screen_keys 6
screen_wait 'htc_max' >/dev/null
screen_keys "="
screen_wait 'applying this' >/dev/null
asked_diff() { [ "$(grep -c 'GET /v1/templates/slurm/diff' "$log")" -gt "$diffs" ]; }
diffs=$(grep -c 'GET /v1/templates/slurm/diff' "$log")
screen_keys E
screen_wait 'a copy called' >/dev/null
screen_keys C-u
screen_text slurm
screen_keys Enter
tap_ok "a text is kept" screen_wait 'slurm.yaml is kept'
tap_ok "and its diff is asked for again at once" asked_diff
screen_stop
tap_end
