#!/usr/bin/env bash
# How compiler errors are mended by scripts: one error after the other, a
# program for each step. The fewest that will do: `sed` to take the line apart,
# `jq` to write it down for the next step, `grep` to look into the file, `sed`
# to change it. The edit is a token one, a blank at the line's end; to find out
# what to change is left out, and so is every check.
#   model.sh LOG TREE
set -u
log=$1 tree=$2
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
grep -E ': error[: ]' "$log" > "$state/errors"
while IFS= read -r error; do
    IFS=$'\t' read -r file line code message < <(
        sed -E -e 's/^(.+)\(([0-9]+),[0-9]+\): error ([A-Z]+[0-9]+): (.*)$/\1\t\2\t\3\t\4/' \
            -e 's/^([^:]+):([0-9]+):[0-9]+: error: (.*)$/\1\t\2\t-\t\3/' <<< "$error"
    )
    jq -n --arg file "$file" --arg line "$line" --arg code "$code" --arg message "$message" \
        '{file: $file, line: ($line | tonumber), code: $code, message: $message}' > "$state/error.json"
    grep -n '^using ' "$tree/$file" > "$state/usings"
    sed -i "${line}s/\$/ /" "$tree/$file"
done < "$state/errors"
