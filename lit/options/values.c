// A bad value is an error that names the option and what it may be; nothing is compiled.
// DEFINE: %{bad} = not %clang_pgo -O2 -c %s -o %t.o -mllvm
// RUN: rm -f %t.o
// RUN: %{bad} -pgo-debug=4 2>&1 | FileCheck --check-prefix=DEBUG %s
// RUN: %{bad} -pgo-debug=-1 2>&1 | FileCheck --check-prefix=DEBUG %s
// RUN: %{bad} -pgo-debug= 2>&1 | FileCheck --check-prefix=DEBUG %s
// RUN: %{bad} -pgo-inline=yes 2>&1 | FileCheck --check-prefix=SWITCH %s
// RUN: %{bad} -pgo-inline-cdf-threshold=99,5 2>&1 | FileCheck --check-prefix=PERCENT %s
// RUN: %{bad} -pgo-inline-cdf-threshold=101 2>&1 | FileCheck --check-prefix=PERCENT %s
// RUN: %{bad} -pgo-inline-cdf-threshold=inf 2>&1 | FileCheck --check-prefix=PERCENT %s
// RUN: %{bad} -pgo-inline-cdf-threshold=. 2>&1 | FileCheck --check-prefix=PERCENT %s
// RUN: %{bad} -pgo-on-error=ignore 2>&1 | FileCheck --check-prefix=POLICY %s
// RUN: %{bad} -pgo-hash=012 2>&1 | FileCheck --check-prefix=HASH %s
// RUN: %{bad} -pgo-size-limit=99999999999999999999999 2>&1 | FileCheck --check-prefix=LIMIT %s
// RUN: not ls %t.o
//
// DEBUG: error: pgo: -pgo-debug={{(4|-1)?}}: must be a whole number from 0 to 3
// SWITCH: error: pgo: -pgo-inline=yes: must be 0 or 1
// PERCENT: error: pgo: -pgo-inline-cdf-threshold={{.*}}: must be a number from 0 to 100
// POLICY: error: pgo: -pgo-on-error=ignore: must be error or warn
// HASH: error: pgo: -pgo-hash=012: must be up to 64 binary digits, y or n
// LIMIT: error: pgo: -pgo-size-limit={{9+}}: must be a whole number from 1 to 4294967294
//
// A good one is taken.
// RUN: %clang_pgo -O2 -c %s -o %t.o -mllvm -pgo-inline-cdf-threshold=99.5 -mllvm -pgo-hash=0110 -mllvm -pgo-debug=0 \
// RUN:   -mllvm -pgo-profile=off
int twice(int x) { return 2 * x; }
