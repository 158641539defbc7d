# Packages from npm for tests, for scripts that source this with $here, a folder with package.json, package-lock.json and
# .npmrc, and $packages, where they are installed. 0 from npm_have WHAT: they are there, and NODE_PATH leads to them. Else one
# line of TAP says what is skipped, or what is wrong, and then $failed is 1.

skip() { # $1 what, $2 why
	echo "ok - $1 # SKIP $2"
}

unreachable() { # also one that lets everybody wait: then npm was ended
	[ -e "$packages/endless" ] || grep -Eq 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT' "$packages/npm.log"
}

npm_ci() {
	rm -rf "$packages/installed" "$packages/endless" "$packages/node_modules"
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$packages" &&
		(cd "$packages" && timeout 200 npm ci --prefer-offline --ignore-scripts --fetch-retries=0 --fetch-timeout=30000 >npm.log 2>&1 9>&- ||
			{ [ $? -ne 124 ] || : >endless; false; }) &&
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

npm_have() { # $1 what needs them
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
		skip "$1" "node and npm are not installed (tests/deps.sh)"
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
