#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh old_processor.sh BUILD_DIR: on a processor without AVX, emulated, networks train and
# predict without an illegal instruction, and to the bits in expected.txt. The networks are
# small, since emulation takes its time: soak runs all of the unit tests so.
set -eu

room=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command -v qemu-x86_64 >/dev/null || {
    echo "there is no qemu-x86_64 here: skipped"
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

old() {
    qemu-x86_64 -cpu Nehalem "$@"
}

# An emulator that lets AVX pass would prove nothing.
echo 'int main(void) { __asm__ volatile("vxorps %ymm0, %ymm0, %ymm0"); return 0; }' \
    >"$work/avx.c"
"${CC:-cc}" "$work/avx.c" -o "$work/avx"
if old "$work/avx" 2>/dev/null; then
    echo "FAILED  the emulator runs AVX"
    exit 1
fi

failures=0
lines=0
for name in $(grep ' 2 inputs' "$room/expected.txt" | cut -d ' ' -f 1 | sort -u); do
    old "$1/tests/bits_hash" 1 "$name" >"$work/out" || failures=$((failures + 1))
    grep "^$name .* 2 inputs" "$room/expected.txt" | diff - "$work/out" ||
        failures=$((failures + 1))
    lines=$((lines + $(wc -l <"$work/out")))
done
echo "$lines digests, $failures failed"
[ "$failures" -eq 0 ] && [ "$lines" -eq "$(grep -c ' 2 inputs' "$room/expected.txt")" ]
