/* Takes requests for room; gives bytes that grow by doubling and end up, cut to size, in an arena. */
#include "base/buffer.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 1 << 12 };

bool pprof_reserve_buffer(pprof_buffer *buffer, size_t extra, pprof_status *status) {
    if (extra <= buffer->capacity - buffer->size) return true;
    size_t capacity = buffer->capacity == 0 ? FIRST_CAPACITY : buffer->capacity;
    while (capacity - buffer->size < extra) {
        if (capacity > SIZE_MAX / 2) return pprof_fail(status, "out of memory (%zu more bytes)", extra);
        capacity *= 2;
    }
    uint8_t *data = realloc(buffer->data, capacity);
    if (data == NULL) return pprof_fail(status, "out of memory (%zu bytes)", capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void pprof_free_buffer(pprof_buffer *buffer) {
    free(buffer->data);
    *buffer = (pprof_buffer){0};
}

bool pprof_adopt_buffer(pprof_buffer *buffer, pprof_arena *arena, const uint8_t **data, size_t *size,
                        pprof_status *status) {
    pprof_buffer taken = *buffer;
    *buffer = (pprof_buffer){0};
    uint8_t *fitting = realloc(taken.data, taken.size == 0 ? 1 : taken.size);
    if (fitting == NULL) fitting = taken.data; /* it could not shrink, or there was nothing yet */
    if (!pprof_arena_adopt(arena, fitting, taken.size)) return pprof_fail(status, "out of memory");
    *data = fitting;
    *size = taken.size;
    return true;
}
