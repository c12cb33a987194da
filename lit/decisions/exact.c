// The exact set of decisions, as Go's tests of its PGO compare it: for the source that was profiled, for one whose
// functions have moved, for one whose body was edited, for a profile of another sample type, and under -pgo-hash.
//
// RUN: split-file %s %t
// RUN: cd %t
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-profile=x.weights x.c 2> x.log
// RUN: grep -oE 'pgo: (passed|missed) .*' x.log > x.out
// RUN: diff x.out expected
//
// Moved: two comment lines more above the functions. Offsets are from the function's line, so nothing changes.
// RUN: cat two-lines x.c > moved.c
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-profile=x.weights moved.c 2> moved.log
// RUN: grep -oE 'pgo: (passed|missed) .*' moved.log > moved.out
// RUN: diff moved.out expected
//
// Edited: a line more inside apply, before the indirect call. What is above it still matches.
// RUN: sed -e 's/.*EDIT.*/    sink++;\n&/' x.c > edited.c
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-profile=x.weights edited.c 2> edited.log
// RUN: grep -E 'pgo: (passed|missed) .*' edited.log | FileCheck --check-prefix=EDITED %s
//
// Another type: only nanoseconds, ten million each.
// RUN: sed -e 's/samples count/cpu nanoseconds/; s/ \([0-9]*\) \([0-9]*\)$/ \10000000 \20000000/; s/\(self .*\)$/\10000000/' \
// RUN:   -e 's/^total.*/total 10000000000 samples 1000/' x.weights > nano.weights
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-profile=nano.weights x.c 2> nano.log
// RUN: grep -oE 'pgo: (passed|missed) .*' nano.log > nano.out
// RUN: diff nano.out expected
//
// Bisection: y is all, n is none, and the decisions of two halves are together those of the whole.
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-hash=y -mllvm -pgo-profile=x.weights x.c 2> y.log
// RUN: grep -oE 'pgo: (passed|missed) .*' y.log > y.out
// RUN: diff y.out expected
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-hash=n -mllvm -pgo-profile=x.weights x.c 2> n.log
// RUN: not grep -E 'pgo: passed' n.log
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-hash=0 -mllvm -pgo-profile=x.weights x.c 2> 0.log
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-debug=1 -mllvm -pgo-hash=1 -mllvm -pgo-profile=x.weights x.c 2> 1.log
// RUN: cat 0.log 1.log | FileCheck --check-prefix=HALVES %s
//
// EDITED-DAG: HotCallSite in walk: hot call of apply (100 of 1000 samples, 10.0 %)
// EDITED-NOT: Promoted
//
// HALVES-DAG: passed HotCallSite in walk: hot call of apply
// HALVES-DAG: passed Promoted in apply: indirect call promoted to add
//
//--- two-lines
/* one more line */
/* and another */
//--- expected
pgo: passed Promoted in apply: indirect call promoted to add (600 of 1000 samples, 60.0 %; 100.0 % of the call's)
pgo: passed HotCallSite in apply: hot call of add (600 of 1000 samples, 60.0 %): inline threshold raised to 2000
pgo: missed HotCallNotInlinable in walk: hot call of outside (200 of 1000 samples, 20.0 %) cannot be inlined: external: its body is in another file (link-time optimization would see it)
pgo: passed HotCallSite in walk: hot call of apply (100 of 1000 samples, 10.0 %): inline threshold raised to 2000
//--- x.weights
pgo-weights 1
type samples count
total 1000 samples 1000
function walk start 14
  self 2:17 100
  call 2:17 apply 700 100
  call 3:9 outside 200 200
function apply start 8
  self 1:5 100
  call 4:12 add 600 600
function add start 5
  self 1:19 600
//--- x.c
extern int outside(int);
extern int (*table[4])(int, int);
volatile int sink, many[64];

int add(int a, int b) {
    return a + b + many[a & 63];
}
int apply(int code, int a) {
    sink = code * a + many[0] * many[1] + many[2] * many[3] + many[4] * many[5] + many[6] * many[7] + many[8] * many[9];
    sink = code * a - many[0] * many[1] + many[2] / many[3] + many[4] / many[5] + many[6] / many[7] + many[8] / many[9];
    /* EDIT */
    return table[code & 3](a, code);
}
int walk(int n) {
    for (int i = 0; i < n; i++)
        sink += apply(i, n);
    sink += outside(n);
    return sink;
}
int (*table[4])(int, int) = {add, add, add, add};
