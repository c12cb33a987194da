// A hot call site gets the budget, and LLVM inlines what it would otherwise leave.
//
// RUN: split-file %s %t
// RUN: %clang -O2 -g1 -S -emit-llvm -o - %t/hot.c | FileCheck --check-prefix=PLAIN %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -Rpass=pgo -mllvm -pgo-profile=%t/hot.weights %t/hot.c 2>&1 \
// RUN:   | FileCheck --check-prefix=PGO %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -Rpass=pgo -mllvm -pgo-profile=%t/hot.weights -mllvm -pgo-inline=0 \
// RUN:   -mllvm -pgo-frequencies=0 -mllvm -pgo-layout=0 %t/hot.c 2>&1 | FileCheck --check-prefix=PLAIN %s
//
// PLAIN-NOT: remark:
// PLAIN-LABEL: define {{.*}} @sum(
// PLAIN: call {{.*}} @digest(
//
// PGO: hot.c:14:18: remark: hot call of digest (90 of 100 samples, 90.0 %): inline threshold raised to 2000 [-Rpass=pgo]
// PGO-LABEL: define {{.*}} @sum(
// PGO-NOT: call {{.*}} @digest(
// PGO: ret i32
//
//--- hot.weights
pgo-weights 1
type samples count
total 100 samples 100
function digest start 2
  self 4:13 40
  self 3:11 30
  self 5:11 20
function sum start 11
  self 3:15 10
  call 3:18 digest 90 90
//--- hot.c
volatile unsigned keys[16];
unsigned digest(unsigned seed) {
    unsigned hash = seed;
    for (unsigned i = 0; i < seed % 7; i++) {
        hash ^= keys[i] * 0x9e3779b9u;
        hash ^= keys[hash & 15] + (hash << 6) + (hash >> 2) + keys[(hash >> 4) & 15];
        hash += keys[(hash >> 8) & 15] ^ keys[(hash >> 12) & 15] ^ keys[(hash >> 16) & 15] ^ keys[hash >> 28];
    }
    return hash + keys[0] + keys[1] + keys[2] + keys[3] + keys[4] + keys[5] + keys[6] + keys[7] + keys[8] + keys[9];
}
unsigned sum(unsigned n) {
    unsigned total = 0;
    for (unsigned i = 0; i < n; i++)
        total += digest(i);
    return total;
}
