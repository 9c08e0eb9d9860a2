#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The library is staged by DESTDIR, as packages are made, and is found wherever the tree
# was moved to.
# shellcheck source=tests/install/common.sh
. "$(dirname "$0")/common.sh"

stage() {
    DESTDIR=$work/stage cmake --install "$build" --prefix /opt/backprop
}

# Where the files were built or first installed is written in none of them.
forgets() {
    ! grep -rIn -e "$1" "$moved"
}

no_run_path() {
    ! readelf -d "$lib/libbackprop.so" | grep -E 'RPATH|RUNPATH'
}

compile() {
    flags=$(PKG_CONFIG_PATH=$lib/pkgconfig pkg-config --cflags --libs backprop) &&
        eval "$CC $warnings '$room/xor.c' $flags -o '$work/c'"
}

expect "it is staged" stage
expect "all files lie in the stage" prints opt ls "$work/stage"
expect "and below the prefix" prints backprop ls "$work/stage/opt"

moved="$work/moved here"
mv "$work/stage/opt/backprop" "$moved"
lib=$(dirname "$(find "$moved" -name libbackprop.a)")
for place in "$build" "$source" /opt/backprop "$work"; do
    expect "$place is forgotten" forgets "$place"
done
expect "the library has no run path" no_run_path

expect "pkg-config finds it" compile
LD_LIBRARY_PATH=$lib program "by pkg-config" shared "$work/c"
expect "CMake finds it" \
    consumer "$work/consumer" find_package -DCMAKE_PREFIX_PATH="$moved"
programs "$work/consumer" shared
finish
