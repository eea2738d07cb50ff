#!/bin/sh
# test.sh [FLAG...] MODULE[:race]...
#
# Runs the tests of the modules by `house test`, which tells what was skipped
# and why. A missing engine library is installed when it can be; when it cannot,
# the tests that need it say so.
set -u
cd "$(dirname "$0")/.." || exit 1

.tools/need.sh go || exit 1
.tools/tool.sh house || exit 1
.tools/deps.sh chdb ||
	echo "the engine library is not there: tests that need the embedded ClickHouse will be skipped" >&2

# Which Kafka and ClickHouse the end-to-end tests run on (test/backend). Named
# even when it is the usual one: what belongs to another one then skips.
export HUSHLOG_TEST_BACKEND="${HUSHLOG_TEST_BACKEND:-embedded}"

# No test reads standard input.
exec .cache/bin/house test "$@" </dev/null
