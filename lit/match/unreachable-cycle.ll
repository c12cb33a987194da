; In a block that nothing reaches an address may be its own operand; costs are found all the same.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -S %t/x.ll | FileCheck %s
;
; CHECK: define i32 @f(ptr %p){{.*}} !prof
;
;--- x.weights
pgo-weights 1
type samples count
function f start 1
  self 1 100
;--- x.ll
define i32 @f(ptr %p) !dbg !3 {
  %x = load i32, ptr %p, !dbg !5
  ret i32 %x, !dbg !5
dead:
  %a = getelementptr i8, ptr %a, i64 1
  %y = load i32, ptr %a, !dbg !5
  br label %dead, !dbg !5
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!3 = distinct !DISubprogram(name: "f", file: !1, line: 1, scopeLine: 1, unit: !0, type: !4, spFlags: DISPFlagDefinition)
!4 = !DISubroutineType(types: !{null})
!5 = !DILocation(line: 2, column: 5, scope: !3)
