# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the other scripts share: find the repository, install what is missing, run a
# command quietly. Sourced, never run:
#
#     . "$(dirname "$0")/need.sh"
#
#     need_packages NAME...      Debian packages; only the missing ones are installed
#     need_source NAME...        Debian's sources, unpacked as build/sources/NAME
#     need_python MODULE[=PIP].. Python modules, in a virtual environment in build/venv
#     need_node NAME@VERSION...  npm packages, in build/node
#     need_test_tools            all of both that the tests use
#     need_quiet LOG COMMAND...  output to LOG; its end is shown if the command fails
#     need_stage NAME TITLE COMMAND...  the same, to build/NAME.log, under a heading of
#                                one line with the time taken
#     need_configure DIR ARG...  cmake in DIR, started afresh if the repository has moved
#
# Nothing outside the repository is touched, except through apt. When everything is
# there already, nothing is asked of the network. After sourcing, $need_root is the
# repository. Names beginning with need_ belong to this file.

need_root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd) || exit 1

need_say() {
    printf '%s\n' "$*"
}

need_die() {
    printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
    exit 1
}

need_have() {
    command -v "$1" >/dev/null 2>&1
}

# --- Debian packages ------------------------------------------------------------------

need_header() {
    printf '#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n
            #include <setjmp.h>\n#include <%s>\n' "$1" |
        "${CC:-cc}" -E - >/dev/null 2>&1
}

# need_header_of COMPILER HEADER [OPTION...]
need_header_of() {
    need_compiler=$1
    need_file=$2
    shift 2
    printf '#include <%s>\n' "$need_file" | "$need_compiler" "$@" -E - >/dev/null 2>&1
}

# Is what the package brings here, from whatever source? This is what counts on other
# systems, and on Debian for tools that somebody installed without apt.
need_probe() {
    case $1 in
    ninja-build) need_have ninja ;;
    nodejs) need_have node ;;
    graphviz) need_have dot ;;
    binutils) need_have nm ;;
    xz-utils) need_have xz ;;
    qemu-user) need_have qemu-x86_64 ;;
    musl-tools) need_have musl-gcc ;;
    gcc-avr) need_have avr-gcc ;;
    avr-libc) need_header_of avr-gcc avr/io.h -mmcu=atmega2560 ;;
    gcc-arm-none-eabi) need_have arm-none-eabi-gcc ;;
    libnewlib-arm-none-eabi) need_header_of arm-none-eabi-gcc string.h ;;
    python3-torch) /usr/bin/python3 -c 'import torch' >/dev/null 2>&1 ;;
    python3-numpy) /usr/bin/python3 -c 'import numpy' >/dev/null 2>&1 ;;
    python3-venv) python3 -c 'import venv, ensurepip' >/dev/null 2>&1 ;;
    libc6-dev) need_header stdio.h ;;
    zlib1g-dev) need_header zlib.h ;;
    libjansson-dev) need_header jansson.h ;;
    fonts-dejavu-core) ls /usr/share/fonts/*/*/*.ttf >/dev/null 2>&1 ;;
    libclang-rt-dev) ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer* >/dev/null 2>&1 ;;
    libcmocka-dev) need_header cmocka.h ;;
    doxygen-awesome-css) test -d /usr/share/doxygen-awesome-css ;;
    *) need_have "$1" ;;
    esac
}

need_present() {
    case $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) in
    installed) return 0 ;;
    esac
    need_probe "$1"
}

# May we become root, and how?
need_become() {
    need_sudo=
    [ "$(id -u)" -eq 0 ] && return 0
    need_sudo=sudo
    need_have sudo
}

need_apt() {
    # shellcheck disable=SC2086  # no word or one
    need_quiet "$need_root/build/apt.log" $need_sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"
}

need_packages() {
    need_missing=
    for need_name in "$@"; do
        need_present "$need_name" || need_missing="$need_missing $need_name"
    done
    [ -n "$need_missing" ] || return 0

    need_have apt-get ||
        need_die "no apt-get on this system; please install what Debian calls:$need_missing"
    need_become ||
        need_die "neither root nor sudo here; as root, please: apt-get install$need_missing"
    need_say "Installing with apt:$need_missing"
    # One source out of reach need not matter; what cannot be installed is said below.
    need_apt update || need_say "Going on with the lists of packages that are there."
    # shellcheck disable=SC2086  # a list of words, on purpose
    need_apt install --no-install-recommends $need_missing ||
        need_die "apt-get failed (is there a network?); needed:$need_missing"
}

# apt with lists of its own, of the sources of what is installed from now.
need_source_apt() {
    need_lists=$need_root/build/sources/apt
    need_ring=/usr/share/keyrings/debian-archive-keyring.gpg
    need_key=
    [ ! -f "$need_ring" ] || need_key="[signed-by=$need_ring] "
    mkdir -p "$need_lists/lists/partial"
    apt-get indextargets --format "deb-src $need_key\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
        'Created-By: Packages' | sort -u >"$need_lists/sources.list"
    need_quiet "$need_root/build/apt.log" apt-get -q -y \
        -o Dir::Etc::sourcelist="$need_lists/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$need_lists/lists" -o APT::Sandbox::User= "$@"
}

