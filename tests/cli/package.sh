#!/bin/sh
# package.sh BUILD LLVM: Debian packages from the build folder: what is in them, what they ask for, whether they run.
set -eu
build=$1
llvm=$2
for tool in cpack dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null || { echo "$tool is not installed"; exit 77; }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

(cd "$build" && cpack -G DEB -B "$folder/out") >log 2>&1 || { cat log; exit 1; }
mkdir root
for name in "libpgo-$llvm" pprofread pgo-gate libpprofread-dev; do
    dpkg-deb -f out/"$name"_*.deb >"$name.control"
    dpkg-deb -x out/"$name"_*.deb root
done

has() { grep -qE "$2" "$1" || { echo "$1 has no line '$2':"; cat "$1"; exit 1; }; }
has "libpgo-$llvm.control" "^Depends: .*clang-$llvm"
has "libpgo-$llvm.control" '^Provides: libpgo '
has pprofread.control "^Recommends: llvm-$llvm \| llvm, linux-perf$"
has pprofread.control '^Depends: .*libprotobuf-c1'
has libpprofread-dev.control '^Depends: libpgo \(= [0-9.]+\), libprotobuf-c-dev'
# The commands and their machines need no compiler.
if grep -lE 'Depends: .*(clang|llvm)' pprofread.control pgo-gate.control; then exit 1; fi

(cd root && find . -type f) >files
for file in bin/pprofread bin/pgo-gate bin/pgo-config 'lib/(.*/)?libpgo.so' 'lib/(.*/)?libpprofread.a' \
    include/pprofread.h 'lib/(.*/)?pkgconfig/pprofread.pc' share/man/man1/pprofread.1.gz share/man/man1/pgo-gate.1.gz \
    share/man/man1/pgo-config.1.gz share/man/man7/libpgo.7.gz share/man/man3/pprofread.3.gz \
    share/bash-completion/completions/pprofread share/bash-completion/completions/pgo-gate \
    share/zsh/vendor-completions/_pprofread share/zsh/vendor-completions/_pgo-gate; do
    has files "^\./usr/$file$"
done
root/usr/bin/pprofread --version >version
has version "^pprofread $(sed -n 's/^Version: //p' pprofread.control)$"
test -f "$(root/usr/bin/pgo-config --plugin)"

# Whether there is everything that they ask for, where apt knows of packages at all.
if apt-cache show "clang-$llvm" >/dev/null 2>&1; then
    apt-get install --simulate --no-install-recommends ./out/*.deb >log 2>&1 || { cat log; exit 1; }
    has log '^Inst libpprofread-dev '
fi
