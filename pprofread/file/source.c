/* Takes a path; gives the file's bytes, gunzipped, and what they are.
 * A file is read whole, up to a limit. Only perf.data, ELF files and indexes are left after their first bytes: nothing
 * in this library reads the former itself, an index is mapped, and they may be far larger than any profile. */
#include "file/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 1 << 16 };

bool pprof_refuse_size(const char *path, uint64_t size_limit, pprof_status *status) {
    return pprof_fail(
        status,
        "%s: more than %llu bytes after decompression, the size limit; if the file is to be trusted, raise "
        "it with --size-limit (pprofread) or -pgo-size-limit (plugin), up to %llu",
        path, (unsigned long long)size_limit, (unsigned long long)PPROF_MAXIMUM_SIZE_LIMIT);
}

static uint64_t clamp_size_limit(uint64_t size_limit) {
    if (size_limit == 0) return PPROF_DEFAULT_SIZE_LIMIT;
    return size_limit > PPROF_MAXIMUM_SIZE_LIMIT ? PPROF_MAXIMUM_SIZE_LIMIT : size_limit;
}

/* ---- the file's own bytes ---- */

static bool read_descriptor(const char *path, int file, uint64_t size_limit, pprof_buffer *buffer,
                            pprof_status *status) {
    for (;;) {
        if (!pprof_reserve_buffer(buffer, READ_STEP, status)) return false;
        ssize_t got = read(file, buffer->data + buffer->size, buffer->capacity - buffer->size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return pprof_fail(status, "%s: cannot be read: %s", path, strerror(errno));
        if (got == 0) return true;
        bool is_beginning = buffer->size == 0;
        buffer->size += (size_t)got;
        if (is_beginning) {
            pprof_format format = pprof_sniff_format(buffer->data, buffer->size);
            if (format == PPROF_FORMAT_PERF_DATA || format == PPROF_FORMAT_ELF || format == PPROF_FORMAT_WEIGHTS_INDEX)
                return true;
        }
        if (buffer->size > size_limit) return pprof_refuse_size(path, size_limit, status);
    }
}

int pprof_open_file(const char *path, pprof_status *status) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        pprof_fail(status, "%s: cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    struct stat about;
    if (fstat(file, &about) != 0) {
        pprof_fail(status, "%s: cannot be read: %s", path, strerror(errno));
    } else if (S_ISDIR(about.st_mode)) {
        pprof_fail(status, "%s: is a directory; name a profile in it", path);
    } else if (!S_ISREG(about.st_mode)) {
        pprof_fail(status, "%s: is not a regular file; save its bytes to one, or give them to standard input as '-'",
                   path);
    } else {
        return file;
    }
    close(file);
    return -1;
}

/* ---- what they hold ---- */

/* Gunzips [raw] if it is gzip, and keeps either in the arena. Takes [raw] over. */
static bool unpack_source(pprof_buffer *raw, uint64_t size_limit, pprof_arena *arena, pprof_source *source,
                          pprof_status *status) {
    source->was_gzip = pprof_sniff_format(raw->data, raw->size) == PPROF_FORMAT_GZIP;
    if (!source->was_gzip) return pprof_adopt_buffer(raw, arena, &source->data, &source->size, status);
    pprof_buffer plain = {0};
    if (pprof_gunzip(source->path, raw->data, raw->size, size_limit, &plain, status))
        return pprof_adopt_buffer(&plain, arena, &source->data, &source->size, status);
    pprof_free_buffer(&plain);
    return false;
}

bool pprof_read_source(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_source *source,
                       pprof_status *status) {
    size_limit = clamp_size_limit(size_limit);
    bool is_standard_input = strcmp(path, "-") == 0;
    *source = (pprof_source){.path = is_standard_input ? "standard input" : path};
    int file = is_standard_input ? STDIN_FILENO : pprof_open_file(path, status);
    if (file < 0) return false;
    pprof_buffer raw = {0};
    bool is_read = read_descriptor(source->path, file, size_limit, &raw, status);
    if (!is_standard_input) close(file);
    is_read = is_read && unpack_source(&raw, size_limit, arena, source, status);
    pprof_free_buffer(&raw);
    if (is_read) source->format = pprof_sniff_format(source->data, source->size);
    return is_read;
}

bool pprof_read_bytes(const char *path, const void *data, size_t size, uint64_t size_limit, pprof_arena *arena,
                      pprof_source *source, pprof_status *status) {
    size_limit = clamp_size_limit(size_limit);
    *source = (pprof_source){.path = path, .data = data, .size = size};
    source->was_gzip = pprof_sniff_format(data, size) == PPROF_FORMAT_GZIP;
    if (source->was_gzip) {
        pprof_buffer plain = {0};
        if (!pprof_gunzip(path, data, size, size_limit, &plain, status)) {
            pprof_free_buffer(&plain);
            return false;
        }
        if (!pprof_adopt_buffer(&plain, arena, &source->data, &source->size, status)) return false;
    } else if (size > size_limit) {
        return pprof_refuse_size(path, size_limit, status);
    }
    source->format = pprof_sniff_format(source->data, source->size);
    return true;
}

/* ---- what is no profile ---- */

/* What the format is called, and what to do: where [after] is not NULL, the path stands between it and [remedy]. */
typedef struct refusal {
    const char *name, *remedy, *after;
} refusal;

static const refusal refusals[] = {
    [PPROF_FORMAT_UNKNOWN] = {"no pprof profile, nor any other known format", "check what wrote it", NULL},
    [PPROF_FORMAT_EMPTY] = {"an empty file", "record the profile again, and let the program exit normally", NULL},
    [PPROF_FORMAT_PROFILE] = {"a pprof profile", "something else is needed here", NULL},
    [PPROF_FORMAT_WEIGHTS_TEXT] = {"the text form of weights, not a pprof profile",
                                   "the plugin's -pgo-profile takes it as it is; here give the profile it was made of",
                                   NULL},
    [PPROF_FORMAT_WEIGHTS_INDEX] = {"an index of weights, not a pprof profile",
                                    "give the profile it was made of; where an index will do, give the file itself, "
                                    "not gzipped and not through a pipe",
                                    NULL},
    [PPROF_FORMAT_GPERFTOOLS] = {"a gperftools CPU profile (legacy binary format)",
                                 "run `pprofread import -o default.pgo ", "` first"},
    [PPROF_FORMAT_PERF_DATA] = {"perf.data", "run `pprofread import -o default.pgo ", "` first"},
    [PPROF_FORMAT_PERF_SCRIPT] = {"the text of `perf script`",
                                  "give perf.data itself to `pprofread import -o default.pgo perf.data`", NULL},
    [PPROF_FORMAT_HEAP_LEGACY] = {"a heap profile (legacy text format)",
                                  "only a CPU profile says where time goes: record one with perf or gperftools", NULL},
    [PPROF_FORMAT_FOLDED_STACKS] = {"folded stacks (flame graph input)",
                                    "they hold no lines: give perf.data or a pprof profile of the same run", NULL},
    [PPROF_FORMAT_ELF] = {"an ELF binary, not a profile of it",
                          "record one with perf or gperftools; as --binary it helps `pprofread import`", NULL},
    [PPROF_FORMAT_LLVM_PROFILE] = {"an LLVM profile",
                                   "clang takes it by itself: -fprofile-use= (.profdata; .profraw through "
                                   "llvm-profdata merge first) or -fprofile-sample-use= (samples)",
                                   NULL},
    [PPROF_FORMAT_GZIP] = {"gzip inside gzip: compressed twice", "run `gunzip` on it once", NULL},
    [PPROF_FORMAT_ZSTD] = {"zstd-compressed", "run `zstd -d ", "` first"},
    [PPROF_FORMAT_LZ4] = {"LZ4-compressed", "run `lz4 -d ", "` first"},
    [PPROF_FORMAT_BZIP2] = {"bzip2-compressed", "run `bzip2 -d ", "` first"},
    [PPROF_FORMAT_XZ] = {"xz-compressed", "run `xz -d ", "` first"},
    [PPROF_FORMAT_ZLIB] = {"a zlib stream without gzip header", "run `zlib-flate -uncompress < ",
                           "` (package qpdf) first"},
    [PPROF_FORMAT_MARKUP] = {"HTML, XML or SVG",
                             "perhaps an error page or a flame graph saved in the profile's place: download the "
                             "profile itself",
                             NULL},
    [PPROF_FORMAT_JSON] = {"JSON", "ask the profiler's server for the pprof format instead", NULL},
};

bool pprof_refuse_format(const pprof_source *source, pprof_status *status) {
    const refusal *r = &refusals[source->format];
    bool names_path = r->after != NULL;
    return pprof_fail(status, "%s: this is %s%s: %s%s%s", source->path, r->name,
                      source->was_gzip && source->format != PPROF_FORMAT_GZIP ? ", gzipped" : "", r->remedy,
                      names_path ? source->path : "", names_path ? r->after : "");
}
