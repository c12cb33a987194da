// -pgo-report appends the module and then each decision as a line of JSON; compiles may share the file.
// RUN: split-file %s %t
// RUN: rm -f %t/report
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t/weights -mllvm -pgo-report=%t/report -c
// RUN: %{compile} %t/sum.c -o %t/sum.o
// RUN: %{compile} %t/other.c -o %t/other.o
// RUN: FileCheck %s < %t/report
// RUN: %python -c "import json, sys; [json.loads(line) for line in open(sys.argv[1])]" %t/report
//
// CHECK: {"version":1,"module":"{{.*}}sum.c","profile":"{{.*}}weights","type":"samples","unit":"count","total":80,"samples":80,"functions":2,"known":2,"self":80,"matched":65,"unmatched":{"line 0: compiler-made code":5,"samples on lines that have no code here":10}}
// CHECK-NEXT: {"module":"{{.*}}sum.c","kind":"function","function":"sum","file":"{{.*}}sum.c","line":1,"profiled":"sum","profiled_file":"","inclusive":75,"leaf":75,"self":75,"matched":60,"line_zero":5,"reason":"samples on lines that have no code here"}
// CHECK-NEXT: {"module":"{{.*}}sum.c","kind":"function","function":"main","file":"{{.*}}sum.c","line":7,"profiled":"main","profiled_file":"","inclusive":80,"leaf":5,"self":5,"matched":5,"line_zero":0}
// CHECK: {"module":"{{.*}}sum.c","kind":"missed","name":"NotMatched","function":"sum","file":"{{.*}}sum.c","line":1,"column":0,"weight":10,"reason":"samples on lines that have no code here","message":"10 of 75 samples of sum not matched: {{.*}}"}
// CHECK: {"version":1,"module":"{{.*}}sum.c","kind":"inliner","left":0}
// CHECK: {"version":1,"module":"{{.*}}other.c",{{.*}}"functions":1,"known":0,"self":0,"matched":0,"unmatched":{}}
//
// Where it cannot be written the compile fails.
// RUN: not %{compile} %t/sum.c -o %t/sum.o -mllvm -pgo-report=%t/none/report 2>&1 | FileCheck --check-prefix=ERROR %s
// ERROR: error: pgo: -pgo-report={{.*}}none/report: No such file or directory
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
//--- other.c
int product(int a, int b) { return a * b; }
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
