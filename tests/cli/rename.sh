#!/bin/sh
# rename.sh PPROFREAD DATA: rename as a command; and that a renamed profile is the profile that the renamed program would
# have given: names of the same length are exchanged in the bytes of a real profile, as its source would have had them.
set -u
. "$(dirname "$0")/support.sh"
lua=$data/profiles/lua.sym.pb.gz
xml=$data/profiles/xmlbench.sym.pb.gz

# ---- the command line
expect 2 '' 'where to\? Give -o OUT or --dry-run' rename --map=a=b "$lua"
expect 2 '' "--map takes OLD=NEW, not 'a'" rename -n --map=a "$lua"
expect 2 '' "--map takes OLD=NEW, not 'a='" rename -n --map=a= "$lua"
expect 2 '' "--regex takes RE=NEW, not '=a'" rename -n --regex==a "$lua"
expect 1 '' '^pprofread: \(: .*POSIX extended regular expression' rename -n '--regex=(=x' "$lua"
expect 1 '' '-drop=\(.*POSIX extended' rename -n '--drop=(' "$lua"
expect 1 '' '^pprofread: /nonexistent: ' rename -n --map-file=/nonexistent "$lua"
echo 'lonely' >list
expect 1 '' "^pprofread: list:1: no pair: 'lonely'" rename -n --map-file=list "$lua"
expect 0 'nosuch=x: 0 functions, 0.00 %' 'warning: no function is called nosuch$' rename -n --map=nosuch=x "$lua"
expect 0 '^luaV_execute=run: 1 functions, [0-9.]+ %' '' rename -n --map=luaV_execute=run "$lua"
grep -q '^483 stacks$' out || fail 'how many stacks there are is not told'
expect 0 '^/usr/src/: 105 functions$' '' rename -n --strip-prefix=/usr/src/ "$lua"
expect 0 '' 'warning: no source file begins with /elsewhere' rename -o x.pgo --strip-prefix=/elsewhere "$lua"
expect 0 '' '^pprofread: wrote x.pgo: 0 functions renamed' rename -o x.pgo "$lua"
expect 1 '' 'm-cutinside' rename -o broken.pgo "$data/bad/m-cutinside.pb.gz"
[ ! -e broken.pgo ] || fail 'a failed rename left a file'

# ---- as the renamed program's own profile
recorded() { # FILE SED-SCRIPT
    gunzip -c "$1" | sed "$2" >recorded.pb
    "$program" weights recorded.pb >want 2>err || fail "weights of $1 as recorded anew"
}
same() { # WHAT
    "$program" weights renamed.pgo >out 2>>err
    [ -s want ] && cmp -s out want || fail "$1: not the weights of a profile recorded under the new names"
}
recorded "$lua" 's/luaV_execute/luaW_execute/g; s/\x05ccall/\x05cdall/g'
expect 0 '' '2 functions renamed' rename -o renamed.pgo --map=luaV_execute=luaW_execute --map ccall=cdall "$lua"
same 'C, exact pairs'
recorded "$lua" 's/luaV_/luaW_/g'
"$program" rename -o renamed.pgo '--regex=^luaV_=luaW_' "$lua" 2>err
same 'C, an expression'
recorded "$xml" 's/4pugi/4qugi/g; s/pugi::/qugi::/g'
"$program" rename -o renamed.pgo '--regex=^pugi::=qugi::' --regex=4pugi=4qugi "$xml" 2>err
same 'C++, a namespace'
grep -q warning err && fail 'a linkage name did not follow'
recorded "$xml" 's/xml_node_iterator/xml_edon_iterator/g'
"$program" rename -o renamed.pgo '--regex=xml_node_iterator=xml_edon_iterator' "$xml" 2>err
same 'C++, a class'
"$program" rename -o back.pgo '--regex=xml_edon_iterator=xml_node_iterator' renamed.pgo 2>err
"$program" weights "$xml" >want
mv back.pgo renamed.pgo
same 'there and back'

# ---- map files: every separator, comments, names with a '='
printf '%s\n' '# a comment' '' 'luaV_execute=luaW_execute' 'luaD_call luaE_call' 'a\==b' >list
printf 'luaH_get\tluaI_get\r\noperator==\toperator!=' >>list
expect 0 '^luaD_call=luaE_call: 1 functions' 'no function is called a=$' rename -n --map-file=list "$lua"
for line in '^luaV_execute=luaW_execute: 1 ' '^luaH_get=luaI_get: 1 ' '^a==b: 0 ' '^operator===operator!=: 0 '; do
    grep -Eq "$line" out || fail "no rule '$line' of the map file"
done

# ---- what cannot follow is said
expect 0 '' 'linkage names of 1 functions cannot follow and are left out' \
    rename -o deeper.pgo --map='AttrVisitor::visit=a::AttrVisitor::visit' "$xml"
"$program" weights deeper.pgo | grep -q '^function a::AttrVisitor::visit .*uncertain' || fail 'it goes by no name'

# ---- choosing samples
total() {
    "$program" weights "$1" | sed -n 's/^total \([0-9]*\) .*/\1/p'
}
# choose OPTION RE: how many samples are left
choose() {
    "$program" rename -o chosen.pgo "--$1=$2" "$lua" 2>err
    total chosen.pgo
}
all=$(total "$lua")
kept=$(choose keep '^luaH_get$') dropped=$(choose drop '^luaH_get$')
[ "$kept" -gt 0 ] && [ "$dropped" -gt 0 ] && [ $((kept + dropped)) -eq "$all" ] ||
    fail "--keep and --drop are not each other's rest: $kept and $dropped of $all"
"$program" top -sample_index=samples '-focus=^luaH_get$' "$lua" | grep -q "accounting for $kept," ||
    fail '--keep is not -focus'
"$program" top -sample_index=samples '-ignore=^luaH_get$' -trim=false "$lua" | grep -q "accounting for $dropped," ||
    fail '--drop is not -ignore'
[ "$(choose keep-mapping '/libc[.]so')" -eq "$all" ] || fail 'a stack does not begin in libc'
[ "$(choose drop-mapping '/libc[.]so')" -eq 0 ] || fail '--drop-mapping leaves samples'
[ "$(choose drop-mapping '/nosuch[.]so')" -eq "$all" ] || fail '--drop-mapping drops what does not match'

finish
