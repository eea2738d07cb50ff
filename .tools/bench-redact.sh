#!/bin/sh
# bench-redact.sh: measures the engine beside other tools, in one run, and prints
# the tables.
#
# CORPUS=file.jsonl adds that file's records, OUT=file.md writes the tables there,
# PYTHON=python3 is asked for the packages hyperscan and presidio_analyzer.
# Needs the network only when gitleaks is not in Go's module cache yet.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go
set -- -python "${PYTHON:-python3}"
if [ -n "${CORPUS:-}" ]; then set -- "$@" -corpus "$(realpath "$CORPUS")"; fi
if [ -n "${OUT:-}" ]; then set -- "$@" -out "$(realpath "$OUT")"; fi
# Built anew each time: it measures the engine of this checkout.
mkdir -p .cache/bin
GOWORK=off CGO_ENABLED=0 go -C .tools/bench-redact build -o "$PWD/.cache/bin/" .
exec .cache/bin/bench-redact "$@"
