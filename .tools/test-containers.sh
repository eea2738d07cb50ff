#!/bin/sh
# test-containers.sh
#
# Runs the tests of the module test on containers. Needs a Docker engine. Images
# that are not there are pulled, and where they cannot be, stand-ins are built
# in their place (which needs root and debootstrap).
set -eu
cd "$(dirname "$0")/.."

# How long pulling one image may take, in seconds.
pull_limit=300

.tools/need.sh go docker

# The images that docker-compose.yml takes from elsewhere, as "VARIABLE name".
images() {
	sed -n 's/^ *image: *"\{0,1\}\${\([A-Z_]*\):-\([^}]*\)}.*/\1 \2/p' docker-compose.yml | grep -v '^HUSHLOG_' | sort -u
}

here() {
	docker image inspect "$1" >/dev/null 2>&1
}

absent=no
while read -r variable name; do
	eval "set_name=\${$variable:-}"
	if [ -n "$set_name" ] || here "$name"; then continue; fi
	echo "pulling $name …"
	timeout "$pull_limit" docker pull --quiet "$name" || absent=yes
done <<LIST
$(images)
LIST

if [ "$absent" = yes ]; then
	echo "not all images could be pulled: building stand-ins"
	deploy/images/standins.sh
fi

export HUSHLOG_TEST_BACKEND=containers HUSHLOG_PULL=never
exec .tools/test.sh -summary .cache/report/test-containers -timeout 15m test
