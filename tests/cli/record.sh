#!/bin/sh
# record.sh PPROFREAD: programs recorded on the spot, by either profiler, to every kind of end. How many samples there
# are is left to chance; who was recorded, what is said, and what is left behind is not.
set -u
. "$(dirname "$0")/support.sh"
mkdir temporary
TMPDIR=$folder/temporary
export TMPDIR

skip() {
    echo "SKIPPED: $1"
    exit 77
}

compiler=$(command -v clang-22 || command -v clang-19 || command -v gcc) || skip 'no compiler'
command -v llvm-symbolizer-22 >/dev/null || command -v llvm-symbolizer-19 >/dev/null || skip 'no llvm-symbolizer'
command -v perf >/dev/null || skip 'no perf'
perf record -q -e cpu-clock -o probe.data -- true >probe 2>&1 || skip "perf is not allowed: $(head -1 probe)"
ls /usr/lib/*/libprofiler.so.0 >/dev/null 2>&1 || skip 'no gperftools'

# burn SECONDS STATUS: so much processor time, then that exit status; it says when it has spent enough to be sampled.
cat >burn.c <<'C'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
volatile unsigned long sum;
__attribute__((noinline)) static void spin(void) {
    for (unsigned long i = 0; i < 1000000; i++) sum += i * i % 7;
}
int never(int number) { return number * 3; }
int main(int count, char **words) {
    double seconds = count > 1 ? atof(words[1]) : 0.3;
    signal(SIGINT, SIG_DFL); /* a shell ignores it for what it starts in the background */
    while ((double)clock() / CLOCKS_PER_SEC < 0.2) spin();
    puts("begun");
    fflush(stdout);
    while ((double)clock() / CLOCKS_PER_SEC < seconds) spin();
    return count > 2 ? atoi(words[2]) : 0;
}
C
"$compiler" -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer burn.c -o burn || skip 'the compiler fails'

# expect STATUS ERR ARGUMENT…: the exit status of record, and a regular expression for its standard error.
expect() {
    status=$1 wanted=$2
    shift 2
    rm -f default.pgo
    "$program" record "$@" >out 2>err </dev/null
    actual=$?
    [ $actual -eq "$status" ] || fail "record $*: exit status $actual, not $status"
    grep -Eq -- "$wanted" err || fail "record $*: no '$wanted' on stderr"
    [ -z "$(ls -A temporary)" ] || fail "record $*: left temporary files"
}

expect_spin() {
    "$program" top default.pgo >table 2>&1
    grep -Eq ' spin$' table || { cat table; fail "$1: spin is not in the profile"; }
}

# wait_for FILE TEXT: until it is in it.
wait_for() {
    tries=0
    while ! grep -q "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -le 600 ] || { fail "no '$2' in $1 after a minute"; return 1; }
        sleep 0.1
    done
}

# ---- each profiler by itself; a failing command; streams and arguments are the command's own
for with in perf gperftools; do
    expect 0 "^pprofread: recorded .* with $with" --with=$with -- ./burn
    expect_spin "$with"
    "$program" weights default.pgo | grep -q '^function never .*inclusive 0 leaf 0$' || fail "$with: never is not listed"
    grep -q '^begun$' out || fail "$with: the command's output does not come through"
    [ "$(wc -l <out)" -eq 1 ] || fail "$with: more than the command's output"
    expect 3 'the command ended with exit status 7' --with=$with ./burn 0.3 7
    expect_spin "$with, failing command"
    echo to-the-command | "$program" record --with=$with -o x.pgo sh -c 'cat; ./burn 0.2' >out 2>err
    grep -q '^to-the-command$' out || fail "$with: the command's input does not come through"
    expect 1 '/nonexistent/x: cannot be run: No such file' --with=$with -- /nonexistent/x
    [ ! -e default.pgo ] || fail "$with: a profile of nothing"
done
expect 0 'with perf' -- sh -c './burn 0.2; ./burn 0.2'
expect_spin 'children of a shell'
expect 1 'left no gperftools profile' --with gperftools -- sh -c 'kill -9 $$'

