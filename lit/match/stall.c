// Half of a load's cost is looked for where the program waits for it: at the branch on the loaded value, which is at the
// compare's place, and at the next instruction of any other load.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -o /dev/null \
// RUN:   %t/x.c 2>&1 | FileCheck %s
//
// CHECK: pgo: samples of look
// CHECK-NEXT: 3:9 in block 0: 5 samples (#1), cost 1.45
// CHECK-NEXT: 3:17 in block 0: 5 samples (#2), cost 2.25
// CHECK: pgo: samples of add
// CHECK-NEXT: 8:12 in block 0: 5 samples (#4), cost 1.45
// CHECK-NEXT: 8:20 in block 0: 5 samples (#5), cost 2.75
//
//--- weights
pgo-weights 1
type samples count
function look start 2
  self 1:9 5
  self 1:17 5
function add start 6
  self 2:12 5
  self 2:20 5
//--- x.c
int sink;
void look(const int *from, int wanted, int n) {
    if (from[n] == wanted)
        sink = 1;
}
void add(const int *from, int n) {
    sink = (n / 3) +
           from[n] *
               n;
}
