/* A folder for the files of one run. Private to the library and to pgo-gate. */
#ifndef PPROF_PRIVATE_FOLDER_H
#define PPROF_PRIVATE_FOLDER_H

#include "pprofread.h"

/* Makes a folder "NAME.xxxxxx" that nobody else can enter, under $TMPDIR or else /tmp, and gives its path, which lives
 * in [arena]; NULL with the status set. It stays until the caller removes it. */
const char *pprof_make_private_folder(const char *name, pprof_arena *arena, pprof_status *status);

#endif
