#!/bin/sh
# The other half of the scenes, so that both can be played at a time: see scenes_test.sh.
cd "$(dirname "$0")/../.." || exit 2
SCENES='[m-z]' exec tests/screens/scenes_test.sh
