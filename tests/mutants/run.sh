#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Negative control of the tests that prove the mathematics. Each patch here plants one
# fault in the library: one line of one file under lib/. The faults cover every layer,
# activation, cost and bias path, and optimizers, schedules, clipping, weights, metrics,
# fits, studies, traces, rankings, recorders, pictures, streams and checkpoints. The
# ordinary tests must go red for each of them; if they stay green, it is they that are at
# fault.
#
#     sh tests/mutants/run.sh                a sample of 5, another one every day
#     sh tests/mutants/run.sh --sample N     a sample of N
#     sh tests/mutants/run.sh --all          all of them
#     sh tests/mutants/run.sh NAME...        those, by number, name or file
#
# A copy of the tree is built once, plain, and must be green. For each patch only what it
# touches is built again. The answer is non-zero if a fault survived, or if a patch no
# longer applies, no longer builds or ends otherwise than by a failed test. A new fault:
# edit one line in lib/, `git diff -U1 lib > tests/mutants/NN-what.patch`, undo the edit.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
cc=${CC:-cc}
flags='-std=c11 -O1 -w -Iinclude -Ilib -Itests/support -Itests'
programs='test_gradient_reference test_gradient test_gradient_custom test_adjoint
    test_gradient_layers test_norm test_random_layers test_parity_layers
    test_trace test_trace_layers test_explain test_optimizer test_parity_optimizer
    test_schedule test_update test_train test_weights test_metrics test_runs test_rate
    test_diagnose test_links test_trace_step test_influence test_recorder test_draw test_stream
    test_snapshot test_fit_checkpoint'
seconds=120
jobs=2

fail() {
    echo "mutants: $*" >&2
    exit 1
}

usage() {
    sed -n '11,15s/^# *//p' "$0"
    exit "$1"
}

# --- Which ----------------------------------------------------------------------------

all() {
    (cd "$here" && ls [0-9]*.patch)
}

# Every so-manieth, from one that changes with the day.
sample() {
    all | awk -v want="$1" -v day="$(date +%j)" '
        { name[NR - 1] = $0 }
        END {
            if (want > NR) want = NR
            for (i = 0; i < want; i++)
                print name[int(i * NR / want + day) % NR]
        }'
}

named() {
    for name in "$@"; do
        name=${name##*/}
        found=$(all | awk -v name="${name%.patch}" '
            { full = $0; sub(/\.patch$/, "", full); number = full; sub(/-.*/, "", number)
              what = full; sub(/^[0-9]*-/, "", what)
              if (name == full || name == number || name == what) print }')
        [ -n "$found" ] || fail "there is no patch named '$name'"
        echo "$found"
    done
}

choose() {
    case ${1-} in
    '') sample 5 ;;
    --all) all ;;
    --sample)
        case ${2-} in
        '' | *[!0-9]* | 0) fail "--sample is followed by '${2-}', expected a number" ;;
        esac
        sample "$2" ;;
    -*) usage 2 ;;
    *) named "$@" ;;
    esac
}

# --- Building -------------------------------------------------------------------------

# compile DIRECTORY: the sources on standard input, several at a time.
compile() {
    # shellcheck disable=SC2016
    cc=$cc flags=$flags to=$1 xargs -n 1 -P "$jobs" sh -c '
        object=$to/$(echo "$1" | tr / _).o
        $cc $flags -include source_dir.h -MMD -MF "$object.d" -c "$1" -o "$object"' sh
}

