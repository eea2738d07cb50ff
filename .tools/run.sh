#!/bin/sh
# run.sh VERSION COMMAND
#
# Installs what `hushlog demo` and `hushlog dev` need and no more (the engine
# library; go build fetches its modules), builds, and runs COMMAND.
set -eu
cd "$(dirname "$0")/.."

.tools/deps.sh chdb
.tools/build.sh "$1"
exec bin/hushlog "$2"
