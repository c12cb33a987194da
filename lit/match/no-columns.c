// A profile without columns: a line's samples are one observation over all of its code, and calls are told apart by
// callee. What still cannot be told apart shares its samples.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK-LABEL: pgo: samples of walk
// CHECK-NEXT: pgo:   4:[[#]] in block 0: 7 samples (#[[LINE:[0-9]+]])
// CHECK-NEXT: pgo:   4:[[#]] in block 0: 7 samples (#[[LINE]])
// CHECK: pgo:   4:12 calls left: 4 inclusive, 3 leaf
// CHECK-NEXT: pgo:   4:22 calls right: 5 inclusive, 5 leaf
// CHECK-NEXT: pgo:   4:33 calls left: 3 inclusive, 3 leaf
//
//--- weights
pgo-weights 1
type samples count
function walk start 3
  self 1 7
  call 1 left 7 6
  call 1 right 5 5
//--- walk.c
int left(int);
int right(int);
int walk(int x) {
    return left(x) + right(x) - left(x + 1);
}
