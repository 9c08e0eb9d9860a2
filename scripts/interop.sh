#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/interop.sh [STRANGER...]

Installs strangers, builds the library into build/interop, and lets them read what it
writes, and write what it reads. All of these, unless some are named:

  numpy         arrays that NumPy saves
  safetensors   models, by the reference reader and writer of their format
  onnx          exports, by the ONNX checker and ONNX Runtime
  compilers     exports to C, by gcc and clang, by gcc for Cortex-M4 and for AVR: without
                a warning, and with what they take here
  torch         state_dict of PyTorch there and back; Debian's python3-torch, 1 GB

Python's are put into build/venv. A stranger that cannot be installed is reported as not
run, and is no pass.
END
}

names="numpy safetensors onnx compilers torch"
case ${1:-} in
--help | -h)
    usage
    exit 0
    ;;
esac
# shellcheck disable=SC2086  # a list of words, on purpose
[ $# -gt 0 ] || set -- $names
for name in "$@"; do
    case " $names " in
    *" $name "*) ;;
    *) need_die "'$name' is no stranger; they are $names" ;;
    esac
done

need_packages gcc libc6-dev cmake ninja-build pkg-config zlib1g-dev libjansson-dev \
    libcmocka-dev python3

# With tests, as one of their programs makes the exports.
build() {
    need_configure "$need_root/build/interop" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBP_BUILD_TESTS=ON -DBP_BUILD_EXAMPLES=OFF -DBP_BUILD_DOCS=OFF \
        -DBP_WITH_JANSSON=ON &&
        cmake --build "$need_root/build/interop" --target backprop_shared export_make
}

need_stage interop "Building the library" build || exit 1

passed=0
failed=0
idle=0

# stranger NAME INSTALL COMMAND...: INSTALL is one word, a function or a list after it.
stranger() {
    name=$1
    install=$2
    shift 2
    # shellcheck disable=SC2086
    if ! (need_die() { need_say "$*"; exit 1; }; $install) >"$need_root/build/interop.log" 2>&1
    then
        need_say "not run  $name: it cannot be installed, see build/interop.log"
        idle=$((idle + 1))
    elif said=$("$@" 2>&1); then
        need_say "passed   $name: $said"
        passed=$((passed + 1))
    else
        need_say "FAILED   $name: $said"
        failed=$((failed + 1))
    fi
}

# script PYTHON FILE
script() {
    "$1" -B "$need_root/tests/interop/$2" "$need_root/build/interop/libbackprop.so"
}

stranger_numpy() {
    stranger numpy "need_python numpy" script "$need_root/build/venv/bin/python" \
        numpy_arrays.py
}

stranger_safetensors() {
    stranger safetensors "need_python numpy safetensors" \
        script "$need_root/build/venv/bin/python" safetensors_reader.py
}

stranger_onnx() {
    stranger onnx "need_python numpy onnx onnxruntime" \
        script "$need_root/build/venv/bin/python" onnx_runtime.py
}

compilers() {
    need_packages clang gcc-avr avr-libc gcc-arm-none-eabi libnewlib-arm-none-eabi
}

stranger_compilers() {
    stranger compilers compilers sh "$need_root/tests/export/run.sh" --all \
        "$need_root/build/interop"
}

# Debian's PyTorch belongs to Debian's Python: an environment that sees both.
torch() {
    need_packages python3-torch python3-numpy python3-venv
    torch=$need_root/build/venv-torch
    [ -x "$torch/bin/python" ] ||
        /usr/bin/python3 -m venv --system-site-packages "$torch"
    "$torch/bin/python" -c 'import safetensors.torch' 2>/dev/null ||
        "$torch/bin/python" -m pip install --no-cache-dir --disable-pip-version-check \
            safetensors
}

stranger_torch() {
    stranger torch torch script "$need_root/build/venv-torch/bin/python" torch_state.py
}

for name in "$@"; do
    "stranger_$name"
done
need_say "$passed passed, $failed failed, $idle not run"
[ "$failed" -eq 0 ] && [ "$idle" -eq 0 ]
