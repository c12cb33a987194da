/* The pprofread command: its list of commands. */
#include "cli.h"

#include <malloc.h>
#include <signal.h>

static const cli_command commands[] = {
    {"Make a profile:", NULL, NULL},
    {"record", "run a command, or watch a process, and make a symbolized profile of it", cli_run_record},
    {"fetch", "download a profile from a server, checked and symbolized", cli_run_fetch},
    {"import", "make a symbolized profile from perf.data, gperftools or bare addresses", cli_run_import},
    {"Change it:", NULL, NULL},
    {"merge", "make one profile of many", cli_run_merge},
    {"rename", "make a profile fit a program whose functions were renamed", cli_run_rename},
    {"Look at it:", NULL, NULL},
    {"check", "say whether a profile is fit for profile-guided optimization", cli_run_check},
    {"top", "print the heaviest functions, lines or addresses, as pprof -top", cli_run_top},
    {"tree", "the same, each with its callers and callees, as pprof -tree", cli_run_tree},
    {"peek", "some functions with all their callers and callees, as pprof -peek", cli_run_peek},
    {"list", "print source lines with their values, as pprof -list", cli_run_list},
    {"diff", "print what has changed from one profile to another, as pprof -top -diff_base", cli_run_diff},
    {"traces", "print every sample with its labels and its stack, as pprof -traces", cli_run_traces},
    {"tags", "print what the samples under every label add up to, as pprof -tags", cli_run_tags},
    {"raw", "print everything in a profile, as pprof -raw", cli_run_raw},
    {"Draw it:", NULL, NULL},
    {"dot", "draw the call graph for Graphviz, as pprof -dot", cli_run_dot},
    {"flame", "write a flame graph, as one HTML page", cli_run_flame},
    {"Hand it to the compiler:", NULL, NULL},
    {"weights", "print what the compiler plugin learns from a profile", cli_run_weights},
    {"index", "make a file that the compiler plugin looks a profile up in", cli_run_index},
    {0},
};

const cli_program cli_this_program = {
    .name = "pprofread",
    .version = PPROFREAD_VERSION,
    .about = "usage: pprofread COMMAND [OPTIONS] FILE\n"
             "Reads, makes and checks pprof CPU profiles for profile-guided optimization.",
    .closing = "'pprofread COMMAND --help' tells a command's options; FILE may be - for standard input.\n"
               "Exit status: 0 done, 1 failed (or, for check, not fit), 2 wrong usage, 3 what record ran has failed.",
    .commands = commands,
};

int main(int argc, char **argv) {
    /* Large blocks go back to the kernel when a stage frees them: else the first ones to be freed raise this limit. */
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 17);
    /* `pprofread raw x | head` ends quietly, even under a parent that ignores the signal. */
    (void)signal(SIGPIPE, SIG_DFL);
    return cli_dispatch(argc, argv);
}
