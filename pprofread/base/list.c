/* Takes items one by one; gives an array of them that grows by doubling and ends up, cut to size, in an arena. */
#include "base/list.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

bool pprof_reserve_items(pprof_list *list, size_t count, pprof_status *status) {
    if (count <= list->capacity) return true;
    if (count >= PPROF_NONE) return pprof_fail(status, "a profile cannot hold more than 2^32 - 2 of a kind");
    size_t capacity = list->capacity == 0 ? FIRST_CAPACITY : (size_t)list->capacity * 2;
    if (capacity < count) capacity = count;
    if (capacity >= PPROF_NONE) capacity = PPROF_NONE - 1;
    void *items = realloc(list->items, capacity * list->item_size);
    if (items == NULL) return pprof_fail(status, "out of memory (%zu items of %zu bytes)", capacity, list->item_size);
    list->items = items;
    list->capacity = (uint32_t)capacity;
    return true;
}

void pprof_free_list(pprof_list *list) {
    free(list->items);
    *list = (pprof_list){.item_size = list->item_size};
}

void *pprof_keep_items(pprof_list *list, pprof_arena *arena, pprof_status *status) {
    pprof_list taken = *list;
    *list = (pprof_list){.item_size = taken.item_size};
    size_t size = taken.count * taken.item_size;
    if (taken.items == NULL) return pprof_allocate(arena, 0, 1, status);
    void *fitting = realloc(taken.items, size == 0 ? 1 : size);
    if (fitting == NULL) fitting = taken.items; /* it could not shrink */
    if (pprof_arena_adopt(arena, fitting, size)) return fitting;
    pprof_fail(status, "out of memory (%zu bytes)", size);
    return NULL;
}
