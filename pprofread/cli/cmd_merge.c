/* pprofread merge: many profiles, such as a fleet's ─▶ one. Inputs are read one by one; none stays in memory. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

typedef struct file_weight {
    const char *file;
    double weight;
    bool is_used;
} file_weight;

typedef struct merge_job {
    const cli_syntax *syntax;
    const char *output, *list; /* list: a file of file names */
    uint64_t size_limit;
    bool normalize;
    cli_texts weights, labels; /* as given */
    const char **files;
    size_t file_count;
    file_weight *file_weights; /* sorted by file */
    pprof_text_label *text_labels;
    pprof_arena arena;
    pprof_status status;
} merge_job;

/* ---- the command line ---- */

static int compare_weights(const void *left, const void *right) {
    return strcmp(((const file_weight *)left)->file, ((const file_weight *)right)->file);
}

/* FILE=N; the name may have a '=' of its own. */
static bool parse_weight(merge_job *job, const char *text, file_weight *parsed) {
    const char *equals = strrchr(text, '=');
    char *end = NULL;
    if (equals == NULL || equals == text) return cli_misuse(job->syntax, "--weight takes FILE=N, not '%s'", text);
    parsed->weight = strtod(equals + 1, &end);
    if (end == equals + 1 || *end != '\0' || !(parsed->weight >= 1e-9 && parsed->weight <= 1e9))
        return cli_misuse(job->syntax, "--weight takes a number from 1e-9 to 1e9, not '%s'", equals + 1);
    parsed->file = pprof_copy_string(&job->arena, text, (size_t)(equals - text), &job->status);
    return parsed->file != NULL;
}

static bool parse_weights(merge_job *job) {
    uint32_t count = job->weights.count;
    job->file_weights = pprof_allocate(&job->arena, count, sizeof *job->file_weights, &job->status);
    if (job->file_weights == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!parse_weight(job, job->weights.items[i], &job->file_weights[i])) return false;
    qsort(job->file_weights, count, sizeof *job->file_weights, compare_weights);
    for (uint32_t i = 1; i < count; i++)
        if (compare_weights(&job->file_weights[i - 1], &job->file_weights[i]) == 0)
            return cli_misuse(job->syntax, "--weight names '%s' twice", job->file_weights[i].file);
    return true;
}

static bool parse_labels(merge_job *job) {
    job->text_labels = pprof_allocate(&job->arena, job->labels.count, sizeof *job->text_labels, &job->status);
    if (job->text_labels == NULL) return false;
    for (uint32_t i = 0; i < job->labels.count; i++) {
        const char *text = job->labels.items[i], *equals = strchr(text, '=');
        if (equals == NULL || equals == text) return cli_misuse(job->syntax, "--label takes KEY=VALUE, not '%s'", text);
        job->text_labels[i].key = pprof_copy_string(&job->arena, text, (size_t)(equals - text), &job->status);
        job->text_labels[i].text = equals + 1;
        if (job->status.failed) return false;
        for (uint32_t earlier = 0; earlier < i; earlier++)
            if (strcmp(job->text_labels[earlier].key, job->text_labels[i].key) == 0)
                return cli_misuse(job->syntax, "--label gives '%s' twice", job->text_labels[i].key);
    }
    return true;
}

/* The names on the command line, then those of the list, a line each; empty lines are none. */
static bool collect_files(merge_job *job, char *const *operands, size_t operand_count) {
    pprof_source list = {0};
    if (job->list != NULL && !pprof_read_source(job->list, 0, &job->arena, &list, &job->status)) return false;
    size_t most = operand_count + 1;
    for (size_t i = 0; i < list.size; i++) most += list.data[i] == '\n';
    job->files = (const char **)pprof_allocate(&job->arena, most, sizeof *job->files, &job->status);
    if (job->files == NULL) return false;
    for (size_t i = 0; i < operand_count; i++) job->files[job->file_count++] = operands[i];
    for (size_t start = 0, end; start < list.size; start = end + 1) {
        const uint8_t *newline = memchr(list.data + start, '\n', list.size - start);
        end = newline == NULL ? list.size : (size_t)(newline - list.data);
        if (end == start) continue;
        const char *name = pprof_copy_string(&job->arena, (const char *)list.data + start, end - start, &job->status);
        if (name == NULL) return false;
        job->files[job->file_count++] = name;
    }
    return true;
}

/* ---- merging ---- */

static double find_weight(merge_job *job, const char *file) {
    const file_weight key = {.file = file};
    file_weight *found =
        bsearch(&key, job->file_weights, job->weights.count, sizeof *job->file_weights, compare_weights);
    if (found == NULL) return 1;
    found->is_used = true;
    return found->weight;
}

/* The labels that [file]'s samples get, in [arena]. */
static const pprof_text_label *choose_labels(merge_job *job, const char *file, pprof_arena *arena) {
    pprof_text_label *labels = pprof_allocate(arena, job->labels.count, sizeof *labels, &job->status);
    for (uint32_t i = 0; labels != NULL && i < job->labels.count; i++) {
        labels[i] = job->text_labels[i];
        if (strcmp(labels[i].text, "{file}") == 0) labels[i].text = file;
    }
    return labels;
}

