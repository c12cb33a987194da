/* Takes a command; gives the instructions that valgrind's callgrind counts in it and its children: slow, but the same
 * every time, on a busy machine and on one without counters. Each process leaves a file, whose line "totals:" counts.
 */
#include "base/private_folder.h"
#include "run/run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool has_valgrind(pprof_status *status) {
    const gate_process process = {.arguments = (const char *const[]){"valgrind", "--version", NULL},
                                  .title = "valgrind",
                                  .processor = -1,
                                  .timeout = 60};
    gate_run ignored;
    pprof_status failure = {0};
    return gate_run_process(&process, &ignored, &failure) ||
           pprof_fail(status, "--callgrind needs valgrind, which cannot be run (Debian: apt-get install valgrind)");
}

bool gate_open_callgrind(gate_callgrind *callgrind, pprof_arena *arena, pprof_status *status) {
    gate_hold_signals(&callgrind->signals);
    callgrind->folder = pprof_make_private_folder("pgo-gate", arena, status);
    if (callgrind->folder == NULL) {
        gate_release_signals(&callgrind->signals);
        return false;
    }
    callgrind->out_file = pprof_format_string(arena, status, "--callgrind-out-file=%s/%%p", callgrind->folder);
    if (callgrind->out_file != NULL && has_valgrind(status)) return true;
    gate_close_callgrind(callgrind);
    return false;
}

void gate_wrap_command(const gate_callgrind *callgrind, const char *command,
                       const char *arguments[GATE_CALLGRIND_ARGUMENTS]) {
    const char *const wrapped[] = {"valgrind",
                                   "--tool=callgrind",
                                   "--trace-children=yes",
                                   "--vgdb=no", /* whose pipes would stay behind in $TMPDIR when it is killed */
                                   "--quiet",   /* its own complaints alone are among the last words of a failure */
                                   callgrind->out_file,
                                   "/bin/sh",
                                   "-c",
                                   command,
                                   NULL};
    _Static_assert(sizeof wrapped / sizeof *wrapped <= GATE_CALLGRIND_ARGUMENTS, "room for all arguments");
    memcpy((void *)arguments, (const void *)wrapped, sizeof wrapped);
}

static double read_totals(int folder, const char *name) {
    static const char key[] = "totals: ";
    char line[4096];
    double sum = 0;
    int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "r") : NULL;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, key, sizeof key - 1) == 0) sum += strtod(line + sizeof key - 1, NULL);
    if (file != NULL)
        (void)fclose(file);
    else if (descriptor >= 0)
        (void)close(descriptor);
    return sum;
}

/* Visits the folder's files, removing each; gives the sum of their counts. */
static double drain_folder(const gate_callgrind *callgrind) {
    double sum = 0;
    DIR *folder = opendir(callgrind->folder);
    if (folder == NULL) return 0;
    int descriptor = dirfd(folder);
    for (const struct dirent *entry; descriptor >= 0 && (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        sum += read_totals(descriptor, entry->d_name);
        (void)unlinkat(descriptor, entry->d_name, 0);
    }
    (void)closedir(folder);
    return sum;
}

bool gate_read_callgrind(const gate_callgrind *callgrind, double *instructions, pprof_status *status) {
    *instructions = drain_folder(callgrind);
    return *instructions > 0 || pprof_fail(status, "%s: callgrind left no counts there", callgrind->folder);
}

/* A process that has been killed may be at the end of a system call still, and leave one more file. */
void gate_close_callgrind(gate_callgrind *callgrind) {
    static const struct timespec pause = {.tv_nsec = 10000000};
    for (int attempt = 0; attempt < 200; attempt++) {
        (void)drain_folder(callgrind);
        if (rmdir(callgrind->folder) == 0 || (errno != ENOTEMPTY && errno != EEXIST)) break;
        (void)nanosleep(&pause, NULL);
    }
    gate_release_signals(&callgrind->signals);
}
