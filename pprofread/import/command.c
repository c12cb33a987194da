/* Takes a command line; gives a process that waits just before exec until it is told to go on, so that a profiler can
 * be attached first, and so that one that refuses leaves nothing half done.
 *
 * The command has the caller's own standard streams, working directory, process group and signal mask: it cannot tell
 * that it is recorded. */
#include "import/record.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the new process. Between fork and exec only what is safe in a signal handler. */
__attribute__((noreturn)) static void become_command(const pprof_record_run *run, char *const *environment, int gate,
                                                     int errors) {
    char go;
    ssize_t count;
    do count = read(gate, &go, 1);
    while (count < 0 && errno == EINTR);
    if (count != 1) _exit(0); /* dropped */
    (void)sigprocmask(SIG_SETMASK, &run->outer_mask, NULL);
    (void)execvpe(run->options->command[0], run->options->command, environment);
    int error = errno;
    _exit(write(errors, &error, sizeof error) == sizeof error ? 127 : 126);
}

bool pprof_hold_command(pprof_record_run *run, char *const *environment, pprof_status *status) {
    int gate[2] = {-1, -1}, errors[2] = {-1, -1};
    pid_t process = -1;
    if (pipe2(gate, O_CLOEXEC) == 0 && pipe2(errors, O_CLOEXEC) == 0) process = fork();
    if (process == 0) {
        (void)close(gate[1]);
        become_command(run, environment, gate[0], errors[1]);
    }
    int error = errno;
    pprof_close_descriptor(&gate[0]);
    pprof_close_descriptor(&errors[1]);
    run->gate = gate[1];
    run->exec_errors = errors[0];
    if (process > 0) {
        run->command = process;
        return true;
    }
    pprof_close_descriptor(&run->gate);
    pprof_close_descriptor(&run->exec_errors);
    return pprof_fail(status, "%s: cannot be run: %s", run->options->command[0], strerror(error));
}

bool pprof_release_command(pprof_record_run *run, pprof_status *status) {
    bool is_told = write(run->gate, "", 1) == 1;
    int error = errno;
    ssize_t count;
    pprof_close_descriptor(&run->gate);
    do count = read(run->exec_errors, &error, sizeof error);
    while (count < 0 && errno == EINTR);
    pprof_close_descriptor(&run->exec_errors);
    if (is_told && count == 0) return true; /* exec closed it */
    pprof_drop_command(run);
    return pprof_fail(status, "%s: cannot be run: %s", run->options->command[0], strerror(error));
}

void pprof_drop_command(pprof_record_run *run) {
    pprof_close_descriptor(&run->gate);
    pprof_close_descriptor(&run->exec_errors);
    if (run->command > 0) (void)waitpid(run->command, NULL, 0);
    run->command = 0;
}

bool pprof_await_process(pid_t process, int milliseconds) {
    struct pollfd end = {.fd = pidfd_open(process, 0), .events = POLLIN};
    if (end.fd < 0) return errno == ESRCH;
    int ready;
    do ready = poll(&end, 1, milliseconds);
    while (ready < 0 && errno == EINTR);
    (void)close(end.fd);
    return ready > 0;
}
