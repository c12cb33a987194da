#!/bin/sh
# fetch.sh PPROFREAD DATA: what servers answer, good and bad, from a server of our own on the loopback.
set -u
. "$(dirname "$0")/support.sh"
unset http_proxy HTTP_PROXY https_proxy all_proxy ALL_PROXY
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
lua=$data/profiles/lua.sym.pb.gz
gperftools=$data/profiles/lua.gperf.prof

command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
"$program" fetch http://127.0.0.1:9/ 2>&1 | grep -q 'built without libcurl' && { echo 'SKIPPED: no libcurl'; exit 77; }

cat >server.py <<'PYTHON'
import base64, gzip, http.server, json, sys, threading
profile = open(sys.argv[1], "rb").read()
plain = gzip.decompress(profile)
gperftools = open(sys.argv[2], "rb").read()
released = threading.Event()
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, body, status=200, length=None, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/good": self.answer(profile)
        elif path == "/plain": self.answer(plain)
        elif path == "/encoded": self.answer(gzip.compress(plain), headers={"Content-Encoding": "gzip"})
        elif path == "/seconds": self.answer(profile) if query == "a=b&c=seconds&seconds=3" else self.answer(query.encode(), 400)
        elif path == "/only": self.answer(profile) if query == "seconds=2" else self.answer(query.encode(), 400)
        elif path == "/header": self.answer(profile) if self.headers.get("X-One") == "1" and self.headers.get("X-Two") == "2" else self.answer(b"", 403)
        elif path == "/redirect": self.answer(b"", 302, headers={"Location": "/good"})
        elif path == "/loop": self.answer(b"", 302, headers={"Location": "/loop"})
        elif path == "/file": self.answer(b"", 302, headers={"Location": "file:///etc/passwd"})
        elif path == "/html": self.answer(b"\n<html><title>Please log in</title>\n</html>")
        elif path == "/text": self.answer(b"profiling is already in use\nsecond line\n", 500)
        elif path == "/json": self.answer(b'{"flamebearer": {"names": []}}')
        elif path == "/parca": self.answer(json.dumps({"pprof": base64.b64encode(profile).decode()}).encode())
        elif path == "/parca-bad": self.answer(b'{"pprof": "H4sI*"}')
        elif path == "/empty": self.answer(b"")
        elif path == "/cut": self.answer(profile[:len(profile) // 2])
        elif path == "/short": self.answer(profile[:100], length=len(profile))
        elif path == "/gperftools": self.answer(gperftools)
        elif path == "/addresses": self.answer(open("addresses", "rb").read())
        elif path == "/bomb": self.answer(gzip.compress(bytes(8 << 20)))
        elif path == "/huge": self.answer(bytes(4 << 20))
        elif path == "/slow": released.wait(); self.answer(profile)
        else: self.answer(b"404 page not found\n", 404)
    def log_message(self, *arguments): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
PYTHON
mkfifo port
python3 server.py "$lua" "$gperftools" >port 2>server.err &
server=$!
read -r number <port
url=http://127.0.0.1:$number

# good PATH ARGUMENT…: a profile arrives, and it is the one that was sent.
"$program" raw "$lua" >expected
good() {
    path=$1
    shift
    rm -f x.pgo
    "$program" fetch -o x.pgo "$@" "$url$path" 2>err || fail "$path: exit status $?"
    grep -q 'wrote x.pgo: 683 samples' err || fail "$path: does not say what was written"
    "$program" raw x.pgo >actual 2>&1
    cmp -s expected actual || fail "$path: another profile"
}

# bad PATH ERROR ARGUMENT…: nothing is written, and an earlier file is left alone.
bad() {
    path=$1 wanted=$2
    shift 2
    echo precious >x.pgo
    "$program" fetch -o x.pgo "$@" "$url$path" 2>err && fail "$path: is taken"
    grep -Eq -- "$wanted" err || fail "$path: no '$wanted' on stderr"
    [ "$(cat x.pgo)" = precious ] || fail "$path: the file was touched"
    [ -z "$(find . -name '*.tmp')" ] || fail "$path: left a temporary file"
}

good /good
good /plain
good /encoded
good /redirect
good '/seconds?seconds=99&a=b&c=seconds' --seconds=3
good /only --seconds=1.5
good '/only?seconds=7#fragment' --seconds 2
good /header --header 'X-One: 1' -H 'X-Two: 2'
good /parca
"$program" fetch -o x.pgo "127.0.0.1:$number/good" 2>err || fail 'a URL without http://'

bad /nowhere 'HTTP status 404, no profile but an error, which begins "404 page not found"'
bad /text 'HTTP status 500, no profile but an error, which begins "profiling is already in use"$'
bad /html 'HTTP status 200, this is HTML.*which begins "<html><title>Please log in</title>"'
bad "/html?$(printf '%01030d' 0)" '^pprofread: http://127.*\?0000' # the URL alone fills the message
[ "$(wc -c <err)" -lt 1100 ] || fail 'a message longer than messages are'
bad /json 'HTTP status 200, this is JSON'
bad /parca-bad 'HTTP status 200, this is JSON'
bad /empty 'HTTP status 200, this is an empty file'
bad /cut 'gzip'
bad /short 'bytes'
bad /loop 'redirects'
bad /file '[Pp]rotocol'
bad /bomb '1048576 bytes' --size-limit=1M
bad /huge '1048576 bytes' --size-limit=1M
bad /slow 'timed out.*--timeout allows more' --timeout=1

# ---- addresses: as they are, or symbolized with the very program
"$program" fetch -o x.pgo "$url/gperftools" 2>err || fail "gperftools: exit status $?"
grep -q 'not symbolized' err || fail 'gperftools: it is not said that there are addresses only'
bad /gperftools '/nonexistent/lua' --binary=/nonexistent/lua

# Of a program that lies elsewhere on the server: seven samples in leaf, called by main.
cat >server.c <<'C'
int leaf(int x) {
    return x * 3;
}
int main(int argc, char **argv) {
    (void)argv;
    return leaf(argc) + 1;
}
C
if command -v llvm-symbolizer-22 >out || command -v llvm-symbolizer-19 >out; then
    cc -g -O0 -no-pie -fcf-protection=none server.c -o server || fail 'server.c does not compile'
    nm server >symbols
    readelf -lW server >segments
    python3 - <<'PYTHON'
import re, struct
symbols = {line.split()[2]: int(line.split()[0], 16) for line in open("symbols") if line.count(" ") == 2}
offset, start, size = [int(word, 16) for word in re.search(
    r"LOAD +(\S+) (\S+) \S+ \S+ (\S+) R E", open("segments").read()).groups()]
with open("addresses", "wb") as recording:  # gperftools: a header, 7 times a stack of 2, the end, the memory map
    recording.write(struct.pack("<12Q", 0, 3, 0, 10000, 0, 7, 2, symbols["leaf"] + 8, symbols["main"] + 26, 0, 1, 0))
    recording.write(b"%x-%x r-xp %08x 08:01 1 /srv/bin/server\n" % (start, start + size, offset))
PYTHON
    "$program" fetch -o x.pgo --binary=server "$url/addresses" 2>err || fail "addresses: exit status $?"
    grep -q 'wrote x.pgo: 7 samples, 100.0 % with function, 100.0 % with line' err || fail 'addresses: not symbolized'
    "$program" weights x.pgo >out
    grep -q '^function leaf file .*server.c start 1 inclusive 7 leaf 7$' out || fail 'addresses: not the leaf of server.c'
    grep -q '^function main file .*server.c start 4 inclusive 7 leaf 0$' out || fail 'addresses: not the main of server.c'
fi

# ---- secrets in the URL stay out of messages; other protocols are refused
"$program" fetch -o x.pgo "http://user:secret@127.0.0.1:$number/nowhere" 2>err
grep -q 'HTTP status 404' err || fail 'user and password: not sent'
grep -q secret err && fail 'the password is in the message'
"$program" fetch -o x.pgo file:///etc/passwd 2>err
grep -q 'neither http nor https' err || fail 'file:// is taken'
"$program" fetch -o x.pgo --header 'nonsense' "$url/good" 2>err
[ $? -eq 2 ] || fail 'a header without a colon is taken'
kill $server
wait $server 2>/dev/null
server=
"$program" fetch -o x.pgo "$url/good" 2>err && fail 'no server, and a profile'
grep -q "$url/good: .*onnect" err || fail 'no server: not said'

finish
