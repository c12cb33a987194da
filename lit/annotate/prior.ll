; Where LLVM has next to no opinion, what the code looks like is the static probability that samples have to beat. Here
; there are none but at the entry, and the prior is as strong as can be: the weights are the static ones.
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/x.weights -pgo-preinline=0 -pgo-prior-strength=1000 -S %t/x.ll | FileCheck %s
;
; The condition alone: both sides are alike.
; CHECK-LABEL: define void @compare
; CHECK:       br i1 %equal, {{.*}} !prof ![[EQUAL:[0-9]+]]
; CHECK:       br i1 %turned, {{.*}} !prof ![[EQUAL]]
; CHECK:       br i1 %unequal, {{.*}} !prof ![[UNEQUAL:[0-9]+]]
; CHECK:       br i1 %zero, {{.*}} !prof ![[EVEN:[0-9]+]]
; CHECK:       br i1 %less, {{.*}} !prof ![[LESS:[0-9]+]]
; CHECK:       br i1 %turned_less, {{.*}} !prof ![[LESS]]
; CHECK:       br i1 %negative, {{.*}} !prof ![[EQUAL]]
; CHECK:       br i1 %clear, {{.*}} !prof ![[CLEAR:[0-9]+]]
; CHECK:       br i1 %flag, {{.*}} !prof ![[FLAG:[0-9]+]]
; CHECK:       br i1 %not, {{.*}} !prof ![[NOT:[0-9]+]]
; CHECK:       br i1 %float, {{.*}} !prof ![[EQUAL]]
;
; A null pointer from a call, reported, and returned as a failure; a side that loads and asks on.
; CHECK-LABEL: define i32 @find
; CHECK:       br i1 %missing, {{.*}} !prof ![[FAIL:[0-9]+]]
;
; A bool that is false is a zero, one that is true is nothing.
; CHECK-LABEL: define i1 @holds
; CHECK:       br i1 %first, {{.*}} !prof ![[TRUE:[0-9]+]]
;
; What LLVM or the source knows stays: a loop, what never returns, what is expected.
; CHECK-LABEL: define void @known
; CHECK:       br i1 %again, {{.*}} !prof ![[LOOP:[0-9]+]]
; CHECK:       br i1 %broken, {{.*}} !prof ![[NEVER:[0-9]+]]
; CHECK:       br i1 %expected, {{.*}} !prof ![[EXPECTED:[0-9]+]]
;
; CHECK-DAG: ![[EQUAL]] = !{!"branch_weights", i32 606{{[0-9]+}}, i32 1071{{[0-9]+}}}
; CHECK-DAG: ![[UNEQUAL]] = !{!"branch_weights", i32 1071{{[0-9]+}}, i32 606{{[0-9]+}}}
; CHECK-DAG: ![[EVEN]] = !{!"branch_weights", i32 8388608, i32 8388608}
; CHECK-DAG: ![[LESS]] = !{!"branch_weights", i32 988{{[0-9]+}}, i32 689{{[0-9]+}}}
; CHECK-DAG: ![[CLEAR]] = !{!"branch_weights", i32 1098{{[0-9]+}}, i32 579{{[0-9]+}}}
; CHECK-DAG: ![[FLAG]] = !{!"branch_weights", i32 586{{[0-9]+}}, i32 1090{{[0-9]+}}}
; CHECK-DAG: ![[NOT]] = !{!"branch_weights", i32 1090{{[0-9]+}}, i32 586{{[0-9]+}}}
; CHECK-DAG: ![[FAIL]] = !{!"branch_weights", i32 {{[0-9][0-9][0-9][0-9][0-9]}}, i32 167{{[0-9]+}}}
; CHECK-DAG: ![[TRUE]] = !{!"branch_weights", i32 1094{{[0-9]+}}, i32 583{{[0-9]+}}}
; CHECK-DAG: ![[LOOP]] = !{!"branch_weights", i32 162{{[0-9]+}}, i32 53{{[0-9]+}}}
; CHECK-DAG: ![[NEVER]] = !{!"branch_weights", i32 {{[0-9][0-9][0-9][0-9]}}, i32 1677{{[0-9]+}}}
; CHECK-DAG: ![[EXPECTED]] = !{!"branch_weights", i32 1174{{[0-9]+}}, i32 503{{[0-9]+}}}
;
;--- x.weights
pgo-weights 1
type samples count
function compare start 10
  self 0 900
function find start 20
  self 0 900
function known start 30
  self 0 900
function holds start 40
  self 0 900
;--- x.ll
target triple = "x86_64-pc-linux-gnu"

@sink = global i32 0
@message = private constant [3 x i8] c"no\00"
declare ptr @search(i32)
declare void @report(ptr)
declare void @stop() noreturn

