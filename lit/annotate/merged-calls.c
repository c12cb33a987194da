// A call that the profiled build had made of three has its samples parted as the calls' own code says: two of them ran
// alike, the third hardly. Given their sum alone the fit raised that one as well, to a fiftieth.
//
// RUN: split-file %s %t
// RUN: %clang -O2 -g1 -Xclang -disable-llvm-passes -S -emit-llvm -o - %t/x.c | %opt -passes='function(sroa)' -S \
// RUN:   -o %t/x.ll
// RUN: %opt_pgo -passes=pgo -pgo-profile=%t/weights -pgo-preinline=0 -S -o - %t/x.ll | FileCheck %s
//
// CHECK: switch i32
// CHECK-NEXT: i32 0
// CHECK-NEXT: i32 1
// CHECK-NEXT: i32 2
// CHECK-NEXT: ], !dbg !{{.*}}, !prof ![[WEIGHTS:[0-9]+]]
// CHECK: ![[WEIGHTS]] = !{!"branch_weights", i32 {{[0-9]+}}, i32 {{([0-9]{7})}}, i32 {{([0-9]{7})}}, i32 {{([0-9]{1,5})}}}
//
//--- weights
pgo-weights 1
type samples count
function turn start 6
  self 1:13 60
  self 3:20 10
  self 6:20 9
  call ? work 40000 40000
function work start 2
  self 1:41 20000
  self 1:46 20000
//--- x.c
int sink;
__attribute__((noinline)) int work(int x) {
    for (int i = 0; i < 9; i++) sink += x / (i + 3);
    return sink;
}
int turn(int what, int x) {
    switch (what) {
    case 0:
        x = work(x ^ 5);
        break;
    case 1:
        x = work(x * 7 + sink);
        break;
    case 2:
        x = work(x - 9);
        break;
    }
    return x;
}
