// A small function that no sample met, its code being in inlined copies, gets the count of its calls and is not cold:
// all of it where nothing of the function may be left there, as of get, whose caller goes round millions of times.
// One that costs too much to have gone unseen, or that is called where nothing seems to run, gets none.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -c -o %t/x.o -Rpass-analysis=pgo -mllvm -pgo-profile=%t/x.weights %t/x.c 2>&1 \
// RUN:   | FileCheck %s
//
// CHECK-DAG: x.c:2:1: remark: entry count {{([0-9]{7,8})}}, from its callers; no samples of its own [-Rpass-analysis=pgo]
// CHECK-DAG: x.c:3:1: remark: no samples: placed among the cold functions
// CHECK-DAG: x.c:10:1: remark: no samples: placed among the cold functions
//
//--- x.weights
pgo-weights 1
type samples count
function busy start 11
  self 1 2000
  self 2 4000
  self 3 4000
//--- x.c
int sink;
static int get(const int *from) { return *from; }
static int heavy(const int *from, int n) {
    int sum = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            sum += from[i] / from[j];
    return sum;
}
static int never(void) { return sink / 7; }
void busy(int n, const int *from) {
    for (int i = 0; i < n; i++) {
        sink += get(from + i);
        if (sink == 12345) {
            sink += heavy(from, n);
            sink += never();
        }
    }
}
