#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh run.sh BUILD_DIR INTERPRETER FILE: XOR through the shared library from another
# language gives the bits that it gives in C. 77 if the interpreter is not installed.
set -eu
if ! command -v "$2" >/dev/null; then
    echo "skipped: $2 is not installed"
    exit 77
fi
expected=$("$1/tests/xor_bits")
exec "$2" "$(dirname "$0")/$3" "$1/libbackprop.so" "$expected"
