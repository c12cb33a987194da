/* Takes a command; gives what it used, its output piece by piece, and how it ended.
 *
 * The command waits behind a pipe until counters are attached, so that nothing of it is missed, and is its own process
 * group, so that a timeout ends all of it. A signal that would end us is held back until all of it is ended; where none
 * can be (SIGKILL), the command dies with us, but not its children. Its times include those of the children it waited
 * for. Its largest memory cannot be told below our own (a few MiB), which it starts with. Cannot see what a child does
 * that has left the process group. */
#include "run/run.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, EXIT_NOT_RUN = 127 };

typedef struct running_process {
    const gate_process *process;
    pid_t pid;
    int handle, output, error; /* pidfd; our ends of the pipes; -1 when closed */
    int signals;               /* readable when one is held back that would end us */
    int start[2];              /* both ends: writing to a child that died early must not end us by SIGPIPE */
    double started, ended;
    bool is_ended, is_late;
    char last_words[400]; /* of standard error */
    size_t last_size;
} running_process;

static double read_clock(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void close_end(int *descriptor) {
    if (*descriptor >= 0) (void)close(*descriptor);
    *descriptor = -1;
}

/* ---- signals ---- */

static sigset_t list_ends(void) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) (void)sigaddset(&set, ends[i]);
    return set;
}

void gate_hold_signals(sigset_t *before) {
    sigset_t ends = list_ends();
    (void)pthread_sigmask(SIG_BLOCK, &ends, before);
}

void gate_release_signals(const sigset_t *before) {
    (void)pthread_sigmask(SIG_SETMASK, before, NULL);
}

/* ---- the child ---- */

/* After fork, before exec: only calls that are safe there. */
static _Noreturn void become_command(const running_process *run, int output, int error) {
    const gate_process *process = run->process;
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)close(run->start[1]); /* so that we, gone already, are not waited for */
    (void)signal(SIGPIPE, SIG_DFL);
    sigset_t ends = list_ends();
    (void)pthread_sigmask(SIG_UNBLOCK, &ends, NULL);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    char go;
    bool is_ready = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
                    dup2(process->consume != NULL ? output : nothing, STDOUT_FILENO) >= 0 &&
                    dup2(error, STDERR_FILENO) >= 0 && (process->folder == NULL || chdir(process->folder) == 0);
    if (is_ready && process->processor >= 0) {
        cpu_set_t processors;
        CPU_ZERO(&processors);
        CPU_SET((size_t)process->processor, &processors);
        is_ready = sched_setaffinity(0, sizeof processors, &processors) == 0;
    }
    if (is_ready && read(run->start[0], &go, 1) == 1) {
        /* execvp takes the arguments as char *const[] but does not write to them */
        union {
            const char *const *ours;
            char *const *theirs;
        } arguments = {.ours = process->arguments};
        (void)execvp(process->arguments[0], arguments.theirs);
    }
    static const char message[] = "cannot be run, or not in that folder, or not on that processor\n";
    ssize_t written = write(error, message, sizeof message - 1);
    _exit(written > 0 ? EXIT_NOT_RUN : EXIT_NOT_RUN - 1);
}

