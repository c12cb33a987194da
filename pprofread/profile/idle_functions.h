/* Functions that a profile lists for what its program has, not for what ran. Private to the library. */
#ifndef PPROF_IDLE_FUNCTIONS_H
#define PPROF_IDLE_FUNCTIONS_H

#include "pprofread.h"

/* Whether each of the profile's functions is idle: in no location. NULL with [status] set when memory is out. */
bool *pprof_find_idle_functions(const pprof_profile *profile, pprof_arena *arena, pprof_status *status);

#endif
