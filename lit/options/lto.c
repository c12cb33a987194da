// The module is annotated before the link; what the plugin does at the link leaves it alone. A module that was compiled
// without the plugin is annotated at the link, by the options' environment twins.
// REQUIRES: lld
// UNSUPPORTED: sanitized
// RUN: split-file %s %t
// DEFINE: %{kind} =
// DEFINE: %{link} = env PGO_PROFILE=%t/weights PGO_DEBUG=2 %lld -shared %t/sum.o -o %t/sum.so \
// DEFINE:   --load-pass-plugin=%pgo_plugin --lto-O2
//
// REDEFINE: %{kind} = -flto=thin
// RUN: %clang_pgo -O2 -g1 -fPIC %{kind} -mllvm -pgo-profile=%t/weights -mllvm -pgo-debug=2 -c %t/sum.c -o %t/sum.o \
// RUN:   2>&1 | FileCheck --check-prefix=WORK %s
// RUN: %{link} 2>&1 | FileCheck --check-prefix=REST %s
// RUN: %clang -O2 -g1 -fPIC %{kind} -c %t/sum.c -o %t/sum.o
// RUN: %{link} 2>&1 | FileCheck --check-prefix=WORK %s
//
// REDEFINE: %{kind} = -flto
// RUN: %clang_pgo -O2 -g1 -fPIC %{kind} -mllvm -pgo-profile=%t/weights -mllvm -pgo-debug=2 -c %t/sum.c -o %t/sum.o \
// RUN:   2>&1 | FileCheck --check-prefix=WORK %s
// RUN: %{link} 2>&1 | FileCheck --check-prefix=REST %s
// RUN: %clang -O2 -g1 -fPIC %{kind} -c %t/sum.c -o %t/sum.o
// RUN: %{link} 2>&1 | FileCheck --check-prefix=WORK %s
//
// WORK: pgo: {{.*}} in sum:
// REST-NOT: in sum
// REST: pgo: analysis AlreadyAnnotated: module left alone: libpgo has annotated it before
// REST-NOT: in sum
//
// An unusable profile fails the link too.
// RUN: not env PGO_PROFILE=%t/none %lld -shared %t/sum.o -o %t/sum.so --load-pass-plugin=%pgo_plugin 2>&1 \
// RUN:   | FileCheck --check-prefix=ERROR %s
// ERROR: error: {{.*}}pgo: {{.*}}none: {{.*}}No such file
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
