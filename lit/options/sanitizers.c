// Sanitizers and coverage instrument after the plugin has run (or in the front end) and do not mind it.
// RUN: split-file %s %t
// DEFINE: %{kind} =
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights %{kind} -S -emit-llvm -o - %t/sum.c
// REDEFINE: %{kind} = -fsanitize=address
// RUN: %{compile} | FileCheck --check-prefixes=CHECK,ASAN %s
// REDEFINE: %{kind} = -fsanitize=undefined
// RUN: %{compile} | FileCheck --check-prefixes=CHECK,UBSAN %s
// REDEFINE: %{kind} = -fsanitize=thread
// RUN: %{compile} | FileCheck --check-prefixes=CHECK,TSAN %s
// REDEFINE: %{kind} = -fsanitize-coverage=trace-pc-guard
// RUN: %{compile} | FileCheck --check-prefixes=CHECK,COVERAGE %s
//
// CHECK: define {{.*}} @sum({{.*}} !prof
// ASAN: call void @__asan_report
// UBSAN: call void @__ubsan_handle
// TSAN: call void @__tsan_func_entry
// COVERAGE: call void @__sanitizer_cov_trace_pc_guard
// CHECK: !"function_entry_count"
//
//--- weights
pgo-weights 1
type samples count
function driver start 10
  call 5:1 sum 60 60
function sum start 1
  self 2:20 20
  self 3:18 40
//--- sum.c
int sum(const int *numbers, int count) {
    int total = 0;
    for (int i = 0; i < count; i++)
        total += numbers[i];
    return total;
}
