// A block of mere computations has no samples where the profiled build made a select of its branch: that is no proof that
// it never runs. Its branch is not told as certain, so that LLVM makes the same select again. One that stores, and goes on
// where the branch would, may have waited elsewhere: it stays in line. Where there is a call, no samples mean no call: what
// the fit leaves of it between 1 and 3 % is told as less than the 1 % from which on LLVM finds a branch predictable.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/x.weights %t/x.c 2>/dev/null | FileCheck %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/y.weights %t/y.c | FileCheck --check-prefix=RARE %s
// RUN: sed 's/ 100$/ 20/' %t/y.weights > %t/few.weights
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/few.weights %t/y.c | FileCheck --check-prefix=FEW %s
//
// CHECK-LABEL: define {{.*}} @rate(
// CHECK: fdiv
// CHECK: fdiv
// CHECK: select i1 {{.*}} !prof ![[SELECT:[0-9]+]]
// CHECK: br i1 {{.*}} !prof ![[STORE:[0-9]+]]
// CHECK: br i1 {{.*}} !prof ![[CALL:[0-9]+]]
// CHECK-DAG: ![[SELECT]] = !{!"branch_weights", i32 251658, i32 16525557}
// CHECK-DAG: ![[STORE]] = !{!"branch_weights", i32 5536481, i32 11240734}
// CHECK-DAG: ![[CALL]] = !{!"branch_weights", i32 {{[0-9]?[0-9]?[0-9]?[0-9]?[0-9]?[0-9]}}, i32 {{[0-9]+}}}
//
// RARE: !{!"branch_weights", i32 150994, i32 16626221}
// FEW: !{!"branch_weights", i32 6{{[0-9][0-9][0-9][0-9][0-9]}}, i32 16{{[0-9]+}}}
//
//--- x.weights
pgo-weights 1
type samples count
function rate start 3
  self 0 4000
  self 1 4000
  self 3 4000
  self 6 4000
  self 7 4000
  self 8 4000
  self 10 4000
  self 12 4000
//--- x.c
extern float sink;
void report(float);
float rate(const float *from, float all, float part, int n) {
    float got = from[n] + from[n + 1];
    float factor;
    if (got > part)
        factor = all / part / got;
    else
        factor = got / part;
    got += from[n + 2] * factor;
    if (got > all)
        sink = got;
    if (n > 7)
        report(got);
    return got;
}
//--- y.weights
pgo-weights 1
type samples count
function sum start 3
  self 0 100
  self 1 100
  self 2 100
  self 5 100
//--- y.c
extern float sink;
void report(float);
float sum(const float *from, float all, int n) {
    float got = from[n] + from[n + 1];
    got += from[n + 2] * all;
    if (n > 7)
        report(got);
    return got;
}
