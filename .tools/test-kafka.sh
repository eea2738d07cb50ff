#!/bin/sh
# test-kafka.sh
#
# Runs the tests of the module test on Apache Kafka itself, from its jars, which
# Maven fetches and checks. Needs Java and Maven.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go java mvn
test/apachekafka/fetch.sh
export HUSHLOG_TEST_BACKEND=kafka
exec .tools/test.sh -summary .cache/report/test-kafka -timeout 10m test
