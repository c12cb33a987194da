/* Between the stages of running.
 *
 *   process.c     one command ─▶ its output, its end, what it used
 *   counters.c    the processor's counters around a process
 *   callgrind.c   the same command under valgrind ─▶ instructions
 *   output.c      a command's output ─▶ is it the same as the first one's, and where not
 *   layouts.c     a command with placeholders ─▶ each layout's command
 *   runner.c      commands ─▶ source of runs
 */
#ifndef GATE_RUN_H
#define GATE_RUN_H

#include "gate.h"

#include "base/buffer.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

/* ---- counters.c ---- */

/* Three steps, so that a test can stand in for the processor. */
typedef struct gate_counters {
    void *context;
    void (*attach)(void *context, pid_t process); /* which has not begun, and whose children count too */
    /* After its end; NAN for what the machine has not. Detaches. */
    void (*read)(void *context, double *instructions, double *cycles);
} gate_counters;

typedef struct gate_counter_files {
    int instructions, cycles; /* -1: not there */
} gate_counter_files;

/* The kernel's, by perf_event_open. */
gate_counters gate_use_processor_counters(gate_counter_files *files);

/* ---- process.c ---- */

typedef struct gate_process {
    const char *const *arguments; /* ends with NULL; the program is searched in PATH */
    const char *title;            /* for messages */
    const char *folder;           /* where it is run; NULL: here */
    int processor;                /* -1: any */
    double timeout;
    const gate_counters *counters; /* NULL: none */
    /* Takes standard output as it comes; NULL: it is not wanted. */
    bool (*consume)(void *context, const uint8_t *bytes, size_t size, pprof_status *status);
    void *context;
} gate_process;

/* Runs it to its end and fills in [run] (values it cannot know stay NAN). Fails, with the last lines that it wrote to
 * standard error, when it cannot be run, takes too long, or ends other than with status 0. Whatever it leaves running
 * in its process group is killed; also before SIGINT, SIGTERM, SIGHUP or SIGQUIT end us. */
bool gate_run_process(const gate_process *process, gate_run *run, pprof_status *status);

/* Holds back the signals that would end us, so that we can leave in order: gate_run_process fails once one has come.
 * [before] is for the release, in which it has its way. Commands are run with none held back. */
void gate_hold_signals(sigset_t *before);
void gate_release_signals(const sigset_t *before);

/* ---- callgrind.c ---- */

enum { GATE_CALLGRIND_ARGUMENTS = 12 };
typedef struct gate_callgrind {
    const char *folder;   /* private, under $TMPDIR */
    const char *out_file; /* the option */
    sigset_t signals;     /* held back while there is the folder */
} gate_callgrind;

bool gate_open_callgrind(gate_callgrind *callgrind, pprof_arena *arena, pprof_status *status);
/* [arguments] for /bin/sh -c [command] under callgrind. */
void gate_wrap_command(const gate_callgrind *callgrind, const char *command,
                       const char *arguments[GATE_CALLGRIND_ARGUMENTS]);
/* Sums up what all processes of the last run executed, and removes their files. */
bool gate_read_callgrind(const gate_callgrind *callgrind, double *instructions, pprof_status *status);
void gate_close_callgrind(gate_callgrind *callgrind);

/* ---- output.c ---- */

/* The first output there was, which all others must equal: its beginning, and a hash of the rest. */
typedef struct gate_output {
    bool is_known;
    pprof_buffer beginning;
    uint64_t size, hash;
} gate_output;

typedef struct gate_output_check {
    gate_output *first;
    uint64_t size, hash;
    bool differs;
    uint64_t difference; /* offset of the first byte that differs */
    char found[80];      /* what is there instead */
    size_t found_size;
} gate_output_check;

/* gate_process's consume; the context is a gate_output_check. */
bool gate_check_output(void *context, const uint8_t *bytes, size_t size, pprof_status *status);
/* The output is whole. Fails, showing the first difference, if it is not the first one's. */
bool gate_finish_output(gate_output_check *check, const char *title, pprof_status *status);

/* ---- layouts.c ---- */

typedef struct gate_placeholders {
    gate_side side;
    uint32_t layout;             /* from 0 */
    const char *binary, *folder; /* NULL: {binary}, {dir} stay as they are */
} gate_placeholders;

/* [text] with the placeholders filled in. */
const char *gate_fill_placeholders(const char *text, const gate_placeholders *values, pprof_arena *arena,
                                   pprof_status *status);
const char *gate_name_side(gate_side side);
/* The files that match, in order. */
bool gate_find_binaries(const char *pattern, pprof_arena *arena, const char *const **files, uint32_t *count,
                        pprof_status *status);

#endif
