// -pgo-debug prints decisions, then functions, then places and the call graph, on stderr.
// RUN: split-file %s %t
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -c %t/sum.c -o %t/sum.o -mllvm
// RUN: %{compile} -pgo-debug=0 2>&1 | count 0
// RUN: %{compile} -pgo-debug=1 2>&1 | FileCheck --check-prefix=ONE --implicit-check-not=digraph --implicit-check-not=known \
// RUN:   --implicit-check-not=analysis %s
// RUN: %{compile} -pgo-debug=2 2>&1 | FileCheck --check-prefixes=ONE,TWO --implicit-check-not=digraph %s
// RUN: %{compile} -pgo-debug=3 2>&1 | FileCheck --check-prefixes=ONE,TWO,THREE %s
//
// ONE: {{.*}}sum.c:1:0: pgo: missed NotMatched in sum: 10 of 75 samples of sum not matched
// TWO: {{.*}}sum.c:1:0: pgo: analysis Matched in sum: 60 of 75 samples of sum matched
// TWO: pgo: 2 of 2 functions known, 65 of 80 self samples matched
// TWO: pgo: sum: 60 of 75 self samples matched, 5 at line 0, 75 inclusive (samples on lines that have no code here)
// TWO-NEXT: pgo:   entry rate {{[0-9.e-]+}}, blocks {{[0-9. ]+}}
// TWO: pgo: main: 5 of 5 self samples matched, 0 at line 0, 80 inclusive
// THREE: pgo:   4:18 in block {{[0-9]+}}: 40 samples
// THREE: digraph pgo {
// THREE-NEXT:   "main" -> "sum" [label="1:12 75", color=red];
// THREE-NEXT: }
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
