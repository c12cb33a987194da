/* The one sort that big profiles need to be fast: pairs of numbers, by key and then by value. Private to the library.
 */
#ifndef PPROF_SORT_H
#define PPROF_SORT_H

#include "base/list.h"

typedef struct pprof_pair {
    uint64_t key, value;
} pprof_pair;

/* Sorts by key, then value. [spare] is a list of pairs, room to work in, reused from call to call. */
bool pprof_sort_pairs(pprof_pair *pairs, size_t count, pprof_list *spare, pprof_status *status);

#endif
