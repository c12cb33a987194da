/* Takes a path; gives the file's bytes where the kernel keeps them, if they begin as wanted: nothing is read before it
 * is touched, and processes that map one file share its memory. */
#include "base/arena.h"
#include "file/source.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool begins_with(int file, const char *magic, size_t magic_size) {
    char beginning[16];
    return magic_size <= sizeof beginning && pread(file, beginning, magic_size, 0) == (ssize_t)magic_size &&
           memcmp(beginning, magic, magic_size) == 0;
}

static bool map_descriptor(const char *path, int file, pprof_arena *arena, const void **data, size_t *size,
                           pprof_status *status) {
    struct stat about;
    void *memory = MAP_FAILED;
    if (fstat(file, &about) == 0) memory = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (memory == MAP_FAILED) return pprof_fail(status, "%s: cannot be mapped: %s", path, strerror(errno));
    *data = memory;
    *size = (size_t)about.st_size;
    return pprof_arena_adopt_mapping(arena, memory, *size) || pprof_fail(status, "out of memory");
}

bool pprof_map_file(const char *path, const char *magic, size_t magic_size, pprof_arena *arena, const void **data,
                    size_t *size, pprof_status *status) {
    pprof_status ignored = {0}; /* whoever wants something else of the file will say */
    int file = strcmp(path, "-") == 0 ? -1 : pprof_open_file(path, &ignored);
    if (file < 0) return false;
    bool done = begins_with(file, magic, magic_size) && map_descriptor(path, file, arena, data, size, status);
    close(file);
    return done;
}
