# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034  # names for those who source it
#
# Sourced by the tests beside it, each of which is run as `sh NAME.sh BUILD_DIR`. They
# leave nothing behind and write nowhere but into a temporary folder.
set -eu

room=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$(CDPATH='' cd -- "$room/../.." && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

: "${CC:=cc}" "${CXX:=c++}"
warnings="-Wall -Wextra -pedantic -Werror"
checks=0
failures=0

# expect WHAT COMMAND...: the command succeeds; it is shown with its output if not.
expect() {
    what=$1
    shift
    checks=$((checks + 1))
    if "$@" >"$work/log" 2>&1; then
        echo "ok      $what"
    else
        failures=$((failures + 1))
        echo "FAILED  $what"
        echo "        $*"
        sed 's/^/        /' "$work/log"
    fi
}

# What is expected of commands, beside the commands themselves.
fails() {
    ! "$@"
}

# prints TEXT COMMAND...
prints() {
    wanted=$1
    shift
    found=$("$@") || return 1
    [ "$found" = "$wanted" ] || {
        echo "printed '$found', expected '$wanted'"
        return 1
    }
}

needs_shared() {
    readelf -d "$1" | grep -q 'NEEDED.*libbackprop\.so'
}

# install_to PREFIX
install_to() {
    cmake --install "$build" --prefix "$1"
}

# The folder of the pkg-config file below a prefix.
pc_dir() {
    dirname "$(find "$1" -name backprop.pc)"
}

# program NAME KIND FILE: it trains, with the bits of the program that was linked in the
# build tree, and has the library in it or asks for it.
program() {
    expect "$1 trains XOR" prints "$("$build/tests/xor_bits")" "$3"
    if [ "$2" = static ]; then
        expect "$1 has the library in it" fails needs_shared "$3"
    else
        expect "$1 asks for the shared library" needs_shared "$3"
    fi
}

# consumer DIR WAY ARG...: configure and build the project in consumer/.
consumer() {
    dir=$1
    way=$2
    shift 2
    cmake -S "$room/consumer" -B "$dir" -DWAY="$way" -DCMAKE_C_COMPILER="$CC" "$@" &&
        cmake --build "$dir" --parallel 2
}

# programs DIR DEFAULT: all that it has built. DEFAULT is what backprop::backprop is.
programs() {
    for language in c cpp; do
        program "CMake, $language, backprop" "$2" "$1/backprop_$language"
        for kind in static shared; do
            file=$1/backprop_${kind}_$language
            [ ! -e "$file" ] || program "CMake, $language, $kind" "$kind" "$file"
        done
    done
}

finish() {
    echo "$((checks - failures)) passed, $failures failed"
    [ "$failures" -eq 0 ]
}
