#!/bin/sh
# Random sizes, a lost engine and SIGTSTP in every view and dialog: see tests/screens/scenes_test.sh.
cd "$(dirname "$0")/../.." || exit 2
SCENES= ALL=1 exec tests/screens/scenes_test.sh
