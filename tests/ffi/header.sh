#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh header.sh BUILD_DIR: the copy of the header without macros says what the header says
# and nothing that a simple parser could not read.
set -eu

room=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
header=$room/../../include/backprop.h
copy=$1/include/backprop_ffi.h
library=$1/libbackprop.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
compiler=${CC:-cc}

fail() {
    echo "FAILED  $1"
    exit 1
}

# Plain C, to the letter.
if grep -nE '#|/\*|//|\\$|BP_API|extern|__' "$copy"; then
    fail "not plain C"
fi
grep -oE 'BP_[A-Z0-9_]+ = |bp_[a-z0-9_]+\(' "$copy" | tr -d '(' | sort >"$work/copy"
"$compiler" -E -P "$header" | grep -oE 'BP_[A-Z0-9_]+ = |bp_[a-z0-9_]+\(' | tr -d '(' |
    sort >"$work/header"
count=$(wc -l <"$work/header")
[ "$count" -gt 100 ] || fail "the header has only $count names"
diff "$work/header" "$work/copy" || fail "other names than in the header"
echo "ok      $count names, as in the header"

# Alone, with the types that it takes as known.
{
    printf 'typedef int int32_t;\ntypedef unsigned int uint32_t;\n'
    printf 'typedef unsigned long uint64_t;\ntypedef unsigned long size_t;\n'
    cat "$copy"
} >"$work/alone.c"
"$compiler" -std=c99 -fsyntax-only -Wall -Wextra -pedantic -Werror "$work/alone.c" ||
    fail "not C"
echo "ok      a compiler reads it"

# The same declarations: those of the header after those of the copy.
printf '#include <stddef.h>\n#include <stdint.h>\n' >"$work/types.h"
cat "$work/types.h" "$copy" >"$work/copy.h"
flat() {
    "$compiler" -E -P -include "$work/types.h" "$1" |
        sed 's/__attribute__((visibility("default")))//' | tr -s ' \n' '  ' |
        sed 's/^.*\(typedef int32_t bp_status;\)/\1/; s/ *$//'
}
flat "$header" >"$work/header.flat"
flat "$work/copy.h" >"$work/copy.flat"
cmp "$work/header.flat" "$work/copy.flat" || fail "other declarations than the header's"
echo "ok      the same declarations"

# A parser of a foreign-function library, if one is here.
if ! python3 -c 'import cffi' 2>/dev/null; then
    echo "skipped cffi is not installed"
    exit 0
fi
python3 - "$copy" "$library" <<'END' || fail "cffi"
import sys
import cffi
ffi = cffi.FFI()
ffi.cdef(open(sys.argv[1]).read())
library = ffi.dlopen(sys.argv[2])
status = library.bp_activation_find(b"tanh", ffi.new("int32_t *"))
assert status == library.BP_OK, status
assert ffi.string(library.bp_version_text()).count(b".") == 2
END
echo "ok      cffi reads it and calls the library"
