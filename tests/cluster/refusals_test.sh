#!/bin/sh
# What is wrong gets a clear answer and harms nothing: the sentence, the exit code, and that the cloud has made nothing.
# Engine and cloud run as an ordinary user, as root's would need a user of their own; TAP.
# BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build/debug}
[ -x "$build/paceline" ] || build=build
. tests/support/tap.sh
[ "$(id -u)" = 0 ] || skip "other users and mounts of one's own need root"
for need in "$build/paceline" "$build/azsim" setpriv unshare curl python3 ssh-keygen; do
	command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
done

dir=$(mktemp -d /tmp/refuse.XXXXXX) || exit 2 # not below TMPDIR, which is the runner's alone
pids=''
end() {
	exec 3<&- 4<&- 5<&- 6<&-
	for pid in $pids; do kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done
	[ ! -e "$dir/tmux.sock" ] || tmux -S "$dir/tmux.sock" kill-server 2>/dev/null
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM

# The programs where every user may run them, with the templates beside.
mkdir "$dir/build" "$dir/home" "$dir/run"
cp "$build/paceline" "$build/paceline-engine" "$build/azsim" "$dir/build/"
cp -r templates "$dir/"
chmod -R a+rX "$dir/build" "$dir/templates"
chmod a+rx "$dir"
chown nobody "$dir/home" "$dir/run"
azsim=$dir/build/azsim pl=$dir/build/paceline sock=$dir/run/e.sock
user="setpriv --reuid=65534 --regid=65534 --clear-groups env -i HOME=$dir/home PATH=$PATH LC_ALL=C.UTF-8 TERM=xterm"
user="$user ASAN_OPTIONS=${ASAN_OPTIONS-} UBSAN_OPTIONS=${UBSAN_OPTIONS-}"
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR TMUX

complain() { cat "$dir/said"; }

# WHAT EXIT 'WORDS|WORDS' COMMAND...: its whole output holds every one of the words, and it ends with EXIT.
answers() {
	what=$1 want=$2 words=$3
	shift 3
	timeout 120 "$@" >"$dir/said" 2>&1 </dev/null
	got=$?
	verdict=0
	[ $got -eq "$want" ] || verdict=1
	while [ -n "$words" ]; do
		word=${words%%|*}
		grep -qF -- "$word" "$dir/said" || { verdict=1; echo "there is no: $word" >>"$dir/said"; }
		[ "$word" = "$words" ] && break
		words=${words#*|}
	done
	[ $verdict -eq 0 ] || echo "exit $got, wanted $want" >>"$dir/said"
	[ $verdict -eq 0 ]
	ok "$what"
}

as() { answers "$1" "$2" "$3" $user "$pl" --socket "$sock" $4; } # the words of $4 hold no blanks

ledger() { curl -s --unix-socket "$dir/home/az/control.sock" http://x/azsim/ledger >"$dir/said"; }
nothing_made() {
	ledger && grep -qxF '{"live":{},"vms":[],"disks":[]}' "$dir/said"
	ok "nothing was made: $1"
}

# FD NAME COMMAND...: in the background until the end; returns with its first line of output, which is in $dir/first.
serve() {
	fd=$1 name=$2
	shift 2
	rm -f "$dir/$name.out"
	mkfifo "$dir/$name.out"
	"$@" >"$dir/$name.out" 2>"$dir/$name.log" </dev/null &
	pids="$pids $!"
	eval "${name}_pid=$!"
	eval "exec $fd<'$dir/$name.out'"
	eval "read -r first <&$fd" || { cp "$dir/$name.log" "$dir/said"; return 1; }
	echo "$first" >"$dir/first"
}

ended() { # NAME [SIGNAL]
	eval "pid=\$${1}_pid"
	kill "-${2:-TERM}" "$pid"
	wait "$pid"
	status=$?
	pids=$(echo "$pids" | sed "s/ $pid\$//; s/ $pid / /")
	return $status
}

start_azsim() { serve 3 azsim $user "$azsim" serve --state "$dir/home/az" --control --scenario "$dir/scenario.yaml"; }
start_engine() { serve 4 engine $user "$pl" engine --cloud "$cloud" --state "$dir/home/st" --socket "$sock" --ready; }

long=$(printf 'x%.0s' $(seq 120))
cloud=$dir/home/az/cloud.yaml
printf 'quota_cores: 8\nquota_spot: 4\n' >"$dir/scenario.yaml"

# --- nobody is there yet
as "no engine" 1 "no engine answers: $sock|No such file|leave --socket out" "cluster list"
answers "no engine, no configuration" 1 "no cloud is configured|config.yaml|paceline demo" $user "$pl" cluster list
answers "status starts none" 1 'no engine answers on|"paceline engine" starts one' $user "$pl" status
$user mkdir -p "$dir/home/.local/state/paceline/demo"
for verb in "cluster list" status "ssh demo"; do
	answers "$verb after the demo's engine was killed" 1 "the demo's engine has ended: |demo starts it again" $user "$pl" $verb
done
rm -r "$dir/home/.local"
answers "a bad name of an engine" 2 '"../x" is no name for an engine' $user "$pl" -L ../x status
answers "an empty one" 2 '"" is no name for an engine' $user "$pl" -L "" status
mkdir -m 700 "$dir/closed"
answers "a socket in a folder of others" 1 "closed/e.sock: Permission denied: its folder is closed to you" $user "$pl" --socket "$dir/closed/e.sock" status
answers "a socket that is a file" 1 "/etc/passwd is not a socket" $user "$pl" --socket /etc/passwd status
answers "a socket's path that is too long" 1 "107 are possible" $user "$pl" --socket "$dir/$long" cluster list
answers "a state folder whose socket is too long" 1 "107 are possible|--socket" \
	$user "$pl" engine --state "$dir/home/$long" --socket "$dir/home/$long/e.sock"
[ ! -e "$dir/home/$long" ]; ok "and no folder is made for it"
answers "a demo's folder whose sockets are too long" 1 "--state $dir/home/$long has |has at most 107: name a folder of at most 88" \
	$user "$pl" demo --batch --ghosts --state "$dir/home/$long"
[ ! -e "$dir/home/$long" ]; ok "nor for that"
answers "an empty --state" 2 "--state is empty: it names a folder" $user "$pl" engine --state ""
answers "a demo of another name" 2 "leave -L out|--state DIR" $user "$pl" -L mine demo
answers "a word before the command without its value" 2 "--socket needs a value: PATH" $user "$pl" --socket
answers "a demo of no tasks" 2 '--tasks takes a number from 1 to 100000, not "0"; "paceline help demo"' $user "$pl" demo --tasks 0
answers "a template's file that is not there" 1 "./nothing.yaml: no such file" $user "$pl" template check nothing.yaml
answers "an unknown command" 2 'there is no command "cluster strat"|did you mean "cluster start"' $user "$pl" cluster strat
answers "an unknown option" 2 'has no option "--jsno"|did you mean "--json"' $user "$pl" cluster list --jsno

# --- templates
sed 's/^  hpc:/  hpc:\n    max_nodess: 3/' templates/slurm.yaml >"$dir/templates/typo.yaml"
line=$(grep -n max_nodess "$dir/templates/typo.yaml" | cut -d : -f 1)
answers "a template's typo" 1 "typo.yaml:$line:5: unknown key \"max_nodess\"|did you mean \"max_nodes\"" \
	$user "$pl" template check "$dir/templates/typo.yaml"
sed 's/{htc_max}/{htc_mx}/' templates/slurm.yaml >"$dir/templates/typo.yaml"
answers "a parameter's typo in a template" 1 'there is no parameter "htc_mx"; did you mean "htc_max"' \
	$user "$pl" template check "$dir/templates/typo.yaml"
printf 'title: [\n' >"$dir/templates/typo.yaml"
answers "a file that is no YAML" 1 "$dir/templates/typo.yaml:2:1: " $user "$pl" template check "$dir/templates/typo.yaml"
rm "$dir/templates/typo.yaml"

# --- the cloud: an ordinary user's
answers "a way into a cloud that has ended" 1 "none.sock: |start azsim again, or paceline demo" \
	"$azsim" connect 10.20.0.4 22 --socket "$dir/none.sock"
answers "azsim's command that is none" 2 'there is no command "srve"; did you mean "serve"?' "$azsim" srve
answers "its option" 2 'there is no option "--stat"; did you mean "--state"?' "$azsim" serve --stat x
answers "its port" 2 '--port takes a number from 0 to 65535, not "abc"' "$azsim" serve --state "$dir/home/az2" --port abc
answers "no folder for its state" 2 "--state DIR is needed" "$azsim" serve
answers "its help" 0 "usage: azsim serve --state DIR" "$azsim" --help
start_azsim; ok "without root the simulated cloud starts"
grep -qF 'machines are ghosts: guests need root' "$dir/azsim.log"; ok "and says what is missing"
answers "a second one on its state" 1 "another azsim (pid $azsim_pid) uses" $user "$azsim" serve --state "$dir/home/az"
port=$(sed -n 's/^arm: .*:\([0-9]*\)"/\1/p' "$cloud")
answers "its port is in use" 1 "port $port: Address already in use|choose another port" \
	$user "$azsim" serve --state "$dir/home/az2" --port "$port"
printf 'quota_coress: 4\n' >"$dir/bad.yaml"
answers "a scenario's typo" 1 'line 1: a scenario has no "quota_coress"' \
	$user "$azsim" serve --state "$dir/home/az2" --scenario "$dir/bad.yaml"

# --- engines that cannot start
no_engine() { answers "$1" 1 "$2" $user "$pl" engine --cloud "$3" --state "$dir/home/no" --socket "$dir/run/no.sock"; }
no_engine "a cloud's file that is not there" "$dir/none.yaml: No such file" "$dir/none.yaml"
cp "$cloud" "$dir/mine.yaml"; chmod 600 "$dir/mine.yaml"
no_engine "one that may not be read" "$dir/mine.yaml: Permission denied" "$dir/mine.yaml"
printf 'name: a\narm: [1,\nfoo: b\n' >"$dir/bad.yaml"
no_engine "one that is no YAML" "$dir/bad.yaml: line 4, column 1" "$dir/bad.yaml"
sed 's/^authority/authoritty/' "$cloud" >"$dir/bad.yaml"
no_engine "one with a typo" 'column 1: a cloud record has no "authoritty"; did you mean authority' "$dir/bad.yaml"
[ ! -e "$dir/home/no" ]; ok "and nothing is left of them"
answers "a state folder below another user's" 1 "--state $dir/st: the user nobody may not write to $dir, which belongs to root (mode 0755): name a folder of nobody's own" \
	$user "$pl" engine --cloud "$cloud" --state "$dir/st" --socket "$dir/run/no.sock"
answers "or in one that lets nobody in" 1 "--state $dir/closed/a/b: the user nobody may not pass $dir/closed, which belongs to root (mode 0700)" \
	$user "$pl" engine --cloud "$cloud" --state "$dir/closed/a/b" --socket "$dir/run/no.sock"
answers "a state folder that is a file" 1 "/etc/passwd: there already, and not a directory" \
	$user "$pl" engine --cloud "$cloud" --state /etc/passwd --socket "$dir/run/no.sock"

# --- an engine, and others beside it
start_engine; ok "an engine starts"
answers "R1.1: a second engine on its state" 1 "another engine (pid $engine_pid) holds $dir/home/st|-L" \
	$user "$pl" engine --cloud "$cloud" --state "$dir/home/st" --socket "$dir/run/no.sock"
answers "a second engine on its socket" 1 "an engine answers on $sock already|-L" \
	$user "$pl" engine --cloud "$cloud" --state "$dir/home/no" --socket "$sock"
[ ! -e "$dir/home/no" ]; ok "leaves nothing"
as "and the first one still answers" 0 "no clusters yet" "cluster list"

# --- clusters that cannot be
as "a name with a path in it" 2 'cluster name "../x"' "cluster create ../x slurm"
answers "an empty name" 2 'an empty word names nothing' $user "$pl" --socket "$sock" cluster create "" slurm
as "60 characters" 2 "has 1 to 32 characters" "cluster create $(printf 'x%.0s' $(seq 60)) slurm"
as "another alphabet" 2 'cluster name "hällo": use lower case letters' "cluster create hällo slurm"
as "a template's name" 1 'there is no template "slurn"; did you mean "slurm"' "cluster create alpha slurn"
as "a parameter's name" 2 'has no parameter "htc_sise"; did you mean "htc_size"' "cluster create alpha slurm htc_sise=x"
as "a number out of range" 2 "parameter htc_max: 99999999 is outside 0 to" "cluster create alpha slurm htc_max=99999999"
as "a number that is none" 2 'parameter htc_max: "many" is not a whole number' "cluster create alpha slurm htc_max=many"
as "a time that is none" 2 'parameter idle: "5x" is not a time such as 90s' "cluster create alpha slurm idle=5x"
as "an unknown cloud" 2 'asks for cloud "moon", which is not configured' "cluster create alpha slurm cloud=moon"
as "a shell where there is no cluster" 1 'there is no cluster yet: "paceline cluster create" makes one' "ssh"
as "no operation" 0 "no operation was begun yet" "operation list"
as "a cloud's typo" 1 'there is no cloud "azsmi"; did you mean "azsim"' "cloud retry azsmi"
# Every command that is of a cluster, with the words that its help asks for.
commands_of_a_cluster() {
	$user "$pl" help | sed -nE 's/^  ([a-z]+( [a-z-]+)?)  .*/\1/p' | while read -r command; do
		words=$($user "$pl" help $command | sed -nE "1s/^paceline $command (CLUSTER.*)/\\1/p")
		[ -n "$words" ] || continue
		words=$(echo "$words" | sed -E 's/\[.*//; s/\.\.\.//; s/CLUSTER/nope/; s/JOB\|NODE|JOB/1/; s/NODE/htc-1/; s/ARRAY/htc/')
		[ "$command" != "job submit" ] || words="$words --sample"
		echo "$command $words --yes"
	done
}
commands_of_a_cluster >"$dir/of_a_cluster"
[ "$(wc -l <"$dir/of_a_cluster")" -gt 30 ]; ok "commands that are of a cluster"
while read -r words; do
	as "there is none for: ${words% --yes}" 1 'there is no cluster "nope"; "cluster list" shows' "$words"
done <"$dir/of_a_cluster"
as "there is no such cluster" 1 'there is no cluster "nope"; "cluster list" shows' "cluster start nope"
as "nor a plan of its teardown" 1 'there is no cluster "nope"; "cluster list" shows' "cluster delete nope"
as "nor its events" 1 'there is no cluster "nope"' "events nope"
as "nor its operations" 1 'there is no cluster "nope"' "operation list nope"
as "no cluster was made" 0 "no clusters yet" "cluster list"

# nobody has asked this cloud about anything yet
as "a region that the cloud lacks" 2 'has no machine sizes in region "westeurop"; did you mean westeurope' \
	"cluster create moon slurm region=westeurop"
as "which a check says too" 1 'has no machine sizes in region "westeurop"; did you mean westeurope|try region=westeurope' \
	"cluster check moon slurm region=westeurop"
as "what is like none names them all" 2 'in region "mars"; it knows westeurope, northeurope, eastus' \
	"cluster create moon slurm region=mars"
as "a size that the region lacks" 2 "region westeurope has no size Standard_F2s_v22; did you mean Standard_F2s_v2" \
	"cluster create size slurm htc_size=Standard_F2s_v22"
as "and another" 2 "has no size Standard_D2s_v55; did you mean Standard_D2s_v5" \
	"cluster create size2 slurm head_size=Standard_D2s_v55"
as "values that the template has no use for are all told, each by its parameter" 1 "fail: cloud: |no/such|try cloud=azsim|fail: htc_size: |Standard_None" \
	"cluster check many slurm cloud=no/such htc_size=Standard_None"
as "a head above the quota" 1 "the head needs 16 cores, quota cores has 8 left: ask for more or choose another size" \
	"cluster create big slurm head_size=Standard_D16s_v5"
as "which a check says too" 1 "fail: head_size: the head needs 16 cores, quota cores has 8 left" \
	"cluster check big slurm head_size=Standard_D16s_v5"
nothing_made "names, parameters, regions, sizes and quotas"

# --- a cluster that runs
as "alpha" 0 "is made" "cluster create alpha slurm htc_max=4"
as "a name in use" 1 'there is a cluster "alpha" already' "cluster create alpha slurm"
as "a job for a cluster that is off" 1 'cluster alpha is off: "cluster start alpha" starts it' "job submit alpha --sample"
as "alpha starts" 0 "alpha: done" "cluster start alpha --wait"
as "a cluster's typo" 1 'there is no cluster "alhpa"; did you mean "alpha"' "cluster stop alhpa --yes"
as "the cost of none" 1 'there is no cluster "alhpa"; did you mean "alpha"' "cost alhpa"
as "no nodes" 0 "alpha has no nodes" "node list alpha"
as "no jobs" 0 "alpha has no jobs in its queue" "job list alpha"
as "a start of what runs" 0 "alpha runs already" "cluster start alpha"
printf '#!/bin/sh\nsleep 600\n' >"$dir/job.sh"
: >"$dir/empty.sh"
chmod a+r "$dir"/*.sh
as "a script that is not there" 1 "the script: $dir/none.sh: No such file" "job submit alpha $dir/none.sh"
as "an empty script" 2 "the script: $dir/empty.sh is empty" "job submit alpha $dir/empty.sh"
as "a program for a script" 2 "is a program, not a script" "job submit alpha /bin/true"
as "a job's name that is none" 2 'job name "a;b"' "job submit alpha $dir/job.sh --name a;b"
as "a job's time that is none" 2 'no time limit: use as in 30' "job submit alpha $dir/job.sh --time soon"
as "a job that no node could ever take" 1 'never fits: it asks for 4000 cores on a node' "job submit alpha $dir/job.sh --cpus 4000"
as "a task beyond the largest that the scheduler takes" 2 'its MaxArraySize is 1001' "job submit alpha $dir/job.sh --array 0-5000"
as "an option that is none of the scheduler's" 1 'unrecognized option' "job submit alpha $dir/job.sh -- --no-such-option"
as "a job" 0 "job 1 is in the queue" "job submit alpha $dir/job.sh --array 0-7"

says_now() { $user "$pl" --socket "$sock" $2 >"$dir/said" 2>&1 </dev/null && grep -qF -- "$1" "$dir/said"; }
until_said() { until_true says_now "$@"; } # WORDS COMMAND
until_said "4 of 4 cores in use, a F2s_v2 asks for 2" "plan alpha"
ok "a quota that stops growth: limit, used, asked"
until_said " 2 busy" "cluster status alpha"; ok "while what fits runs"
as "an unknown node among known ones" 1 'cluster alpha has no node "htc-99"' "node drain alpha htc-1 htc-99 --yes"
$user "$pl" --socket "$sock" node list alpha >"$dir/said" 2>&1; ! grep -q drain "$dir/said"; ok "drains none of them"
as "a node's typo names it" 1 'cluster alpha has no node "hct-1"; did you mean "htc-1"' "node show alpha hct-1"
as "another number is another node" 1 'has no node "htc-99"; "node list alpha" shows them' "node show alpha htc-99"
as "a filter that nothing fits" 0 "no row fits the filter; alpha has " "node list alpha --filter state:failed"
as "an old audit that was not exported" 1 'were exported: "audit export FILE" first' "audit prune --before 2100-01-01 --yes"
as "it is exported" 0 '"audit prune" may remove them' "audit export $dir/home/audit.json"
third=$(sed -n '3s/.*"at_ms":\([0-9]*\)[0-9][0-9][0-9],.*/\1/p' "$dir/home/audit.json")
as "it is not pruned unasked, and its rows are counted" 2 "nothing was removed: |audit rows, up to row |add --yes" \
	"audit prune --before $(date -u -d "@$((third + 1))" +%Y-%m-%dT%H:%M:%SZ)"
as "nor where none is so old" 1 "no audit row is older than 2001-01-01" "audit prune --before 2001-01-01 --yes"
as "a host list that is none" 2 '"htc-[1-": bad host list' "node drain alpha htc-[1- --yes"
as "nobody to be asked" 2 "there is no terminal to ask on: add --yes" "node terminate alpha htc-1"
as "an unknown job among known ones" 1 'has no job "999" in its queue|nothing was changed' "job cancel alpha 1 999 --yes"
as "an unknown task" 1 'has no job "1_9999"|nothing was changed' "job cancel alpha 1_9999 --yes"
as "nor is it held" 1 'has no job "1_9999"' "job hold alpha 1_9999"
as "nor released" 1 'has no job "1_9999"' "job release alpha 1_9999"
as "nor requeued" 1 'has no job "1_9999"' "job requeue alpha 1_9999 --yes"
as "another cluster with its addresses" 1 ' has addresses of 10.20.0.0/16, and one jump host| is free: network=10.' \
	"cluster create twin slurm network=10.20.0.0/16"
as "its check fails with the same words" 1 'fail: network: cluster |has addresses of 10.20.0.0/16, and one jump host|try network=10.' \
	"cluster check twin slurm network=10.20.0.0/16"
as "a default that steps aside is only told" 0 'warn: network: 10.20.0.0/16 is also the range of cluster ' \
	"cluster check twin slurm"
as "cancels none of them" 0 "1_0 |1_[" "job list alpha"
as "a job id that is none" 2 '"x;y" is no job id' "job cancel alpha x;y --yes"
as "an unknown job is shown" 1 "Invalid job id" "job show alpha 999"
as "a filter's typo" 2 'node rows have no "stte"' "node list alpha --filter stte:idle"
as "a second wrong value hides nothing of the first" 1 'no machine sizes in region "nowhere"|"abc" is not a whole number' \
	"cluster check other slurm region=nowhere htc_max=abc"
as "an operation that is not there" 1 "there is no operation 999" "operation show 999"
as "a deletion without the name" 2 "nothing was deleted: type the name" "cluster delete alpha"
as "a deletion with a wrong name" 2 '"alhpa" is not the cluster'"'"'s name; nothing was deleted' "cluster delete alpha --name alhpa"
as "a deletion with an old plan" 1 "changed since plan 0123456789ab|nothing was deleted" \
	"cluster delete alpha --name alpha --plan 0123456789abcdef"
as "a copy without a cluster" 2 "one of the two is CLUSTER:PATH" "cp /x /y"
as "a copy from simulated machines" 1 "there are no files on them" "cp alpha:/nope $dir/home/"
as "a shell on an unknown node" 1 'cluster alpha has no node "htc-99"' "ssh alpha htc-99"
as "a shell on a placeholder of the queue" 1 "offer-htc-1 is no machine" "ssh alpha offer-htc-1"
as "why it is there" 0 "Slurm takes a job only when some node could run it" "why alpha offer-htc-1"
as "nothing is wanted any more" 0 "1" "job cancel alpha 1 --yes"
as "a node is deleted" 0 "htc-1" "node terminate alpha htc-1 --yes"
until_said "gone: " "why alpha htc-1"
as "a shell on a node that is gone says what became of it" 1 'has no node "htc-1" any more: ' "ssh alpha htc-1"
answers "another user" 1 "$sock: Permission denied" \
	setpriv --reuid=65533 --regid=65533 --clear-groups "$pl" --socket "$sock" cluster list

# --- one user has all the connections that one may have, and says nothing on them: the engine ends these after 5 s
serve 6 holder $user python3 -c '
import socket, sys, time
held = [socket.socket(socket.AF_UNIX) for _ in range(8)]
for s in held:
    s.connect(sys.argv[1])
print("held", flush=True)
time.sleep(60)' "$sock"
ok "eight connections are open"
as "a ninth waits for its turn" 0 "alpha" "cluster list"
grep -q 'too many connections of one local user' "$dir/engine.log"; ok "as it was turned away before"
ended holder; [ $? -eq 143 ]; ok "and then all is as before"

# --- output that cannot go anywhere
$user "$pl" --socket "$sock" events 2>"$dir/said" | head -n 1 >/dev/null; [ ! -s "$dir/said" ]; ok "a reader that leaves is no error to tell"
answers "a full device" 1 "the output cannot be written: No space left on device" \
	$user sh -c "'$pl' --socket '$sock' cluster list >/dev/full"
answers "the console without a terminal or a pipe" 2 "reads from a terminal or a pipe" $user "$pl" --socket "$sock"
answers "a terminal that can do nothing" 0 "No screen here|plain lines instead" \
	$user sh -c "echo quit | TERM=dumb '$pl' --socket '$sock'"
if command -v tmux >/dev/null 2>&1; then
	screen() { tmux -S "$dir/tmux.sock" "$@"; }
	tmux -S "$dir/tmux.sock" -f /dev/null new-session -d -x 40 -y 10 -s small "$user $pl --socket $sock"
	shows_now() { screen capture-pane -p -t "$1" >"$dir/said" 2>&1 && grep -qF -- "$2" "$dir/said"; }
	screen_has() { until_true shows_now "$@"; } # SESSION WORDS
	screen_has small "> alpha"; ok "40 columns and 10 lines show the clusters"
	type_there() { screen send-keys -t small -l "$1" && screen send-keys -t small Enter; }
	type_there ":cluster start nope"; screen_has small 'there is no cluster "nope"'; ok "and answer what is typed"
	type_there ":cluster delete nape"; screen_has small 'there is no cluster "nape"'; ok "a teardown is of the cluster that was named"
	screen new-session -d -x 80 -y 24 -s dumb "TERM=dumb $user TERM=dumb $pl --socket $sock"
	screen_has dumb "alpha"; ok "TERM=dumb gets lines, in a second console"
	screen kill-server
else
	echo "ok $((n += 1)) # SKIP tmux is missing"
fi

# --- the cloud goes away and comes back
ledger; vms=$(grep -o '"computerName"' "$dir/said" | wc -l)
ended azsim
until_said "DOWN" "status"; ok "status says that the cloud is down"
grep -qE 'DOWN for [0-9]*s: .*(onnect|Broken pipe|reset)' "$dir/said" && grep -q 'alpha .*ago' "$dir/said"; ok "since when, why, and how old the readings are"
as "the rest still answers" 0 "alpha" "cluster list"
until_said "cloud azsim does not answer: " "events"; ok "an event tells the loss"
as "a cluster may be made" 0 "is made" "cluster create late slurm htc_max=1"
as "and its start begin" 0 "late starts (operation " "cluster start late"
late=$(sed -n 's/.*(operation \([0-9]*\)).*/\1/p' "$dir/said")
until_said "onnect" "operation show $late"; ok "which says what it waits for"
as "it is taken back" 0 "is taken back" "operation cancel $late"
start_azsim; ok "the cloud is back"
until_said "(simulated), answers" "status"; ok "and the engine finds it by itself"
until_said "cloud azsim answers again, after " "events"; ok "and an event tells it"
ledger; [ "$(grep -o '"computerName"' "$dir/said" | wc -l)" -eq "$vms" ]; ok "with the machines that were there, no more and no fewer"

# --- stores
ended engine; ok "the engine ends in order"
cp -r "$dir/home/st" "$dir/home/new"
chown -R nobody "$dir/home/new"
python3 - "$dir/home/new/engine.db" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA user_version = 999")
db.close()
END
before=$(cksum <"$dir/home/new/engine.db")
answers "a store of a newer program" 1 "has version 999|knows only up to|start the newer program" \
	$user "$pl" engine --cloud "$cloud" --state "$dir/home/new" --socket "$dir/run/no.sock"
[ "$before" = "$(cksum <"$dir/home/new/engine.db")" ]; ok "is not touched"
echo "no store" >"$dir/home/new/engine.db"
before=$(cksum <"$dir/home/new/engine.db")
serve 5 damaged $user "$pl" engine --cloud "$cloud" --state "$dir/home/new" --socket "$dir/run/no.sock" --ready
ok "with a file that is no store the engine starts from a backup"
answers "in safe mode, which says why" 0 "SAFE MODE|its store is damaged and kept" $user "$pl" --socket "$dir/run/no.sock" status
answers "changes nothing" 1 "safe mode" $user "$pl" --socket "$dir/run/no.sock" cluster start alpha
ended damaged; ok "and ends in order"
[ "$before" = "$(cksum <"$dir/home/new/engine.db")" ]; ok "the file is not touched"
sed 's/^name: azsim/name: other/' "$cloud" >"$dir/other.yaml"
chmod a+r "$dir/other.yaml"
serve 4 engine $user "$pl" engine --cloud "$dir/other.yaml" --state "$dir/home/st" --socket "$sock" --ready
ok "an engine whose configuration lost a cloud starts"
as "its clusters say so" 1 'is in cloud "azsim", which is not configured any more' "cluster delete alpha --name alpha"
ended engine; ok "and it ends in order"

# --- in mounts of their own, which go with the shell that made them
cat >"$dir/full.sh" <<'END'
# A small disk: overlay, as a store does not live in memory, above a small tmpfs.
set -u
disk=$dir/disk
mkdir -p "$disk" "$disk.t"
mount -t tmpfs -o size=64m tmpfs "$disk.t" && mkdir "$disk.t/up" "$disk.t/work" "$disk.t/low" && chown nobody "$disk.t/up" &&
	mount -t overlay -o "lowerdir=$disk.t/low,upperdir=$disk.t/up,workdir=$disk.t/work" overlay "$disk" 2>/dev/null ||
	{ echo "no overlay here"; exit 77; }
mkfifo "$dir/full.out"
$user "$pl" engine --cloud "$cloud" --state "$disk/st" --socket "$dir/run/full.sock" --ready >"$dir/full.out" 2>&1 &
engine=$!
exec 9<"$dir/full.out"
read -r first <&9
cat <&9 >/dev/null &
run() { $user "$pl" --socket "$dir/run/full.sock" "$@" </dev/null 2>&1; echo "exit $?"; }
run cluster create alpha slurm
cat /dev/zero 2>/dev/null >"$disk.t/up/fill"
run cluster create beta slurm
run cluster start alpha
run cluster list
rm "$disk.t/up/fill"
run cluster create gamma slurm
kill $engine
wait $engine
echo "engine $?"
END
cat >"$dir/nossh.sh" <<'END'
set -u
mkdir -p "$dir/bin.t"
mount -t tmpfs tmpfs "$dir/bin.t" && mkdir "$dir/bin.t/up" "$dir/bin.t/work" && mknod "$dir/bin.t/up/ssh" c 0 0 &&
	mount -t overlay -o "lowerdir=/usr/bin,upperdir=$dir/bin.t/up,workdir=$dir/bin.t/work" overlay /usr/bin 2>/dev/null ||
	{ echo "no overlay here"; exit 77; }
sed 's/transport: local/transport: ssh/' "$cloud" >"$dir/ssh.yaml"
chmod a+r "$dir/ssh.yaml"
mkfifo "$dir/nossh.out"
$user "$pl" engine --cloud "$dir/ssh.yaml" --state "$dir/home/nossh" --socket "$dir/run/nossh.sock" --ready >"$dir/nossh.out" 2>&1 &
engine=$!
exec 9<"$dir/nossh.out"
read -r first <&9
cat <&9 >/dev/null &
run() { $user "$pl" --socket "$dir/run/nossh.sock" "$@" </dev/null 2>&1; echo "exit $?"; }
run cluster create unreached slurm
run cluster start unreached --wait
kill $engine
wait $engine
END
export dir user pl cloud
in_mounts() { # SCRIPT: its words are in $dir/told
	unshare -m sh "$dir/$1" >"$dir/told" 2>&1
	case $? in 77) return 1 ;; esac
	cp "$dir/told" "$dir/said"
}
told() { cp "$dir/told" "$dir/said"; grep -qF -- "$1" "$dir/told"; }

if in_mounts full.sh; then
	told "alpha is made"; ok "a disk with room"
	told "full.sock: " ; [ $? -ne 0 ]; ok "the engine outlives the disk's end"
	told "is full: 0 KiB are free"; ok "a full disk is told, with numbers"
	[ "$(grep -c 'nothing was changed: free some space' "$dir/told")" -eq 2 ]; ok "for every change that is refused"
	grep -q '^alpha ' "$dir/told" && ! grep -q '^beta ' "$dir/told"; ok "reading goes on, and nothing is half made"
	told "gamma is made" && told "engine 0"; ok "with room again all goes on"
else
	echo "ok $((n += 1)) # SKIP a full disk: no overlay mount here"
fi
ledger; before=$(cat "$dir/said")
if in_mounts nossh.sh; then
	told "there is no /usr/bin/ssh here: install openssh-client"; ok "no ssh is told"
	told "exit 1"; ok "as a failure"
	ledger; [ "$before" = "$(cat "$dir/said")" ] || ! grep -q unreached "$dir/said"; ok "before a head is paid"
else
	echo "ok $((n += 1)) # SKIP no ssh: no overlay mount here"
fi

# --- root's engine, which becomes the user paceline
if id paceline >/dev/null 2>&1; then
	mkdir "$dir/root" "$dir/taken"
	touch "$dir/taken/file"
	cp "$cloud" "$dir/root.yaml"
	cp "$(sed -n 's/^client_secret_file: "\(.*\)"/\1/p' "$cloud")" "$dir/secret"
	cp "$(sed -n 's/^ca_file: "\(.*\)"/\1/p' "$cloud")" "$dir/ca.pem"
	chown paceline "$dir/secret"
	chmod 600 "$dir/secret"
	chmod a+r "$dir/ca.pem"
	sed -i "s#^ca_file: .*#ca_file: \"$dir/ca.pem\"#" "$dir/root.yaml"
	sed -i "s#^client_secret_file: .*#client_secret_file: \"$dir/secret\"#; s/transport: local/transport: ssh/" "$dir/root.yaml"
	printf 'roles:\n  - "user:nobody=operator"\n' >"$dir/roles.yaml"
	owner=$(stat -c '%u %a' "$dir/taken")
	answers "root's engine takes no folder of others" 1 "--state: $dir/taken holds what is not the engine's" \
		"$pl" engine --cloud "$dir/root.yaml" --state "$dir/taken" --socket "$dir/root/run/e.sock"
	answers "nor for its socket" 1 "--socket: $dir/taken holds what is not the engine's" \
		"$pl" engine --cloud "$dir/root.yaml" --state "$dir/root/st" --socket "$dir/taken/e.sock"
	[ "$owner" = "$(stat -c '%u %a' "$dir/taken")" ] && [ ! -e "$dir/root/st" ]; ok "and changes nothing of them"
	serve 5 rooted "$pl" engine --cloud "$dir/root.yaml" --config "$dir/roles.yaml" --state "$dir/root/st" \
		--socket "$dir/root/run/e.sock" --ready
	ok "root's engine starts"
	member="setpriv --regid=$(id -g nobody) --groups $(id -g paceline)"
	rpl="$pl --socket $dir/root/run/e.sock"
	answers "who is not in its group" 1 "Permission denied: the engine's owner lets you in by its group" $user $rpl cluster list
	answers "who has no role" 1 "has no role here: an admin grants one in the configuration" \
		$member --reuid=65533 $rpl cluster list
	answers "an operator asks for what is the admin's" 1 "needs the role admin; nobody is operator" $member --reuid=nobody $rpl audit
	$rpl cluster create alpha slurm >/dev/null 2>&1
	answers "an operator's shell before there is a head" 1 'cluster alpha is off: "cluster start alpha" starts it' \
		$member --reuid=nobody $rpl ssh alpha
	$rpl cluster start alpha >/dev/null 2>&1
	has_head() { $rpl cluster status alpha >"$dir/said" 2>&1 && grep -q '^head' "$dir/said"; }
	until_true has_head
	answers "an operator without the right to the key" 1 "the key to the cluster's machines|is for the engine's user alone" \
		$member --reuid=nobody $rpl ssh alpha
	answers "nor to copy" 1 "is for the engine's user alone" $member --reuid=nobody $rpl cp alpha:/etc/hostname "$dir/home/"
	ended rooted; ok "and it ends in order"
else
	echo "ok $((n += 1)) # SKIP root's engine: there is no user paceline"
fi

tap_end
