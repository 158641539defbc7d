#!/bin/sh
# A cloud of ghosts as processes: the head's commands in azsim's bin folder, a kill -9 in between, a second azsim on the
# same state or port. TAP. BUILD: another build directory than build/debug.
set -u
cd "$(dirname "$0")/../.." || exit 2
azsim=$PWD/${BUILD:-build/debug}/azsim
[ -x "$azsim" ] || azsim=$PWD/build/azsim
. tests/support/tap.sh
for need in "$azsim" curl base64; do
	command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
done

dir=$(mktemp -d "${TMPDIR:-/tmp}/ghost.XXXXXX") || exit 2
state=$dir/state pid=
end() {
	[ -z "$pid" ] || { kill -9 "$pid"; wait "$pid"; } 2>/dev/null
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM

complain() { cat "$dir/said" "$dir/errors"; }

# Twenty times faster than life; ready when it says so.
start() {
	rm -f "$dir/ready"
	mkfifo "$dir/ready"
	"$azsim" serve --state "$state" --ghosts --control --clock-factor 20 "$@" >"$dir/ready" 2>>"$dir/errors" &
	pid=$!
	read -r line <"$dir/ready"
	plain=$(echo "$line" | sed -n 's/.*plain \(http:[^ ]*\) .*/\1/p')
	[ -n "$plain" ]
}

token() {
	curl -sS "$plain/00000000-0000-0000-0000-0000000000aa/oauth2/v2.0/token" -d grant_type=client_credentials \
		-d client_id=00000000-0000-0000-0000-0000000000cc --data-urlencode "client_secret=$(cat "$state/client.secret")" \
		-d scope=https://management.azure.com/.default | sed 's/.*"access_token":"\([^"]*\)".*/\1/'
}

call() { # METHOD PATH [BODY]: the answer, and its status on the last line
	curl -sS -X "$1" -H "Authorization: Bearer $bearer" -H "x-azsim-key: $(cat "$state/control.key")" \
		-H 'Content-Type: application/json' ${3:+-d "$3"} -w '\n%{http_code}\n' "$plain$2?api-version=2024-03-01" >"$dir/said"
	case $(tail -n 1 "$dir/said") in 2*) ;; *) return 1 ;; esac
}

group=/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/ghosts
compute=$group/providers/Microsoft.Compute
net=$group/providers/Microsoft.Network/virtualNetworks/net

os_profile() { # KEY NAME SCRIPT
	printf '"osProfile":{"%s":"%s","adminUsername":"azureuser","customData":"%s","linuxConfiguration":{' "$1" "$2" \
		"$(printf '%s' "$3" | base64 -w 0)"
	printf '"disablePasswordAuthentication":true,"ssh":{"publicKeys":[{"path":"/home/azureuser/.ssh/authorized_keys",'
	printf '"keyData":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops"}]}}}'
}

image='"imageReference":{"publisher":"Debian","offer":"debian-12","sku":"12-gen2","version":"latest"}'
nic='{"name":"nic0","properties":{"primary":true,"ipConfigurations":[{"name":"ip0","properties":{"primary":true,
	"subnet":{"id":"'$net/subnets/compute'"}}}]}}'

head_vm() {
	echo '{"location":"westeurope","properties":{"hardwareProfile":{"vmSize":"Standard_D2s_v5"},'
	os_profile computerName demo-head "#!/bin/sh
CLUSTER='demo'
ADMIN_USER='azureuser'
OFFERS='htc Standard_F2s_v2 2 3500 0 both 16 yes -'
SETTINGS='DefMemPerCPU=1024'
"
	echo ',"storageProfile":{'"$image"',"osDisk":{"createOption":"FromImage","deleteOption":"Delete"}},'
	echo '"networkProfile":{"networkApiVersion":"2020-11-01","networkInterfaceConfigurations":['"$nic"']}}}'
}

node_set() { # COUNT
	echo '{"location":"westeurope","sku":{"name":"Standard_F2s_v2","capacity":'"$1"'},"properties":{'
	echo '"orchestrationMode":"Flexible","platformFaultDomainCount":1,"singlePlacementGroup":false,'
	echo '"virtualMachineProfile":{"priority":"Spot","evictionPolicy":"Delete","billingProfile":{"maxPrice":-1},'
	os_profile computerNamePrefix htc- "#!/bin/sh
ARRAY='htc'
HEAD='demo-head'
"
	echo ',"storageProfile":{'"$image"',"osDisk":{"createOption":"FromImage"}},'
	echo '"networkProfile":{"networkApiVersion":"2020-11-01","networkInterfaceConfigurations":['"$nic"']}}}}'
}

# A command of the head, as the engine runs it.
ask() {
	command=$1
	shift
	PACELINE_HEAD=demo-head SLURM_BITSTR_LEN=0 timeout 120 "$state/bin/$command" "$@" >"$dir/said" 2>"$dir/said.err"
}

