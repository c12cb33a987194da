// A profile without samples is accepted, said when asked for, and changes nothing.
// RUN: %clang -O2 -g1 -c %s -o %t.plain.o
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%data/variants/lua.i-zerosamples.pb.gz -c %s -o %t.o 2>&1 | count 0
// RUN: cmp %t.plain.o %t.o
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%data/variants/lua.i-zerosamples.pb.gz -Rpass-analysis=pgo -c %s -o %t.o \
// RUN:   2>&1 | FileCheck %s
// RUN: cmp %t.plain.o %t.o
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%data/variants/lua.i-zerovalues.pb.gz -mllvm -pgo-debug=1 -c %s -o %t.o \
// RUN:   2>&1 | FileCheck %s
// CHECK: {{remark:|EmptyProfile:}} {{.*}}: no samples; nothing is done
int twice(int x) { return 2 * x; }