# ---- why not perf
mkdir empty fake
expect_path() {
    path=$1
    shift
    compiler_path=$(dirname "$(command -v llvm-symbolizer-22 || command -v llvm-symbolizer-19)")
    ln -sf "$compiler_path"/llvm-symbolizer-* empty/ 2>/dev/null
    old=$PATH
    PATH=$path
    "$program" record "$@" >out 2>err </dev/null
    actual=$?
    PATH=$old
}
rm -f default.pgo
expect_path "$folder/empty" -- ./burn
[ $actual -eq 0 ] || fail "without perf: exit status $actual"
grep -q 'with gperftools, since perf is not installed' err || fail 'without perf: the reason is not said'
expect_spin 'without perf'
expect_path "$folder/empty" --with=perf -- ./burn
[ $actual -eq 1 ] || fail "without perf, asked for perf: exit status $actual"
grep -q 'cannot record: perf is not installed' err || fail 'without perf, asked for perf: the reason is not said'
expect_path "$folder/empty" -p $$
grep -q 'perf is not installed.*; and gperftools cannot attach' err || fail 'without perf, -p: the reasons are not said'
printf '#!/bin/sh\necho No permission to enable cpu-clock event. >&2\nexit 255\n' >fake/perf
chmod +x fake/perf
expect_path "$folder/fake:$PATH" --seconds=1 -- ./burn
[ $actual -eq 1 ] || fail "perf refuses: exit status $actual"
grep -q 'perf refuses: No permission to enable cpu-clock event.; and gperftools .* cannot stop' err ||
    fail 'perf refuses: the reasons are not said'

# ---- a process that runs
./burn 100 >running &
process=$!
wait_for running begun
expect 0 'with perf' -p $process --seconds=500ms
expect_spin 'a process'
kill -0 $process || fail 'the process did not survive being recorded'
expect 1 'there is no process 2147483647' -p 2147483647

# ---- signals: the command gets them, -p ends; the profile is written either way
rm -f default.pgo
"$program" record -p $process >out 2>err &
recorder=$!
sleep 1 # to let it record something; whether it does is left to chance
kill -INT $recorder
wait $recorder
actual=$?
if grep -q 'no samples' err; then echo 'no sample before the signal'; else
    [ $actual -eq 0 ] || fail "-p, SIGINT: exit status $actual"
    expect_spin '-p, SIGINT'
fi
kill -0 $process || fail 'SIGINT to record ended the process'
kill $process
wait $process 2>/dev/null

for signal in INT TERM; do
    rm -f default.pgo running
    "$program" record -- ./burn 100 >running 2>err &
    recorder=$!
    wait_for running begun
    kill -$signal $recorder
    wait $recorder
    actual=$?
    [ $actual -eq 0 ] || fail "SIG$signal: exit status $actual"
    expect_spin "SIG$signal"
    [ -z "$(ls -A temporary)" ] || fail "SIG$signal: left temporary files"
done
expect 3 'the command ended with signal 9' -- sh -c './burn; kill -9 $$'
expect_spin 'a killed command'

# ---- --seconds ends a command that would go on
expect 0 'recorded' --seconds=1 -- ./burn 100
expect_spin '--seconds'

# ---- a symbolizer that is not there, which is told at once; one that hangs when it is asked
expect 1 '^pprofread: ./missing: no such program' --symbolizer=./missing -- ./burn
! grep -q begun out || fail 'a command was run, and nobody to symbolize its recording'
printf '#!/bin/sh\nread -r question && exec sleep 1000000\n:\n' >hangs
chmod +x hangs
expect 1 'hangs: gave no sign of life for 1 s and was killed' --symbolizer=./hangs --symbolizer-timeout=1 -- ./burn
[ ! -e default.pgo ] || fail 'a profile without symbols'

# ---- misuse
expect 2 'which COMMAND, or -p PID\?'
expect 2 'a COMMAND or -p PID, not both' -p 1 -- true
expect 2 "takes the number of one process, not '1 2'" -p '1 2'
expect 2 "takes perf or gperftools, not 'dtrace'" --with=dtrace -- true

finish
