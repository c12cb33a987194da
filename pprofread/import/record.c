/* Takes a command or a process; gives what a profiler recorded of it.
 *
 *   hold the command ─▶ attach perf, or prepare gperftools ─▶ let it go ─▶ wait ─▶ stop ─▶ open the file, remove its
 * folder
 *
 * The file is opened before its name is removed, so that whatever happens later leaves nothing behind. Signals are
 * blocked and waited for, which leaves no gap for one to slip through.
 * Cannot know, of a signal that reaches the whole process group but does not come from the terminal, that the command
 * has it already: it gets it twice. */
#include "import/record.h"
#include "base/private_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 10 /* for a command to heed SIGTERM */ };
static const int64_t nanos_per_second = 1000000000;

/* ---- the private folder ---- */

static void remove_folder(const pprof_record_run *run) {
    DIR *folder = opendir(run->folder);
    if (folder == NULL) return;
    int descriptor = dirfd(folder);
    for (struct dirent *entry; descriptor >= 0 && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.') (void)unlinkat(descriptor, entry->d_name, 0);
    (void)closedir(folder);
    (void)rmdir(run->folder);
}

/* ---- waiting ---- */

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return now.tv_sec * nanos_per_second + now.tv_nsec;
}

static void note_command_end(pprof_record_run *run, pprof_recording *recording, int outcome, pprof_status *status) {
    run->command = 0;
    bool is_signal = WIFSIGNALED(outcome);
    recording->command_end = pprof_format_string(run->arena, status, "%s %d", is_signal ? "signal" : "exit status",
                                                 is_signal ? WTERMSIG(outcome) : WEXITSTATUS(outcome));
    recording->command_has_failed = outcome != 0;
}

static void reap(pprof_record_run *run, pprof_recording *recording, pprof_status *status) {
    int outcome;
    if (run->perf > 0 && waitpid(run->perf, &run->perf_outcome, WNOHANG) != 0) run->perf = 0;
    if (run->command > 0 && waitpid(run->command, &outcome, WNOHANG) == run->command)
        note_command_end(run, recording, outcome, status);
}

/* Until the deadline (0: none), the end of what is recorded, or, when attached, a signal that asks for it. True when
 * the deadline came first. */
static bool wait_for_end(pprof_record_run *run, pprof_recording *recording, const sigset_t *signals, int64_t deadline,
                         pprof_status *status) {
    bool is_attached = run->options->command == NULL;
    for (;;) {
        reap(run, recording, status);
        if (is_attached ? run->perf == 0 || recording->interruption != 0 : run->command == 0) return false;
        /* a second at most: the SIGCHLD may go to another thread */
        int64_t left = deadline == 0 ? nanos_per_second : deadline - read_clock(CLOCK_MONOTONIC);
        if (left <= 0) return true;
        if (left > nanos_per_second) left = nanos_per_second;
        const struct timespec limit = {.tv_sec = left / nanos_per_second, .tv_nsec = left % nanos_per_second};
        siginfo_t about;
        int signal = sigtimedwait(signals, &about, &limit);
        if (signal < 0 || signal == SIGCHLD) continue;
        recording->interruption = signal;
        /* the terminal has sent its signals to the command as well */
        if (run->command > 0 && about.si_code != SI_KERNEL) (void)kill(run->command, signal);
    }
}

/* From the moment that the profiler is ready to the one when it has stopped. */
static const char *run_recording(pprof_record_run *run, pprof_recording *recording, const sigset_t *signals,
                                 pprof_status *status) {
    const pprof_record_options *options = run->options;
    recording->start_nanos = read_clock(CLOCK_REALTIME);
    int64_t start = read_clock(CLOCK_MONOTONIC);
    if (options->command != NULL && !pprof_release_command(run, status)) return NULL;
    int64_t deadline = options->seconds > 0 ? start + (int64_t)(options->seconds * (double)nanos_per_second) : 0;
    bool is_over = wait_for_end(run, recording, signals, deadline, status);
    recording->duration_nanos = read_clock(CLOCK_MONOTONIC) - start;

    bool is_perf = recording->profiler == PPROF_PROFILER_PERF;
    const char *path = is_perf ? pprof_stop_perf(run, status) : NULL;
    if (is_over && run->command > 0) {
        (void)kill(run->command, SIGTERM);
        int64_t last = read_clock(CLOCK_MONOTONIC) + GRACE_SECONDS * nanos_per_second;
        if (wait_for_end(run, recording, signals, last, status)) recording->process_left_running = run->command;
        recording->command_has_failed = false;
    }
    if (recording->interruption != 0) recording->command_has_failed = false;
    if (status->failed) return NULL;
    return is_perf ? path : pprof_find_gperftools_profile(run, status);
}

