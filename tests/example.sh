#!/bin/sh
# example.sh NAME BUILD LLVM: runs examples/NAME with its committed profile and the libpgo in BUILD. What must hold:
# both programs print the same, calls were found hot, and hello and fermat have lost the calls that they are about.
# Skipped (77) where the example's sources cannot be had.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
name=$1 build=$2 llvm=$3
work=$build/examples/$name
mkdir -p "$work"
case $name in
lua) source=lua5.4 ;;
jsonserver)
    source=jansson
    for package in libmicrohttpd-dev libgoogle-perftools-dev curl valgrind; do
        dpkg -s $package >/dev/null 2>&1 || { echo "$package is not installed"; exit 77; }
    done
    ;;
*) source= ;;
esac
if [ -n "$source" ]; then
    (. "$root/.ci/debian" && fetch_source "$source" "$work") || { echo "the source package $source cannot be fetched"; exit 77; }
fi
PGO_BUILD=$build PGO_WORK=$work PGO_LLVM=$llvm PGO_NO_PROFILER=1 PGO_QUICK=1 \
    bash "$root/examples/$name/run" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }

expect() { # TEXT
    grep -q -- "$1" "$work/log" || { cat "$work/log"; echo "example $name: no '$1' in its output"; exit 1; }
}
expect 'outputs are equal'
[ "$name" = jsonserver ] || expect 'remark: hot call of'
case $name in
hello) expect 'function_two in main: 3 before, 1 after' ;;
fermat)
    expect 'indirect call promoted to hardware_root'
    expect '"is_square" -> "hardware_root" .*color=red'
    sed -n '/^after:/,$p' "$work/log" | grep -q is_square && { echo "fermat still calls is_square"; exit 1; }
    ;;
lua) expect '[0-9]* passed HotCallSite' ;;
jsonserver)
    expect '[0-9]* passed Promoted'
    expect '^pass: instructions is 0\.'
    sh "$root/tests/jsonserver.sh" "$work/after/jsonserver" "$build/pprofread/pprofread" || exit 1
    ;;
esac
exit 0
