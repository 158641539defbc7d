#!/bin/sh
# tests/layers.sh [TREE]: fails when an #include points against the table of layers (`may` below), opens another layer's
# private header, or names a library outside its one file; and when time is read anywhere but in base/clock.c.
# Each violation is one line: FILE:LINE: what is wrong.
set -eu
cd "${1-$(dirname "$0")/..}"

found=$(find include src -name '*.[ch]' 2>/dev/null | sort | xargs -r awk '
BEGIN {
	# layer: what it may include beside its own folders
	may["base"] = ""
	may["model"] = "base"
	may["template"] = may["wire"] = may["scheduler"] = may["provider"] = "base model"
	may["store"] = "base model wire"
	may["engine"] = "base model" # and the interfaces below
	may["auth"] = "base model store"
	may["server"] = "base model wire store engine auth"
	may["client"] = "base model wire"
	may["command"] = "base model client"
	may["console"] = "base model client command"
	may["cli"] = "base model client command template"
	may["azsim"] = "base"
	may["main"] = "*"
	interfaces = " scheduler provider store template "

	# system header: the only files that may include it
	lib("curl/", "src/base/http_client")
	lib("event2/", "src/base/loop")
	lib("jansson.h", "src/base/json")
	lib("yaml.h", "src/base/yaml")
	lib("sqlite3.h", "src/base/sql")
	lib("openssl/", "src/base/crypto src/base/tls")
	lib("curses.h", "src/console/term")
	lib("ncurses", "src/console/term")
	lib("term.h", "src/console/term")
	# buffers on sockets, with and without TLS, belong to libevent too
	also["event2/"] = "src/base/http_server src/base/tls"
}

function lib(header, files) { where[header] = files; headers[++n_headers] = header }

# path begins with one of the words, up to a . or a _ : loop.c, loop_test.c, not loopback.c
function listed(path, words,    w, k, i, rest) {
	k = split(words, w, " ")
	for (i = 1; i <= k; i++) {
		rest = substr(path, length(w[i]) + 1, 1)
		if (index(path, w[i]) == 1 && (rest == "." || rest == "_"))
			return 1
	}
	return 0
}

function layer_of(path,    part) { split(path, part, "/"); return part[2] }

function say(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }

function check_system(header,    i, h) {
	for (i = 1; i <= n_headers; i++) {
		h = headers[i]
		if (index(header, h) != 1)
			continue
		if (!listed(FILENAME, where[h]) && !listed(FILENAME, also[h]))
			say("<" header "> belongs to " where[h] ".c alone")
	}
}

# A quoted include: of include/LAYER, of src/LAYER by its path, or of the own folder.
function check_ours(header, me,    to, part, private) {
	if (index(header, "../") > 0) {
		say("\"" header "\" climbs out of its folder: name it from include/ or src/")
		return
	}
	split(header, part, "/")
	to = part[1]
	if (!(to in may)) # a header that lies beside, or in a folder below
		return
	if (to == me || may[me] == "*")
		return
	private = !exists("include/" header)
	if (private) {
		say(me " may not see the private header \"" header "\" of " to)
		return
	}
	if (index(" " may[me] " ", " " to " "))
		return
	if (me == "engine" && index(interfaces, " " to " "))
		return
	say(me " may not include \"" header "\" of " to)
}

function exists(path,    line, there) {
	if (!(path in known)) {
		known[path] = (getline line < path) >= 0
		close(path)
	}
	return known[path]
}

FNR == 1 {
	me = layer_of(FILENAME)
	if (!(me in may))
		say("no such layer as " me)
	comment = 0
}

# Comments and string texts are no code.
{
	code = $0
	gsub(/\\"/, "", code)
	bare = code
	gsub(/"[^"]*"/, "\"\"", bare)
	out = ""
	while (bare != "") {
		if (comment) {
			i = index(bare, "*/")
			if (!i) break
			bare = substr(bare, i + 2)
			comment = 0
		} else {
			i = index(bare, "/*")
			if (!i) { out = out bare; break }
			out = out substr(bare, 1, i - 1)
			bare = substr(bare, i + 2)
			comment = 1
		}
	}
	sub(/\/\/.*/, "", out)
}

out ~ /^[ \t]*#[ \t]*include[ \t]*"/ && me in may {
	match(code, /"[^"]*"/)
	check_ours(substr(code, RSTART + 1, RLENGTH - 2), me)
}
out ~ /^[ \t]*#[ \t]*include[ \t]*</ {
	match(code, /<[^>]*>/)
	check_system(substr(code, RSTART + 1, RLENGTH - 2))
}
FILENAME != "src/base/clock.c" && match(out, /(^|[^A-Za-z0-9_>.])(time|clock_gettime|gettimeofday|timespec_get|ftime)[ \t]*\(/) {
	say("time comes from base/clock.h alone")
}
')

if [ -n "$found" ]; then
	echo "$found"
	echo "layers: $(echo "$found" | wc -l) violations" >&2
	exit 1
fi
echo "layers: every include points the right way"
