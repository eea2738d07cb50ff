#!/bin/sh
# train-names.sh DATA
#
# Trains the model of pkg/redact/tagger on the generated corpus and on the
# evaluation data in DATA (its folders eval/dev and eval-safety), prints what it
# reaches on texts it has not seen, and writes it in place.
set -eu
cd "$(dirname "$0")/.."

data=${1:-}
if [ ! -d "$data/eval/dev" ] || [ ! -d "$data/eval-safety" ]; then
	echo "train-names: DATA=DIR names the folder that holds eval/dev and eval-safety" >&2
	exit 2
fi
data=$(cd "$data" && pwd)
cd pkg
go run ./redact/tagger/cmd/train -out redact/tagger/model.bin \
	-seed 1 -count 120000 -epochs 4 -folds 3 \
	-dev "$data/eval/dev/synth_prompts_dev.jsonl.gz,$data/eval/dev/presidio_research_dev.jsonl.gz" \
	-prompts "$data/eval-safety/train.jsonl.gz" \
	-background "$(go env GOROOT)/src"
