#!/bin/sh
# gate_report.sh PGO-GATE DATA: a build of a thousand modules, told by their -pgo-report files, and what is wrong with some.
# shellcheck disable=SC1091 # support.sh is beside this file
. "$(dirname "$0")/support.sh"

# Module N has a function of its own, one that all share, a hot call that was inlined and one that was left.
mkdir reports
awk 'BEGIN {
    for (n = 1; n <= 1000; n++) {
        file = sprintf("reports/%04d.jsonl", n); m = sprintf("m%04d.c", n)
        start = "{\"version\":1,\"module\":\"" m "\","
        printf "%s\"profile\":\"default.pgo\",\"type\":\"samples\",\"unit\":\"count\",\"total\":2000000,\"samples\":2000000,\"functions\":3,\"known\":2,\"self\":%d,\"matched\":%d,\"unmatched\":{}}\n", start, n + 10, n + 10 > file
        of = "{\"module\":\"" m "\",\"kind\":\"function\",\"function\":"
        printf "%s\"f%d\",\"file\":\"%s\",\"line\":3,\"profiled\":\"f%d\",\"profiled_file\":\"src/%s\",\"inclusive\":%d,\"leaf\":%d,\"self\":%d,\"matched\":%d,\"line_zero\":0}\n", of, n, m, n, m, 2 * n, n, n, n > file
        printf "%s\"shared\",\"file\":\"shared.h\",\"line\":9,\"profiled\":\"shared\",\"profiled_file\":\"src/shared.h\",\"inclusive\":10,\"leaf\":10,\"self\":10,\"matched\":10,\"line_zero\":0}\n", of > file
        for (c = 1; c <= 20; c++)
            printf "{\"module\":\"%s\",\"kind\":\"passed\",\"name\":\"HotCallSite\",\"function\":\"f%d\",\"file\":\"%s\",\"line\":%d,\"column\":5,\"callee\":\"g%d\",\"weight\":%d,\"message\":\"hot\"}\n", m, n, m, 10 + c, c, n + c > file
        printf "{\"module\":\"%s\",\"kind\":\"missed\",\"name\":\"HotCallNotInlinable\",\"function\":\"shared\",\"file\":\"shared.h\",\"line\":10,\"column\":5,\"callee\":\"far\",\"weight\":7,\"reason\":\"external\",\"message\":\"m\"}\n", m > file
        printf "{\"module\":\"%s\",\"kind\":\"analysis\",\"name\":\"PlacedCold\",\"function\":\"cold%d\",\"file\":\"%s\",\"line\":90,\"column\":0,\"weight\":0,\"message\":\"m\"}\n", m, n, m > file
        printf "%s\"kind\":\"inliner\",\"left\":1}\n", start > file
        printf "{\"module\":\"%s\",\"kind\":\"missed\",\"name\":\"NotInlined\",\"function\":\"f%d\",\"file\":\"%s\",\"line\":11,\"column\":5,\"callee\":\"g1\",\"weight\":0,\"message\":\"m\"}\n", m, n, m > file
        close(file)
    }
}'

# 500510 = 1 + 2 + … + 1000 + 10: the shared function counts once. 20001 decisions: of 20 calls each, and a shared one.
expect 0 'page.html: 1000 modules, 2001 functions, 20001 decisions' '' report -o page.html reports
expect 0 '^pass: 100.0 % of the samples matched' '' profile 'reports/*.jsonl'
grep -q '^1000 modules in 1000 files; 25.0 % of the profile' out || fail 'the totals of profile'
grep -q '^matched 500510, on lines without code 0' out || fail 'samples are counted once'

# has TEXT: in the page.
has() { grep -Fq -- "$1" page.html || fail "no '$1' in the page"; }
has '"known":500510,'
has '"cold":1000,'
has '"leftOutDecisions":0,'
grep -Eq '"groups":.*\[1,[0-9]+,0,[0-9]+,1000,7\]' page.html || fail 'one shared decision of a thousand modules'
! grep -Eq '(src|href|action)="|url\(|@import' page.html || fail 'the page refers to something else'
cp page.html first.html
find reports -name '*.jsonl' | sort -r | xargs "$program" report -o other.html >out || fail 'files named one by one'
cmp -s other.html first.html || fail 'other bytes when the files are named in another order'
expect 0 '^page.html' '' report -o page.html --decisions 100 --functions 50 reports
has '"leftOutFunctions":1951,'
has '"leftOutDecisions":19901,'

# Names are data, whatever they look like.
mkdir odd
printf '%s\n' '{"version":1,"module":"</script><b>&\u202e","profile":"p","type":"samples","unit":"count","total":10,"samples":10,"functions":1,"known":1,"self":5,"matched":5,"unmatched":{}}' \
    '{"module":"</script><b>&\u202e","kind":"function","function":"<img onerror=x> größer","file":"a\"\\\u0007.c","line":1,"profiled":"x|y","profiled_file":"a.c","inclusive":5,"leaf":5,"self":5,"matched":0,"line_zero":0,"reason":"<i> @all"}' >odd/a.json
expect 0 '^page.html' '' report -o page.html odd
has '\u003c/script\u003e\u003cb\u003e\u0026\\u202e'
has 'a\"\\\\x07.c'
! grep -Fq '<img' page.html || fail 'markup from a name'
expect 1 '^fail: 0.0 % of the samples matched, below 80 %; hot functions lost: 1$' '' profile --markdown odd.md odd
grep -Fq '| not matched | 50.0 % | <code>&#60;img onerror&#61;x&#62; größer</code> | <code>a&quot;' odd.md || fail 'a name in Markdown'
grep -Fq '</code> | &#60;i&#62; @<!-- -->all |' odd.md || fail 'a reason in Markdown'
expect 1 '"kind":.*"not matched"' '' profile --json - odd

# What is no report, or not all of it.
expect 2 '' 'which REPORT' report
expect 2 '' 'takes a percentage' profile --min-matched 200% odd
expect 4 '' '-ignore=\(: .*; give a POSIX extended regular expression' profile --ignore '(' odd
expect 4 '' 'none: No such file' profile none
expect 4 '' 'no file matches' report 'none/*.jsonl'
expect 4 '^no comparison: the reports have no lines' '' profile /dev/null
expect 4 '' 'cannot|No such file' report -o none/page.html odd
for cut in 'head -c 2000' "sed 's/kind/\"/'" "sed 's/\"version\":1/\"version\":9/'"; do
    sh -c "$cut reports/0007.jsonl" >bad.jsonl
    expect 4 '' 'bad.jsonl:[0-9]+: (not a line|written by a newer)' report bad.jsonl
done

finish
