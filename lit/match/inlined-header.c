// A sample on a line that an inlined copy has not belongs to the caller's line of that number only in one file.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=1 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK: analysis Matched in walk: 70 of 72 samples of walk matched, 0 at line 0, 2 on lines without code
// CHECK-LABEL: pgo: samples of walk
// CHECK-NEXT: pgo:   2:14 of step in block 0: 70 samples
//
//--- weights
pgo-weights 1
type samples count
function step start 1
  self 1:14 70
  self 3 2
function walk start 4
  call 1:12 step 72 72
    self 1:14 70
    self 3 2
//--- step.h
static __attribute__((always_inline)) inline int step(int x) {
    return x * 3 + 1;
}
//--- walk.c
#include "step.h"


int walk(int x) {
    return step(x);
}
