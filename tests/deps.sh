#!/bin/sh
# Installs what is missing to build, test and run Paceline on Debian 12, as root or with sudo. Quick when nothing is missing.
# No service that comes with a package is started: sshd, munge and Slurm run inside the simulated machines only.
set -eu
. "$(dirname "$0")/support/progress.sh"

# deps.sh demo installs what the program needs, without what only tests use. libvterm is the second terminal that screens are
# replayed through; zsh and fish complete the commands as bash does.
build="gcc make libc6-dev libevent-dev libcurl4-openssl-dev libssl-dev libjansson-dev libyaml-dev libmd-dev
libsqlite3-dev libncurses-dev"
tests="clang libclang-rt-14-dev libcmocka-dev libvterm-dev mold tmux htop zsh fish jq curl sqlite3 cppcheck clang-format clang-tidy shellcheck procps util-linux librsvg2-bin fonts-dejavu-core"
run="openssh-client openssh-server munge slurmctld slurmd slurm-client slurm-wlm-basic-plugins sudo iproute2 openssl ca-certificates"

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo

if ! command -v apt-get >/dev/null 2>&1; then
	echo "This is no Debian. With dnf these are the packages (not tested):" >&2
	echo "  gcc make clang libevent-devel libcurl-devel openssl-devel jansson-devel libyaml-devel libmd-devel sqlite-devel ncurses-devel" >&2
	echo "  libcmocka-devel libvterm-devel tmux jq curl sqlite cppcheck ShellCheck openssh-server munge slurm slurm-slurmd slurm-slurmctld sudo iproute" >&2
	exit 1
fi

[ "${1-}" != demo ] || tests=
# As whom root's engine runs: tests that need it would be left out until the first of them that makes a demo has made it.
[ -z "$tests" ] || [ "$(id -u)" != 0 ] || id paceline >/dev/null 2>&1 ||
	useradd --system --user-group --no-create-home --shell /usr/sbin/nologin paceline
missing=
for p in $build $tests $run; do
	dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null | grep -q '^ii' || missing="$missing $p"
done
# Microsoft's validator and SDK run on node; a node from elsewhere brings its own npm, and Debian's would not go with it.
[ -z "$tests" ] || command -v node >/dev/null 2>&1 || missing="$missing nodejs"
[ -z "$tests" ] || command -v npm >/dev/null 2>&1 || missing="$missing npm"
[ -n "$missing" ] || exit 0

if [ -n "$sudo" ] && ! command -v sudo >/dev/null 2>&1; then
	echo "these packages are missing, and only root can install them: apt-get install$missing" >&2
	exit 1
fi
echo "installing:$missing" >&2
policy=/usr/sbin/policy-rc.d
kept=
[ ! -e $policy ] || { kept=$(mktemp) && $sudo cp -p $policy "$kept"; }
restore() {
	if [ -n "$kept" ]; then $sudo cp -p "$kept" $policy; $sudo rm -f "$kept"; else $sudo rm -f $policy; fi
}
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
$sudo chmod 755 $policy

# apt's own words of how far it is, "pmstatus:libyaml-dev:40.5:Unpacking libyaml-dev (amd64)", as one line of this terminal.
show_apt() {
	while IFS=: read -r kind _ percent what; do
		case $kind in
		dlstatus) progress "fetching, ${percent%.*} %: $what" ;;
		pmstatus) progress "installing, ${percent%.*} %: $what" ;;
		esac
	done
	progress_end
}
apt() { # sudo lends no other descriptor than the usual three
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -o APT::Status-Fd=1 "$@" || echo "$?" >"$failed"
}

failed=$(mktemp)
progress "reading the lists of packages"
apt update | show_apt
# shellcheck disable=SC2086
[ -s "$failed" ] || apt install -y --no-install-recommends $missing | show_apt
code=$(cat "$failed")
rm -f "$failed"
[ -z "$code" ] || exit "$code"
# What an installation enabled would start at the next boot of this machine.
if command -v systemctl >/dev/null 2>&1; then
	$sudo systemctl disable -q munge slurmctld slurmd 2>/dev/null || true
fi
