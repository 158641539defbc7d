# For screen tests of the Deck on the made-up site, after lib.sh: it is started, given orders, and asked what it asked.
#
#   deck SIZE [VAR=VALUE...] [-- OPTION...] ; order node htc-3 busy ; asked TEXT ; not_asked TEXT ; lacks TEXT

lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
log=$screen_dir/asked
orders=$screen_dir/orders
mkfifo "$orders"

# deck SIZE [VAR=VALUE...] [-- OPTION...]: at rest, with rows on it.
deck() {
	size=$1
	shift
	env=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do env+=("$1"); shift; done
	[ $# -gt 0 ] && shift
	: >"$log"
	screen_start "$size" "${env[@]}" "$lab" --log "$log" --orders "$orders" "$@"
	screen_wait slurm >/dev/null
	screen_settle
}

order() {
	echo "$*" >"$orders"
	sleep 0.3
}

asked() {
	for _ in $(seq 160); do
		grep -qF -e "$1" "$log" && return 0
		sleep 0.05
	done
	echo "the engine was not asked: $1; it was asked:"
	cat "$log"
	return 1
}

not_asked() {
	sleep 0.3
	! grep -F -e "$1" "$log"
}

eventually_lacks() {
	for _ in $(seq 40); do
		lacks "$1" >/dev/null && return 0
		sleep 0.05
	done
	lacks "$1"
}

lacks() {
	! screen_text_now | grep -F -e "$1"
}

# ERE, colours and attributes included.
shows() {
	for _ in $(seq 100); do
		screen_text_now -e | grep -qE -e "$1" && return 0
		sleep 0.05
	done
	screen_text_now -e
	return 1
}
