#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh [--update] BUILD_DIR
#
# Builds the library with every compiler here at -O1, -O2 and -O3, static and shared,
# without a build system or with CMake; without any flag; and for this very processor, with
# FMA in all of it. Runs hash.c with each, under every cap on the instruction set, on 1, 2,
# 3, 4 and 7 threads, and with a C library that was told to use no FMA. All must print what
# expected.txt holds. --update writes that file: a change of bits is a decision, and belongs
# into the change log.
#
# Networks of every recipe are small in one half of the lines and wide in the other. Plain
# C without optimization, where each multiply-add is three calls, computes the small ones.
set -eu

started=$(date +%s)

update=
if [ "$1" = --update ]; then
    update=yes
    shift
fi
room=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$room/../.." && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
work=$build/tests/bits
rm -rf "$work/plain"
mkdir -p "$work"

# --- Builds ---------------------------------------------------------------------------

# plain NAME COMPILER FLAG...: as a user does who has no build system.
plain() {
    dir=$work/plain/$1
    compiler=$2
    shift 2
    mkdir -p "$dir"
    cd "$dir"
    "$compiler" "$@" -I"$source/include" -I"$source/lib" \
        -c "$source"/lib/*.c "$source"/lib/*/*.c
    "$compiler" "$room/hash.c" "$@" -I"$source/include" ./*.o -lm -o hash_static
}

# plain_shared NAME COMPILER FLAG...
plain_shared() {
    plain "$@" -fPIC
    "$compiler" -shared ./*.o -lm -o libbackprop.so
    "$compiler" "$room/hash.c" -I"$source/include" -L. -lbackprop \
        -Wl,-rpath,"$dir" -o hash_shared
}

# with_cmake NAME COMPILER FLAG...: the tree stays for the next time.
with_cmake() {
    dir=$work/cmake/$1
    compiler=$2
    shift 2
    mkdir -p "$dir"
    cmake -G "Unix Makefiles" -S "$source" -B "$dir" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$*" \
        -DBP_BUILD_TESTS=OFF -DBP_BUILD_EXAMPLES=OFF -DBP_BUILD_DOCS=OFF
    cmake --build "$dir"
    zlib=
    if grep -q 'Requires.private: zlib' "$dir/backprop.pc"; then zlib=-lz; fi
    # shellcheck disable=SC2086  # no word or one
    "$compiler" "$room/hash.c" -I"$source/include" "$dir/libbackprop.a" -lm $zlib \
        -o "$dir/hash_static"
    "$compiler" "$room/hash.c" -I"$source/include" -L"$dir" -lbackprop \
        -Wl,-rpath,"$dir" -o "$dir/hash_shared"
}

have() {
    command -v "$1" >/dev/null
}

native=
if "${CC:-cc}" -march=native -E - </dev/null >/dev/null 2>&1; then native=yes; fi

# The first command that fails ends the shell, here and in the loop below, which leaves
# no mark behind. It would not in a condition.
build_one() {
    (
        "$@"
        : >"$work/$2.done"
    ) >"$work/$2.log" 2>&1
}

# One build a line: how, its name, compiler and flags. The longest come first.
builds() {
    for compiler in gcc clang; do
        have "$compiler" || continue
        echo "with_cmake $compiler-cmake-O2 $compiler -O2"
        echo "plain_shared $compiler-O3 $compiler -O3"
        # Where the target has FMA a compiler would like to contract.
        [ -z "$native" ] || echo "plain $compiler-native $compiler -O2 -march=native"
        echo "plain_shared $compiler-O1 $compiler -O1"
    done
    echo "plain no-flags ${CC:-cc}"
}

have gcc || echo "gcc is not here: not compared"
have clang || echo "clang is not here: not compared"
builds >"$work/builds"
# A tree of CMake's stays for the next time, unless that is of another name.
for tree in "$work"/cmake/*; do
    grep -q " ${tree##*/} " "$work/builds" || rm -rf "$tree"
done
rm -f "$work"/*.done

# Two shells take the lines in turn; the directory that one of them makes is its claim.
rm -rf "$work/claims"
mkdir "$work/claims"
in_turn() {
    while read -r line; do
        mkdir "$work/claims/$(echo "$line" | tr ' /' '__')" 2>/dev/null || continue
        "$@" "$line" </dev/null
    done
}

build_line() {
    # shellcheck disable=SC2086  # a list of words
    build_one $1
}

for half in 1 2; do
    in_turn build_line <"$work/builds" &
done
wait
while read -r how name rest; do
    [ -e "$work/$name.done" ] || {
        echo "FAILED  $how $name $rest:"
        tail -n 40 "$work/$name.log"
        exit 1
    }
done <"$work/builds"

built=$(($(date +%s) - started))

# --- Runs -----------------------------------------------------------------------------

expected=$room/expected.txt
programs=$(find "$work/plain" "$work/cmake" -name 'hash_*' -type f | sort)
if [ -n "$update" ]; then
    "$(echo "$programs" | head -n 1)" >"$expected"
    echo "expected.txt is written"
fi
grep ' 2 inputs' "$expected" >"$work/expected_small"

# same WHAT LINES COMMAND...: prints the expected lines, all or small.
same() {
    what=$1
    wanted=$expected
    [ "$2" = all ] || wanted=$work/expected_small
    shift 2
    echo run >>"$mine.runs"
    if ! "$@" >"$mine.out" 2>"$mine.err"; then
        echo "FAILED  $what: $(cat "$mine.err")"
    elif ! cmp -s "$mine.out" "$wanted"; then
        echo "FAILED  $what, < expected, > found:"
        diff "$wanted" "$mine.out" || :
    else
        return 0
    fi
    echo failure >>"$mine.failures"
}

tunables=glibc.cpu.hwcaps=-FMA,-AVX2,-AVX512F

# every_way PROGRAM: `hash THREADS NAMES`.
every_way() {
    name=${1#"$work/"}
    mine=$work/results/$(echo "$name" | tr / _)
    lines=all
    case $name in plain/no-flags/*) lines=small ;; esac
    same "$name, scalar" $lines env BP_MAX_ISA=scalar "$1" 1 $lines
    for isa in avx2 avx512; do
        same "$name, $isa" all env BP_MAX_ISA="$isa" "$1" 1
    done
    for threads in 1 2 3 4 7; do
        same "$name, $threads threads" all "$1" "$threads"
    done
    same "$name, again" all "$1" 1
    same "$name, $tunables" all env GLIBC_TUNABLES="$tunables" "$1" 1
}

rm -rf "$work/claims" "$work/results"
mkdir "$work/claims" "$work/results"
for half in 1 2; do
    echo "$programs" | in_turn every_way >"$work/results/said.$half" 2>&1 &
done
wait
cat "$work"/results/said.*
runs=$(cat "$work"/results/*.runs | wc -l)
failures=$(cat "$work"/results/*.failures /dev/null 2>/dev/null | wc -l)
count=$(echo "$programs" | wc -l)
echo "$count programs, $runs runs, $failures failed;" \
    "built in $built s, all in $(($(date +%s) - started)) s"
# A run that never came is no success.
[ "$failures" -eq 0 ] && [ "$count" -gt 0 ] && [ "$runs" -eq $((count * 10)) ]
