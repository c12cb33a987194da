// Counts place sampled functions; a function without samples is cold if the profile has 2,000 or with
// -pgo-cold-unsampled=1, else neither hot nor cold.
// -pgo-cold-unsampled=1 holds for files of which the profile knows nothing, too; else these are left alone.
// Without counts, the functions with most of the samples are hot.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/x.weights %t/x.c \
// RUN:   | FileCheck --check-prefix=COUNTS %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass-analysis=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   -mllvm -pgo-cold-unsampled=1 %t/x.c 2>&1 | FileCheck --check-prefix=COLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass-analysis=pgo -mllvm -pgo-profile=%t/long.weights %t/x.c 2>&1 \
// RUN:   | FileCheck --check-prefix=COLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/long.weights \
// RUN:   -mllvm -pgo-cold-unsampled=0 %t/x.c | FileCheck --check-prefix=COUNTS %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   -mllvm -pgo-frequencies=0 %t/x.c 2>&1 | FileCheck --check-prefix=FLAT %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/x.weights -mllvm -pgo-cold-unsampled=1 \
// RUN:   -mllvm -pgo-layout=0 %t/x.c | FileCheck --check-prefix=COUNTS %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/long.weights %t/stranger.c \
// RUN:   | FileCheck --check-prefix=STRANGER %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/x.weights -mllvm -pgo-cold-unsampled=1 \
// RUN:   %t/stranger.c | FileCheck --check-prefix=TOLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/x.weights -mllvm -pgo-cold-unsampled=1 \
// RUN:   -mllvm -pgo-layout=0 %t/stranger.c | FileCheck --check-prefix=STRANGER %s
//
// STRANGER: .section .text.stranger,
// TOLD: .section .text.unlikely.stranger,
//
// COUNTS-DAG: .section .text.hot.busy,
// COUNTS-DAG: .section .text.unsampled,
//
// COLD-DAG: x.c:8:1: remark: no samples: placed among the cold functions [-Rpass-analysis=pgo]
// COLD-DAG: .section .text.hot.busy,
// COLD-DAG: .section .text.unlikely.unsampled,
//
// FLAT: x.c:2:1: remark: many samples: placed among the hot functions [-Rpass=pgo]
// FLAT-DAG: .section .text.hot.busy,
// FLAT-DAG: .section .text.unsampled,
//
//--- x.weights
pgo-weights 1
type samples count
function busy start 2
  self 1 200
  self 2 400
  self 3 390
function elsewhere start 1
  self 1 10
//--- long.weights
pgo-weights 1
type samples count
function busy start 2
  self 1 400
  self 2 800
  self 3 780
function elsewhere start 1
  self 1 20
//--- x.c
volatile int sink;
void busy(int n) {
    for (int i = 0; i < n; i++) {
        sink += i;
        sink *= i;
    }
}
void unsampled(int n) { sink = n; }
//--- stranger.c
int stranger(int n) { return n / 3; }
