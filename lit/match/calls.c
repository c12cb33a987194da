// Call edges find their calls: two on one line by column, indirect ones by place, aliases through to the function. An
// edge to a function that the call at its place does not call is said. An edge at line 0, a call that was made of
// several, goes to those that no other edge names.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -mllvm -pgo-devirtualize=0 -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK: walk.c:8:9: pgo: missed OtherCallee in walk: 2 samples not matched: the profile saw a call of behind here, the code calls left (a tail call behind it, a frame that the profiler missed, or changed code)
// CHECK-LABEL: pgo: samples of walk
// CHECK: pgo:   6:12 calls left: 5 inclusive, 1 leaf
// CHECK-NEXT: pgo:   6:22 calls left: 9 inclusive, 9 leaf
// CHECK-NEXT: pgo:   7:10 calls through a pointer right: 6 inclusive, 5 leaf
// CHECK-NEXT: pgo:   7:10 calls through a pointer behind: 3 inclusive, 3 leaf
// CHECK-NEXT: pgo:   7:10 calls through a pointer left: 1 inclusive, 1 leaf
// CHECK-NEXT: pgo:   8:9 calls left: 4 inclusive, 4 leaf
// CHECK-NEXT: pgo:   9:10 calls target: 8 inclusive, 8 leaf
// CHECK-LABEL: pgo: samples of turn
// CHECK: pgo:   13:22 calls left: 3 inclusive, 2 leaf
// CHECK-NEXT: pgo:   14:22 calls left: 4 inclusive, 4 leaf
// CHECK-NEXT: pgo:   15:19 calls left: 3 inclusive, 2 leaf
// CHECK-LABEL: pgo: samples of both
// CHECK: pgo:   18:26 calls left: 7 inclusive, 7 leaf
// CHECK-NEXT: pgo:   18:36 calls left: 5 inclusive, 5 leaf
//
//--- weights
pgo-weights 1
type samples count
function walk start 5
  call 1:12 left 5 1
  call 1:22 left 9 9
  call 2:10 behind 3 3
  call 2:10 left 1 1
  call 2:10 right 6 5
  call 3:9 behind 2 2
  call 3:9 left 4 4
  call 4:12 target 8 8
function turn start 12
  call ? left 6 4
  call 2:22 left 4 4
function both start 18
  call ? left 6 6
  call 0:26 left 4 4
  call 0:36 left 2 2
//--- walk.c
int left(int);
int target(int x) { return x * 9; }
int alias(int) __attribute__((alias("target")));
int walk(int x, int (*pointer)(int));
int walk(int x, int (*pointer)(int)) {
    x += - left(x) + left(x + 1);
    x += pointer(x);
    x = left(x);
    x += alias(x);
    return x;
}
int turn(int x) {
    if (x == 1) x += left(3);
    if (x == 2) x -= left(4);
    else x ^= 1 + left(5);
    return x;
}
int both(int x) { return left(x) + left(-x); }
