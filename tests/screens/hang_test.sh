#!/bin/bash
# A real engine that is stopped for a while: the console says so after seconds and takes it back when the engine goes on, and so
# does a command, which gives up in the end. TAP.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/support/tap.sh
. tests/support/site.sh
consoles_begin hang

cloud_start 1 --seed 7 && engine_start && engine_wait || { echo "Bail out! no site"; exit 1; }
sees() { mux capture-pane -t one -p | grep -qF -- "$1"; }
lacks() { ! sees "$1"; }
console_open one
check "the console is at the Deck" until_true sees 'engine ok'
kill -STOP "$engine_pid"
check "an engine that was stopped is told after seconds, long before it counts as lost" until_true sees 'NO ANSWER for '
check "and it is not called lost" lacks 'LOST'
kill -CONT "$engine_pid"
check "it goes on, and its lamp is green again" until_true sees 'engine ok'
check "the line below is free again" until_true lacks 'does not answer'

# a command, which has no lamp
told() { grep -qF -- "$1" "$site/errors"; }
kill -STOP "$engine_pid"
cli cluster list >"$site/said" 2>"$site/errors" &
command=$!
check "a command says so as well" until_true told "the engine (pid $engine_pid) on $socket has not answered for 5 s: it is busy or stopped"
kill -CONT "$engine_pid"
check "and has its answer when the engine goes on" wait "$command"
kill -STOP "$engine_pid"
cli cluster list >"$site/said" 2>"$site/errors"
check "it does not wait for ever" [ $? -eq 1 ]
check "and says what to do" told "\"kill -CONT $engine_pid\" lets a stopped one go on"
kill -CONT "$engine_pid"
tap_end
