#!/bin/sh
# test-faults.sh SEEDS [SEED]
#
# Runs the fault campaign of SEEDS seeds, the first of which is SEED (one of the
# clock when it is not given), on the embedded parts. FAULT_TIME=4m begins no
# seed that could end after that time.
set -eu
cd "$(dirname "$0")/.."

HUSHLOG_FAULT_SEEDS=$1
HUSHLOG_FAULT_SEED=${2:-}
HUSHLOG_FAULT_TIME=${FAULT_TIME:-}
HUSHLOG_TEST_BACKEND=embedded
export HUSHLOG_FAULT_SEEDS HUSHLOG_FAULT_SEED HUSHLOG_FAULT_TIME HUSHLOG_TEST_BACKEND
# A seed takes two to five minutes where it waits for transactions of killed processes.
exec .tools/test.sh -summary .cache/report/test-faults -packages ./faults -timeout "$((HUSHLOG_FAULT_SEEDS * 8 + 5))m" test
