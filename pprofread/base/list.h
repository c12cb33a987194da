/* Items of one size, as many as come. Private to the library. The memory is malloc's, because realloc moves a large
 * block by its pages; whoever ends with a list frees it or gives it to an arena. */
#ifndef PPROF_LIST_H
#define PPROF_LIST_H

#include "pprofread.h"

#include <assert.h>

typedef struct pprof_list {
    size_t item_size; /* set by the owner: `pprof_list list = {.item_size = sizeof(item)};` */
    void *items;      /* NULL before the first */
    uint32_t count, capacity;
} pprof_list;

/* Makes room for [count] items in all, without adding any. */
bool pprof_reserve_items(pprof_list *list, size_t count, pprof_status *status);

/* A new item at the end, for the caller to fill in; NULL with [status] set when there is no room. Others may move. */
static inline void *pprof_append_item(pprof_list *list, pprof_status *status) {
    if (list->count == list->capacity && !pprof_reserve_items(list, (size_t)list->count + 1, status)) return NULL;
    assert(list->items != NULL);
    return (char *)list->items + list->count++ * list->item_size;
}

void pprof_free_list(pprof_list *list);

/* Gives the items to [arena], without the room left over, and their address; NULL with [status] set when memory is
 * out. The list is empty after, whether it worked or not. */
void *pprof_keep_items(pprof_list *list, pprof_arena *arena, pprof_status *status);

#endif
