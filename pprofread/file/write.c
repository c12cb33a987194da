/* Takes bytes and a path; gives a file that holds all of them or is as it was before.
 * They go to a temporary file beside it, which takes its name in one step when it is whole on the disk. */
#include "pprofread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(const char *path, int file, const char *data, size_t size, pprof_status *status) {
    while (size != 0) {
        ssize_t written = write(file, data, size);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return pprof_fail(status, "%s: cannot be written: %s", path, strerror(errno));
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* /dev/null, a pipe: rename would put a file in its place. */
static bool write_device(const char *path, const void *data, size_t size, pprof_status *status) {
    int device = open(path, O_WRONLY | O_CLOEXEC);
    if (device < 0) return pprof_fail(status, "%s: cannot be written: %s", path, strerror(errno));
    bool done = write_all(path, device, data, size, status);
    close(device);
    return done;
}

/* A new file beside [target], with the permissions that the umask gives; its name in [*temporary]. */
static int create_temporary(const char *target, pprof_arena *scratch, const char **temporary, pprof_status *status) {
    enum { TRIES = 100 }; /* a process that was killed may have left its file */
    for (int i = 0; i < TRIES; i++) {
        *temporary = pprof_format_string(scratch, status, "%s.%ld-%d.tmp", target, (long)getpid(), i);
        if (*temporary == NULL) return -1;
        int file = open(*temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0 || errno != EEXIST) return file;
    }
    return -1;
}

static bool replace_file(const char *path, const char *target, const struct stat *old, const void *data, size_t size,
                         pprof_arena *scratch, pprof_status *status) {
    const char *temporary;
    int file = create_temporary(target, scratch, &temporary, status);
    if (file < 0) return pprof_fail(status, "%s: cannot be written: %s", path, strerror(errno));
    bool done = write_all(path, file, data, size, status);
    if (done && old != NULL) (void)fchmod(file, old->st_mode & 0777);
    if (done && (fsync(file) != 0 || rename(temporary, target) != 0))
        done = pprof_fail(status, "%s: cannot be written: %s", path, strerror(errno));
    close(file);
    if (!done) unlink(temporary);
    return done;
}

bool pprof_write_file(const char *path, const void *data, size_t size, pprof_status *status) {
    if (strcmp(path, "-") == 0) return write_all("standard output", STDOUT_FILENO, data, size, status);
    struct stat old;
    bool exists = stat(path, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) return pprof_fail(status, "%s: cannot be written: it is a directory", path);
    if (exists && !S_ISREG(old.st_mode)) return write_device(path, data, size, status);
    pprof_arena scratch = {0};
    char *target = exists ? realpath(path, NULL) : NULL; /* through a symbolic link, not over it */
    bool done = replace_file(path, target != NULL ? target : path, exists ? &old : NULL, data, size, &scratch, status);
    free(target);
    pprof_arena_free(&scratch);
    return done;
}
