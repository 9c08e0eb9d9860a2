#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

if [ $# -gt 0 ]; then
    cat <<'END'
usage: sh scripts/test.sh

Installs what the tests need and is missing, builds everything into build/test and
runs all the tests; then builds with the sanitizers for addresses and undefined
behaviour into build/asan and runs the unit tests there. The last line counts.
END
    [ "$1" = --help ] && exit 0 || exit 2
fi

need_test_tools

passed=0
failed=0
skipped=0

build_test() {
    need_configure "$need_root/build/test" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBP_BUILD_TESTS=ON -DBP_BUILD_EXAMPLES=ON -DBP_BUILD_DOCS=ON -DBP_DEVELOPER=ON &&
        cmake --build "$need_root/build/test"
}

build_asan() {
    need_configure "$need_root/build/asan" --preset asan &&
        cmake --build "$need_root/build/asan"
}

# attribute NAME FILE: a number from the first element of a JUnit report, 0 if absent.
attribute() {
    found=$(sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" 2>/dev/null | head -n 1)
    echo "${found:-0}"
}

# run_tests DIR ARG...: all output shown, the counts added up.
run_tests() {
    dir=$1
    shift
    ctest --test-dir "$dir" --output-on-failure --no-tests=error -j 2 \
        --output-junit "$dir/junit.xml" --output-log "$dir/ctest.log" "$@" && status=0 || status=$?

    bad=$(attribute failures "$dir/junit.xml")
    # Skipped and disabled tests are no passes, whatever the runner's own line says.
    idle=$(($(attribute skipped "$dir/junit.xml") + $(attribute disabled "$dir/junit.xml")))
    skipped=$((skipped + idle))
    passed=$((passed + $(attribute tests "$dir/junit.xml") - bad - idle))
    # A runner that fails without a failed test has failed itself.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    failed=$((failed + bad))
}

# stage TITLE NAME [CTEST-ARG...]: build by build_NAME into build/NAME, run the tests.
stage() {
    title=$1
    name=$2
    shift 2
    rm -f "$need_root/build/$name/junit.xml" "$need_root/build/$name/ctest.log"
    if ! need_stage "$name" "Building: $title" "build_$name"; then
        failed=$((failed + 1))
        return
    fi
    started=$(date +%s)
    need_say "Testing: $title"
    run_tests "$need_root/build/$name" "$@"
    need_say "Tested: $title, $(($(date +%s) - started)) s"
}

stage "release" test
stage "address and undefined-behaviour sanitizers" asan -L unit

printf '\n'
for log in "$need_root/build/test/ctest.log" "$need_root/build/asan/ctest.log"; do
    [ ! -f "$log" ] || grep 'tests passed, .* tests* failed out of' "$log" || :
done
if [ "$skipped" -eq 0 ]; then also=; else also=", $skipped skipped"; fi
need_say "$passed passed, $failed failed$also"
[ "$failed" -eq 0 ]
