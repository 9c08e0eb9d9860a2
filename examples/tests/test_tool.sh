#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh test_tool.sh FOLDER DATA: the tool in FOLDER, from a table to answers and back, and
# what it says of command lines that cannot be.
set -u

. "$(dirname "$0")/tool_checks.sh"

model=$work/p.safetensors

check help "$tool" --help
says "^Usage: backprop"
check version "$tool" --version
says "^backprop [0-9]"
for command in train resume predict evaluate inspect export explain picture watch; do
    check "$command --help" "$tool" $command --help
    says "^Usage: backprop $command"
done

# Classes, from the table to answers.
check train "$tool" train "$penguins" --target species --features $measures \
    --hidden 32,16 --drop-missing -o "$model"
says "^saved "
says "cost"
check quiet "$tool" train "$penguins" --target species --features $measures \
    --hidden 32,16 --drop-missing -q -o "$work/again"
check "nothing is said" [ ! -s "$work/out" ]
check "the same again" cmp "$model" "$work/again"
check evaluate "$tool" evaluate "$model" "$penguins" --target species --drop-missing
says "^3[34][0-9] of 342 right"
says "Gentoo$"
check predict "$tool" predict "$model" "$penguins" --drop-missing -o "$work/said.csv"
check "a line for each row" [ "$(wc -l <"$work/said.csv")" -eq 343 ]
check "a header" [ "$(sed 1q "$work/said.csv")" = "class,Adelie,Chinstrap,Gentoo" ]
check "the first is an Adelie" [ "$(sed -n 2p "$work/said.csv" | cut -d, -f1)" = Adelie ]
check inspect "$tool" inspect "$model"
says "^4 inputs, 3 outputs, 3 layers, 739 weights and biases in float"
says "^layer 2: dense, 16 to 3, softmax, 51 parameters"
says "^input 0: bill_length_mm"
says "^class 2: Gentoo"

# Columns of words: the table as it is, and rows from a pipe.
check words "$tool" train "$penguins" --target species --drop-missing -o "$work/w"
check "evaluate words" "$tool" evaluate "$work/w" "$penguins" --target species \
    --drop-missing
says "^33[0-9] of 333 right"
check "inspect words" "$tool" inspect "$work/w"
says "^input 2: island=Torgersen"
printf 'sex,year,%s,island\nmale,2007,50,15,230,5700,Biscoe\n' $measures >"$work/one.csv"
check "from a pipe" sh -c "'$tool' predict '$work/w' - <'$work/one.csv'"
says "^Gentoo,"
sed 's/Biscoe/Atlantis/' "$work/one.csv" >"$work/none.csv"
refused 1 'line 2, column "island": "Atlantis" is none of the words' "$tool" predict \
    "$work/w" "$work/none.csv"
sed 1d "$penguins" >"$work/bare.csv"
check "words without a header" "$tool" train "$work/bare.csv" --target 1 --no-header \
    --drop-missing -q -o "$work/b"
printf 'x,Biscoe,50,15,230,5700,male,2007\n' >"$work/bare.csv"
check "the same columns" "$tool" predict "$work/b" "$work/bare.csv" --no-header
says "^Gentoo,"
refused 2 "in files, not -" "$tool" train - --checkpoint "$work/x" -o "$work/x"

check "a pipe of both" sh -c "'$tool' train - --target species --drop-missing \
    --epochs 3 -o - <'$penguins' | '$tool' inspect -"
says "^input 2: island=Torgersen"

# For other programs.
check "export --csv" "$tool" export --csv "$model" -o -
says "^layer,parameter,to,from,value$"
check "all of them" [ "$(wc -l <"$work/out")" -eq 740 ]
check "export --onnx" "$tool" export --onnx "$model" -o "$work/p.onnx"
check "export --c" "$tool" export --c "$model" -o "$work/penguin.c"
printf '#include "penguin.h"\nint main(void) { return penguin_self_test(); }\n' \
    >"$work/main.c"
