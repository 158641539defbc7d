#!/bin/sh
# tests/fuzz/run.sh [SECONDS_EACH [FILTER]]: builds every tests/fuzz/*.c with clang's fuzzer and sanitizers, against all of
# src but main, and lets each run on its seeds. One line a target, a finding in full; counts as tests/run.sh.
# What is found is kept as build/fuzz/found/TARGET-*. TEST_COUNTS: see tests/run.sh.
set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:-60} filter=${2-}
out=build/fuzz
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -O1 -g -fno-omit-frame-pointer -Iinclude -Isrc"
flags="$flags -fsanitize=address,undefined -fno-sanitize-recover=undefined"
libs="-levent -levent_openssl -lcurl -lssl -lcrypto -ljansson -lyaml -lmd -lsqlite3 -lncursesw -ltinfo -lm"
export ASAN_OPTIONS="detect_leaks=1:strict_string_checks=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"

finish() { # $1 passed, $2 failed, $3 skipped
	[ -z "${TEST_COUNTS-}" ] || echo "fuzz $1 $2 $3" >>"$TEST_COUNTS"
	echo "fuzz: $(($(date +%s) - start)) s"
	echo "$1 passed, $2 failed$([ "$3" -eq 0 ] || echo ", $3 skipped")"
	[ "$2" -eq 0 ]
	exit
}

start=$(date +%s)
mkdir -p "$out/found"
targets=$(find tests/fuzz -maxdepth 1 -name '*.c' | sort | sed 's|.*/||; s|\.c$||' | awk -v f="$filter" 'index($0, f) == 1')
if ! echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n ? 0 : 0; }' |
	clang -fsanitize=fuzzer,address,undefined -x c - -o "$out/probe" 2>/dev/null; then
	echo "skipped: clang with libFuzzer is not installed"
	finish 0 0 "$(echo "$targets" | wc -w)"
fi

# Objects are made anew when they are older than their source or any header.
newest=$(find include src -name '*.h' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
find src -path src/main -prune -o -name '*.c' -print | sort | while read -r c; do
	o=$out/obj/${c%.c}.o
	mkdir -p "$(dirname "$o")"
	if [ ! -e "$o" ] || [ "$c" -nt "$o" ] || [ "$newest" -nt "$o" ]; then
		echo "clang $flags -fsanitize=fuzzer-no-link -c $c -o $o"
	fi
done | xargs -r -P 2 -d '\n' -n 1 sh -c || finish 0 1 0
rm -f "$out/all.a"
find src -path src/main -prune -o -name '*.c' -print |
	sed "s|^|$out/obj/|; s|\.c\$|.o|" | sort | xargs ar rcs "$out/all.a" || finish 0 1 0

run_target() {
	log=$out/$1.log
	seeds=tests/fuzz/seeds/$1
	mkdir -p "$out/corpus/$1"
	[ -d "$seeds" ] || seeds=
	# shellcheck disable=SC2086 # flags and libs are lists
	if clang $flags -fsanitize=fuzzer "tests/fuzz/$1.c" "$out/all.a" $libs -o "$out/$1" >"$log" 2>&1 &&
		"$out/$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
			-artifact_prefix="$out/found/$1-" "$out/corpus/$1" $seeds >>"$log" 2>&1; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "ok     $1: $runs runs in $seconds s$([ -n "$seeds" ] || echo ", without seeds")"
	else
		printf 'FAILED %s\n%s\n' "$1" "$(tail -n 60 "$log" | sed 's/^/    /')"
	fi
}

# Two lines of targets, each one after the other; what they say comes in whole.
half() { # 0 or 1
	i=$1
	for t in $targets; do
		i=$((i + 1))
		[ $((i % 2)) -eq 0 ] || continue
		said=$(run_target "$t")
		printf '%s\n' "$said"
	done
}
{
	half 0 &
	half 1
	wait
} | tee "$out/said"
finish "$(grep -c '^ok ' "$out/said")" "$(grep -c '^FAILED ' "$out/said")" 0
