#!/bin/sh
# SPDX-License-Identifier: MIT
#
#     test_bench.sh BUILD
#
# scripts/bench.sh with the programs in BUILD, on small files made here: not for the
# times, but that every program does every work that it says it can, and that the report
# has what is promised.
#
#   * options that make no sense are refused before anything is built
#   * our library has a figure for every work; every line of JSON has its fields
#   * a peer that is not installed is reported as missing
#   * a variable that holds back a BLAS is named, and the BLAS is tried without it
#   * numbers that all programs must make alike are alike
#   * the points of --scaling are drawn
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
bench=$here/../../scripts/bench.sh
build=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
checks=0
failures=0

# expect WHAT COMMAND...: the command must succeed.
expect() {
    what=$1
    shift
    checks=$((checks + 1))
    if "$@"; then
        echo "ok    $what"
    else
        echo "FAIL  $what"
        failures=$((failures + 1))
    fi
}

not() {
    ! "$@"
}

run() {
    sh "$bench" "$@" >"$tmp/out" 2>&1
}

smoke() {
    run --smoke --build "$build" --data "$tmp/folder of data" --threads 2 "$@"
}

said() {
    grep -q -- "$1" "$tmp/out" || {
        sed 's/^/      | /' "$tmp/out"
        return 1
    }
}

# refused WHAT WORDS OPTION...
refused() {
    option=$1
    words=$2
    shift 2
    expect "$option: refused" not run "$@"
    expect "$option: it says so" said "$words"
}

# has MODULE: whether the interpreter of Debian's peers has it.
has() {
    /usr/bin/python3 -c "import $1" 2>/dev/null
}

check_options() {
    expect "--help succeeds" run --help
    expect "--help: usage" said "usage:"
    expect "--list succeeds" run --list
    expect "--list: the works" said "^W4-SGD .*784-2048-2048-10"
    expect "--list with a name" run --list product
    expect "--list with a name: only those" not grep -q "^W1" "$tmp/out"
    refused "an unknown option" "'--quik' is not known" --quik
    refused "an unknown work" "'W9' is no work" W9
    refused "a work with a blank" "'W1 W2' is no work" "W1 W2"
    refused "no number of threads" "--threads is 'x', expected a number" --threads x
    refused "no threads" "--threads is 0, expected 1 to 256" --threads 0
    refused "no repetitions" "--repetitions is 0" --repetitions 0
    refused "a file that is not named" "--json wants a word" --json
    refused "a page of a part" "the page is for a full run" --page W1
}

check_results() {
    expect "all works run" smoke --json "$tmp/results.json"
    expect "the results are whole" python3 "$here/check_results.py" "$tmp/results.json"
    expect "the peak is told" said "peak, .* 2 threads: "
    expect "the bars are told" said "2 threads allowed: never slower than one"
    expect "nothing is wrong" not grep -q "wrong\|Error\|fault" "$tmp/out"
    expect "FANN is measured, or missing" said "^| FANN \|missing: FANN (.libfann-dev.)"
    expect "so is OpenBLAS" said "| OpenBLAS \|missing: OpenBLAS (.libopenblas-dev.)"
    expect "so is PyTorch" said "^| PyTorch \|missing: PyTorch (.python3-torch.)"
    expect "so is scikit-learn" said "^| scikit-learn \|missing: scikit-learn (.python3"
}

check_missing() {
    expect "without PyTorch" smoke --python "$tmp/nowhere" W2
    expect "it is missing" said "missing: PyTorch (.python3-torch.)"
    expect "so is scikit-learn" said "missing: scikit-learn (.python3-sklearn.)"
    expect "ours is there" said "^| backprop "
}

check_variables() {
    OPENBLAS_CORETYPE=Prescott
    export OPENBLAS_CORETYPE
    expect "with a slow kernel" smoke --verbose product-128x96x784-forward
    unset OPENBLAS_CORETYPE
    expect "the variable is named" said "variable: OPENBLAS_CORETYPE=Prescott"
    if [ ! -x "$build/tests/bench/bench_openblas" ]; then
        echo "skip  trying without it: OpenBLAS is not here"
        return
    fi
    expect "tried as found" said "OpenBLAS, as found "
    expect "tried without it" said "OpenBLAS, variables unset "
    expect "the slow kernel is told" said "as found: kernel Prescott"
}

# alike NAME COMMAND...: the answers to `numbers` agree with those of our program.
alike() {
    name=$1
    shift
    expect "numbers of $name" python3 "$here/check_numbers.py" "$tmp/folder of data" \
        "$build/tests/bench/bench_ours" "$@"
}

check_numbers() {
    if has torch; then alike PyTorch /usr/bin/python3 "$here/peer_torch.py"; fi
    if has sklearn; then alike scikit-learn /usr/bin/python3 "$here/peer_sklearn.py"; fi
    alike "our own" "$build/tests/bench/bench_ours"
}

check_scaling() {
    mkdir "$tmp/build"
    ln -s "$build/tests" "$tmp/build/tests"
    expect "--scaling runs" run --smoke --scaling --build "$tmp/build" \
        --data "$tmp/folder of data" --threads 2
    for sweep in batch width depth threads; do
        expect "a picture of $sweep" python3 -c "import sys, xml.dom.minidom as d
assert d.parse(sys.argv[1]).getElementsByTagName('polyline')" \
            "$tmp/build/performance-$sweep.svg"
    done
}

python3 "$here/small_idx.py" "$tmp/folder of data"

check_options
check_results
check_missing
check_variables
check_numbers
check_scaling

echo "$((checks - failures)) passed, $failures failed"
[ "$failures" -eq 0 ]
