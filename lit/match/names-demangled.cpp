// Profilers that keep only demangled or shortened names: the module's names are shortened in the same ways, and what is
// not the only one that fits is not taken.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=2 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.cpp 2>&1 | FileCheck %s
//
// CHECK: missed NotMatched in _ZN2ns4bothEi: _ZN2ns4bothEi not matched with the profile: ambiguous: several functions of this module fit one of the profile
// CHECK: missed NotMatched in _ZN2ns4bothEd: _ZN2ns4bothEd not matched with the profile: ambiguous
// CHECK: missed NotMatched in _Z5twicei: _Z5twicei not matched with the profile: ambiguous: several functions of the profile have this name
// CHECK: pgo: 6 of 11 functions known, 6 of 6 self samples matched
// CHECK: pgo: _ZN2ns9template_IiEEvT_ (profiled as ns::template_<int>): 1 of 1
// CHECK: pgo: _ZN2ns6short_IdEEvT_ (profiled as ns::short_): 1 of 1
// CHECK: pgo: _ZN2ns5wholeEi (profiled as ns::whole(int)): 1 of 1
// CHECK: pgo: _ZN2ns4bareEv (profiled as bare): 1 of 1
// CHECK: pgo: _ZN2ns1TclEi (profiled as ns::T::operator()): 1 of 1
// CHECK: pgo: _ZN12_GLOBAL__N_16hiddenEPFviE (profiled as (anonymous namespace)::hidden): 1 of 1
//
//--- weights
pgo-weights 1
type samples count
function "ns::whole(int)" uncertain start 3
  self 0 1
function "ns::template_<int>" uncertain start 4
  self 0 1
function ns::short_ uncertain absolute
  self 5 1
function bare uncertain absolute
  self 6 1
function ns::both uncertain absolute
  self 7 1
function "ns::T::operator()" uncertain absolute
  self 10 1
function "(anonymous namespace)::hidden" uncertain absolute
  self 12 1
function twice uncertain source a start 100
  self 0 1
function twice uncertain source b start 200
  self 0 1
# certain: another function, although its short name is the same
function _ZN5other7certainEv start 15
  self 0 1
//--- walk.cpp
volatile int sink;
namespace ns {
void whole(int x) { sink = x; }
template <class T> void template_(T x) { sink = x; } template void template_<int>(int);
template <class T> void short_(T x) { sink = (int)x; } template void short_<double>(double);
void bare(void) { sink = 1; }
void both(int) { sink = 1; } void both(double) { sink = 2; }
struct T {
    int operator()(int x); };
int T::operator()(int x) { return sink + x; }
}
namespace { __attribute__((noinline)) void hidden(void (*f)(int)) { f(sink); } }
void use() { hidden(ns::whole); }
void twice(int x) { sink = x; }
namespace ns { void certain() { sink = 5; } }
