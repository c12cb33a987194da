// -funique-internal-linkage-names gives statics mangled names. A profile of such a build fits a build without, and the
// other way round.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/unique -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/plain -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -funique-internal-linkage-names -o /dev/null %t/walk.c 2>&1 | FileCheck %s
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/unique -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -funique-internal-linkage-names -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK: 1 of 2 functions known, 9 of 9 self samples matched
// CHECK: pgo:   2:12 in block 0: 9 samples
//
//--- unique
pgo-weights 1
type samples count
function _ZL4stepi.__uniq.256789012345 source step start 1
  self 1:12 9
//--- plain
pgo-weights 1
type samples count
function step start 1
  self 1:12 9
//--- walk.c
__attribute__((noinline)) static int step(int x) {
  return x * x;
}
int walk(int x) { return step(x) + step(x + 1); }
