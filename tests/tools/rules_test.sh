#!/bin/sh
# Every numbered rule, layout, key, confirmation level, budget and terminal of the console's guide (spec/tui.md) has a line in
# tests/screens/rules.txt, and the test which that line names is in the tree. TAP. What has no test yet is counted.
set -u
cd "$(dirname "$0")/../.." || exit 2
rules=tests/screens/rules.txt guide=${GUIDE:-../shared/spec/tui.md}
. tests/support/tap.sh

# Lines "ID => FILE: TEXT": the text stands in the file. Lines "ID => not yet: WHY".
named=$(sed -n '/^#/d; s/^.* => //p' "$rules")
wrong=$(printf '%s\n' "$named" | while read -r line; do
	file=${line%%: *} text=${line#*: }
	[ "$file" = "not yet" ] || grep -qF -- "$text" "$file" 2>/dev/null || echo "# $line"
done)
[ -z "$wrong" ] || echo "$wrong"
check "each test that a rule names is in the tree" [ -z "$wrong" ]
echo "# $(printf '%s\n' "$named" | grep -vc '^not yet: ') tests named, $(printf '%s\n' "$named" | grep -c '^not yet: ') rules without one yet"

# The ids of the guide: its numbered rules and sections, and the first cell of the rows of its tables.
ids_of_the_guide() {
	awk '
	function cell(s) { sub(/^\| */, "", s); sub(/ *\|.*/, "", s); return s }
	/^## / { section = $2; sub(/\.$/, "", section); sub_section = ""; head = 1; next }
	/^### / { sub_section = $2; head = 1; if ($2 ~ /^[0-9]+\.[0-9]+$/) print "rule " $2; next }
	/^```/ { code = !code }
	code { next }
	/^[0-9]+\. / && (section == 1 || section == 10) { print "rule " section "." $1 + 0 }
	/^[-|]/ && !/^\|/ { next }
	!/^\|/ { head = 1; next }
	/^\|-/ { head = 0; next }
	head { next }
	sub_section == "2.2" { print "layout " cell($0) }
	sub_section == "4.1" { print "key " cell($0) }
	sub_section == "4.3" { print "level " cell($0) }
	section == 7 { print "budget " cell($0) }
	section == 9 { print "terminal " cell($0) }
	' "$guide"
}

if [ ! -r "$guide" ]; then
	n=$((n + 1))
	echo "ok $n - each rule of the guide has its line # skip $guide is not here"
else
	dir=$(mktemp -d) || exit 2
	trap 'rm -rf "$dir"' EXIT
	ids_of_the_guide | sort -u >"$dir/guide"
	sed -n '/^#/d; s/ => .*//p' "$rules" | sort -u >"$dir/rules"
	check "the guide has its tables" test "$(wc -l <"$dir/guide")" -ge 70
	missing=$(comm -23 "$dir/guide" "$dir/rules" | sed 's/^/# no line: /')
	[ -z "$missing" ] || echo "$missing"
	check "each rule of the guide has its line" [ -z "$missing" ]
	gone=$(comm -13 "$dir/guide" "$dir/rules" | sed 's/^/# no such rule: /')
	[ -z "$gone" ] || echo "$gone"
	check "and no line is of a rule that is gone" [ -z "$gone" ]
fi
tap_end
