#!/bin/sh
# flame.sh PPROFREAD DATA: what the flame graph's page does in a browser: it shows, zooms and searches as its address
# says, and a hostile name in it runs nothing. Skipped (77) where there is no Chromium; what stands in the page is tested
# in unit/test_flame.c.
set -u
. "$(dirname "$0")/support.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || exit 77

# show FILE VIEW: the page in dom, after its script ran
show() {
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/browser" \
        --window-size=1200,900 --dump-dom "file://$folder/$1#$2" >dom 2>/dev/null
    [ -s dom ] || fail "$browser gives no page"
}

# has PATTERN: some line of the page
has() {
    grep -Eq -- "$1" dom || fail "no '$1' in the page"
}

"$program" flame "$data/profiles/lua.sym.pb.gz" >lua.html || fail "pprofread flame lua.sym.pb.gz"
show lua.html ''
has 'class="frame" [^>]*--x: ?0; ?--w: ?1; ?--y: ?0;[^>]*>all<|>all</div>'
has '<button type="button" disabled="">Reset' # nothing to take back: the script ran
[ "$(grep -c 'hidden=""' dom)" -eq 0 ] || fail "frames are hidden in the whole view"
has 'class="frame[^"]* narrow"'

# sort's first frame: what it calls is wide, what does not call it is hidden
sort=$(grep 'role="treeitem"' lua.html | grep -n '>sort</div>\|title="sort$' | head -n 1 | cut -d : -f 1)
show lua.html "flame.zoom=$((sort - 1))"
has '<p class="flame-details" role="status">sort$'
has 'class="frame above" [^>]*--x: ?0; ?--w: ?1;'
[ "$(grep -c 'hidden=""' dom)" -gt 100 ] || fail "zooming hides no frames"
has '<button type="button">Reset'

show lua.html 'flame.find=%5EluaH_get'
has '<output class="flame-found" aria-live="polite">[0-9.]+ % of all, in [0-9]+ frames'
has 'class="frame[^"]* matched'
show lua.html 'flame.find=luaV_execute%7Csort'
has '>100.0 % of all, in ' # a match above another counts once
show lua.html 'flame.find=%5B%5B(' # no regular expression: text
has '>0.00 % of all, in 0 frames'

"$program" flame "$data/variants/w-esc.pb.gz" >escaped.html || fail "pprofread flame w-esc.pb.gz"
show escaped.html ''
has '>a"b\\x0a\\x1b\[31mred.*</div>'
finish
