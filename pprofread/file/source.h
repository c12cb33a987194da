/* The parts of reading a file: gunzip.c and sniff.c, which source.c puts together. Private to the library. */
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

#endif
