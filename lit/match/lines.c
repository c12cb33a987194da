// Samples lie on lines and columns; a column that the code has not goes to the nearest on its line; the brace's line is
// the prologue's; a line without code is said.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -o /dev/null %t/sum.c 2>&1 | FileCheck %s
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -Rpass-missed=pgo -Rpass-analysis=pgo -c -o /dev/null \
// RUN:   %t/sum.c 2>&1 | FileCheck --check-prefix=REMARK %s
//
// CHECK-LABEL: pgo: samples of sum
// CHECK-NEXT: pgo:   3:0 in block 0: 2 samples (#0), cost 4
// CHECK: pgo:   6:15 in block [[BODY:[0-9]+]]: 9 samples
// CHECK-NEXT: pgo:   6:45 in block [[BODY]]: 6 samples
// CHECK-NEXT: pgo:   7:5 in block
// CHECK-NOT: pgo:   {{[0-9]}}
//
// REMARK: sum.c:3:1: remark: 7 of 31 samples of sum not matched: they are on lines that have no code here, most (4) on line 40 [-Rpass-missed=pgo]
// REMARK: sum.c:3:1: remark: 19 of 31 samples of sum matched, 5 at line 0, 7 on lines without code [-Rpass-analysis=pgo]
//
//--- weights
pgo-weights 1
type samples count
function sum start 2
  self ? 5
  self 1 2
  self 4:15 5
  self 4:16 4 # nearest: 15
  self 4:60 6 # nearest: 45
  self 5:5 2
  self 20 3
  self 38 4
//--- sum.c
//
int sum(const int *numbers, int count)
{
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i] * numbers[count - i];
    return total;
}