# link DIRECTORY: programs out of its objects, and for the others those of the whole build.
link() {
    objects=
    for object in plain/lib_*.o plain/tests_support_*.o plain/tests_gradient_*.o; do
        [ ! -f "$1/${object#plain/}" ] || object=$1/${object#plain/}
        objects="$objects $object"
    done
    for program in $programs; do
        # shellcheck disable=SC2086
        $cc "plain/tests_$program.c.o" $objects -o "$1/$program" $libraries || return 1
    done
}

# 0: all green; 1: $red has failed tests; 2: $red crashed, hung or ended otherwise.
run_tests() {
    for red in $programs; do
        answer=0
        timeout "$seconds" "$1/$red" >"$1/log" 2>&1 || answer=$?
        [ "$answer" -ne 0 ] || continue
        [ "$answer" -eq 1 ] && grep -q '^\[  FAILED  \]\|^\[  ERROR   \]' "$1/log" || return 2
        ! grep -q 'failed with exception' "$1/log" || return 2
        return 1
    done
}

build_plain() {
    mkdir plain
    {
        printf '%s\n' lib/*.c lib/*/*.c tests/support/*.c tests/gradient_*.c
        for program in $programs; do
            echo "tests/$program.c"
        done
    } | compile plain || fail "the tree does not build"
    link plain || fail "the tests do not link"
    run_tests plain || {
        cat plain/log
        fail "$red is red without any fault planted"
    }
}

# --- One fault ------------------------------------------------------------------------

# The file that a patch edits: one, under lib/, and one line of it.
target() {
    awk '/^--- / { next }
         /^\+\+\+ / { files++; file = $2; sub(/^b\//, "", file); next }
         /^\+/ { plus++ } /^-/ { minus++ }
         END { if (files == 1 && plus <= 1 && minus <= 1 && file ~ /^lib\//) print file }' \
        "$1"
}

# Sources whose objects were made with a file.
users() {
    for list in plain/*.d; do
        awk -v file="$1" '
            { for (i = 1; i <= NF; i++) {
                if ($i == file) used = 1
                if (source == "" && $i ~ /\.c$/) source = $i } }
            END { if (used) print source }' "$list"
    done
}

command -v patch >/dev/null || { echo "error: there is no patch(1) here" >&2; exit 2; }

# plant PATCH: prints what came of it.
plant() {
    file=$(target "$here/$1")
    [ -n "$file" ] || { echo "is no edit of one line under lib/"; return 0; }
    patch -s -p1 --fuzz=0 --no-backup-if-mismatch <"$here/$1" >log 2>&1 || {
        echo "no longer applies"
        return 0
    }
    rm -rf planted
    mkdir planted
    if ! users "$file" | compile planted >log 2>&1 || ! link planted >log 2>&1; then
        echo "does not build"
        return 0
    fi
    answer=0
    run_tests planted || answer=$?
    case $answer in
    0) echo "survived" ;;
    1) echo "caught by $red" ;;
    *) echo "ended $red otherwise than by a failed test" ;;
    esac
}

restore() {
    rm -rf lib
    cp -Rp "$root/lib" lib
}

# --- All of it ------------------------------------------------------------------------

case ${1-} in
-h | --help) usage 0 ;;
esac
chosen=$(choose "$@")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work"
mkdir tests
cp -Rp "$root/include" "$root/lib" .
cp -Rp "$root"/tests/support "$root"/tests/parity "$root"/tests/*.[ch] tests

printf '#define BP_SOURCE_DIR "%s"\n' "$root" >source_dir.h
# Checkpoints are loaded with jansson.
if pkg-config --exists jansson 2>/dev/null; then
    flags="$flags -DBP_WITH_JANSSON=1 $(pkg-config --cflags jansson)"
    extra=$(pkg-config --libs jansson)
fi
libraries="${extra-} $(pkg-config --cflags --libs cmocka 2>/dev/null || echo -lcmocka) -lm -lpthread"

for name in $(all); do
    patch -s -p1 --fuzz=0 --dry-run <"$here/$name" >log 2>&1 || {
        cat log
        fail "$name no longer applies"
    }
done
build_plain
caught=0
survived=0
broken=0
for name in $chosen; do
    result=$(plant "$name")
    case $result in
    caught*) caught=$((caught + 1)) ;;
    survived) survived=$((survived + 1)) ;;
    *) broken=$((broken + 1)) ;;
    esac
    echo "${name%.patch}: $result"
    case $result in
    *applies | *build) cat log ;;
    esac
    restore
done
[ "$broken" -eq 0 ] || echo "$broken broken"
echo "$caught caught, $survived survived"
[ "$survived" -eq 0 ] && [ "$broken" -eq 0 ]
