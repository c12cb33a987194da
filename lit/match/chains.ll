; A load by which a loop goes along a chain costs more than others: the next round waits for it. So do those from the
; entry that it leads to; the steps of an array do not.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -pgo-debug=3 -disable-output %t/x.ll 2>&1 | FileCheck %s
;
; CHECK: pgo: samples of list
; CHECK-NEXT: 11:3 in block 1: 5 samples (#0), cost 4
; CHECK-NEXT: 12:3 in block 1: 5 samples (#1), cost 4
; CHECK: pgo: samples of bucket
; CHECK-NEXT: 21:3 in block 1: 5 samples (#0), cost 4
; CHECK: pgo: samples of array
; CHECK-NEXT: 31:3 in block 1: 5 samples (#0), cost 0.75
;
;--- x.weights
pgo-weights 1
type samples count
function list start 10
  self 1:3 5
  self 2:3 5
function bucket start 20
  self 1:3 5
function array start 30
  self 1:3 5
;--- x.ll
define void @list(ptr %first) !dbg !10 {
  br label %loop
loop:
  %entry = phi ptr [ %first, %0 ], [ %next, %loop ]
  %key = load i64, ptr %entry, !dbg !11
  fence seq_cst
  %link = getelementptr i8, ptr %entry, i64 8
  %next = load ptr, ptr %link, !dbg !12
  fence seq_cst
  %more = icmp ne ptr %next, null
  br i1 %more, label %loop, label %done
done:
  ret void
}
define void @bucket(ptr %links, i64 %first) !dbg !20 {
  br label %loop
loop:
  %at = phi i64 [ %first, %0 ], [ %masked, %loop ]
  %link = getelementptr i64, ptr %links, i64 %at
  %next = load i64, ptr %link, !dbg !21
  fence seq_cst
  %masked = and i64 %next, 1023
  %more = icmp ne i64 %masked, 0
  br i1 %more, label %loop, label %done
done:
  ret void
}
define void @array(ptr %first, ptr %end) !dbg !30 {
  br label %loop
loop:
  %entry = phi ptr [ %first, %0 ], [ %next, %loop ]
  %key = load i64, ptr %entry, !dbg !31
  fence seq_cst
  %next = getelementptr i8, ptr %entry, i64 8
  %more = icmp ne ptr %next, %end
  br i1 %more, label %loop, label %done
done:
  ret void
}
!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "list", file: !1, line: 10, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 11, column: 3, scope: !10)
!12 = !DILocation(line: 12, column: 3, scope: !10)
!20 = distinct !DISubprogram(name: "bucket", file: !1, line: 20, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!21 = !DILocation(line: 21, column: 3, scope: !20)
!30 = distinct !DISubprogram(name: "array", file: !1, line: 30, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!31 = !DILocation(line: 31, column: 3, scope: !30)
