// A switch whose cases share a target keeps a slot for each: weights stand in the terminator's order. Invokes are calls.
// RUN: split-file %s %t
// RUN: %clang -O2 -g1 -Xclang -disable-llvm-passes -S -emit-llvm -o - %t/walk.cpp | %opt -passes='function(sroa)' -S \
// RUN:   -o %t/walk.ll
// RUN: %opt_pgo -passes=pgo -pgo-profile=%t/weights -pgo-preinline=0 -pgo-debug=3 -S -o %t/out.ll %t/walk.ll 2>&1 \
// RUN:   | FileCheck --check-prefix=CALLS %s
// RUN: FileCheck %s < %t/out.ll
//
// CALLS-LABEL: pgo: samples of _Z4walki
// CALLS: pgo:   13:16 calls _Z5throwi: 60 inclusive, 60 leaf
//
// CHECK: switch i32 %{{.*}}, label %{{.*}} [
// CHECK-NEXT: i32 1, label %[[A:.*]]
// CHECK-NEXT: i32 2, label %[[A]]
// CHECK-NEXT: i32 9, label %[[A]]
// CHECK-NEXT: i32 7, label %{{.*}}
// CHECK-NEXT: ], !dbg !{{.*}}, !prof ![[WEIGHTS:[0-9]+]]
// CHECK: ![[WEIGHTS]] = !{!"branch_weights", i32 {{[0-9]+}}, i32 {{[0-9]+}}, i32 {{[0-9]+}}, i32 {{[0-9]+}}, i32 {{[0-9]+}}}
//
//--- weights
pgo-weights 1
type samples count
function _Z4walki start 4
  self 1:5 10
  self 6:18 20
  self 9:16 30
  call 9:16 _Z5throwi 60 60
//--- walk.cpp
struct Guard { ~Guard(); };
int twice(int);
int throw_(int) __asm__("_Z5throwi");
int walk(int x) {
    switch (x) {
    case 1:
    case 2:
    case 9:
        x++;
        return x * 7;
    case 7: {
        Guard guard;
        return throw_(x) / 3;
    }
    default:
        return twice(x);
    }
}
