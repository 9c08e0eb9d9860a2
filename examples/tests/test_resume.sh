#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh test_resume.sh FOLDER DATA: a training that breaks off and goes on gives the model of
# one without a break, to the bit.
set -u
. "$(dirname "$0")/tool_checks.sh"

state=$work/p.checkpoint

# begin OPTION...: a training of some seconds, in the background, that keeps its state.
begin() {
    "$tool" train "$table" "$@" --every 20 --checkpoint "$state" -o "$work/model" \
        >"$work/said" 2>&1 &
    child=$!
}

# Until the state is there; the training may not be done before.
wait_for_state() {
    while [ ! -e "$state" ] && kill -0 $child 2>/dev/null; do sleep 0.05; done
}

# broken WHAT OPTION...: killed, gone on with in another folder, compared.
broken() {
    training=$1
    shift
    check "$training without a break" "$tool" train "$table" "$@" -q -o "$work/whole"
    begin "$@"
    wait_for_state
    kill -KILL $child && wait $child 2>/dev/null
    check "$training: no model yet" [ ! -e "$work/model" ]
    check "$training goes on" sh -c "cd / && exec '$tool' resume '$state'"
    says "^saved /.*/model$"
    check "$training: the same model" cmp "$work/whole" "$work/model"
    check "$training: nothing is left over" [ ! -e "$state" ]
    check "$training: nothing is left beside it" [ ! -e "$state.options" ]
    rm -f "$work/model"
}

table=$penguins
classes="--target species --features $measures --drop-missing --patience 0"
broken dropout $classes --epochs 600 --hidden 32,16 --dropout 0.1
# The best weights are those of epoch 15, before the break; the end counts from there.
broken patience --target species --features bill_length_mm,flipper_length_mm \
    --drop-missing --rate 0.02 --hidden 32,16 --epochs 2000 --patience 600
awk 'BEGIN { print "x,z,y"; for (i = 0; i < 300; i++) {
    x = i % 17; z = i % 23; print x "," z "," 1000 + 30 * x - 7 * z } }' >"$work/line.csv"
table=$work/line.csv
broken numbers --regression --epochs 1000 --patience 0 --hidden 16

# Ctrl-C: the best model, and a state to go on from.
table=$penguins
begin $classes --epochs 2000
wait_for_state
kill -INT $child
wait $child
check "130" [ $? -eq 130 ]
check "it tells how to go on" grep -q "^interrupted; 'backprop resume $state' goes on" \
    "$work/said"
check "a model is there" "$tool" inspect "$work/model"
check "no second training on top" [ -e "$state" ]
refused 1 "is there already: 'backprop resume' goes on" "$tool" train "$table" $classes \
    --checkpoint "$state" -o "$work/x"
refused 2 "\-\-hidden cannot change any more" "$tool" resume "$state" --hidden 3
refused 2 "\-\-every is '0s', expected epochs as 5 or seconds" "$tool" resume "$state" \
    --every 0s
sed '2s/39[.]1/39.2/' "$table" >"$work/other.csv"
refused 1 "is not the table of" "$tool" resume "$state" "$work/other.csv"
cp "$table" "$work/moved.csv"
check "a table that was moved" "$tool" resume "$state" "$work/moved.csv" --epochs 100 \
    -o "$work/elsewhere"
says "^saved $work/elsewhere"
check "fewer epochs than are done" [ -e "$work/elsewhere" ]

# Before any state was kept it begins anew; with nothing to go on from it says so.
"$tool" train "$table" $classes --epochs 30 -q -o "$work/whole"
"$tool" train "$table" $classes --epochs 100000000 --checkpoint "$state" \
    -o "$work/model" >"$work/said" 2>&1 &
child=$!
while ! grep -qs "^epoch" "$work/said"; do sleep 0.05; done
kill -KILL $child
wait $child 2>/dev/null
check "from the beginning" "$tool" resume "$state" --epochs 30
check "the same model" cmp "$work/whole" "$work/model"
refused 1 "no-such.options is not there" "$tool" resume "$work/no-such"
refused 2 "the checkpoint is missing" "$tool" resume
printf 'x\ny\n' >"$work/strange.options"
refused 1 "is not what 'backprop train --checkpoint' writes" "$tool" resume \
    "$work/strange"
check "nothing was left" [ ! -e "$work/x" ]

finish
