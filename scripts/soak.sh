#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/soak.sh [--list] [STAGE...]

Runs what takes too long for every change, in stages; all of them unless some are
named. The exit status is non-zero if any stage fails; the others run all the same.
END
    printf '\n'
    list
}

list() {
    cat <<'END'
valgrind       the unit tests under valgrind, no report allowed
tsan           the unit tests under the thread sanitizer
scalar         the unit tests, capped to plain C
avx2           the unit tests, capped to AVX2
avx512         the unit tests, capped to AVX-512
nehalem        the unit tests on a processor without AVX, emulated
arm64          the unit tests and digests on ARM64, emulated
s390x          the unit tests and digests with the great end first, emulated
i686           the unit tests and digests with pointers of 32 bits
musl           the unit tests and digests with another C library
clang-release  everything, built by clang
exhaustive     the scalar mathematics on every float there is
mutants        every planted fault must be caught by a test
fuzz           each fuzz target by libFuzzer: BP_FUZZ_SECONDS, 60, or BP_FUZZ_RUNS inputs
torch          a state_dict of PyTorch there and back
kills          10 000 kills of a process that saves a model
lesson         the 784-30-10 network on full MNIST, five seeds
moonshot       six layers on distorted digits, an hour of training
END
}

# tree NAME ARG...: configure and build build/NAME, quietly.
tree() {
    tree=$need_root/build/$1
    shift
    need_quiet "$tree.log" need_configure "$tree" "$@" &&
        need_quiet "$tree.log" cmake --build "$tree"
}

soak_tree() {
    tree soak -G Ninja -DCMAKE_BUILD_TYPE=Release -DBP_BUILD_TESTS=ON \
        -DBP_BUILD_EXAMPLES=ON -DBP_BUILD_DOCS=OFF -DBP_TEST_TIMEOUT=7200
}

tests() {
    ctest --test-dir "$tree" --output-on-failure --no-tests=error -j 2 "$@"
}

stage_valgrind() {
    options="--quiet --error-exitcode=99 --leak-check=full --track-origins=yes"
    options="$options --show-leak-kinds=definite,possible"
    options="$options --errors-for-leak-kinds=definite,possible"
    soak_tree || return 1
    cat >"$tree/DartConfiguration.tcl" <<END
SourceDirectory: $need_root
BuildDirectory: $tree
MemoryCheckType: Valgrind
MemoryCheckCommand: $(command -v valgrind)
MemoryCheckCommandOptions: $options
TimeOut: 7200
END
    tests -T memcheck -L unit && return 0
    cat "$tree"/Testing/Temporary/MemoryChecker.*.log
    return 1
}

stage_tsan() {
    tree tsan --preset tsan && tests -L unit
}

capped() {
    soak_tree && BP_MAX_ISA=$1 tests -L unit
}

stage_scalar() {
    capped scalar
}

stage_avx2() {
    capped avx2
}

stage_avx512() {
    capped avx512
}

stage_nehalem() {
    sh "$need_root/scripts/cross.sh" nehalem
}

stage_arm64() {
    sh "$need_root/scripts/cross.sh" arm64
}

stage_s390x() {
    sh "$need_root/scripts/cross.sh" s390x
}

stage_i686() {
    sh "$need_root/scripts/cross.sh" i686
}

stage_musl() {
    sh "$need_root/scripts/cross.sh" musl
}

stage_clang_release() {
    tree clang-release -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=clang \
        -DCMAKE_CXX_COMPILER=clang++ -DBP_BUILD_TESTS=ON -DBP_BUILD_EXAMPLES=ON \
        -DBP_BUILD_DOCS=OFF -DBP_DEVELOPER=ON &&
        tests
}

stage_exhaustive() {
    soak_tree && "$tree/tests/exhaustive_math"
}

stage_mutants() {
    sh "$need_root/tests/mutants/run.sh" --all
}

stage_fuzz() {
    sh "$need_root/tests/fuzz/run.sh"
}

stage_torch() {
    sh "$need_root/scripts/interop.sh" torch
}

stage_kills() {
    soak_tree && BP_KILLS=10000 "$tree/tests/test_bundle_faults" &&
        BP_KILLS=10000 "$tree/tests/test_fit_checkpoint"
}

stage_lesson() {
    sh "$need_root/scripts/get-data.sh" mnist && soak_tree &&
        "$tree/examples/mnist" --lesson --data "$need_root/data/mnist"
}

stage_moonshot() {
    sh "$need_root/scripts/reproduce.sh" --no-page moonshot
}

known() {
    list | grep -q "^$1 "
}

case ${1:-} in
--help | -h)
    usage
    exit 0
    ;;
--list)
    list
    exit 0
    ;;
esac
# shellcheck disable=SC2046  # a list of words, on purpose
[ $# -gt 0 ] || set -- $(list | cut -d ' ' -f 1)
for name in "$@"; do
    known "$name" || need_die "'$name' is no stage; see --list"
done

need_test_tools

results=
failures=0
for name in "$@"; do
    need_say "== $name"
    started=$(date +%s)
    # In a shell of its own, so that one stage cannot end the others.
    if ("stage_$(echo "$name" | tr - _)"); then
        verdict=passed
    else
        verdict=FAILED
        failures=$((failures + 1))
    fi
    line=$(printf '%-14s %s, %d s' "$name" "$verdict" $(($(date +%s) - started)))
    need_say "== $line"
    results="$results$line
"
done
printf '\n%s%d of %d stages failed\n' "$results" "$failures" $#
[ "$failures" -eq 0 ]
