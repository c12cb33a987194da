/* Takes an argument list, something to write and something to read with; gives the lines a child process prints.
 *
 * Input and output go through one poll loop, so that neither side waits for the other forever, and neither is held in
 * memory whole. No shell sees the arguments. Cannot know whether a child that prints nothing still works or hangs: it
 * is given a generous time for each sign of life, and then killed. */
#include "import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 1 << 16, LONGEST_LINE = 1 << 26 };

typedef struct running_child {
    const pprof_child *child;
    pid_t pid;
    int input, output, error; /* our ends; -1 when closed */
    char *unsent;             /* CHUNK bytes */
    size_t sent, unsent_size;
    char *lines; /* what was read and is not yet a whole line */
    size_t length, capacity;
} running_child;

void pprof_close_descriptor(int *descriptor) {
    if (*descriptor >= 0) (void)close(*descriptor);
    *descriptor = -1;
}

static bool set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags >= 0 && fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0;
}

/* Spawns with [ends] as its standard input (-1: nothing to read), output and error; gives an errno. */
static int spawn(const pprof_child *child, const int ends[3], pid_t *pid) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) return error;
    if (ends[0] >= 0)
        error = posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    else
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (error == 0) error = posix_spawn_file_actions_adddup2(&actions, ends[2], STDERR_FILENO);
    /* posix_spawn takes the arguments as char *const[] but does not write to them */
    union {
        const char *const *ours;
        char *const *theirs;
    } arguments = {.ours = child->arguments};
    if (error == 0) error = posix_spawnp(pid, child->arguments[0], &actions, NULL, arguments.theirs, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Opens the three ways to the child and starts it; false with no failure in [status] when there is no such program. */
static bool start(running_child *run, pprof_child_end *end, pprof_status *status) {
    const char *name = run->child->arguments[0];
    int input[2] = {-1, -1}, output[2] = {-1, -1}, error[2] = {-1, -1};
    /* A socket, unlike a pipe, can be written to without SIGPIPE, which is not ours to ignore. */
    bool opened = (run->child->produce == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) == 0) &&
                  pipe2(output, O_CLOEXEC) == 0 && pipe2(error, O_CLOEXEC) == 0 &&
                  (input[0] < 0 || set_nonblocking(input[0])) && set_nonblocking(output[0]) &&
                  set_nonblocking(error[0]);
    run->input = input[0];
    run->output = output[0];
    run->error = error[0];
    int problem = opened ? spawn(run->child, (const int[3]){input[1], output[1], error[1]}, &run->pid) : errno;
    pprof_close_descriptor(&input[1]);
    pprof_close_descriptor(&output[1]);
    pprof_close_descriptor(&error[1]);
    end->was_found = problem != ENOENT;
    if (problem == 0 || problem == ENOENT) return problem == 0;
    return pprof_fail(status, "%s: cannot run it: %s", name, strerror(problem));
}

/* Sends what is waiting; closes the input when there is no more, or nobody reads it. */
static void feed(running_child *run) {
    if (run->sent == run->unsent_size) {
        run->sent = 0;
        run->unsent_size = run->child->produce(run->child->context, run->unsent, CHUNK);
        if (run->unsent_size == 0) {
            pprof_close_descriptor(&run->input);
            return;
        }
    }
    ssize_t count = send(run->input, run->unsent + run->sent, run->unsent_size - run->sent, MSG_NOSIGNAL);
    if (count >= 0)
        run->sent += (size_t)count;
    else if (errno != EAGAIN && errno != EINTR)
        pprof_close_descriptor(&run->input);
}

/* Hands out the whole lines of the buffer, of which the first [scanned] bytes hold no newline. */
static bool hand_out_lines(running_child *run, size_t scanned, pprof_status *status) {
    size_t begin = 0;
    for (;;) {
        char *newline = memchr(run->lines + scanned, '\n', run->length - scanned);
        if (newline == NULL) break;
        *newline = '\0';
        size_t stop = (size_t)(newline - run->lines);
        if (!run->child->consume(run->child->context, run->lines + begin, stop - begin, status)) return false;
        begin = scanned = stop + 1;
    }
    run->length -= begin;
    if (begin != 0) memmove(run->lines, run->lines + begin, run->length);
    return true;
}

static bool make_room(running_child *run, pprof_status *status) {
    if (run->capacity - run->length > CHUNK) return true; /* one for the NUL */
    if (run->length >= LONGEST_LINE)
        return pprof_fail(status, "%s: printed a line of more than %d bytes", run->child->arguments[0], LONGEST_LINE);
    size_t capacity = 2 * run->capacity;
    char *lines = realloc(run->lines, capacity);
    if (lines == NULL) return pprof_fail(status, "out of memory (a line of %zu bytes)", capacity);
    run->lines = lines;
    run->capacity = capacity;
    return true;
}

