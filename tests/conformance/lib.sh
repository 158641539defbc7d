# What the conformance tests share: an azsim of their own, the schemas, and Microsoft's packages. To be sourced.
# AZURE_SPEC is the folder of Microsoft's published schemas; beside the tree unless said otherwise.

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=$top/${BUILD:-build/debug}
spec=${AZURE_SPEC:-$top/../shared/azure-spec/specification}
packages=$top/build/conformance
dir=$(mktemp -d "${TMPDIR:-/tmp}/conf.XXXXXX") || exit 1
state=$dir/state
azsim=
failed=0

cleanup() {
	[ -z "$azsim" ] || { kill "$azsim" 2>/dev/null && wait "$azsim"; }
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

skip() { # $1 what, $2 why
	echo "ok - $1 # SKIP $2"
}

# Its first line says that it is ready; when it dies before, there is none.
start_azsim() { # options
	mkdir -m 700 "$state"
	mkfifo "$dir/said"
	"$build/azsim" serve --state "$state" --control --ghosts --seed 7 "$@" >"$dir/said" 2>"$dir/azsim.log" &
	azsim=$!
	exec 3<"$dir/said"
	if ! read -r _ <&3; then
		echo "not ok - azsim serves"
		sed 's/^/# /' "$dir/azsim.log"
		exit 1
	fi
}

from_record() { # $1 a key of cloud.yaml
	sed -n "s/^$1: \"\(.*\)\"\$/\1/p" "$state/cloud.yaml"
}

# Asked to stop, it ends well; under the sanitizers that says that nothing leaked.
stop_azsim() {
	kill "$azsim"
	wait "$azsim"
	rc=$?
	azsim=
	[ $rc -eq 0 ] || { failed=1 && printf 'not '; }
	echo "ok - azsim ends well"
	[ $rc -eq 0 ] || sed 's/^/# /' "$dir/azsim.log"
}

unreachable() {
	grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT' "$packages/npm.log"
}

npm_ci() {
	rm -rf "$packages/installed" "$packages/node_modules"
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$packages" &&
		(cd "$packages" && timeout 200 npm ci --ignore-scripts --fetch-retries=0 --fetch-timeout=30000 >npm.log 2>&1 9>&-) &&
		cp "$here/package-lock.json" "$packages/installed"
}

# Packages are installed once for all tests, and again when the lock file changed. A registry that could not be reached
# is not asked again in the same run: look-ups of names take their time to fail.
install_packages() {
	mkdir -p "$packages" || return 1
	(
		flock 9
		cmp -s "$here/package-lock.json" "$packages/installed" && exit 0
		[ -z "${TMPDIR-}" ] || [ ! -e "$TMPDIR/no-registry" ] || exit 1
		npm_ci && exit 0
		[ -z "${TMPDIR-}" ] || ! unreachable || : >"$TMPDIR/no-registry"
		exit 1
	) 9>"$packages/lock"
}

# 0: Microsoft's packages and schemas are there. Else one line says what is skipped, or what is wrong.
have_microsoft() { # $1 what needs them
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		skip "$1" "node and npm are not installed (tests/deps.sh)"
	elif [ ! -d "$spec" ]; then
		skip "$1" "no schemas in $spec"
	elif install_packages; then
		export NODE_PATH="$packages/node_modules"
		return 0
	elif unreachable; then
		skip "$1" "the npm registry cannot be reached"
	else
		echo "not ok - npm ci"
		sed 's/^/# /' "$packages/npm.log"
		failed=1
	fi
	return 1
}
