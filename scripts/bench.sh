#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
begun=$(date +%s)
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/bench.sh [OPTION...] [WORK...]

Measures this library and every peer that is installed, alternately in one run, on full
MNIST: time, share of the processor's peak, accuracy. Builds into build/bench; fetches
MNIST if it is not there. All works, unless some are named: W1, W4-SGD, product...

  --list              the works
  --quick             a part of each work: under 2 minutes
  --json FILE         one JSON object a line for each work, library and number of threads
  --install-peers     first install the peers that are missing, by apt: PyTorch,
                      scikit-learn, FANN, OpenBLAS in two kinds
  --install-peers=all a current PyTorch (several GB) and JAX, too, by pip into build/venv
  --threads N         at most so many threads; all processors if not said
  --repetitions N     so many of each; 5 if not said, 3 of those that take long
  --scaling           how the cost grows with threads, batch, width and depth: numbers and
                      pictures into build/bench
  --files             what loading and saving a model of 100 MB costs, beside a plain read
                      with a checksum and a plain write with fsync; nothing else
  --page              a full run and --scaling, written into docs/performance.md
  --verbose           tell what each library was tried with
  --help              this text
END
}

# Where the programs are, if not built here; where MNIST lies. For the tests.
build=
data=
scale=full
install=
list=
files=
options=
works=

# Options and works are single words without spaces, so they can be kept in one line.
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    --list) list=yes ;;
    --files) files=yes ;;
    --quick) scale=quick ;;
    --smoke) scale=smoke ;;
    --install-peers) install=debian ;;
    --install-peers=all) install=all ;;
    --scaling | --page | --verbose) options="$options $1" ;;
    --json | --build | --data | --python | --threads | --repetitions)
        [ $# -ge 2 ] || need_die "$1 wants a word after it; see --help"
        case $1 in
        --json) json=$2 ;;
        --build) build=$2 ;;
        --data) data=$2 ;;
        --python) python=$2 ;;
        *)
            case $2 in
            *[!0-9]* | '') need_die "$1 is '$2', expected a number" ;;
            esac
            options="$options $1 $2"
            ;;
        esac
        shift
        ;;
    -*) need_die "'$1' is not known here; see --help" ;;
    *[!A-Za-z0-9-]*) need_die "'$1' is no work; see --list" ;;
    *) works="$works $1" ;;
    esac
    shift
done

need_packages python3
run() {
    # shellcheck disable=SC2086  # lists of words, on purpose
    PYTHONDONTWRITEBYTECODE=1 python3 "$need_root/tests/bench/run.py" "$@" $options $works
}

if [ -n "$list" ]; then
    run --list
    exit
fi
# Before anything is built: are these works?
run --list >/dev/null

install_peers() {
    need_packages python3-torch python3-sklearn libfann-dev libopenblas-dev libopenblas0-openmp
    [ "$install" = all ] || return 0
    need_python numpy torch jax
}

programs() {
    need_configure "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBP_BUILD_TESTS=ON \
        -DBP_BUILD_EXAMPLES=OFF -DBP_BUILD_DOCS=OFF &&
        cmake --build "$build" --target bench
}

[ -z "$install" ] || install_peers
if [ -z "$build" ]; then
    if need_have "${CC:-cc}"; then compiler=; else compiler=gcc; fi
    # shellcheck disable=SC2086  # no word or one
    need_packages $compiler libc6-dev cmake ninja-build zlib1g-dev pkg-config
    build=$need_root/build/bench
    need_stage bench "Building the library and the programs of the bench" programs || exit 1
fi
if [ -n "$files" ]; then
    "$build/tests/bench/bench_files" "$need_root/build"
    exit
fi
if [ -z "$data" ]; then
    sh "$need_root/scripts/get-data.sh" mnist >/dev/null ||
        need_die "MNIST could not be had; see scripts/get-data.sh --help"
    data=$need_root/data/mnist
fi

# Two minutes, less what the build took; but enough to measure something.
left=$((100 - $(date +%s) + begun))
[ "$left" -ge 45 ] || left=45
set -- --seconds "$left" --build "$build" --data "$data" --scale "$scale"
[ -z "${json:-}" ] || set -- "$@" --json "$json"
[ -z "${python:-}" ] || set -- "$@" --python "$python"
run "$@"