static bool merge_file(merge_job *job, pprof_merger *merger, const char *file) {
    pprof_arena arena = {0};
    pprof_profile profile;
    pprof_merge_input input = {.profile = &profile,
                               .path = file,
                               .weight = find_weight(job, file),
                               .labels = choose_labels(job, file, &arena),
                               .label_count = job->labels.count};
    bool done = input.labels != NULL && cli_read_profile(file, job->size_limit, &arena, &profile, &job->status) &&
                pprof_add_profile(merger, &input, &job->status);
    pprof_arena_free(&arena);
    return done;
}

static bool merge_files(merge_job *job, pprof_profile *merged) {
    pprof_merger *merger = pprof_create_merger(job->normalize, &job->arena, &job->status);
    if (merger == NULL) return false;
    cli_progress *progress = cli_start_progress("merging");
    bool done = true;
    for (size_t i = 0; done && i < job->file_count; i++) {
        cli_advance_progress(progress, i, job->file_count);
        done = merge_file(job, merger, job->files[i]);
    }
    done = done && pprof_finish_merger(merger, merged, &job->status);
    cli_stop_progress(progress);
    return done;
}

/* A weight for nothing is a misspelt name. */
static bool check_weights(merge_job *job) {
    for (size_t i = 0; i < job->file_count; i++) (void)find_weight(job, job->files[i]);
    for (uint32_t i = 0; i < job->weights.count; i++)
        if (!job->file_weights[i].is_used)
            return cli_misuse(job->syntax, "--weight names '%s', which is not among the inputs",
                              job->file_weights[i].file);
    return true;
}

/* 0 where the command line is fine. */
static int prepare_job(merge_job *job, char *const *operands, int operand_count) {
    bool is_fine = parse_weights(job) && parse_labels(job) && collect_files(job, operands, (size_t)operand_count) &&
                   (job->file_count > 0 || cli_misuse(job->syntax, "which FILEs?")) && check_weights(job);
    if (is_fine) return CLI_DONE;
    return job->status.failed ? cli_report_failure(&job->status) : CLI_MISUSED;
}

static int merge(merge_job *job) {
    pprof_profile merged;
    size_t size;
    if (!merge_files(job, &merged) || !cli_write_profile(job->output, &merged, &job->arena, &size, &job->status))
        return cli_report_failure(&job->status);
    (void)fprintf(stderr, "pprofread: wrote %s: %zu profiles merged into %u stacks, %zu bytes\n", job->output,
                  job->file_count, merged.sample_count, size);
    return CLI_DONE;
}

int cli_run_merge(int argc, char **argv) {
    merge_job job = {.output = "default.pgo"};
    const cli_option options[] = {
        {.name = "output",
         .letter = 'o',
         .text = &job.output,
         .value = "OUT",
         .help = "write here (default default.pgo; - for standard output)"},
        {.name = "files-from",
         .text = &job.list,
         .value = "LIST",
         .help = "merge also the files named in LIST (- for standard input), one a line"},
        {.name = "normalize", .flag = &job.normalize, .help = "every input counts the same, however much it recorded"},
        {.name = "weight",
         .texts = &job.weights,
         .value = "FILE=N",
         .help = "FILE, named as among the inputs, counts N times (repeatable)"},
        {.name = "label",
         .texts = &job.labels,
         .value = "KEY=VALUE",
         .help = "label every sample of every input (repeatable)"},
        CLI_SIZE_LIMIT_OPTION(&job.size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "merge",
        "Merges any number of pprof profiles of the same types into one, as pprof does: equal stacks\n"
        "are added up, addresses follow the program wherever it was loaded, durations are summed.\n"
        "FILE may be - for standard input. If any input cannot be read, nothing is written.\n\n"
        "With --normalize each input is scaled to the same total; together they keep the total that\n"
        "they had. A weight N may be a fraction: values are multiplied by it and rounded, or, with\n"
        "--normalize, FILE's share becomes N times another's. A label takes the place of what a sample\n"
        "has under KEY; the VALUE {file} stands for the name of the sample's input, and so keeps the\n"
        "inputs' samples apart.",
        options};
    int operand_count, exit_status;
    job.syntax = &syntax;
    job.weights.items = (const char **)pprof_allocate(&job.arena, (size_t)argc, sizeof(char *), &job.status);
    job.labels.items = (const char **)pprof_allocate(&job.arena, (size_t)argc, sizeof(char *), &job.status);
    if (job.status.failed) return cli_report_failure(&job.status);
    if (cli_parse_options(&syntax, "FILE…", argc, argv, &operand_count, &exit_status)) {
        exit_status = prepare_job(&job, argv + argc - operand_count, operand_count);
        if (exit_status == CLI_DONE) exit_status = merge(&job);
    }
    pprof_arena_free(&job.arena);
    return exit_status;
}
