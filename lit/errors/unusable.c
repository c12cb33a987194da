// What is no CPU profile, or no whole one, fails the compile with the file, the cause and the remedy.
// DEFINE: %{with} = not %clang_pgo -O2 -g1 -c %s -o %t.o -mllvm
// RUN: rm -f %t.o
// RUN: %{with} -pgo-profile=%data/bad/l-gzip-cut2553.pb.gz 2>&1 | FileCheck --check-prefix=CUT %s
// RUN: %{with} -pgo-profile=%data/bad/n-dangling-function.pb.gz 2>&1 | FileCheck --check-prefix=DANGLING %s
// RUN: %{with} -pgo-profile=%data/bad/p-perf.data 2>&1 | FileCheck --check-prefix=PERF %s
// RUN: %{with} -pgo-profile=%data/bad/p-elf 2>&1 | FileCheck --check-prefix=ELF %s
// RUN: %{with} -pgo-profile=%data/profiles/go.heap.pb.gz 2>&1 | FileCheck --check-prefix=HEAP %s
// RUN: %{with} -pgo-profile=%data/variants/lua.g-contention.pb.gz 2>&1 | FileCheck --check-prefix=CONTENTION %s
// RUN: %{with} -pgo-profile=%S 2>&1 | FileCheck --check-prefix=FOLDER %s
// RUN: %{with} -pgo-profile=%data/profiles/lua.sym.pb.gz -mllvm -pgo-size-limit=1000 2>&1 \
// RUN:   | FileCheck --check-prefix=LIMIT %s
// RUN: %{with} -pgo-profile=%data/profiles/lua.sym.pb.gz -mllvm -pgo-sample-type=wall 2>&1 \
// RUN:   | FileCheck --check-prefix=TYPE %s
// RUN: not ls %t.o
//
// CUT: error: pgo: {{.*}}l-gzip-cut2553.pb.gz: {{.*}}truncated
// DANGLING: error: pgo: {{.*}}n-dangling-function.pb.gz: {{.*}}function
// PERF: error: pgo: {{.*}}p-perf.data: {{.*}}perf.data{{.*}}pprofread import
// ELF: error: pgo: {{.*}}p-elf: {{.*}}ELF
// HEAP: error: pgo: {{.*}}go.heap.pb.gz: {{.*}}heap
// CONTENTION: error: pgo: {{.*}}lua.g-contention.pb.gz: {{.+}}
// FOLDER: error: pgo: {{.*}}errors: {{.+}}
// LIMIT: error: pgo: {{.*}}lua.sym.pb.gz: {{.*}}1000
// TYPE: error: pgo: {{.*}}lua.sym.pb.gz: {{.*}}wall
int twice(int x) { return 2 * x; }
