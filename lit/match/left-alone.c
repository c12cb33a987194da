// Functions that are not to be touched are left alone, and that is said.
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-debug=2 -S -emit-llvm -o %t/walk.ll %t/walk.c 2>&1 \
// RUN:   | FileCheck %s
// RUN: FileCheck --check-prefix=IR %s < %t/walk.ll
//
// CHECK: missed NotMatched in plain_optnone: plain_optnone not matched with the profile: it is not to be optimized (optnone)
// CHECK: missed NotMatched in plain_naked: plain_naked not matched with the profile: it is naked
// CHECK: missed NotMatched in without_info: without_info not matched with the profile: it has no debug info: compile with -g1
// CHECK: pgo: 1 of 1 functions known
//
// IR: define {{.*}}@plain_optnone({{[^!]*}} !dbg ![[#]] {
// IR: define {{.*}}@plain_naked({{[^!]*}} !dbg ![[#]] {
//
//--- weights
pgo-weights 1
type samples count
function plain_optnone start 1
  self 0 8
function plain_naked start 2
  self 0 8
function without_info start 3
  self 0 8
function plain start 4
  self 0 8
//--- walk.c
__attribute__((optnone, noinline)) int plain_optnone(int x) { return x * x; }
__attribute__((naked)) void plain_naked(void) { __asm__("ret"); }
__attribute__((nodebug)) int without_info(int x) { return x * 3; }
int plain(int x) { return x + 5; }
