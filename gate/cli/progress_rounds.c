/* Takes a comparison's progress; tells a person who waits at a terminal. */
#include "gate_cli.h"

#include <math.h>
#include <unistd.h>

static const double SILENT_SECONDS = 2;

void cli_show_rounds(void *context, const gate_progress *progress) {
    (void)context;
    if (progress->elapsed < SILENT_SECONDS || !isatty(STDERR_FILENO)) return;
    (void)fprintf(stderr, "\rpgo-gate: %s%s%u rounds, %.0f s, %.0f %% of the budget",
                  progress->name != NULL ? progress->name : "", progress->name != NULL ? ": " : "",
                  progress->round_count, progress->elapsed, 100 * progress->share);
    if (!isnan(progress->ratio)) (void)fprintf(stderr, ", ratio %.4f", progress->ratio);
    if (!isinf(progress->interval.high))
        (void)fprintf(stderr, " (%.4f–%.4f)", progress->interval.low, progress->interval.high);
    (void)fputs("\033[K", stderr);
}

void cli_finish_rounds(void) {
    if (isatty(STDERR_FILENO)) (void)fputs("\r\033[K", stderr);
}
