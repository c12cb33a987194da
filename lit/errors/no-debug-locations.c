// Without debug locations nothing can match; that is said where the profile knows the file's functions, with the remedy,
// and only there. A request for remarks makes clang track locations by itself.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -mllvm -pgo-profile=%t/weights -c %t/sum.c -o %t/sum.o 2>&1 | FileCheck %s
// RUN: %clang -O2 -c %t/sum.c -o %t/plain.o
// RUN: cmp %t/plain.o %t/sum.o
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -c %t/sum.c -o %t/sum.o 2>&1 | count 0
// RUN: %clang_pgo -O2 -Rpass=pgo -mllvm -pgo-profile=%t/weights -S -emit-llvm -o - %t/sum.c 2>/dev/null \
// RUN:   | FileCheck --check-prefix=TRACKED %s
// RUN: %clang_pgo -O2 -mllvm -pgo-profile=%t/weights -c %t/other.c -o %t/other.o 2>&1 | count 0
//
// CHECK: warning: pgo: {{.*}}weights: {{.*}}sum.c has no debug locations, so that 30 samples on 1 of its functions match nothing; compile with -g1 [-Wbackend-plugin]
// TRACKED: @sum({{.*}}!prof
//
//--- weights
pgo-weights 1
type samples count
function sum start 1
  self 3:9 10
  self 3:18 20
function driver start 10
  call 5:1 sum 30 30
//--- other.c
int product(int a, int b) { return a * b; }
//--- sum.c
int sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
