#!/bin/bash
# The stop-watch tasks of the console's guide (spec/tui.md 10.9), played by tests/bench/keys.sh: no task takes more keys than its
# budget. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
export BUILD=${BUILD:-build/debug}
. tests/support/site.sh
skip() { echo "1..0 # skip $*"; exit 0; }
command -v tmux >/dev/null || skip "tmux is not installed"
command -v jq >/dev/null || skip "jq is not installed"
missing=$(site_can "$BUILD") || skip "$missing"
said=$(mktemp) || exit 2
trap 'rm -f "$said"' EXIT
trap 'exit 130' INT TERM
tests/bench/keys.sh >"$said" 2>&1
rows=$(tail -n 1 "$said")
n=0 failed=0
while IFS=$'\t' read -r task budget keys why; do
	n=$((n + 1))
	if [ "$keys" != null ] && [ "$keys" -le "$budget" ]; then
		echo "ok $n - $task: $keys keys, at most $budget"
	else
		failed=1
		echo "not ok $n - $task: $keys keys, at most $budget: $why"
	fi
done < <(printf '%s\n' "$rows" | jq -r '.[] | [.task, .budget, .keys // "null", .why // ""] | @tsv')
n=$((n + 1))
[ $n -gt 6 ] || { failed=1 && printf 'not '; }
echo "ok $n - each task was played"
[ $failed -eq 0 ] || sed 's/^/# /' "$said"
echo "1..$n"
[ $failed -eq 0 ]
