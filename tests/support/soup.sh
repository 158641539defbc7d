# Random keys at a program on a terminal of its own (tests/screens/pty_drive.c), for bash scripts that source tap.sh and drive.sh first.
#   soup_make              $dir: a folder of the caller's, with a place for reports of sanitizers, and with $dir/why, which tells of what went wrong
#   soup_begin SIZE WORD...   the program "soup", in a folder of its own: its keys write files there. WORD: absolute
#   soup_alive             after keys: false when the program has ended; then its end is looked at and it is started anew
#   soup_end               leaves it, whatever lies over its panes, and looks at its end
#   soup_clean             true when every end left the terminal as it was and no sanitizer reported
ends=0 bad=0
complain() { cat "$dir/why"; }

soup_make() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/soup.XXXXXX") && chmod 711 "$dir" || return 1
	mkdir -m 1777 "$dir/reports" "$dir/here"
	drives=$dir
	: >"$dir/why"
	export ASAN_OPTIONS="log_path=$dir/reports/asan:${ASAN_OPTIONS-}" UBSAN_OPTIONS="log_path=$dir/reports/ubsan:${UBSAN_OPTIONS-}"
}

soup_begin() {
	local size=$1
	shift
	ends=0 bad=0
	drive soup "$size" -C "$dir/here" HOME="$dir" EDITOR=true PAGER=true "$@"
}

ended_well() { # what "end" said of the program and its terminal; 130: a Ctrl-C while a child or the shell had the terminal
	ends=$((ends + 1))
	case "$(of ended) $(of code) $(of line) $(of screen)" in
	"true 0 true true" | "true 130 true true") return ;;
	esac
	bad=$((bad + 1))
	echo "after $typed keys of seed $seed: $said" >>"$dir/why"
	head -qn 30 "$dir"/reports/* >>"$dir/why" 2>/dev/null
}

soup_alive() {
	[ "$(of alive)" = false ] || return 0
	tell soup end 1000
	ended_well
	tell soup again
	return 1
}

soup_end() {
	tell soup end '\e[201~\e\e\e\x03\x03' 3000
	[ "$(of ended)" = true ] || tell soup end '\e\x03\x03' 3000
	[ "$(of ended)" = true ] || tell soup end '\e\x03\x03' 5000
	ended_well
	drive_end soup
}

soup_clean() {
	[ $bad -eq 0 ] && [ -z "$(ls "$dir/reports")" ]
}
