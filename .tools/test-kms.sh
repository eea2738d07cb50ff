#!/bin/sh
# test-kms.sh
#
# Runs the tests of pkg/kms on Vault's own server, built from its module, and
# on moto's AWS, from its Python packages. The first run takes some minutes.
set -eu
cd "$(dirname "$0")/.."

.tools/need.sh go python3
.tools/tool.sh vaultdev
moto=.cache/moto
# Asked, and not only looked for: its programs name the folder that they were
# installed in, and do not run once the checkout was moved.
if [ "$(cat .cache/stamps/moto 2>/dev/null)" != "$(cat .tools/vaultdev/moto.txt)" ] || ! $moto/bin/moto_server --help >/dev/null 2>&1; then
	echo "installing moto …"
	rm -rf $moto
	python3 -m venv $moto
	$moto/bin/pip install --quiet --disable-pip-version-check -r .tools/vaultdev/moto.txt
	cp .tools/vaultdev/moto.txt .cache/stamps/moto
fi
export HUSHLOG_VAULT="$PWD/.cache/bin/vaultdev" HUSHLOG_MOTO="$PWD/$moto/bin/moto_server"
exec .tools/test.sh -summary .cache/report/test-kms -timeout 5m -packages ./kms pkg
