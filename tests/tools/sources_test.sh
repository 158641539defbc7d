#!/bin/sh
# What sources say of themselves is so: comments name files and functions that are there, no function is declared that nobody
# calls, and every view of the console is in the list that its keys are held to the tables by. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
complain() { cat "$dir/said"; }

# Lines "word W", "call FILE F" of a comment's "F()", "file FILE F" of a comment's "F.c", and "declared FILE F" of a header.
find src include tests -name '*.[ch]' | sort | xargs awk '
FNR == 1 { comment = 0 }
{
	code = said = ""
	rest = $0
	while (rest != "") {
		if (comment) {
			i = index(rest, "*/")
			said = said " " (i ? substr(rest, 1, i - 1) : rest)
			rest = i ? substr(rest, i + 2) : ""
			comment = !i
		} else {
			i = index(rest, "/*")
			code = code " " (i ? substr(rest, 1, i - 1) : rest)
			rest = i ? substr(rest, i + 2) : ""
			comment = i > 0
		}
	}
	if (FILENAME ~ /\.h$/ && match(code, /^ [a-z][^=;({]*[ *][a-z_0-9]+\(/)) {
		name = substr(code, 1, RLENGTH - 1)
		sub(/.*[ *]/, "", name)
		if (code !~ /^ (static|typedef) /)
			print "declared", FILENAME, name
	}
	n = split(code, words, /[^A-Za-z0-9_]+/)
	for (i = 1; i <= n; i++)
		if (words[i] ~ /^[A-Za-z_]/)
			print "word", words[i]
	while (match(said, /[a-z][a-z0-9_]*\(\)/)) {
		print "call", FILENAME, substr(said, RSTART, RLENGTH - 2)
		said = substr(said, 1, RSTART - 1) " " substr(said, RSTART + RLENGTH)
	}
	while (match(said, /[A-Za-z0-9_.\/-]+\.(c|h|sh)([^A-Za-z0-9_]|$)/)) {
		name = substr(said, RSTART, RLENGTH)
		sub(/[^A-Za-z0-9_]$/, "", name)
		print "file", FILENAME, name
		said = substr(said, RSTART + RLENGTH)
	}
}' | sort | uniq -c >"$dir/all"
awk '$2 == "word" { print $3, $1 }' "$dir/all" >"$dir/words" # and how often each is there
find src include tests templates -type f | sed 's|.*/||' | sort -u >"$dir/names"

nothing() { [ ! -s "$dir/said" ]; }
# What C itself, and terminals, have.
others=' strptime posix_spawn tputs '
awk -v others="$others" 'NR == FNR { known[$1] = 1; next } $2 == "call" && !($4 in known) && !index(others, " " $4 " ") {
	print $3 ": there is no " $4 "()" }' "$dir/words" "$dir/all" >"$dir/said"
check "functions that a comment names are there" nothing
awk '$2 == "file" { print $3, $4 }' "$dir/all" | while read -r where name; do
	case $name in
	*[A-Z]* | *.*.*) continue ;; # stands for any name; is none of a file
	esac
	[ -e "$name" ] || [ -e "src/$name" ] || [ -e "include/$name" ] || [ -e "tests/$name" ] || grep -qxF "${name##*/}" "$dir/names" ||
		[ -e "/usr/include/$name" ] || echo "$where: there is no $name"
done >"$dir/said"
check "files that a comment names are there" nothing
awk 'NR == FNR { used[$1] = $2; next } $2 == "declared" && used[$4] <= 2 { print $3 ": nobody calls " $4 "()" }' \
	"$dir/words" "$dir/all" >"$dir/said"
check "functions that a header declares are more than declared and defined" nothing
sed -nE 's/^const struct view (view_[a-z]+) = \{.*/\1/p' src/console/view/*.c | while read -r view; do
	grep -qF "{ &$view, " src/console/keys_list.c || echo "$view is not in src/console/keys_list.c"
done >"$dir/said"
check "every view is in the list of keys" nothing
tap_end
