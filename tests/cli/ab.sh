#!/bin/sh
# ab.sh PGO_GATE DATA PGO_CONFIG CLANG EXAMPLES: pgo-gate ab builds examples/hello and examples/fermat both ways and counts
# their instructions: with a profile at hand, with one that it records, as a suite, in several layouts. A step that fails is
# told with its log.
set -u
config=$3 clang=$4 examples=$5 recorder=$(dirname "$1")/../pprofread/pprofread
for needed in valgrind python3 strip "$clang"; do command -v "$needed" >/dev/null || exit 77; done
. "$(dirname "$0")/support.sh"

mkdir source
# Two hundred lines, not a million: they are counted under valgrind.
sed 's/CALLS = 1000000/CALLS = 200/' "$examples/hello/hello.c" >source/hello.c
cp "$examples/fermat/fermat.c" source
profile="--profile $examples/hello/default.pgo"
output=0

# ab STATUS OUT ERR OPTION…: into a folder of its own, built.N
ab() {
    status=$1 out=$2 err=$3 built=built.$((output += 1))
    shift 3
    expect "$status" "$out" "$err" ab --source source -o $built --pgo-config "$config" "$@"
}

# valgrind does not read every clang's debug information.
compile="$clang -O2 -g1 {pgo_flags} hello.c -o {dir}/hello && strip -g {dir}/hello"
# shellcheck disable=SC2086 # several words
ab 0 '^run +pass +instructions ' 'build-candidate: done in' $profile --callgrind --build "$compile" --run '{dir}/hello' \
    --max-regression 5% --json ab.json
grep -q '^{' $built/pgo-report.jsonl || fail 'the candidate has no report'
! cmp -s $built/baseline/hello $built/candidate/hello || fail 'both builds are one'
grep -q '^pass: instructions is ' out || fail 'the last word is not the only benchmark'"'s"
python3 - 2>err <<'P' || fail 'the JSON does not tell the comparison'
import json
benchmark = json.load(open("ab.json"))["benchmarks"][0]
assert benchmark["verdict"]["outcome"] == "pass" and benchmark["round_count"] == 2, benchmark["verdict"]
P

# ---- layouts: every one is linked, and run, in the source folder
# shellcheck disable=SC2086
ab 0 '^run +pass +instructions ' . $profile --callgrind --warmup 0 --build "$compile" --layouts 2 \
    --relink 'test -e hello.c && echo {side}.{layout} >>../relinked && cp {dir}/hello {dir}/hello.{layout}' \
    --run 'test -e hello.c && {dir}/hello.{layout}' --json layouts.json
[ "$(sort relinked | tr '\n' ' ')" = 'baseline.1 baseline.2 candidate.1 candidate.2 ' ] || fail 'not every layout was linked'
grep -q '"layout_count":	2' layouts.json || fail 'not two layouts'

# ---- a suite, whose commands run in the source folder too
cat >suite.json <<'J'
{"defaults": {"callgrind": true, "warmup": 0}, "mean": {"max_regression": "5%"},
 "benchmarks": [{"name": "greet", "command": "test -e hello.c && {dir}/hello"},
                {"name": "same", "command": "cat hello.c", "max_regression": "0.1%"}]}
J
# shellcheck disable=SC2086
ab 0 '^weighted geometric mean +pass ' . $profile --build "$compile" --suite suite.json --junit suite.xml
grep -Eq '^greet +pass +instructions ' out || fail "the suite's first benchmark"
grep -Eq '^same +pass .* 1\.0000 ' out || fail "the suite's second benchmark"
# shellcheck disable=SC2086
ab 2 '' 'with --suite, its file says how to measure' $profile --build "$compile" --suite suite.json --max-regression 5%

