#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/cross.sh MACHINE [CTEST-ARGUMENT...]

Builds the library and its unit tests for another machine into build/cross-MACHINE, with
the libraries that the tests need, and runs them there: the digests of the bits test, then
the unit tests. What follows the machine goes to ctest, as -R test_math.

arm64      ARM64, NEON, under qemu-aarch64
s390x      numbers with the great end first, under qemu-s390x
i686       pointers of 32 bits
musl       another C library
nehalem    x86-64 without AVX, under qemu-x86_64
END
}

# What compiles for the machine, and what runs its programs here.
choose() {
    flags=-O2
    emulator=
    libc=
    case $1 in
    arm64)
        package=gcc-aarch64-linux-gnu libc=libc6-dev-arm64-cross
        compiler=aarch64-linux-gnu-gcc emulator=qemu-aarch64
        ;;
    s390x)
        package=gcc-s390x-linux-gnu libc=libc6-dev-s390x-cross
        compiler=s390x-linux-gnu-gcc emulator=qemu-s390x
        # By the letter of C11 its gcc would compute float in double.
        flags="-O2 -fexcess-precision=fast"
        ;;
    i686)
        package=gcc-i686-linux-gnu libc=libc6-dev-i386-cross
        compiler=i686-linux-gnu-gcc flags="-O2 -msse2 -mfpmath=sse"
        ;;
    musl) package=musl-tools compiler=musl-gcc ;;
    nehalem) package=gcc compiler=gcc emulator="qemu-x86_64;-cpu;Nehalem" ;;
    *) need_die "'$1' is no machine; see --help" ;;
    esac
}

# build DIRECTORY SOURCE ARGUMENT...: everything static, so that an emulator needs no
# libraries of the machine.
build() {
    dir=$1
    source=$2
    shift 2
    cmake -G Ninja -S "$source" -B "$dir" -DCMAKE_SYSTEM_NAME=Linux \
        -DCMAKE_SYSTEM_PROCESSOR="$machine" -DCMAKE_BUILD_TYPE=None \
        -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags" \
        -DCMAKE_EXE_LINKER_FLAGS=-static -DCMAKE_CROSSCOMPILING_EMULATOR="$emulator" \
        -DCMAKE_FIND_ROOT_PATH="$prefix" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
        -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY \
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib "$@" &&
        cmake --build "$dir"
}

# library NAME ARGUMENT...: into the prefix, once.
library() {
    name=$1
    shift
    [ ! -f "$prefix/$name.done" ] || return 0
    need_quiet "$tree/$name.log" build "$tree/$name" "$need_root/build/sources/$name" "$@" &&
        need_quiet "$tree/$name.log" cmake --install "$tree/$name" &&
        : >"$prefix/$name.done"
}

libraries() {
    mkdir -p "$prefix"
    library cmocka -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF &&
        rm -f "$prefix"/lib/libcmocka.so* &&
        ln -sf libcmocka-static.a "$prefix/lib/libcmocka.a" &&
        library jansson -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF \
            -DJANSSON_WITHOUT_TESTS=ON
}

bits() {
    # shellcheck disable=SC2086,SC2046  # lists of words
    "$compiler" $flags -static -I"$need_root/include" "$need_root/tests/bits/hash.c" \
        "$tree/libbackprop.a" "$prefix/lib/libjansson.a" -lm -lpthread -o "$tree/hash" &&
        $(echo "$emulator" | tr ';' ' ') "$tree/hash" >"$tree/hash.out" &&
        diff "$need_root/tests/bits/expected.txt" "$tree/hash.out" &&
        echo "$(wc -l <"$tree/hash.out") digests, all as expected"
}

case ${1:-} in
'')
    usage
    exit 2
    ;;
--help | -h)
    usage
    exit 0
    ;;
esac

machine=$1
shift
choose "$machine"
tree=$need_root/build/cross-$machine
prefix=$tree/prefix
# shellcheck disable=SC2086  # no word or one
need_packages "$package" $libc cmake ninja-build pkg-config
[ -z "$emulator" ] || need_packages qemu-user
need_source cmocka jansson
libraries
PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig
export PKG_CONFIG_LIBDIR
need_quiet "$tree.log" build "$tree" "$need_root" -DBP_WITH_ZLIB=OFF -DBP_BUILD_TESTS=ON \
    -DBP_BUILD_EXAMPLES=OFF -DBP_BUILD_DOCS=OFF -DBP_TEST_TIMEOUT=7200
bits
# For tests that an emulator cannot run.
BP_TEST_MACHINE=$machine
export BP_TEST_MACHINE
ctest --test-dir "$tree" --output-on-failure --no-tests=error -j 2 -L unit "$@"
