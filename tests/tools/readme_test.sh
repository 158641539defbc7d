#!/bin/sh
# What the README says of files and functions is so. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
defines() { grep -qE "^[a-z].*[ *]$2\(" "$1"; }

path=$(mktemp)
trap 'rm -f "$path"' EXIT
# Each row of the reader's path, and each other "`name()` in `file`" within it.
sed -nE 's/^\| [0-9]+ \| `([^`]+)` \| `([a-z_]+)\(\)` .*/\1 \2/p; s/.*`([a-z_]+)\(\)` in `([^`]+)`.*/\2 \1/p' README.md >"$path"
check "the reader's path has its eleven steps" test "$(wc -l <"$path")" -ge 11
while read -r file function; do
	check "$file defines $function()" defines "$file" "$function"
done <"$path"
for picture in $(sed -nE 's/.*!\[[^]]*\]\(([^)]+)\).*/\1/p' README.md); do
	check "$picture is there" test -s "$picture"
done
tap_end
