# Guests without a cloud around them, for scripts that source tap.sh first and are at the top of the tree: azsim's guest-lab is
# told what to do and says what happened.
#   lab_can PROGRAM...      what is needed beside guests; the test is skipped where that is missing
#   lab_make NAME           $dir: a folder of the caller's, with a key for ssh and a lab that is ready; ends with the script
#   lab_start               another lab, of the same $dir/state; lab_end: in order
#   lab_says WORD [ID]      reads its events until this one; false when it ends or says that something failed
#   boot NAME VNET ADDRESS [SCRIPT]
#   feed ADDRESS COMMAND    over ssh, with our standard input, on: without: what it said is in $dir/said
azsim=$PWD/${BUILD:-build/debug}/azsim
[ -x "$azsim" ] || azsim=$PWD/build/azsim
lab=

complain() { cat "$dir/said" 2>/dev/null; }

lab_can() {
	[ "$(id -u)" = 0 ] || skip "guests need root"
	for need in "$azsim" /usr/sbin/sshd ssh ssh-keygen sudo "$@"; do
		command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
	done
}

lab_make() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/$1.XXXXXX") || exit 2
	trap lab_clear EXIT
	trap 'exit 130' INT TERM
	ssh-keygen -q -t ed25519 -N '' -f "$dir/key"
	lab_start || ! grep -q unsupported "$dir/errors" || skip "$(head -n 1 "$dir/errors")"
}

lab_clear() {
	exec 3>&- 4<&-
	[ -z "$lab" ] || { kill -9 "$lab"; wait "$lab"; } 2>/dev/null
	flock "$dir/state/lock" true 2>/dev/null
	[ -z "${KEEP-}" ] || cp -r "$dir/state/vm" "$KEEP"
	rm -rf "$dir"
}

lab_start() {
	rm -f "$dir/in" "$dir/out"
	mkfifo "$dir/in" "$dir/out"
	"$azsim" guest-lab "$dir/state" "$dir/sock" <"$dir/in" >"$dir/out" 2>"$dir/errors" &
	lab=$!
	exec 3>"$dir/in" 4<"$dir/out"
	lab_says ready
}

lab_end() {
	exec 3>&-
	wait "$lab"
	lab_rc=$?
	lab=
	return $lab_rc
}

lab_says() {
	while read -r word id rest <&4; do
		echo "$word $id $rest" >>"$dir/events"
		case "$word ${id#-}" in
		"$1 ${2-}") return 0 ;;
		failed* | error*) break ;;
		esac
	done
	{ echo "waited for $1 ${2-}; last: ${word-} ${id-} ${rest-}"; cat "$dir/errors"; } >"$dir/said"
	return 1
}

boot() {
	echo "start $1 $2 $3 $dir/key.pub ${4--}" >&3
	lab_says booted "$1"
}

feed() {
	timeout 200 ssh -F none -i "$dir/key" -o BatchMode=yes -o LogLevel=ERROR -o UserKnownHostsFile="$dir/known" \
		-o StrictHostKeyChecking=accept-new -o ProxyCommand="$azsim guest-dial $dir/sock $1 22" \
		"azureuser@$1" "$2" >"$dir/said" 2>&1
}

on() { feed "$@" </dev/null; }
