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

for name in linear_regression penguins two_class diagnose digits recognise mnist; do
    expect 0 "usage: $name" "$name" --help
    expect 2 "--help lists the options" "$name" --no-such-option
    expect 2 "'word' was not expected here" "$name" word
done

expect 1 "$work/penguins.csv cannot be read" linear_regression --data "$work"
expect 1 "$work/penguins.csv cannot be read" penguins --data "$work"
expect 1 "$work/digits.csv cannot be read" digits --data "$work"
expect 1 "sh scripts/get-data.sh mnist" mnist --data "$work"

expect 1 "--model is missing" recognise
expect 1 "cannot open '$work/no-such.model': no such file" recognise --model "$work/no-such.model"
printf 'no model' >"$work/bad.model"
expect 1 "$work/bad.model: " recognise --model "$work/bad.model"
expect 1 "cannot create '$work/none/x.bp-save': no such file" digits --data "$data" \
    --epochs 1 --save "$work/none/x"
expect 2 "--count is '0', expected a whole number" recognise --count 0
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
expect 2 "--norm is 'group', expected batch, layer or none" mnist --norm group

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
tiny 0 "Dropout 0.2, noise 0.1, batch norm, label smoothing 0.1" --layers 20,10 \
    --dropout 0.2 --noise 0.1 --norm batch --smoothing 0.1 --epochs 2
tiny 0 "Test images: 100 of 100 right" --layers 40 --norm layer --dropout 0.1 --epochs 4
tiny 1 "--dropout is 1.5, expected 0 to 1" --dropout 1.5
tiny 1 "--noise is -1, expected" --noise -1
tiny 1 "smoothing is 1" --smoothing 1
tiny 1 "expected a setting" --smoothing 0.1 --cost mse
tiny 1 "batch norm" --norm batch --batch 1
tiny 0 "No improvement for long enough" --layers 20 --epochs 200 --patience 3 \
    --monitor accuracy --balanced --history "$work/history.csv"
grep -q '^epoch,' "$work/history.csv" || fault "no history was written"
tiny 0 "Time is up" --layers 20 --epochs 1000000 --time 0.2
tiny 0 "there the cost falls fastest" --layers 20 --epochs 3 --find-rate --best
tiny 0 "Why does it not learn better?" --layers 20 --epochs 3 --diagnose
for optimizer in sgd adam amsgrad adamw adagrad rmsprop rprop lbfgs; do
    tiny 0 "Batch 500, $optimizer, " --optimizer "$optimizer" --batch 500 --epochs 2
done
for schedule in constant step exponential cosine one_cycle plateau; do
    tiny 0 " $schedule, " --schedule "$schedule" --epochs 4
done
tiny 0 "Test images: 100 of 100 right" --schedule step --period 2 --gamma 0.5 --warmup 1 \
    --decoupled 0.001 --l1 0.00001 --max-norm 4 --clip 1 --accumulate 2 --epochs 6
tiny 0 "Test images: 100 of 100 right" --schedule cosine --period 2 --restart 2 \
    --decay 0.0001 --free-biases --clip-value 0.5 --epochs 6
tiny 0 "Test images: 100 of 100 right" --schedule plateau --monitor accuracy --epochs 6
tiny 1 "options.minimum_change" --change -1
tiny 1 "expected a setting" --optimizer adam --momentum 0.5
tiny 1 "gamma is 2, expected" --schedule step --gamma 2
tiny 1 "clip norm is -1, expected" --clip -1
tiny 1 "clip value is -1, expected" --clip-value -1
tiny 1 "restart is 1.5, expected" --schedule cosine --restart 1.5
expect 2 "log_loss" mnist --monitor list
expect 2 "  adagrad" mnist --optimizer list
expect 2 "  one_cycle" mnist --schedule list
expect 2 "--patience is '0', expected" mnist --patience 0
expect 2 "--rate is '-1', expected a number above 0" mnist --rate -1
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
