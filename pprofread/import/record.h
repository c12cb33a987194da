/* The parts of recording: command.c, record_perf.c and record_gperftools.c, which record.c puts together. Private to
 * the library. */
#ifndef PPROF_RECORD_H
#define PPROF_RECORD_H

#include "import/import.h"

#include <signal.h>
#include <sys/types.h>

enum { PPROF_DEFAULT_FREQUENCY = 999 }; /* not 1000, which may keep step with what it samples */

typedef struct pprof_record_run {
    const pprof_record_options *options;
    pprof_arena *arena;
    const char *folder;    /* private, for whatever the profiler writes */
    sigset_t outer_mask;   /* the caller's signal mask, which the command and perf begin with */
    pid_t command;         /* the process that is or becomes the command; 0: there is none, or it has ended */
    int gate, exec_errors; /* of a held command: a byte lets it go on; how its exec failed. -1 when closed */
    pid_t perf;            /* 0: there is none, or it has ended */
    int commands, answers; /* perf's control pipe, which it wants open as long as it records; -1 when closed */
    int perf_outcome;      /* as of waitpid, once it has ended */
} pprof_record_run;

/* ---- command.c ------------------------------------------------------------------------------------------------- */

/* Makes the command's process, and stops it short of exec: a profiler can be attached first. [environment] is what it
 * will have. */
bool pprof_hold_command(pprof_record_run *run, char *const *environment, pprof_status *status);
/* Lets it exec. False when it could not: no such program, not executable. */
bool pprof_release_command(pprof_record_run *run, pprof_status *status);
/* Ends a held command before it has begun. */
void pprof_drop_command(pprof_record_run *run);

/* Waits for the end of [process] for [milliseconds]; false: it goes on. A process that ended is not reaped. */
bool pprof_await_process(pid_t process, int milliseconds);

/* ---- record_perf.c --------------------------------------------------------------------------------------------- */

/* Starts perf on [process] and all it will fork, and returns when it records. False when it does not, with *[reason]
 * saying why; or, with [status] set, when that cannot be found out. */
bool pprof_start_perf(pprof_record_run *run, pid_t process, const char **reason, pprof_status *status);
/* Ends the recording and gives the path of the perf.data. */
const char *pprof_stop_perf(pprof_record_run *run, pprof_status *status);

/* ---- record_gperftools.c --------------------------------------------------------------------------------------- */

/* The environment that makes a program record itself. False with *[reason] set: libprofiler is not here. */
bool pprof_prepare_gperftools(const pprof_record_run *run, char *const **environment, const char **reason,
                              pprof_status *status);
/* The path of the largest profile that the command and its children left. */
const char *pprof_find_gperftools_profile(const pprof_record_run *run, pprof_status *status);

#endif
