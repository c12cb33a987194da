// Two statics of one name: the file decides. A static of another file is another function, whatever it is called.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-preinline=0 -mllvm -pgo-debug=2 -S -emit-llvm \
// RUN:   -o /dev/null %t/walk.c 2>&1 | FileCheck %s
//
// CHECK: missed NotMatched in other: other not matched with the profile: the profile's function of this name is in another file
// CHECK: missed NotMatched in torn: torn not matched with the profile: ambiguous: several functions of the profile have this name
// CHECK: pgo: 2 of 5 functions known, 10 of 10 self samples matched
// CHECK: pgo: external: 3 of 3 self samples matched
// CHECK: pgo: step: 7 of 7 self samples matched
//
//--- weights
pgo-weights 1
type samples count
function step file src/jump.c start 1
  self 1 5
function step file src/walk.c start 1
  self 0 7
function other file src/jump.c start 20
  self 1 5
function torn file src/jump.c start 3
  self 0 5
function torn file src/run.c start 3
  self 0 4
# an external function has one body, and the file may be that of an included piece of it
function external file src/body.inc start 20
  self 0 3
//--- walk.c
__attribute__((noinline)) static int step(int x) { return x * x; }
__attribute__((noinline)) static int other(int x) { return x + x; }
__attribute__((noinline)) static int torn(int x) { return x - 8; }
int external(int x) { return x + 17; }
int use(int x) { return step(x) + other(x + 1) + torn(x); }
