#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

if [ $# -gt 0 ]; then
    cat <<'END'
usage: sh scripts/interop.sh

Installs strangers in Python (numpy, safetensors, onnx, onnxruntime) into build/venv,
builds the library into build/interop, and lets them read what it writes, and write what
it reads. A stranger that cannot be installed is reported as not run, and is no pass.
END
    [ "$1" = --help ] && exit 0 || exit 2
fi

need_packages gcc libc6-dev cmake ninja-build pkg-config zlib1g-dev libjansson-dev python3

build() {
    need_configure "$need_root/build/interop" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBP_BUILD_TESTS=OFF -DBP_BUILD_EXAMPLES=OFF -DBP_BUILD_DOCS=OFF \
        -DBP_WITH_JANSSON=ON &&
        cmake --build "$need_root/build/interop"
}

need_stage interop "Building the library" build || exit 1

passed=0
failed=0
idle=0

# stranger SCRIPT MODULE...
stranger() {
    script=$1
    shift
    if ! (need_python "$@") >"$need_root/build/interop.log" 2>&1; then
        need_say "not run  $script: $* cannot be installed, see build/interop.log"
        idle=$((idle + 1))
    elif said=$("$need_root/build/venv/bin/python" -B "$need_root/tests/interop/$script" \
        "$need_root/build/interop/libbackprop.so" 2>&1); then
        need_say "passed   $script: $said"
        passed=$((passed + 1))
    else
        need_say "FAILED   $script: $said"
        failed=$((failed + 1))
    fi
}

stranger numpy_arrays.py numpy
stranger safetensors_reader.py numpy safetensors
stranger onnx_runtime.py numpy onnx onnxruntime
need_say "$passed passed, $failed failed, $idle not run"
[ "$failed" -eq 0 ] && [ "$idle" -eq 0 ]
