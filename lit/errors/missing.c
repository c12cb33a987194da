// A named profile that is not there fails the compile, and no object is left; -pgo-on-error=warn makes it a warning and
// the object what it would be without the plugin.
// RUN: rm -f %t.o
// RUN: not %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t.none -c %s -o %t.o 2>&1 | FileCheck --check-prefix=ERROR %s
// RUN: not ls %t.o
// RUN: %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t.none -mllvm -pgo-on-error=warn -c %s -o %t.o 2>&1 \
// RUN:   | FileCheck --check-prefix=WARNING %s
// RUN: %clang -O2 -g1 -c %s -o %t.plain.o
// RUN: cmp %t.plain.o %t.o
// RUN: not %clang_pgo -O2 -g1 -mllvm -pgo-profile=%t.none -mllvm -pgo-on-error=warn -Werror -c %s -o %t.o 2>&1 \
// RUN:   | FileCheck --check-prefix=WERROR %s
// RUN: %clang -O2 -g1 -S -emit-llvm -o %t.ll %s
// RUN: not %opt_pgo -pgo-profile=%t.none -passes=pgo -S %t.ll 2>&1 | FileCheck --check-prefix=ERROR %s
//
// ERROR: error: pgo: {{.*}}.none: {{.*}}No such file
// WARNING: warning: pgo: {{.*}}.none: {{.*}}No such file {{.*}}[-Wbackend-plugin]
// WERROR: error: pgo: {{.*}}.none: {{.*}}No such file
int twice(int x) { return 2 * x; }
