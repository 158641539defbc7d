#!/bin/sh
# The engine under a service manager (R1.5): a socket in the manager's place hears that it is ready, that its loop turns, and
# that it ends; of an engine that stands still it hears nothing. How the messages are made is tests/unit/base/notify_test.c's. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
site_begin python3
tap_out=$site/said
listener=
finish() {
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	site_end
}
trap finish EXIT
complain() { tail -n 8 "$site/heard" "$site/engine.log" | cut -c1-200; }

heard() { grep -c "^$1\$" "$site/heard"; }
more_than() { [ "$(heard WATCHDOG=1)" -gt "$1" ]; }
once() { [ "$(heard "$1")" -eq 1 ]; }
# All that was sent until now has been heard: a word of ours is the last of it.
drained() {
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), sys.argv[1])' "$site/notify" "$1" &&
		until_true grep -qx "$1" "$site/heard"
}
stands_still() { grep -q '^State:.T' "/proc/$engine_pid/status"; }

: >"$site/heard"
python3 -c '
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o666)
while True:
    print(s.recv(1000).decode(), flush=True)
' "$site/notify" >"$site/heard" &
listener=$!
until_true [ -S "$site/notify" ]
cloud_start 1
engine_start NOTIFY_SOCKET="$site/notify" WATCHDOG_USEC=200000
check "an engine begins" engine_wait
check "R1.5: it says that it is ready, once" until_true once READY=1
check "R1.5: its loop says that it turns" until_true more_than 4
kill -STOP "$engine_pid"
until_true stands_still
drained still
before=$(heard WATCHDOG=1)
sleep 1 # ten beats
drained later
check "R1.5: an engine that stands still says nothing" [ "$(heard WATCHDOG=1)" -eq "$before" ]
kill -CONT "$engine_pid"
check "R1.5: and goes on when it does" until_true more_than "$before"
kill "$engine_pid"
wait "$engine_pid" 2>/dev/null
check "R1.5: its end is told" until_true grep -qx STOPPING=1 "$site/heard"
engine_pid=
tap_end
