// A profile without start lines holds lines of the file; the module's own subprogram says where they lie.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=1 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK-LABEL: pgo: samples of walk
// CHECK: pgo:   7:30 calls step: 6 inclusive, 6 leaf
// CHECK-LABEL: pgo: samples of outer
// CHECK: pgo:   5:14 of inlined in block 0: 3 samples
//
//--- weights
pgo-weights 1
type samples count
function walk absolute
  self 7 4
  call 7 step 6 6
function outer absolute
  call 10:12 inlined 3 3
    self 5:14 3
function inlined absolute
  self 5:14 3
//--- walk.c
int step(int);

static inline __attribute__((always_inline)) int inlined(int x)
{
    return x * 31 + 7 / x;
}
int walk(int x) { return 1 + step(x); }

int outer(int x) {
    return inlined(x);
}
