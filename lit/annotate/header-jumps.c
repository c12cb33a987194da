// A function of a header that is jumped to: no frame of scan is left, so the profile has its samples at the place in
// another file where scan is called. A place that calls one function of this file and another of its headers calls the
// first, which jumps to the second; a place that calls the second alone is a call of that file's own copy, and this
// file's is told no more calls than it may have had without a sample.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o /dev/null -mllvm -pgo-profile=%t/jump.weights -Rpass-analysis=pgo %t/scan.c 2>&1 \
// RUN:   | FileCheck --check-prefix=JUMP %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o /dev/null -mllvm -pgo-profile=%t/call.weights -Rpass-analysis=pgo %t/scan.c 2>&1 \
// RUN:   | FileCheck --check-prefix=CALL %s
//
// JUMP: scan.h:1:{{.*}} remark: entry count {{[0-9][0-9][0-9][0-9][0-9][0-9][0-9]}} and weights at {{[0-9]}} branches, from 900 samples
// CALL: scan.h:1:{{.*}} remark: entry count {{[0-9][0-9]?[0-9]?[0-9]?[0-9]?}} and weights at {{[0-9]}} branches, from 900 samples
//
//--- jump.weights
pgo-weights 1
type samples count
function parse start 1
  call 4 scan 100 100
  call 4 scan_name 900 900
function scan start 2
  self 1 100
function scan_name start 1
  self 2 500
  self 3 400
//--- call.weights
pgo-weights 1
type samples count
function parse start 1
  call 4 scan 100 100
  call 7 scan_name 900 900
function scan start 2
  self 1 100
function scan_name start 1
  self 2 500
  self 3 400
//--- scan.h
__attribute__((noinline)) static int scan_name(const char *from, int end) {
    for (int i = 0; i < end; i++)
        if (from[i] == end) return i;
    return -1;
}
//--- scan.c
#include "scan.h"
int scan(const char *from, int end) {
    if (from[0] != '<') return 0;
    return scan_name(from + 1, end);
}
