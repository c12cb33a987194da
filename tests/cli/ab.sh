#!/bin/sh
# ab.sh PGO_GATE DATA PLUGIN CLANG HELLO: pgo-gate ab builds examples/hello (its folder is HELLO) both ways and counts its
# instructions; a step that fails is told with its log.
set -u
plugin=$3 clang=$4 hello=$5
for needed in valgrind python3 strip "$clang"; do command -v "$needed" >/dev/null || exit 77; done
. "$(dirname "$0")/support.sh"

mkdir source
# Two hundred lines, not a million: they are counted under valgrind.
sed 's/CALLS = 1000000/CALLS = 200/' "$hello/hello.c" >source/hello.c
# As pgo-config does, which knows only where it is installed: clang 19 reads -mllvm before it loads pass plugins.
early=
case $clang in *-19) early="-fplugin=$plugin " ;; esac
cat >config <<S
#!/bin/sh
echo "$early-fpass-plugin=$plugin -mllvm -pgo-profile=\$2"
S
chmod +x config

# ab STATUS OUT ERR BUILD RUN OPTION…
ab() {
    status=$1 out=$2 err=$3 build=$4 run=$5
    shift 5
    expect "$status" "$out" "$err" ab --source source -o built --profile "$hello/default.pgo" --pgo-config "$folder/config" \
        --callgrind --build "$build" --run "$run" "$@"
}

# valgrind does not read every clang's debug information.
compile="$clang -O2 -g1 {pgo_flags} hello.c -o {dir}/hello && strip -g {dir}/hello"
ab 0 '^run +pass +instructions ' 'build-candidate: done in' "$compile" '{dir}/hello' --max-regression 5% --json ab.json
grep -q '^{' built/pgo-report.jsonl || fail 'the candidate has no report'
! cmp -s built/baseline/hello built/candidate/hello || fail 'both builds are one'
python3 - 2>err <<'P' || fail 'the JSON does not tell the comparison'
import json
benchmark = json.load(open("ab.json"))["benchmarks"][0]
assert benchmark["verdict"]["outcome"] == "pass" and benchmark["round_count"] == 2, benchmark["verdict"]
P

ab 4 '' 'build-baseline: the end of .*/built/build-baseline\.log' 'echo no luck; false {dir} {pgo_flags}' true
grep -q '^no luck$' err || fail "the failed build's last lines are not shown"
ab 4 '' 'every compile in --build get' "f='{pgo_flags}'; $clang -O2 hello.c -o {dir}/hello" '{dir}/hello'
ab 4 '^run +no comparison' . "$compile && echo '{dir}' >{dir}/name" 'cat {dir}/name'
expect 2 '' 'must use \{dir\} and \{pgo_flags\}' ab --build make --run true --profile x
expect 2 '' '--record or --profile is needed' ab --build 'make {dir} {pgo_flags}' --run true
finish
