; IR of any front end is treated alike: names, lines and subprograms are all that counts.
;
;   fn sum(numbers: &[i32]) -> i32 { numbers.iter().sum() }       // as rustc would name and place it
;
; RUN: split-file %s %t
; RUN: %opt_pgo -passes=pgo -pgo-profile=%t/weights -S %t/sum.ll -o - | FileCheck %s
; CHECK: define i32 @_RNvCs1234_7example3sum({{.*}} !prof ![[ENTRY:[0-9]+]]
; CHECK: br i1 {{.*}}!prof
; CHECK: ![[ENTRY]] = !{!"function_entry_count", i64 {{[1-9][0-9]*}}}
;
;--- weights
pgo-weights 1
type samples count
function _RNvCs1234_7example4main start 20
  call 1:5 _RNvCs1234_7example3sum 90 90
function _RNvCs1234_7example3sum source example::sum start 10
  self 1:9 60
  self 2:5 30
;--- sum.ll
source_filename = "example.7rcbfp3g-cgu.0"
target triple = "x86_64-unknown-linux-gnu"
define i32 @_RNvCs1234_7example3sum(ptr %numbers, i64 %count) !dbg !5 {
start:
  br label %loop, !dbg !8
loop:
  %i = phi i64 [ 0, %start ], [ %next, %loop ]
  %total = phi i32 [ 0, %start ], [ %sum, %loop ]
  %address = getelementptr inbounds i32, ptr %numbers, i64 %i, !dbg !9
  %number = load i32, ptr %address, !dbg !9
  %sum = add i32 %total, %number, !dbg !9
  %next = add i64 %i, 1, !dbg !10
  %done = icmp eq i64 %next, %count, !dbg !10
  br i1 %done, label %end, label %loop, !dbg !10
end:
  ret i32 %sum, !dbg !11
}
!llvm.module.flags = !{!0}
!llvm.dbg.cu = !{!1}
!0 = !{i32 2, !"Debug Info Version", i32 3}
!1 = distinct !DICompileUnit(language: DW_LANG_Rust, file: !2, producer: "clang LLVM (rustc version 1.80.0)", isOptimized: true, runtimeVersion: 0, emissionKind: LineTablesOnly)
!2 = !DIFile(filename: "src/lib.rs/@/example.7rcbfp3g-cgu.0", directory: "/home/user/example")
!3 = !DIFile(filename: "src/lib.rs", directory: "/home/user/example")
!4 = !DISubroutineType(types: !{})
!5 = distinct !DISubprogram(name: "sum", linkageName: "_RNvCs1234_7example3sum", scope: !3, file: !3, line: 10, type: !4, scopeLine: 10, spFlags: DISPFlagDefinition | DISPFlagOptimized, unit: !1)
!8 = !DILocation(line: 10, column: 1, scope: !5)
!9 = !DILocation(line: 11, column: 9, scope: !5)
!10 = !DILocation(line: 12, column: 5, scope: !5)
!11 = !DILocation(line: 13, column: 2, scope: !5)
