#!/bin/sh
# deps.sh NAME...
#
# Installs pinned tools (folders of .tools/) into .cache/bin and, for the name
# chdb, the ClickHouse engine library into .cache/chdb. What is there already
# is left alone and needs no network.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go
for name in "$@"; do
	if [ "$name" != chdb ]; then
		.tools/tool.sh "$name"
		continue
	fi
	start=$(date +%s)
	.tools/chdb/install.sh ||
		{
			.tools/need.sh node npm
			exit 1
		}
	seconds=$(($(date +%s) - start))
	if [ "$seconds" -gt 1 ]; then echo "installed the engine library in $seconds s"; fi
done
