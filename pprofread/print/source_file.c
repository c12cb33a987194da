/* Takes paths as a profile has them; gives the lines of the source files that they mean on this machine, found by
 * pprof's rules for -source_path and -trim_path. */
#include "print/source_file.h"

#include "base/saturate.h"
#include "print/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT = 1 << 25, TOTAL_LIMIT = 1 << 28 }; /* bytes: of one source file; of all together */

/* ---- paths ---- */

/* The next of a list "a:b", empty ones left out; false at its end. */
static bool next_folder(const char **list, pprof_string *folder) {
    while (**list == ':') ++*list;
    size_t length = strcspn(*list, ":");
    *folder = (pprof_string){*list, length};
    *list += length;
    return length > 0;
}

/* Whether [path] begins with the folder, whose slash at the end may be missing. */
static bool is_beneath(pprof_string path, pprof_string folder, size_t *length) {
    while (folder.length > 1 && folder.text[folder.length - 1] == '/') folder.length--;
    bool is_root = folder.length == 1 && folder.text[0] == '/';
    *length = folder.length + !is_root;
    return path.length >= *length && memcmp(path.text, folder.text, folder.length) == 0 &&
           path.text[*length - 1] == '/';
}

/* Where "/NAME/" ends in [path], 0 if it is not there. */
static size_t find_folder(pprof_string path, pprof_string name) {
    for (size_t i = 0; i + name.length + 2 <= path.length; i++)
        if (path.text[i] == '/' && memcmp(path.text + i + 1, name.text, name.length) == 0 &&
            path.text[i + 1 + name.length] == '/')
            return i + name.length + 2;
    return 0;
}

pprof_string pprof_trim_path(pprof_string path, const char *trim_path, const char *search_path) {
    pprof_string folder;
    if (trim_path == NULL || *trim_path == '\0') {
        for (const char *list = search_path != NULL ? search_path : ""; next_folder(&list, &folder);) {
            size_t end = find_folder(path, pprof_get_base_name(folder));
            if (end > 0) return (pprof_string){path.text + end, path.length - end};
        }
        return path;
    }
    for (const char *list = trim_path; next_folder(&list, &folder);) {
        size_t length;
        if (is_beneath(path, folder, &length)) return (pprof_string){path.text + length, path.length - length};
    }
    return path;
}

/* ---- files ---- */

/* Sets errno where it gives -1. Not to wait for the other end of a pipe, the file is opened without blocking. */
static int open_regular(const char *path, struct stat *about) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return -1;
    if (fstat(file, about) == 0 && S_ISREG(about->st_mode)) return file;
    (void)close(file);
    errno = ENOTSUP;
    return -1;
}

/* Looks in [folder] and all folders above it. */
static int open_upward(pprof_string folder, const char *path, struct stat *about, pprof_arena *scratch,
                       pprof_status *status) {
    for (size_t length = folder.length;;) {
        while (length > 1 && folder.text[length - 1] == '/') length--;
        const char *whole =
            pprof_format_string(scratch, status, "%.*s/%s", pprof_print_length(length), folder.text, path);
        if (whole == NULL) return -1;
        int file = open_regular(whole, about);
        if (file >= 0 || length <= 1) return file;
        while (length > 1 && folder.text[length - 1] != '/') length--;
        if (length == 1 && folder.text[0] != '/') return -1;
    }
}

static int open_source(const pprof_source_reader *reader, const char *path, const char *search_path, struct stat *about,
                       pprof_source_file *source, pprof_status *status) {
    if (path[0] == '/') {
        int file = open_regular(path, about);
        if (file < 0)
            source->error = pprof_format_string(reader->arena, status, "open %s: %s", path,
                                                errno == ENOENT    ? "no such file or directory"
                                                : errno == ENOTSUP ? "not a regular file"
                                                                   : strerror(errno));
        return file;
    }
    pprof_arena scratch = {0};
    pprof_string folder;
    int file = -1;
    for (const char *list = search_path; file < 0 && next_folder(&list, &folder);)
        file = open_upward(folder, path, about, &scratch, status);
    pprof_arena_free(&scratch);
    if (file < 0)
        source->error =
            pprof_format_string(reader->arena, status, "could not find file %s on path %s", path, search_path);
    return file;
}

static bool split_lines(pprof_source_file *source, const char *text, size_t size, pprof_arena *arena,
                        pprof_status *status) {
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++) count += text[i] == '\n' || i + 1 == size;
    source->lines = pprof_allocate(arena, count, sizeof *source->lines, status);
    if (source->lines == NULL) return false;
    for (size_t start = 0; start < size;) {
        const char *end = memchr(text + start, '\n', size - start);
        size_t length = end != NULL ? (size_t)(end - text) - start : size - start;
        pprof_string *line = &source->lines[source->line_count++];
        *line = (pprof_string){text + start, length};
        if (length > 0 && line->text[length - 1] == '\r') line->length--;
        start += length + 1;
    }
    return true;
}

static bool read_lines(pprof_source_reader *reader, int file, uint64_t size, const char *path,
                       pprof_source_file *source, pprof_status *status) {
    if (size > FILE_LIMIT || size > TOTAL_LIMIT - reader->byte_count) {
        source->error = pprof_format_string(reader->arena, status, "%s: too large for a source file", path);
        return source->error != NULL;
    }
    char *text = pprof_allocate(reader->arena, (size_t)size, 1, status);
    if (text == NULL) return false;
    size_t used = 0;
    for (ssize_t got = 1; got > 0 && used < size; used += got > 0 ? (size_t)got : 0)
        got = read(file, text + used, (size_t)size - used);
    reader->byte_count += size;
    return split_lines(source, text, used, reader->arena, status);
}

static bool read_file(pprof_source_reader *reader, pprof_source_file *source, pprof_status *status) {
    pprof_arena *arena = reader->arena;
    const char *search_path = reader->search_path;
    if (search_path == NULL || *search_path == '\0') {
        char *here = getcwd(NULL, 0);
        if (here == NULL) return pprof_fail(status, "the working folder is not known: %s", strerror(errno));
        search_path = pprof_copy_string(arena, here, strlen(here), status);
        free(here);
        if (search_path == NULL) return false;
    }
    pprof_string trimmed = pprof_trim_path(source->path, reader->trim_path, search_path);
    const char *path = pprof_copy_string(arena, trimmed.text, trimmed.length, status);
    if (path == NULL) return false;
    struct stat about;
    int file = open_source(reader, path, search_path, &about, source, status);
    if (file < 0) return !status->failed;
    bool done = read_lines(reader, file, (uint64_t)about.st_size, path, source, status);
    (void)close(file);
    return done;
}

const pprof_source_file *pprof_read_source_file(pprof_source_reader *reader, pprof_string path, pprof_status *status) {
    pprof_source_file *files = reader->files.items;
    for (uint32_t i = 0; i < reader->files.count; i++)
        if (pprof_compare_strings(files[i].path, path) == 0) return &files[i];
    pprof_source_file *source = pprof_append_item(&reader->files, status);
    if (source == NULL) return NULL;
    *source = (pprof_source_file){.path = path};
    return read_file(reader, source, status) ? source : NULL;
}
