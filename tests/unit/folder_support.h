/* A folder of the test's own under /tmp, files in it, and shell lines that work there. */
#ifndef FOLDER_SUPPORT_H
#define FOLDER_SUPPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* cmocka wants these before it */
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[32];

enum { FOLDER_PATH_SIZE = 512 };

/* cmocka's setup, of a group or of each test. */
static inline int make_folder(void **state) {
    (void)state;
    (void)strcpy(folder, "/tmp/libpgo-test-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

/* The path of [name] in the folder, until the next call. */
static inline const char *in_folder(const char *name) {
    static char path[FOLDER_PATH_SIZE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void write_text(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* In the place of one of the file's. */
static inline void write_byte(FILE *file, size_t at, int byte) {
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    (void)fputc(byte, file);
    (void)fflush(file);
}

static inline void write_program(const char *name, const char *text) {
    write_text(name, text);
    assert_int_equal(chmod(in_folder(name), 0700), 0);
}

/* Runs a shell line in the folder, what it prints going to the file log; whether it ended well. */
static inline bool run_line(const char *line) {
    pid_t process = fork();
    if (process == 0) {
        int log = chdir(folder) == 0 ? open("log", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
        if (log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0)
            (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    return process > 0 && waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* And its teardown: the folder goes, whatever is in it. */
static inline int remove_folder(void **state) {
    (void)state;
    return run_line("rm -rf \"$PWD\"") ? 0 : -1;
}

#endif
