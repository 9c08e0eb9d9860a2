#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh BUILD_DIR: every network as C source compiles without a warning, by each
# compiler that is here and as C99, and passes the self-test that lies in it.
set -eu

build=$(CDPATH='' cd -- "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
warnings="-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Werror"
checks=0
failures=0

fault() {
    failures=$((failures + 1))
    echo "FAILED  $*"
}

"$build/tests/export_make" "$work" >"$work/names"
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    while read -r name; do
        checks=$((checks + 1))
        printf '#include "%s.h"\nint main(void)\n{\n    return %s_self_test();\n}\n' \
            "$name" "$name" >"$work/main.c"
        # shellcheck disable=SC2086  # a list of words
        $compiler $warnings -O2 "$work/main.c" "$work/$name.c" -lm -o "$work/test" ||
            { fault "$compiler: $name does not compile" && continue; }
        "$work/test" || fault "$compiler: the self-test of $name"
    done <"$work/names"
done

# The self-test can fail: with another weight it does.
name=tanh
sed 's/^static const float weights_0\[\] = {$/&0.5f,/' "$work/$name.c" >"$work/other.c"
printf '#include "%s.h"\nint main(void)\n{\n    return %s_self_test();\n}\n' \
    "$name" "$name" >"$work/main.c"
checks=$((checks + 1))
cc -O2 "$work/main.c" "$work/other.c" -lm -o "$work/test"
! "$work/test" || fault "the self-test does not see another weight"

# Another processor, where its compiler is here.
if command -v arm-none-eabi-gcc >/dev/null; then
    while read -r name; do
        checks=$((checks + 1))
        # shellcheck disable=SC2086
        arm-none-eabi-gcc $warnings -mcpu=cortex-m4 -mthumb -mfloat-abi=hard \
            -mfpu=fpv4-sp-d16 -O2 -c "$work/$name.c" -o "$work/arm.o" ||
            fault "arm-none-eabi-gcc: $name does not compile"
    done <"$work/names"
fi

# Another one, whose int has 16 bits and whose double is a float.
if command -v avr-gcc >/dev/null; then
    while read -r name; do
        checks=$((checks + 1))
        # shellcheck disable=SC2086
        avr-gcc $warnings -mmcu=atmega2560 -Os -c "$work/$name.c" -o "$work/avr.o" ||
            fault "avr-gcc: $name does not compile"
    done <"$work/names"
fi

# What a network takes: bytes here and there, and the time of a row here.
cat >"$work/clock.c" <<'END'
#include "softmax.h"
#include <stdio.h>
#include <time.h>
int main(void)
{
    float inputs[softmax_inputs] = {0.5f}, outputs[softmax_outputs];
    const clock_t begin = clock();
    int i;

    for (i = 0; i < 100000; i++)
        softmax_predict(inputs, outputs);
    printf("%.2f us a row\n", 10.0 * (double)(clock() - begin) / CLOCKS_PER_SEC);
    return outputs[0] > 2;
}
END
cc -O2 "$work/clock.c" "$work/softmax.c" -lm -o "$work/clock"
echo "5-70-3, softmax: $("$work/clock") here"
for tool in gcc "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb" "avr-gcc -mmcu=atmega2560"; do
    command -v "${tool%% *}" >/dev/null || continue
    $tool -std=c99 -Os -c "$work/softmax.c" -o "$work/size.o"
    size "$work/size.o" | awk -v tool="${tool%% *}" \
        'NR == 2 {print "  " tool ": " $1 " bytes of code and constants, " $2 + $3 " of data"}'
done
echo "$((checks - failures)) passed, $failures failed"
[ "$checks" -gt 1 ] && [ "$failures" -eq 0 ]
