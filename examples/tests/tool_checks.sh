# SPDX-License-Identifier: MIT
#
# What the tests of the tool share: . tool_checks.sh, with the folder of the tool and that
# of the data as the first two arguments.
tool=$(cd "$1" && pwd)/backprop
data=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failures=0
checks=0

# check WHAT COMMAND...: it must succeed.
check() {
    checks=$((checks + 1))
    what=$1
    shift
    "$@" >"$work/out" 2>"$work/err" && return
    failures=$((failures + 1))
    echo "FAILED  $what"
    cat "$work/out" "$work/err"
}

# refused STATUS WORDS COMMAND...
refused() {
    checks=$((checks + 1))
    expected=$1
    words=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    answer=$?
    [ $answer -eq "$expected" ] && grep -q -e "$words" "$work/err" && return
    failures=$((failures + 1))
    echo "FAILED  $*: answered $answer"
    cat "$work/err"
}

says() {
    checks=$((checks + 1))
    grep -q -e "$1" "$work/out" && return
    failures=$((failures + 1))
    echo "FAILED  '$1' is not in"
    cat "$work/out"
}

# It is to be called at the end.
finish() {
    echo "$((checks - failures)) passed, $failures failed"
    [ $failures -eq 0 ]
}

measures=bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g
penguins=$data/penguins.csv
