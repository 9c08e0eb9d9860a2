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
for command in train resume predict evaluate inspect export explain picture; do
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

# Ctrl-C keeps the best.
"$tool" train "$penguins" --target species --features $measures --drop-missing \
    --epochs 100000000 --patience 0 -o "$work/kept" >"$work/said" 2>&1 &
child=$!
while ! grep -q "^epoch" "$work/said"; do sleep 0.1; done
kill -INT $child
wait $child
check "130" [ $? -eq 130 ]
check "it says so" grep -q "^interrupted" "$work/said"
check "and where" grep -q "^saved $work/kept" "$work/said"
check "it works" "$tool" evaluate "$work/kept" "$penguins" --target species --drop-missing

# What cannot be.
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
refused 1 "is no number" "$tool" train "$penguins" --target year --drop-missing -o "$work/x"
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
