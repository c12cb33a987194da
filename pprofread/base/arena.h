/* What an arena can own besides what is allocated in it. Private to the library; pprofread.h has the rest. */
#ifndef PPROF_ARENA_H
#define PPROF_ARENA_H

#include "pprofread.h"

/* Hands a mapping (mmap) to the arena, which unmaps it. On failure it is unmapped at once. */
bool pprof_arena_adopt_mapping(pprof_arena *arena, void *memory, size_t size);

#endif
