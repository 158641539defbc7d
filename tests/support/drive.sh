# Programs on terminals of their own, for bash scripts that source this: see tests/screens/pty_drive.c for the orders.
#   drive NAME SIZE PROGRAM...       starts one; VAR=value words before the program set its environment
#   tell NAME ORDER...               an order; its answer is then in $said
#   of FIELD                         a field of that answer
#   drive_end NAME, drives_end       ends one, or all
#   drives_make NAME                 for a test: $build, and a folder that goes with all of them when the test ends
# $drives: a folder of the caller's; $drive_program: pty_drive.
declare -A drive_in drive_out drive_pid
said=

drive() {
	local name=$1 size=$2 in out
	shift 2
	mkfifo "$drives/$name.in" "$drives/$name.out"
	env -u SSH_CONNECTION -u NO_COLOR -u TMUX -u STY TERM=xterm-256color LC_ALL=C.UTF-8 "$drive_program" "$size" env "$@" \
		<"$drives/$name.in" >"$drives/$name.out" &
	drive_pid[$name]=$!
	exec {in}>"$drives/$name.in" {out}<"$drives/$name.out"
	drive_in[$name]=$in drive_out[$name]=$out
	rm "$drives/$name.in" "$drives/$name.out"
}

order() {
	local name=$1
	shift
	echo "$*" >&"${drive_in[$name]}"
}

heard() {
	said=
	read -r said <&"${drive_out[$1]}"
}

tell() {
	order "$@" && heard "$1"
}

of() {
	local value=${said#*"\"$1\":"}
	value=${value%%[,\}]*}
	echo "$value"
}

drive_end() {
	local in=${drive_in[$1]-} out=${drive_out[$1]-}
	[ -n "$in" ] || return 0
	echo quit >&"$in"
	exec {in}>&- {out}<&-
	wait "${drive_pid[$1]}" 2>/dev/null
	unset "drive_in[$1]" "drive_out[$1]" "drive_pid[$1]"
}

drives_make() {
	build=${BUILD:-build/debug}
	drive_program=$build/tests/screens/pty_drive
	[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
	drives=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX") || exit 2
	trap 'drives_end; rm -rf "$drives"' EXIT
	trap 'exit 130' INT TERM
}

drives_end() {
	for name in "${!drive_pid[@]}"; do drive_end "$name"; done
}
