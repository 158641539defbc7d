#!/bin/sh
# The scheduler is being told what is on offer while the cluster takes over something else: it is told again, of what came
# meanwhile, too. On ghosts, with a head whose program waits until it is let go; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin jq mkfifo

said() { cli "$@" >"$site/said" 2>&1; }
has() { grep -qF -e "$1" "$site/said"; }

# The head's programs, each through a script; of what is told to offer, list after list is kept.
put_between() {
	mkdir "$site/head" "$site/told" && chmod 777 "$site/told" && mkfifo -m 666 "$site/go" || return 1
	for program in "$site"/cloud/bin/*; do
		printf '#!/bin/sh\nexec %s "$@"\n' "$program" >"$site/head/${program##*/}"
	done
	cat >"$site/head/paceline-sched" <<END
#!/bin/sh
[ "\$1" = offers ] || exec $site/cloud/bin/paceline-sched "\$@"
list=\$(/bin/cat) hold=false n=1
[ ! -e $site/hold ] || hold=true
while [ -e $site/told/\$n ]; do n=\$((n + 1)); done
echo "\$list" >$site/told/new.\$n
/bin/mv $site/told/new.\$n $site/told/\$n
! \$hold || read -r _ <$site/go
echo "\$list" | $site/cloud/bin/paceline-sched offers
END
	chmod 755 "$site"/head/*
	sed -i "s#^\( *bin:\).*#\1 \"$site/head\"#" "$site/cloud/cloud.yaml"
}
offered() { grep -q "$2" "$site/told/$1" 2>/dev/null; }
runs() { [ "$(cli cluster status demo --json | jq -r .state)" = running ]; }
told() { [ "$(cli events demo | grep -c 'the scheduler takes jobs for every size that the cluster may buy now')" -eq 1 ]; }
taken() { said job submit demo "$site/job.sh" -- --constraint="$1"; }

cloud_start 20 >/dev/null && put_between && engine_start && engine_wait
ok "a cloud of ghosts and an engine, with the head's programs in between"
said cluster create demo slurm htc_max=4 && said cluster start demo && until_true runs
ok "a cluster runs"
printf '#!/bin/sh\n#GHOST time=1\n' >"$site/job.sh"

touch "$site/hold"
said cluster update demo htc_size=Standard_F4s_v2 --yes && until_true offered 1 Standard_F4s_v2
ok "it takes another size over, and the head is being told"
said cluster update demo htc_size=Standard_F8s_v2 --yes && has 'has taken it over'
ok "meanwhile it takes a third one over"
rm "$site/hold"
timeout 60 sh -c 'echo >"$1"' sh "$site/go"
until_true offered 2 Standard_F8s_v2
ok "the head is told again, of the third one"
until_true told
ok "that is told when the head knows all of it, once"
taken Standard_F8s_v2
ok "a job that names it is taken"
[ ! -e "$site/told/3" ]
ok "and then nothing is left to be told"
gone() { ! said job submit demo "$site/job.sh" -- --constraint="$1" --hold && has 'Invalid feature'; }
gone Standard_F2s_v2 && gone Standard_F4s_v2
ok "sizes that it makes no more are not on offer any more"

# the head's own list is the one that it was made with
end_pid "$azsim_pid"
cloud_start 20 >/dev/null && until_true offered 3 Standard_F8s_v2 && until_true taken Standard_F8s_v2 && until_true gone Standard_F2s_v2
ok "a head that boots again is told, too"
told
ok "which is no event of its own"

tap_end