check "compiles" "${CC:-cc}" "$work/main.c" "$work/penguin.c" -lm -o "$work/self"
check "self-test" "$work/self"
check "export in 8 bits" "$tool" export --c "$model" -o "$work/penguin.c" \
    --int8 "$penguins" --target species --drop-missing
says "^accuracy [19].*in float; the same class in 3[34][0-9] of 342 rows"
check "compiles" "${CC:-cc}" "$work/main.c" "$work/penguin.c" -lm -o "$work/self"
check "self-test" "$work/self"

# Why.
sed -n 1,2p "$penguins" >"$work/row.csv"
check explain "$tool" explain "$model" --example "$work/row.csv" --target species \
    --connection 0:3:1
says "^dC/dw = dz/dw"
for kind in network chain paths nudge dot json; do
    check "picture of $kind" "$tool" picture "$model" --kind $kind -o "$work/$kind" \
        --example "$work/row.csv" --target species --connection 1:2:3
    check "$kind is there" [ -s "$work/$kind" ]
done
check "a network alone" "$tool" picture "$model" -o -
says "^<svg"

# Numbers: the scale of the targets is undone in the model.
awk 'BEGIN { print "x,z,y"; for (i = 0; i < 300; i++) {
    x = i % 17; z = i % 23; print x "," z "," 1000 + 30 * x - 7 * z } }' >"$work/line.csv"
check "numbers" "$tool" train "$work/line.csv" --regression --hidden none --rate 0.05 \
    -o "$work/line.safetensors"
check "evaluate numbers" "$tool" evaluate "$work/line.safetensors" "$work/line.csv"
says "99.9[0-9]* % of the variance\|100.00 % of the variance"
printf 'z,x\n10,2\n' >"$work/two.csv"
check "predict numbers" "$tool" predict "$work/line.safetensors" "$work/two.csv"
check "990 or so" [ "$(sed -n 2p "$work/out" | cut -c1-2)" = 99 ] ||
    check "or just below" [ "$(sed -n 2p "$work/out" | cut -c1-3)" = 989 ]

# To look on: files that are whole whenever they are there.
"$tool" train "$penguins" --target species --features bill_length_mm,flipper_length_mm \
    --drop-missing --epochs 100000000 --patience 0 --checkpoint "$work/state" \
    --every 20 --watch "$work/w.svg" --regions "$work/r.svg" --history "$work/h.csv" -q \
    -o "$work/watched" &
child=$!
while [ ! -e "$work/r.svg" ]; do sleep 0.1; done
for i in 1 2 3 4 5 6 7 8 9; do
    check "a whole picture, $i" grep -q "^</svg>" "$work/w.svg"
    check "a whole plane, $i" grep -q "^</svg>" "$work/r.svg"
    sleep 0.2
