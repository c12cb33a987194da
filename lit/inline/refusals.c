// What keeps a hot call from being inlined is said, with the reason, once per call.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass-missed=pgo -Rpass=pgo -mllvm -pgo-preinline=0 -mllvm -pgo-profile=%t/x.weights %t/x.c 2>&1 \
// RUN:   | FileCheck --implicit-check-not='remark: hot' %s
//
// CHECK-DAG: x.c:15:12: remark: hot call of external (10 of 100 samples, 10.0 %) cannot be inlined: external: its body is in another file (link-time optimization would see it) [-Rpass-missed=pgo]
// CHECK-DAG: x.c:16:12: remark: hot call of not_inline (10 of 100 samples, 10.0 %) cannot be inlined: noinline [-Rpass-missed=pgo]
// CHECK-DAG: x.c:17:12: remark: hot call of not_optimized (10 of 100 samples, 10.0 %) cannot be inlined: noinline [-Rpass-missed=pgo]
// CHECK-DAG: x.c:18:12: remark: hot call of marked_cold (10 of 100 samples, 10.0 %) cannot be inlined: marked cold in the source [-Rpass-missed=pgo]
// CHECK-DAG: x.c:19:12: remark: hot call of variable (10 of 100 samples, 10.0 %) cannot be inlined: variable arguments [-Rpass-missed=pgo]
// CHECK-DAG: x.c:20:12: remark: hot call of replaceable (10 of 100 samples, 10.0 %) cannot be inlined: weak: the linker may replace it [-Rpass-missed=pgo]
// CHECK-DAG: x.c:21:12: remark: hot call of caller (10 of 100 samples, 10.0 %) cannot be inlined: recursive [-Rpass-missed=pgo]
// CHECK-DAG: x.c:25:12: remark: hot call of caller (30 of 100 samples, 30.0 %) cannot be inlined: the calling function is optimized for size [-Rpass-missed=pgo]
//
//--- x.weights
pgo-weights 1
type samples count
total 100 samples 100
function caller start 13
  self 1 1
  call 2:12 external 10 10
  call 3:12 not_inline 10 10
  call 4:12 not_optimized 10 10
  call 5:12 marked_cold 10 10
  call 6:12 variable 10 10
  call 7:12 replaceable 10 10
  call 8:12 caller 10 10
function small start 24
  call 1:12 caller 30 30
//--- x.c
#include <stdarg.h>
volatile int sink;
int external(int);
int __attribute__((noinline)) not_inline(int x) { sink = x; return x + sink; }
int __attribute__((optnone, noinline)) not_optimized(int x) { return x + sink; }
int __attribute__((cold)) marked_cold(int x) { for (int i = 0; i < x; i++) sink = sink * sink / (x + sink) + sink % (i + 3); return sink; }
int variable(int x, ...) {
    va_list list;
    va_start(list, x);
    return va_arg(list, int);
}
int __attribute__((weak)) replaceable(int x) { sink = x; return x + sink; }
int caller(int x) {
    if (x < 0) return 0;
    sink = external(x);
    sink = not_inline(x);
    sink = not_optimized(x);
    sink = marked_cold(x);
    sink = variable(x, x);
    sink = replaceable(x);
    sink = caller(x - 2) + 1;
    return sink;
}
int __attribute__((minsize)) small(int x) {
    sink = caller(x);
    return sink;
}
