/* Takes a Profile; gives the source of the functions that an expression names, with the flat and cumulative value of
 * each line beside it, in the layout of `pprof -list`. A file that cannot be read is said in its place.
 *
 * Differences from pprof, besides those of all reports (print_top.c): only regular files are read, of 32 MiB at most;
 * control characters in source lines are escaped, but for tabs. */
#include "edit/edit.h"
#include "print/print.h"
#include "print/source_file.h"

#include <stdlib.h>
#include <string.h>

enum { MARGIN = 5 }; /* lines around those with values */

/* A line with values. */
typedef struct listed_line {
    pprof_string name, file;
    int64_t line, start_line; /* start_line: of the function, 0 if not known */
    int64_t flat, cumulative;
} listed_line;

typedef struct lister {
    pprof_report *report;
    pprof_source_reader reader;
    listed_line *lines; /* by function, file, line */
    uint32_t line_count;
} lister;

static int compare_lines(const void *left, const void *right) {
    const listed_line *a = left, *b = right;
    int order = pprof_compare_strings(a->name, b->name);
    if (order == 0) order = pprof_compare_strings(a->file, b->file);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

static bool collect_lines(lister *lister, const pprof_frame_table *table, const pprof_graph *graph,
                          const pprof_report_options *options) {
    pprof_report *report = lister->report;
    int64_t *start_lines;
    pprof_pattern symbols;
    lister->lines = pprof_allocate(report->arena, graph->node_count, sizeof *lister->lines, report->status);
    if (lister->lines == NULL ||
        !pprof_find_start_lines(&report->profile, options, table, report->arena, &start_lines, report->status) ||
        !pprof_compile_pattern(&symbols, "list", options->symbols, report->status))
        return false;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        const pprof_node *node = &graph->nodes[n];
        const pprof_frame *frame = &table->frames[node->frame];
        if (symbols.is_set && !pprof_match_pattern(&symbols, frame->name)) continue;
        lister->lines[lister->line_count++] = (listed_line){.name = frame->name,
                                                            .file = frame->file,
                                                            .line = frame->line,
                                                            .start_line = start_lines[node->frame],
                                                            .flat = pprof_get_flat(node),
                                                            .cumulative = pprof_get_cumulative(node)};
    }
    pprof_free_pattern(&symbols);
    qsort(lister->lines, lister->line_count, sizeof *lister->lines, compare_lines);
    if (lister->line_count > 0) return true;
    return pprof_fail(report->status, "no function with a value matches '%s'",
                      options->symbols != NULL ? options->symbols : "");
}

/* ---- one function in one file ---- */

static void print_source_text(pprof_string line, FILE *out) {
    while (line.length > 0) {
        size_t length = 0;
        while (length < line.length && line.text[length] != '\t') length++;
        pprof_print_string((pprof_string){line.text, length}, out);
        if (length == line.length) return;
        (void)putc('\t', out);
        line.text += length + 1;
        line.length -= length + 1;
    }
}

static void print_value_or_dot(const pprof_report *report, int64_t value) {
    if (value != 0) {
        pprof_print_value(report, value, 10);
    } else {
        (void)fprintf(report->out, "%10s", ".");
    }
    (void)putc(' ', report->out);
}

/* From where the function begins, if that is known, to a little behind its last line with a value. */
static void choose_range(const listed_line *lines, uint32_t count, int64_t *first, int64_t *last) {
    *first = INT64_MAX;
    *last = 0;
    for (uint32_t i = 0; i < count; i++) {
        int64_t start = lines[i].start_line != 0 ? lines[i].start_line : pprof_add_saturating(lines[i].line, -MARGIN);
        int64_t end = pprof_add_saturating(lines[i].line, MARGIN);
        if (start < *first) *first = start;
        if (end > *last) *last = end;
    }
    if (*first < 1) *first = 1;
}

