#!/bin/sh
# fmt.sh MODULE...: formats the Go code of the modules, our own tools and proto/.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

for module in "$@"; do
	"$root/.cache/bin/golangci-lint" fmt --config .golangci.yml "$module"
done
"$root/.cache/bin/golangci-lint" fmt --config .golangci.yml .tools/house
cd proto && "$root/.cache/bin/buf" format --write --path hushlog
