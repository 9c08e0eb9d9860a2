#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/coverage.sh [--again]

Counts the lines and branches of what loads, reads and writes files that the tests with
planted faults run through: built with gcc's counters into build/coverage, told by gcovr,
which pip installs into build/venv. What is missed is listed in build/coverage/missed.txt;
what cannot be run through is in tests/coverage/reasons.txt, each with its reason.

  --again   only what has run before is told once more
END
}

again=
case ${1:-} in
'') ;;
--again) again=yes ;;
--help | -h) usage && exit 0 ;;
*) usage && exit 2 ;;
esac

# The tests that work on files, faults and malformed input among them.
tests="test_bundle test_bundle_bytes test_bundle_faults test_bundle_malformed"
tests="$tests test_bundle_memory test_checkpoint test_fit_checkpoint test_snapshot test_state"
tests="$tests test_csv test_csv_limits test_idx test_npy test_gzip test_dataset test_decimal"
tests="$tests test_env test_format test_import test_export test_stream test_stream_files"
tests="$tests test_bundle_edges test_export_layers test_file_codes"
tests="$tests test_custom_forms test_oom test_badargs_bundle test_badargs_dataset"
tests="$tests test_badargs_reader test_badargs_export test_badargs_snapshot"
tests="$tests test_badargs_stream"
# What these tests are to cover.
files='bundle|checkpoint|snapshot|fit_checkpoint|fit_snapshot|stream_files|export_'
files="$files|dataset_(block|csv|names|npy|pair|read)|env_(code|file|posix|save|source)"
files="lib/(($files).*|format/.*)\\.c"

tree=$need_root/build/coverage

build() {
    # shellcheck disable=SC2086  # a list of words
    need_configure "$tree" --preset coverage -DBP_BUILD_EXAMPLES=OFF &&
        cmake --build "$tree" --target $tests
}

run() {
    find "$tree" -name '*.gcda' -exec rm -f {} +
    # shellcheck disable=SC2086
    ctest --test-dir "$tree" --output-on-failure --no-tests=error -j 2 \
        -R "^($(echo $tests | tr ' ' '|'))\$"
}

need_packages gcc libc6-dev cmake ninja-build pkg-config zlib1g-dev libjansson-dev \
    libcmocka-dev python3
need_python gcovr
if [ -z "$again" ]; then
    need_stage coverage "Building with counters" build || exit 1
    need_stage coverage-tests "Testing" run || exit 1
fi
"$need_root/build/venv/bin/gcovr" --root "$need_root" --filter "$files" \
    --json "$tree/coverage.json" --txt "$tree/lines.txt" "$tree" >"$tree/gcovr.log" 2>&1
python3 "$need_root/tests/coverage/missed.py" "$tree/coverage.json" \
    "$need_root/tests/coverage/reasons.txt" >"$tree/missed.txt" ||
    need_die "see $tree/missed.txt"
tail -n 2 "$tree/missed.txt"
