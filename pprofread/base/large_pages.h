/* Takes memory that is about to be filled; asks the kernel for large pages in it. Private to the library. */
#ifndef PPROF_LARGE_PAGES_H
#define PPROF_LARGE_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A page of 2 MB costs one fault instead of 512, and one entry of the TLB. A kernel that has none to give makes small
 * ones. Whole pages, the first and the last as well: of what is half advised, mremap moves nothing, and realloc copies.
 * Not for what is given back piece by piece, as a file that is decoded: its pages would have to be split. */
static inline void pprof_prefer_large_pages(void *memory, size_t size) {
    enum { ENOUGH = 1 << 21 };
    if (size < ENOUGH) return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)memory / page * page, last = ((uintptr_t)memory + size + page - 1) / page * page;
    (void)madvise((void *)first, last - first, MADV_HUGEPAGE);
}

#endif
