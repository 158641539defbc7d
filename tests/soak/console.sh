#!/bin/sh
# A million random keys and a thousand sizes at the Deck: see tests/screens/soup_test.sh. SEED: another than the day's.
cd "$(dirname "$0")/../.." || exit 2
KEYS=${KEYS:-500000} SIZES=${SIZES:-500} SEED=${SEED:-$(($(date +%s) / 86400))} exec tests/screens/soup_test.sh
