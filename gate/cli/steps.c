/* Takes a command and a log file; gives whether it worked, and shows a person the end of the log if not. Takes the name
 * of a tool; gives where it is. */
#include "steps.h"

#include "run/run.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- steps ---- */

static void show_end(const char *path) {
    enum { SHOWN_BYTES = 3000, SHOWN_LINES = 15 };
    char text[SHOWN_BYTES + 1];
    FILE *file = fopen(path, "re");
    if (file == NULL) return;
    if (fseek(file, -SHOWN_BYTES, SEEK_END) != 0) (void)fseek(file, 0, SEEK_SET); /* it is shorter */
    size_t size = fread(text, 1, SHOWN_BYTES, file), lines = 0, at = size;
    (void)fclose(file);
    while (at > 0 && lines < SHOWN_LINES) {
        at--;
        lines += text[at] == '\n' && at + 1 < size;
    }
    text[size] = '\0';
    (void)fprintf(stderr, "%s%s", text + at + (text[at] == '\n'), size > 0 && text[size - 1] != '\n' ? "\n" : "");
}

bool cli_run_step(const cli_step *step, pprof_status *status) {
    static const char script[] = "log=$1; shift; exec \"$@\" >\"$log\" 2>&1";
    const char *arguments[CLI_STEP_ARGUMENTS + 6] = {"/bin/sh", "-c", script, "sh", step->log};
    memcpy((void *)(arguments + 5), (const void *)step->arguments, sizeof step->arguments);
    const gate_process process = {
        .arguments = arguments, .title = step->name, .folder = step->folder, .processor = -1, .timeout = step->timeout};
    gate_run run;
    cli_progress *progress = cli_start_progress(step->name);
    bool done = gate_run_process(&process, &run, status);
    cli_stop_progress(progress);
    if (done) {
        (void)fprintf(stderr, "pgo-gate: %s: done in %.1f s (%s)\n", step->name, run.values[GATE_WALL], step->log);
        return true;
    }
    (void)fprintf(stderr, "pgo-gate: %s: the end of %s:\n", step->name, step->log);
    show_end(step->log);
    return false;
}

/* ---- tools ---- */

/* [folder], of [length] bytes, and [name] in it, if that can be run; else NULL. */
static const char *find_in_folder(const char *folder, size_t length, const char *name, pprof_arena *arena,
                                  pprof_status *status) {
    const char *path = pprof_format_string(arena, status, "%.*s/%s", (int)length, folder, name);
    return path != NULL && access(path, X_OK) == 0 ? path : NULL;
}

/* An empty part of PATH, which means the working folder, is left out. */
static const char *find_in_path(const char *name, pprof_arena *arena, pprof_status *status) {
    const char *folder = getenv("PATH"), *found = NULL;
    while (found == NULL && folder != NULL && *folder != '\0') {
        const char *end = strchrnul(folder, ':');
        if (end != folder) found = find_in_folder(folder, (size_t)(end - folder), name, arena, status);
        folder = *end == ':' ? end + 1 : end;
    }
    return found;
}

const char *cli_find_tool(const char *name, const char *place_in_build, pprof_arena *arena, pprof_status *status) {
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own);
    bool is_whole = length > 0 && (size_t)length < sizeof own;
    const char *slash = is_whole ? memrchr(own, '/', (size_t)length) : NULL, *found = NULL;
    size_t folder_length = slash == NULL ? 0 : (size_t)(slash - own);
    if (folder_length != 0) found = find_in_folder(own, folder_length, name, arena, status);
    const char *in_build = found == NULL ? pprof_format_string(arena, status, "../%s", place_in_build) : NULL;
    if (in_build != NULL && folder_length != 0) found = find_in_folder(own, folder_length, in_build, arena, status);
    if (found == NULL) found = find_in_path(name, arena, status);
    if (found == NULL)
        (void)pprof_fail(status, "%s: is needed, and neither beside pgo-gate nor in PATH: install libpgo's packages",
                         name);
    return found;
}
