; Every terminator with a choice gets weights; an indirect invoke keeps its !prof for the targets; a function without
; samples keeps what it has.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -pgo-preinline=0 -S %t/x.ll | FileCheck %s
;
; CHECK-LABEL: define i32 @branch(i32 %x)
; CHECK-SAME:  !prof ![[BRANCH_ENTRY:[0-9]+]]
; CHECK:       br i1 %c, label %hot, label %rare, !dbg !{{[0-9]+}}, !prof ![[BRANCH:[0-9]+]]
; CHECK-LABEL: define i32 @choose(i32 %x)
; CHECK:       switch i32 %x, label %other [
; CHECK:       ], !dbg !{{[0-9]+}}, !prof ![[SWITCH:[0-9]+]]
; CHECK-LABEL: define i32 @jump(ptr %p)
; CHECK:       indirectbr ptr %p, [label %one, label %two], !dbg !{{[0-9]+}}, !prof ![[JUMP:[0-9]+]]
; CHECK-LABEL: define i32 @guarded(ptr %f)
; CHECK:       invoke void @may_throw()
; CHECK-NEXT:  to label %next unwind label %pad, !dbg !{{[0-9]+}}, !prof ![[INVOKE:[0-9]+]]
; CHECK:       invoke void %f()
; CHECK-NEXT:  to label %done unwind label %pad, !dbg !{{[0-9]+}}{{$}}
; CHECK-LABEL: define i32 @unsampled(i32 %x)
; CHECK-NOT:   !prof
; CHECK-SAME:  !dbg
; CHECK:       br i1 %c, label %hot, label %rare, !prof ![[KEPT:[0-9]+]]
;
; CHECK-DAG: ![[BRANCH_ENTRY]] = !{!"function_entry_count", i64 {{[1-9][0-9]+}}}
; CHECK-DAG: ![[BRANCH]] = !{!"branch_weights", i32 {{(1[0-9]{7})}}, i32 {{([0-9]{1,7})}}}
; CHECK-DAG: ![[SWITCH]] = !{!"branch_weights", i32 {{([0-9]{1,7})}}, i32 {{([0-9]{1,7})}}, i32 {{([0-9]{8})}}}
; CHECK-DAG: ![[JUMP]] = !{!"branch_weights", i32 {{([0-9]{1,7})}}, i32 {{(1[0-9]{7})}}}
; CHECK-DAG: ![[INVOKE]] = !{!"branch_weights", i32 {{(1[0-9]{7})}}, i32 {{[1-9][0-9]*}}}
; CHECK-DAG: ![[KEPT]] = !{!"branch_weights", i32 7, i32 3}
;
;--- x.weights
pgo-weights 1
type samples count
function branch start 10
  self 1:3 100
  self 2:3 900
function choose start 20
  self 1:3 100
  self 3:3 900
function jump start 30
  self 1:3 100
  self 3:3 900
function guarded start 40
  self 1:3 100
  self 2:3 300
;--- x.ll
target triple = "x86_64-pc-linux-gnu"

@sink = global i32 0

define i32 @branch(i32 %x) !dbg !10 {
  %c = icmp ugt i32 %x, 7, !dbg !11
  br i1 %c, label %hot, label %rare, !dbg !11
hot:
  %a = mul i32 %x, %x, !dbg !12
  store volatile i32 %a, ptr @sink, !dbg !12
  ret i32 %a, !dbg !12
rare:
  %b = mul i32 %x, 3, !dbg !13
  store volatile i32 %b, ptr @sink, !dbg !13
  ret i32 %b, !dbg !13
}

define i32 @choose(i32 %x) !dbg !20 {
  switch i32 %x, label %other [ i32 1, label %one
                                i32 2, label %two ], !dbg !21
one:
  store volatile i32 1, ptr @sink, !dbg !22
  ret i32 1, !dbg !22
two:
  store volatile i32 2, ptr @sink, !dbg !23
  ret i32 2, !dbg !23
other:
  store volatile i32 3, ptr @sink, !dbg !24
  ret i32 3, !dbg !24
}

define i32 @jump(ptr %p) !dbg !30 {
  indirectbr ptr %p, [label %one, label %two], !dbg !31
one:
  store volatile i32 1, ptr @sink, !dbg !32
  ret i32 ptrtoint (ptr blockaddress(@jump, %one) to i32), !dbg !32
two:
  store volatile i32 2, ptr @sink, !dbg !33
  ret i32 ptrtoint (ptr blockaddress(@jump, %two) to i32), !dbg !33
}

define i32 @guarded(ptr %f) personality ptr @__gxx_personality_v0 !dbg !40 {
  invoke void @may_throw() to label %next unwind label %pad, !dbg !41
next:
  invoke void %f() to label %done unwind label %pad, !dbg !42
done:
  ret i32 0, !dbg !42
pad:
  %l = landingpad { ptr, i32 } cleanup, !dbg !43
  store volatile i32 9, ptr @sink, !dbg !43
  ret i32 1, !dbg !43
}

define i32 @unsampled(i32 %x) !dbg !50 {
  %c = icmp ugt i32 %x, 7
  br i1 %c, label %hot, label %rare, !prof !52
hot:
  ret i32 1, !dbg !51
rare:
  ret i32 2, !dbg !51
}

declare void @may_throw()
declare i32 @__gxx_personality_v0(...)

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 7, !"Dwarf Version", i32 5}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "branch", file: !1, line: 10, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 11, column: 3, scope: !10)
!12 = !DILocation(line: 12, column: 3, scope: !10)
!13 = !DILocation(line: 13, column: 3, scope: !10)
!20 = distinct !DISubprogram(name: "choose", file: !1, line: 20, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!21 = !DILocation(line: 21, column: 3, scope: !20)
!22 = !DILocation(line: 22, column: 3, scope: !20)
!23 = !DILocation(line: 23, column: 3, scope: !20)
!24 = !DILocation(line: 24, column: 3, scope: !20)
!30 = distinct !DISubprogram(name: "jump", file: !1, line: 30, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!31 = !DILocation(line: 31, column: 3, scope: !30)
!32 = !DILocation(line: 32, column: 3, scope: !30)
!33 = !DILocation(line: 33, column: 3, scope: !30)
!40 = distinct !DISubprogram(name: "guarded", file: !1, line: 40, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!41 = !DILocation(line: 41, column: 3, scope: !40)
!42 = !DILocation(line: 42, column: 3, scope: !40)
!43 = !DILocation(line: 43, column: 3, scope: !40)
!50 = distinct !DISubprogram(name: "unsampled", file: !1, line: 50, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!51 = !DILocation(line: 51, column: 3, scope: !50)
!52 = !{!"branch_weights", i32 7, i32 3}
