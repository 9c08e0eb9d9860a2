#!/bin/sh
# SPDX-License-Identifier: MIT
set -eu
# shellcheck source=scripts/need.sh
. "$(dirname "$0")/need.sh"

usage() {
    cat <<'END'
usage: sh scripts/reproduce.sh [OPTION...] [ROW...]

Repeats published results of dense networks: trains each row on full data with several
seeds, prints what was published beside what is measured, and writes the table and a
picture of the curves into docs/results.md. All rows but the longest, unless some are
named. Outcomes are kept in build/reproduce/results.txt, so that rows can be run one by
one; a curve of each training is in build/reproduce/curves/.

  --list         the rows
  --page         no training: write the page from what is kept
  --no-page      leave docs/results.md as it is
  --seeds N, --first-seed N, --epochs N, --seconds N, --threads N
                 are passed on; build/reproduce/examples/reproduce --help tells more
  --help         this text
END
}

tree=$need_root/build/reproduce
results=$tree/results.txt
page=$need_root/docs/results.md
write_page=yes
train=yes
list=
options=
rows=

# Options and rows are single words without spaces, so they can be kept in one line.
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    --list) list=yes ;;
    --page) train= ;;
    --no-page) write_page= ;;
    --seeds | --first-seed | --epochs | --seconds | --threads)
        [ $# -ge 2 ] || need_die "$1 wants a number after it; see --help"
        case $2 in
        *[!0-9]* | '') need_die "$1 is '$2', expected a number" ;;
        esac
        options="$options $1 $2"
        shift
        ;;
    -*) need_die "'$1' is not known here; see --help" ;;
    *[!a-z0-9-]*) need_die "'$1' is no row; see --list" ;;
    *) rows="$rows $1" ;;
    esac
    shift
done

if need_have "${CC:-cc}"; then compiler=; else compiler=gcc; fi
# shellcheck disable=SC2086  # no word or one
need_packages $compiler libc6-dev cmake ninja-build zlib1g-dev pkg-config

build() {
    need_configure "$tree" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DBP_BUILD_TESTS=OFF -DBP_BUILD_EXAMPLES=ON -DBP_BUILD_DOCS=OFF &&
        cmake --build "$tree" --target reproduce
}

need_stage reproduce "Building the library and the program" build || exit 1
program=$tree/examples/reproduce
if [ -n "$list" ]; then
    exec "$program" --list
fi
# Before anything is fetched: are these rows?
for row in $rows; do
    "$program" --list | grep -q "^$row " || need_die "'$row' is no row; see --list"
done

# The lines between the two marks of the page become the table.
put_table() {
    "$program" --table --results "$results" >"$tree/table.md" || return 1
    awk -v table="$tree/table.md" '
        /^<!-- reproduce: ends/ { skip = 0 }
        !skip { print }
        /^<!-- reproduce: begins/ {
            skip = 1
            print ""
            while ((getline line < table) > 0)
                print line
            print ""
        }' "$page" >"$tree/page.md" && cp "$tree/page.md" "$page"
}

if [ -n "$train" ]; then
    for set in mnist fashion; do
        sh "$need_root/scripts/get-data.sh" "$set" >/dev/null ||
            need_die "$set could not be had; see scripts/get-data.sh --help"
    done
    mkdir -p "$tree/curves"
    # shellcheck disable=SC2086  # lists of words, on purpose
    "$program" --data "$need_root/data" --digits "$need_root/examples/data" \
        --results "$results" --curves "$tree/curves" $options $rows
fi
[ -n "$write_page" ] || exit 0
[ -e "$results" ] || need_die "nothing was measured yet"
put_table
"$program" --curves "$tree/curves" --picture "$need_root/docs/images/results.svg"
need_say "" "The table is in docs/results.md"
