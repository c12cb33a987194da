/* Tells MemorySanitizer what the libraries that are not built with it have written: what inflate and deflate put into a
 * buffer, the text that the C++ runtime demangles, cJSON's items (which come zeroed, by its hooks). protobuf-c writes
 * only into zeroed memory of ours, and the C library is MemorySanitizer's own concern.
 *
 * So what is watched is our own code: that it reads nothing that neither it nor one of these has written. Whether a
 * library reads what we have not written is watched where we hand it to zlib. */
#include <cjson/cJSON.h>
#include <sanitizer/msan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int __real_inflate(z_stream *stream, int flush);
int __real_deflate(z_stream *stream, int flush);
char *__real___cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome);
int __wrap_inflate(z_stream *stream, int flush);
int __wrap_deflate(z_stream *stream, int flush);
char *__wrap___cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome);

static int run(int (*step)(z_stream *, int), z_stream *stream, int flush) {
    const Bytef *begin = stream->next_out;
    __msan_check_mem_is_initialized(stream->next_in, stream->avail_in);
    int code = step(stream, flush);
    __msan_unpoison(stream, sizeof *stream);
    __msan_unpoison(begin, (size_t)(stream->next_out - begin));
    if (stream->msg != NULL) __msan_unpoison_string(stream->msg);
    return code;
}

int __wrap_inflate(z_stream *stream, int flush) {
    return run(__real_inflate, stream, flush);
}

int __wrap_deflate(z_stream *stream, int flush) {
    return run(__real_deflate, stream, flush);
}

char *__wrap___cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome) {
    __msan_check_mem_is_initialized(mangled, strlen(mangled) + 1);
    char *text = __real___cxa_demangle(mangled, buffer, length, outcome);
    if (text != NULL) __msan_unpoison_string(text);
    if (outcome != NULL) __msan_unpoison(outcome, sizeof *outcome);
    return text;
}

static void *allocate_zeroed(size_t size) {
    return calloc(1, size);
}

__attribute__((constructor)) static void hook_cjson(void) {
    cJSON_Hooks hooks = {.malloc_fn = allocate_zeroed, .free_fn = free};
    cJSON_InitHooks(&hooks);
}
