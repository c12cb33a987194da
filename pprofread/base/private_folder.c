/* Takes a name; gives a fresh folder under $TMPDIR. */
#include "base/private_folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *pprof_make_private_folder(const char *name, pprof_arena *arena, pprof_status *status) {
    const char *parent = getenv("TMPDIR");
    if (parent == NULL || parent[0] == '\0') parent = "/tmp";
    char *folder = pprof_format_string(arena, status, "%s/%s.XXXXXX", parent, name);
    if (folder == NULL) return NULL;
    if (mkdtemp(folder) == NULL) {
        pprof_fail(status, "%s: no private folder can be made in it: %s; name another in TMPDIR", parent,
                   strerror(errno));
        return NULL;
    }
    return folder;
}
