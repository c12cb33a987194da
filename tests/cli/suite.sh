#!/bin/sh
# suite.sh PGO_GATE DATA: a suite of counted work with every verdict, its reports as their readers parse them, and what a
# wrong suite file is told.
set -u
for needed in valgrind cc python3; do command -v $needed >/dev/null || exit 77; done
. "$(dirname "$0")/support.sh"

cat >spin.c <<'C'
#include <stdlib.h>
int main(int argc, char **argv) {
    for (long n = argc > 1 ? atol(argv[1]) : 0; n > 0; n--) __asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
    return 0;
}
C
cc -O1 -o spin spin.c || exit 1
cat >suite.json <<'J'
{"name": "spins", "budget": "5m",
 "defaults": {"callgrind": true, "warmup": 0, "max_regression": "1%"},
 "benchmarks": [
    {"name": "same", "command": "./spin 100000"},
    {"name": "slower", "baseline": "./spin 1000000", "candidate": "./spin 1030000"},
    {"name": "broken", "baseline": "./spin 1", "candidate": "echo out of luck >&2; exit 3", "warmup": 1},
    {"name": "unsure", "command": "sleep 0.01", "callgrind": false, "metric": "wall", "rounds": 2, "warmup": 0}
 ]}
J
expect 1 '^slower +fail ' '' suite suite.json --json out.json --markdown out.md --junit out.xml --html out.html
grep -q '^fail: 1 of 4 benchmarks (slower)$' out || fail 'the last word does not name the one that failed'
[ "$(head -1 out.md)" = '### fail: spins' ] || fail 'the verdict does not come first in Markdown'
! grep -Eqi '(src|href)="?(https?:)?//|@import|url\(' out.html || fail 'the page refers to something outside'
python3 - >parsed 2>err <<'P' || fail 'the JSON or XML is not what the README tells'
import json, xml.etree.ElementTree as xml
suite = json.load(open("out.json"))
assert (suite["kind"], suite["version"], suite["name"]) == ("pgo-gate suite", 1, "spins")
assert (suite["verdict"]["outcome"], suite["verdict"]["exit_status"]) == ("fail", 1)
outcomes = {benchmark["name"]: benchmark["verdict"]["outcome"] for benchmark in suite["benchmarks"]}
assert outcomes == {"same": "pass", "slower": "fail", "broken": "no comparison", "unsure": "inconclusive"}, outcomes
assert suite["benchmarks"][2]["rules"]["metric"] == "instructions", "one that could not begin was to be counted, too"
cases = {case.get("name"): {child.tag for child in case} for case in xml.parse("out.xml").iter("testcase")}
assert cases == {"same": {"system-out"}, "slower": {"failure"}, "broken": {"error"}, "unsure": {"skipped"}}, cases
P

# The exit status is the worst verdict's.
one='"callgrind": true, "warmup": 0, "max_regression": "1%"'
echo "{\"benchmarks\": [{\"name\": \"same\", \"command\": \"./spin 1000\", $one}]}" >pass.json
expect 0 '^same +pass ' '' suite pass.json
echo '{"benchmarks": [{"name": "broken", "command": "exit 3"}]}' >broken.json
expect 4 '^broken +no comparison ' '' suite broken.json
# Two rounds have no interval, whatever they took.
# shellcheck disable=SC2016 # the benchmark's own shell expands it
unsure='"command": "./spin 1000; ./spin $((n = $(cat n 2>/dev/null || echo 0) + 1000)); echo $n >n", "callgrind": true,
    "warmup": 0, "rounds": 2'
cat >unsure.json <<J
{"benchmarks": [{"name": "same", "command": "./spin 1000", $one}, {"name": "unsure", "max_regression": "1%", $unsure}]}
J
expect 3 '^inconclusive: 1 of 2 benchmarks \(unsure\)$' '' suite unsure.json --markdown unsure.md --junit unsure.xml
grep -Eq '^same +pass ' out || fail 'one that is decided is not drawn into doubt'
grep -Eq '^ +instructions is .* too few rounds or layouts for an interval.* more rounds would tell' out ||
    fail 'what would help is not told'
[ "$(head -1 unsure.md)" = '### inconclusive: pgo-gate' ] || fail 'inconclusive in Markdown'
grep -q 'skipped="1"' unsure.xml || fail 'inconclusive in JUnit XML'
# The mean has a verdict of its own: in doubt with a part, or broken where each part holds.
cat >mean.json <<J
{"mean": {"max_regression": "1%"}, "benchmarks": [{"name": "same", "command": "./spin 1000", $one},
    {"name": "unsure", "max_regression": "1%", $unsure}]}
J
expect 3 '^weighted geometric mean +inconclusive ' '' suite mean.json
grep -q '; the mean: weighted geometric mean is ' out || fail 'the verdict does not name the mean'
cat >mean.json <<'J'
{"mean": {"max_regression": "1%"}, "defaults": {"callgrind": true, "warmup": 0, "max_regression": "20%"}, "benchmarks": [
    {"name": "a", "baseline": "./spin 1000000", "candidate": "./spin 1050000"}, {"name": "b", "command": "./spin 1000"}]}
J
expect 1 '^fail: the mean: weighted geometric mean is 1\.0' '' suite mean.json
! grep -Eq '^[ab] +fail' out || fail 'a part failed with the mean'

