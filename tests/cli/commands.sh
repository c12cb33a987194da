#!/bin/sh
# commands.sh PPROFREAD DATA: what the command does with its command line, its exit statuses and its streams. What the
# reports say is tested in unit/test_print.c, how importing finds lines beside the importers.
set -u
. "$(dirname "$0")/support.sh"
lua=$data/profiles/lua.sym.pb.gz

# ---- help and misuse
expect 2 '' '^usage: pprofread COMMAND'
expect 0 '^usage: pprofread COMMAND' '' --help
expect 0 '^pprofread [0-9]+\.[0-9]+\.[0-9]+$' '' --version
expect 2 '' "there is no command 'bogus'; 'pprofread --help' lists them" bogus
expect 2 '' "there is no command 'bogus'" help bogus
for command in import check top tree traces tags dot flame raw weights index; do
    expect 0 "^usage: pprofread $command " '' $command --help
    expect 0 "^usage: pprofread $command " '' help $command
    expect 2 '' "$command: which FILE\?; see 'pprofread $command --help'" $command
    expect 2 '' 'one FILE, not 2' $command a b
    expect 2 '' 'there is no option --bogus' $command --bogus "$lua"
    expect 2 '' "size-limit takes bytes below 4G.* not '9X'" $command --size-limit=9X "$lua"
    expect 1 '' '/nonexistent/x' $command /nonexistent/x
    expect 1 '' 'empty' $command "$data/bad/p-empty.pb.gz"
    expect 1 '' 'ELF' $command "$data/bad/p-elf"
done
expect 0 '^usage: pprofread peek \[OPTIONS\] REGEX FILE$' '' peek --help
expect 2 '' "peek: which REGEX\?; see 'pprofread peek --help'" peek
expect 2 '' 'peek: which FILE\?' peek main
expect 2 '' 'REGEX FILE, not 3 arguments' peek main a b
expect 1 '' "no frame matches 'nothing_of_the_sort'" peek nothing_of_the_sort "$lua"
expect 1 '' "no function with a value matches 'nothing_of_the_sort'" list nothing_of_the_sort "$lua"
expect 0 '^ROUTINE ======================== sort in ' '' list '^sort$' "$lua"
expect 1 '' 'draw -functions' dot --files --hot=0.9 "$lua"
expect 2 '' "needs an argument" top --nodecount
expect 2 '' "takes a whole number, not 'many'" top --nodecount=many "$lua"
expect 2 '' "takes a number from 0 to 1, not '7'" top --nodefraction=7 "$lua"
expect 2 '' "takes true or false, not 'maybe'" top --cum=maybe "$lua"
expect 1 '' '1024 bytes' raw --size-limit=1K "$lua"
expect 1 '' 'perf.data: run .pprofread import' raw "$data/profiles/lua.perf.data"

# ---- pprof's spellings: one dash or two, '_' or '-', '=' or a space
"$program" top -cum "$lua" >want
for spelling in --cum -cum=true --cum=1; do
    "$program" top $spelling "$lua" >out 2>err
    cmp -s out want || fail "top $spelling is not top -cum"
done
"$program" top -cum=false "$lua" >out 2>err
cmp -s out "$data/golden/lua.sym.top" || fail 'top -cum=false is not top'
for spelling in -sample_index=samples '-sample_index samples' --sample-index=samples -sample_index=0; do
    # shellcheck disable=SC2086
    "$program" top $spelling "$lua" >out 2>err
    cmp -s out "$data/golden/lua.sym.top-samples" || fail "top $spelling is not the golden"
done
"$program" top -trim=false "$lua" >out 2>err
cmp -s out "$data/golden/lua.sym.top-all" || fail 'top -trim=false is not the golden'
"$program" top -addresses -nodecount=40 "$lua" >out 2>err
cmp -s out "$data/golden/lua.sym.top-addresses" || fail 'top -addresses is not the golden'
"$program" top "$lua" -noinlines >out 2>err
cmp -s out "$data/golden/lua.sym.top-noinlines" || fail 'an option after FILE is not heard'
"$program" peek . "$lua" >out 2>err
cmp -s out "$data/golden/lua.sym.peek" || fail 'peek is not the golden'
# compare GOLDEN ARGUMENT…: what the command prints is the golden
compare() {
    golden=$1
    shift
    "$program" "$@" >out 2>err </dev/null
    cmp -s out "$data/golden/$golden" || fail "pprofread $*: not the golden $golden"
}
lua2=$data/profiles/lua2.sym.pb.gz
compare diff.lua-lua2.top diff "$lua" "$lua2"
compare diff.lua-lua2.top top -diff_base="$lua" "$lua2"
compare diff.lua-lua2.raw raw -diff_base="$lua" "$lua2"
compare diff.lua-xmlbench.top diff "$lua" "$data/profiles/xmlbench.sym.pb.gz"
compare base.lua-lua2.top top -base "$lua" "$lua2"
compare base.lua-xmlbench.top top -base "$lua" "$data/profiles/xmlbench.sym.pb.gz"
compare go.cpu.tagfocus top --tagfocus=worker:1 "$data/profiles/go.cpu.pb.gz"
expect 0 'accounting for 0, 0% of 683ms total' '' diff --normalize "$lua" "$lua"
expect 2 '' '--base or --diff-base, not both' top --base=a --diff-base=b c
expect 2 '' '--normalize needs a profile to compare with' top --normalize "$lua"
expect 2 '' 'diff: which FILE\?' diff "$lua"
expect 1 '' 'only profiles of the same types' diff "$lua" "$data/profiles/xmlbench.heap.pb.gz"
"$program" raw - <"$lua" >out 2>err
cmp -s out "$data/golden/lua.sym.raw" || fail 'raw from standard input is not the golden'
expect 0 '0.68s total' '' top -unit=s "$lua"
expect 1 '' 'POSIX extended regular expression' top '-focus=(' "$lua"

