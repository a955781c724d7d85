#!/usr/bin/env bash
# waypoint-entrypoint as pid 1 of a container made `FROM scratch`, on a Docker engine of its own.
# Usage: scratch_test.sh ENTRYPOINT APP      Exit code 77: skipped, with the reason.
set -u
entrypoint=$1 app=$2
skip() { echo "skipped: $*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
[ "$(id -u)" = 0 ] || skip "a Docker engine needs root"
command -v dockerd >/dev/null && command -v docker >/dev/null || skip "dockerd is not installed"
if ! file -b "$entrypoint" 2>/dev/null | grep -q "static" && ldd "$entrypoint" 2>/dev/null | grep -q "=>"; then
  skip "$entrypoint is not linked statically (use the release preset)"
fi

work=$(mktemp -d)
export DOCKER_HOST=unix://$work/docker.sock DOCKER_CONFIG=$work/config DOCKER_BUILDKIT=0
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" --host "$DOCKER_HOST" \
  --bridge none --iptables=false --ip6tables=false >"$work/dockerd.log" 2>&1 &
engine=$!
cleanup() {
  docker ps -aq 2>/dev/null | xargs -r docker rm -f >/dev/null 2>&1
  kill "$engine" 2>/dev/null && wait "$engine" 2>/dev/null
  rm -rf "$work" 2>/dev/null || true
}
trap cleanup EXIT
for _ in $(seq 100); do
  docker version >/dev/null 2>&1 && break
  kill -0 "$engine" 2>/dev/null || { tail -5 "$work/dockerd.log"; skip "dockerd does not start here"; }
  sleep 0.2
done
docker version >/dev/null 2>&1 || { tail -5 "$work/dockerd.log"; skip "dockerd does not answer"; }

mkdir "$work/image"
cp "$entrypoint" "$work/image/waypoint-entrypoint"
cp "$app" "$work/image/app"
printf 'FROM scratch\nCOPY waypoint-entrypoint app /\nENTRYPOINT ["/waypoint-entrypoint", "/app"]\n' >"$work/image/Dockerfile"
docker build -q -t scratch-test "$work/image" >"$work/build.log" 2>&1 || { cat "$work/build.log"; fail "docker build"; }

# As poor as containers get: nobody, no rights, nothing to write to.
poor="--network none --read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges"
away="-e WAYPOINT_SERVER_ADDR=127.0.0.1:9701 -e WAYPOINT_SERVER_TLS=1 -e WAYPOINT_DEPLOYMENT_ID=D -e WAYPOINT_LOG_LEVEL=warn"

out=$(docker run --rm $poor scratch-test exit 7 2>/dev/null); code=$?
[ "$code" = 7 ] || fail "exit code $code instead of 7: $out"
[ "$out" = hello ] || fail "output without a server: $out"
echo "ok: runs without a server"

start=$(date +%s%N)
out=$(docker run --rm $poor $away scratch-test exit 3 2>"$work/err"); code=$?
took=$((($(date +%s%N) - start) / 1000000))
[ "$code" = 3 ] || fail "exit code $code instead of 3: $(cat "$work/err")"
[ "$out" = hello ] || fail "output with the server away: $out"
[ "$took" -lt 5000 ] || fail "$took ms until the app had run"
grep -q "no connection to the server" "$work/err" || fail "does not say that the server is away: $(cat "$work/err")"
echo "ok: starts though the server is away ($took ms with the container)"

out=$(docker run --rm $poor $away scratch-test orphans 2>&1); code=$?
[ "$code" = 0 ] || fail "zombies are left: $out"
echo "ok: reaps orphans"

id=$(docker run -d $poor $away scratch-test term)
for _ in $(seq 100); do docker logs "$id" 2>&1 | grep -q ready && break; sleep 0.1; done
docker stop -t 20 "$id" >/dev/null
code=$(docker inspect -f '{{.State.ExitCode}}' "$id")
docker logs "$id" 2>&1 | grep -q bye || fail "the app was not told of SIGTERM: $(docker logs "$id" 2>&1)"
[ "$code" = 0 ] || fail "exit code $code after SIGTERM"
docker rm "$id" >/dev/null
echo "ok: docker stop lets the app end in peace"

out=$(docker run --rm $poor --entrypoint /waypoint-entrypoint scratch-test /nosuch 2>&1); code=$?
[ "$code" = 1 ] || fail "exit code $code for an absent program"
echo "ok: an absent program is an error: $out"
