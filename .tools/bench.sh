#!/bin/sh
# bench.sh TIME MODULE...: runs every benchmark of the modules for TIME each.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go
time=$1
shift
for module in "$@"; do
	go test -vet=off -run '^$' -bench . -benchmem -benchtime "$time" "./$module/..."
done