define void @compare(i32 %x, i32 %y, float %f) !dbg !10 {
  store volatile i32 0, ptr @sink, !dbg !11
  %bits = and i32 %x, 64
  br label %do_equal
do_equal:
  %equal = icmp eq i32 %x, 7
  br i1 %equal, label %equal_yes, label %equal_no
equal_yes:
  store volatile i32 1, ptr @sink
  br label %do_turned
equal_no:
  store volatile i32 2, ptr @sink
  br label %do_turned
do_turned:
  %turned = icmp eq i32 7, %x
  br i1 %turned, label %turned_yes, label %turned_no
turned_yes:
  store volatile i32 1, ptr @sink
  br label %do_unequal
turned_no:
  store volatile i32 2, ptr @sink
  br label %do_unequal
do_unequal:
  %unequal = icmp ne i32 %x, %y
  br i1 %unequal, label %unequal_yes, label %unequal_no
unequal_yes:
  store volatile i32 1, ptr @sink
  br label %do_zero
unequal_no:
  store volatile i32 2, ptr @sink
  br label %do_zero
do_zero:
  %zero = icmp eq i32 %x, 0
  br i1 %zero, label %zero_yes, label %zero_no
zero_yes:
  store volatile i32 1, ptr @sink
  br label %do_less
zero_no:
  store volatile i32 2, ptr @sink
  br label %do_less
do_less:
  %less = icmp ult i32 %x, %y
  br i1 %less, label %less_yes, label %less_no
less_yes:
  store volatile i32 1, ptr @sink
  br label %do_turned_less
less_no:
  store volatile i32 2, ptr @sink
  br label %do_turned_less
do_turned_less:
  %turned_less = icmp sgt i32 7, %x
  br i1 %turned_less, label %turned_less_yes, label %turned_less_no
turned_less_yes:
  store volatile i32 1, ptr @sink
  br label %do_negative
turned_less_no:
  store volatile i32 2, ptr @sink
  br label %do_negative
do_negative:
  %negative = icmp slt i32 %x, 0
  br i1 %negative, label %negative_yes, label %negative_no
negative_yes:
  store volatile i32 1, ptr @sink
  br label %do_clear
negative_no:
  store volatile i32 2, ptr @sink
  br label %do_clear
do_clear:
  %clear = icmp eq i32 %bits, 0
  br i1 %clear, label %clear_yes, label %clear_no
clear_yes:
  store volatile i32 1, ptr @sink
  br label %do_flag
clear_no:
  store volatile i32 2, ptr @sink
  br label %do_flag
do_flag:
  %flag = trunc i32 %x to i1
  br i1 %flag, label %flag_yes, label %flag_no
flag_yes:
  store volatile i32 1, ptr @sink
  br label %do_not
flag_no:
  store volatile i32 2, ptr @sink
  br label %do_not
do_not:
  %not = xor i1 %flag, true
  br i1 %not, label %not_yes, label %not_no
not_yes:
  store volatile i32 1, ptr @sink
  br label %do_float
not_no:
  store volatile i32 2, ptr @sink
  br label %do_float
do_float:
  %float = fcmp oeq float %f, 1.0
  br i1 %float, label %float_yes, label %float_no
float_yes:
  store volatile i32 1, ptr @sink
  br label %end
float_no:
  store volatile i32 2, ptr @sink
  br label %end
end:
  ret void
}

define i32 @find(i32 %x) !dbg !20 {
  store volatile i32 0, ptr @sink, !dbg !21
  %found = call ptr @search(i32 %x)
  %missing = icmp eq ptr %found, null
  br i1 %missing, label %fail, label %look
fail:
  call void @report(ptr @message)
  br label %out
look:
  %length = load volatile i32, ptr %found
  %empty = icmp eq i32 %length, 0
  br i1 %empty, label %nothing, label %out
nothing:
  store volatile i32 3, ptr @sink
  br label %out
out:
  %result = phi i32 [ -1, %fail ], [ %length, %look ], [ 0, %nothing ]
  ret i32 %result
}

define i1 @holds(i32 %x) !dbg !40 {
  store volatile i32 0, ptr @sink, !dbg !41
  %first = icmp eq i32 %x, 0
  br i1 %first, label %yes, label %no
yes:
  store volatile i32 1, ptr @sink
  br label %out
no:
  store volatile i32 2, ptr @sink
  br label %out
out:
  %result = phi i1 [ true, %yes ], [ false, %no ]
  ret i1 %result
}

define void @known(i32 %x) !dbg !30 {
  store volatile i32 0, ptr @sink, !dbg !31
  br label %loop
loop:
  %i = phi i32 [ 0, %0 ], [ %next, %loop ]
  %next = add i32 %i, 1
  store volatile i32 %i, ptr @sink
  %again = icmp ult i32 %next, %x
  br i1 %again, label %loop, label %done
done:
  %broken = icmp eq i32 %x, 9
  br i1 %broken, label %dead, label %alive
dead:
  call void @stop()
  unreachable
alive:
  %expected = icmp eq i32 %x, 8
  br i1 %expected, label %eight, label %end, !prof !50
eight:
  call void @report(ptr @message)
  br label %end
end:
  ret void
}

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!2, !3}
!0 = distinct !DICompileUnit(language: DW_LANG_C11, file: !1, emissionKind: LineTablesOnly)
!1 = !DIFile(filename: "x.c", directory: "/")
!2 = !{i32 7, !"Dwarf Version", i32 5}
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !DISubroutineType(types: !{})
!10 = distinct !DISubprogram(name: "compare", file: !1, line: 10, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!11 = !DILocation(line: 10, column: 3, scope: !10)
!20 = distinct !DISubprogram(name: "find", file: !1, line: 20, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!21 = !DILocation(line: 20, column: 3, scope: !20)
!30 = distinct !DISubprogram(name: "known", file: !1, line: 30, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!31 = !DILocation(line: 30, column: 3, scope: !30)
!40 = distinct !DISubprogram(name: "holds", file: !1, line: 40, type: !4, unit: !0, spFlags: DISPFlagDefinition)
!41 = !DILocation(line: 40, column: 3, scope: !40)
!50 = !{!"branch_weights", i32 7, i32 3}
