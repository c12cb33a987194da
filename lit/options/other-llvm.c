// Loaded into a clang of another major version the plugin calls nothing of LLVM: one clear line, no crash, no object.
// REQUIRES: other-llvm
// UNSUPPORTED: sanitized
// DEFINE: %{other} = not %other_llvm/clang -O2 -c %s -o %t.o
// RUN: rm -f %t.o
// RUN: %{other} -fpass-plugin=%pgo_plugin 2>&1 | FileCheck --check-prefixes=CLEAR,API %s
// RUN: %{other} -fplugin=%pgo_plugin -fpass-plugin=%pgo_plugin 2>&1 | FileCheck --check-prefixes=CLEAR,API %s
// RUN: %{other} -fplugin=%pgo_plugin -mllvm -pgo-profile=off 2>&1 | FileCheck --check-prefix=CLEAR %s
// RUN: not ls %t.o
// RUN: %clang -O2 -S -emit-llvm -o %t.ll %s
// RUN: not %other_llvm/opt -load-pass-plugin=%pgo_plugin -passes=pgo %t.ll -o %t.bc 2>&1 \
// RUN:   | FileCheck --check-prefixes=CLEAR,API %s
// CLEAR: libpgo.so was built for LLVM [[MAJOR:[0-9]+]], but {{clang|opt}}{{.*}} is LLVM [[OTHER:[0-9]+]]: build libpgo with -DLLVM_DIR=/usr/lib/llvm-[[OTHER]]/lib/cmake/llvm, or use clang [[MAJOR]]
// API: Wrong API version on plugin {{.*}} Got version 0
int twice(int x) { return 2 * x; }
