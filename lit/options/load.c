// However often and from wherever the library is loaded, its options are registered once and the pass runs once.
// UNSUPPORTED: sanitized
// RUN: split-file %s %t
// RUN: cp %pgo_plugin %t/copy.so
// RUN: %clang -fplugin=%pgo_plugin -fpass-plugin=%pgo_plugin -fpass-plugin=%t/copy.so -mllvm -pgo-debug=1 -O2 -g1 \
// RUN:   -mllvm -pgo-profile=%t/weights -S -emit-llvm -o - %t/sum.c 2>&1 | FileCheck %s
// CHECK: pgo: analysis AlreadyAnnotated: module left alone: libpgo has annotated it before
// CHECK: !pgo.annotated = !{![[MARK:[0-9]+]]}
// CHECK: ![[MARK]] = !{}
//
//--- weights
pgo-weights 1
type samples count
function driver start 10
  call 5:1 sum 20 20
function sum start 1
  self 3:9 10
  self 3:18 10
//--- sum.c
int sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