static bool read_output(running_child *run, pprof_status *status) {
    if (!make_room(run, status)) return false;
    ssize_t count = read(run->output, run->lines + run->length, CHUNK);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (count < 0) return pprof_fail(status, "%s: cannot read from it: %s", run->child->arguments[0], strerror(errno));
    if (count == 0) {
        pprof_close_descriptor(&run->output);
        run->lines[run->length] = '\0';
        return run->length == 0 || run->child->consume(run->child->context, run->lines, run->length, status);
    }
    size_t scanned = run->length;
    run->length += (size_t)count;
    return hand_out_lines(run, scanned, status);
}

/* Keeps the beginning, which names the cause, and lets the rest go by. */
static void read_error(running_child *run, pprof_child_end *end) {
    char chunk[4096];
    ssize_t count = read(run->error, chunk, sizeof chunk);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
        pprof_close_descriptor(&run->error);
        return;
    }
    size_t kept = strlen(end->error), room = sizeof end->error - 1 - kept;
    for (ssize_t i = 0; i < count && room != 0; i++)
        if (chunk[i] != '\0') {
            end->error[kept++] = chunk[i];
            room--;
        }
}

/* The milliseconds to wait for a sign of life. */
static int get_patience(const running_child *run) {
    int seconds = run->child->silence_limit > 0 ? run->child->silence_limit : PPROF_DEFAULT_SILENCE_LIMIT;
    return seconds > INT32_MAX / 1000 ? INT32_MAX : 1000 * seconds;
}

static bool fail_silent(const running_child *run, pprof_status *status) {
    return pprof_fail(status, "%s: gave no sign of life for %d s and was killed; run it by hand to see why",
                      run->child->arguments[0], get_patience(run) / 1000);
}

/* Until the child has closed both its output and its error. */
static bool talk(running_child *run, pprof_child_end *end, pprof_status *status) {
    while (run->output >= 0 || run->error >= 0) {
        struct pollfd ways[] = {
            {.fd = run->input, .events = POLLOUT},
            {.fd = run->output, .events = POLLIN},
            {.fd = run->error, .events = POLLIN},
        };
        int ready = poll(ways, 3, get_patience(run));
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0)
            return pprof_fail(status, "%s: cannot wait for it: %s", run->child->arguments[0], strerror(errno));
        if (ready == 0) return fail_silent(run, status);
        if (run->input >= 0 && ways[0].revents != 0) feed(run);
        if (run->output >= 0 && ways[1].revents != 0 && !read_output(run, status)) return false;
        if (run->error >= 0 && ways[2].revents != 0) read_error(run, end);
    }
    return true;
}

/* Trailing newlines go; inner ones become "; ", so that the text fits in a message. */
static void tidy_error(char *text) {
    size_t length = strlen(text);
    while (length != 0 && (text[length - 1] == '\n' || text[length - 1] == ' ')) text[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n' || text[i] == '\t') text[i] = text[i] == '\n' ? ';' : ' ';
}

/* A child that has closed its output ends soon, or hangs. */
static bool await_end(const running_child *run, pprof_status *status) {
    struct pollfd end = {.fd = pidfd_open(run->pid, 0), .events = POLLIN};
    if (end.fd < 0) return true; /* a kernel older than 5.3 */
    int ready;
    do ready = poll(&end, 1, get_patience(run));
    while (ready < 0 && errno == EINTR);
    (void)close(end.fd);
    return ready != 0 || fail_silent(run, status);
}

static void wait_for_end(pid_t pid, pprof_child_end *end) {
    int outcome = 0;
    pid_t waited;
    do waited = waitpid(pid, &outcome, 0);
    while (waited < 0 && errno == EINTR);
    if (waited < 0)
        (void)snprintf(end->how, sizeof end->how, "an unknown end (%s)", strerror(errno));
    else if (WIFSIGNALED(outcome))
        (void)snprintf(end->how, sizeof end->how, "signal %d", WTERMSIG(outcome));
    else
        (void)snprintf(end->how, sizeof end->how, "exit status %d", WEXITSTATUS(outcome));
    end->succeeded = waited >= 0 && WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0;
}

bool pprof_run_child(const pprof_child *child, pprof_child_end *end, pprof_status *status) {
    *end = (pprof_child_end){0};
    running_child run = {.child = child, .input = -1, .output = -1, .error = -1, .capacity = (size_t)2 * CHUNK};
    run.unsent = malloc(CHUNK);
    run.lines = malloc(run.capacity);
    bool has_memory = run.unsent != NULL && run.lines != NULL;
    if (!has_memory) pprof_fail(status, "out of memory (%zu bytes)", run.capacity);
    bool started = has_memory && start(&run, end, status);
    bool fine = !started || talk(&run, end, status);
    pprof_close_descriptor(&run.input);
    pprof_close_descriptor(&run.output);
    pprof_close_descriptor(&run.error);
    fine = fine && (!started || await_end(&run, status));
    if (started && !fine) (void)kill(run.pid, SIGKILL);
    if (started) wait_for_end(run.pid, end);
    tidy_error(end->error);
    free(run.unsent);
    free(run.lines);
    return fine && !status->failed;
}
