#!/bin/sh
# What make install puts down is whole: the program finds its themes and templates beside itself, and its manual is one. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
# says CODE TEXT COMMAND...: the command ends with CODE and says TEXT.
says() {
	code=$1 text=$2
	shift 2
	said=$("$@" 2>&1 </dev/null)
	rc=$?
	case $said in
	*"$text"*) [ "$rc" = "$code" ] && return ;;
	esac
	echo "# exit $rc: $said" | head -5
	return 1
}
silent() { # COMMAND...: it ends well and says nothing
	said=$("$@" 2>&1)
	[ $? -eq 0 ] && [ -z "$said" ] && return
	echo "$said" | sed 's/^/# /' | head -5
	return 1
}

dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
check "make install" silent make -s DEBUG=1 CI=1 install DESTDIR="$dir/root" prefix=/opt/pl
export HOME="$dir/home" XDG_CONFIG_HOME="$dir/home/config" XDG_STATE_HOME="$dir/home/state" XDG_RUNTIME_DIR="$dir/home/run"
mkdir -p "$XDG_CONFIG_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
bin=$dir/root/opt/pl/bin/paceline
manual=$dir/root/opt/pl/share/man/man1/paceline.1

check "a theme that came with it is found" says 2 'there is no theme "amberr"; did you mean "amber"?' "$bin" --theme amberr --plain
check "a file with a mistake is told with its line" says 2 'line 2: ok: "gren" is no colour or attribute; did you mean "green"?' \
	sh -c 'printf "tones:\n  ok: gren\n" >"$0" && exec "$1" --theme "$0" --plain' "$dir/mine.yaml" "$bin"
check "and no engine was started for it" [ -z "$(find "$XDG_RUNTIME_DIR" "$XDG_STATE_HOME" -type f -o -type s)" ]
check "a template that came with it is found" says 0 '' "$bin" template check slurm

check "a theme that is none is told with those that there are" says 2 'there is no theme "nope": amber,' "$bin" --theme nope --plain
check "before a command, too" says 2 'there is no theme "nope"' "$bin" --theme nope cluster list
unit=$dir/root/opt/pl/lib/systemd/system/paceline.service
for line in Type=notify WatchdogSec=30 Restart=always RestartSec=2; do
	check "R1.5, R1.6: the service has $line" grep -qx "$line" "$unit"
done
if command -v systemd-analyze >/dev/null; then
	sed "s#=/opt/pl#=$dir/root/opt/pl#" "$unit" >"$dir/paceline.service"
	check "systemd takes the service" sh -c "! systemd-analyze verify '$dir/paceline.service' 2>&1 | grep -v 'man page' | grep -q 'paceline.service'"
fi

for part in NAME SYNOPSIS DESCRIPTION OPTIONS KEYS ENVIRONMENT FILES "EXIT STATUS" EXAMPLES; do
	check "the manual has $part" grep -qx ".SH $part" "$manual"
done
if command -v groff >/dev/null; then
	check "groff finds nothing in the manual" silent groff -ww -z -man -Tutf8 "$manual"
else
	n=$((n + 1))
	echo "ok $n - groff finds nothing in the manual # skip groff is not installed"
fi
if command -v mandoc >/dev/null; then
	check "nor does mandoc" silent mandoc -T lint -W warning "$manual"
fi
tap_end
