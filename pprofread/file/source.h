/* The parts of reading a file: gunzip.c and sniff.c, which source.c puts together, and map.c beside them. Private to
 * the library. */
#ifndef PPROF_SOURCE_H
#define PPROF_SOURCE_H

#include "base/buffer.h"

/* Appends to [output] what the gzip members in [data] hold; fails when that is more than [size_limit] bytes. */
bool pprof_gunzip(const char *path, const uint8_t *data, size_t size, uint64_t size_limit, pprof_buffer *output,
                  pprof_status *status);

/* What the bytes are, as far as their beginning tells. */
pprof_format pprof_sniff_format(const uint8_t *data, size_t size);

/* Fails, naming the limit and the options that raise it. */
bool pprof_refuse_size(const char *path, uint64_t size_limit, pprof_status *status);

/* Opens a regular file for reading; -1 with [status] set for anything else. A FIFO or device may block for ever or
 * never end, so by name only files are read. */
int pprof_open_file(const char *path, pprof_status *status);

/* map.c: maps the file at [path] into [arena] if it begins with [magic]. False, without a failure, if it does not or
 * cannot be opened. */
bool pprof_map_file(const char *path, const char *magic, size_t magic_size, pprof_arena *arena, const void **data,
                    size_t *size, pprof_status *status);

#endif
