// A function may double or reach 5,000 instructions; the heaviest calls come first, the rest is left and said.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass-missed=pgo -Rpass=pgo -mllvm -pgo-profile=%t/x.weights %t/x.c 2>&1 \
// RUN:   | FileCheck %s
//
// CHECK: remark: hot call of big (60 of 100 samples, 60.0 %): inline threshold raised to
// CHECK: remark: hot call of big (30 of 100 samples, 30.0 %) left as it is: the calling function would grow past its limit [-Rpass-missed=pgo]
//
//--- x.weights
pgo-weights 1
type samples count
total 100 samples 100
function caller start 7
  self 1 10
  call 1:16 big 30 30
  call 2:16 big 60 60
//--- x.c
volatile int sink;
#define ONE sink += sink * 3;
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
void big(int x) { THOUSAND sink = x; }
void caller(int x) {
    if (x & 1) big(x);
    if (x & 2) big(x);
}
