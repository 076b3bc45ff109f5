#!/usr/bin/env bash
# Sets up, builds and shows the main job of weft: two real HTTP servers are registered with checks, found over DNS and
# HTTP, and one of them is stopped: it leaves the answers as soon as its check fails.
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/setup.sh --demo
echo "building (the first time takes some minutes) ..."
cmake --preset release >/dev/null
cmake --build --preset release --target weft | tail -n 1

weft=$PWD/build/release/weft
work=$(mktemp -d)
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() { printf '$ %s\n' "$*"; "$@"; }
# until_true SECONDS COMMAND..: waits for a condition, not for luck.
until_true() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        if [ $SECONDS -ge $deadline ]; then
            echo "demo: gave up waiting for: $*" >&2
            cat "$work/weft.log" >&2
            exit 1
        fi
        sleep 0.05
    done
}

# Free ports, so that the demo never meets an agent or server of yours.
read -r http dns web1 web2 < <(python3 - <<'PY'
import socket
held = [socket.socket() for _ in range(4)]
for s in held:
    s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])
PY
)
export WEFT_HTTP_ADDR=127.0.0.1:$http
mkdir "$work/one" "$work/two"
echo 'hello from web-1' >"$work/one/index.html"
echo 'hello from web-2' >"$work/two/index.html"
python3 -m http.server --bind 127.0.0.1 --directory "$work/one" "$web1" >/dev/null 2>&1 &
pids+=($!)
python3 -m http.server --bind 127.0.0.1 --directory "$work/two" "$web2" >/dev/null 2>&1 &
second=$!
pids+=($second)

say "Start one agent (weft dev: in memory, nothing to configure)"
"$weft" dev -http-port "$http" -dns-port "$dns" -server-port 0 >"$work/weft.log" 2>&1 &
pids+=($!)
until_true 10 curl -fsS "http://127.0.0.1:$http/v1/status/leader"
cat "$work/weft.log"

say "Register two real HTTP servers, each with a health check"
for n in 1 2; do
    port=$([ $n = 1 ] && echo "$web1" || echo "$web2")
    body="{\"ID\": \"web-$n\", \"Name\": \"web\", \"Address\": \"127.0.0.1\", \"Port\": $port,
       \"Check\": {\"HTTP\": \"http://127.0.0.1:$port/\", \"Interval\": \"1s\"}}"
    echo "\$ curl -X PUT --data '$body' http://127.0.0.1:$http/v1/agent/service/register"
    curl -fsS -X PUT --data "$body" "http://127.0.0.1:$http/v1/agent/service/register"
done

names() { dig +short @127.0.0.1 -p "$dns" web.service.consul SRV; }
passing_are() { [ "$(names | wc -l)" = "$1" ]; }
until_true 10 passing_are 2

say "Find them over DNS and HTTP"
show dig +noall +answer @127.0.0.1 -p "$dns" web.service.consul SRV
show curl -fsS "http://127.0.0.1:$http/v1/health/service/web?passing" -o "$work/answer.json"
python3 - "$work/answer.json" <<'PY'
import json, sys
for entry in json.load(open(sys.argv[1])):
    service = entry["Service"]
    print("  %s  %s:%d  %s" % (service["ID"], service["Address"], service["Port"],
                             ", ".join("%s=%s" % (c["Name"], c["Status"]) for c in entry["Checks"])))
PY

say "Stop the second server"
kill "$second"
before=$(date +%s%N)
until_true 10 passing_are 1
after=$(date +%s%N)
echo "it left the answers after $(((after - before) / 1000000)) ms (its check runs each second)"
show dig +noall +answer @127.0.0.1 -p "$dns" web.service.consul SRV
show curl -fsS "http://127.0.0.1:$http/v1/health/checks/web?filter=Status==critical"
say "That was the main job. Yours: build/release/weft dev"
