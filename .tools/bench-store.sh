#!/bin/sh
# bench-store.sh [ROWS]
#
# Stores ROWS interactions with their texts over thirty days (5 million by default, some minutes and 3 GB) in an
# embedded ClickHouse and asks the questions of docs/schema.md: time, and rows read after what indexes leave out.
set -eu
cd "$(dirname "$0")/.."
.tools/deps.sh chdb
exec go test -vet=off ./pkg/store -run '^$' -bench BenchmarkQuestions -benchtime 3x -timeout 30m -v -rows "${1:-5000000}"
