// A loop that samples make look short is vectorized all the same, unless they are many enough to know.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -c -o %t/weak.o -Rpass=loop-vectorize -Rpass-analysis=pgo -mllvm -pgo-profile=%t/weak.weights \
// RUN:   %t/scale.c 2>&1 | FileCheck --check-prefix=WEAK %s
// RUN: %clang_pgo -O2 -g1 -c -o %t/strong.o -Rpass=loop-vectorize -Rpass-analysis=pgo \
// RUN:   -mllvm -pgo-profile=%t/strong.weights %t/scale.c 2>&1 | FileCheck --check-prefix=STRONG %s
//
// WEAK: loops that look too short to vectorize: 1 (
// WEAK: vectorized loop
// STRONG-NOT: too short to vectorize
// STRONG-NOT: vectorized loop
// STRONG: entry count
// STRONG-NOT: too short to vectorize
// STRONG-NOT: vectorized loop
//
//--- weak.weights
pgo-weights 1
type samples count
function scale start 1
  self 1 2
  self 2 2
  self 3 1
  self 5 1
//--- strong.weights
pgo-weights 1
type samples count
function scale start 1
  self 1 20000
  self 2 20000
  self 3 20000
  self 4 2000
  self 5 4000
//--- scale.c
void scale(float *restrict to, const float *restrict from, int count, float by, float *last) {
    last[0] = last[0] / by + last[1] / by;
    last[1] = last[1] / by + last[2] / by;
    last[2] = last[2] / by + last[3] / by;
    for (int i = 0; i < count; i++)
        to[i] = from[i] * by;
}
