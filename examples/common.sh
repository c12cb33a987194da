# shellcheck shell=bash disable=SC2034,SC2154 # the variables are the examples'; they set `here`
# Shell functions that the examples share; to be sourced by a bash script that has set `here`, its own folder.
#   say TEXT            a heading
#   show COMMAND…       prints the command, then runs it
#   prepare             installs what is missing, builds libpgo (libpgo_targets of it); sets clang, pprofread, pgo_flags, work
#   record CMD…         records CMD (the program is its first word) into $work/default.pgo, or takes the committed one
#   compare A B -- ARG…  runs two programs in turn and prints the median ratio of their user times
#   summarize_report FILE   what the plugin did, from its -pgo-report
#   symbol FILE NAME    the disassembly of one function

set -euo pipefail
root=$(cd "$here/../.." && pwd)
llvm=${PGO_LLVM:-22}
clang=clang-$llvm
build=${PGO_BUILD:-$root/build}
[ "$llvm" = 22 ] || build=${PGO_BUILD:-$root/build-$llvm}
pprofread=$build/pprofread/pprofread
work=${PGO_WORK:-$here/out}
libpgo_targets=(pgo pprofread)
. "$root/.ci/debian"

say() { printf '\n\033[1m== %s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi; }
exec 3>&1
show() {
    local word line='$'
    for word in "${@//$root\//}"; do
        [[ $word != *[^a-zA-Z0-9_./=:,%+@-]* ]] || word=\'$word\'
        line+=" $word"
    done
    printf '%s\n' "$line" >&3
    "$@"
}

build_libpgo() {
    install_packages build-essential cmake ninja-build pkg-config "clang-$llvm" "llvm-$llvm" "llvm-$llvm-dev" \
        protobuf-c-compiler libprotobuf-c-dev zlib1g-dev libcjson-dev
    if [ ! -e "$build/build.ninja" ]; then
        show cmake -S "$root" -B "$build" -G Ninja -DBUILD_TESTING=OFF -DLLVM_DIR="/usr/lib/llvm-$llvm/lib/cmake/llvm" >/dev/null
    else
        cmake "$build" >/dev/null # an example may have installed what an earlier one did without
    fi
    show ninja -C "$build" "${libpgo_targets[@]}" | tail -1
}

# With PGO_BUILD, a build folder of libpgo, nothing is installed or built: tests use that.
prepare() {
    if [ -z "${PGO_BUILD:-}" ]; then
        build_libpgo
        # Either profiler will do; neither is a must.
        install_packages linux-perf || install_packages google-perftools || true
    fi
    local plugin=$build/plugin/libpgo.so
    pgo_flags=(-fpass-plugin="$plugin" -mllvm -pgo-profile="$work/default.pgo")
    # clang 19 reads -mllvm before it loads pass plugins; -fplugin loads earlier.
    [ "$llvm" -ge 20 ] || pgo_flags=(-fplugin="$plugin" "${pgo_flags[@]}")
    mkdir -p "$work"
}

record() {
    rm -f "$work/default.pgo" "$work/perf.data" "$work/gperftools.prof"
    local profiler
    for profiler in /usr/lib/x86_64-linux-gnu/libprofiler.so.0 /usr/lib/*/libprofiler.so.0; do
        [ ! -e "$profiler" ] || break
    done
    if [ -z "${PGO_NO_PROFILER:-}" ] && perf record -q -e cpu-clock -o "$work/perf.data" true >/dev/null 2>&1; then
        show perf record -q -e cpu-clock -F 999 -g -o "$work/perf.data" -- "$@" >"$work/recorded.txt"
        show "$pprofread" import --binary "$1" -o "$work/default.pgo" "$work/perf.data"
    elif [ -z "${PGO_NO_PROFILER:-}" ] && [ -e "$profiler" ]; then
        echo "perf is not permitted here: recording with gperftools"
        show env LD_PRELOAD="$profiler" CPUPROFILE="$work/gperftools.prof" CPUPROFILE_FREQUENCY=999 "$@" \
            >"$work/recorded.txt"
        show "$pprofread" import --binary "$1" -o "$work/default.pgo" "$work/gperftools.prof"
    else
        echo "no profiler is permitted here: taking the profile that was recorded elsewhere"
        show cp "$here/default.pgo" "$work/default.pgo"
    fi
}

user_time() {
    local TIMEFORMAT=%U
    { time "$@" >/dev/null 2>&1; } 2>&1
}

# One layout and a few rounds: an impression, not a measurement. bench/speed measures.
compare() {
    local a=$1 b=$2
    shift 3
    for _ in 1 2 3 4 5 6 7 8 9; do
        echo "$(user_time "$a" "$@") $(user_time "$b" "$@")"
    done | awk '{ ratio[NR] = $2 / $1; before[NR] = $1; after[NR] = $2 }
        function median(v, n,   i, j, t) {
            for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j] < v[j-1]; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t }
            return v[int((n + 1) / 2)]
        }
        END { m = median(ratio, NR); printf "user time, median of %d pairs: %.2f s before, %.2f s after, ratio %.3f (%.3f to %.3f)\n",
              NR, median(before, NR), median(after, NR), m, ratio[1], ratio[NR] }'
}

# The totals of all modules, then how often each decision was taken. Every line of the report is one JSON object.
summarize_report() {
    awk '
        function number(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0 : 0 }
        function word(key) { return match($0, "\"" key "\":\"[^\"]*") ? substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 4) : "" }
        /"kind":"(function|inliner)"/ { next }
        /"total":/ { modules++; total = number("total"); known += number("known"); own += number("self"); matched += number("matched"); bare += number("line 0: compiler-made code"); next }
        { count[word("kind") " " word("name")]++ }
        END {
            printf "%d modules; the profile has %d samples, %d of them (%.1f %%) in %d functions compiled here\n", modules, total, own, 100 * own / total, known
            printf "matched: %d of the %d that have a line (%.1f %%); %d are at line 0, code that the optimizer made\n", matched, own - bare, 100 * matched / (own - bare), bare
            for (name in count) printf "  %5d %s\n", count[name], name | "sort -k2,2r -k1,1rn"
        }' "$1"
}

symbol() {
    "/usr/lib/llvm-$llvm/bin/llvm-objdump" -d --no-show-raw-insn --disassemble-symbols="$2" "$1"
}
