// A body whose lines come from an included file: offsets may be negative, and the profile's file is the included one.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
// CHECK: 1 of 1 functions known, 8 of 8 self samples matched
// CHECK-LABEL: pgo: samples of walk
// CHECK-NEXT: pgo:   1:{{[0-9]+}} in block 0: 5 samples
// CHECK: pgo:   6:1 in block 0: 3 samples
//
//--- weights
pgo-weights 1
type samples count
function walk file lib/body.inc start 3
  self -2:3 5
  self 3:1 3
//--- walk.c
// The function starts
// on line three.
void walk(int *x)
{
#include "body.inc"
}
//--- body.inc
*x = *x / 3;
