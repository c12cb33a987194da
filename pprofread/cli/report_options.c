/* Takes the command line of a report command; gives the report's options, under pprof's names, and runs the report.
 * One table for all: whatever narrows, weighs or sorts a report does so in every one of them. */
#include "cli.h"

#include <assert.h>
#include <string.h>

enum { OPTION_LIMIT = 48 };

/* ---- the table: each part is put at [options], and gives where the next one goes ---- */

/* What is told apart, and in which value. */
static cli_option *add_measure_options(cli_report_settings *settings, cli_option *options) {
    pprof_report_options *report = &settings->report;
    const cli_option list[] = {
        {.name = "cum", .choice = &settings->order, .chosen = 1, .help = "sort by cumulative value"},
        {.name = "flat", .choice = &settings->order, .chosen = 0, .help = "sort by the frame's own value (default)"},
        {.name = "functions",
         .choice = &settings->granularity,
         .chosen = PPROF_BY_FUNCTIONS,
         .help = "tell apart functions (default)"},
        {.name = "filefunctions",
         .choice = &settings->granularity,
         .chosen = PPROF_BY_FILEFUNCTIONS,
         .help = "… functions and their files"},
        {.name = "files", .choice = &settings->granularity, .chosen = PPROF_BY_FILES, .help = "… source files"},
        {.name = "lines", .choice = &settings->granularity, .chosen = PPROF_BY_LINES, .help = "… source lines"},
        {.name = "columns",
         .choice = &settings->granularity,
         .chosen = PPROF_BY_COLUMNS,
         .help = "… source lines and columns"},
        {.name = "addresses", .choice = &settings->granularity, .chosen = PPROF_BY_ADDRESSES, .help = "… instructions"},
        {.name = "noinlines",
         .flag = &report->without_inlines,
         .help = "count inlined calls for the function they are in"},
        {.name = "sample-index",
         .text = &report->sample_type,
         .value = "TYPE",
         .help = "the value to show, by name or number"},
        {.name = "mean", .flag = &report->mean, .help = "divide values by the sample's first one (its count)"},
        {.name = "unit", .text = &report->unit, .value = "UNIT", .help = "write values in this unit (s, ms, MB, …)"},
    };
    memcpy(options, list, sizeof list);
    return options + sizeof list / sizeof *list;
}

/* Which samples, frames and labels. */
static cli_option *add_filter_options(cli_report_settings *settings, cli_option *options) {
    pprof_report_options *report = &settings->report;
    const cli_option list[] = {
        {.name = "focus", .text = &report->focus, .value = "REGEX", .help = "only samples with a matching frame"},
        {.name = "ignore", .text = &report->ignore, .value = "REGEX", .help = "no samples with a matching frame"},
        {.name = "hide", .text = &report->hide, .value = "REGEX", .help = "leave out matching frames"},
        {.name = "show", .text = &report->show, .value = "REGEX", .help = "leave out frames that do not match"},
        {.name = "show-from",
         .text = &report->show_from,
         .value = "REGEX",
         .help = "leave out callers of the outermost match"},
        {.name = "prune-from",
         .text = &report->prune_from,
         .value = "REGEX",
         .help = "leave out what the innermost match calls"},
        {.name = "tagfocus",
         .text = &report->tag_focus,
         .value = "EXPR",
         .help = "only samples with a matching label: REGEX, KEY=REGEX, or a range as 4mb:16mb"},
        {.name = "tagignore", .text = &report->tag_ignore, .value = "EXPR", .help = "no samples with a matching label"},
        {.name = "tagshow", .text = &report->tag_show, .value = "REGEX", .help = "only labels with a matching key"},
        {.name = "taghide", .text = &report->tag_hide, .value = "REGEX", .help = "no labels with a matching key"},
        {.name = "relative-percentages",
         .flag = &report->relative_percentages,
         .help = "shares of what these leave, not of the whole"},
    };
    memcpy(options, list, sizeof list);
    return options + sizeof list / sizeof *list;
}

