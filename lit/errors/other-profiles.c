// Where clang's own PGO is at work the module is left to it, with a warning that says so: the counters of
// -fprofile-generate are keyed to a control flow that inlining ahead of them would change, and a second profile would be
// overwritten. Front-end instrumentation has its own keys and does not mind.
// RUN: split-file %s %t
// RUN: %profdata merge -o %t/instr.profdata %t/instr.proftext
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -S -emit-llvm %t/sum.c -mllvm -pgo-profile=%t/weights
// DEFINE: %{plain} = %clang -O2 -g1 -S -emit-llvm %t/sum.c
//
// RUN: %{plain} -fprofile-generate -o %t/plain.ll
// RUN: %{compile} -fprofile-generate -o %t/pgo.ll 2>&1 | FileCheck --check-prefix=GENERATE %s
// RUN: diff %t/plain.ll %t/pgo.ll
// RUN: %{plain} -fprofile-use=%t/instr.profdata -o %t/plain.ll
// RUN: %{compile} -fprofile-use=%t/instr.profdata -o %t/pgo.ll 2>&1 | FileCheck --check-prefix=USE %s
// RUN: diff %t/plain.ll %t/pgo.ll
// RUN: %{plain} -fprofile-sample-use=%t/samples -o %t/plain.ll
// RUN: %{compile} -fprofile-sample-use=%t/samples -o %t/pgo.ll 2>&1 | FileCheck --check-prefix=SAMPLE %s
// RUN: diff %t/plain.ll %t/pgo.ll
// RUN: %{plain} -fcs-profile-generate -o %t/plain.ll
// RUN: %{compile} -fcs-profile-generate -o %t/pgo.ll 2>&1 | FileCheck --check-prefix=CONTEXT %s
// RUN: diff %t/plain.ll %t/pgo.ll
//
// RUN: %{compile} -fprofile-instr-generate -fcoverage-mapping -o - | FileCheck --check-prefix=FRONT %s
//
// GENERATE: warning: pgo: {{.*}}weights: module left alone, since -fprofile-generate is at work on it; build with one or the other (-mllvm -pgo-profile=off silences this)
// USE: warning: pgo: {{.*}} since -fprofile-use is at work
// SAMPLE: warning: pgo: {{.*}} since -fprofile-sample-use is at work
// CONTEXT: warning: pgo: {{.*}} since -fcs-profile-generate is at work
// FRONT: define {{.*}} @sum({{.*}} !prof
// FRONT: __profc_sum
//
//--- weights
pgo-weights 1
type samples count
function driver start 7
  call 1:12 sum 60 60
function sum start 1
  self 2:20 20
  self 3:18 40
//--- samples
sum:100:10
 2: 20
 3: 40
//--- instr.proftext
:ir
nothing
1
1
1
//--- sum.c
int sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
