#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A foreign project finds the installed library by find_package, in whole and in part.
# shellcheck source=tests/install/common.sh
. "$(dirname "$0")/common.sh"

# find_in PREFIX ARG...
find_in() {
    prefix=$1
    shift
    rm -rf "$work/consumer"
    consumer "$work/consumer" find_package -DCMAKE_PREFIX_PATH="$prefix" "$@"
}

count() {
    prints "$1" sh -c "ls '$work/consumer' | grep -c '^backprop.*_c$'"
}

expect "it is installed" install_to "$work/all"
expect "all of it is found" find_in "$work/all" -DVERSION=0.1 -DCOMPONENTS="shared;static"
programs "$work/consumer" shared
expect "three targets" count 3

expect "another major version is refused" fails find_in "$work/all" -DVERSION=99
expect "an unknown component is refused" fails find_in "$work/all" -DCOMPONENTS=other

lib=$(basename "$(dirname "$(find "$work/all" -name libbackprop.a)")")
cp -R "$work/all" "$work/shared"
rm "$work/shared/$lib"/libbackprop.a "$work/shared/$lib"/cmake/backprop/backprop-static*
cp -R "$work/all" "$work/static"
rm "$work/static/$lib"/libbackprop.so* "$work/static/$lib"/cmake/backprop/backprop-shared*

expect "without the static one the shared one is found" find_in "$work/shared"
programs "$work/consumer" shared
expect "two targets" count 2
expect "the static one is missed" fails find_in "$work/shared" -DCOMPONENTS=static

expect "without the shared one the static one is found" find_in "$work/static"
programs "$work/consumer" static
expect "two targets" count 2
expect "the shared one is missed" fails find_in "$work/static" -DCOMPONENTS=shared

if grep -q 'Requires.private:.*zlib' "$build/backprop.pc"; then
    without="-DCMAKE_DISABLE_FIND_PACKAGE_ZLIB=ON"
    expect "without zlib the shared one is found" find_in "$work/all" "$without"
    expect "two targets" count 2
    expect "without zlib the static one is refused" \
        fails find_in "$work/static" "$without"
fi

# Jansson is found by pkg-config, which looks only where it is told.
if grep -q 'Requires.private:.*jansson' "$build/backprop.pc"; then
    blind() {
        PKG_CONFIG_LIBDIR=/nowhere PKG_CONFIG_PATH= "$@"
    }
    expect "without jansson the shared one is found" blind find_in "$work/all"
    expect "two targets" count 2
    expect "without jansson the static one is refused" \
        fails blind find_in "$work/static"
fi
finish
