// An indirect call inside a try block is an invoke: it is promoted too, exceptions still arrive, and its !prof stays
// free for the targets.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/x.ll -Rpass=pgo -mllvm -pgo-profile=%t/x.weights %t/x.cpp 2>&1 \
// RUN:   | FileCheck --check-prefix=REMARK %s
// RUN: FileCheck --check-prefix=AFTER %s < %t/x.ll
//
// REMARK: remark: indirect call promoted to _Z6throwsi (90 of 100 samples, 90.0 %; 90.0 % of the call's) [-Rpass=pgo]
//
// AFTER-LABEL: define {{.*}} @_Z6calleri(
// AFTER-DAG:   icmp eq ptr %{{[0-9]+}}, @_Z6throwsi
// AFTER-DAG:   invoke {{.*}} @_Z6throwsi(
// AFTER-DAG:   invoke {{.*}} %{{[0-9]+}}(
//
//--- x.weights
pgo-weights 1
type samples count
total 100 samples 100
function _Z6calleri start 6
  call 2 _Z6throwsi 90 80
  call 2 _Z5otheri 10 10
//--- x.cpp
extern volatile int sink;
int __attribute__((noinline)) throws(int x) { if (x == 7) throw x; sink = x; return x; }
int __attribute__((noinline)) other(int x) { if (x == 8) throw x; sink = -x; return x; }
int (*volatile pointer)(int) = throws;

int caller(int x) {
    try {
        return pointer(x);
    } catch (int) {
        return 1;
    }
}
