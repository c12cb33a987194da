/* Takes a Profile; tells which of its functions are idle: import/inventory.c lists them, merging keeps them, and the
 * Weights have them without weight. Cannot know why a location has no samples: its functions are not idle. */
#include "profile/idle_functions.h"

#include <string.h>

bool *pprof_find_idle_functions(const pprof_profile *profile, pprof_arena *arena, pprof_status *status) {
    bool *is_idle = pprof_allocate(arena, profile->function_count, sizeof *is_idle, status);
    if (is_idle == NULL) return NULL;
    memset(is_idle, true, profile->function_count * sizeof *is_idle);
    for (uint32_t l = 0; l < profile->line_count; l++) is_idle[profile->lines[l].function] = false;
    return is_idle;
}