phase_is() { # NAME PHASE
	ask paceline-sched status && awk -F '\t' -v name="$1" -v phase="$2" '$1 == name { now = $2 } END { exit now != phase }' \
		"$dir/said"
}

waiting_hosts() { awk -F '\t' '$2 == "wait" { print $1 }' "$dir/said"; }
nodes_wait() { ask paceline-sched status && [ "$(waiting_hosts | wc -l)" -eq "$1" ]; }
queue_is() { ask squeue -h -o '%i %T' && [ "$(cat "$dir/said")" = "$1" ]; }
jobs_run() { ask squeue -h -t R -o %N && grep -q '^htc-[12]$' "$dir/said"; }
all_kept() { call GET /azsim/queue && grep -q '"unwritten":0' "$dir/said"; }
no_queue() { ask squeue -h && [ ! -s "$dir/said" ]; }

start
ok "azsim serves ghosts"
grep -q "transport: local" "$state/cloud.yaml" && grep -q "bin: \"$state/bin\"" "$state/cloud.yaml"
ok "the cloud's record names the folder of commands"
"$azsim" serve --state "$state" --ghosts >"$dir/said" 2>&1
[ $? -eq 1 ] && grep -q "another azsim (pid $pid) uses $state: stop it, or choose another --state" "$dir/said"
ok "a second azsim on the same state says so and ends"
"$azsim" serve --state "$dir/other" --ghosts --http-port "${plain##*:}" >"$dir/said" 2>&1
[ $? -eq 1 ] && grep -q "cannot listen on 127.0.0.1 port ${plain##*:}: Address already in use" "$dir/said"
ok "a port in use is named, and azsim ends"
! ask squeue -h && grep -q 'Unable to contact slurm controller' "$dir/said.err"
ok "no head, no controller"

bearer=$(token)
call PUT "$group" '{"location":"westeurope"}' &&
	call PUT "$net" '{"location":"westeurope","properties":{"addressSpace":{"addressPrefixes":["10.20.0.0/16"]},
		"subnets":[{"name":"compute","properties":{"addressPrefix":"10.20.0.0/18"}}]}}' &&
	call PUT "$compute/virtualMachines/head" "$(head_vm)"
ok "a head is bought"
until_true phase_is head ready
ok "its marks end with ready"
ask scontrol ping && grep -qx 'Slurmctld(primary) at demo-head is UP' "$dir/said"
ok "the controller is up"
printf '#!/bin/sh\n#SBATCH --array=1-6\n#GHOST time=100\n' >"$dir/job.sh"
ask sbatch --parsable "$dir/job.sh" && grep -qx 1 "$dir/said" && until_true queue_is '1_[1-6] PENDING'
ok "an array waits for nodes"
ask paceline-sched submit more 1-2 htc - <"$dir/job.sh" && grep -qx 2 "$dir/said"
ok "the tool submits what comes on its stdin"

call PUT "$compute/virtualMachineScaleSets/htc" "$(node_set 2)" && until_true nodes_wait 2
ok "two nodes wait for their line"
waiting_hosts | awk -v OFS='\t' '{ print $1, "htc-" NR, "htc", "Standard_F2s_v2", 2, 3500, 0, "htc,Standard_F2s_v2,spot" }' >"$dir/list"
ask paceline-sched publish <"$dir/list" && grep -qx 'ok 2' "$dir/said" && until_true phase_is htc-2 ready
ok "they join under their names"
until_true jobs_run
ok "jobs run on them"

until_true all_kept
kill -9 "$pid" && wait "$pid" 2>/dev/null
! ask squeue -h && grep -q 'Unable to contact slurm controller' "$dir/said.err"
ok "while azsim is dead its commands say that there is no controller"
start && ask scontrol show node htc-1 -o && grep -q ' State=[A-Z]*+DYNAMIC_NORM ' "$dir/said"
ok "after a kill -9 the nodes are there again"
until_true no_queue
ok "and every job comes to its end"

bearer=$(token)
call POST /azsim/queue-load '{"jobs":100000,"seconds":30}' && ask squeue -h && [ "$(wc -l <"$dir/said")" -eq 100000 ]
ok "a hundred thousand jobs are listed"
call POST /azsim/queue-fault '{"kind":"truncated","times":1}' && ask squeue -h -o %A && [ "$(wc -l <"$dir/said")" -lt 60000 ]
ok "a truncated answer is short"
call POST /azsim/queue-fault '{"kind":"hang","times":1}' && ! PACELINE_HEAD=demo-head timeout 0.3 "$state/bin/squeue" &&
	ask scancel -u azureuser && no_queue
ok "a hanging command hangs alone"
kill "$pid" && wait "$pid"
ok "azsim ends in order"
pid=

tap_end
