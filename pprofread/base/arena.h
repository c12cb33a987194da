/* What an arena can own besides what is allocated in it. Private to the library; pprofread.h has the rest. */
#ifndef PPROF_ARENA_H
#define PPROF_ARENA_H

#include "pprofread.h"

/* How the message begins when an arena has no room. */
#define PPROF_OUT_OF_MEMORY "out of memory"

/* Hands a mapping (mmap) to the arena, which unmaps it. On failure it is unmapped at once. */
bool pprof_arena_adopt_mapping(pprof_arena *arena, void *memory, size_t size);

/* realloc in the arena: [memory], which this gave before, or NULL, with room for [count] elements of [size] bytes; what
 * is new is not zeroed. NULL with [status] set, and [memory] as it was, when there is no room. It is found among the
 * arena's blocks one by one: for what grows by doubling. */
void *pprof_arena_resize(pprof_arena *arena, void *memory, size_t count, size_t size, pprof_status *status);

#endif
