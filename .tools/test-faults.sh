#!/bin/sh
# test-faults.sh SEEDS BACKEND [SEED]
#
# Runs the fault campaign of SEEDS seeds, the first of which is SEED (one of the
# clock when it is not given). BACKEND is embedded, or kafka for three brokers of
# Apache Kafka, which needs Java and Maven. FAULT_TIME=4m begins no seed that
# could end after that time, FAULT_JOBS=3 runs three beside each other.
set -eu
cd "$(dirname "$0")/.."

HUSHLOG_FAULT_SEEDS=$1
HUSHLOG_TEST_BACKEND=$2
HUSHLOG_FAULT_SEED=${3:-}
HUSHLOG_FAULT_TIME=${FAULT_TIME:-}
HUSHLOG_FAULT_JOBS=${FAULT_JOBS:-}
export HUSHLOG_FAULT_SEEDS HUSHLOG_FAULT_SEED HUSHLOG_FAULT_TIME HUSHLOG_FAULT_JOBS HUSHLOG_TEST_BACKEND
if [ "$HUSHLOG_TEST_BACKEND" = kafka ]; then
	.tools/need.sh go java mvn
	test/apachekafka/fetch.sh
fi
# A seed takes two to five minutes where it waits for transactions of killed processes.
exec .tools/test.sh -summary .cache/report/test-faults -packages ./faults -timeout "$((HUSHLOG_FAULT_SEEDS * 8 + 5))m" test