# ---- a profile that is recorded, by a command line that only a shell can run; how many samples there are is left to chance
if (cd source && "$recorder" record -o ../probe.pgo -- sh -c : >../out 2>../err) || grep -q 'no samples' err; then
    compile="$clang -O2 -g -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer {pgo_flags} fermat.c -o {dir}/fermat -lm"
    ab 0 '^run +pass +instructions ' 'record: done in' --callgrind --warmup 0 --run '{dir}/fermat.measured 2003' \
        --build "$compile && strip -g -o {dir}/fermat.measured {dir}/fermat" \
        --record "test -e fermat.c; number='40000003'; {dir}/fermat \$number | tee ../said | grep -q \"^\$number = \""
    grep -q '^40000003 = ' said || fail 'the recorded command line was not run by a shell, or not in the source folder'
    "$recorder" top $built/default.pgo >functions 2>&1
    grep -Eq ' find_factors( |$)' functions || fail 'the program is not in the recorded profile'
    grep -q '"function":"find_factors"' $built/pgo-report.jsonl || fail 'the recorded profile was not built with'
    ab 4 '' 'record: exit status 3' --build "$compile" --run true --record '{dir}/fermat 40000003; exit 7'
    grep -q 'the command ended with exit status 7' err || fail 'a failed recording is not told'
else
    echo "no recording here: $(tail -1 err)"
fi

# ---- what goes wrong
# shellcheck disable=SC2086
{
    ab 4 '' 'build-baseline: the end of .*/built.*/build-baseline\.log' $profile --build 'echo no luck; false {dir} {pgo_flags}' \
        --run true
    grep -q '^no luck$' err || fail "the failed build's last lines are not shown"
    ab 4 '' 'every compile in --build get' $profile --build "f='{pgo_flags}'; $clang -O2 hello.c -o {dir}/hello" --run '{dir}/hello'
    ab 4 '^run +no comparison' . $profile --callgrind --run 'cat {dir}/name' \
        --build "$clang -O2 -g1 {pgo_flags} hello.c -o {dir}/hello && echo '{dir}' >{dir}/name"
    output=$((output - 1))
    ab 4 '' "$built/baseline: is not empty" $profile --build 'false {dir} {pgo_flags}' --run true
    ab 4 '' 'source/hello.c/\.: Not a directory' $profile --build 'false {dir} {pgo_flags}' --run true --source source/hello.c
    ab 4 '' 'none: No such file' $profile --build 'false {dir} {pgo_flags}' --run true --pgo-config none
    ab 2 '' 'all layouts would be one' $profile --build 'make {dir} {pgo_flags}' --run '{dir}/hello' --layouts 3
    mkdir 'a folder'
    ab 4 '' 'choose a path without spaces' $profile --build 'false {dir} {pgo_flags}' --run true -o 'a folder'
}
expect 2 '' 'must use \{dir\} and \{pgo_flags\}' ab --build make --run true --profile x
expect 2 '' '--record or --profile is needed' ab --build 'make {dir} {pgo_flags}' --run true

# ---- where tools are looked for: beside pgo-gate, in its build folder, in PATH
mkdir -p alone build/gate build/pprofread path
cp "$program" alone/pgo-gate
cp "$program" build/gate/pgo-gate
for tool in alone/pgo-config build/pgo-config path/pgo-config; do
    printf '#!/bin/sh\necho %s; exit 9\n' $tool >$tool
    chmod +x $tool
done
# looked_for PROGRAM TOOL: that this pgo-gate asks the pgo-config TOOL
looked_for() {
    PATH=$folder/path:$PATH "$1" ab --profile "$examples/hello/default.pgo" --source source -o "$1.out" --run true \
        --build 'true {dir} {pgo_flags}' >out 2>err
    grep -q "^$2$" err || fail "$1 does not find $2"
}
looked_for alone/pgo-gate alone/pgo-config
looked_for build/gate/pgo-gate build/pgo-config
rm alone/pgo-config
looked_for alone/pgo-gate path/pgo-config
rm path/pgo-config
alone/pgo-gate ab --profile x --source source -o none --run true --build 'true {dir} {pgo_flags}' >out 2>err
if command -v pgo-config >/dev/null; then :; else
    grep -q 'pgo-config: is needed, and neither beside pgo-gate nor in PATH' err || fail 'a missing tool is not told'
fi
finish
