// An accessor that is inlined may leave no instruction of its own: that no sample came through its calls does not say
// that they never ran. What uses its value has samples, and decides alone; with the calls the branch would be told as a
// third rarer.
//
// RUN: split-file %s %t
// RUN: %clang -O2 -g1 -Xclang -disable-llvm-passes -S -emit-llvm -o - %t/x.c | %opt -passes='function(sroa)' -S \
// RUN:   -o %t/x.ll
// RUN: %opt_pgo -passes=pgo -pgo-profile=%t/weights -pgo-preinline=0 -S -o - %t/x.ll | FileCheck %s
//
// CHECK-LABEL: define {{.*}} @sum(
// CHECK: br i1
// CHECK: br i1 {{.*}}, !prof ![[WEIGHTS:[0-9]+]]
// CHECK: ![[WEIGHTS]] = !{!"branch_weights", i32 {{(9[0-9]{5}|[0-9]{7,8})}}, i32 {{([0-9]{7,8})}}}
//
//--- weights
pgo-weights 1
type samples count
function sum start 5
  self 3:12 4000
  self 3:14 2000
  self 3:36 340
  self 2:39 2000
  self 2:34 2000
//--- x.c
struct list { int *items; };
static int *find(struct list *list, long at) {
    return list->items + at;
}
int sum(struct list *list, long count) {
    int total = 0;
    for (long i = 0, bits = 19; i < count; i++) {
        if ((bits * i) & 64) total ^= *find(list, i);
        bits += 3;
    }
    return total;
}
