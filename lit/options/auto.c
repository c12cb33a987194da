// Without -pgo-profile the nearest default.pgo is used, from the source's folder upward to the working folder or the
// repository's root; none: nothing is done, silently.
// RUN: rm -rf %t && split-file %s %t
// DEFINE: %{compile} = %clang_pgo -O2 -mllvm -pgo-debug=2 -g1 -c
// RUN: cd %t/a && %{compile} b/near.c -o %t/near.o 2>&1 | FileCheck --check-prefix=NEAR %s
// RUN: cd %t/a && %{compile} c/sum.c -o %t/sum.o 2>&1 | FileCheck --check-prefix=UP %s
// RUN: cd %t/a/c && %{compile} sum.c -o %t/sum.o 2>&1 | count 0
// RUN: cd %t && env PGO_PROFILE=off %{compile} a/c/sum.c -o %t/sum.o 2>&1 | count 0
//
// One that is found is held to the same standard as one that is named.
// RUN: cp %data/bad/p-elf %t/a/c/default.pgo
// RUN: cd %t/a && not %{compile} c/sum.c -o %t/sum.o 2>&1 | FileCheck --check-prefix=BAD %s
//
// NEAR: Matched in near:
// UP: Matched in sum:
// BAD: error: pgo: {{.*}}c/default.pgo: {{.*}}ELF
//
//--- a/default.pgo
pgo-weights 1
type samples count
function driver start 10
  call 5:1 sum 20 20
function sum start 1
  self 2:5 20
//--- a/b/default.pgo
pgo-weights 1
type samples count
function driver start 10
  call 5:1 near 20 20
function near start 1
  self 2:5 20
//--- a/b/near.c
int near(int a, int b) {

    return a + b;
}
//--- a/c/sum.c
int sum(int a, int b) {

    return a + b;
}
