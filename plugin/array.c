/* Arrays that grow in an arena by doubling; what they outgrew stays there until the arena is freed. */
#include "plugin.h"

#include <string.h>

void *pgo_grow_array(void *array, uint32_t count, uint32_t *capacity, size_t size, pprof_arena *arena,
                     pprof_status *status) {
    if (count < *capacity) return array;
    if (count >= (UINT32_C(1) << 30)) {
        pprof_fail(status, "the module is too large for the plugin's tables");
        return NULL;
    }
    uint32_t larger = *capacity == 0 ? 16 : *capacity * 2;
    void *moved = pprof_allocate(arena, larger, size, status);
    if (moved == NULL) return NULL;
    if (count != 0) memcpy(moved, array, count * size);
    *capacity = larger;
    return moved;
}
