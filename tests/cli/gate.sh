#!/bin/sh
# gate.sh PGO_GATE: pgo-gate's command line, exit statuses, messages and reports. What decides is counted: a spinner of
# exactly known work under callgrind.
set -u
. "$(dirname "$0")/support.sh"
mkdir temporary
TMPDIR=$folder/temporary
export TMPDIR

# ---- help and misuse
expect 2 '' '^usage: pgo-gate COMMAND'
expect 0 '^usage: pgo-gate COMMAND' '' --help
expect 0 '^pgo-gate [0-9]+\.[0-9]+\.[0-9]+$' '' --version
expect 2 '' "no command 'bogus'; 'pgo-gate --help'" bogus
expect 0 'usage: pgo-gate compare \[OPTIONS\]$' '' compare --help
expect 0 'usage: pgo-gate selftest \[OPTIONS\]$' '' help selftest
expect 2 '' 'both needed' compare --baseline true
expect 2 '' "takes a percentage below 100, as 2%, not 'much'" compare --baseline true --candidate true --min-gain much
expect 2 '' "takes a time, as 90s, .* not '5x'" compare --baseline true --candidate true --budget 5x
expect 2 '' "takes a time, as 90s, .* not '900000h'" compare --baseline true --candidate true --budget 900000h
expect 2 '' "no metric 'speed'" compare --baseline true --candidate true --metric speed
expect 2 '' 'instructions and nothing else' compare --baseline true --candidate true --metric wall --callgrind
expect 2 '' 'all layouts would be one' compare --baseline '{binary}' --candidate true --baseline-layouts 'a.*' \
    --candidate-layouts 'b.*'
expect 2 '' 'go together' compare --baseline '{binary}' --candidate true --baseline-layouts 'nothing.*'
expect 2 '' 'no option --min, or more than one' compare --baseline true --candidate true --min 3%
expect 2 '' "what is 'x'" compare --baseline true --candidate true x
expect 2 '' '/no/such/folder/x.json: cannot be written' compare --baseline true --candidate true --json here.json \
    --markdown /no/such/folder/x.json
[ ! -e here.json ] || fail 'an empty report is left'
expect 2 '' '/no/such/folder/x.json: cannot be written' compare --baseline true --candidate true --json /no/such/folder/x.json

# ---- no honest comparison
expect 4 '' 'candidate: exit status 3: out of luck$' compare --baseline true --candidate 'echo out of luck >&2; exit 3'
expect 4 '' 'baseline: ended by signal 11' compare --baseline 'kill -SEGV $$' --candidate true
expect 4 '' 'baseline: did not end within 0.2 s' compare --baseline 'sleep 100' --candidate true --timeout 200ms
expect 4 '' 'candidate: exit status 127: .*no-such-program' compare --baseline true --candidate no-such-program
expect 4 '' "line 2, byte 2 on: 'c', not 'b'" compare --baseline 'echo a; echo b' --candidate 'echo a; echo c'
expect 4 '' 'prepare \(baseline\): exit status 1' compare --baseline true --candidate true --prepare false
expect 4 '' 'cleanup \(baseline\): exit status 1' compare --baseline true --candidate true --cleanup false
expect 4 '' 'candidate: exit status 3$' compare --baseline true --candidate 'exit 3' --cleanup 'echo {side} >>cleaned'
[ "$(tr '\n' ' ' <cleaned)" = 'baseline candidate ' ] || fail 'there is no cleanup after a run that failed'
expect 4 '' 'no file matches' compare --baseline '{binary}' --candidate '{binary}' --baseline-layouts 'nothing.*' \
    --candidate-layouts 'nothing.*'
none=$folder/a/folder/that/is/nowhere/and/has/a/long/name
TMPDIR=$none
expect 4 '' "$none: no private folder can be made in it" compare --callgrind --baseline true --candidate true
TMPDIR=$folder/temporary
gate=$program program=./bare # on a machine without valgrind
printf '#!/bin/sh\nPATH=/nonexistent exec %s "$@"\n' "$gate" >bare
chmod +x bare
expect 4 '' 'needs valgrind, .*apt-get install valgrind' compare --callgrind --baseline true --candidate true
[ -z "$(ls temporary)" ] || fail 'without valgrind, its folder is left'
program=$gate
expect 4 '' 'not on that processor' compare --baseline true --candidate true --pin 1000
if [ -w /dev/full ]; then
    expect 4 . 'No space left' compare --baseline 'sleep 0.01' --candidate 'sleep 0.01' --metric wall --rounds 2 --json /dev/full
fi

# ---- interrupted: nothing of the command goes on, no folder is left
for how in '' $(command -v valgrind >/dev/null && echo --callgrind); do
    rm -f sleeping
    "$program" compare ${how:+"$how"} --baseline 'sleep 1000 & echo $! >sleeping; wait' --candidate true >out 2>err &
    gate=$!
    until [ -s sleeping ]; do sleep 0.1; done
    kill $gate
    wait $gate 2>/dev/null
    [ $? -eq 143 ] || fail "SIGTERM does not end it${how:+, with $how}"
    [ -z "$(ls temporary)" ] || fail "interrupted, it leaves its folder"
    tries=0
    while grep -q '^State:.[RSD]' "/proc/$(cat sleeping)/status" 2>/dev/null; do
        [ $((tries += 1)) -lt 100 ] || { fail 'what the command started goes on'; break; }
        sleep 0.1
    done
