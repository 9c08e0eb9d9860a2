#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh [TARGET...]: each fuzz target, or those named, by libFuzzer under the sanitizers
# for addresses and undefined behaviour, for BP_FUZZ_SECONDS (60 if not said), or until
# BP_FUZZ_RUNS inputs were run. What is found new stays in build/fuzz/corpus, and each run
# adds a line to build/fuzz/totals: target, inputs, seconds.
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/../../scripts/need.sh"

here=$need_root/tests/fuzz
fuzz=$need_root/build/fuzz
# Small blocks, so that small files have many of them.
flags="-O2 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all"
flags="$flags -DBP_MOVE_SIZE=4096"
# Memory that was freed waits in a queue, to catch who still uses it: a short one will do
# for inputs that are forgotten at once.
# The targets count their memory themselves. Looking for leaks by the sanitizer after each
# input takes a hundred times as long as the input, and the replay of a corpus does it.
ASAN_OPTIONS=quarantine_size_mb=16:malloc_context_size=8:${ASAN_OPTIONS:-}
export ASAN_OPTIONS

build() {
    need_configure "$fuzz" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_C_COMPILER=clang \
        -DCMAKE_C_FLAGS="$flags" -DBP_BUILD_TESTS=ON -DBP_BUILD_EXAMPLES=OFF \
        -DBP_BUILD_DOCS=OFF -DBP_FUZZERS=ON &&
        cmake --build "$fuzz" --target fuzzers
}

# The alarm for an input that hangs goes by the clock on the wall, so it waits for long: on a
# busy machine a process that does not get its turn looks the same.
#
# Inputs larger than what there is to say in them only take time.
most_bytes() {
    case $1 in
    checkpoint) echo 4096 ;;
    model | import) echo 2048 ;;
    *) echo 512 ;;
    esac
}

stat() {
    sed -n "s/^stat::$1: *//p" "$fuzz/$2.log"
}

one() {
    target=$1
    if [ -n "${BP_FUZZ_RUNS:-}" ]; then
        end="-runs=$BP_FUZZ_RUNS"
    else
        end="-max_total_time=${BP_FUZZ_SECONDS:-60}"
    fi
    mkdir -p "$fuzz/corpus/$target"
    started=$(date +%s)
    "$fuzz/tests/fuzz_$target" "$end" -max_len="$(most_bytes "$target")" \
        -detect_leaks=0 -print_final_stats=1 -artifact_prefix="$fuzz/$target-" \
        -rss_limit_mb=1024 -malloc_limit_mb=256 -timeout=300 "$fuzz/corpus/$target" "$here/corpus/$target" \
        >"$fuzz/$target.log" 2>&1 || {
        tail -n 40 "$fuzz/$target.log"
        return 1
    }
    seconds=$(($(date +%s) - started))
    echo "$target $(stat number_of_executed_units "$target") $seconds" >>"$fuzz/totals"
    printf '%-11s %10s inputs, %6s a second, coverage %s edges; in all %s\n' "$target" \
        "$(stat number_of_executed_units "$target")" \
        "$(stat average_exec_per_sec "$target")" \
        "$(grep -o 'cov: [0-9]*' "$fuzz/$target.log" | tail -n 1 | cut -d ' ' -f 2)" \
        "$(awk -v target="$target" '$1 == target {n += $2} END {printf "%d", n}' \
            "$fuzz/totals")"
}

need_packages clang libc6-dev libclang-rt-dev cmake ninja-build pkg-config zlib1g-dev \
    libjansson-dev libcmocka-dev
need_quiet "$need_root/build/fuzz.log" build || exit 1
# shellcheck disable=SC2046  # a list of words
[ $# -gt 0 ] || set -- $(ls "$here/corpus")
failed=0
for target in "$@"; do
    [ -d "$here/corpus/$target" ] || need_die "'$target' is no target; they are" \
        "$(ls "$here/corpus")"
    one "$target" || failed=$((failed + 1))
done
[ "$failed" -eq 0 ]
