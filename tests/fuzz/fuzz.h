/* What the fuzz targets share: what must hold, whatever the input, and text in memory. */
#ifndef FUZZ_H
#define FUZZ_H

#include "pprofread.h"

#include <stdlib.h>
#include <string.h>

/* A target: libFuzzer calls it with one input after the other. 0: the input may become part of the corpus. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops at a broken promise, which libFuzzer reports with the input that broke it. */
#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                              \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A failure has a message of one line; success has none. */
static inline void require_status(bool worked, const pprof_status *status) {
    REQUIRE(worked == !status->failed);
    REQUIRE(worked == (status->message[0] == '\0'));
    REQUIRE(strpbrk(status->message, "\r\n\033") == NULL);
}

/* The same, where failure would be a mistake of ours. */
static inline void require_success(bool worked, const pprof_status *status) {
    if (!worked) (void)fprintf(stderr, "%s\n", status->message);
    require_status(worked, status);
    REQUIRE(worked);
}

/* What was printed: `FILE *out = begin_text(&text); …; end_text(out);`, and free(text.bytes) when it is not needed. */
typedef struct fuzz_text {
    char *bytes;
    size_t size;
} fuzz_text;

static inline FILE *begin_text(fuzz_text *text) {
    *text = (fuzz_text){0};
    FILE *out = open_memstream(&text->bytes, &text->size);
    REQUIRE(out != NULL);
    return out;
}

static inline void end_text(FILE *out) {
    REQUIRE(fclose(out) == 0);
}

static inline bool same_text(const fuzz_text *a, const fuzz_text *b) {
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* use_weights.c, use_profile.c: everything that is done with a value that was read from hostile bytes. */
void use_weights(const pprof_weights *weights);
void use_profile(const pprof_profile *profile);
/* Of that, what tells whether an imported profile is a valid one. */
void encode_profile(const pprof_profile *profile);

#endif
