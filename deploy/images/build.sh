#!/bin/sh
# Builds the hushlog image (HUSHLOG_IMAGE, hushlog:dev by default) from this
# checkout: a static binary without the embedded ClickHouse, which needs a C
# library, on an empty image.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
image=${HUSHLOG_IMAGE:-hushlog:dev}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT INT TERM

(cd "$root/services" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags hushlog_static \
	-ldflags '-s -w' -o "$context/hushlog" ./hushlog)
# A binary that asks for a loader would not start on an empty image.
if LC_ALL=C grep -aq /lib64/ld-linux "$context/hushlog"; then
	echo "build.sh: the binary is not static" >&2
	exit 1
fi
cp "$here/hushlog/Dockerfile" "$context/"
docker build --quiet --network none --tag "$image" "$context" >/dev/null
docker image inspect --format "$image {{.Size}} bytes" "$image"