done

# ---- times: two rounds have no interval, whatever they took
expect 3 '^inconclusive: .* about 5 more rounds would tell' '' compare --metric wall --baseline 'sleep 0.01' \
    --candidate 'sleep 0.01' --max-regression 1% --rounds 2
expect 3 '^inconclusive: .*: not known to within 3 % \(no gain' '' compare --metric wall --baseline 'sleep 0.01' \
    --candidate 'sleep 0.01' --precision 3% --rounds 2
expect 3 '^  cycles' '' compare --same-output=false --baseline 'echo a; sleep 0.01' --candidate 'echo b; sleep 0.01' \
    --metric wall --rounds 2 --markdown times.md
grep -q '^### inconclusive: pgo-gate compare$' times.md || fail 'the verdict does not come first in Markdown'
grep -Eq '^\| run \| inconclusive \| [0-9.]+ \|  \| wall time \| [0-9.]+ ms \| [0-9.]+ ms \|$' times.md ||
    fail 'the row of Markdown'
! grep -q 'geometric mean' times.md || fail 'a mean of one'
expect 4 '' 'candidate: exit status 3' compare --baseline true --candidate 'exit 3' --markdown broken.md
grep -q '^### no comparison: ' broken.md || fail 'Markdown does not tell of a failure'
expect 3 '^### inconclusive: ' '' compare --metric wall --baseline 'sleep 0.01' --candidate 'sleep 0.01' --rounds 2 --markdown -

# ---- counted work: a million turns of a loop, and 3 % more
if command -v valgrind >/dev/null && command -v cc >/dev/null; then
    cat >spin.c <<'C'
#include <stdlib.h>
int main(int argc, char **argv) {
    for (long n = argc > 1 ? atol(argv[1]) : 0; n > 0; n--) __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    return 0;
}
C
    cc -O1 -o spin spin.c
    expect 1 'instructions .* 2 rounds|^fail: instructions is 1\.[0-9]+' '' compare --callgrind --baseline './spin 1000000' \
        --candidate './spin 1030000' --max-regression 1% --json counts.json
    [ "$(grep -c '"instructions":	[0-9]' counts.json)" = 4 ] || fail 'not two rounds of two counts'
    expect 0 '^pass: instructions is 1\.0000' '' compare --callgrind --baseline './spin 100000' --candidate './spin 100000' \
        --max-regression 0.1%
    expect 1 '^fail: instructions .* no regression over 50 % is refuted' '' compare --callgrind --warmup 0 \
        --baseline './spin 100000' --candidate './spin 2000000' --max-regression 50% --json slow.json
    grep -q '"outcome":	"fail"' slow.json || fail 'the JSON does not tell the verdict'
    expect 0 '^pass: instructions .* a gain of 50 % is shown' '' compare --callgrind --warmup 0 \
        --baseline './spin 2000000' --candidate './spin 100000' --min-gain 50%
    expect 2 '' 'all layouts would be one' compare --callgrind --layouts 3 --baseline ./spin --candidate ./spin --relink true

    # Layouts: each has its own binaries; relinking comes first.
    layouts='--callgrind --max-regression 10% --warmup 0'
    relink='echo {side}.{layout} >>relinked; cp spin {side}.{layout}'
    # shellcheck disable=SC2086
    expect 1 'rounds of 3 layouts.*of a layout:' '' compare $layouts --layouts 3 --relink "$relink" \
        --baseline './{side}.{layout} 100000' --candidate './{side}.{layout} 900000'
    [ "$(sort relinked | tr '\n' ' ')" = 'baseline.1 baseline.2 baseline.3 candidate.1 candidate.2 candidate.3 ' ] ||
        fail 'not every layout was relinked once'
    # shellcheck disable=SC2086
    expect 1 'rounds of 3 layouts' '' compare $layouts --baseline-layouts 'baseline.*' --candidate-layouts 'candidate.*' \
        --baseline './{binary} 100000' --candidate './{binary} 900000'
    rm candidate.3
    expect 4 '' '3 files match baseline.*, 2 match candidate' compare --baseline-layouts 'baseline.*' \
        --candidate-layouts 'candidate.*' --baseline './{binary}' --candidate './{binary}'
    [ -z "$(ls temporary)" ] || fail 'callgrind left its files'
fi

# ---- the machine against itself
expect 0 '^false alarms: not known; ' '' selftest --command 'sleep 0.01' --metric wall --rounds 2
expect 0 '^resolution: ' '' selftest --command 'sleep 0.01' --metric wall --rounds 32
grep -Eq '^false alarms: [0-2] in 2 comparisons of 16 rounds' out || fail 'selftest does not tell of false alarms'
expect 4 '' 'baseline: exit status 1' selftest --command false
# Rounds that are all equal claim no difference, and are no reason to stop.
if command -v cc >/dev/null && setarch -R true; then
    printf 'char filled[16 << 20] = {1};\nint main(void) { for (int i = 0; i < 16 << 20; i++) filled[i] = 2; }\n' >fill.c
    cc -O1 -static -o fill fill.c
    expect 0 '^largest memory: .* 32 rounds' '' selftest --command 'exec setarch -R ./fill' --metric max-rss --rounds 32
    grep -q '^false alarms: 0 in 2 ' out || fail 'equal rounds are taken for a difference'
fi

finish
