// The second target is never taken for the first: where the heaviest cannot be promoted, nothing is, and the reason is
// said. What is refused stays in the metadata.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/x.ll -Rpass=pgo -Rpass-missed=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   %t/x.c 2>&1 | FileCheck --implicit-check-not='indirect call' %s
// RUN: FileCheck --check-prefix=IR %s < %t/x.ll
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass=pgo -Rpass-missed=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   -mllvm -pgo-devirtualize=0 %t/x.c 2>&1 | FileCheck --check-prefix=OFF --allow-empty %s
//
// OFF-NOT: indirect call
//
// CHECK-DAG: x.c:8:5: remark: indirect call not promoted to unknown (60 of 1000 samples, 6.0 %; 60.0 % of the call's): this file does not know it
// CHECK-DAG: x.c:10:5: remark: indirect call not promoted to two (100 of 1000 samples, 10.0 %; 100.0 % of the call's): The number of arguments mismatch
// CHECK-DAG: x.c:11:5: remark: indirect call not promoted to one (4 of 1000 samples, 0.4 %; 100.0 % of the call's): 5 samples are needed at the call
// CHECK-DAG: x.c:12:5: remark: indirect call not promoted to many_1 (25 of 1000 samples, 2.5 %; 25.0 % of the call's): too many targets share the call
// CHECK-DAG: x.c:13:5: remark: indirect call promoted to external (100 of 1000 samples, 10.0 %; 100.0 % of the call's)
//
// IR-LABEL: define {{.*}} @caller(
// IR:       call void %{{[0-9]+}}(i32 noundef 1){{.*}} !prof ![[UNKNOWN:[0-9]+]]
// IR:       icmp eq ptr %{{[0-9]+}}, @external
// IR-DAG:   ![[UNKNOWN]] = !{!"VP", i32 0, i64 {{[0-9]+}}, i64 {{-?[0-9]+}}, i64 {{[0-9]+}}, i64 {{-?[0-9]+}}, i64 {{[0-9]+}}}
//
//--- x.weights
pgo-weights 1
type samples count
total 1000 samples 1000
function caller start 7
  self 1:5 20
  self 2:5 20
  self 3:5 20
  self 4:5 20
  self 5:5 20
  self 6:5 20
  call 1:5 unknown 60 60
  call 1:5 one 40 40
  call 3:5 two 100 100
  call 4:5 one 4 4
  call 5:5 many_1 25 25
  call 5:5 many_2 25 25
  call 5:5 many_3 25 25
  call 5:5 many_4 25 25
  call 6:5 external 100 100
//--- x.c
extern volatile int sink;
void one(int x) { sink = x; }
void two(int x, int y) { sink = x + y; }
void external(int);
void (*volatile pointer)(int);

void caller(int x) {
    pointer(1);
    pointer(2);
    pointer(3);
    pointer(4);
    pointer(5);
    pointer(6);
    if (x == 8) external(7);
}
void many_1(int x) { sink = x + 1; }
void many_2(int x) { sink = x + 2; }
void many_3(int x) { sink = x + 3; }
void many_4(int x) { sink = x + 4; }
