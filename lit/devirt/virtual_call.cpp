// A virtual call becomes a guarded direct call of the main override, which is inlined.
//
// RUN: split-file %s %t
// RUN: %clang_pgo -O2 -g1 -S -emit-llvm -o %t/after.ll -Rpass=pgo -mllvm -pgo-profile=%t/x.weights %t/x.cpp 2>&1 \
// RUN:   | FileCheck --check-prefix=REMARK %s
// RUN: FileCheck --check-prefix=AFTER %s < %t/after.ll
//
// REMARK: x.cpp:18:27: remark: indirect call promoted to _ZNK6Square4areaEv (80 of 100 samples, 80.0 %; 88.9 % of the call's) [-Rpass=pgo]
//
// AFTER-LABEL: define {{.*}} @_Z5totalPPK5Shapei(
// AFTER:       icmp eq ptr %{{[0-9]+}}, @_ZNK6Square4areaEv
// AFTER-NOT:   call {{.*}} @_ZNK6Square4areaEv
// AFTER:       call {{.*}} double %{{[0-9]+}}(ptr
// AFTER:       {{^}}}
//
//--- x.weights
pgo-weights 1
type samples count
function _Z5totalPPK5Shapei start 15
  self 3:27 10
  call 3:27 _ZNK6Square4areaEv 80 80
  call 3:27 _ZNK6Circle4areaEv 10 10
//--- x.cpp
struct Shape {
    virtual double area() const = 0;
};
struct Square : Shape {
    double side;
    double area() const override;
};
struct Circle : Shape {
    double radius;
    double area() const override;
};
double Square::area() const { return side * side; }
double Circle::area() const { return 3.14159 * radius * radius; }

double total(const Shape **shapes, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += shapes[i]->area();
    return sum;
}
