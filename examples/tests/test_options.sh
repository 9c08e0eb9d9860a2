#!/bin/sh
# SPDX-License-Identifier: MIT
# What the examples say to options and files, good and bad.
#
#     sh test_options.sh PROGRAMS DATA HAS_ZLIB
#
# PROGRAMS is the folder of the built examples, DATA that of digits.csv.gz and
# penguins.csv, HAS_ZLIB is ON if the library reads gzipped files.
set -eu

programs=$1
data=$2
has_zlib=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
faults=0

fault() {
    printf 'FAULT: %s\n' "$*" >&2
    sed 's/^/    /' "$work/output" >&2
    faults=$((faults + 1))
}

# expect STATUS TEXT PROGRAM OPTION...: the exit status, and a text in the output.
expect() {
    status=$1
    text=$2
    name=$3
    shift 3
    cases=$((cases + 1))
    "$programs/$name" "$@" >"$work/output" 2>&1 </dev/null && found=0 || found=$?
    [ "$found" -eq "$status" ] || fault "$name $*: status $found, expected $status"
    grep -qF -e "$text" "$work/output" || fault "$name $*: expected the text '$text'"
}

# The last output has no escape sequences: it went to a file.
expect_plain() {
    cases=$((cases + 1))
    if LC_ALL=C grep -q "$(printf '[\033\r]')" "$work/output"; then
        fault "an escape sequence in a file"
    fi
}

for name in linear_regression penguins two_class diagnose digits mnist; do
    expect 0 "usage: $name" "$name" --help
    expect 2 "--help lists the options" "$name" --no-such-option
    expect 2 "'word' was not expected here" "$name" word
done

expect 1 "$work/penguins.csv cannot be read" linear_regression --data "$work"
expect 1 "$work/penguins.csv cannot be read" penguins --data "$work"
expect 1 "$work/digits.csv cannot be read" digits --data "$work"
expect 1 "sh scripts/get-data.sh mnist" mnist --data "$work"

expect 2 "--epochs is '0', expected a whole number from 1 to 100000" digits --epochs 0
expect 2 "--seed is '-1', expected a whole number from 0" digits --seed -1
expect 2 "--seed is '1x', expected" two_class --seed 1x
expect 2 "--seed is '', expected" mnist --seed ''
expect 2 "--seed is '18446744073709551616', expected" mnist --seed 18446744073709551616
expect 2 "--require is 'nan', expected a number from 0 to 100" digits --require nan
expect 2 "--rate is 'fast', expected a number" mnist --rate fast
expect 2 "--decay is 'inf', expected a number" mnist --decay inf
expect 2 "--layers is '', expected a whole number" mnist --layers 30,,10
expect 2 "more than 16 layers" mnist --layers 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1
expect 2 "leaky_relu" mnist --activation softmix
expect 2 "smooth_l1" mnist --cost list

"$programs/tiny_idx" "$work"
tiny() {
    status=$1
    text=$2
    shift 2
    expect "$status" "$text" mnist --data "$work" --validation 100 "$@"
}
tiny 0 "Test images: 100 of 100 right" --layers 20 --epochs 3
expect_plain
tiny 0 "Network 100-10, linear then softmax" --layers none --epochs 1
tiny 0 "Network 100-20-10-10, tanh then sigmoid; cost cross_entropy" --layers 20,10 \
    --activation tanh --cost cross_entropy --epochs 2 --f64 --momentum 0.5 --nesterov
for cost in quadratic mse mae huber smooth_l1 hinge kl_divergence poisson \
    binary_cross_entropy binary_cross_entropy_logits; do
    tiny 0 "cost $cost" --cost "$cost" --epochs 1
done
tiny 0 "No improvement for long enough" --layers 20 --epochs 200 --patience 3 \
    --monitor accuracy --balanced --history "$work/history.csv"
grep -q '^epoch,step,' "$work/history.csv" || fault "no history was written"
tiny 0 "Time is up" --layers 20 --epochs 1000000 --time 0.2
tiny 0 "there the cost falls fastest" --layers 20 --epochs 3 --find-rate --best
tiny 1 "options.minimum_change" --change -1
expect 2 "log_loss" mnist --monitor list
expect 2 "--patience is '0', expected" mnist --patience 0
tiny 1 "rate" --rate -1
tiny 1 "momentum" --momentum 1
tiny 1 "cross_entropy" --cost cross_entropy --output linear
tiny 1 "expected less than the 600 images there are" --validation 600
tiny 0 " 0 for validation" --validation 0 --epochs 1
tiny 0 "|    2 |" --lesson --seeds 2 --epochs 5 --cost softmax_cross_entropy \
    --output softmax --rate 0.1
tiny 1 "expected at least 94.7" --lesson --seeds 1 --epochs 1 --rate 0.001

if [ "$has_zlib" = ON ] && command -v gzip >/dev/null; then
    gzip "$work"/t10k-*
    tiny 0 "Test images: 100 of 100 right" --layers 20 --epochs 3
    expect 1 "the accuracy is" digits --data "$data" --epochs 1 --require 100
    expect_plain
    gzip -d "$work"/t10k-*.gz
fi

head -c 5000 "$work/train-images-idx3-ubyte" >"$work/cut"
mv "$work/cut" "$work/train-images-idx3-ubyte"
tiny 1 "60000"

printf '%d cases, %d faults\n' "$cases" "$faults"
[ "$faults" -eq 0 ]
