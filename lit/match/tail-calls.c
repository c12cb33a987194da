// A call in tail position becomes a jump in the profiled build: the stack then says that the caller called the callee's
// callee. Such samples are given to the jump, through a chain of jumps if need be, and by an indirect one only to a
// function of its type; calls that the build made one of, at line 0, share theirs. A function with locals in memory
// keeps its frame.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -S -emit-llvm \
// RUN:   -mllvm -pgo-devirtualize=0 -o /dev/null %t/x.c 2>&1 | FileCheck %s
//
// CHECK: x.c:21:12: pgo: missed OtherCallee in run: 50 samples not matched: the profile saw a call of step here, the code calls framed
// CHECK-LABEL: pgo: samples of hop
// CHECK-NEXT: calls step: 100 inclusive, 90 leaf
// CHECK-LABEL: pgo: samples of fetch
// CHECK: calls through a pointer parse: 30 inclusive, 30 leaf
// CHECK-LABEL: pgo: samples of merged
// CHECK: calls step: 4 inclusive, 4 leaf
// CHECK-NEXT: calls step: 3 inclusive, 3 leaf
//
//--- weights
pgo-weights 1
type samples count
function run start 17
  self 1:5 10
  call 2:10 step 100 90
  call 3:10 parse 30 30
  call 4:12 step 50 50
function hop start 9
  self 3 1
function fetch start 15
  self 0 5
function merged start 22
  self 1 10
  call ? step 7 7
function step start 5
  self 0 10
function parse start 14
  self 0 10
//--- x.c
typedef int (*parser)(int);
int outer(int *);
extern int sink;
#define NOINLINE __attribute__((noinline))
NOINLINE int step(int x) { return x / 3 + sink; }
int hop(int x);
int framed(int x);
int walk(int x) { sink += x; return hop(x + 1); }
int hop(int x) { return step(x * 3); }
int framed(int x) {
    int local = x;
    return step(outer(&local));
}
NOINLINE int parse(int x) { return x * x + sink; }
int fetch(int x, parser parse_it) { sink++; return parse_it(x); }
int run(int x, parser parse_it);
int run(int x, parser parse_it) {
    sink += x;
    x += walk(x);
    x += fetch(x, parse_it);
    return framed(x) + 1;
}
int merged(int x) { sink += x;
    if (x & 1)
        return step(x) + 1;
    sink--;
    return step(x + 7) + 2;
}
parser get(void) { return parse; }
