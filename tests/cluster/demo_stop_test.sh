#!/bin/bash
# "paceline demo --stop" leaves nothing: no draft of the console on top, no history, no socket, no process, also under a console
# that is open still. As root, on ghosts, in mounts of its own: the demo of this machine, if there is one, is not touched. TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
build=${BUILD:-build/debug}
[ -x "$build/paceline" ] || build=build
[ "$(id -u)" = 0 ] || skip "the demo of the site is root's"
id paceline >/dev/null 2>&1 || skip "there is no user paceline"
for need in "$build/paceline" tmux unshare; do
	command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
done
unshare -m true 2>/dev/null || skip "no mounts of one's own here"
[ "${inside-}" ] || exec unshare -m env inside=1 "$0"

dir=$(mktemp -d /tmp/demo-stop.XXXXXX) || exit 2 # not below TMPDIR: sockets have short paths
mux() { tmux -S "$dir/tmux" -f /dev/null "$@"; }
end() {
	"$pl" demo --stop >/dev/null 2>&1
	mux kill-server 2>/dev/null
	umount /var/lib /run 2>/dev/null
	rm -rf "$dir"
}
complain() { cat "$dir/said" 2>/dev/null; }
pl=$dir/bin/paceline
chmod 755 "$dir"
mkdir -p "$dir/bin" "$dir/home/.local/state" "$dir/lib" "$dir/run" || exit 2
trap end EXIT
trap 'exit 130' INT TERM
cp "$build/azsim" "$build/paceline" "$build/paceline-engine" "$dir/bin/"
cp -r templates "$dir/"
chmod -R a+rX "$dir/bin" "$dir/templates"
mount --bind "$dir/lib" /var/lib && mount --bind "$dir/run" /run || skip "nothing can be mounted here"
export HOME="$dir/home"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR TMUX

screen_says() { mux capture-pane -p -t demo >"$dir/said" 2>&1 && grep -qF -e "$1" "$dir/said"; }
left() {
	find "$dir/home" "$dir/lib" "$dir/run" -mindepth 1 ! -path "$dir/home/.local" ! -path "$dir/home/.local/state" >"$dir/said"
	[ ! -s "$dir/said" ]
}
# Of these mounts: this shell, what it calls, the terminal. $dir/said names the others.
processes() {
	mine=$(readlink /proc/$$/ns/mnt)
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/ns/mnt" 2>/dev/null)" = "$mine" ] && tr '\0' ' ' <"$p/cmdline" 2>/dev/null && echo
	done >"$dir/all"
	grep -F "$dir/bin/" "$dir/all" | grep -v "$1"
}
alone() { processes "tmux\|$1" >"$dir/said"; [ ! -s "$dir/said" ]; }

! "$pl" -L demo cluster list >"$dir/said" 2>&1
ok "without it its name is no engine's"
mux new-session -d -s demo -x 120 -y 35 "$pl demo --ghosts"
until_true screen_says 'slurm'
ok "the console is there"
until_true screen_says 'demo'
mux send-keys -t demo BTab n
until_true screen_says 'Name of the cluster'
mux send-keys -t demo -l mine
until_true screen_says 'mine'
mux send-keys -t demo Escape
until_true test -s "$dir/home/.local/state/paceline/demo/drafts/slurm.json"
ok "a form that is left keeps a draft"

# stranger WORD...: by somebody without rights; what it said is in $dir/said
stranger() { HOME=$dir/other setpriv --reuid 65534 --regid 65534 --clear-groups "$pl" "$@" >"$dir/said" 2>&1 </dev/null; }
sent_to_admin() {
	grep -qF 'engine runs at /run/paceline/demo.sock; you are not in the group paceline: ask an admin' "$dir/said" &&
		grep -qF 'roles: ["user:' "$dir/said" && ! grep -qF 'Starting' "$dir/said"
}
mkdir "$dir/other" && chown 65534 "$dir/other"
if command -v setpriv >/dev/null 2>&1; then
	! stranger cluster list && sent_to_admin
	ok "somebody without rights is told what an admin has to do"
	! stranger -L demo ssh demo head -- hostname && sent_to_admin
	ok "also when the engine is named"
	! stranger demo --stop && grep -qF 'the demo in /var/lib/paceline/demo is not yours: root ends it' "$dir/said"
	ok "and whose demo it is that runs"
fi

"$pl" demo --stop >"$dir/said" 2>&1 && grep -qF 'its folders are removed' "$dir/said"
ok "the demo is stopped under its console"
left
ok "no draft, no file, no socket, no folder is left of it"
alone "paceline demo --ghosts"
ok "and no process but that console"
until_true screen_says 'no answer for'
until_true screen_says 'the demo was ended'
ok "which says that the demo was ended"
mux send-keys -t demo -l ':theme mono'
mux send-keys -t demo Enter
until_true screen_says 'mono'
mux send-keys -t demo q
until_true alone 'nothing'
ok "which ends"
left
ok "and what it would remember does not come back"
"$pl" demo --stop >"$dir/said" 2>&1 && grep -qxF 'There is no demo to end.' "$dir/said"
ok "then there is none to end"
tap_end
