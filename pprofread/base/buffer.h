/* Bytes that grow: for files read, gunzipped and encoded, whose size is only known at their end. Private to the
 * library. The memory is malloc's, because realloc moves a large block by its pages and not by its bytes; whoever ends
 * with a buffer frees it or hands it to an arena. */
#ifndef PPROF_BUFFER_H
#define PPROF_BUFFER_H

#include "pprofread.h"

typedef struct pprof_buffer {
    uint8_t *data;
    size_t size, capacity;
} pprof_buffer;

/* Makes room for [extra] more bytes behind the size. */
bool pprof_reserve_buffer(pprof_buffer *buffer, size_t extra, pprof_status *status);

void pprof_free_buffer(pprof_buffer *buffer);

/* Gives the bytes to [arena], without the room left over. The buffer is empty after, whether it worked or not. */
bool pprof_adopt_buffer(pprof_buffer *buffer, pprof_arena *arena, const uint8_t **data, size_t *size,
                        pprof_status *status);

#endif
