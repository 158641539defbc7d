#!/bin/sh
# What a compiler does not say: cppcheck, clang-tidy, shellcheck, and rules of this project as patterns.
# The analyzer of clang-tidy is too slow for each time: `make tidy` runs it.
set -u
cd "$(dirname "$0")/.." || exit 1
failed=0
fail() {
	echo "lint: $1"
	failed=1
}

cppcheck --quiet --std=c11 --inline-suppr --enable=warning,portability --error-exitcode=1 \
	--suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches --suppress=nullPointerArithmetic \
	--suppress=preprocessorErrorDirective -Iinclude -Isrc -j2 src || fail "cppcheck"

tests/tidy.sh '-clang-analyzer-*' || fail "clang-tidy"

banned='(^|[^_[:alnum:]])(gets|strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|alloca|tmpnam|mktemp|system|popen|gmtime|localtime)\('
grep -rnE "$banned" src include && fail "a call that is not used here (S12.5)"
grep -rnE '\b(TODO|FIXME|XXX)\b' src include templates tests/unit && fail "unfinished work"
find src include -name '*.[ch]' -size +60k | grep . && fail "a file with more than one subject"
for f in src/*/*.c src/*/*/*.c; do
	awk -v f="$f" '/^[a-z].*\)$/ { start = NR } /^}/ { if (start && NR - start > 100) { print f ":" start ": " NR - start " lines"; bad = 1 } start = 0 }
		END { exit bad }' "$f" || fail "a function over 100 lines"
done
# Of two functions with one name in a library the linker takes whichever it meets first, and says nothing.
nm -g --defined-only build/libbase.a build/libpaceline.a build/libazsim.a 2>/dev/null | awk 'NF == 3 { print $3 }' | sort | uniq -d |
	grep . && fail "two functions of one name"
find tests templates .ci -name '*.sh' -print0 | xargs -0 shellcheck -s sh -S error -e SC2148 || fail "shellcheck"
exit $failed
