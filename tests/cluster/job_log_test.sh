#!/bin/sh
# What jobs write, on real Slurm in real machines: followed while the job runs, read after it, with the rights of its user; how
# jobs ended; a job once more; what a node said. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/world.sh
world_make joblog
said() { grep -qF -e "$1" "$dir/said"; }
until_pl() { # TEXT COMMAND...: asks again until the answer holds it, or 100 s are over
	text=$1 i=0
	shift
	until pl "$@" && said "$text"; do
		i=$((i + 1))
		[ $i -lt 200 ] || return 1
		sleep 0.5
	done
}
# No job ends before a reading of the queue had it: each script begins with $wait.
wait='until [ -e /shared/azureuser/seen.$SLURM_JOB_ID ]; do sleep 0.2; done'
seen() { # JOB: it is in the queue's reading, and may go on
	until_pl "$1" job list demo --filter "id:$1" && cp "$dir/said" "$dir/listed" && pl ssh demo -- touch "/shared/azureuser/seen.$1" && cp "$dir/listed" "$dir/said"
}
number() { sed -n 's/^job \([0-9]*\) is in the queue.*/\1/p' "$dir/said"; }

world_console --tasks 2
until_pl 'running for' cluster status demo && until_pl monte-carlo job list demo
ok "the cluster runs, and its first job is in the queue"

cat >"$dir/steps.sh" <<END
#!/bin/sh
#SBATCH --job-name=mesher
#SBATCH --error=steps-%j.err
echo "mesh is coarse" >&2
$wait
for i in 1 2 3 4 5 6; do
	echo "step \$i of 6"
	sleep 0.5
done
printf 'no line end'
exit 3
END
pl job submit demo "$dir/steps.sh" && job=$(number) && [ -n "$job" ]
ok "a job is submitted"
until_pl ' R ' job list demo --filter "id:$job" && said mesher
ok "it has the name that its script says"
seen "$job"
ok "it was waited for, and goes on"
pl job log demo "$job" --follow && said 'step 1 of 6' && said 'step 6 of 6' && said 'no line end'
ok "its output is followed from the first line to the end of the job"
[ "$(grep -c '^step ' "$dir/said")" = 6 ]
ok "each line once"
pl job log demo "$job" --stderr && said 'mesh is coarse' && ! said step
ok "stderr has a file of its own"
pl job log demo "$job" --tail 2 && said 'step 6' && ! said 'step 5'
ok "its last lines alone"
pl job files demo "$job" && grep -q "^/shared/azureuser/slurm-$job.out .*stdout" "$dir/said" &&
	grep -q "^/shared/azureuser/steps-$job.err .*stderr" "$dir/said"
ok "what it wrote where it ran is listed"
until_pl 'exit 3 on htc-' job list demo --ended --filter state:fail
ok "the job that ended is listed with its exit code and node"
pl job list demo && ! said "exit 3"
ok "and not in the queue alone"
until_pl 'exit 3' why demo "$job" && said "wrote: /shared/azureuser/slurm-$job.out"
ok "why tells how it ended and where it wrote"

printf '#!/bin/sh\n#SBATCH --job-name=stillborn\necho too short\nexit 3\n' >"$dir/short.sh"
pl job submit demo "$dir/short.sh" && short=$(number) && until_pl 'exit 3' why demo "$short" && said '(stillborn) of azureuser' &&
	said "wrote: /shared/azureuser/slurm-$short.out"
ok "a job that failed before a reading of the queue had it is known, too"
pl job list demo --ended --filter "id:$short" && said 'exit 3 on htc-' && pl job log demo "$short" && said 'too short'
ok "it is listed with those that ended, and has its output"
pl job log demo 1_1 && pl job log demo 99999
[ $? -eq 1 ] && said 'shows no job 99999'
ok "a job that never was is said"
pl job log demo 1
[ $? -eq 2 ] && said '1 is an array: name a task, as 1_'
ok "an array as a whole has no output, and which tasks there are is said"
printf '#!/bin/sh\n#SBATCH -N 2 --exclusive\n%s\nsrun hostname\n' "$wait" >"$dir/wide.sh"
pl job submit demo "$dir/wide.sh" && wide=$(number) && seen "$wide" && until_pl 'exit 0' why demo "$wide" && said 'ran on: htc-[' && said '(wide)'
ok "a job on two nodes ran on both, and has the name of its file"
pl job submit demo "$dir/wide.sh" --name broad -- -N 500 && wide=$(number) &&
	until_pl 'never fits: it asks for 500 nodes, ' why demo "$wide"
ok "one that can never run is said to be that"
printf '#!/bin/sh\n#SBATCH -o /dev/null\n%s\n' "$wait" >"$dir/quiet.sh"
pl job submit demo "$dir/quiet.sh" && quiet=$(number) && seen "$quiet" && until_pl "$quiet" job list demo --ended --filter "id:$quiet" &&
	pl job log demo "$quiet"
[ $? -eq 1 ] && said "job $quiet has no output file"
ok "one without output, too"
printf '#!/bin/sh\n%s\nhead -c 3000 /dev/zero\n' "$wait" >"$dir/zeros.sh"
pl job submit demo "$dir/zeros.sh" && zeros=$(number) && seen "$zeros" && until_pl 'exit 0' why demo "$zeros"
pl job log demo "$zeros"
[ $? -eq 1 ] && said 'is no text: copy it with'
ok "and one that wrote no text"

# Somebody whose files nobody else may read, and a link to what he may not read himself.
pl ssh demo -- sudo sh -c 'useradd -m other; cd /shared/results && install -d -o other -g other other && cd other &&
	printf "#!/bin/sh\numask 077\necho mine alone\nuntil [ -e seen ]; do sleep 0.2; done\n" >j.sh && chmod 755 j.sh &&
	sudo -u other sbatch --parsable -o /shared/results/other/own.out j.sh &&
	ln -sf /etc/shadow x.out && chown -h other x.out'
other=$(sed -n 's/^\([0-9][0-9]*\)$/\1/p' "$dir/said" | tail -n 1)
[ -n "$other" ]
ok "another user's job is submitted on the head"
pl ssh demo -- sudo sh -c "chmod 600 /shared/results/other/own.out 2>/dev/null; ls -l /shared/results/other"
until_pl 'other' why demo "$other"
pl ssh demo -- sudo touch /shared/results/other/seen
pl ssh demo -- sudo -u other cat /shared/results/other/own.out
pl job log demo "$other"
rc=$?
{ [ $rc -eq 0 ] || said 'no such file'; } && ! said 'root:'
ok "it is read with its user's rights"

pl job resubmit demo "$job" --name again --time 5 && again=$(number) && [ "$again" != "$job" ]
ok "a job is submitted once more from what the scheduler keeps of it"
pl job show demo "$again" && said 'JobName=again' && said 'TimeLimit=00:05:00'
ok "with what was changed"
seen "$again" && until_pl 'step 2 of 6' job log demo "$again"
ok "and does the same"
pl job resubmit demo "$job" --time 'soon'
[ $? -ne 0 ] && said 'no time limit'
ok "a change that is none is refused"

whole_log() { # of one that is there
	pl node list demo --json && node=$(grep -o '"name":"htc-[0-9]*"' "$dir/said" | head -n 1 | cut -d '"' -f 4) &&
		pl node log demo "$node" && said 'marks of its script' && said 'ready' && said 'cloud-init-output.log' && said 'serial console, from the cloud'
}
until_true whole_log
ok "a node's marks and its own log"

tap_end
