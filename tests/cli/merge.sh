#!/bin/sh
# merge.sh PPROFREAD DATA: merge as a command: its options, thousands of inputs, one of them broken, and Debian's
# `go tool pprof` beside it where that is installed. What merging means is tested in unit/test_merge.c.
set -u
. "$(dirname "$0")/support.sh"
lua=$data/profiles/lua.sym.pb.gz
lua2=$data/profiles/lua2.sym.pb.gz

# ---- the command line
expect 2 '' 'which FILEs\?' merge
expect 2 '' '--weight takes FILE=N' merge -o x.pgo --weight=3 "$lua"
expect 2 '' "--weight takes a number from 1e-9 to 1e9, not 'many'" merge -o x.pgo --weight="$lua=many" "$lua"
expect 2 '' "--weight takes a number from 1e-9 to 1e9, not 'nan'" merge -o x.pgo --weight="$lua=nan" "$lua"
expect 2 '' "--weight names 'lua', which is not among the inputs" merge -o x.pgo --weight=lua=2 "$lua"
expect 2 '' "--weight names .* twice" merge -o x.pgo --weight="$lua=2" --weight="$lua=3" "$lua"
expect 2 '' '--label takes KEY=VALUE' merge -o x.pgo --label=host "$lua"
expect 2 '' "--label gives 'a' twice" merge -o x.pgo --label=a=1 --label=a=2 "$lua"
expect 1 '' '^pprofread: /nonexistent: ' merge -o x.pgo --files-from=/nonexistent "$lua"
expect 1 '' '^pprofread: .*/node.wall.pb.gz: its values are .* only profiles of the same types can be merged' \
    merge -o x.pgo "$lua" "$data/profiles/node.wall.pb.gz"
expect 1 '' 'perf.data: run .pprofread import' merge -o x.pgo "$lua" "$data/profiles/lua.perf.data"
[ ! -e x.pgo ] || fail 'a failed merge left a file'

# ---- names from everywhere
"$program" raw "$data/profiles/merge.lua+lua2.pb.gz" >want
same() {
    "$program" raw "$1" >out 2>err
    cmp -s out want || fail "$2"
}
expect 0 '' '^pprofread: wrote both.pgo: 2 profiles merged into 575 stacks' merge -o both.pgo "$lua" "$lua2"
same both.pgo 'merge is not the reference'"'"'s'
printf '%s\n\n%s' "$lua" "$lua2" >list
expect 0 '' '2 profiles' merge -o listed.pgo --files-from=list
same listed.pgo 'merge --files-from differs'
"$program" merge -o piped.pgo "$lua" - <"$lua2" 2>err
same piped.pgo 'merge of standard input differs'
"$program" merge -o - "$lua" --files-from=- <"$lua2" >out 2>err && fail 'a profile is no list of names'
echo "$lua2" | "$program" merge -o - "$lua" --files-from=- 2>err >shown.pgo
same shown.pgo 'merge to standard output differs'

# ---- weights and labels
"$program" merge -o twice.pgo "$lua" "$lua2" "$lua2" 2>err && "$program" raw twice.pgo >want
expect 0 '' '2 profiles' merge --weight="$lua2=2" -o weighted.pgo "$lua" "$lua2"
same weighted.pgo 'a weight of 2 is not the file twice'
"$program" merge --label=host=a --label=file='{file}' -o labelled.pgo "$lua" "$lua2" 2>err
[ "$("$program" raw labelled.pgo | grep -c 'host:\[a\]')" -eq 587 ] || fail 'not every sample has its label'
"$program" raw labelled.pgo | grep -q "file:\[$lua2\]" || fail 'no sample has the name of its file'

# ---- a fleet: thousands of inputs, and one that is broken
awk -v lua="$lua2" 'BEGIN { for (i = 0; i < 2000; i++) print lua }' >list
expect 0 '' '2000 profiles merged into 104 stacks' merge -o fleet.pgo --files-from=list
echo "$data/bad/m-cutinside.pb.gz" >>list
rm fleet.pgo
expect 1 '' '^pprofread: .*/bad/m-cutinside.pb.gz: ' merge -o fleet.pgo --files-from=list
[ ! -e fleet.pgo ] || fail 'a merge with a broken input left a file'
[ -z "$(find . -name '*.tmp*')" ] || fail 'merge left a temporary file'

# ---- the reference, where it is there: Debian's go tool pprof
if command -v go >/dev/null && go tool pprof -help >/dev/null 2>&1; then
    export HOME="$folder" PPROF_TMPDIR="$folder"
    pairs='lua.sym+lua2.sym lua.sym+xmlbench.sym lua.none+lua2.none lua.fast+speedtest1.fast lua.perf.sym+xmlbench.perf.sym
        lua-gcc.sym+lua-thinlto.sym go.cpu+go.cpu go.heap+go.heap node.wall+node.wall'
    for pair in $pairs; do
        a=$data/profiles/${pair%+*}.pb.gz b=$data/profiles/${pair#*+}.pb.gz
        go tool pprof -symbolize=none -raw "$a" "$b" >want 2>/dev/null || fail "go tool pprof on $pair"
        "$program" merge -o peer.pgo "$a" "$b" 2>err
        go tool pprof -symbolize=none -raw peer.pgo >out 2>/dev/null
        cmp -s out want || fail "go tool pprof merges $pair in another way"
    done
else
    echo 'no go tool pprof: not compared'
fi

finish