static void print_source_lines(const pprof_report *report, const pprof_source_file *source, const listed_line *lines,
                               uint32_t count) {
    int64_t first, last;
    choose_range(lines, count, &first, &last);
    if (last > source->line_count) last = source->line_count;
    uint32_t next = 0;
    while (next < count && lines[next].line < first) next++;
    for (int64_t n = first; n <= last; n++) {
        int64_t flat = 0, cumulative = 0;
        for (; next < count && lines[next].line == n; next++) {
            flat = pprof_add_saturating(flat, lines[next].flat);
            cumulative = pprof_add_saturating(cumulative, lines[next].cumulative);
        }
        print_value_or_dot(report, flat);
        print_value_or_dot(report, cumulative);
        (void)fprintf(report->out, "%6lld:", (long long)n);
        print_source_text(source->lines[n - 1], report->out);
        (void)putc('\n', report->out);
    }
}

static bool print_routine(lister *lister, const listed_line *lines, uint32_t count) {
    const pprof_report *report = lister->report;
    FILE *out = report->out;
    int64_t flat = 0, cumulative = 0;
    for (uint32_t i = 0; i < count; i++) {
        flat = pprof_add_saturating(flat, lines[i].flat);
        cumulative = pprof_add_saturating(cumulative, lines[i].cumulative);
    }
    const pprof_source_file *source = pprof_read_source_file(&lister->reader, lines->file, report->status);
    if (source == NULL) return false;
    (void)fputs("ROUTINE ======================== ", out);
    pprof_print_string(lines->name, out);
    (void)fputs(" in ", out);
    pprof_print_string(lines->file, out);
    (void)putc('\n', out);
    char share[PPROF_PERCENTAGE_SIZE];
    pprof_format_percentage(cumulative, report->total, share);
    pprof_print_value(report, flat, 10);
    (void)putc(' ', out);
    pprof_print_value(report, cumulative, 10);
    (void)fprintf(out, " (flat, cum) %s of Total\n", share);
    if (source->error != NULL) {
        (void)fputs(" Error: ", out);
        pprof_print_string((pprof_string){source->error, strlen(source->error)}, out);
        (void)putc('\n', out);
    } else {
        print_source_lines(report, source, lines, count);
    }
    return true;
}

/* ---- the list ---- */

/* A function's lines in all its files; those without a file are shown nowhere. */
static bool print_function(lister *lister, const listed_line *lines, uint32_t count) {
    bool has_file = false;
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count; end++)
            if (pprof_compare_strings(lines[first].file, lines[end].file) != 0) break;
        if (lines[first].file.length == 0) continue;
        has_file = true;
        if (!print_routine(lister, lines + first, end - first)) return false;
    }
    if (has_file) return true;
    (void)fputs("No source information for ", lister->report->out);
    pprof_print_string(lines->name, lister->report->out);
    (void)putc('\n', lister->report->out);
    return true;
}

static bool print_functions(lister *lister) {
    (void)fputs("Total: ", lister->report->out);
    pprof_print_value(lister->report, lister->report->total, 0);
    (void)putc('\n', lister->report->out);
    for (uint32_t first = 0, end; first < lister->line_count; first = end) {
        for (end = first + 1; end < lister->line_count; end++)
            if (pprof_compare_strings(lister->lines[first].name, lister->lines[end].name) != 0) break;
        if (!print_function(lister, lister->lines + first, end - first)) return false;
    }
    return true;
}

bool pprof_print_list(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                      pprof_status *status) {
    pprof_report_options whole = *options; /* pprof's own: every line that has a value */
    whole.granularity = PPROF_BY_LINES;
    whole.node_count = 0;
    whole.node_fraction = whole.edge_fraction = 0;
    pprof_report report;
    pprof_frame_table table;
    pprof_graph graph;
    if (!pprof_open_report(&report, profile, &whole, out, arena, status) ||
        !pprof_tabulate_frames(&report.profile, &whole, arena, &table, status) ||
        !pprof_build_graph(&report.profile, &whole, report.value_index, &table, arena, &graph, status))
        return false;
    lister lister = {.report = &report,
                     .reader = {.search_path = options->source_path,
                                .trim_path = options->trim_path,
                                .arena = arena,
                                .files = {.item_size = sizeof(pprof_source_file)}}};
    bool done = collect_lines(&lister, &table, &graph, &whole) && print_functions(&lister);
    pprof_free_list(&lister.reader.files);
    return done && pprof_check_output(out, status);
}
