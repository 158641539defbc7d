#!/bin/sh
# A million random keys, a thousand sizes and two hundred killed engines at the console of a real engine: see
# tests/screens/engine_soup_test.sh. SEED: another than the day's.
cd "$(dirname "$0")/../.." || exit 2
KEYS=${KEYS:-1000000} SIZES=${SIZES:-1000} KILLS=${KILLS:-200} SEED=${SEED:-$(($(date +%s) / 86400))} exec tests/screens/engine_soup_test.sh
