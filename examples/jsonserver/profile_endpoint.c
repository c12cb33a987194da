/* A number of seconds ─▶ the process's CPU profile of that time, as gzipped pprof.
 *
 * gperftools samples the whole process by a timer and writes bare addresses; libpprofread finds functions, lines,
 * columns and inlined frames, and where functions begin. The addresses go through a file without a name, so nothing is
 * left on disk. Needs llvm-symbolizer beside the server, and a binary with debug information: where production has
 * neither, send the addresses and let `pprofread import --binary` find the rest in CI. */
#include "server.h"

#include <errno.h>
#include <gperftools/profiler.h>
#include <microhttpd.h>
#include <pprofread.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_SECONDS = 30, MOST_SECONDS = 300, SYMBOLIZER_SILENCE = 60 };

struct profiler {
    pthread_mutex_t mutex;
    pthread_cond_t stop; /* is_stopping has become true; by CLOCK_MONOTONIC */
    bool is_busy;        /* one profile at a time: there is one timer, and symbolizing takes memory */
    bool is_stopping;
};

profiler *create_profiler(void) {
    profiler *profiler = calloc(1, sizeof *profiler);
    if (profiler == NULL) return NULL;
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&profiler->stop, &attributes);
    (void)pthread_mutex_init(&profiler->mutex, NULL);
    (void)pthread_condattr_destroy(&attributes);
    return profiler;
}

void stop_profiler(profiler *profiler) {
    (void)pthread_mutex_lock(&profiler->mutex);
    profiler->is_stopping = true;
    (void)pthread_cond_broadcast(&profiler->stop);
    (void)pthread_mutex_unlock(&profiler->mutex);
}

void free_profiler(profiler *profiler) {
    (void)pthread_cond_destroy(&profiler->stop);
    (void)pthread_mutex_destroy(&profiler->mutex);
    free(profiler);
}

/* False: another profile is under way, or the server is about to end. */
static bool claim_profiler(profiler *profiler) {
    (void)pthread_mutex_lock(&profiler->mutex);
    bool is_mine = !profiler->is_busy && !profiler->is_stopping;
    if (is_mine) profiler->is_busy = true;
    (void)pthread_mutex_unlock(&profiler->mutex);
    return is_mine;
}

static void release_profiler(profiler *profiler) {
    (void)pthread_mutex_lock(&profiler->mutex);
    profiler->is_busy = false;
    (void)pthread_mutex_unlock(&profiler->mutex);
}

/* Until the time is over or stop_profiler is called. */
static void wait_for_samples(profiler *profiler, int seconds) {
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += seconds;
    (void)pthread_mutex_lock(&profiler->mutex);
    while (!profiler->is_stopping && pthread_cond_timedwait(&profiler->stop, &profiler->mutex, &end) == 0) {
    }
    (void)pthread_mutex_unlock(&profiler->mutex);
}

static int64_t get_nanos(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* What gperftools wrote to the file at [path] ─▶ a profile of this program. */
static bool read_samples(const char *path, pprof_arena *arena, pprof_profile *profile, pprof_status *status) {
    /* The running program, even if its file has been replaced; not /proc/self, which would be the symbolizer's. */
    char program[32];
    (void)snprintf(program, sizeof program, "/proc/%d/exe", (int)getpid());
    const pprof_symbolize_options options = {.binary = program, .silence_limit = SYMBOLIZER_SILENCE};
    pprof_source source;
    pprof_profile addresses = {0};
    return pprof_read_source(path, 0, arena, &source, status) &&
           pprof_import_gperftools(&source, arena, &addresses, status) &&
           pprof_symbolize_profile(&addresses, &options, arena, profile, status);
}

static reply encode_profile(const pprof_profile *profile, pprof_arena *arena, pprof_status *status) {
    const uint8_t *data;
    size_t size;
    if (!pprof_encode_profile(profile, true, arena, &data, &size, status))
        return make_error(MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", status->message);
    reply result = {.status = MHD_HTTP_OK,
                    .content_type = "application/octet-stream",
                    .content_disposition = "attachment; filename=\"profile\"",
                    .body = malloc(size),
                    .size = size};
    if (result.body != NULL) memcpy(result.body, data, size);
    return result;
}

static reply record_profile(profiler *profiler, int seconds) {
    int file = memfd_create("cpu-profile", MFD_CLOEXEC);
    if (file < 0) return make_error(MHD_HTTP_INTERNAL_SERVER_ERROR, "memfd_create: %s", strerror(errno));
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    int64_t began = get_nanos(CLOCK_REALTIME), start = get_nanos(CLOCK_MONOTONIC);
    if (!ProfilerStart(path)) { /* CPUPROFILE in the environment, for one, has started it already */
        (void)close(file);
        return make_error(MHD_HTTP_CONFLICT, "the CPU profiler is already in use");
    }
    wait_for_samples(profiler, seconds);
    ProfilerStop();
    int64_t duration = get_nanos(CLOCK_MONOTONIC) - start;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile = {0};
    bool done = read_samples(path, &arena, &profile, &status);
    (void)close(file);
    profile.time_nanos = began;
    profile.duration_nanos = duration;
    reply result = done ? encode_profile(&profile, &arena, &status)
                        : make_error(MHD_HTTP_INTERNAL_SERVER_ERROR, "%s", status.message);
    pprof_arena_free(&arena);
    return result;
}

/* 0: not a whole number from 1 to MOST_SECONDS. */
static int parse_seconds(const char *text) {
    char *end;
    errno = 0;
    long seconds = strtol(text, &end, 10);
    bool is_number = end != text && *end == '\0' && errno == 0;
    return is_number && seconds >= 1 && seconds <= MOST_SECONDS ? (int)seconds : 0;
}

reply profile_process(profiler *profiler, const char *text) {
    int seconds = text == NULL ? DEFAULT_SECONDS : parse_seconds(text);
    if (seconds == 0) return make_error(MHD_HTTP_BAD_REQUEST, "seconds must be a number from 1 to %d", MOST_SECONDS);
    if (!claim_profiler(profiler))
        return make_error(MHD_HTTP_CONFLICT, "another profile is under way, or the server is about to end");
    reply result = record_profile(profiler, seconds);
    release_profiler(profiler);
    return result;
}
