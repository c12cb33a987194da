// Where the working folder is gone, "auto" cannot know where its search would end, and says so.
// RUN: mkdir -p %t.gone
// RUN: sh -c 'cd "$0" && rmdir "$0" && exec "$@"' %t.gone %clang_pgo -O2 -g1 -c %s -o %t.o 2>&1 | FileCheck %s
// RUN: sh -c 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"' %t.gone %clang_pgo -O2 -g1 -mllvm -pgo-profile=off \
// RUN:   -c %s -o %t.o 2>&1 | count 0
// CHECK: warning: pgo: no default.pgo is looked for, since the working folder cannot be told: {{.*}}[-Wbackend-plugin]
int twice(int x) { return 2 * x; }
