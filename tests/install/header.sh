#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The header alone, and twice, in every language it promises, by every compiler here.
# shellcheck source=tests/install/common.sh
. "$(dirname "$0")/common.sh"

printf '#include <backprop.h>\n#include <backprop.h>\nint bp_nothing;\n' >"$work/alone.c"
more="-Wconversion -Wshadow -Wundef"

# compile COMPILER LANGUAGE STANDARD WARNING...
compile() {
    compiler=$1
    language=$2
    standard=$3
    shift 3
    # shellcheck disable=SC2086  # lists of words
    expect "$compiler -std=$standard" "$compiler" -std="$standard" -x "$language" \
        -fsyntax-only $warnings $more "$@" -I "$source/include" "$work/alone.c"
}

for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for standard in c99 c11 c17; do
        compile "$compiler" c "$standard" -Wstrict-prototypes -Wmissing-prototypes
    done
done
for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for standard in c++11 c++20; do
        compile "$compiler" c++ "$standard" -Wold-style-cast
    done
done
[ "$checks" -gt 0 ] || expect "a compiler is there" false
finish
