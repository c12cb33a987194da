/* pprofread rename: a profile for the program as it is now called, so that it outlives a large renaming. */
#include "rename_rules.h"

#include <string.h>

typedef struct rename_job {
    const char *file, *output, *prefix;
    uint64_t size_limit;
    bool dry_run;
    cli_texts maps, map_files, patterns; /* as given */
    pprof_sample_choice choice;
    rename_rules rules;
    pprof_arena arena;
    pprof_status status;
} rename_job;

static bool collect_rules(rename_job *job, const cli_syntax *syntax) {
    for (uint32_t i = 0; i < job->maps.count; i++)
        if (!cli_add_rename_rule(&job->rules, syntax, "map", job->maps.items[i], false)) return false;
    for (uint32_t i = 0; i < job->map_files.count; i++)
        if (!cli_read_rename_map(&job->rules, job->map_files.items[i])) return false;
    for (uint32_t i = 0; i < job->patterns.count; i++)
        if (!cli_add_rename_rule(&job->rules, syntax, "regex", job->patterns.items[i], true)) return false;
    return true;
}

/* What each rule did; for a dry run, where it is what was asked for, on standard output. */
static void report_rules(const rename_job *job) {
    const pprof_rename_rule *rules = job->rules.list.items;
    for (uint32_t r = 0; r < job->rules.list.count; r++) {
        const pprof_rename_rule *rule = &rules[r];
        if (job->dry_run)
            (void)printf("%s=%s: %u functions, %.2f %% of the samples\n", rule->from, rule->to, rule->function_count,
                         rule->share * 100);
        if (rule->function_count == 0)
            (void)fprintf(stderr, "pprofread: warning: no function is called %s\n", rule->from);
        if (rule->unlinked_count > 0)
            (void)fprintf(
                stderr,
                "pprofread: warning: %s=%s: the linkage names of %u functions cannot follow and are left out; "
                "give mangled names\n",
                rule->from, rule->to, rule->unlinked_count);
    }
}

static bool rename_profile(rename_job *job, pprof_profile *profile, uint32_t *stripped) {
    pprof_profile read, chosen, renamed;
    pprof_rename_rule *rules = job->rules.list.items;
    return cli_read_profile(job->file, job->size_limit, &job->arena, &read, &job->status) &&
           pprof_choose_samples(&read, job->file, &job->choice, &job->arena, &chosen, &job->status) &&
           pprof_rename_functions(&chosen, job->file, rules, job->rules.list.count, &job->arena, &renamed,
                                  &job->status) &&
           pprof_strip_paths(&renamed, job->file, job->prefix, &job->arena, profile, stripped, &job->status);
}

static uint32_t count_renamed(const rename_job *job) {
    const pprof_rename_rule *rules = job->rules.list.items;
    uint32_t count = 0;
    for (uint32_t r = 0; r < job->rules.list.count; r++) count += rules[r].function_count;
    return count;
}

static int run_job(rename_job *job) {
    pprof_profile profile;
    uint32_t stripped;
    size_t size;
    if (!rename_profile(job, &profile, &stripped)) return cli_report_failure(&job->status);
    report_rules(job);
    if (*job->prefix != '\0' && stripped == 0)
        (void)fprintf(stderr, "pprofread: warning: no source file begins with %s\n", job->prefix);
    if (job->dry_run) {
        if (*job->prefix != '\0') (void)printf("%s: %u functions\n", job->prefix, stripped);
        (void)printf("%u stacks\n", profile.sample_count);
        return cli_finish_output();
    }
    if (!cli_write_profile(job->output, &profile, &job->arena, &size, &job->status))
        return cli_report_failure(&job->status);
    (void)fprintf(stderr, "pprofread: wrote %s: %u functions renamed, %u stacks, %zu bytes\n", job->output,
                  count_renamed(job), profile.sample_count, size);
    return CLI_DONE;
}

/* The options' table is long: it stands alone. */
static int parse_and_run(rename_job *job, int argc, char **argv) {
    const cli_option options[] = {
        {.name = "output",
         .letter = 'o',
         .text = &job->output,
         .value = "OUT",
         .help = "write here (- for standard output)"},
        {.name = "map", .texts = &job->maps, .value = "OLD=NEW", .help = "rename a function (repeatable)"},
        {.name = "map-file",
         .texts = &job->map_files,
         .value = "LIST",
         .help = "rename the pairs in LIST (repeatable)"},
        {.name = "regex", .texts = &job->patterns, .value = "RE=NEW", .help = "replace every match (repeatable)"},
        {.name = "strip-prefix",
         .text = &job->prefix,
         .value = "PREFIX",
         .help = "cut PREFIX off the paths of source files"},
        {.name = "drop", .text = &job->choice.drop, .value = "RE", .help = "drop samples with a matching function"},
        {.name = "keep",
         .text = &job->choice.keep,
         .value = "RE",
         .help = "keep only samples with a matching function"},
        {.name = "drop-mapping",
         .text = &job->choice.drop_mapping,
         .value = "RE",
         .help = "drop samples with a frame in a matching binary"},
        {.name = "keep-mapping",
         .text = &job->choice.keep_mapping,
         .value = "RE",
         .help = "keep only samples with a frame in a matching binary"},
        {.name = "dry-run",
         .letter = 'n',
         .flag = &job->dry_run,
         .help = "write nothing; print what each rule renames"},
        CLI_SIZE_LIMIT_OPTION(&job->size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "rename",
        "Renames functions, so that a profile fits a program in which they were renamed.\n\n"
        "The first rule that fits a function renames it: pairs, then pairs of files, then expressions.\n"
        "A rule is tried on the function's name, on its demangled linkage name without parameters,\n"
        "and on the linkage name; the others follow: foo::bar=foo::baz makes _ZN3foo3barEv\n"
        "_ZN3foo3bazEv, and the reverse. Where no linkage name can be made of the new name, since its\n"
        "scopes are more or fewer, the function goes without, and a warning says so. Types among\n"
        "parameters keep their names. Functions that become equal are one.\n\n"
        "In OLD, RE and NEW, \\= is a '=' that does not separate. A line of LIST has the old name, then\n"
        "a TAB, '=' or space, then the new one; # begins a comment line. RE is a POSIX extended\n"
        "regular expression; \\1 to \\9 in NEW are its groups.\n\n"
        "--drop and --keep go by functions' names and linkage names, --drop-mapping and --keep-mapping\n"
        "by the paths of binaries. They take whole samples, as pprof's -ignore and -focus; what pprof's\n"
        "-hide does, to take frames out of stacks, would give their time to other functions.",
        options};
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &job->file, &exit_status)) return exit_status;
    if (job->output == NULL && !job->dry_run) {
        (void)cli_misuse(&syntax, "where to? Give -o OUT or --dry-run");
        return CLI_MISUSED;
    }
    if (!collect_rules(job, &syntax)) return job->status.failed ? cli_report_failure(&job->status) : CLI_MISUSED;
    return run_job(job);
}

int cli_run_rename(int argc, char **argv) {
    rename_job job = {.prefix = ""};
    job.rules = (rename_rules){.list.item_size = sizeof(pprof_rename_rule), .arena = &job.arena, .status = &job.status};
    cli_texts *const lists[] = {&job.maps, &job.map_files, &job.patterns};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        lists[i]->items = (const char **)pprof_allocate(&job.arena, (size_t)argc, sizeof(char *), &job.status);
    int exit_status = job.status.failed ? cli_report_failure(&job.status) : parse_and_run(&job, argc, argv);
    pprof_free_list(&job.rules.list);
    pprof_arena_free(&job.arena);
    return exit_status;
}
