#!/bin/sh
# build.sh VERSION
#
# Builds bin/hushlog: without cgo and without this machine's paths in it, so
# that the same source gives the same file.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go
mkdir -p bin
CGO_ENABLED=0 go build -trimpath -buildvcs=false \
	-ldflags "-s -w -X main.version=$1" -o bin/hushlog ./services/hushlog
