#!/bin/sh
# The console's guide as a table: "rule | test | result", one line for each line of tests/screens/rules.txt.
#   tests/tools/rules_report.sh [LOG]
# LOG: what `make check`, or tests/run.sh, said; a test that is not in it was "not run". What is measured only by a bench says so.
cd "$(dirname "$0")/../.." || exit 2
awk -F ' => ' -v OFS=' | ' '
# From the log: the stage that begins, and each test that passed or failed in it.
FILENAME == ARGV[1] && /^== [a-z]+$/ { stage = substr($0, 4); next }
FILENAME == ARGV[1] && /^(ok|FAILED) +[^ ]+/ {
	split($0, word, /[ :]+/)
	state = word[1] == "ok" ? "passed" : "failed"
	seen[word[2]] = state
	of = stage
	if (stage == "tests" && split(word[2], label, "/") > 1) { # several stages out of one queue
		of = label[1]
		sub(/^[^\/]*\//, "", word[2])
	}
	seen[of " " word[2]] = state
	if (state == "failed") broken[of] = 1
	ran[of] = 1
	next
}
FILENAME == ARGV[1] { next }
/^#/ || NF < 2 { next }
$2 ~ /^not yet: / { print $1, "-", $2; missing++; next }
{
	file = $2
	sub(/: .*/, "", file)
	result = "not run"
	split(file, part, "/")
	name = file
	sub(/^tests\/(unit|replay|[a-z]+)\//, "", name)
	sub(/_test\.(c|sh)$/, "", name)
	if (file ~ /^tests\/(bench|soak)\//)
		result = "measured by make " (part[3] == "keys.sh" ? "keys" : "bench-console")
	else if (part[2] == "screenshots.sh")
		result = "made by make screenshots"
	else if ((part[2] " " name) in seen)
		result = seen[part[2] " " name]
	else if (name in seen)
		result = seen[name]
	else if (part[2] == "screens" && ran["screens"])
		result = broken["screens"] ? "in a stage that failed" : "passed"
	print $1, substr($2, index($2, ": ") + 2) " (" file ")", result
	n++
}
END { printf "%d tests named, %d rules without one\n", n, missing }
' "${1:-/dev/null}" tests/screens/rules.txt
