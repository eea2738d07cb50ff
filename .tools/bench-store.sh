#!/bin/sh
# bench-store.sh [ROWS [DATA]]
#
# Stores ROWS interactions with their texts over thirty days (5 million by default, some minutes and 3 GB) in an
# embedded ClickHouse and asks the questions of docs/schema.md: time, processor time, and rows read after what indexes
# leave out; then the codecs of columns. In DATA, a directory, they are kept: another run that day asks them again.
set -eu
cd "$(dirname "$0")/.."
.tools/deps.sh chdb
data=${2:-}
case $data in
'' | /*) ;;
*) data=$PWD/$data ;;
esac
exec go test -vet=off ./pkg/store -run '^$' -bench 'BenchmarkQuestions|BenchmarkCodecs' -benchtime 3x -timeout 30m -v -rows "${1:-5000000}" -data "$data"
