// Counts place sampled functions; a function without samples is cold with -pgo-cold-unsampled=1 or if all such functions
// together had less than 5 % of the time, else neither hot nor cold. How much they had is told by what was met once:
// nothing of 100 samples in long.weights, of 50 in x.weights (too few to tell), 6 of 100 in wide.weights.
// -pgo-cold-unsampled=1 holds for files of which the profile knows nothing, too; else these are left alone, unless the
// profile lists at least half of the functions that they alone define, and their main is not what it goes by.
// Without counts, the functions with most of the samples are hot.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/x.weights %t/x.c \
// RUN:   | FileCheck --check-prefix=COUNTS %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass-analysis=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   -mllvm -pgo-cold-unsampled=1 %t/x.c 2>&1 | FileCheck --check-prefix=COLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass-analysis=pgo -mllvm -pgo-profile=%t/long.weights %t/x.c 2>&1 \
// RUN:   | FileCheck --check-prefix=COLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -Rpass-analysis=pgo -mllvm -pgo-profile=%t/nanoseconds.weights \
// RUN:   %t/x.c 2>&1 | FileCheck --check-prefix=COLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/wide.weights %t/x.c \
// RUN:   | FileCheck --check-prefix=COUNTS %s
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
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/listed.weights %t/stranger.c \
// RUN:   | FileCheck --check-prefix=TOLD %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/listed.weights %t/half.c \
// RUN:   | FileCheck --check-prefix=HALF %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/listed.weights %t/other.c \
// RUN:   | FileCheck --check-prefix=OTHER %s
// RUN: sed 's/ 98$/ 9/; s/ 2$/ 1/' %t/listed.weights > %t/short.weights
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/short.weights %t/stranger.c \
// RUN:   | FileCheck --check-prefix=STRANGER %s
// RUN: %clang_pgo -O2 -g1 -ffunction-sections -S -o - -mllvm -pgo-profile=%t/listed.weights \
// RUN:   -mllvm -pgo-cold-unsampled=0 %t/stranger.c | FileCheck --check-prefix=STRANGER %s
//
// STRANGER: .section .text.stranger,
// TOLD: .section .text.unlikely.stranger,
// HALF-DAG: .section .text.unlikely.stranger,
// HALF-DAG: .section .text.unlikely.unlisted,
// OTHER-DAG: .section .text.stranger,
// OTHER-DAG: .section .text.unlisted,
// OTHER-DAG: .section .text.main,
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
  self 1 10
  self 2 20
  self 3 18
function elsewhere start 1
  self 1 2
//--- long.weights
pgo-weights 1
type samples count
function busy start 2
  self 1 20
  self 2 40
  self 3 38
function elsewhere start 1
  self 1 2
//--- nanoseconds.weights
pgo-weights 1
type cpu nanoseconds
total 1000000000 samples 100
function busy start 2
  self 1 200000000
  self 2 400000000
  self 3 380000000
function elsewhere start 1
  self 1 20000000
//--- wide.weights
pgo-weights 1
type samples count
function busy start 2
  self 1 20
  self 2 40
  self 3 30
function elsewhere start 1
  self 1 4
function once1 start 1
  self 1 1
function once2 start 1
  self 1 1
function once3 start 1
  self 1 1
function once4 start 1
  self 1 1
function once5 start 1
  self 1 1
function once6 start 1
  self 1 1
//--- listed.weights
pgo-weights 1
type samples count
function busy start 2
  self 1 98
function elsewhere start 1
  self 1 2
function stranger
function main
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
//--- half.c
int stranger(int n) { return n / 3; }
int unlisted(int n) { return n / 5; }
inline int everywhere(int n) { return n / 7; }
static int own(int n) { return n / 9; }
int (*volatile used[])(int) = {own};
//--- other.c
int stranger(int n) { return n / 3; }
int unlisted(int n) { return n / 5; }
int unlisted_too(int n) { return n / 7; }
int main(void) { return 0; }
