// A block of mere computations has no samples where the profiled build made a select of its branch: that is no proof that
// it never runs. Its branch is not told as certain, so that LLVM makes the same select again; one that stores is.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/x.weights %t/x.c 2>/dev/null | FileCheck %s
//
// CHECK-LABEL: define {{.*}} @rate(
// CHECK: fdiv
// CHECK: select i1 {{.*}} !prof ![[SELECT:[0-9]+]]
// CHECK: br i1 {{.*}} !prof ![[STORE:[0-9]+]]
// CHECK-DAG: ![[SELECT]] = !{!"branch_weights", i32 251658, i32 16525557}
// CHECK-DAG: ![[STORE]] = !{!"branch_weights", i32 {{[0-9]?[0-9]?[0-9]?[0-9]?[0-9]}}, i32 {{[0-9]+}}}
//
//--- x.weights
pgo-weights 1
type samples count
function rate start 2
  self 0 4000
  self 1 4000
  self 3 4000
  self 5 4000
//--- x.c
extern float sink;
float rate(const float *from, float all, float part, int n) {
    float got = from[n] + from[n + 1];
    float factor = 1;
    if (got > part)
        factor = all / part / got;
    got += from[n + 2] * factor;
    if (got > all)
        sink = got;
    return got;
}
