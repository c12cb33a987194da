// At -O0 a module is left alone, and asking says so; nobody pays for reading a profile there.
// RUN: %clang -O0 -g1 -c %s -o %t.plain.o
// RUN: %clang_pgo -O0 -g1 -mllvm -pgo-profile=%t.not-even-read -c %s -o %t.pgo.o 2>&1 | count 0
// RUN: cmp %t.plain.o %t.pgo.o
// RUN: %clang_pgo -O0 -g1 -mllvm -pgo-profile=%t.not-even-read -Rpass-analysis=pgo -mllvm -pgo-debug=1 -c %s \
// RUN:   -o %t.pgo.o 2>&1 | FileCheck %s
// CHECK: {{.*}}unoptimized.c:[[@LINE+2]]:1: remark: module left alone: at -O0 nothing would act on a profile [-Rpass-analysis=pgo]
// CHECK: pgo: analysis Unoptimized: module left alone: at -O0
int twice(int x) { return 2 * x; }
