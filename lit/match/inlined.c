// A copy that is inlined already takes its samples from its function; the function keeps what came on other ways.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=1 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// Through walk step and deep have 70 and 30 samples, through through_pointer 7 and 4. Two samples that are said to be in
// step are on the line of walk's brace: walk's prologue, scheduled into the copy.
// CHECK-LABEL: pgo: samples of walk
// CHECK-NEXT: pgo:   11:0 in block 0: 2 samples
// CHECK: pgo:   8:14 of step in block 0: 70 samples
// CHECK: pgo:   3:14 of deep in block 0: 30 samples
// CHECK-LABEL: pgo: samples of other
// CHECK: pgo:   16:12 calls through_pointer: 11 inclusive, 0 leaf
// CHECK-LABEL: pgo: samples of through_pointer
// CHECK: pgo:   8:14 of step in block 0: 7 samples
// CHECK: pgo:   3:14 of deep in block 0: 4 samples
//
//--- weights
pgo-weights 1
type samples count
function deep start 2
  self 1:14 34
function step start 6
  self 2:14 77
  self 5 2
  call 2:20 deep 34 34
    self 1:14 34
function walk start 11
  call 1:12 step 102 72
    self 2:14 70
    self 5 2
    call 2:20 deep 30 30
      self 1:14 30
function other start 15
  call 1:12 through_pointer 11 0
    call 1:12 step 11 7
      self 2:14 7
      call 2:20 deep 4 4
        self 1:14 4
function through_pointer start 19
  call 1:12 step 11 7
    self 2:14 7
    call 2:20 deep 4 4
      self 1:14 4
//--- walk.c
static __attribute__((always_inline)) inline
int deep(int x) {
    return x * x * 5;
}

static __attribute__((always_inline)) inline int step(int x)
{
    return x * 3 + deep(x + 1);
}

int walk(int x) {
    return step(x);
}
int through_pointer(int);
int other(int x) {
    return through_pointer(x);
}

__attribute__((noinline)) int through_pointer(int x) {
    return step(x);
}