/* How much is printed, beside which profile and which sources. */
static cli_option *add_print_options(cli_report_settings *settings, cli_option *options) {
    pprof_report_options *report = &settings->report;
    const cli_option list[] = {
        {.name = "nodecount", .count = &report->node_count, .value = "N", .help = "at most so many nodes (0: all)"},
        {.name = "nodefraction",
         .fraction = &report->node_fraction,
         .value = "F",
         .help = "drop nodes below this share (default 0.005)"},
        {.name = "edgefraction",
         .fraction = &report->edge_fraction,
         .value = "F",
         .help = "drop calls below this share (default 0.001)"},
        {.name = "drop-negative", .flag = &report->drop_negative, .help = "drop nodes that have become less"},
        {.name = "compact-labels", .flag = &report->compact_labels, .help = "no lines about the profile at the top"},
        {.name = "trim", .flag = &settings->trim, .help = "--trim=false drops nothing"},
        {.name = "diff-base",
         .text = &settings->diff_base,
         .value = "FILE",
         .help = "subtract this profile; shares are of its total"},
        {.name = "base",
         .text = &settings->base,
         .value = "FILE",
         .help = "subtract this profile; shares are of both's total"},
        {.name = "normalize", .flag = &settings->normalize, .help = "scale to the base's total before subtracting"},
        {.name = "source-path",
         .text = &report->source_path,
         .value = "DIR:DIR",
         .help = "where source files are (default: here and above)"},
        {.name = "trim-path",
         .text = &report->trim_path,
         .value = "DIR:DIR",
         .help = "what paths of source files lose at their beginning"},
        CLI_SIZE_LIMIT_OPTION(&settings->size_limit),
    };
    memcpy(options, list, sizeof list);
    return options + sizeof list / sizeof *list;
}

/* ---- the report ---- */

/* What the options say together. False: they contradict each other, and that has been said. */
static bool settle_options(const cli_syntax *syntax, cli_report_settings *settings) {
    pprof_report_options *report = &settings->report;
    report->granularity = (pprof_granularity)settings->granularity;
    report->cumulative = settings->order == 1;
    if (!settings->trim) {
        report->node_count = 0;
        report->node_fraction = report->edge_fraction = 0;
    }
    if (settings->base != NULL && settings->diff_base != NULL)
        return cli_misuse(syntax, "--base or --diff-base, not both");
    if (settings->normalize && settings->base == NULL && settings->diff_base == NULL)
        return cli_misuse(syntax, "--normalize needs a profile to compare with, as --diff-base");
    return true;
}

static bool subtract_base(const cli_report_settings *settings, const pprof_merge_input *input, pprof_arena *arena,
                          pprof_profile *profile, pprof_status *status) {
    static const pprof_text_label mark = {PPROF_BASE_KEY, PPROF_BASE_TEXT};
    pprof_profile base_profile;
    pprof_merge_input base = {.profile = &base_profile, .path = settings->base};
    if (settings->diff_base != NULL)
        base = (pprof_merge_input){&base_profile, settings->diff_base, .labels = &mark, .label_count = 1};
    return cli_read_profile(base.path, settings->size_limit, arena, &base_profile, status) &&
           pprof_subtract_profile(input, &base, settings->normalize, arena, profile, status);
}

/* The profile in [file], less the base where there is one. */
static bool read_profile(const cli_report_settings *settings, const char *file, pprof_arena *arena,
                         pprof_profile *profile, pprof_status *status) {
    if (settings->base == NULL && settings->diff_base == NULL)
        return cli_read_profile(file, settings->size_limit, arena, profile, status);
    pprof_profile own;
    pprof_merge_input input = {.profile = &own, .path = file};
    return cli_read_profile(file, settings->size_limit, arena, &own, status) &&
           subtract_base(settings, &input, arena, profile, status);
}

int cli_run_report(const cli_report *report, int argc, char **argv) {
    static const char *const names[] = {
        [CLI_FILE] = "FILE", [CLI_SYMBOLS_AND_FILE] = "REGEX FILE", [CLI_BASE_AND_FILE] = "BASE FILE"};
    cli_report_settings settings = {.trim = true,
                                    .report = {.node_count = -1, .node_fraction = -1, .edge_fraction = -1}};
    cli_option options[OPTION_LIMIT] = {0};
    cli_option *end = add_measure_options(&settings, options);
    end = add_filter_options(&settings, end);
    end = add_print_options(&settings, end);
    assert(end + CLI_ADDED_OPTION_COUNT < options + OPTION_LIMIT);
    if (report->add_options != NULL) report->add_options(&settings, end);
    const cli_syntax syntax = {report->command, report->about, options};
    const char *operands[2];
    int exit_status;
    if (!cli_parse_operands(&syntax, names[report->operands], argc, argv, operands, &exit_status)) return exit_status;
    if (report->operands == CLI_SYMBOLS_AND_FILE) settings.report.symbols = operands[0];
    if (report->operands == CLI_BASE_AND_FILE) settings.diff_base = operands[0];
    if (!settle_options(&syntax, &settings)) return CLI_MISUSED;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    const char *file = operands[report->operands == CLI_FILE ? 0 : 1];
    bool done = read_profile(&settings, file, &arena, &profile, &status) &&
                report->print(&profile, &settings.report, stdout, &arena, &status);
    exit_status = done ? cli_finish_output() : cli_report_failure(&status);
    pprof_arena_free(&arena);
    return exit_status;
}
