/* Takes the file that an index is made from, or lies beside; says which it is, and whether it is still the same.
 *
 * A compile must not read a whole profile to find out. A file's size and its ends tell: the last eight bytes of a gzip
 * file are the checksum and the size of all that is in it, and an uncompressed profile ends with its times and begins
 * with its heaviest stacks. Times of files tell nothing: a checkout sets them anew.
 * Cannot know of a change in the middle of an uncompressed profile that leaves its size; pprofread check looks there.
 */
#include "base/path.h"
#include "file/source.h"
#include "index/index.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { END_SIZE = 4096, READ_STEP = 1 << 16 };

/* Reads up to [size] bytes at [offset]; gives their number, or -1. */
static ssize_t read_at(int file, uint8_t *bytes, size_t size, uint64_t offset) {
    size_t used = 0;
    while (used < size) {
        ssize_t got = pread(file, bytes + used, size - used, (off_t)(offset + used));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

static bool measure_ends(int file, pprof_origin *origin) {
    uint8_t bytes[END_SIZE];
    ssize_t first = read_at(file, bytes, sizeof bytes, 0);
    if (first < 0) return false;
    origin->ends = pprof_checksum(0, bytes, (size_t)first);
    ssize_t last = read_at(file, bytes, sizeof bytes, origin->size < END_SIZE ? 0 : origin->size - END_SIZE);
    if (last < 0) return false;
    origin->ends = pprof_checksum(origin->ends, bytes, (size_t)last);
    return true;
}

static bool measure_all(int file, pprof_origin *origin) {
    uint8_t bytes[READ_STEP];
    ssize_t got;
    for (uint64_t offset = 0; (got = read_at(file, bytes, sizeof bytes, offset)) > 0; offset += (uint64_t)got)
        origin->checksum = pprof_checksum(origin->checksum, bytes, (size_t)got);
    return got == 0;
}

/* Measures the open [file]: its checksum only when the [whole] is wanted. */
static bool measure_file(int file, bool whole, pprof_origin *origin) {
    struct stat about;
    if (fstat(file, &about) != 0) return false;
    origin->size = (uint64_t)about.st_size;
    return measure_ends(file, origin) && (!whole || measure_all(file, origin));
}

bool pprof_measure_origin(const char *path, pprof_origin *origin, pprof_status *status) {
    *origin = (pprof_origin){.name = pprof_get_last_component(path)};
    int file = pprof_open_file(path, status);
    if (file < 0) return false;
    bool done = measure_file(file, true, origin);
    if (!done) pprof_fail(status, "%s: cannot be read: %s", path, strerror(errno));
    close(file);
    return done;
}

/* The path of the file that the index was made from, if it lies beside it; NULL: it was made from no file. A name is
 * that of a file in the same folder, whatever a made-up index says. */
static const char *find_origin(const pprof_index *index, pprof_arena *scratch) {
    const struct pprof_index_file *file = index->file;
    const char *name = pprof_get_origin(index).name;
    if (name[0] == '\0' || strchr(name, '/') != NULL) return NULL;
    int folder_length = (int)(pprof_get_last_component(file->path) - file->path);
    return pprof_format_string(scratch, file->status, "%.*s%s", folder_length, file->path, name);
}

bool pprof_check_origin(const pprof_index *index, bool whole, bool *is_beside) {
    const struct pprof_index_file *file = index->file;
    pprof_arena scratch = {0};
    pprof_status ignored = {0}; /* an index may travel without its profile */
    const char *path = find_origin(index, &scratch);
    int profile = path == NULL ? -1 : pprof_open_file(path, &ignored);
    *is_beside = profile >= 0;
    if (*is_beside) {
        pprof_origin recorded = pprof_get_origin(index), found = {0};
        bool is_same = measure_file(profile, whole, &found) && found.size == recorded.size &&
                       found.ends == recorded.ends && (!whole || found.checksum == recorded.checksum);
        if (!is_same)
            pprof_fail(file->status, "%s: out of date: %s has changed since; run `pprofread index -o %s %s`",
                       file->path, path, file->path, path);
        close(profile);
    }
    pprof_arena_free(&scratch);
    return !file->status->failed;
}
