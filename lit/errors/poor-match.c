// A profile that plainly speaks of this file, and yet fits nowhere: one warning with the likely reason. A file that the
// profile has never seen is normal, and silent.
// RUN: split-file %s %t
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -c %t/sum.c -o %t/sum.o -mllvm
// RUN: %{compile} -pgo-profile=%t/fits 2>&1 | count 0
// RUN: %{compile} -pgo-profile=%t/stale 2>&1 | FileCheck --check-prefix=STALE %s
// RUN: %{compile} -pgo-profile=%t/few 2>&1 | count 0
// RUN: %{compile} -pgo-profile=%t/no-lines 2>&1 | FileCheck --check-prefix=LINES %s
// RUN: %{compile} -pgo-profile=%t/in-kernel 2>&1 | FileCheck --check-prefix=LINES %s
// RUN: %{compile} -pgo-profile=%t/other-program 2>&1 | FileCheck --check-prefix=PROGRAM %s
// RUN: %{compile} -pgo-profile=%t/no-callers 2>&1 | FileCheck --check-prefix=CALLERS %s
// RUN: %{compile} -pgo-profile=%t/elsewhere 2>&1 | count 0
// RUN: %{compile} -pgo-profile=%data/profiles/xmlbench.none.pb.gz 2>&1 | FileCheck --check-prefix=SYMBOLS %s
//
// STALE: warning: pgo: {{.*}}stale: only 0 of 60 samples on the functions of {{.*}}sum.c are on a line with code: the source has changed since the profile was recorded; record a new one
// LINES: warning: pgo: {{.*}}{{no-lines|in-kernel}}: the profile has hardly any line numbers; symbolize it with `pprofread import --binary PROGRAM`
// PROGRAM: warning: pgo: {{.*}}other-program: the profile's main is in bench/xml.c, this one in {{.*}}sum.c: it seems to be the profile of another program
// CALLERS: warning: pgo: {{.*}}no-callers: every stack has a single frame, so that no call is known to be hot; record with call chains
// SYMBOLS: warning: pgo: {{.*}}xmlbench.none.pb.gz: the profile holds addresses and no function names; symbolize it with `pprofread import --binary PROGRAM
//
//--- fits
pgo-weights 1
type samples count
function main file x/sum.c start 7
  call 1:12 sum 60 60
function sum start 1
  self 2:20 20
  self 3:18 40
//--- stale
pgo-weights 1
type samples count
function main start 7
  call 1:12 sum 60 60
function sum start 1
  self 302:20 20
  self 303:18 40
//--- few
pgo-weights 1
type samples count
function main start 7
  call 1:12 sum 6 6
function sum start 1
  self 302:20 6
//--- no-lines
pgo-weights 1
type samples count
total 60 samples 60 without-line 60
function main
  call ? sum 60 60
function sum
  self ? 60
//--- in-kernel
pgo-weights 1
type samples count
total 600 samples 600 unnamed 540 without-line 60
function main
  call ? sum 60 60
function sum
  self ? 60
//--- other-program
pgo-weights 1
type samples count
function main file bench/xml.c start 7
  self 1:12 60
  call 1:12 parse 60 60
function parse start 1
  self 2:20 60
//--- no-callers
pgo-weights 1
type samples count
function sum start 1
  self 2:20 20
  self 3:18 40
//--- elsewhere
pgo-weights 1
type samples count
function driver start 7
  call 1:12 parse 60 60
function parse start 1
  self 2:20 60
//--- sum.c
int __attribute__((noinline)) sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
int main(int count, char **words) {
    return sum((const int *)words, count);
}
