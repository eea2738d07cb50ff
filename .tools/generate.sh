#!/bin/sh
# generate.sh [TARGET]
#
# Writes the code generated from proto/ anew, into proto/ itself or, for
# comparison, under the folder TARGET; without TARGET, docs/rules.md too.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
target=${1:-$root/proto}

.tools/deps.sh buf protoc-gen
cd proto
PATH=$root/.cache/bin:$PATH buf generate --output "$target"
if [ "$target" = "$root/proto" ]; then
	cd "$root"
	.tools/rules.sh
fi
