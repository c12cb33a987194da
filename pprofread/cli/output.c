/* What every command does at its end: says what failed, and makes sure that what it wrote arrived. */
#include "cli/support.h"

#include <errno.h>
#include <string.h>

int cli_report_failure(const pprof_status *status) {
    (void)fflush(stdout);
    (void)fprintf(stderr, "%s: %s\n", cli_this_program.name, status->message);
    return CLI_FAILED;
}

int cli_finish_output(void) {
    if (fflush(stdout) == 0 && ferror(stdout) == 0) return CLI_DONE;
    if (errno != EPIPE)
        (void)fprintf(stderr, "%s: cannot write to standard output: %s\n", cli_this_program.name, strerror(errno));
    return CLI_FAILED;
}
