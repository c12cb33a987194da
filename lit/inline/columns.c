// Two calls on one line are two: by callee, and by column where the callee is the same. Where the profile knows no
// columns, both calls of one callee are hot.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass=pgo -mllvm -pgo-preinline=0 -mllvm -pgo-profile=%t/columns.weights %t/x.c 2>&1 \
// RUN:   | FileCheck --check-prefix=COLUMNS --implicit-check-not='hot call' %s
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass=pgo -mllvm -pgo-preinline=0 -mllvm -pgo-profile=%t/lines.weights %t/x.c 2>&1 \
// RUN:   | FileCheck --check-prefix=LINES --implicit-check-not='hot call' %s
//
// COLUMNS: x.c:6:26: remark: hot call of work (90 of 100 samples, 90.0 %): inline threshold raised to
// LINES-DAG: x.c:6:12: remark: hot call of work (45 of 100 samples, 45.0 %): inline threshold raised to
// LINES-DAG: x.c:6:26: remark: hot call of work (45 of 100 samples, 45.0 %): inline threshold raised to
//
//--- columns.weights
pgo-weights 1
type samples count
total 100 samples 100
function caller start 5
  self 1:24 10
  call 1:26 work 90 90
//--- lines.weights
pgo-weights 1
type samples count
total 100 samples 100
function caller start 5
  self 1 10
  call 1 work 90 90
//--- x.c
volatile int sink, many[64];
int other(int x) { for (int i = 0; i < x; i++) many[i & 63] += many[i & 31] * many[i & 15] / (many[i & 7] | 1); return sink; }
int work(int x) { for (int i = 0; i < x; i++) many[i & 63] -= many[i & 31] * many[i & 15] / (many[i & 7] | 1); return sink; }

int caller(int x) {
    return work(x + 1) + work(x) + other(x);
}
