# A demo of its own, on real machines, for scripts that source tap.sh first and are at the top of the tree.
#   world_make NAME         $dir: a folder of the caller's; $world: the demo's in it; all of it ends with the script
#   world_console OPTION... the demo with its console, in a terminal that kill_terminal takes away
#   pl WORD...              a command of the program; what it said is in $dir/said
paceline=$PWD/build/paceline
[ -x "$paceline" ] || skip "build/paceline is not built"
[ "$(id -u)" = 0 ] || skip "real machines need root"

complain() { cat "$dir/said" 2>/dev/null; }
pl() { timeout 300 "$paceline" --socket "$world/run/engine.sock" "$@" >"$dir/said" 2>&1; }
kill_terminal() { tmux -S "$dir/tmux" kill-server 2>/dev/null; }

world_make() {
	dir=$(mktemp -d "/tmp/$1.XXXXXX") || exit 2 # not below TMPDIR: sockets have short paths
	chmod 755 "$dir"                             # the engine runs as a user of its own
	world=$dir/world
	trap world_end EXIT
	trap 'exit 130' INT TERM
}

world_end() {
	kill_terminal
	"$paceline" demo --stop --state "$world" >/dev/null 2>&1
	rm -rf "$dir"
}

world_console() {
	tmux -S "$dir/tmux" -f /dev/null new-session -d -s demo -x 120 -y 35 "$paceline demo $* --state $world"
}
