/* What the tests of the index, and those of stages that ask one, share. */
#ifndef INDEX_SUPPORT_H
#define INDEX_SUPPORT_H

#include "index/lookup.h"

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The index of [weights], made and opened in memory. */
static inline void index_weights(const pprof_weights *weights, pprof_arena *arena, pprof_index *index,
                                 pprof_status *status) {
    const uint8_t *data;
    size_t size;
    if (!pprof_make_index(weights, NULL, arena, &data, &size, status) ||
        !pprof_open_index("test.pgoidx", data, size, arena, index, status))
        fail_msg("%s", status->message);
}

#endif
