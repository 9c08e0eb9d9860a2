#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh [--update] BUILD_DIR
#
# Builds the library with every compiler here, at several levels of optimization, with
# and without CMake, static and shared; runs hash.c with each, under every cap on the
# instruction set, on 1, 2, 3, 4 and 7 threads, and with a C library that was told to
# use no FMA. All must print what expected.txt holds. --update writes that file: a change
# of bits is a decision, and belongs into the change log.
set -eu

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

# One build a line: how, its name, compiler and flags.
builds() {
    echo "plain no-flags ${CC:-cc}"
    for compiler in gcc clang; do
        have "$compiler" || continue
        for level in 3 1; do
            echo "plain_shared $compiler-O$level $compiler -O$level"
            echo "with_cmake $compiler-cmake-O$level $compiler -O$level"
        done
        # Where the target has FMA a compiler would like to contract.
        [ -z "$native" ] || echo "plain $compiler-native $compiler -O2 -march=native"
    done
}

have gcc || echo "gcc is not here: not compared"
have clang || echo "clang is not here: not compared"
builds >"$work/builds"
rm -f "$work"/*.done
for half in 1 0; do
    awk "NR % 2 == $half" "$work/builds" | while read -r line; do
        # shellcheck disable=SC2086  # a list of words
        build_one $line
    done &
done
wait
while read -r how name rest; do
    [ -e "$work/$name.done" ] || {
        echo "FAILED  $how $name $rest:"
        tail -n 40 "$work/$name.log"
        exit 1
    }
done <"$work/builds"

# --- Runs -----------------------------------------------------------------------------

runs=0
failures=0
expected=$room/expected.txt

# same WHAT COMMAND...: prints what is expected.
same() {
    what=$1
    shift
    runs=$((runs + 1))
    if ! "$@" >"$work/out" 2>"$work/err"; then
        echo "FAILED  $what: $(cat "$work/err")"
    elif ! cmp -s "$work/out" "$expected"; then
        echo "FAILED  $what, < expected, > found:"
        diff "$expected" "$work/out" || :
    else
        return 0
    fi
    failures=$((failures + 1))
}

tunables=glibc.cpu.hwcaps=-FMA,-AVX2,-AVX512F
programs=$(find "$work/plain" "$work/cmake" -name 'hash_*' -type f | sort)
if [ -n "$update" ]; then
    "$(echo "$programs" | head -n 1)" >"$expected"
    echo "expected.txt is written"
fi
IFS='
'
for program in $programs; do
    name=${program#"$work/"}
    for isa in scalar avx2 avx512; do
        same "$name, $isa" env BP_MAX_ISA="$isa" "$program"
    done
    same "$name" "$program"
    same "$name, again" "$program"
    for threads in 2 3 4 7; do
        same "$name, $threads threads" "$program" "$threads"
    done
    same "$name, $tunables" env GLIBC_TUNABLES="$tunables" "$program"
done
echo "$(echo "$programs" | wc -l) programs, $runs runs, $failures failed"
[ "$failures" -eq 0 ] && [ "$runs" -gt 0 ]
