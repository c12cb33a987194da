// Asking what is done does not change what is done, and doing it twice gives the same bytes.
// RUN: split-file %s %t
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -c %t/sum.c
// RUN: %{compile} -o %t/first.o
// RUN: %{compile} -o %t/again.o
// RUN: cmp %t/first.o %t/again.o
// RUN: %{compile} -o %t/told.o -mllvm -pgo-debug=3 -mllvm -pgo-report=%t/report -Rpass=pgo -Rpass-analysis=pgo 2>&1 \
// RUN:   | FileCheck %s
// RUN: cmp %t/first.o %t/told.o
// RUN: %clang -O2 -g1 -c %t/sum.c -o %t/plain.o
// RUN: not cmp %t/first.o %t/plain.o
// CHECK: digraph pgo
//
//--- weights
pgo-weights 1
type samples count
function driver start 20
  call 5:1 walk 100 100
function walk start 1
  self 3:13 30
  self 4:22 60
  self 6:22 10
//--- sum.c
int walk(const int *numbers, int count, int (*const step[4])(int)) {
    int total = 0;
    for (int i = 0; i < count; i++) {
        if (numbers[i] > 1000)
            total += step[0](numbers[i]);
        else
            total -= step[1](total);
    }
    return total;
}
