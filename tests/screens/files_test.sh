#!/bin/bash
# What a job wrote: listed where it ran, from the jobs and from a log, and fetched into the folder of the console as
# `paceline cp` does. TAP.
cd "$(dirname "$0")/../.." || exit 2
. tests/screens/lib.sh
. tests/screens/deck.sh
lab=$PWD/$lab
here=$screen_dir/here
mkdir "$here"
fetched() {
	for _ in $(seq 100); do
		cmp -s /etc/passwd "$here/passwd" && return 0
		sleep 0.05
	done
	ls -l "$here"
	return 1
}

asked_times() {
	for _ in $(seq 100); do
		[ "$(grep -cF -e "$2" "$log")" -ge "$1" ] && return 0
		sleep 0.05
	done
	cat "$log"
	return 1
}

deck 80x24 -C "$here"
screen_keys 3
screen_wait '12_1' >/dev/null
tap_ok "the jobs tell of the key" screen_wait '. files'
screen_keys .
tap_ok "tasks that wait have written nothing" screen_wait 'these tasks wait: they have written nothing yet'
screen_keys Down .
tap_ok "what a job wrote is listed, each file by its name in the job's folder" screen_wait 'mesh-3.dat'
tap_ok "with whose it is, and where" screen_wait 'demo > jobs > 12_1 > files'
tap_ok "the engine was asked" asked 'GET /v1/clusters/demo/jobs/12_1/files'
screen_golden files/list_80x24
screen_keys '!'
tap_ok "the same from a shell" screen_wait 'paceline cp demo:/etc/passwd .'
screen_keys Escape
screen_wait 'mesh-3.dat' >/dev/null
screen_keys Enter
tap_ok "Enter fetches the one under the cursor" fetched
tap_ok "into the folder in which the console was started, and says so" screen_wait 'passwd is here now, in'
echo old >"$here/passwd"
screen_keys Enter
tap_ok "one of that name that is there stays, and what the other is called is said" screen_wait 'as passwd.1, in'
tap_ok "which has what was fetched" cmp -s /etc/passwd "$here/passwd.1"
tap_ok "the old one is as it was" grep -qx old "$here/passwd"
screen_keys Enter
tap_ok "and so with the next" screen_wait 'as passwd.2, in'
screen_keys Down '!'
tap_ok "where a name is quoted for it" screen_wait "paceline cp demo:'/etc/err 1.log' ."
screen_keys Escape
screen_wait 'mesh-3.dat' >/dev/null
screen_keys Enter
tap_ok "one that cannot be had is said" screen_wait 'err 1.log was not copied: exit 1: '
tap_ok "with what the program says that copies" screen_wait 'No such file'
screen_keys C-r
tap_ok "Ctrl-R looks again" asked_times 2 'GET /v1/clusters/demo/jobs/12_1/files'
screen_wait 'mesh-3.dat' >/dev/null
screen_keys End
tap_ok "all of them can be reached" screen_wait '> mesh-59.dat'
screen_keys Escape
tap_ok "Esc goes back to the jobs" screen_wait 'of 8'
tap_ok "where the cursor is on the job" screen_wait '>  12_1'
screen_keys L
screen_wait 'step 39' >/dev/null
screen_keys .
tap_ok "a log lists them, too" screen_wait 'mesh-3.dat'
screen_resize 60x15
tap_ok "on a small screen" screen_wait 'mesh-3.dat'
screen_golden files/list_60x15
screen_resize 80x24
screen_keys Escape
tap_ok "and Esc goes back to it" screen_wait 'step 39'
screen_keys Escape
screen_wait 'of 8' >/dev/null
screen_keys Down Down Down Down .
tap_ok "a job that has not begun has none, and that is said" screen_wait 'job 13 has not begun'
screen_stop
tap_end
