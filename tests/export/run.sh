#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh [--all] BUILD_DIR: every network as C source compiles without a warning, by
# each compiler that is here and as C99, and passes the self-test that lies in it. With
# --all a compiler that is not here is a fault; else it is named as left out.
set -eu

all=
if [ "$1" = --all ]; then
    all=yes
    shift
fi

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
# here COMPILER: is it?
here() {
    ! command -v "$1" >/dev/null || return 0
    [ -z "$all" ] || fault "$1 is not here"
    echo "left out: $1 is not here"
    return 1
}

for compiler in gcc clang; do
    here "$compiler" || continue
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
if here arm-none-eabi-gcc; then
    while read -r name; do
        checks=$((checks + 1))
        # shellcheck disable=SC2086
        arm-none-eabi-gcc $warnings -mcpu=cortex-m4 -mthumb -mfloat-abi=hard \
            -mfpu=fpv4-sp-d16 -O2 -c "$work/$name.c" -o "$work/arm.o" ||
            fault "arm-none-eabi-gcc: $name does not compile"
    done <"$work/names"
fi

# Another one, whose int has 16 bits and whose double is a float.
if here avr-gcc; then
    while read -r name; do
        checks=$((checks + 1))
        # shellcheck disable=SC2086
        avr-gcc $warnings -mmcu=atmega2560 -Os -c "$work/$name.c" -o "$work/avr.o" ||
            fault "avr-gcc: $name does not compile"
    done <"$work/names"
fi

# What a network takes: bytes of code, constants and data by each compiler; cycles (of the
# counter that runs at the processor's nominal speed) and time of a row here, the best of
# some runs.
clock() {
    cat >"$work/clock.c" <<END
#include "$1.h"
#include <stdio.h>
#include <time.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#define CYCLES() ((double)__rdtsc())
#else
#define CYCLES() 0.0
#endif
int main(void)
{
    float inputs[$1_inputs] = {0.5f}, outputs[$1_outputs];
    double time = 1e9, cycles = 1e99;
    int run, i;

    for (run = 0; run < 500; run++) {
        const clock_t begin = clock();
        const double first = CYCLES();
        double took;

        for (i = 0; i < 100; i++)
            $1_predict(inputs, outputs);
        took = (CYCLES() - first) / 100;
        cycles = took < cycles ? took : cycles;
        took = 10000.0 * (double)(clock() - begin) / CLOCKS_PER_SEC;
        time = took < time ? took : time;
    }
    if (cycles > 0)
        printf("%.0f cycles, ", cycles);
    printf("%.2f us a row here\n", time);
    return outputs[0] > 2;
}
END
    cc -O2 "$work/clock.c" "$work/$1.c" -lm -o "$work/clock" && "$work/clock"
}

for name in softmax int8_softmax; do
    echo "$name, 5-70-3: $(clock $name)"
    for tool in gcc "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb" "avr-gcc -mmcu=atmega2560"; do
        command -v "${tool%% *}" >/dev/null || continue
        $tool -std=c99 -Os -c "$work/$name.c" -o "$work/size.o"
        size "$work/size.o" | awk -v tool="${tool%% *}" \
            'NR == 2 {print "  " tool ": " $1 " bytes of code and constants, " $2 + $3 " of data"}'
    done
done
echo "$((checks - failures)) passed, $failures failed"
[ "$checks" -gt 1 ] && [ "$failures" -eq 0 ]
