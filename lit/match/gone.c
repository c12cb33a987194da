// A function that the profile knows in this file, and that the file has not any more, is said; other files' are not, nor what is inlined away.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -Rpass-missed=pgo -c -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK-NOT: samples of {{elsewhere|folded}}
// CHECK: remark: 6 samples of renamed not matched: the profile has it in gone.c.tmp/walk.c, this module has no such function (renamed, removed, or ambiguous) [-Rpass-missed=pgo]
// CHECK-NOT: samples of {{elsewhere|folded}}
//
//--- weights
pgo-weights 1
type samples count
function walk file gone.c.tmp/walk.c start 1
  self 0 8
function renamed file gone.c.tmp/walk.c start 3
  self 0 6
function elsewhere file gone.c.tmp/step.c start 3
  self 0 6
# nothing is left of it after LLVM's pre-inliner
function folded file gone.c.tmp/walk.c start 1
  self 0 6
//--- walk.c
static int folded(int x) { return 0; } int walk(int x) { return x * x + folded(x); }
