#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A C and a C++ program find the installed library by pkg-config, shared and static.
# shellcheck source=tests/install/common.sh
. "$(dirname "$0")/common.sh"

version=$(sed -n 's/^#define BP_VERSION_[A-Z]* //p' "$source/include/backprop.h" |
    paste -s -d .)

# compile COMPILER LANGUAGE FILE PKG-CONFIG-OPTION...
compile() {
    compiler=$1
    language=$2
    file=$3
    shift 3
    flags=$(pkg-config --cflags --libs "$@" backprop)
    # The quotes in the flags are for a shell to read.
    eval "$compiler $warnings -x $language '$room/xor.c' -x none $flags -o '$file'"
}

# languages PREFIX KIND PKG-CONFIG-OPTION...
languages() {
    prefix=$1
    kind=$2
    shift 2
    PKG_CONFIG_PATH=$(pc_dir "$prefix")
    LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    expect "pkg-config knows the version" \
        prints "$version" pkg-config --modversion backprop
    expect "C, $kind, is built" compile "$CC" c "$work/c_$kind" "$@"
    program "C, $kind," "$kind" "$work/c_$kind"
    expect "C++, $kind, is built" compile "$CXX" c++ "$work/cpp_$kind" "$@"
    program "C++, $kind," "$kind" "$work/cpp_$kind"
}

expect "it is installed" install_to "$work/prefix"
languages "$work/prefix" shared

# The linker takes a shared library if it sees one.
cp -R "$work/prefix" "$work/static only"
rm "$(pc_dir "$work/static only")"/../libbackprop.so*
languages "$work/static only" static --static
finish
