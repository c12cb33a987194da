#!/bin/sh
# peer.sh PPROFREAD DATA: reports beside those of Go's pprof, where that is installed, option by option. That pprof is
# older than the one that made the goldens: it reads no columns (and merges the samples that only these tell apart), it
# writes times otherwise, and -tags has another layout. So both sides read what it has written itself.
set -u
LC_ALL=C TZ=UTC
export LC_ALL TZ
pprofread=$1
data=$2
go tool pprof -help >/dev/null 2>&1 || exit 77
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
PPROF_TMPDIR=$folder
export PPROF_TMPDIR
failures=0

for name in lua lua2 xmlbench; do
    go tool pprof -symbolize=none -proto -output $name.pb.gz "$data/profiles/$name.sym.pb.gz" >/dev/null 2>&1 || exit 77
done
go tool pprof -symbolize=none -proto -output go.pb.gz "$data/profiles/go.cpu.pb.gz" >/dev/null 2>&1 || exit 77

# settle: no times; raw's locations without columns, and without start lines, which it leaves out
settle() {
    sed -E '/^Time: /d; s/(:-?[0-9]+):-?[0-9]+ s=-?[0-9]+/\1/; s/(:-?[0-9]+) s=-?[0-9]+/\1/'
}

# compare REPORT OPTION… FILE: the same bytes. Of tree in a comparison, the same lines: calls of equal weight and
# opposite sign come in any order from pprof.
compare() {
    report=$1
    shift
    case $report in
    peek)
        "$pprofread" peek 'lua|xml|run' "$@" 2>err | settle >ours
        go tool pprof -symbolize=none '-peek=lua|xml|run' "$@" 2>/dev/null | settle >theirs
        ;;
    *)
        "$pprofread" "$report" "$@" 2>err | settle >ours
        go tool pprof -symbolize=none "-$report" "$@" 2>/dev/null | settle >theirs
        ;;
    esac
    case "$report $*" in tree*base*) sort -o ours ours && sort -o theirs theirs ;; esac
    [ -s theirs ] || echo "pprof gives nothing for $report $*" >err
    [ ! -s err ] && cmp -s ours theirs && return
    failures=$((failures + 1))
    echo "FAILED: $report $*"
    cat err
    diff ours theirs | head -6
}

for report in top tree peek traces raw; do
    for option in -cum -noinlines '-focus=lua|pugi' '-ignore=alloc|luaC' '-hide=luaV|pugi' '-show=lua_|std|mark' \
        '-show_from=luaV|pugi' '-prune_from=luaV|sort'; do
        compare "$report" "$option" lua.pb.gz
    done
    compare "$report" -tagfocus=worker:1 go.pb.gz
    compare "$report" -diff_base=lua.pb.gz -normalize xmlbench.pb.gz
done
for report in top tree traces; do
    for option in -lines -filefunctions -addresses -unit=us -mean -sample_index=0; do
        compare "$report" "$option" xmlbench.pb.gz
    done
done
for report in top tree; do
    for option in -nodecount=5 -nodefraction=0.05 -edgefraction=0.2 -trim=false -compact_labels -tagignore=worker=0 \
        -taghide=kind -tagfocus=worker=1; do
        compare "$report" "$option" go.pb.gz
    done
    compare "$report" '-focus=lua_' -relative_percentages -lines lua.pb.gz
    compare "$report" -base=lua.pb.gz lua2.pb.gz
    compare "$report" -base=lua.pb.gz -trim=false lua2.pb.gz
    compare "$report" -base=lua.pb.gz -drop_negative lua2.pb.gz
done

[ $failures -eq 0 ] || echo "$failures failures"
[ $failures -eq 0 ]
