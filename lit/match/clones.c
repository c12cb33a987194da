// What compilers cut out of a function or specialize belongs to it: the source has one function.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK: pgo: 2 of 2 functions known, 25 of 25 self samples matched
// CHECK-NEXT: pgo: walk: 15 of 15 self samples matched, 0 at line 0, 20 inclusive
// CHECK: pgo: promoted (profiled as promoted.llvm.8961234): 10 of 10 self samples matched
// CHECK-LABEL: pgo: samples of walk
// CHECK: pgo:   2:12 in block {{.*}}: 6 samples
// CHECK: pgo:   3:12 in block {{.*}}: 9 samples
// CHECK: pgo:   2:12 calls step: 5 inclusive, 5 leaf
//
//--- weights
pgo-weights 1
type samples count
function walk start 1
  self 1:12 4
  call 2:5 walk.part.0 5 5
    self 2:12 5
function walk.part.0 start 1
  self 2:12 5
function walk.constprop.1.cold start 1
  self 1:12 2
  self 2:12 4
  call 1:12 step 5 5
function promoted.llvm.8961234 start 5
  self 1:14 10
//--- walk.c
int step(int); int walk(int *x) {
    return step(x[0])
         + x[5] * x[6];
}
int promoted(int x) {
    return x * 7;
}
