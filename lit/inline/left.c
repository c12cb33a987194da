// After LLVM's inliner has run, a hot call that is still a call is named; the marks are gone from the result.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/x.ll -Rpass-missed=pgo -Rpass=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   %t/x.c 2>&1 | FileCheck %s
// RUN: FileCheck --check-prefix=IR %s < %t/x.ll
//
// CHECK: x.c:8:12: remark: hot call of jumps (90 of 100 samples, 90.0 %): inline threshold raised to 2000 [-Rpass=pgo]
// CHECK: x.c:8:12: remark: hot call of jumps is still a call: LLVM's inliner declined (-Rpass-missed=inline says why) [-Rpass-missed=pgo]
// IR-NOT: function-inline-threshold
// IR-NOT: pgo-hot
//
//--- x.weights
pgo-weights 1
type samples count
total 100 samples 100
function caller start 7
  self 1:5 10
  call 1:12 jumps 90 90
//--- x.c
volatile int sink;
int jumps(int x) {
    static void *const places[] = {&&one, &&two};
    goto *places[x & 1];
one: sink = 1; if (sink > 7) goto *places[sink & 1]; return 1; two: sink = 2; return 2;
}
int caller(int x) {
    sink = jumps(x); return sink;
}
