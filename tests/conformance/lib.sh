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
. "$top/tests/support/npm.sh"

cleanup() {
	[ -z "$azsim" ] || { kill "$azsim" 2>/dev/null && wait "$azsim"; }
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

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

# Of snapshots none of Microsoft's schemas is stored: ours stands among them, where theirs would be.
complete_spec() {
	disks=compute/resource-manager/Microsoft.Compute/DiskRP/stable/2023-10-02
	[ ! -e "$spec/$disks/snapshot.json" ] || return 0
	cp -r --no-preserve=mode "$spec" "$dir/spec" && cp "$here/snapshots.json" "$dir/spec/$disks/snapshot.json" && spec=$dir/spec
}

# 0: Microsoft's packages and schemas are there. Else one line says what is skipped, or what is wrong.
have_microsoft() { # $1 what needs them
	if [ ! -d "$spec" ]; then
		skip "$1" "no schemas in $spec"
		return 1
	fi
	complete_spec && npm_have "$1"
}
