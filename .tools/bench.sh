#!/bin/sh
# bench.sh TIME MODULE...: measures a whole deployment of bin/hushlog (one line of
# JSON a figure, then a table), then runs every benchmark of the modules for TIME
# each. ONLY=way leaves the second out, ONLY=go the first.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go
time=$1
shift
if [ "${ONLY:-way}" = way ]; then
	.tools/deps.sh chdb
	# The same on Apache Kafka is left out, with a word, where its jars cannot be had.
	test/apachekafka/fetch.sh || true
	go run ./test/bench -binary bin/hushlog
fi
if [ "${ONLY:-go}" = way ]; then exit; fi
for module in "$@"; do
	go test -vet=off -run '^$' -bench . -benchmem -benchtime "$time" "./$module/..."
done
