#!/bin/sh
# "paceline demo --state FOLDER" may be told any folder, by root, too: it takes one that is new or empty and marks it; what bears
# no mark is neither begun in nor ended in, however it looks; and of a marked one goes only what a demo makes. TAP.
# BUILD: another build directory than build/debug. Never tried at a folder that would be missed.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
build=${BUILD:-build/debug}
[ -x "$build/paceline" ] || build=build
[ -x "$build/paceline" ] || skip "$build is not built"
pl=$(pwd)/$build/paceline
dir=$(mktemp -d "${TMPDIR:-/tmp}/demo-folder.XXXXXX") || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$dir"
export HOME="$dir/home"
complain() { cat "$dir/said"; }
demo() { : | timeout 60 "$pl" demo "$@" >"$dir/said" 2>&1; }
has() { grep -qF -e "$1" "$dir/said"; }

# Somebody's folder that even looks like a demo's: names, and a lock with the pid of a process that lives.
other=$dir/other
mkdir -p "$HOME" "$other/engine" "$other/azsim" "$other/sub" && echo work >"$other/engine/results" && echo work >"$other/sub/file"
exec 3>"$dir/other/engine/engine.lock"
flock 3
sleep 300 3>&- &
held=$!
trap 'kill "$held" 2>/dev/null; rm -rf "$dir"' EXIT
echo "$held" >&3
whole() { [ "$(find "$other" -type f | wc -l)" = 3 ] && [ "$(cat "$other/engine/results" "$other/sub/file")" = "work
work" ] && kill -0 "$held"; }

timeout 60 "$pl" demo --state "$dir/none" >"$dir/said" 2>&1 </dev/null
[ $? -eq 2 ] && has "standard input is neither" && [ ! -e "$dir/none" ]
ok "without a terminal to show it on nothing is started"

demo --stop --state "$other"
[ $? -eq 1 ] && has "is no folder of a demo: there is no file paceline-demo in it"
ok "a folder without the mark is not ended in, and it is said why"
whole; ok "all in it is there, and the process that its lock names lives"
ln -s "$other" "$dir/link"
demo --stop --state "$dir/link"
[ $? -eq 1 ] && whole && [ -L "$dir/link" ]
ok "nor by a link to it"
demo --stop --state "$dir/link/../other/."
[ $? -eq 1 ] && whole
ok "nor by another way to it"
kill "$held"
exec 3>&-
rm "$other/engine/engine.lock"
demo --ghosts --batch --state "$other"
[ $? -eq 1 ] && has "give --state a folder that is new or empty"
ok "none is begun in a folder that holds other things"
[ "$(find "$other" -type f | wc -l)" = 2 ] && [ ! -e "$other/bin" ]
ok "and nothing of it is changed, nor removed as the demo's"

mkdir -p "$dir/marked/bin" "$dir/marked/mine" && echo x >"$dir/marked/paceline-demo" && echo work >"$dir/marked/mine/file"
demo --stop --state "$dir/marked"
[ $? -eq 0 ] && has "stays, as it holds what is no demo's: mine" && [ "$(ls "$dir/marked")" = mine ]
ok "of a demo's folder only what is the demo's goes, and what stays is named"
mkdir -p "$dir/gone/templates/jobs" && touch "$dir/gone/cloud.known.0011.new" "$dir/gone/paceline-demo.0022.new" && echo x >"$dir/gone/paceline-demo"
demo --stop --state "$dir/gone"
[ $? -eq 0 ] && [ ! -e "$dir/gone" ]
ok "a demo's folder goes whole"
demo --stop --state "$dir/gone"
[ $? -eq 1 ] && has "there is no demo in $dir/gone: no such folder"
ok "one that is not there is no demo"
mkdir -p "$dir/dead/run" && echo x >"$dir/dead/paceline-demo"
! "$pl" --socket "$dir/dead/run/engine.sock" cluster list >"$dir/said" 2>&1 </dev/null &&
	has "paceline demo --state $dir/dead starts it again, paceline demo --state $dir/dead --stop removes"
ok "a demo whose engine has ended is told by its folder"
mkdir -p "$dir/kept/engine" && echo x >"$dir/kept/paceline-demo" && echo x >"$dir/kept/engine/backup-1.db"
restore() { timeout 60 "$pl" --state "$dir/kept" restore "$@" >"$dir/said" 2>&1 </dev/null; }
restore && has "$dir/kept/engine/backup-1.db"
ok "restore of a demo's folder is of its engine's store: the backups there are listed"
exec 3>"$dir/kept/engine/engine.lock"
flock 3
restore "$dir/kept/engine/backup-1.db"
[ $? -eq 1 ] && has "another engine" && [ ! -e "$dir/kept/engine.db" ] && [ ! -e "$dir/kept/engine/engine.db" ]
ok "and is refused while an engine holds that store"
exec 3>&-
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null && cp -r "$build" "$dir/build" 2>/dev/null; then
	mkdir -p "$dir/closed/run" && echo x >"$dir/closed/paceline-demo" && chmod 700 "$dir/closed/run"
	for words in "status" "cluster list --json"; do
		# shellcheck disable=SC2086 # words are several
		! setpriv --reuid 65534 --regid 65534 --clear-groups "$dir/build/paceline" --state "$dir/closed" $words >"$dir/said" 2>&1 </dev/null &&
			has "Permission denied" && ! has "has ended"
		ok "whether the engine of a demo runs that is closed to this user is not guessed: $words"
	done
fi
for i in 1 2 3 4 5 6; do
	mkdir "$dir/both" && echo x >"$dir/both/paceline-demo"
	(cd "$dir/both" && for a in a b c d e f g h; do for b in 1 2 3 4 5 6 7 8; do mkdir -p azsim/$a/$b/proc/x; done; done)
	"$pl" demo --stop --state "$dir/both" >"$dir/one" 2>&1 &
	"$pl" demo --stop --state "$dir/both" >"$dir/said" 2>&1
	cat "$dir/one" >>"$dir/said"
	wait $!
	! has "could not be removed" && [ ! -e "$dir/both" ] || break
done
! has "could not be removed" && [ ! -e "$dir/both" ]
ok "two that end it at once do not tell each other's work as a failure"
tap_end
