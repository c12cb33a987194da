// -pgo-hash takes the decisions whose hash ends in the given bits: the two halves make the whole, so that one bad
// decision can be found by halving.
// RUN: split-file %s %t
// DEFINE: %{report} = %clang_pgo -O2 -g1 -c %t/calls.c -o %t/calls.o -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 \
// DEFINE:   -mllvm -pgo-debug=1 -mllvm -pgo-hash
// RUN: %{report}=y 2>&1 | grep HotCallSite | sort > %t/all
// RUN: %{report}=0 2>&1 | grep HotCallSite | sort > %t/zero
// RUN: %{report}=1 2>&1 | grep HotCallSite | sort > %t/one
// RUN: %{report}=n 2>&1 | not grep HotCallSite
// RUN: cat %t/zero %t/one | sort > %t/both
// RUN: diff %t/all %t/both
// RUN: FileCheck %s < %t/all
// CHECK-COUNT-8: HotCallSite
// RUN: not cmp %t/all %t/zero
// RUN: not cmp %t/all %t/one
//
//--- weights
pgo-weights 1
type samples count
function work start 2
  self 3:16 160
function calls start 7
  call 1:17 work 20 20
  call 2:17 work 20 20
  call 3:17 work 20 20
  call 4:17 work 20 20
  call 5:17 work 20 20
  call 6:17 work 20 20
  call 7:17 work 20 20
  call 8:17 work 20 20
//--- calls.c
extern volatile int result;
void work(int n) {

    for (int i = 0; i < n; i++)
        result += i;
}
void calls(int n) {
    result = n; work(n + 1);
    result = n; work(n + 2);
    result = n; work(n + 3);
    result = n; work(n + 4);
    result = n; work(n + 5);
    result = n; work(n + 6);
    result = n; work(n + 7);
    result = n; work(n + 8);
}
