/* Paths as text; nothing of the file system. */
#ifndef PPROF_PATH_H
#define PPROF_PATH_H

#include <string.h>

/* What is behind the last slash: a file's name without its folders. */
static inline const char *pprof_get_last_component(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

#endif
