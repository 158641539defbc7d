#!/bin/sh
# Lives in which engines die at random points, some of them in a harsh cloud, one after the other on each of JOBS lines. Each
# says how it went, with the words that repeat it; what goes wrong is told in full and counts.
#   tests/faults/soak.sh [MINUTES]
# BUILD  a build with failpoints; SEED of the first life, JOBS lives at a time
set -u
cd "$(dirname "$0")/../.." || exit 2
build=${BUILD:-build/failpoints}
until_s=$(($(date +%s) + ${1:-60} * 60))
first=${SEED:-$(date +%s)} line=0
failed=$(mktemp "${TMPDIR:-/tmp}/soak.XXXXXX") || exit 2
names=$(grep -rhoE 'FAILPOINT\("[a-z.]+"\)' src | cut -d '"' -f 2 | sort -u)
trap 'rm -f "$failed"' EXIT
trap 'exit 130' INT TERM

asks() { # SEED: one to four deaths
	echo "$names" | awk -v seed="$1" 'BEGIN { srand(seed) } { name[n++] = $0 }
		END { for (k = 1 + int(rand() * 4); k > 0; k--) {
			at = name[int(rand() * n)]
			printf "%s#%d:kill ", at, 1 + int(rand() ^ 2 * (at ~ /^sql/ ? 90 : 12)) } }'
}

lives() { # SEED STEP
	seed=$1
	while [ "$(date +%s)" -lt "$until_s" ]; do
		ask=$(asks "$seed") profile=
		[ $((seed % 4)) -ne 0 ] || profile=harsh
		# shellcheck disable=SC2086 # ask is a list of words
		if out=$(LOOSE=1 PROFILE=$profile SEED=$seed LIFE_S=$([ "$profile" ] && echo 300 || echo 180) tests/faults/life.sh "$build" $ask 2>&1); then
			echo "ok $seed $profile $ask: $out"
		else
			echo "NOT OK: LOOSE=1 PROFILE=$profile SEED=$seed tests/faults/life.sh $build $ask"
			echo "$out"
			echo "$seed" >>"$failed"
		fi
		seed=$((seed + $2))
	done
}

while [ $line -lt "${JOBS:-2}" ]; do
	lives $((first + line)) "${JOBS:-2}" &
	line=$((line + 1))
done
wait
[ ! -s "$failed" ]
