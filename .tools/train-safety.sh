#!/bin/sh
# train-safety.sh DATA
#
# Trains the model of pkg/safety on the texts that its grammars make, on the
# evaluation data in DATA (its folder eval-safety) and on harmless source code,
# prints what it reaches on sources that it has not seen, and writes it in place.
set -eu
cd "$(dirname "$0")/.."

data=${1:-}
if [ ! -f "$data/eval-safety/train.jsonl.gz" ]; then
	echo "train-safety: DATA=DIR names the folder that holds eval-safety" >&2
	exit 2
fi
data=$(cd "$data" && pwd)
cd pkg
go run ./safety/cmd/train -data "$data/eval-safety" -out safety/model.bin -card safety/MODEL.md \
	-background "$(go env GOROOT)/src"
