#!/bin/sh
# jsonserver.sh SERVER PPROFREAD: examples/jsonserver from outside: good requests, bad ones, profiles, a clean end.
# Skipped (77) without curl.
set -u
server=$1 pprofread=$2
command -v curl >/dev/null || { echo 'SKIPPED: no curl'; exit 77; }
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
folder=$(mktemp -d) || exit 1
process=
trap '[ -z "$process" ] || kill "$process" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

fail() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    cat header answer 2>/dev/null | head -c 600 | tr -cd '[:print:]\n' | sed 's/^/    /'
    echo
}

# ask STATUS TEXT ARGUMENT…: what curl gets for ARGUMENTs has that status, and TEXT in its body.
ask() {
    wanted=$1 text=$2
    shift 2
    status=$(curl -s -m 60 -D header -o answer -w '%{http_code}' "$@")
    [ "$status" = "$wanted" ] || fail "$*: status $status, not $wanted"
    grep -qaF -- "$text" answer || fail "$*: no '$text' in the answer"
}

# Waits until `ARGUMENT…` succeeds, for a minute at most.
await() {
    tries=0
    until "$@"; do
        [ $((tries += 1)) -lt 600 ] || return 1
        sleep 0.1
    done
}

start() {
    : >url
    "$server" >url 2>errors &
    process=$!
    await grep -q 'listening on' url || { cat errors; echo "the server does not start"; exit 1; }
    url=$(sed 's/.* //' url)
}

start
ask 200 '{"a":[100,0.1,0,true,null],"b":"é"}' -d '{"b":"\u00e9", "a":[1e2, 0.1, -0.0, true, null]}' "$url/reencode"
grep -qi '^content-type: application/json' header || fail 'an answer is not application/json'
ask 200 '[1.5,9007199254740992,1e300]' -d '[1.50, 9007199254740992.0, 1e300]' "$url/reencode"
ask 400 'line 2, column' -d '{"a":
 x}' "$url/reencode"
ask 400 'duplicate object key' -d '{"a":1,"a":2}' "$url/reencode"
ask 400 'unable to decode byte' --data-binary "$(printf '["\377"]')" "$url/reencode"
ask 400 'error' -d '' "$url/reencode"
head -c 2100 /dev/zero | tr '\0' '[' >deep
ask 400 'depth' --data-binary @deep "$url/reencode"
ask 405 'takes POST only' "$url/reencode"
ask 404 'there is no /nothing' "$url/nothing"
head -c 1500000 /dev/zero >large
ask 413 'larger than' --data-binary @large "$url/reencode"
ask 413 'larger than' -H 'Transfer-Encoding: chunked' --data-binary @large "$url/reencode"

profile=$url/debug/pprof/profile
for seconds in 0 -1 301 x 1x '' 99999999999999999999; do
    ask 400 'seconds must be a number from 1 to 300' "$profile?seconds=$seconds"
done

# One at a time: the second is told so, the first is not disturbed. Requests keep the processor busy meanwhile.
curl -s -m 60 -o first "$profile?seconds=3" &
first=$!
# shellcheck disable=SC2317 # by await
is_profiling() { find "/proc/$process/fd" -lname '*cpu-profile*' | grep -q .; }
await is_profiling || fail 'the profile does not begin'
ask 409 'another profile is under way' "$profile?seconds=1"
while kill -0 $first 2>/dev/null; do
    curl -s -m 60 -o answer -d '{"b":[1,2,3,4.5,"text"],"a":{"c":{},"d":[[],[[]]]}}' "$url/reencode"
done
wait $first || fail 'the first profile did not come'
"$pprofread" raw first >text 2>&1 || fail 'what came is no profile'
grep -q '^samples/count cpu/nanoseconds' text || fail 'its types are not samples/count and cpu/nanoseconds'
grep -q 'jsonserver' text || fail 'it does not name the server'
ask 200 '' "$profile?seconds=1"
grep -qi '^content-disposition: attachment; filename="profile"' header || fail "no Content-Disposition as Go's"
grep -qi '^content-type: application/octet-stream' header || fail 'a profile is not application/octet-stream'

# A profile under way does not hold up the end: it comes early, whole.
curl -s -m 60 -o last "$profile?seconds=300" &
last=$!
await is_profiling || fail 'the long profile does not begin'
kill $process
wait $process || fail "SIGTERM: exit status $?, not 0"
process=
wait $last || fail 'the profile under way was lost'
"$pprofread" raw last >text 2>&1 || fail 'what came of it is no profile'

# An environment that profiles already.
CPUPROFILE=$folder/already.prof
export CPUPROFILE
start
unset CPUPROFILE
ask 409 'already in use' "$url/debug/pprof/profile?seconds=1"
kill $process
wait $process
process=

"$server" --port x 2>answer && fail 'a bad port is accepted'
grep -q '^usage:' answer || fail 'no usage for a bad port'
"$server" --replay /nonexistent 1 2>answer && fail 'a missing file is accepted'
[ $failures -eq 0 ] || echo "$failures failures"
exit $((failures > 0))
