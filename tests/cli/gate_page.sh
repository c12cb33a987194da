#!/bin/sh
# gate_page.sh PGO-GATE DATA: the page of a small build as Chromium makes it; skipped where there is none.
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || exit 77
# shellcheck disable=SC1091 # support.sh is beside this file
. "$(dirname "$0")/support.sh"

cat >a.jsonl <<'REPORT'
{"version":1,"module":"a.c","profile":"p","type":"samples","unit":"count","total":1000,"samples":1000,"functions":2,"known":2,"self":400,"matched":390,"unmatched":{}}
{"module":"a.c","kind":"function","function":"hot","file":"a.c","line":1,"profiled":"hot","profiled_file":"src/a.c","inclusive":400,"leaf":300,"self":300,"matched":290,"line_zero":10}
{"module":"a.c","kind":"function","function":"<b>warm</b>","file":"a.c","line":9,"profiled":"warm","profiled_file":"src/a.c","inclusive":100,"leaf":100,"self":100,"matched":100,"line_zero":0}
{"module":"a.c","kind":"passed","name":"HotCallSite","function":"hot","file":"a.c","line":3,"column":5,"callee":"taken","weight":50,"message":"m"}
{"module":"a.c","kind":"passed","name":"HotCallSite","function":"hot","file":"a.c","line":4,"column":5,"callee":"refused","weight":40,"message":"m"}
{"module":"a.c","kind":"passed","name":"Promoted","function":"hot","file":"a.c","line":5,"column":5,"callee":"target","weight":30,"whole":40,"message":"m"}
{"module":"a.c","kind":"missed","name":"constructor","function":"hot","file":"a.c","line":6,"column":5,"callee":"odd","weight":1,"message":"m"}
{"version":1,"module":"a.c","kind":"inliner","left":1}
{"module":"a.c","kind":"missed","name":"NotInlined","function":"hot","file":"a.c","line":4,"column":5,"callee":"refused","weight":0,"message":"m"}
REPORT
mkdir source
printf 'int hot(void) {\n    int sum = 0;\n    sum += taken();\n    return sum;\n}\n' >source/a.c
cat >weights <<'WEIGHTS'
pgo-weights 1
type samples count
total 1000
function hot file src/a.c start 1
  self 2:5 290
function warm file src/a.c start 9
  self 1:5 100
function gone file src/b.c start 9
  self 1:5 90
WEIGHTS
expect 0 '^page.html' '' report -o page.html --profile weights --source-path source a.jsonl

# look STATE: what the browser makes of the page, its data left away, in dom.
look() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/browser" --virtual-time-budget=3000 \
        --dump-dom "file://$folder/page.html#$1" 2>err | sed '/<script/,/<\/script>/d' >dom
}
# shows TEXT
shows() { grep -Fq -- "$1" dom || fail "no '$1' in the view"; }

look tab=overview
shows '81.3 %'
shows 'gone'
shows 'vanished'
shows '1 hot call inlined (50 samples, 5.00 % in the callees).'
shows '1 indirect call made direct.'
shows 'The profile no longer fits 1 hot function.'
shows 'Record a new profile of this source'
shows "1 hot call that LLVM's inliner declined all the same."
shows 'The profile has 1,000 samples.'
! grep -Fq 'Build with link-time optimization' dom || fail 'a remedy for what is not in the way'
look 'tab=functions&open=hot&source=1'
shows '&lt;b&gt;warm&lt;/b&gt;'
shows 'inlined: taken'
shows '75.0 % of the call'
shows 'declined all the same'
shows 'sum += taken();'
look 'tab=functions&find=warm'
shows '1 function, 10.0 %'
! grep -Fq '>hot<' dom || fail 'a function that was not searched for'
look 'tab=decisions&what=constructor' # which every object of JavaScript's has
shows '1 decision<'
look 'tab=decisions&what=left'
shows 'refused'
! grep -Fq 'taken' dom || fail 'a decision of another kind'

finish
