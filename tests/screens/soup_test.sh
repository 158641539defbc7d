#!/bin/bash
# Random keys, pastes, broken sequences and sizes at the Deck: no crash, no report of a sanitizer, the terminal as it was,
# and nothing done. First as a viewer with every key; then as an operator without what confirms (y, Y, digits): drains, holds
# and the like take one key, but nothing that ends work or costs money may come to the engine. TAP.
#   KEYS (20000), SIZES (40), SEED (1)
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/drive.sh
build=${BUILD:-build/debug} keys=${KEYS:-20000} sizes=${SIZES:-40} seed=${SEED:-1}
drive_program=$build/tests/screens/pty_drive
[ -x "$drive_program" ] || { echo "Bail out! $drive_program is not built: make screens"; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/soup.XXXXXX") || exit 2
drives=$dir n=0 failed=0
finish() {
	drives_end
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkfifo "$dir/orders"
exec {orders}<>"$dir/orders"
: >"$dir/asked"

ok() { # WHAT; the status before decides
	local rc=$?
	n=$((n + 1))
	if [ $rc -eq 0 ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/why" 2>/dev/null
	fi
}

ends=0 bad=0
: >"$dir/why"
ended_well() { # what "end" said of the program and its terminal
	ends=$((ends + 1))
	[ "$(of ended) $(of code) $(of line) $(of screen)" = "true 0 true true" ] && return
	bad=$((bad + 1))
	echo "after $typed keys of seed $seed: $said" >>"$dir/why"
	[ -z "$(ls "$dir"/report.* 2>/dev/null)" ] || head -n 30 "$dir"/report.* >>"$dir/why"
}

ready() { # ROLE
	tell soup wait 10000 slurm
	[ "$1" = operator ] && return
	echo "role $1" >&"$orders"
	tell soup wait 10000 RO
}

soup() { # ROLE PARITY KEYS
	local typed=0 part=$((($3 + sizes - 1) / sizes)) i=0
	RANDOM=$seed
	drive soup 80x24 HOME="$dir" EDITOR=true PAGER=true ASAN_OPTIONS="log_path=$dir/report:${ASAN_OPTIONS-}" \
		UBSAN_OPTIONS="log_path=$dir/report:${UBSAN_OPTIONS-}" \
		"$build/tests/screens/deck_lab" --log "$dir/asked" --orders "$dir/orders" --drafts "$dir/drafts"
	ready "$1"
	while [ $typed -lt "$3" ]; do
		i=$((i + 1))
		tell soup soup $part $((2 * (seed * 1000 + i) + $2))
		typed=$((typed + part))
		if [ "$(of alive)" = false ]; then
			tell soup end 1000
			ended_well
			tell soup again
			ready "$1"
		fi
		tell soup size $((1 + RANDOM % 220))x$((1 + RANDOM % 70))
	done
	tell soup end '\e\e\e\x03\x03' 3000
	[ "$(of ended)" = true ] || tell soup end '\e\x03\x03' 3000
	[ "$(of ended)" = true ] || tell soup end '\e\x03\x03' 5000
	ended_well
	drive_end soup
	test $bad -eq 0 && ! ls "$dir"/report.* >/dev/null 2>&1
	ok "$typed keys and $i sizes as $1: every one of $ends ends leaves the terminal as it was"
}

soup viewer 1 "$keys"
! grep -E '^(POST|PUT|PATCH|DELETE)' "$dir/asked" >>"$dir/why"
ok "a viewer's keys ask for nothing, whatever they are"
: >"$dir/asked"
soup operator 0 "$keys"
! grep -E '^DELETE|^POST [^ ]*/(teardown|terminate|cancel|requeue|stop)( |$)' "$dir/asked" >>"$dir/why"
ok "nothing ends work without the keys that confirm ($(grep -c '^POST' "$dir/asked") small things were asked for)"
echo "1..$n"
[ $failed -eq 0 ]
