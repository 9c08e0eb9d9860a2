#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh instructions.sh BUILD_DIR: on x86-64, no object but those of the AVX tables has an
# instruction that a processor without AVX does not know.
set -eu

case $(objdump -f "$1/libbackprop.a" | sed -n 's/.*file format //p' | sort -u) in
elf64-x86-64) ;;
*)
    echo "not the objects of x86-64: skipped"
    exit 77
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
archive=$(CDPATH='' cd -- "$1" && pwd)/libbackprop.a
(cd "$work" && ar x "$archive")

# wide OBJECT: how many instructions with a prefix of AVX, whose names begin with v, or
# with a wide register or a mask.
wide() {
    objdump -d --no-show-raw-insn "$1" |
        grep -cE '^ *[0-9a-f]+:[[:space:]]+(v[a-z]|[a-z0-9]+ .*%([yz]mm|k[0-7]))' || :
}

failures=0
objects=0
for object in "$work"/*.o; do
    name=$(basename "$object")
    count=$(wide "$object")
    objects=$((objects + 1))
    case $name in
    avx*) [ "$count" -gt 1000 ] && continue ;;
    *) [ "$count" -eq 0 ] && continue ;;
    esac
    echo "FAILED  $name has $count instructions of AVX"
    failures=$((failures + 1))
done
echo "$objects objects, $failures failed"
[ "$failures" -eq 0 ] && [ "$objects" -gt 50 ]
