# What the scripts of heads and nodes have in common. Part of a machine's boot script, behind its variables; runs as root,
# at the first boot from customData and at each later one from /var/lib/cloud/scripts/per-boot. Every step may run again.
# shellcheck shell=sh
# shellcheck disable=SC2034 # part of a longer script
set -u
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TZ=UTC

mark_as=$(hostname)
mark_dir=/run/paceline-marks # until /sched is there

# mark PHASE [TEXT]: one line a mark, fields by TAB: NAME PHASE UTC_SECONDS TEXT. The engine reads the last one of each name.
mark() {
	mkdir -p "$mark_dir"
	printf '%s\t%s\t%s\t%s\n' "$mark_as" "$1" "$(date +%s)" "$(printf '%s' "${2-}" | tr '\t\n\r' '   ' | cut -c1-300)" \
		>>"$mark_dir/$mark_as"
	echo "paceline: $1 ${2-}"
}

# marks_go_to FOLDER NAME: what was said before is said there, under the new name.
marks_go_to() {
	mkdir -p "$1"
	if [ "$mark_dir/$mark_as" != "$1/$2" ]; then
		[ ! -e "$mark_dir/$mark_as" ] ||
			awk -F '\t' -v OFS='\t' -v name="$2" '{ $1 = name; print }' "$mark_dir/$mark_as" >"$1/$2"
		rm -f "$mark_dir/$mark_as"
	fi
	mark_dir=$1 mark_as=$2
}

fail() {
	mark failed "$*"
	exit 1
}

# must WHAT COMMAND...: the last line of what a failing command says goes into the mark.
must() {
	must_what=$1
	shift
	must_said=$("$@" 2>&1) && return
	fail "$must_what: $(printf '%s\n' "$must_said" | tail -n 1)"
}

# until_true SECONDS COMMAND...: for what has no event to wait for (a server elsewhere). Ever slower, up to 2 s, and with an end.
until_true() {
	until_end=$(($(date +%s) + $1)) until_pause=0.1
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$until_end" ] || return 1
		sleep "$until_pause"
		case $until_pause in
		0.1) until_pause=0.2 ;;
		0.2) until_pause=0.5 ;;
		0.5) until_pause=1 ;;
		*) until_pause=2 ;;
		esac
	done
}

has_systemd() { [ -d /run/systemd/system ]; }

apt_install() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$@"
}

apt_ready() { apt-get -q -o DPkg::Lock::Timeout=300 update; }

# packages PROGRAMS DEBIAN_PACKAGES RPM_PACKAGES: nothing is installed where the programs are there already.
packages() {
	for package_program in $1; do
		command -v "$package_program" >/dev/null && continue
		if command -v apt-get >/dev/null; then
			until_true 120 apt_ready || fail "apt-get update: the package archive does not answer"
			# shellcheck disable=SC2086 # a list
			must "apt-get install $2" apt_install $2
		elif command -v dnf >/dev/null; then # not tried on any such system
			# shellcheck disable=SC2086 # a list
			must "dnf install $3" dnf -q -y install $3
		else
			fail "$package_program is missing, and there is neither apt-get nor dnf"
		fi
		command -v "$package_program" >/dev/null || fail "$package_program is missing after the installation"
		return 0
	done
}

# At the next boots this very script runs again; customData runs only once.
keep=/var/lib/cloud/scripts/per-boot/paceline
keep_for_reboot() {
	if [ -f "$0" ] && [ "$0" != "$keep" ]; then
		mkdir -p "${keep%/*}"
		install -m 0700 "$0" "$keep.new" && mv -f "$keep.new" "$keep"
	fi
}

# begin FILE...: one script at a time; marks of an earlier boot are gone before /run/paceline/begun is there.
begin() {
	mkdir -p /run/paceline
	exec 9>/run/paceline/boot.lock
	flock 9
	rm -rf "$mark_dir" "$@"
	date +%s >/run/paceline/begun
	keep_for_reboot
}

# setting NAME FALLBACK: of the template's scheduler.settings.
setting() {
	printf '%s\n' "$SETTINGS" | awk -v name="$1" -v value="$2" '
		index($0, name "=") == 1 { value = substr($0, length(name) + 2) }
		END { print value }'
}

munge_folders() {
	install -d -m 0700 -o munge -g munge /etc/munge /var/lib/munge /var/log/munge
	install -d -m 0755 -o munge -g munge /run/munge
}

munge_up() {
	if has_systemd; then
		systemctl enable -q munge && systemctl restart munge
	elif ! munge -n >/dev/null 2>&1; then
		setpriv --reuid munge --regid munge --clear-groups /usr/sbin/munged 9>&-
	fi
}
