#!/bin/sh
# Puts Apache Kafka's jars, as pinned in pom.xml, into .cache/kafka/jars of the
# repository (or the folder given). Maven verifies every checksum (-C). A second
# run finds the folder complete and does nothing; if only the folder is gone,
# Maven's own store is tried first, without the network.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$(cd "$here/../.." && pwd)/.cache/kafka/jars}
want=$(sha256sum <"$here/pom.xml" | cut -d' ' -f1)

if [ "$(cat "$out/.complete" 2>/dev/null || true)" = "$want" ]; then
	echo "kafka jars: complete in $out"
	exit 0
fi
if ! command -v mvn >/dev/null 2>&1; then
	echo "kafka jars: Maven (mvn) is not installed; install maven and a JRE 17 or newer" >&2
	exit 2
fi

rm -rf "$out"
mkdir -p "$out"
resolve() {
	mvn "$@" --quiet --batch-mode --strict-checksums --file "$here/pom.xml" \
		dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$out"
}
resolve --offline >/dev/null 2>&1 || resolve
printf '%s' "$want" >"$out/.complete"
echo "kafka jars: $(find "$out" -name '*.jar' | wc -l) in $out"
