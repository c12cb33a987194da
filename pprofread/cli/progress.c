/* Takes the name of something slow; tells a person who waits at a terminal how long it has been going on. A thread of
 * its own, so that the work needs to know nothing of it. */
#include "cli/support.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct cli_progress {
    const char *what;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stopped;
    bool is_stopped;
    size_t done, total; /* total 0: not counted */
};

enum { SILENT_SECONDS = 2 };

static void *show_progress(void *argument) {
    cli_progress *progress = argument;
    struct timespec next;
    (void)clock_gettime(CLOCK_REALTIME, &next);
    next.tv_sec += SILENT_SECONDS;
    bool is_shown = false;
    (void)pthread_mutex_lock(&progress->mutex);
    for (int seconds = SILENT_SECONDS; !progress->is_stopped;) {
        if (pthread_cond_timedwait(&progress->stopped, &progress->mutex, &next) == 0) continue;
        (void)fprintf(stderr, "\r%s: %s", cli_this_program.name, progress->what);
        if (progress->total != 0) (void)fprintf(stderr, ", %zu of %zu", progress->done, progress->total);
        (void)fprintf(stderr, " … %d s", seconds++);
        is_shown = true;
        next.tv_sec++;
    }
    (void)pthread_mutex_unlock(&progress->mutex);
    if (is_shown) (void)fputs("\r\033[K", stderr);
    return NULL;
}

cli_progress *cli_start_progress(const char *what) {
    if (!isatty(STDERR_FILENO)) return NULL;
    cli_progress *progress = calloc(1, sizeof *progress);
    if (progress == NULL) return NULL;
    progress->what = what;
    (void)pthread_mutex_init(&progress->mutex, NULL);
    (void)pthread_cond_init(&progress->stopped, NULL);
    sigset_t all, old; /* signals are for the thread that works */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &old);
    bool is_running = pthread_create(&progress->thread, NULL, show_progress, progress) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (is_running) return progress;
    free(progress);
    return NULL;
}

void cli_advance_progress(cli_progress *progress, size_t done, size_t total) {
    if (progress == NULL) return;
    (void)pthread_mutex_lock(&progress->mutex);
    progress->done = done;
    progress->total = total;
    (void)pthread_mutex_unlock(&progress->mutex);
}

void cli_stop_progress(cli_progress *progress) {
    if (progress == NULL) return;
    (void)pthread_mutex_lock(&progress->mutex);
    progress->is_stopped = true;
    (void)pthread_cond_signal(&progress->stopped);
    (void)pthread_mutex_unlock(&progress->mutex);
    (void)pthread_join(progress->thread, NULL);
    (void)pthread_cond_destroy(&progress->stopped);
    (void)pthread_mutex_destroy(&progress->mutex);
    free(progress);
}
