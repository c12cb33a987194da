/* The pgo-gate command: its list of commands. */
#include "gate_cli.h"

static const cli_command commands[] = {
    {"compare", "measure two commands against each other, and judge", cli_run_compare},
    {"suite", "measure several benchmarks within one budget, and judge them and their mean", cli_run_suite},
    {"ab", "build without and with a profile, and measure one against the other", cli_run_ab},
    {"selftest", "measure a command against itself: noise, false alarms, resolution", cli_run_selftest},
    {"profile", "say whether a build's profile still fits it", cli_run_profile},
    {"report", "show what PGO did to a whole build, as one HTML page", cli_run_report},
    {0},
};

const cli_program cli_this_program = {
    .name = "pgo-gate",
    .version = PGO_GATE_VERSION,
    .about = "usage: pgo-gate COMMAND [OPTIONS]\n"
             "Gates for CI: is a build faster than another, does its profile still fit, and what did the profile do?\n"
             "Builds are compared by interleaved runs on a noisy machine; of profiles, the plugin's reports are read.",
    .closing = "'pgo-gate COMMAND --help' tells a command's options.\n"
               "Exit status: 0 pass, 1 fail, 2 wrong usage, 3 inconclusive, 4 no honest comparison was possible\n"
               "(a command failed or took too long, outputs differ, a report could not be written).",
    .commands = commands,
};

int main(int argc, char **argv) {
    return cli_dispatch(argc, argv);
}
