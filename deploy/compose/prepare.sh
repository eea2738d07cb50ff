#!/bin/sh
# prepare.sh [DIR]
#
# Makes what docker-compose.yml mounts, in DIR (.cache/deployment by default):
# certificates, secrets, the default policy and ClickHouse's users (all by
# `make certs secrets`; what is there is kept), folders for data, and
# compose.env, which tells docker compose where all that is and whose it is.
#
# The containers run as the owner of DIR: you, or, when you are root,
# HUSHLOG_UID:HUSHLOG_GID (10001:10001 by default), who is given the folder.
set -eu
umask 077

root=$(cd "$(dirname "$0")/../.." && pwd)
dir=${1:-$root/.cache/deployment}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

make --no-print-directory -C "$root" certs secrets DIR="$dir"
mkdir -p "$dir/data/kafka" "$dir/data/clickhouse" "$dir/data/trail" "$dir/data/backups" \
	"$dir/data/prometheus" "$dir/data/alertmanager" "$dir/data/grafana"

uid=$(id -u)
gid=$(id -g)
if [ "$uid" -eq 0 ]; then
	uid=${HUSHLOG_UID:-10001}
	gid=${HUSHLOG_GID:-10001}
fi
cat >"$dir/compose.env" <<EOF
HUSHLOG_DIR=$dir
HUSHLOG_UID=$uid
HUSHLOG_GID=$gid
EOF
if [ "$(id -u)" -eq 0 ]; then
	chown -R "$uid:$gid" "$dir"
fi
echo "docker compose --env-file $dir/compose.env up --detach --wait"
