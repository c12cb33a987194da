// Decisions are remarks of the pass "pgo", on the command line and in the optimization record.
// RUN: split-file %s %t
// DEFINE: %{compile} = %clang_pgo -O2 -mllvm -pgo-profile=%t/weights -c %t/sum.c -o %t/sum.o
// RUN: %{compile} -g1 2>&1 | count 0
// RUN: %{compile} -Rpass-missed=pgo 2>&1 | FileCheck --check-prefix=MISSED %s
// RUN: %{compile} -Rpass=pgo -Rpass-analysis=pgo 2>&1 | FileCheck --check-prefix=TAKEN --implicit-check-not=NotMatched %s
// RUN: %{compile} -g1 -fsave-optimization-record=yaml -foptimization-record-file=%t/record 2>&1 | count 0
// RUN: FileCheck --check-prefix=RECORD %s < %t/record
//
// MISSED: {{.*}}sum.c:1:1: remark: 10 of 75 samples of sum not matched: {{.*}} [-Rpass-missed=pgo]
// TAKEN: {{.*}}sum.c:1:1: remark: 60 of 75 samples of sum matched{{.*}} [-Rpass-analysis=pgo]
// RECORD: Pass: pgo
// RECORD-NEXT: Name: NotMatched
// RECORD-NEXT: DebugLoc: { File: '{{.*}}sum.c', Line: 1, Column: 0 }
// RECORD-NEXT: Function: sum
// RECORD-NEXT: Args:
// RECORD-NEXT: - String: '10 of 75 samples of sum not matched:
//
//--- weights
pgo-weights 1
type samples count
function main start 7
  self 1:12 5
  call 1:12 sum 75 75
function sum start 1
  self ? 5
  self 2:20 20
  self 3:18 40
  self 100:1 10
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
