#!/bin/sh
#SBATCH --job-name=monte-carlo
#SBATCH --array=1-40
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=200M
#SBATCH --time=10
#SBATCH --requeue
#SBATCH --output=/shared/results/monte-carlo-%A_%a.log
#SBATCH --open-mode=truncate
#GHOST time=15-25
# Pi by throwing darts: 40 tasks with a seed each. A task's result is one JSON file, RESULTS/JOBID/TASK.json, which is there
# whole or not at all. The generator is minstd (x = 16807 x mod 2^31 - 1), exact in any awk, so that anybody can throw the same
# darts again:  monte-carlo.sh recount SEED SAMPLES  prints the hits.
set -eu

darts() { # SEED SAMPLES [TELL]: prints the hits; on stderr, TELL times on the way, how far it is
	awk -v seed="$1" -v samples="$2" -v tell="${3:-0}" 'BEGIN {
		m = 2147483647
		step = tell ? int(samples / tell) : 0
		x = seed % m
		if (x <= 0)
			x = 1
		for (i = 0; i < samples; i++) {
			x = (16807 * x) % m
			a = x / m
			x = (16807 * x) % m
			b = x / m
			if (a * a + b * b <= 1)
				hits++
			if (step && (i + 1) % step == 0) {
				printf "%8d darts  pi %.6f\n", i + 1, 4 * hits / (i + 1) | "cat >&2"
				fflush("cat >&2")
			}
		}
		printf "%d\n", hits
	}'
}

if [ "${1-}" = recount ]; then
	darts "$2" "$3"
	exit
fi

task=${SLURM_ARRAY_TASK_ID:-0}
job=${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:-0}}
samples=${SAMPLES:-4000000}
seed=$((104729 * task + 7919))
results=${RESULTS:-/shared/results}/$job
echo "task $task on ${SLURMD_NODENAME:+$SLURMD_NODENAME, }$(hostname): $samples darts, seed $seed"
hits=$(darts "$seed" "$samples" 20)

mkdir -p "$results"
new=$results/.$task.$$
trap 'rm -f "$new"' EXIT
printf '{"job": %s, "task": %s, "host": "%s", "netns": "%s", "node": "%s", "seed": %s, "samples": %s, "hits": %s}\n' \
	"$job" "$task" "$(hostname)" "$(readlink /proc/self/ns/net)" "${SLURMD_NODENAME-}" "$seed" "$samples" "$hits" >"$new"
mv -f "$new" "$results/$task.json"
echo "$results/$task.json: $hits hits"
