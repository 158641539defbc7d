#!/bin/sh
# What people see who wait for a build: on a terminal a count, else two lines; a build that fails fails. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
command -v script >/dev/null 2>&1 || skip "script is missing"
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
complain() { cat "$dir/said"; }
has() { grep -qF -e "$1" "$dir/said"; }

# A make that says what it would do and does, and whose end is in $dir/end.
cat >"$dir/make" <<END
#!/bin/sh
case " \$* " in *" -s "*) exit 0 ;; esac
[ ! -e $dir/nothing ] || exit 0
echo "gcc -Iinclude -O2 -c src/base/buf.c -o build/obj/src/base/buf.o"
echo "gcc -Iinclude -O2 -c src/base/str.c -o build/obj/src/base/str.o"
echo "gcc build/obj/src/base/buf.o build/obj/src/base/str.o -o build/azsim"
case " \$* " in *" -n "*) exit 0 ;; esac
exit \$(cat $dir/end)
END
chmod +x "$dir/make"
echo 0 >"$dir/end"

MAKE=$dir/make tests/build.sh >"$dir/said" 2>&1 && has 'compiling 2 files' && has 'compiled in ' && [ "$(wc -l <"$dir/said")" -eq 2 ]
ok "away from a terminal: a line before and one after"
MAKE=$dir/make TERM=xterm script -qec 'tests/build.sh' /dev/null >"$dir/said" 2>&1 </dev/null
has 'compiling 1 of 2: src/base/buf.c' && has 'compiling 2 of 2: src/base/str.c' && has 'linking build/azsim' && has 'compiled in '
ok "on a terminal it counts"
MAKE=$dir/make TERM=dumb script -qec 'tests/build.sh' /dev/null >"$dir/said" 2>&1 </dev/null
! has '1 of 2' && has 'compiling 2 files'
ok "one that cannot go back in a line gets two"
echo 3 >"$dir/end"
MAKE=$dir/make tests/build.sh >"$dir/said" 2>&1
[ $? -eq 3 ] && ! has 'compiled in '
ok "a build that fails ends so"
: >"$dir/nothing"
MAKE=$dir/make tests/build.sh >"$dir/said" 2>&1 && [ ! -s "$dir/said" ]
ok "where nothing is to be compiled nothing is said"
tap_end
