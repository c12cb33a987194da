/* What the files of this room share. Private to the library. */
#ifndef GATE_PROFILE_H
#define GATE_PROFILE_H

#include "gate.h"

/* vanished.c: calls [found] for each function with samples that no module has, in the order of the Weights; false from
 * it ends the search. Fails where the profile is not the one that the build used. */
bool gate_find_vanished(const gate_build *build, const char *profile_path, uint64_t size_limit, pprof_arena *arena,
                        bool (*found)(void *context, const char *name, const char *file, uint64_t weight),
                        void *context, pprof_status *status);

#endif