# Upstream's part of the source alone: what is built of it here is for tests.
need_source() {
    need_packages xz-utils
    for need_origin in "$@"; do
        need_dir=$need_root/build/sources/$need_origin
        [ ! -d "$need_dir" ] || continue
        need_say "Fetching the source of $need_origin"
        rm -rf "$need_dir.new"
        mkdir -p "$need_dir.new/tree"
        need_source_apt update &&
            (cd "$need_dir.new" && need_source_apt source --download-only "$need_origin") &&
            tar -xf "$(ls "$need_dir.new"/*.orig.tar.*z)" -C "$need_dir.new/tree" \
                --strip-components=1 ||
            need_die "the source of $need_origin could not be fetched (is there a network?)"
        mv "$need_dir.new/tree" "$need_dir"
        rm -rf "$need_dir.new"
    done
}

# --- Python and npm packages ----------------------------------------------------------

need_python_has() {
    "$need_venv/bin/python" -c "import $1" >/dev/null 2>&1
}

# Each argument is a module, or module=what-pip-calls-it: numpy, sklearn=scikit-learn.
# Afterwards the interpreter is build/venv/bin/python.
need_python() {
    need_venv=$need_root/build/venv
    need_modules=
    for need_name in "$@"; do
        need_python_has "${need_name%%=*}" || need_modules="$need_modules ${need_name#*=}"
    done
    [ -n "$need_modules" ] || return 0

    need_packages python3 python3-venv
    need_say "Installing with pip into build/venv:$need_modules"
    [ -x "$need_venv/bin/python" ] ||
        need_quiet "$need_root/build/pip.log" python3 -m venv "$need_venv" ||
        need_die "no virtual environment could be made in build/venv"
    # shellcheck disable=SC2086
    need_quiet "$need_root/build/pip.log" "$need_venv/bin/python" -m pip install \
        --no-cache-dir --disable-pip-version-check $need_modules ||
        need_die "pip failed (is there a network?); needed:$need_modules"
}

need_node_has() {
    grep -q "\"version\": *\"${1##*@}\"" \
        "$need_root/build/node/node_modules/${1%@*}/package.json" 2>/dev/null
}

# Afterwards the packages are in build/node/node_modules. Their install scripts do not run.
need_node() {
    need_modules=
    for need_name in "$@"; do
        need_node_has "$need_name" || need_modules="$need_modules $need_name"
    done
    [ -n "$need_modules" ] || return 0

    need_packages nodejs npm
    need_say "Installing with npm into build/node:$need_modules"
    mkdir -p "$need_root/build/node"
    # All that was asked for, since npm removes what it is not told of.
    need_quiet "$need_root/build/npm.log" npm install --prefix "$need_root/build/node" \
        --cache "$need_root/build/node/cache" --ignore-scripts --no-save \
        --no-audit --no-fund --no-update-notifier "$@" ||
        need_die "npm failed (is there a network?); needed:$need_modules"
    rm -rf "$need_root/build/node/cache"
}

# --- What the tests use ---------------------------------------------------------------

need_test_tools() {
    need_packages gcc g++ clang libc6-dev cmake ninja-build make pkg-config patch \
        zlib1g-dev libjansson-dev libcmocka-dev python3 nodejs npm valgrind binutils git \
        qemu-user help2man \
        doxygen doxygen-awesome-css graphviz chromium fonts-dejavu-core
    # koffi calls the library; the others set the formulas and look at the site.
    need_node koffi@2.16.2 mathjax@3.2.2 playwright-core@1.65.1 axe-core@4.14.1
    # Where the tests written for Node find their packages.
    NODE_PATH=$need_root/build/node/node_modules
    export NODE_PATH
}

# --- Running things -------------------------------------------------------------------

need_quiet() {
    need_log=$1
    shift
    mkdir -p "$(dirname -- "$need_log")"
    if "$@" >"$need_log" 2>&1 </dev/null; then
        return 0
    fi
    printf '\nfailed: %s\nthe last lines of %s:\n' "$*" "$need_log" >&2
    tail -n 40 "$need_log" >&2
    return 1
}

need_stage() {
    need_started=$(date +%s)
    printf '%s ... ' "$2"
    need_log=$need_root/build/$1.log
    shift 2
    need_quiet "$need_log" "$@" || return 1
    printf '%d s\n' $(($(date +%s) - need_started))
}

# A build folder remembers where it was made; one from elsewhere is of no use.
need_configure() {
    need_dir=$1
    shift
    if [ -f "$need_dir/CMakeCache.txt" ] &&
        ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$need_root" "$need_dir/CMakeCache.txt"; then
        rm -rf "$need_dir"
    fi
    cmake -S "$need_root" -B "$need_dir" "$@"
}
