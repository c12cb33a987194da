// Every option has an environment twin, which a link with lld needs; the command line wins over it.
// RUN: not env PGO_PROFILE=%t.none %clang_pgo -O2 -c %s -o %t.o 2>&1 | FileCheck --check-prefix=TWIN %s
// RUN: env PGO_PROFILE=%t.none %clang_pgo -O2 -c %s -o %t.o -mllvm -pgo-profile=off
// RUN: env PGO_PROFILE= %clang_pgo -O2 -c %s -o %t.o
// RUN: not env PGO_INLINE_CDF_THRESHOLD=x %clang_pgo -O2 -c %s -o %t.o 2>&1 | FileCheck --check-prefix=VALUE %s
//
// TWIN: error: pgo: {{.*}}.none: {{.+}}
// VALUE: error: pgo: PGO_INLINE_CDF_THRESHOLD=x: must be a number from 0 to 100
int twice(int x) { return 2 * x; }
