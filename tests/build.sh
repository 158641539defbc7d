#!/bin/sh
# make all, for people who wait: how many files are compiled, on a terminal as it goes on, else a line before and one after. What the
# compiler says is shown as it comes. VARIABLE=VALUE...: for make. Nothing is said when nothing is to be compiled.
set -u
cd "$(dirname "$0")/.." || exit 2
. tests/support/progress.sh
unset MAKEFLAGS MFLAGS MAKELEVEL # whoever called wanted these for himself
make=${MAKE:-make}

all=$($make -n all "$@" | grep -c -e ' -c [^ ]*\.c -o ')
[ "$all" -gt 0 ] || exec $make -s all "$@"
count() {
	n=0
	while read -r line; do
		case $line in
		*" -c "*.c" -o "*)
			n=$((n + 1))
			file=${line##* -c }
			progress "compiling $n of $all: ${file%% *}"
			;;
		*" -o build/"*) progress "linking ${line##* -o }" ;;
		esac
	done
	progress_end
}

began=$(date +%s)
echo "compiling $all files: up to three minutes the first time" >&2
failed=$(mktemp) || exit 2
{ $make -j"$(nproc)" all "$@" || echo "$?" >"$failed"; } | count
code=$(cat "$failed")
rm -f "$failed"
[ -z "$code" ] || exit "$code"
echo "compiled in $(($(date +%s) - began)) s" >&2
