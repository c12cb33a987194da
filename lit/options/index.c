// An index gives the code that its profile gives, byte for byte, and the same report; when it is damaged, or its profile has
// changed, the compile fails and says what to do.
// RUN: rm -rf %t && split-file %s %t
// RUN: cd %t
//
// Weights text:
// RUN: %pprofread index -o x.pgoidx x.weights 2>&1 | FileCheck --check-prefix=MADE %s
// MADE: pprofread: wrote x.pgoidx: 3 functions, 105 samples, {{[0-9]+}} bytes
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -mllvm -pgo-profile=x.weights -o x.weights.o x.c 2> x.weights.log
// RUN: %clang_pgo -O2 -g1 -c -mllvm -pgo-preinline=0 -mllvm -pgo-debug=3 -mllvm -pgo-profile=x.pgoidx -o x.pgoidx.o x.c 2> x.pgoidx.log
// RUN: cmp x.weights.o x.pgoidx.o
// RUN: cmp x.weights.log x.pgoidx.log
// RUN: FileCheck --check-prefix=LOG %s < x.pgoidx.log
// LOG-DAG: passed HotCallSite in run
// LOG-DAG: 10 samples of gone not matched: the profile has it in {{.*}}x.c, this module has no such function
// LOG-DAG: digraph pgo {
// LOG-DAG: "run" -> "step" [label="1:53 90", color=red];
//
// A real profile:
// RUN: cp %S/../../examples/fermat/default.pgo default.pgo
// RUN: %pprofread index default.pgo
// DEFINE: %{fermat} = %clang_pgo -O2 -g1 -c %S/../../examples/fermat/fermat.c -mllvm -pgo-debug=2
// RUN: %{fermat} -mllvm -pgo-profile=default.pgo -o pgo.o 2> pgo.log
// RUN: %{fermat} -mllvm -pgo-profile=default.pgo.pgoidx -o pgoidx.o 2> pgoidx.log
// RUN: cmp pgo.o pgoidx.o
// RUN: cmp pgo.log pgoidx.log
// RUN: FileCheck --check-prefix=FERMAT %s < pgoidx.log
// FERMAT: pgo: passed
//
// Code that was inlined before asks for deeper contexts than the plugin otherwise looks for in a profile:
// RUN: %clang -O2 -g1 -c -emit-llvm %S/../../examples/fermat/fermat.c -o inlined.bc
// DEFINE: %{inlined} = %opt_pgo -passes=pgo -S inlined.bc -pgo-debug=2
// RUN: %{inlined} -pgo-profile=default.pgo -o inlined.pgo.ll 2> inlined.pgo.log
// RUN: %{inlined} -pgo-profile=default.pgo.pgoidx -o inlined.pgoidx.ll 2> inlined.pgoidx.log
// RUN: cmp inlined.pgo.ll inlined.pgoidx.ll
// RUN: cmp inlined.pgo.log inlined.pgoidx.log
//
// Damaged in a place that this compile touches, truncated, of another version:
// DEFINE: %{compile} = %clang_pgo -O2 -g1 -S -emit-llvm -o - x.c -mllvm
// RUN: %python damage.py
// RUN: not %{compile} -pgo-profile=damaged.pgoidx 2>&1 | FileCheck --check-prefix=DAMAGED %s
// DAMAGED: error: pgo: damaged.pgoidx: corrupt index: a checksum does not agree; make it again with `pprofread index`
// RUN: not %{compile} -pgo-profile=short.pgoidx 2>&1 | FileCheck --check-prefix=SHORT %s
// SHORT: error: pgo: short.pgoidx: truncated index: 400 bytes, where the header says {{[0-9]+}}; copy it again
// RUN: not %{compile} -pgo-profile=next.pgoidx 2>&1 | FileCheck --check-prefix=NEXT %s
// NEXT: error: pgo: next.pgoidx: an index of version 3, where this libpgo reads version 2; make it again with `pprofread index`
//
// As a warning: the module is left as it was.
// RUN: %{compile} -pgo-profile=damaged.pgoidx -mllvm -pgo-on-error=warn 2>&1 | FileCheck --check-prefix=WARN %s
// WARN: warning: pgo: damaged.pgoidx: corrupt index
// WARN-NOT: pgo.annotated
//
// Out of date, and of another sample type:
// RUN: cp x.c x.weights
// RUN: not %{compile} -pgo-profile=x.pgoidx 2>&1 | FileCheck --check-prefix=CHANGED %s
// CHANGED: error: pgo: x.pgoidx: out of date: x.weights has changed since; run `pprofread index -o x.pgoidx x.weights`
// RUN: not %{compile} -pgo-profile=default.pgo.pgoidx -mllvm -pgo-sample-type=cpu 2>&1 | FileCheck --check-prefix=TYPE %s
// TYPE: error: pgo: default.pgo.pgoidx: an index of sample type samples, not cpu; run `pprofread index --sample-type=cpu` on its profile
//
//--- x.weights
pgo-weights 1
type samples count
function run file index.c.tmp/x.c start 2
  self 1:30 5
  call 1:53 step 90 90
    self 1:14 90
function step file index.c.tmp/x.c start 5
  self 1:14 90
function gone file index.c.tmp/x.c start 50
  self 1 10
//--- damage.py
data = open("x.pgoidx", "rb").read()
open("short.pgoidx", "wb").write(data[:400])
open("next.pgoidx", "wb").write(data[:12] + b"\3" + data[13:])
at = data.index(b"step\0")
open("damaged.pgoidx", "wb").write(data[:at] + b"S" + data[at + 1:])
//--- x.c
int step(int);
int run(int n) {
    int sum = 0; for (int i = 0; i < n; i++) sum += step(i);
    return sum; }
int step(int x) {
    return x * x + 7; }
