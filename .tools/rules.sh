#!/bin/sh
# rules.sh
#
# Writes docs/rules.md anew: the rules that there are in pkg/redact.
set -eu
cd "$(dirname "$0")/.."
new=$(mktemp)
trap 'rm -f "$new"' EXIT
go run ./services/hushlog rules --format markdown >"$new"
cat "$new" >docs/rules.md