done
kill -KILL $child
wait $child 2>/dev/null
rm -f "$work"/*.new
check "no model" [ ! -e "$work/watched" ]
before=$(tail -1 "$work/h.csv" | cut -d, -f1)
check "a history goes on" "$tool" resume "$work/state" --epochs $((before + 20))
check "no epoch twice" [ -z "$(cut -d, -f1 "$work/h.csv" | sort | uniq -d)" ]
check "none is missing" [ "$(wc -l <"$work/h.csv")" -ge $((before + 20)) ]
check "its columns" [ "$(sed 1q "$work/h.csv")" = \
    "epoch,cost,validation_cost,accuracy,rate" ]
check watch "$tool" watch "$work/h.csv" -o "$work/again.svg"
check "the same picture" cmp "$work/w.svg" "$work/again.svg"
check "to standard output" "$tool" watch "$work/h.csv"
cp "$work/out" "$work/piped.svg"
check "the same" cmp "$work/piped.svg" "$work/again.svg"
refused 1 "epoch" "$tool" watch "$penguins"
refused 1 "2 inputs to draw, not 4" "$tool" train "$penguins" --target species \
    --features $measures --drop-missing --regions "$work/x" -o "$work/x"

# Ctrl-C keeps the best.
"$tool" train "$penguins" --target species --features $measures --drop-missing \
    --epochs 100000000 --patience 0 -o "$work/kept" >"$work/said" 2>&1 &
child=$!
while ! grep -qs "^epoch" "$work/said"; do sleep 0.1; done
kill -INT $child
wait $child
check "130" [ $? -eq 130 ]
check "it says so" grep -q "^interrupted" "$work/said"
check "and where" grep -q "^saved $work/kept" "$work/said"
check "it works" "$tool" evaluate "$work/kept" "$penguins" --target species --drop-missing

# What cannot be.
refused 2 "\-\-dropout is '1', expected a number from 0 to below 1$" "$tool" train \
    "$penguins" --dropout 1 -o "$work/x"
refused 2 "\-\-rate is '0', expected a number above 0" "$tool" train "$penguins" \
    --rate 0 -o "$work/x"
refused 2 "\-\-held-out is '100', expected a number from 0 to below 100" "$tool" train \
    "$penguins" --held-out 100 -o "$work/x"
refused 2 "^backprop train: unrecognized option '--bogus'" "$tool" train --bogus
refused 1 "\-\-drop-missing leaves such rows out" "$tool" train "$penguins" -o "$work/x"
refused 1 "\-\-target names the columns" "$tool" evaluate "$work/w" "$penguins" \
    --drop-missing
refused 1 "^error: connection: to is 99, expected below 32$" "$tool" explain "$model" \
    --example "$work/row.csv" --target species --connection 0:99:1
check "no place in the source is told" [ "$(wc -l <"$work/err")" -eq 1 ]
refused 1 "to is 99" "$tool" picture "$model" --kind chain -o "$work/x" \
    --example "$work/row.csv" --target species --connection 0:99:1
check "no half picture" [ ! -e "$work/x.new" ]
refused 2 "belong together" "$tool" picture "$model" --connection 0:1:1
refused 2 "are missing, of which" "$tool" picture "$model" --kind chain
refused 2 "Usage" "$tool"
refused 2 "'fly' is no command" "$tool" fly
refused 2 "the table is missing" "$tool" train -o "$work/x"
refused 2 "-o is missing" "$tool" train "$penguins"
refused 2 "\-\-epochs is 'x'" "$tool" train "$penguins" --epochs x -o "$work/x"
refused 2 "\-\-activation is 'no'" "$tool" train "$penguins" --activation no -o "$work/x"
refused 2 "\-\-hidden is ''" "$tool" train "$penguins" --features $measures --hidden 3, \
    --target species --drop-missing -o "$work/x"
refused 2 "expected one character" "$tool" train "$penguins" --separator ab -o "$work/x"
refused 1 "no-such-file" "$tool" train no-such-file -o "$work/x"
refused 1 "is no number" "$tool" train "$penguins" --regression --target species \
    --drop-missing -o "$work/x"
refused 1 "cannot create" "$tool" train "$penguins" --target species \
    --features $measures --drop-missing -q --epochs 1 -o "$work/no/x"
refused 1 "no-such-model" "$tool" predict no-such-model "$penguins"
refused 1 "the value is missing" "$tool" predict "$model" "$penguins"
refused 2 "the table is missing" "$tool" predict "$model"
refused 2 "was not expected" "$tool" predict "$model" "$penguins" more
refused 2 "expected --c" "$tool" export "$model"
refused 1 "identifier" "$tool" export --c "$model" -o "$work/1x.c"
refused 2 "\-\-connection is '0:1'" "$tool" explain "$model" --example "$work/row.csv" \
    --target species --connection 0:1
refused 1 "\-\-row is 2" "$tool" explain "$model" --example "$work/row.csv" --row 2 \
    --target species --connection 0:1:1
refused 2 "\-\-kind is 'x'" "$tool" picture "$model" --kind x -o "$work/x"
printf 'species,%s\nDodo,1,2,3,4\n' $measures >"$work/dodo.csv"
refused 1 "'Dodo' in row 1 is none of the 3" "$tool" evaluate "$model" "$work/dodo.csv" \
    --target species
check "nothing was left" [ ! -e "$work/x" ]

finish
