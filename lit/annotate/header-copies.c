// A static function of a header has a copy in every file that includes it, and the profile knows all of them as one.
// Each file's copy is told the share of the entries that came through that file's calls; where none did, its branches
// keep the weights that all the samples give, without a count.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/x.weights %t/load.c 2>/dev/null \
// RUN:   | FileCheck --check-prefixes=SAME,LOAD %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/x.weights %t/save.c 2>/dev/null \
// RUN:   | FileCheck --check-prefixes=SAME,SAVE %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o - -mllvm -pgo-profile=%t/x.weights -Rpass-analysis=pgo %t/rare.c 2>&1 \
// RUN:   | FileCheck --check-prefix=RARE %s
//
// SAME: define internal {{.*}} @find({{.*}} !prof ![[ENTRY:[0-9]+]]
// SAME: br i1 {{.*}} !prof
// LOAD: ![[ENTRY]] = !{!"function_entry_count", i64 [[#%u,LOAD:]]}
// SAVE: ![[ENTRY]] = !{!"function_entry_count", i64 [[#%u,SAVE:]]}
//
// RARE: remark: weights at {{[0-9]}} branches, from 1000 samples; no entry count, since none of them came through a call in this file
// RARE-NOT: function_entry_count
//
//--- x.weights
pgo-weights 1
type samples count
function find start 1
  self 2 600
  self 3 400
function load start 2
  self 0 50
  call 0 find 250 250
function save start 2
  self 0 150
  call 0 find 750 750
//--- list.h
__attribute__((noinline)) static int find(const int *from, int n) {
    for (int i = 0; i < n; i++)
        if (from[i] == n) return i;
    return -1;
}
//--- load.c
#include "list.h"
int load(const int *from, int n) { return find(from, n) * n; }
//--- save.c
#include "list.h"
int save(const int *from, int n) { return find(from, n) * n; }
//--- rare.c
#include "list.h"
int rare(const int *from, int n) { return find(from, n) * n; }
