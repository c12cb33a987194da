/* The source files that a profile names, looked for and read. Private to the library. */
#ifndef PPROFREAD_SOURCE_FILE_H
#define PPROFREAD_SOURCE_FILE_H

#include "base/list.h"
#include "pprofread.h"

/* A file's lines, or why there are none. */
typedef struct pprof_source_file {
    pprof_string path; /* as asked for */
    const char *error; /* NULL: it was read */
    uint32_t line_count;
    pprof_string *lines; /* without their ends; line n is lines[n - 1] */
} pprof_source_file;

/* Keeps what it read, since functions share files. */
typedef struct pprof_source_reader {
    const char *search_path, *trim_path; /* as pprof_report_options has them */
    pprof_arena *arena;
    pprof_list files; /* of pprof_source_file */
    uint64_t byte_count;
} pprof_source_reader;

/* [path] without the first of the prefixes of [trim_path] ("a:b") that it begins with. Without any, what stands behind
 * the name of a folder of [search_path] is taken: "/builds/project/src/x.c" is "src/x.c" for "/home/me/project". Either
 * may be NULL. */
pprof_string pprof_trim_path(pprof_string path, const char *trim_path, const char *search_path);

/* NULL when memory is out; a file that cannot be read has its error instead. Absolute paths are opened as they are,
 * others beneath each folder of the search path, by default the working folder, and all folders above. Regular files
 * only, of limited size: profiles come from anywhere, and their paths with them. */
const pprof_source_file *pprof_read_source_file(pprof_source_reader *reader, pprof_string path, pprof_status *status);

#endif
