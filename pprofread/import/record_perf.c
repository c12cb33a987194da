/* Takes a process; gives a perf.data of it and of whatever it forks, or the reason why perf does not record here.
 *
 * perf starts with its events off and is told to switch them on by its control pipe; its answer means that it is
 * attached, so that nothing of a command is missed. It is in a process group of its own: a Ctrl-C is for the command.
 * Cannot know which of the kernel's refusals is behind perf's words, except for perf_event_paranoid's. */
#include "import/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 60000 }; /* milliseconds for perf to begin, and to end */

/* ---- why not ---- */

/* What perf wrote, on one line; "" if nothing. */
static const char *read_messages(const pprof_record_run *run, pprof_status *status) {
    char text[400];
    const char *path = pprof_format_string(run->arena, status, "%s/perf.err", run->folder);
    FILE *file = path == NULL ? NULL : fopen(path, "r");
    if (file == NULL) return "";
    size_t length = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        bool is_blank = (unsigned char)text[i] <= ' ';
        if (!is_blank || (kept != 0 && text[kept - 1] != ' ')) text[kept++] = is_blank ? ' ' : text[i];
    }
    return pprof_copy_string(run->arena, text, kept != 0 && text[kept - 1] == ' ' ? kept - 1 : kept, status);
}

/* How far unprivileged use of perf is restricted. 2, the kernel's default, allows what is needed here. */
static bool read_paranoia(long *value) {
    char text[32] = "";
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
    if (file == NULL) return false;
    bool is_read = fgets(text, sizeof text, file) != NULL;
    (void)fclose(file);
    *value = strtol(text, NULL, 10);
    return is_read;
}

static const char *explain_refusal(const pprof_record_run *run, pprof_status *status) {
    long paranoia;
    if (geteuid() != 0 && read_paranoia(&paranoia) && paranoia > 2)
        return pprof_format_string(run->arena, status,
                                   "perf is not allowed: kernel.perf_event_paranoid is %ld; as root, `sysctl "
                                   "kernel.perf_event_paranoid=2` allows it",
                                   paranoia);
    const char *messages = read_messages(run, status);
    if (messages == NULL) return NULL;
    if (messages[0] != '\0') return pprof_format_string(run->arena, status, "perf refuses: %s", messages);
    return pprof_format_string(run->arena, status, "perf refuses without a reason (%s %d)",
                               WIFSIGNALED(run->perf_outcome) ? "signal" : "exit status",
                               WIFSIGNALED(run->perf_outcome) ? WTERMSIG(run->perf_outcome)
                                                              : WEXITSTATUS(run->perf_outcome));
}

/* ---- starting ---- */

static int spawn(pprof_record_run *run, const char *const *arguments, const char *messages, int commands, int answers) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setsigmask(&attributes, &run->outer_mask);
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    /* onto themselves: that is how they lose their close-on-exec */
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, commands, commands);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, answers, answers);
    union {
        const char *const *ours;
        char *const *theirs;
    } words = {.ours = arguments};
    if (error == 0) error = posix_spawnp(&run->perf, "perf", &actions, &attributes, words.theirs, environ);
    if (error != 0) run->perf = 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

static int launch(pprof_record_run *run, pid_t process, int commands, int answers, pprof_status *status) {
    const pprof_record_options *options = run->options;
    pprof_arena *arena = run->arena;
    const char *messages = pprof_format_string(arena, status, "%s/perf.err", run->folder);
    const char *const arguments[] = {
        "perf",
        "record",
        "-q",
        "-N", /* no copies of the binaries in ~/.debug */
        "-g",
        "-D",
        "-1", /* events off until told */
        "-e",
        options->event == NULL ? "cpu-clock" : options->event,
        "-F",
        pprof_format_string(arena, status, "%d", options->frequency > 0 ? options->frequency : PPROF_DEFAULT_FREQUENCY),
        "-o",
        pprof_format_string(arena, status, "%s/perf.data", run->folder),
        pprof_format_string(arena, status, "--control=fd:%d,%d", commands, answers),
        "-p",
        pprof_format_string(arena, status, "%d", (int)process),
        NULL,
    };
    return status->failed ? ENOMEM : spawn(run, arguments, messages, commands, answers);
}

static void reap_perf(pprof_record_run *run) {
    if (waitpid(run->perf, &run->perf_outcome, 0) < 0) run->perf_outcome = 0;
    run->perf = 0;
}

/* Whether perf says that its events are on. */
static bool enable_events(const pprof_record_run *run) {
    static const char enable[] = "enable\n";
    char answer[8] = "";
    struct pollfd way = {.fd = run->answers, .events = POLLIN};
    /* never a broken pipe: the caller has the other end open, too */
    if (write(run->commands, enable, sizeof enable - 1) < 0) return false;
    int ready;
    do ready = poll(&way, 1, PATIENCE);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && read(run->answers, answer, sizeof answer - 1) > 0 && strncmp(answer, "ack", 3) == 0;
}

/* Launches perf with the other ends of the pipes; gives an errno. */
static int launch_with_pipes(pprof_record_run *run, pid_t process, bool *is_on, pprof_status *status) {
    int commands[2] = {-1, -1}, answers[2] = {-1, -1};
    bool has_pipes = pipe2(commands, O_CLOEXEC) == 0 && pipe2(answers, O_CLOEXEC) == 0;
    int error = has_pipes ? launch(run, process, commands[0], answers[1], status) : errno;
    pprof_close_descriptor(&answers[1]); /* or we would not see that perf has gone */
    run->commands = commands[1];
    run->answers = answers[0];
    *is_on = error == 0 && enable_events(run);
    pprof_close_descriptor(&commands[0]);
    return error;
}

bool pprof_start_perf(pprof_record_run *run, pid_t process, const char **reason, pprof_status *status) {
    bool is_on;
    int error = launch_with_pipes(run, process, &is_on, status);
    if (is_on) return true;
    pprof_close_descriptor(&run->commands);
    pprof_close_descriptor(&run->answers);
    if (error == ENOENT) {
        *reason = "perf is not installed (Debian: apt-get install linux-perf)";
    } else if (error != 0) {
        *reason = pprof_format_string(run->arena, status, "perf cannot be run: %s", strerror(error));
    } else {
        if (!pprof_await_process(run->perf, 1000)) (void)kill(run->perf, SIGKILL);
        reap_perf(run);
        *reason = explain_refusal(run, status);
    }
    return false;
}

/* ---- stopping ---- */

const char *pprof_stop_perf(pprof_record_run *run, pprof_status *status) {
    bool has_ended = true;
    if (run->perf != 0) {
        (void)kill(run->perf, SIGINT);
        has_ended = pprof_await_process(run->perf, PATIENCE);
        if (!has_ended) (void)kill(run->perf, SIGKILL);
        reap_perf(run);
    }
    pprof_close_descriptor(&run->commands);
    pprof_close_descriptor(&run->answers);
    if (!has_ended) {
        pprof_fail(status, "perf: did not end when told to, and was killed");
        return NULL;
    }
    bool is_fine =
        WIFEXITED(run->perf_outcome) ? WEXITSTATUS(run->perf_outcome) == 0 : WTERMSIG(run->perf_outcome) == SIGINT;
    if (!is_fine) {
        const char *reason = explain_refusal(run, status);
        if (reason != NULL) pprof_fail(status, "the recording failed: %s", reason);
        return NULL;
    }
    return pprof_format_string(run->arena, status, "%s/perf.data", run->folder);
}
