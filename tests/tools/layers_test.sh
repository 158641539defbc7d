#!/bin/sh
# tests/layers.sh finds what is planted in a tree of its own, and lets pass what is allowed.
set -u
layers=$(cd "$(dirname "$0")/.." && pwd)/layers.sh
tree=$(mktemp -d "${TMPDIR:-/tmp}/layers.XXXXXX") || exit 1
trap 'rm -rf "$tree"' EXIT
n=0

plant() { # $1 file, $2 its third line
	mkdir -p "$tree/$(dirname "$1")"
	printf '/* a "file" */\n\n%s\n' "$2" >"$tree/$1"
}

fresh() {
	rm -rf "$tree/src" "$tree/include"
	plant include/store/node.h 'struct node;'
	plant include/base/err.h 'struct err;'
	plant src/store/private.h 'struct row;'
	plant include/model/node.h '#include "base/err.h"'
}

tell() { # $1 name, $2 0 when good
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "$out" | sed 's/^/# /'
	fi
}

finds() { # $1 name, $2 file, $3 its third line
	fresh
	plant "$2" "$3"
	out=$("$layers" "$tree" 2>&1) && { tell "$1" 1; return; }
	echo "$out" | grep -q "^$2:3: "
	tell "$1" $?
}

allows() {
	fresh
	plant "$2" "$3"
	out=$("$layers" "$tree" 2>&1)
	tell "$1" $?
}

echo 1..21
finds model_may_not_see_the_store src/model/a.c '#include "store/node.h"'
finds headers_are_checked_too include/model/a.h '#include "store/node.h"'
finds engine_may_not_see_wire src/engine/a.c '#include "wire/node.h"'
finds engine_may_not_see_private_headers src/engine/a.c '#include "store/private.h"'
finds azsim_may_not_see_the_model src/azsim/arm/a.c '#include "model/node.h"'
finds console_may_not_see_the_engine src/console/view/a.c '#include "engine/plan.h"'
finds nobody_climbs_out_of_its_folder src/cli/a.c '#include "../store/private.h"'
finds curl_outside_its_file src/base/loop.c '#include <curl/curl.h>'
finds curl_in_a_file_of_a_similar_name src/base/http_clients.c '#include <curl/curl.h>'
finds libevent_outside_base src/engine/a.c '  #  include <event2/event.h>'
finds sqlite_in_the_store src/store/a.c '#include <sqlite3.h>'
finds curses_in_a_view src/console/view/jobs.c '#include <curses.h>'
# R12.4
finds time_read_elsewhere src/engine/a.c 'int64_t now = time(NULL);'
finds clock_gettime_elsewhere src/base/a.c '	clock_gettime(CLOCK_REALTIME, &ts);'
fresh; plant src/util/a.c 'int x;'; out=$("$layers" "$tree" 2>&1); [ $? -eq 1 ]; tell a_folder_that_is_no_layer $?
allows interfaces_for_the_engine src/engine/a.c '#include "store/node.h"'
allows own_private_headers src/store/a.c '#include "store/private.h"'
allows everything_for_main src/main/a.c '#include "store/private.h"'
allows libraries_in_their_file src/base/http_client.c '#include <curl/curl.h>'
allows time_in_comments_and_texts src/model/a.c 'const char *s = "time(x)"; /* time() */ int u = a->time(x) + uptime(y);'
allows time_in_the_clock src/base/clock.c '	clock_gettime(CLOCK_REALTIME, &ts);'
