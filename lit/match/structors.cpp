// A constructor or destructor has several symbols for one piece of source, and which of them a profiler picks is chance:
// whatever it picked, the function has its samples, its calls match, and it is not placed among the cold. A class with a
// virtual base has code for two of them: both have the samples.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=2 -S -emit-llvm \
// RUN:   -o /dev/null %t/box.cpp 2>&1 | FileCheck %s
//
// CHECK-NOT: OtherCallee
// CHECK-NOT: NotMatched
// CHECK: pgo: _ZN3BoxC2Ei (profiled as _ZN3BoxC1Ei): 300 of 300 self samples matched
// CHECK: pgo: _ZN3BoxD2Ev (profiled as _ZN3BoxD1Ev): 500 of 500 self samples matched
// CHECK: pgo: _ZN6SharedC2Ev (profiled as _ZN6SharedC1Ev): 40 of 40 self samples matched
// CHECK: pgo: _ZN6SharedC1Ev: 40 of 40 self samples matched
//
// The same by the symbols alone, of a build without debug locations.
// RUN: %clang_pgo -O2 -g0 -mllvm -pgo-profile=%t/weights -S -emit-llvm -o /dev/null %t/box.cpp 2>&1 \
// RUN:   | FileCheck --check-prefix=NAMES %s
// NAMES: has no debug locations, so that 880 samples on 5 of its functions match nothing
//
//--- weights
pgo-weights 1
type samples count
function _ZN3BoxC1Ei start 10
  self 1:13 300
function _ZN3BoxD1Ev start 13
  self 1:13 200
function _ZN3BoxD2Ev start 13
  self 1:13 300
function _ZN6SharedC1Ev start 16
  self 0:30 40
function _Z3usei start 19
  call 1:9 _ZN3BoxC1Ei 300 300
    self 1:13 300
  call 2:1 _ZN3BoxD1Ev 200 200
    self 1:13 200
//--- box.cpp
extern int sink[];
struct Box {
    int size;
    Box(int size);
    ~Box();
};
struct Base { int value; };
struct Shared : virtual Base { Shared(); };

Box::Box(int n) : size(n) {
    sink[n] = sink[n + 1] * 3;
}
Box::~Box() {
    sink[0] = sink[size] / 7;
}
Shared::Shared() { sink[1] += value; }


void use(int n) {
    Box box(n);
}