/* ---- choosing the profiler ---- */

static bool check_process(int process, pprof_status *status) {
    if (process > 0 && (kill(process, 0) == 0 || errno == EPERM)) return true;
    return pprof_fail(status, "there is no process %d", process);
}

/* False with *[reason] set when perf does not record here. */
static bool try_perf(pprof_record_run *run, const char **reason, pprof_status *status) {
    if (run->options->command == NULL)
        return check_process(run->options->process, status) &&
               pprof_start_perf(run, run->options->process, reason, status);
    if (!pprof_hold_command(run, environ, status)) return false;
    if (pprof_start_perf(run, run->command, reason, status)) return true;
    pprof_drop_command(run);
    return false;
}

static bool try_gperftools(pprof_record_run *run, const char **reason, pprof_status *status) {
    char *const *environment;
    if (run->options->command == NULL)
        *reason = "gperftools cannot attach to a process that runs";
    else if (run->options->event != NULL)
        *reason = "gperftools knows no events but time";
    else if (run->options->seconds > 0)
        *reason = "gperftools writes nothing before the command's own end, so it cannot stop after some seconds";
    else
        return pprof_prepare_gperftools(run, &environment, reason, status) &&
               pprof_hold_command(run, environment, status);
    return false;
}

static bool choose_profiler(pprof_record_run *run, pprof_recording *recording, pprof_status *status) {
    const char *no_perf = NULL, *no_gperftools = NULL;
    recording->profiler = PPROF_PROFILER_PERF;
    bool wants_perf = run->options->profiler != PPROF_PROFILER_GPERFTOOLS;
    bool wants_gperftools = run->options->profiler != PPROF_PROFILER_PERF;
    if (wants_perf && (try_perf(run, &no_perf, status) || status->failed)) return !status->failed;
    recording->profiler = PPROF_PROFILER_GPERFTOOLS;
    recording->reason = no_perf;
    if (wants_gperftools && (try_gperftools(run, &no_gperftools, status) || status->failed)) return !status->failed;
    return pprof_fail(status, "cannot record: %s%s%s", no_perf == NULL ? "" : no_perf,
                      no_perf != NULL && no_gperftools != NULL ? "; and " : "",
                      no_gperftools == NULL ? "" : no_gperftools);
}

/* ---- the whole ---- */

static bool open_recording(const char *path, pprof_arena *arena, pprof_recording *recording, pprof_status *status) {
    int file = open(path, O_RDONLY); /* perf script has to inherit it */
    if (file < 0) return pprof_fail(status, "%s: the profiler left no recording: %s", path, strerror(errno));
    recording->file = file;
    recording->path = pprof_format_string(arena, status, "/dev/fd/%d", file);
    return recording->path != NULL;
}

bool pprof_record(const pprof_record_options *options, pprof_arena *arena, pprof_recording *recording,
                  pprof_status *status) {
    static const int waited_for[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    pprof_record_run run = {
        .options = options, .arena = arena, .gate = -1, .exec_errors = -1, .commands = -1, .answers = -1};
    *recording = (pprof_recording){.file = -1};
    run.folder = pprof_make_private_folder("pprofread", run.arena, status);
    if (run.folder == NULL) return false;
    sigset_t signals;
    (void)sigemptyset(&signals);
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++) (void)sigaddset(&signals, waited_for[i]);
    (void)pthread_sigmask(SIG_BLOCK, &signals, &run.outer_mask);

    const char *path =
        choose_profiler(&run, recording, status) ? run_recording(&run, recording, &signals, status) : NULL;
    if (run.perf > 0) (void)pprof_stop_perf(&run, status);
    bool fine = path != NULL && open_recording(path, arena, recording, status);
    remove_folder(&run);
    (void)pthread_sigmask(SIG_SETMASK, &run.outer_mask, NULL);
    return fine && !status->failed;
}
