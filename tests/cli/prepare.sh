#!/bin/sh
# prepare.sh ROOT: what the examples share: a build folder from before is configured again, since another example may have
# installed what that one did without; a command is shown so that it can be copied. cmake and ninja are stood in for.
set -u
command -v bash >/dev/null || exit 77
root=$1
. "$(dirname "$0")/support.sh"

mkdir bin
printf '#!/bin/sh\necho "cmake $*" >>calls\nmkdir -p build\n: >build/build.ninja\n' >bin/cmake
printf '#!/bin/sh\necho "ninja $*" >>calls\n' >bin/ninja
chmod +x bin/cmake bin/ninja
for example in lua jsonserver; do
    PATH=$folder/bin:$PATH here=$root/examples/$example bash -c '. "$here/../common.sh"
        install_packages() { :; }
        build=build
        build_libpgo
        show true "$root/a b" --x=1' >out 2>err || fail "$example: nothing is built"
done
[ "$(cut -d' ' -f1 calls | tr '\n' ' ')" = 'cmake ninja cmake ninja ' ] || fail 'the second example does not configure'
[ "$(sed -n 3p calls)" = 'cmake build' ] || fail 'the second example changes how the folder was configured'
grep -q "^\$ true 'a b' --x=1\$" out || fail 'a command is shown that cannot be copied'
finish
