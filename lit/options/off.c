// The plugin loads, knows its options, and with no profile the object is what clang makes without it.
// RUN: %clang -O2 -c %s -o %t.plain.o
// RUN: %clang_pgo -O2 -mllvm -pgo-profile=off -c %s -o %t.pgo.o
// RUN: cmp %t.plain.o %t.pgo.o
int twice(int x) { return 2 * x; }
