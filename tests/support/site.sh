# A cloud of ghosts and an engine as processes, for scripts that source this from the top of the tree. The folder may be
# passed by the user that root's engine becomes.
#   site_begin PROGRAM...            for a test that has sourced tap.sh: skips it where one of these or anything else is missing;
#                                    $build, and a site_make that ends with the test
#   site_make BUILD                  $site: a folder of its own, with the programs and templates
#   cloud_start FACTOR [OPTION...]   azsim, ready; by $cloud_by, where that is set
#   engine_start [VARIABLE=VALUE...] the engine, not waited for, with $site/config.yaml where there is one;
#                                    engine_wait: until it answers, or has ended (1)
#   control METHOD PATH [BODY]       what azsim says of itself
#   cloud_yaml KEY                   of the cloud's record
#   by_hand METHOD ID [BODY]         somebody else's hand in the cloud: prints the status, and $site/answer has the answer; needs jq
#   api PATH                         what the engine says
#   cli WORD...                      a command of the program
#   consoles_begin NAME              as site_begin, for a test at consoles: mux is its tmux, which ends with it
#   console_open WHO                 a console in a session of that name
#   site_end                         ends both and removes the folder
site= azsim_pid= engine_pid=
site_machines=--ghosts # "": real guests, which need root

site_make() {
	site=$(mktemp -d "${TMPDIR:-/tmp}/site.XXXXXX") && chmod 755 "$site" || return 1
	mkdir "$site/bin" && cp "$1/azsim" "$1/paceline" "$1/paceline-engine" "$site/bin/" && cp -r templates "$site/" || return 1
	chmod -R a+rX "$site/bin" "$site/templates"
	socket=$site/run/sock
}

site_can() { # what is missing, in one line
	for need in curl awk sed; do
		command -v $need >/dev/null 2>&1 || { echo "$need is missing"; return 1; }
	done
	[ "$(id -u)" -ne 0 ] || id paceline >/dev/null 2>&1 || { echo "there is no user paceline"; return 1; }
	[ -x "$1/azsim" ] && [ -x "$1/paceline" ] || { echo "$1 is not built"; return 1; }
}

site_begin() {
	build=${BUILD:-build/debug}
	[ -x "$build/paceline" ] || build=build
	why=$(site_can "$build") || skip "$why"
	for need; do
		command -v "$need" >/dev/null 2>&1 || skip "$need is missing"
	done
	complain() { cat "$site/said"; }
	trap site_end EXIT
	trap 'exit 130' INT TERM
	site_make "$build" || exit 2
}

cloud_start() {
	factor=$1
	shift
	[ "$(id -u)" -ne 0 ] || set -- --group paceline "$@"
	[ -p "$site/ready" ] || mkfifo "$site/ready"
	${cloud_by-} "$site/bin/azsim" serve --state "$site/cloud" --control $site_machines --clock-factor "$factor" "$@" >"$site/ready" \
		2>>"$site/azsim.log" &
	azsim_pid=$!
	read -r _ready <"$site/ready"
	clock=$(sed -n 's/^ *clock: *"\{0,1\}\([0-9.@]*\)"\{0,1\}.*/\1/p' "$site/cloud/cloud.yaml")
	control_key=$(cat "$site/cloud/control.key")
}

engine_start() {
	config=$site/config.yaml
	[ -r "$config" ] || config=
	env ${clock:+PACELINE_CLOCK="$clock"} "$@" "$site/bin/paceline" engine --cloud "$site/cloud/cloud.yaml" \
		--templates "$site/templates" --state "$site/engine" --socket "$socket" ${config:+--config "$config"} </dev/null >>"$site/engine.log" 2>&1 &
	engine_pid=$!
}

engine_lives() { [ -n "$engine_pid" ] && kill -0 "$engine_pid" 2>/dev/null; }

engine_wait() {
	until api /v1/engine >/dev/null 2>&1; do
		engine_lives || return 1
		sleep 0.02
	done
}

control() {
	curl -sS --max-time 60 -X "$1" -H "x-azsim-key: $control_key" -H 'Content-Type: application/json' ${3:+-d "$3"} \
		--unix-socket "$site/cloud/control.sock" "http://azsim$2"
}

cloud_yaml() { sed -n "s/^ *$1: \"\(.*\)\"$/\1/p" "$site/cloud/cloud.yaml"; }

by_hand() {
	token=$(curl -sf --cacert "$(cloud_yaml ca_file)" "$(cloud_yaml authority)/$(cloud_yaml tenant)/oauth2/v2.0/token" \
		--data-urlencode "client_id=$(cloud_yaml client_id)" --data-urlencode "client_secret@$(cloud_yaml client_secret_file)" \
		-d grant_type=client_credentials --data-urlencode "scope=$(cloud_yaml arm)/.default" | jq -r .access_token)
	curl -sS --max-time 60 --cacert "$(cloud_yaml ca_file)" -X "$1" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
		${3:+-d "$3"} "$(cloud_yaml arm)$2?api-version=2024-07-01" -o "$site/answer" -w '%{http_code}'
}

api() { curl -sSf --max-time 60 --unix-socket "$socket" "http://engine$1"; }
cli() { "$site/bin/paceline" --socket "$socket" "$@"; }

end_pid() { [ -z "$1" ] || { kill -9 "$1" && wait "$1"; } 2>/dev/null; }

# consoles_end TMUX...: the end of a tmux server, and of what ran in it: a console writes its place and history on its way out.
consoles_end() {
	panes=$("$@" list-panes -a -F '#{pane_pid}' 2>/dev/null)
	"$@" kill-server 2>/dev/null
	for console in $panes; do
		timeout 5 tail --pid="$console" -s 0.05 -f /dev/null
	done
}

consoles_begin() {
	command -v tmux >/dev/null 2>&1 || skip "tmux is missing"
	site_begin
	consoles=$1$$
	trap consoles_stop EXIT
	complain() { for who in $(mux list-sessions -F '#{session_name}'); do mux capture-pane -t "$who" -p; done; }
}

mux() { tmux -L "$consoles" -f /dev/null "$@"; }
console_open() { mux new-session -d -s "$1" -x 120 -y 35 "HOME=$site XDG_STATE_HOME=$site/$1 '$site/bin/paceline' --socket '$socket'"; }

consoles_stop() {
	[ -z "$engine_pid" ] || kill -CONT "$engine_pid" 2>/dev/null # where the test had stopped it
	consoles_end mux
	site_end
}

site_end() {
	end_pid "$engine_pid"
	end_pid "$azsim_pid"
	engine_pid= azsim_pid=
	[ -z "$site" ] || rm -rf "$site"
	site=
}
