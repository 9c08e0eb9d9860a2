#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh symbols.sh BUILD_DIR: what the built libraries show to the linker and to the loader.
#
#   * the shared library is named by its major version
#   * the shared library exports the functions of the header, all and no others
#   * every name of the static library with linkage begins with bp_
#   * no data that can be written, nothing that runs when the library is loaded
#   * nothing is called that ends, prints, or changes the state of the host, and no
#     function of libm whose result depends on the machine
set -eu

room=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
header=$room/../../include/backprop.h
shared=$1/libbackprop.so
static=$1/libbackprop.a
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# nothing TITLE: the lines that come in are faults. It stands at the end of a pipe, in a
# shell of its own, so it counts in a file.
nothing() {
    cat >"$work/faults"
    if [ -s "$work/faults" ]; then
        echo "FAILED  $1:"
        sed 's/^/        /' "$work/faults"
        echo "$1" >>"$work/failed"
    else
        echo "ok      $1: none"
    fi
}

# --- Names ----------------------------------------------------------------------------

major=$(sed -n 's/^#define BP_VERSION_MAJOR //p' "$header")
readelf -d "$shared" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' >"$work/soname"
grep -vx "libbackprop.so.$major" "$work/soname" | nothing "another SONAME"
[ -s "$work/soname" ] || echo "$shared" | nothing "without a SONAME"

sed -n 's/^BP_API .*[ *]\(bp_[a-z0-9_]*\)(.*/\1/p' "$header" | sort >"$work/header"
nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' |
    sort >"$work/exported"
echo "$(wc -l <"$work/header") functions in the header"

grep '^BP_API' "$header" | grep -v '[ *]bp_[a-z0-9_]*(' | nothing "BP_API without a name"
comm -23 "$work/header" "$work/exported" | nothing "in the header, not exported"
comm -13 "$work/header" "$work/exported" | nothing "exported, not in the header"

nm -g --defined-only "$static" | awk 'NF == 3 && $3 !~ /^bp_/ { print $3 }' |
    nothing "names with linkage that do not begin with bp_"

# --- Data and start-up ----------------------------------------------------------------

# Constants with addresses in them (.data.rel.ro) are written by the loader only.
objdump -h "$static" | awk '
    $1 ~ /:$/ { file = $1 }
    $2 ~ /^\.(data|bss|tdata|tbss)(\.|$)/ && $2 !~ /^\.data\.rel\.ro/ && $3 !~ /^0+$/ {
        print file, $2, "0x" $3, "bytes"
    }' | nothing "data that can be written"
nm "$static" | awk '$2 == "C"' | nothing "common symbols"
objdump -h "$static" | awk '$2 ~ /^\.(preinit_array|init_array|fini_array|ctors|dtors)/' |
    nothing "code that runs at load or at exit"
readelf -lW "$shared" | awk '$1 == "GNU_STACK" && /E/ && $0 ~ / R?W?E /' |
    nothing "executable stacks"
readelf -d "$shared" | grep -E 'RPATH|RUNPATH|TEXTREL' |
    nothing "run paths and text relocations"
readelf -d "$shared" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -Ev '^(libc|libm|libz|libjansson|libpthread|ld-linux.*)\.so' | nothing "foreign libraries"

# --- What it calls --------------------------------------------------------------------

ends='abort exit _exit _Exit quick_exit __assert_fail raise kill atexit'
prints='printf fprintf vprintf vfprintf puts fputs putchar putc fputc fwrite perror'
prints="$prints stdout stderr syslog __printf_chk __fprintf_chk __vfprintf_chk"
state='setlocale uselocale fesetround fesetenv feholdexcept feenableexcept signal
    sigaction sigprocmask pthread_sigmask srand rand random drand48 srandom chdir umask
    setenv putenv unsetenv pthread_atfork dlopen strtok setjmp longjmp fork system'
maths='exp exp2 expm1 log log2 log10 log1p pow sin cos tan sincos asin acos atan atan2
    sinh cosh tanh erf erfc tgamma lgamma cbrt hypot'
{
    # shellcheck disable=SC2086  # lists of words
    printf '%s\n' $ends $prints $state
    for name in $maths; do printf '%s\n' "$name" "${name}f" "${name}l"; done
} | sort -u >"$work/forbidden"
# The pool sets up threads of its own: it is held to no more than that.
undefined() {
    nm -u "$static" | awk -v pool="$1" '/:$/ { at = $0 ~ /^pool_/ }
        NF == 2 && at == pool { print $2 }' | sort -u | comm -12 - "$work/forbidden"
}
undefined 0 | nothing "calls that the library must not make"
undefined 1 | grep -vxE 'fesetenv|pthread_sigmask' | nothing "such calls of the pool"

[ ! -e "$work/failed" ]
