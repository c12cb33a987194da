// A call through a table becomes a guarded direct call of its main target, static or not, and that is inlined; the
// indirect call stays as the other branch and keeps what the profile knows of the rest.
//
// RUN: split-file %s %t
// RUN: %clang -O2 -g1 -S -emit-llvm -o - %t/x.c | FileCheck --check-prefix=BEFORE %s
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/after.ll -Rpass=pgo -Rpass-missed=pgo -mllvm -pgo-profile=%t/x.weights \
// RUN:   %t/x.c 2>&1 | FileCheck --check-prefix=REMARK --implicit-check-not='indirect call' %s
// RUN: FileCheck --check-prefix=AFTER %s < %t/after.ll
// RUN: %clang_pgo -O2 -g1 -o %t/x -mllvm -pgo-profile=%t/x.weights %t/x.c
// RUN: %clang -O2 -o %t/plain %t/x.c
// RUN: %t/x > %t/x.out
// RUN: %t/plain > %t/plain.out
// RUN: diff %t/x.out %t/plain.out
//
// BEFORE-LABEL: define {{.*}} @apply(
// BEFORE:       call i32 %{{[0-9]+}}(i32
// BEFORE-NOT:   icmp eq ptr
// BEFORE:       ret i32
//
// REMARK-DAG: x.c:12:17: remark: indirect call promoted to add (100 of 1000 samples, 10.0 %; 71.4 % of the call's) [-Rpass=pgo]
// REMARK-DAG: x.c:12:17: remark: indirect call promoted to subtract (36 of 1000 samples, 3.6 %; 25.7 % of the call's) [-Rpass=pgo]
// REMARK-DAG: x.c:12:17: remark: indirect call not promoted to multiply (4 of 1000 samples, 0.4 %; 2.9 % of the call's): its share is below -pgo-devirtualize-min-share [-Rpass-missed=pgo]
//
// AFTER-LABEL: define {{.*}} @apply(
// AFTER:       icmp eq ptr %{{[0-9]+}}, @add
// AFTER:       icmp eq ptr %{{[0-9]+}}, @subtract
// AFTER:       call i32 %{{[0-9]+}}(i32 {{.*}}, !prof ![[REST:[0-9]+]]
// AFTER-NOT:   call {{.*}} @add
// AFTER:       ret i32
// AFTER:       ![[REST]] = !{!"VP", i32 0, i64 [[TOTAL:[0-9]+]], i64 {{-?[0-9]+}}, i64 {{[1-9][0-9]*}}}
//
//--- x.weights
pgo-weights 1
type samples count
total 1000 samples 1000
function apply start 9
  self 3:17 60
  call 3:17 add 100 90
  call 3:17 subtract 36 30
  call 3:17 multiply 4 4
function add start 2
  self 0:49 90
//--- x.c
extern int printf(const char *, ...);
static int add(int a, int b) { return a + b; }
int subtract(int a, int b) { return a - b; }
static int multiply(int a, int b) { return a * b; }
int (*operations[])(int, int) = {add, subtract, multiply, add};



int apply(const unsigned char *codes, int count, int value) {
    for (int i = 0; i < count; i++) {
        int (*operation)(int, int) = operations[codes[i] & 3];
        value = operation(value, i);
    }
    return value;
}
int main(void) {
    unsigned char codes[1000];
    for (int i = 0; i < 1000; i++) codes[i] = (unsigned char)(i * 7);
    printf("%d\n", apply(codes, 1000, 3));
    return 0;
}