# ---- check
expect 0 'lua.sym.pb.gz: fit for PGO' '' check "$lua"
expect 0 'in the kernel +4.0 %' '' check "$data/profiles/speedtest1.perf.sym.pb.gz"
expect 1 '.' '' check "$data/profiles/lua.none.pb.gz"
expect 1 'not a CPU profile but a heap profile' '' check "$data/profiles/xmlbench.heap.pb.gz"

# ---- weights: printed weights are read again, and say the same
expect 0 '^pgo-weights 1$' '' weights "$lua"
mv out first.weights
expect 0 '^pgo-weights 1$' '' weights first.weights
cmp -s out first.weights || fail 'weights of weights differ'

# ---- index: says the same, is whole, and notices when its profile changes
cp "$lua" indexed.pgo
expect 0 '' '^pprofread: wrote indexed.pgo.pgoidx: 124 functions, 683 samples, [0-9]+ bytes$' index indexed.pgo
"$program" weights indexed.pgo.pgoidx >out 2>err
cmp -s out first.weights || fail 'weights of an index differ from those of its profile'
"$program" index -o again.pgoidx indexed.pgo 2>err
cmp -s again.pgoidx indexed.pgo.pgoidx || fail 'index writes something else the second time'
expect 0 'made from +indexed.pgo \([0-9]+ bytes, crc32 [0-9a-f]+\), which has not changed' '' check again.pgoidx
expect 1 '' 'this is an index of weights, not a pprof profile' top again.pgoidx
expect 1 '' 'an index of sample type samples, not cpu; run .pprofread index --sample-type=cpu. on its profile' \
    weights --sample-type=cpu again.pgoidx
"$program" weights - <again.pgoidx >out 2>err && fail 'an index is taken from a pipe'
grep -q 'give the file itself, not gzipped and not through a pipe' err || fail 'an index in a pipe is not named'
"$program" index - <"$lua" >piped.pgoidx 2>err
expect 0 'samples +683 in 124 functions' '' check piped.pgoidx
head -c 1000 again.pgoidx >short.pgoidx
expect 1 '' 'truncated index: 1000 bytes' weights short.pgoidx
cp "$data/profiles/lua2.sym.pb.gz" indexed.pgo
expect 1 '' 'again.pgoidx: out of date: indexed.pgo has changed since; run .pprofread index -o again.pgoidx indexed.pgo' \
    weights again.pgoidx
rm indexed.pgo
expect 0 'which is not beside it' '' check again.pgoidx

# ---- import
expect 0 '' '^pprofread: wrote again.pgo: 683 samples' import -o again.pgo "$lua"
"$program" weights again.pgo >out 2>err
cmp -s out first.weights || fail 'importing a symbolized profile changes it'
expect 1 '' 'no-such-folder' import -o no-such-folder/x.pgo "$lua"
expect 0 '' 'not symbolized: /opt' import --force -o forced.pgo "$lua"
expect 1 '' '--binary EXE' import -o x.pgo "$data/profiles/lua.gperf.prof"
[ ! -e x.pgo ] || fail 'a failed import left a file'
[ -z "$(find . -name '*.tmp*')" ] || fail 'import left a temporary file'
"$program" import -o - "$lua" >piped.pgo 2>err
cmp -s piped.pgo again.pgo || fail 'import -o - writes something else'
"$program" import - <"$data/profiles/lua.perf.data" >out 2>err && fail 'perf.data from a pipe is taken'
grep -q 'perf.data cannot be read from a pipe' err || fail 'perf.data from a pipe is not named'

# ---- streams: a closed pipe is quiet, a full disk is not
"$program" raw "$lua" 2>err | head -1 >out
[ ! -s err ] || fail 'a closed pipe makes noise'
if [ -w /dev/full ]; then
    for command in raw top tree traces weights check; do
        "$program" $command "$lua" >/dev/full 2>err && fail "$command does not see a full disk"
        grep -q 'No space left' err || fail "$command does not say that the disk is full"
    done
    "$program" --help >/dev/full 2>err && fail 'help does not see a full disk'
fi

finish
