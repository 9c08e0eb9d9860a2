#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/demo.sh [OPTION...]

Installs what is missing (a C compiler, cmake, ninja, zlib, jansson), builds the library
into build/demo, trains a network that reads handwritten digits, and saves it; then another
program loads it and reads a few digits one by one. With options only the first program
runs, with them:

  --all-splits    five different held-out parts instead of one
  --help          this text, then that of the program, if it has been built
END
}

demo=$need_root/build/demo

if [ "${1:-}" = --help ]; then
    usage
    [ -x "$demo/examples/digits" ] || exit 0
    printf '\n'
    exec "$demo/examples/digits" --help
fi

# Any compiler will do; where there is none, gcc.
if need_have "${CC:-cc}"; then compiler=; else compiler=gcc; fi
# shellcheck disable=SC2086  # no word or one
need_packages $compiler libc6-dev cmake ninja-build zlib1g-dev libjansson-dev pkg-config

build() {
    need_configure "$demo" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBP_BUILD_TESTS=OFF -DBP_BUILD_EXAMPLES=ON -DBP_BUILD_DOCS=OFF &&
        cmake --build "$demo"
}

need_stage demo "Building the library and the examples" build || exit 1

[ $# -eq 0 ] || exec "$demo/examples/digits" --data "$need_root/examples/data" "$@"

# The network is kept, and used by a program of its own.
"$demo/examples/digits" --data "$need_root/examples/data" --save "$demo/digits.safetensors"
printf '\nAnother program, which loads what was saved:\n\n'
exec "$demo/examples/recognise" --data "$need_root/examples/data" \
    --model "$demo/digits.safetensors"
