// What is not promoted stays as value-profile metadata in LLVM's own terms: its pass finds the targets by it, static
// ones and those of -funique-internal-linkage-names too.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/x.ll -mllvm -pgo-profile=%t/x.weights \
// RUN:   -mllvm -pgo-devirtualize-min-share=100 %t/x.c
// RUN: %opt -passes='require<profile-summary>,pgo-icall-prom' -icp-total-percent-threshold=5 -S %t/x.ll | FileCheck %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/unique.ll -mllvm -pgo-profile=%t/x.weights \
// RUN:   -funique-internal-linkage-names -mllvm -pgo-devirtualize-min-share=100 %t/x.c
// RUN: %opt -passes='require<profile-summary>,pgo-icall-prom' -icp-total-percent-threshold=5 -S %t/unique.ll \
// RUN:   | FileCheck %s
//
// CHECK-LABEL: define {{.*}} @apply(
// CHECK:       icmp eq ptr %{{[0-9]+}}, @{{_ZL4hide.*|hide}}
// CHECK:       icmp eq ptr %{{[0-9]+}}, @show
//
//--- x.weights
pgo-weights 1
type samples count
total 1000 samples 1000
function apply start 6
  self 3 300
  call 3 hide 400 400
  call 3 show 300 300
//--- x.c
volatile int sink;
static int __attribute__((noinline)) hide(int a) { return a + sink; }
int __attribute__((noinline)) show(int a) { return a - sink; }
int (*table[])(int) = {hide, show};

int apply(int count, int value) {
    for (int i = 0; i < count; i++) {
        int (*pick)(int) = table[i & 1];
        value = pick(value);
    }
    return value;
}
