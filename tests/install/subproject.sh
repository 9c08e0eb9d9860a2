#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A foreign project has the library in its own build: by add_subdirectory and by
# FetchContent. It brings no tests, no installed files and no flags.
# shellcheck source=tests/install/common.sh
. "$(dirname "$0")/common.sh"

no_tests() {
    ctest --test-dir "$1" -N | grep -qx 'Total Tests: 0'
}

installs_nothing() {
    cmake --install "$1" --prefix "$1/prefix"
    [ ! -d "$1/prefix" ] || prints "" find "$1/prefix" -type f
}

only_the_library() {
    prints "" find "$1" -name 'test_*' -o -name '*digits*' -o -name '*.html'
}

# Both in one tree, so that the library is compiled once.
tree=$work/tree
for way in add_subdirectory FetchContent; do
    rm -f "$tree"/backprop*_c "$tree"/backprop*_cpp
    expect "$way: the library is built" consumer "$tree" "$way" -DSOURCE="$source"
    programs "$tree" shared
    expect "$way: no tests" no_tests "$tree"
    expect "$way: no examples" only_the_library "$tree"
    expect "$way: nothing is installed" installs_nothing "$tree"
done
finish
