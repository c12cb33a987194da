; The summary is of LLVM's kind for exact counts, with the cutoffs that LLVM's own has, and says hot and cold in samples:
; the places that have 99 % of them are hot, and whatever has an eighth of the heaviest one's; cold is what has next to
; nothing beside that: not a place with one of a thousand samples, nor, of any number, one with more than a thirtieth of
; the least that is hot. It comes from the profile alone, so that two files of one program have the same, and it is
; written only where counts are.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -S %t/one.ll > %t/one.out
; RUN: FileCheck --check-prefix=FLAG %s < %t/one.out
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -S %t/two.ll > %t/two.out
; RUN: FileCheck --check-prefix=FLAG %s < %t/two.out
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -S %t/stranger.ll | FileCheck --check-prefix=STRANGER %s
; RUN: %opt_pgo -passes='pgo,print-profile-summary' -pgo-profile=%t/x.weights -disable-output %t/one.ll 2>&1 \
; RUN:   | FileCheck --check-prefix=TEMPERATURE %s
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/long.weights -S %t/one.ll | FileCheck --check-prefix=LONG %s
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/nano.weights -S %t/one.ll | FileCheck --check-prefix=FLAG %s
;
; FLAG-DAG: !{i32 1, !"ProfileSummary", ![[SUMMARY:[0-9]+]]}
; FLAG-DAG: ![[SUMMARY]] = !{![[FORMAT:[0-9]+]], ![[TOTAL:[0-9]+]], ![[MAX:[0-9]+]], ![[INTERNAL:[0-9]+]], ![[ENTRY:[0-9]+]], ![[COUNTS:[0-9]+]], ![[FUNCTIONS:[0-9]+]], ![[DETAILED:[0-9]+]]}
; FLAG-DAG: ![[FORMAT]] = !{!"ProfileFormat", !"InstrProf"}
; FLAG-DAG: ![[TOTAL]] = !{!"TotalCount", i64 20000000}
; FLAG-DAG: ![[MAX]] = !{!"MaxCount", i64 16000000}
; FLAG-DAG: ![[INTERNAL]] = !{!"MaxInternalCount", i64 16000000}
; FLAG-DAG: ![[ENTRY]] = !{!"MaxFunctionCount", i64 16000000}
; FLAG-DAG: ![[COUNTS]] = !{!"NumCounts", i64 4}
; FLAG-DAG: ![[FUNCTIONS]] = !{!"NumFunctions", i64 2}
; FLAG-DAG: ![[DETAILED]] = !{!"DetailedSummary", ![[CUTOFFS:[0-9]+]]}
; FLAG-DAG: !{i32 800000, i64 16000000, i32 1}
; FLAG-DAG: !{i32 900000, i64 3800000, i32 2}
; FLAG-DAG: !{i32 990000, i64 2000000, i32 2}
; FLAG-DAG: !{i32 999000, i64 20000, i32 4}
; FLAG-DAG: !{i32 999999, i64 5999, i32 5}
;
; LONG-DAG: !{i32 990000, i64 25000000, i32 10}
; LONG-DAG: !{i32 999999, i64 833333, i32 10}
;
; STRANGER-NOT: ProfileSummary
;
; TEMPERATURE: hot_one :hot entry
; TEMPERATURE-NOT: cold
;
;--- x.weights
pgo-weights 1
type samples count
function hot_one start 10
  self 1:3 800
  self 2:3 9
  self 3:3 1
function hot_two start 20
  self 1:3 190
;--- nano.weights
pgo-weights 1
type cpu nanoseconds
total 10000000000 samples 1000
function hot_one start 10
  self 1:3 8000000000
  self 2:3 90000000
  self 3:3 10000000
function hot_two start 20
  self 1:3 1900000000
;--- long.weights
pgo-weights 1
type samples count
function hot_one start 10
  self 1 10000
  self 2 10000
  self 3 10000
  self 4 10000
  self 5 10000
  self 6 10000
  self 7 10000
  self 8 10000
  self 9 10000
  self 10 10000
;--- one.ll
define i32 @hot_one(i32 %x) !dbg !10 {
  %a = mul i32 %x, 3, !dbg !11
  ret i32 %a, !dbg !12
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "one.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "hot_one", file: !1, line: 10, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 11, column: 3, scope: !10)
!12 = !DILocation(line: 12, column: 3, scope: !10)
;--- two.ll
define i32 @hot_two(i32 %x) !dbg !10 {
  %a = mul i32 %x, 3, !dbg !11
  ret i32 %a, !dbg !11
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "two.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "hot_two", file: !1, line: 20, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 21, column: 3, scope: !10)
;--- stranger.ll
define i32 @stranger(i32 %x) !dbg !10 {
  ret i32 %x, !dbg !11
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "stranger.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "stranger", file: !1, line: 30, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 31, column: 3, scope: !10)
