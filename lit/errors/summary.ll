; Bitcode that came with another profile's summary is left to that profile.
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/weights -S %t/module.ll -o %t/out.ll 2>&1 | FileCheck %s
; RUN: %opt -S %t/module.ll -o %t/same.ll
; RUN: diff %t/same.ll %t/out.ll
; CHECK: warning: pgo: {{.*}}weights: module left alone, since another profile (-fprofile-instr-use) is at work on it
;
;--- weights
pgo-weights 1
function f start 1
  self 0:1 5
;--- module.ll
source_filename = "f.c"
define void @f() { ret void }
!llvm.module.flags = !{!0}
!0 = !{i32 1, !"ProfileSummary", !1}
!1 = !{!2, !3, !4, !5, !6, !7, !8, !9}
!2 = !{!"ProfileFormat", !"InstrProf"}
!3 = !{!"TotalCount", i64 1}
!4 = !{!"MaxCount", i64 1}
!5 = !{!"MaxInternalCount", i64 1}
!6 = !{!"MaxFunctionCount", i64 1}
!7 = !{!"NumCounts", i64 1}
!8 = !{!"NumFunctions", i64 1}
!9 = !{!"DetailedSummary", !10}
!10 = !{!11}
!11 = !{i32 999999, i64 1, i32 1}
