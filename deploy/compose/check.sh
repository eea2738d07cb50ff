#!/bin/sh
# check.sh [DIR]
#
# Checks a running docker-compose.yml from outside: sends interactions, kills
# each container with SIGKILL while more are sent, and asks query whether every
# acknowledged one is there, once, and sanitized, and whether a user's repeated
# failures raised an alert; then looks at what each container may do. Ends with 0
# when all of it holds.
#
# Needs curl, and docker compose (COMPOSE names another command). DIR is the
# deployment's folder, .cache/deployment by default. Sends for project demo.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
dir=${1:-$root/.cache/deployment}
compose=${COMPOSE:-docker compose}
rest=https://localhost:${HUSHLOG_REST_PORT:-7444}
query=https://localhost:${HUSHLOG_QUERY_PORT:-7445}
tag=check-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$root"

say() { echo "check.sh: $*"; }
fail() {
	say "FAILED: $*" >&2
	exit 1
}

dc() { # shellcheck disable=SC2086 # a command and its arguments
	$compose --env-file "$dir/compose.env" "$@"
}

# What is secret comes by file, not on a command line that others can list.
auth() {
	[ -n "$2" ] || fail "no $1: is the stack of $dir running?"
	printf 'header = "Authorization: Bearer %s"\n' "$2" >"$work/$1.auth"
	printf '%s\n' "$2" >>"$work/never"
}
ask() { curl --silent --show-error --max-time 20 --cacert "$dir/pki/ca.crt" --config "$work/$1.auth" --header 'Content-Type: application/json' --data @- "$2"; }

# The last line on standard output is the key or token; the rest is for people.
made() { dc run --rm --no-TTY tools "$@" 2>/dev/null | tail -n 1; }

sent=0
send() { # send N [more JSON]: N interactions, each again until it is acknowledged
	n=0
	while [ "$n" -lt "$1" ]; do
		sent=$((sent + 1))
		n=$((n + 1))
		body='{"requestId":"'$tag-$sent'","purpose":"debugging","startedAt":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'",
			"model":{"provider":"check","name":"check"},"messages":[{"role":"ROLE_USER","parts":[{"text":{"text":"My e-mail is jane.doe@company.com"}}]}]'"${2:-}"'}'
		tries=0
		until printf '%s' "$body" | ask key "$rest/v1/interactions" 2>/dev/null | grep -q '"requestId"'; do
			tries=$((tries + 1))
			[ "$tries" -lt 90 ] || fail "interaction $sent was not acknowledged in 90 tries"
			sleep 1
		done
	done
}

sql() { printf '{"sql":"%s","purpose":"debugging","format":"TabSeparated"}' "$1" | ask token "$query/v1/query"; }

begun=$(date -u '+%Y-%m-%d %H:%M:%S')
# What no log may hold: content, the key, the token.
echo jane.doe >"$work/never"
auth key "$(made key create --project demo)"
auth token "$(made person add check --role security --expires 1h)"
sleep 3

say "interactions, with every container killed once"
send 10
for service in kafka clickhouse gateway redactor ingest alert retention query; do
	dc kill --signal KILL "$service" >/dev/null 2>&1
	# Only after the kill: what is sent meanwhile waits or fails, and is sent again.
	dc up --detach --no-recreate "$service" >/dev/null 2>&1 || true
	send 5
	say "  $service killed and started, $sent acknowledged"
done

# The alert service waits for no more than the policy's window to fill, not to end.
send 10 ',"error":{"type":"timeout"},"endUser":{"id":"'$tag'"}'
wait_for() { # wait_for WANTED SQL WHAT
	tries=0
	until [ "$(sql "$2" 2>/dev/null)" = "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 90 ] || fail "$3: $(sql "$2")"
		sleep 1
	done
}

count="SELECT count(), uniqExact(request_id) FROM interactions WHERE startsWith(request_id, '$tag-')"
wait_for "$(printf '%s\t%s' "$sent" "$sent")" "$count" "acknowledged $sent; stored and distinct"
say "  $sent acknowledged, $sent stored, each once"
masked=$(sql "SELECT count() FROM contents WHERE startsWith(request_id, '$tag-') AND text = 'My e-mail is j***@company.com'")
[ "$masked" = "$sent" ] || fail "sanitized contents: $masked of $sent"
say "  all of them sanitized"
wait_for 1 "SELECT count() > 0 FROM alerts WHERE rule = 'repeated-failures-user' AND fired_at >= toDateTime('$begun', 'UTC')" "no alert"
say "  an alert on ten failures of one user"

say "what each container may do"
for service in kafka clickhouse gateway redactor ingest alert retention query; do
	id=$(dc ps --quiet "$service")
	# shellcheck disable=SC2046 # five words
	set -- $(docker inspect --format '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.Privileged}} {{len .HostConfig.PortBindings}}' "$id")
	case $1 in 0:* | root* | :*) fail "$service runs as root" ;; esac
	[ "$2 $3 $4" = "true [ALL] false" ] || fail "$service: $2 $3 $4"
	case $service in
	gateway) [ "$5" = 2 ] || fail "gateway publishes $5 ports" ;;
	query) [ "$5" = 1 ] || fail "query publishes $5 ports" ;;
	*) [ "$5" = 0 ] || fail "$service publishes $5 ports" ;;
	esac
	if docker inspect --format '{{range .HostConfig.PortBindings}}{{range .}}{{println .HostIp}}{{end}}{{end}}' "$id" |
		grep -q -v -x -e 127.0.0.1 -e ''; then
		say "  note: $service is published beyond loopback (HUSHLOG_PUBLISH)"
	fi
	if dc logs --no-color "$service" 2>&1 | grep -q -F -f "$work/never"; then
		fail "$service has logged content or a key"
	fi
done
if docker run --rm --entrypoint /bin/sh "$(docker inspect --format '{{.Config.Image}}' "$(dc ps --quiet gateway)")" -c true 2>/dev/null; then
	fail "the hushlog image has a shell"
fi
say "  no root, no capabilities, nothing writable, nothing logged, no shell"
say "all of it holds"
