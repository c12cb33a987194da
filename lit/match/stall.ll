; Half of a load's cost is looked for where the program waits for it: at the branch on a compare of the loaded value, and
; at the next instruction of any other load.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -pgo-debug=3 -disable-output %t/x.ll 2>&1 | FileCheck %s
;
; CHECK: pgo: samples of look
; CHECK-NEXT: 11:3 in block 0: 5 samples (#0), cost 0.75
; CHECK-NEXT: 12:3 in block 0: 5 samples (#1), cost 0.5
; CHECK-NEXT: 13:3 in block 0: 5 samples (#2), cost 1.75
; CHECK-NEXT: 21:3 in block 1: 5 samples (#3), cost 0.75
; CHECK-NEXT: 22:3 in block 1: 5 samples (#4), cost 2.75
;
;--- x.weights
pgo-weights 1
type samples count
function look start 10
  self 1:3 5
  self 2:3 5
  self 3:3 5
  self 11:3 5
  self 12:3 5
;--- x.ll
define i32 @look(ptr %from, i32 %wanted) !dbg !10 {
  %got = load i32, ptr %from, !dbg !11
  %is = icmp eq i32 %got, %wanted, !dbg !12
  br i1 %is, label %more, label %done, !dbg !13
more:
  %next = load i32, ptr %from, !dbg !14
  %product = mul i32 %next, %next, !dbg !15
  br label %done
done:
  %result = phi i32 [ 0, %0 ], [ %product, %more ]
  ret i32 %result
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "look", file: !1, line: 10, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 11, column: 3, scope: !10)
!12 = !DILocation(line: 12, column: 3, scope: !10)
!13 = !DILocation(line: 13, column: 3, scope: !10)
!14 = !DILocation(line: 21, column: 3, scope: !10)
!15 = !DILocation(line: 22, column: 3, scope: !10)