# ---- an earlier run
expect 0 '^same +pass ' '' suite pass.json --json first.json
expect 0 'earlier: ratio 1\.0000; since then times 1\.0000 \(1\.0000–1\.0000\)$' '' suite pass.json --baseline-json first.json
! grep -q 'the earlier run had' out || fail 'the same machine is taken for another'
# change NAME PYTHON: first.json as NAME with its root `r`, or its benchmark `b`, changed
change() { python3 -c "import json; r = json.load(open('first.json')); b = r['benchmarks'][0]; $2; json.dump(r, open('$1', 'w'))"; }
change other.json 'm = r["machine"]; m["processor"] = "Z80\x1b[2J"; m["cores"] += 1; m["compiler"] = "cc 1"
m = b["metrics"]["instructions"]; m["ratio"] = 0.5; m["interval"] = {"low": 0.4, "high": 0.625}'
expect 0 'earlier: ratio 0\.5000; since then times 2\.0000 \(1\.6000–2\.5000\)$' '' suite pass.json --baseline-json other.json \
    --markdown other.md --html other.html --junit other.xml --json again.json
grep -Eq '^warning: the earlier run had another processor: Z80.x1b\[2J, now ' out || fail 'another processor'
grep -q '^warning: the earlier run had another compiler: cc 1, now not known$' out || fail 'another compiler'
grep -Eq '^warning: the earlier run had [0-9]+ cores, now [0-9]+$' out || fail 'other cores'
grep -q '| 2.0000 (1.6000–2.5000) |$' other.md || fail 'the change in Markdown'
grep -q '2.0000 (1.6000–2.5000)' other.html || fail 'the change in the page'
! grep -q "$(printf '\033')" out other.* || fail 'a control character of the earlier run'
python3 -c 'import json, xml.etree.ElementTree as x; x.parse("other.xml")
assert abs(json.load(open("again.json"))["benchmarks"][0]["earlier"]["change"] - 2) < 1e-3' 2>err || fail 'the change as JSON'
# What is no such file is refused before anything is measured; what is odd in it is not known.
for odd in 'r["kind"] = "other"' 'r["kind"] = 1' 'del r["kind"]' 'r = [r]' 'r["version"] = 2' 'r["version"] = None'; do
    change odd.json "$odd"
    expect 2 '' 'odd.json: is ' suite pass.json --baseline-json odd.json
done
head -c 100 first.json >odd.json
expect 2 '' 'odd.json: is not what' suite pass.json --baseline-json odd.json
expect 2 '' 'none.json: cannot be opened' suite pass.json --baseline-json none.json
expect 2 '' '--baseline-json takes a file' suite pass.json --baseline-json -
# Two rounds of anything: inconclusive, but with a ratio.
echo '{"benchmarks": [{"name": "same", "command": "true", "metric": "wall", "rounds": 2, "warmup": 0}]}' >quick.json
expect 3 '^same +inconclusive ' '' suite quick.json --json first.json
for odd in 'b["name"] = "gone"' 'b["name"] = 3' 'r["benchmarks"] = {}' 'b["metrics"] = []' 'b["metrics"]["wall"]["ratio"] = -1' \
    'b["metrics"]["wall"]["ratio"] = "1"'; do
    change odd.json "$odd"
    expect 3 '^warning: same: is not in the earlier run, or was not compared there$' '' suite quick.json --baseline-json odd.json
done
for odd in '{"low": 2, "high": 1}' '{"low": "x"}' '[]' '{"low": 1e-300, "high": 1e300}'; do
    change odd.json "b['metrics']['wall']['interval'] = $odd; b['metrics']['wall']['ratio'] = 1"
    expect 3 'earlier: ratio 1\.0000; since then times [0-9.]+$' '' suite quick.json --baseline-json odd.json
done

# refuse MESSAGE JSON: a wrong suite file; the message names the file and the key.
refuse() {
    echo "$2" >bad.json
    expect 2 '' "bad.json: $1" suite bad.json
}
refuse 'benchmarks\[0\]\.bogus: there is no such key' '{"benchmarks": [{"name": "a", "command": "true", "bogus": 1}]}'
refuse 'benchmarks\[0\]\.command: is missing' '{"benchmarks": [{"name": "a"}]}'
refuse 'benchmarks\[0\]\.command: takes a text' '{"benchmarks": [{"name": "a", "command": 3}]}'
refuse "benchmarks\[1\]\.name: is another" \
    '{"benchmarks": [{"name": "a", "command": "true"}, {"name": "a", "command": "true"}]}'
refuse 'takes an object' '[]'
refuse 'mean: takes an object' '{"mean": 3}'
refuse 'benchmarks\[0\]: takes an object' '{"benchmarks": [1]}'
refuse 'budget: takes a time' '{"budget": "long", "benchmarks": [{"name": "a", "command": "true"}]}'
refuse 'benchmarks\[0\]\.command: all layouts would be one' \
    '{"benchmarks": [{"name": "a", "command": "true", "binary": {"baseline": "a*", "candidate": "b*"}}]}'
refuse 'benchmarks\[0\]\.command: all layouts would be one' '{"benchmarks": [{"name": "a", "command": "true", "layouts": 2}]}'
refuse 'benchmarks: takes an array' '{"name": "nothing"}'
refuse 'line 1: no JSON from here on' '{"benchmarks": ['
expect 2 '' 'none.json: cannot be opened' suite none.json
finish
