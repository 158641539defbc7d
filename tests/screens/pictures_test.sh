#!/bin/bash
# screenshots/ shows the program as it is: each picture's scene is drawn again, on the made-up site, and what does not depend on a
# run is compared: tabs, titles, column heads, labels, keys. After a change of these, make screenshots takes them anew.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
lab=$build/tests/screens/deck_lab
[ -x "$lab" ] || { echo "Bail out! $lab is not built: make screens"; exit 1; }
unset NO_COLOR STY SSH_CONNECTION
pictures=${PICTURES:-screenshots}

# What of a screen is the program's own: its lines of tabs and keys, the titles in its rules without what they name, lines of
# column heads, and the labels that stand in front of facts.
skeleton() {
	awk '
	function trim(s) { gsub(/[ \t]+/, " ", s); sub(/^ /, "", s); sub(/ $/, "", s); return s }
	{ line[NR] = $0 }
	/[^ ]/ { last = NR }
	END {
		print "tabs " trim(line[2])
		print "keys " trim(line[last])
		for (i = 3; i < last; i++) {
			rest = line[i]
			while (match(rest, /── [A-Z][a-z]+/)) {
				print "title " substr(rest, RSTART + 7, RLENGTH - 7)
				rest = substr(rest, RSTART + RLENGTH)
			}
			head = line[i]
			sub(/[│┬>].*/, "", head)
			if (head ~ /^[ A-Z$%\/…]+$/ && split(trim(head), words, " ") >= 5) {
				sub(/ [^ ]*…[^ ]*/, "", head)
				print "heads " trim(head)
			}
			rest = line[i]
			while (match(rest, /(^|[ │])(decision|quota|forecast|makes now|makes later|shade) /)) {
				print "label " trim(substr(rest, RSTART, RLENGTH))
				rest = substr(rest, RSTART + RLENGTH)
			}
		}
	}' | tr -d '│' | sed 's/  */ /g; s/ $//' | sort -u
}

# Which columns there is room for depends on the rows: those of the one are some of the other, in the same order.
same_heads() {
	paste -d '|' "$1" "$2" | awk -F '|' '
	{
		n = split($1, a, " ")
		m = split($2, b, " ")
		for (i = j = 1; i <= n && j <= m; ) {
			same = a[i] == b[j]
			i += same || n > m
			j += same || n <= m
		}
		if (n > m ? j <= m : i <= n) {
			print "< " $1 "\n> " $2
			bad = 1
		}
	}
	END { exit bad }'
}

same() { # NAME-SIZE: the screen now, and the picture
	screen_text_now | skeleton >"$screen_dir/now"
	skeleton <"$pictures/$1.txt" >"$screen_dir/then"
	diff <(grep -v '^heads' "$screen_dir/then") <(grep -v '^heads' "$screen_dir/now") &&
		same_heads <(grep '^heads' "$screen_dir/then") <(grep '^heads' "$screen_dir/now") && return 0
	echo "the picture (<) is older than the program (>): make screenshots"
	return 1
}
scene() { # NAME SIZE KEY...
	name=$1-$2
	screen_start "$2" TZ=UTC "$lab" --log "$screen_dir/asked"
	screen_wait slurm >/dev/null
	shift 2
	for key; do
		screen_keys "$key"
		sleep 0.2
	done
	screen_settle >/dev/null
	tap_ok "$name is drawn as the program draws it" same "$name"
	screen_stop
}

for file in "$pictures"/*.txt; do
	tap_ok "${file##*/}: drawn and as a picture, too" test -s "${file%.txt}.svg" -a -s "${file%.txt}.png"
done
for size in 80x24 120x35 160x45; do scene deck $size; done
for size in 80x24 160x45; do scene overview $size Enter; done
scene clusters 160x45 1
scene map 160x45 2 m
scene jobs 120x35 3
scene cost 120x35 5
scene wizard 120x35 BTab n PageDown PageDown PageDown PageDown PageDown
scene teardown 120x35 D
readme() { # every picture that README shows is there, and it shows some
	shown=$(grep -o 'screenshots/[^)]*' README.md)
	[ -n "$shown" ] || return 1
	for file in $shown; do [ -s "$file" ] || { echo "$file is missing"; return 1; }; done
}
tap_ok "README shows pictures that are there" readme
tap_end
