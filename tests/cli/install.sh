#!/bin/sh
# install.sh BUILD SOURCE LLVM_BIN: installs into a fresh prefix and uses it from outside, in every way that is promised:
# pgo-config, pkg-config, find_package, and clang with the plugin's bare name.
set -eu
build=$1
source=$2
llvm_bin=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix=$folder/moved
say() { echo "== $1"; }

say install
cmake --install "$build" --prefix "$folder/prefix" >"$folder/log" || { cat "$folder/log"; exit 1; }
mv "$folder/prefix" "$prefix" # nothing may depend on where it was installed
cd "$folder"
"$prefix/bin/pprofread" --version

say pgo-config
config=$prefix/bin/pgo-config
plugin=$("$config" --plugin)
test -f "$plugin"
version=$("$config" --llvm-version)
"$config" --help | grep -q -- --cflags
"$config" --cflags x.pgo | grep -q -- "-fpass-plugin=$plugin -mllvm -pgo-profile=x.pgo"
"$config" --ldflags | grep -q -- "--load-pass-plugin=$plugin"
for misuse in --bogus ""; do
    if "$config" $misuse 2>/dev/null; then exit 1; fi
done
ln -s "$config" linked
[ "$(./linked --plugin)" = "$plugin" ]

say pkg-config
# The example of the man page.
page=$(find "$prefix" -name pprofread.3)
sed -n '/^\.Bd.*-offset 2n/,/^\.Ed/p' "$page" | sed '/^\./d; s/\\e/\\/g' >reader.c
pc=$(find "$prefix" -name pprofread.pc)
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -Wall -Wextra -Werror reader.c $(pkg-config --cflags --libs pprofread) -o reader
./reader "$source/tests/data/profiles/lua.sym.pb.gz" | grep -q '^luaV_execute has [0-9]* of 683 samples$'

say find_package
mkdir consumer
cp reader.c consumer
echo 'int main(void) { return 0; }' >consumer/x.c
printf 'pgo-weights 1\ntype samples count\ntotal 1 samples 1 unnamed 0 without-line 0\nfunction main start 1\n  self 0 1\n' >consumer/x.pgo
cat >consumer/CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(consumer C)
find_package(libpgo 0.1 REQUIRED)
add_executable(reader reader.c)
target_link_libraries(reader libpgo::pprofread)
add_executable(optimized x.c)
libpgo_use_profile(optimized x.pgo)
CMAKE
cmake -S consumer -B consumer/build -DCMAKE_C_COMPILER="$llvm_bin/clang" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="-O2 -g1" >log || { cat log; exit 1; }
cmake --build consumer/build --target reader >log || { cat log; exit 1; }
consumer/build/reader "$source/tests/data/profiles/lua.sym.pb.gz" | grep -q '^luaV_execute has [0-9]* of 683 samples$'

cmake --build consumer/build --target optimized >log 2>&1 || { cat log; exit 1; }

say "clang $version with the plugin's bare name, as under /usr/local"
mkdir elsewhere
cd elsewhere
cp ../consumer/x.c .
cp ../consumer/x.pgo default.pgo
LD_LIBRARY_PATH=$(dirname "$plugin")
export LD_LIBRARY_PATH
bare=$(basename "$plugin")
flags="-fpass-plugin=$bare -mllvm -pgo-profile=default.pgo"
[ "$version" -ge 22 ] || flags="-fplugin=$bare $flags"
# shellcheck disable=SC2086
"$llvm_bin/clang" -O2 -g1 $flags x.c
./a.out
# shellcheck disable=SC2046
"$llvm_bin/clang" -O2 -g1 $("$config" --cflags default.pgo) x.c