static bool start(running_process *run, pprof_status *status) {
    int output[2] = {-1, -1}, error[2] = {-1, -1};
    bool opened = pipe2(run->start, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0 && pipe2(error, O_CLOEXEC) == 0;
    run->output = output[0];
    run->error = error[0];
    if (opened) run->pid = fork();
    if (opened && run->pid == 0) become_command(run, output[1], error[1]);
    int problem = errno;
    close_end(&output[1]);
    close_end(&error[1]);
    if (!opened || run->pid < 0)
        return pprof_fail(status, "%s: cannot be started: %s", run->process->title, strerror(problem));
    (void)setpgid(run->pid, run->pid); /* whoever comes first */
    run->handle = pidfd_open(run->pid, 0);
    return run->handle >= 0 ||
           pprof_fail(status, "%s: cannot be waited for (pidfd_open): %s", run->process->title, strerror(errno));
}

/* ---- while it runs ---- */

static void keep_last_words(running_process *run, const uint8_t *bytes, size_t size) {
    const size_t room = sizeof run->last_words;
    if (size > room) {
        bytes += size - room;
        size = room;
    }
    size_t kept = run->last_size + size > room ? room - size : run->last_size;
    memmove(run->last_words, run->last_words + run->last_size - kept, kept);
    memcpy(run->last_words + kept, bytes, size);
    run->last_size = kept + size;
}

/* What is there now, and no more: a command may write faster than it is read. Nothing is there at the end. */
static bool read_end(running_process *run, int *end, pprof_status *status) {
    uint8_t bytes[CHUNK];
    int left = 0;
    if (*end >= 0 && (ioctl(*end, FIONREAD, &left) != 0 || left == 0)) close_end(end);
    while (left > 0) {
        ssize_t count = read(*end, bytes, left < CHUNK ? (size_t)left : CHUNK);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return pprof_fail(status, "%s: its output cannot be read", run->process->title);
        left -= (int)count;
        if (end == &run->error)
            keep_last_words(run, bytes, (size_t)count);
        else if (!run->process->consume(run->process->context, bytes, (size_t)count, status))
            return false;
    }
    return true;
}

static bool follow(running_process *run, pprof_status *status) {
    const double deadline = run->started + run->process->timeout;
    while (!run->is_ended) {
        struct pollfd ways[] = {{.fd = run->handle, .events = POLLIN},
                                {.fd = run->output, .events = POLLIN},
                                {.fd = run->error, .events = POLLIN},
                                {.fd = run->signals, .events = POLLIN}};
        double left = fmin(fmax(deadline - read_clock(), 0), 1e6);
        int ready = poll(ways, sizeof ways / sizeof *ways, (int)ceil(left * 1000));
        if (ready < 0 && errno != EINTR)
            return pprof_fail(status, "%s: cannot be waited for: %s", run->process->title, strerror(errno));
        run->ended = read_clock();
        run->is_ended = ready > 0 && ways[0].revents != 0;
        run->is_late = !run->is_ended && run->ended >= deadline;
        if (run->is_late) return true;
        if (ready <= 0) continue;
        if (ways[3].revents != 0) return pprof_fail(status, "%s: interrupted", run->process->title);
        if (ways[1].revents != 0 && !read_end(run, &run->output, status)) return false;
        if (ways[2].revents != 0 && !read_end(run, &run->error, status)) return false;
    }
    return true;
}

/* ---- its end ---- */

/* The last line or two, on one line. */
static const char *get_last_words(running_process *run) {
    size_t size = run->last_size;
    while (size > 0 && (run->last_words[size - 1] == '\n' || run->last_words[size - 1] == ' ')) size--;
    if (size == sizeof run->last_words) size--;
    run->last_words[size] = '\0';
    for (size_t i = 0; i < size; i++)
        if (run->last_words[i] == '\0' || run->last_words[i] == '\n') run->last_words[i] = ' ';
    return run->last_words;
}

static bool judge_end(running_process *run, int outcome, pprof_status *status) {
    const char *title = run->process->title, *words = get_last_words(run), *colon = words[0] != '\0' ? ": " : "";
    if (run->is_late)
        return pprof_fail(status, "%s: did not end within %g s%s%s", title, run->process->timeout, colon, words);
    if (WIFSIGNALED(outcome))
        return pprof_fail(status, "%s: ended by signal %d (%s)%s%s", title, WTERMSIG(outcome),
                          strsignal(WTERMSIG(outcome)), colon, words);
    if (WEXITSTATUS(outcome) != 0)
        return pprof_fail(status, "%s: exit status %d%s%s", title, WEXITSTATUS(outcome), colon, words);
    return true;
}

static double get_seconds(struct timeval time) {
    return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

static void fill_run(const running_process *run, const struct rusage *used, gate_run *filled) {
    filled->values[GATE_USER] = get_seconds(used->ru_utime);
    filled->values[GATE_SYSTEM] = get_seconds(used->ru_stime);
    filled->values[GATE_CPU] = filled->values[GATE_USER] + filled->values[GATE_SYSTEM];
    filled->values[GATE_WALL] = run->ended - run->started;
    filled->values[GATE_MAX_RSS] = 1024. * (double)used->ru_maxrss;
}

/* Lets nothing of it live on, and takes its outcome: in this order, since its number is nobody else's until then. */
static bool finish(running_process *run, bool is_wanted, gate_run *filled, pprof_status *status) {
    int outcome = 0;
    struct rusage used = {0};
    pid_t waited;
    (void)kill(-run->pid, SIGKILL);
    do waited = wait4(run->pid, &outcome, 0, &used);
    while (waited < 0 && errno == EINTR);
    bool done = is_wanted && read_end(run, &run->output, status) && read_end(run, &run->error, status);
    if (!done || !judge_end(run, outcome, status)) return false;
    fill_run(run, &used, filled);
    return true;
}

bool gate_run_process(const gate_process *process, gate_run *filled, pprof_status *status) {
    running_process run = {
        .process = process, .handle = -1, .output = -1, .error = -1, .signals = -1, .start = {-1, -1}};
    const gate_counters *counters = process->counters;
    sigset_t ends = list_ends(), before;
    gate_hold_signals(&before);
    run.signals = signalfd(-1, &ends, SFD_CLOEXEC);
    bool started = start(&run, status);
    if (started && counters != NULL) counters->attach(counters->context, run.pid);
    run.started = read_clock();
    started = started && write(run.start[1], "", 1) == 1;
    bool done = started && follow(&run, status);
    if (run.pid > 0) done = finish(&run, done, filled, status);
    if (started && counters != NULL)
        counters->read(counters->context, &filled->values[GATE_INSTRUCTIONS], &filled->values[GATE_CYCLES]);
    close_end(&run.handle);
    close_end(&run.output);
    close_end(&run.error);
    close_end(&run.start[0]);
    close_end(&run.start[1]);
    close_end(&run.signals);
    gate_release_signals(&before); /* now the one that was held back has its way */
    return done;
}
