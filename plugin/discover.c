/* Takes the main source file and the working folder; gives the default.pgo that belongs to them, if there is one: the
 * nearest from the source's folder upward. The search ends with the first folder that contains the working folder (that
 * is the working folder itself, unless the build happens beside the sources), or is a repository's root.
 *
 *   /home/me/project/.git   default.pgo        ◀─ found third, and last in any case
 *   /home/me/project/src    (working folder may be /home/me/project or /home/me/project/build)
 *   /home/me/project/src/net/tcp.c
 *
 * Folders are resolved first, since ".." behind a symbolic link is not what the path says. A source that is not on this
 * machine's disk (standard input, a preprocessed file from elsewhere) is taken to lie in the working folder. */
#include "plugin.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The real path of the folder that [source_file] is in, malloc'ed, or NULL. */
static char *resolve_source_folder(const char *source_file, const char *working_folder, pprof_arena *arena,
                                   pprof_status *status) {
    const char *slash = strrchr(source_file, '/');
    int length = slash == NULL ? 0 : (int)(slash - source_file) + 1;
    const char *folder = source_file[0] == '/'
                             ? pprof_format_string(arena, status, "%.*s", length, source_file)
                             : pprof_format_string(arena, status, "%s/%.*s", working_folder, length, source_file);
    return folder == NULL ? NULL : realpath(folder, NULL);
}

/* Whether [path], both being real, lies in [folder] or is it. */
static bool is_inside(const char *path, const char *folder) {
    size_t length = strlen(folder);
    if (strcmp(folder, "/") == 0) return true;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static bool is_repository_root(const char *folder, pprof_arena *arena, pprof_status *status) {
    struct stat what;
    const char *path = pprof_format_string(arena, status, "%s/.git", folder); /* a file in a linked worktree */
    return path != NULL && stat(path, &what) == 0;
}

/* The path of a default.pgo in [folder], or NULL. One that cannot be read is found: loading it says why. */
static const char *look_in_folder(const char *folder, pprof_arena *arena, pprof_status *status) {
    struct stat what;
    const char *separator = strcmp(folder, "/") == 0 ? "" : "/";
    const char *path = pprof_format_string(arena, status, "%s%sdefault.pgo", folder, separator);
    return path != NULL && stat(path, &what) == 0 && S_ISREG(what.st_mode) ? path : NULL;
}

/* Looks in [folder], which is cut to its parent step by step. */
static const char *search_upward(char *folder, const char *working_folder, pprof_arena *arena, pprof_status *status) {
    for (;;) {
        const char *found = look_in_folder(folder, arena, status);
        if (found != NULL || status->failed) return found;
        if (is_inside(working_folder, folder) || is_repository_root(folder, arena, status)) return NULL;
        char *slash = strrchr(folder, '/');
        slash[slash == folder ? 1 : 0] = '\0'; /* "/home" becomes "/", which contains every working folder */
    }
}

const char *pgo_discover_profile(const char *source_file, const char *working_folder, pprof_arena *arena,
                                 pprof_status *status) {
    char *working = realpath(working_folder, NULL);
    if (working == NULL) return NULL;
    char *folder = resolve_source_folder(source_file, working, arena, status);
    if (folder == NULL) folder = strdup(working);
    const char *found = folder == NULL ? NULL : search_upward(folder, working, arena, status);
    if (folder == NULL && !status->failed) pprof_fail(status, "out of memory (path of the working folder)");
    free(folder);
    free(working);
    return found;
}
