#!/bin/sh
# What the README says of files, functions, commands, options, words, themes and targets of make is so. TAP. BUILD: another build
# directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
defines() { grep -qE "^[a-z].*[ *]$2\(" "$1"; }

bin=${BUILD:-build/debug}/paceline
dir=$(mktemp -d) || exit 2
path=$dir/path
trap 'rm -rf "$dir"' EXIT
complain() { cat "$dir/said" 2>/dev/null; }
# Each row of the reader's path, and each other "`name()` in `file`" within it.
sed -nE 's/^\| [0-9]+ \| `([^`]+)` \| `([a-z_]+)\(\)` .*/\1 \2/p; s/.*`([a-z_]+)\(\)` in `([^`]+)`.*/\2 \1/p' README.md >"$path"
check "the reader's path has its eleven steps" test "$(wc -l <"$path")" -ge 11
while read -r file function; do
	check "$file defines $function()" defines "$file" "$function"
done <"$path"
for picture in $(sed -nE 's/.*!\[[^]]*\]\(([^)]+)\).*/\1/p' README.md); do
	check "$picture is there" test -s "$picture"
done

# Commands: in lines of a shell, and in what is set as code. "paceline help" knows each, with its options.
sed -nE 's/^    (build\/)?paceline ([^#]*).*/\2/p' README.md >"$dir/commands"
grep -oE '`(build/)?paceline [^`]*`' README.md | sed -E 's/^`(build\/)?paceline //; s/`$//' >>"$dir/commands"
"$bin" help | sed -n '/^Before the command/,$p' >"$dir/before"
command_is() { # WORD...: fills $dir/help
	[ "${1#-}" = "$1" ] || { cp "$dir/before" "$dir/help" && return; }
	for words in "$1 ${2-}" "$1"; do
		# shellcheck disable=SC2086 # words are two
		"$bin" help $words >"$dir/help" 2>&1 && head -n 1 "$dir/help" | grep -qE "^paceline ${words% }( |\$)" && return
	done
	[ "$1" = help ] || { echo "there is no command $*" && return 1; }
}
options_are() { # WORD...: those that stand before a "--" alone
	for word; do
		[ "$word" != -- ] || return 0
		case $word in
		-*) grep -qE "^ +${word%%=*}( |\$)" "$dir/help" "$dir/before" || { echo "no option $word" && return 1; } ;;
		esac
	done
}
command_holds() { command_is "$@" && options_are "$@"; }
check "there are commands in it" test "$(wc -l <"$dir/commands")" -ge 20
while read -r line; do
	set -f
	# shellcheck disable=SC2086 # as a shell parts them
	command_holds $line >"$dir/said"
	ok "paceline $line"
	set +f
done <"$dir/commands"

# Targets of make; words after ":"; themes and their tones, all of them.
lists() { cmp "$1" "$2" >"$dir/said" 2>&1 || { diff "$1" "$2" >"$dir/said" && return; }; }
for target in $(grep -oE '`make [a-z-]+' README.md | cut -d ' ' -f 2 | sort -u; sed -nE 's/^    make ([a-z-]+).*/\1/p' README.md); do
	check "make $target" grep -qE "^$target:|^([a-z-]+ )*$target( [a-z-]+)*:" Makefile
done
for word in $(grep -oE '`:[a-z]+' README.md | tr -d '`:' | sort -u); do
	check ":$word" grep -qiE "(\{ \"|title = \"|v\[0\], \")$word\"" src/console/deck_words.c src/console/deck_run.c src/console/view/*.c
done
sed -nE 's/.*The tones are `([a-z ]*)`.*/\1/p' README.md | tr ' ' '\n' >"$dir/told"
sed -n '/tones\[TONES + 1\] = {/,/}/p' src/console/theme.c | grep -o '"[a-z]*"' | tr -d '"' >"$dir/there"
check "the tones" lists "$dir/there" "$dir/told"
sed -n '/^## Themes/,/^## On/p' README.md | sed -n '1,5p' | grep -oE '`[a-z]+`' | tr -d '`' | sort >"$dir/told"
ls themes | sed 's/\.yaml//' | sort >"$dir/there"
check "the themes" lists "$dir/there" "$dir/told"
for folder in $(sed -n '/^## The reader/,/^## What/p' README.md | grep -oE '`[a-z]+/`' | tr -d '`/'); do
	check "there is a folder $folder" test -d "$folder" -o -d "tests/$folder"
done
tap_end
