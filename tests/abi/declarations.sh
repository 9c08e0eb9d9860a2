#!/bin/sh
# SPDX-License-Identifier: MIT
#
# sh declarations.sh [--update] BUILD_DIR: what the header has declared once, it declares
# still. declarations.txt holds every function, record, type and value of this major
# version, one a line; one that is gone or has changed is a failure, new ones are fine,
# and so is a record that has grown at its end.
# --update writes the file: after something was added, so that it is held from then on.
# Anything else is a break, and needs a new major version and an entry in the change log.
set -eu

update=
if [ "$1" = --update ]; then
    update=yes
    shift
fi
kept=$(dirname "$0")/declarations.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

awk '
    function declared() {
        gsub(/ +/, " ", text)
        if (text ~ /^ enum/) {
            gsub(/^ enum \{ | \};$/, "", text)
            gsub(/, /, "\n", text)
        }
        sub(/^ /, "", text)
        print text
        text = ""
    }
    {
        text = text " " $0
        depth += gsub(/[{]/, "&") - gsub(/[}]/, "&")
    }
    depth == 0 && /;$/ { declared() }
' "$1/include/backprop_ffi.h" >"$work/now"

if [ -n "$update" ]; then
    cp "$work/now" "$kept"
    echo "declarations.txt is written"
fi
sort "$work/now" >"$work/new"
sort "$kept" >"$work/old"
comm -13 "$work/old" "$work/new" >"$work/added"
echo "$(wc -l <"$work/old") declarations are held, $(wc -l <"$work/added") are not yet"
comm -23 "$work/old" "$work/new" >"$work/gone"

# A record that has grown begins as it did.
awk '
    FNR == NR { now[++count] = $0; next }
    {
        fields = $0
        grown = sub(/ } bp_[a-z0-9_]+;$/, " ", fields) && /^typedef struct/
        for (i = 1; grown && i <= count; i++)
            if (index(now[i], fields) == 1)
                next
        print
    }
' "$work/now" "$work/gone" >"$work/broken"
if [ -s "$work/broken" ]; then
    echo "FAILED  gone or changed:"
    sed 's/^/        /' "$work/broken"
    exit 1
fi
