/* pprofread record: a program at work ─▶ a symbolized pprof, in one step. */
#include "cli.h"

#include "import/import.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The profile is written, and the command that it is of has failed. */
enum { COMMAND_FAILED = 3 };

static const char about[] =
    "Records a command while it runs, or a process that runs already, with perf where it is\n"
    "installed and allowed, else with gperftools' libprofiler, and makes a symbolized profile\n"
    "of it. The program must have been built with -g -fno-omit-frame-pointer\n"
    "-mno-omit-leaf-frame-pointer.\n"
    "\n"
    "The command has its standard streams to itself, and the signals: SIGINT, SIGTERM,\n"
    "SIGHUP and SIGQUIT are for it, and whatever was recorded when it ends becomes the profile.\n"
    "With -p, they end the recording, and the process goes on. Child processes are recorded,\n"
    "too. Recording by gperftools starts no earlier than the program, takes of several\n"
    "processes the one with most samples, cannot use -p, --seconds or --event, and has no\n"
    "profile of a program that a signal ends.\n"
    "\n"
    "  pprofread record -o default.pgo -- ./server --load-test\n"
    "  pprofread record -p \"$(pidof server)\" --seconds=60\n"
    "\n"
    "Exit status: 0 the profile is written, 1 it is not, 2 wrong usage, 3 the profile is\n"
    "written but the command failed (not: was ended by a signal to record, or by --seconds).";

/* Says who recorded and why, and how the command ended. */
static void report_recording(const pprof_record_options *options, const pprof_recording *recording) {
    bool is_perf = recording->profiler == PPROF_PROFILER_PERF;
    (void)fprintf(stderr, "pprofread: recorded %.1f s with %s%s%s%s%s\n", (double)recording->duration_nanos / 1e9,
                  is_perf ? "perf (" : "gperftools",
                  is_perf ? options->event == NULL ? "cpu-clock" : options->event : "", is_perf ? ")" : "",
                  recording->reason == NULL ? "" : ", since ", recording->reason == NULL ? "" : recording->reason);
    if (recording->process_left_running != 0)
        (void)fprintf(stderr, "pprofread: the command did not heed SIGTERM and goes on as process %d\n",
                      recording->process_left_running);
    else if (recording->command_has_failed)
        (void)fprintf(stderr, "pprofread: the command ended with %s; check that it did its real work\n",
                      recording->command_end);
}

/* The recording's file has no name that means anything to a person. */
static void rename_in_message(pprof_status *status, const char *path) {
    size_t length = strlen(path);
    if (!status->failed || strncmp(status->message, path, length) != 0) return;
    char rest[sizeof status->message];
    (void)snprintf(rest, sizeof rest, "%s", status->message + length);
    (void)snprintf(status->message, sizeof status->message, "the recording%.*s",
                   (int)(sizeof rest - sizeof "the recording"), rest);
}

static bool record(const pprof_record_options *options, cli_import *import, int *exit_status) {
    pprof_recording recording;
    if (!pprof_probe_symbolizer(&import->symbolize, &import->status)) return false;
    /* a command may be at the terminal itself */
    cli_progress *progress = options->command == NULL ? cli_start_progress("recording") : NULL;
    bool done = pprof_record(options, &import->arena, &recording, &import->status);
    cli_stop_progress(progress);
    if (!done) return false;
    report_recording(options, &recording);

    (void)signal(SIGPIPE, SIG_IGN); /* only now: the command would have inherited it */
    pprof_profile profile = {0};
    done = cli_read_recording(import, recording.path, &profile);
    if (done) {
        profile.time_nanos = recording.start_nanos;
        profile.duration_nanos = recording.duration_nanos;
        done = cli_write_recording(import, &profile);
    }
    rename_in_message(&import->status, recording.path);
    (void)close(recording.file);
    *exit_status = recording.command_has_failed ? COMMAND_FAILED : CLI_DONE;
    return done;
}

static bool check_options(const cli_syntax *syntax, const char *with, char **command_line, const char *process,
                          pprof_record_options *record) {
    if (with != NULL) {
        record->profiler = strcmp(with, "perf") == 0         ? PPROF_PROFILER_PERF
                           : strcmp(with, "gperftools") == 0 ? PPROF_PROFILER_GPERFTOOLS
                                                             : PPROF_PROFILER_ANY;
        if (record->profiler == PPROF_PROFILER_ANY)
            return cli_misuse(syntax, "--with takes perf or gperftools, not '%s'", with);
    }
    bool has_command = command_line[0] != NULL;
    if (has_command == (process != NULL))
        return cli_misuse(syntax, has_command ? "a COMMAND or -p PID, not both" : "which COMMAND, or -p PID?");
    if (has_command) record->command = command_line;
    char *end = NULL;
    errno = 0;
    long number = process == NULL ? 0 : strtol(process, &end, 10);
    if (process != NULL && (end == process || *end != '\0' || errno != 0 || number <= 0 || number > INT32_MAX))
        return cli_misuse(syntax, "-p takes the number of one process, not '%s'", process);
    record->process = (int)number;
    return true;
}

int cli_run_record(int argc, char **argv) {
    cli_import import = {.output = "default.pgo"};
    pprof_record_options settings = {0};
    const char *process = NULL, *with = NULL;
    const cli_option options[] = {
        CLI_OUTPUT_OPTION(&import.output),
        {.name = "pid", .letter = 'p', .text = &process, .value = "PID", .help = "record this process, all threads"},
        {.name = "seconds",
         .seconds = &settings.seconds,
         .value = "TIME",
         .help = "stop after so long (60, 5m); a command is sent SIGTERM then"},
        {.name = "frequency",
         .letter = 'F',
         .count = &settings.frequency,
         .value = "HZ",
         .help = "samples per second of CPU time (default 999)"},
        {.name = "event",
         .letter = 'e',
         .text = &settings.event,
         .value = "EVENT",
         .help = "what perf samples (default cpu-clock)"},
        {.name = "with", .text = &with, .value = "perf|gperftools", .help = "this one and no other"},
        CLI_SYMBOLIZER_OPTION(&import.symbolize),
        CLI_SYMBOLIZER_TIMEOUT_OPTION(&import.symbolize),
        {0},
    };
    const cli_syntax syntax = {"record", about, options};
    int count, exit_status;
    if (!cli_parse_options(&syntax, "[--] COMMAND [ARGUMENT …]", argc, argv, &count, &exit_status)) return exit_status;
    if (!check_options(&syntax, with, argv + argc - count, process, &settings)) return CLI_MISUSED;

    if (!record(&settings, &import, &exit_status)) exit_status = cli_report_failure(&import.status);
    pprof_arena_free(&import.arena);
    return exit_status;
}
