#!/bin/sh
# fmt.sh MODULE...: formats the Go code of the modules and of our own tools.
set -eu
cd "$(dirname "$0")/.."

for module in "$@"; do
	.cache/bin/golangci-lint fmt --config .golangci.yml "$module"
done
.cache/bin/golangci-lint fmt --config .golangci.yml .tools/house
