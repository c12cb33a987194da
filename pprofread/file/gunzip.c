/* Takes the bytes of a gzip file; gives what they decompress to, up to a limit.
 * Several members are one file, as gzip says. zlib checks each member's checksum and length; what follows the last
 * member is garbage and refused, since it may be the damaged rest of the profile. */
#include "file/source.h"

#include <zlib.h>

enum { OUTPUT_STEP = 1 << 16, GZIP_WINDOW = 16 + MAX_WBITS /* 16: a gzip header, no other */ };

/* One call of inflate into the room that the buffer and the limit leave. Gives zlib's code. */
static int inflate_some(z_stream *stream, const uint8_t *end, uint64_t size_limit, pprof_buffer *output) {
    size_t room = output->capacity - output->size;
    uint64_t allowed = size_limit - output->size + 1; /* one more, to see that there is more */
    if (room > allowed) room = (size_t)allowed;
    size_t left = (size_t)(end - stream->next_in);
    stream->next_out = output->data + output->size;
    stream->avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
    stream->avail_in = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
    int code = inflate(stream, Z_NO_FLUSH);
    output->size = (size_t)(stream->next_out - output->data);
    return code;
}

/* Decompresses until the members or the limit end. The caller ends [stream]. */
static bool inflate_members(const char *path, const uint8_t *data, size_t size, uint64_t size_limit, z_stream *stream,
                            pprof_buffer *output, pprof_status *status) {
    const uint8_t *end = data + size;
    for (;;) {
        if (!pprof_reserve_buffer(output, OUTPUT_STEP, status)) return false;
        int code = inflate_some(stream, end, size_limit, output);
        if (output->size > size_limit) return pprof_refuse_size(path, size_limit, status);
        size_t offset = (size_t)(stream->next_in - data);
        if (code == Z_STREAM_END) {
            if (offset == size) return true;
            if (stream->next_in[0] != 0x1f || (size - offset > 1 && stream->next_in[1] != 0x8b))
                return pprof_fail(status,
                                  "%s: %zu bytes of garbage after the gzip data, at byte %zu; make the file again",
                                  path, size - offset, offset);
            (void)inflateReset(stream);
            continue;
        }
        if (code == Z_BUF_ERROR)
            return pprof_fail(status,
                              "%s: truncated gzip: it ends at byte %zu, in the middle of the data; copy it again", path,
                              size);
        if (code == Z_MEM_ERROR) return pprof_fail(status, "%s: out of memory in gunzip", path);
        if (code != Z_OK)
            return pprof_fail(status, "%s: corrupt gzip: %s near byte %zu; copy it again", path,
                              stream->msg != NULL ? stream->msg : "bad data", offset);
    }
}

bool pprof_gunzip(const char *path, const uint8_t *data, size_t size, uint64_t size_limit, pprof_buffer *output,
                  pprof_status *status) {
    z_stream stream = {.next_in = (z_const Bytef *)data};
    if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK) return pprof_fail(status, "%s: out of memory in gunzip", path);
    bool done = inflate_members(path, data, size, size_limit, &stream, output, status);
    (void)inflateEnd(&stream);
    return done;
}
