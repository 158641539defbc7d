#!/bin/bash
# A demo whose simulated cloud was killed: what is lost and what starts it again is told at once, and "paceline demo" brings it
# back also where another program has its port meanwhile. As an ordinary user, on ghosts, in a folder of its own. TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
build=${BUILD:-build/debug}
[ -x "$build/paceline" ] || build=build
[ "$(id -u)" = 0 ] || skip "an ordinary user's demo is started by root here"
for need in "$build/paceline" tmux setpriv perl; do
	command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
done

dir=$(mktemp -d /tmp/demo-port.XXXXXX) || exit 2 # not below TMPDIR: sockets have short paths
other=
mux() { tmux -S "$dir/tmux" -f /dev/null "$@"; }
end() {
	[ -z "$other" ] || kill "$other" 2>/dev/null
	$user "$pl" demo --state "$dir/home/d" --stop >/dev/null 2>&1
	mux kill-server 2>/dev/null
	rm -rf "$dir"
}
complain() { cat "$dir/said" 2>/dev/null; }
mkdir "$dir/bin" "$dir/home" && cp "$build/azsim" "$build/paceline" "$build/paceline-engine" "$dir/bin/" && cp -r templates "$dir/" || exit 2
chmod -R a+rX "$dir" && chown nobody "$dir/home" || exit 2
pl=$dir/bin/paceline
user="setpriv --reuid=65534 --regid=65534 --clear-groups env -i HOME=$dir/home PATH=$PATH LC_ALL=C.UTF-8 TERM=xterm"
user="$user ASAN_OPTIONS=${ASAN_OPTIONS-} UBSAN_OPTIONS=${UBSAN_OPTIONS-}"
unset TMUX
trap end EXIT
trap 'exit 130' INT TERM

screen_says() { mux capture-pane -p -t "$1" >"$dir/said" 2>&1 && grep -qF -e "$2" "$dir/said"; }
says() { $user "$pl" --socket "$dir/home/d/run/engine.sock" $1 >"$dir/said" 2>&1 && grep -qF -e "$2" "$dir/said"; }
port() { sed -n 's/^arm: .*:\([0-9]*\)"*/\1/p' "$dir/home/d/azsim/cloud.yaml"; }

mux new-session -d -s one -x 150 -y 40 "$user $pl demo --ghosts --state $dir/home/d 2>$dir/home/one.err"
until_true says "cluster list" demo; ok "a demo runs"
until_true screen_says one 'cloud ok'; ok "and its console says that the cloud is well"
until_true says "node list demo" htc-1; ok "and nodes that its jobs asked for are there"
was=$(port) azsim=$(cat "$dir/home/d/azsim/lock") engine=$(cat "$dir/home/d/engine/engine.lock")
kill -9 "$azsim"
until_true screen_says one 'cloud NO ANSWER for'; ok "killed, the simulated cloud is said to be lost"
until_true screen_says one 'paceline demo --state'; ok "with the command that starts it again"
says status 'DOWN for' && grep -qF "\"paceline demo --state $dir/home/d\" starts it again" "$dir/said"; ok "status says both, too"
until_true says "events" 'cloud azsim does not answer: "paceline demo'; ok "and an event"
until_true says "job list demo" 'STALE: demo was last read'; ok "R14.2: a list of its jobs says how old it is"
says "node list demo" 'STALE: demo was last read'; ok "as does one of its nodes"

perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 5, ReuseAddr => 1)
	or die "$!"; $| = 1; print "listens\n"; sleep 600' "$was" >"$dir/other" &
other=$!
echo '# a remark of somebody' >>"$dir/home/d/templates/slurm.yaml"
until_true grep -q listens "$dir/other"; ok "another program takes its port"
mux new-session -d -s two -x 150 -y 40 "$user $pl demo --ghosts --state $dir/home/d 2>$dir/home/two.err"
until_true says status '(simulated), answers'; ok "the demo is started again, and the engine finds its cloud"
[ "$(port)" != "$was" ] && [ "$(cat "$dir/home/d/engine/engine.lock")" != "$engine" ]; ok "at another address, by another engine"
cp "$dir/home/two.err" "$dir/said"; grep -qF 'has other addresses than before: the engine is started again' "$dir/said"; ok "which it says"
until_true screen_says two 'cloud ok'; ok "and so does the console"
engine=$(cat "$dir/home/d/engine/engine.lock")
mux new-session -d -s three -x 150 -y 40 "$user $pl demo --ghosts --state $dir/home/d 2>$dir/home/three.err"
until_true screen_says three 'cloud ok'; ok "a third one finds all as it is"
[ "$(cat "$dir/home/d/engine/engine.lock")" = "$engine" ]; ok "and leaves the engine alone"
kill -9 "$(cat "$dir/home/d/azsim/lock")"
until_true says "status" 'DOWN for'; ok "killed once more, the cloud is lost"
mux new-session -d -s four -x 150 -y 40 "$user $pl demo --ghosts --state $dir/home/d 2>$dir/home/four.err"
until_true says events "cloud azsim is asked again without waiting"; ok "where the engine stays, it is told to ask its cloud now"
until_true screen_says four 'cloud ok'; ok "and finds it"
[ "$(cat "$dir/home/d/engine/engine.lock")" = "$engine" ]; ok "as the engine that it was"
grep -q 'a remark of somebody' "$dir/home/d/templates/slurm.yaml"; ok "and the templates, which somebody changed"
tap_end
