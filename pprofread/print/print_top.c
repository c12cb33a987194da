/* Takes a Profile; gives the table of its heaviest functions, lines or addresses in the layout of `pprof -top`, which
 * scripts read: a header, then flat and cumulative values with their shares of the total.
 *
 * Differences from pprof:
 *   - times are in UTC, not in the local zone; control characters in names are escaped;
 *   - -focus and -ignore are POSIX extended regular expressions, and so are a profile's own drop_frames;
 *   - sums saturate at 2^63 - 1 where pprof wraps around;
 *   - names are shown as the profile has them: pprof demangles mangled names when it reads a profile. */
#include "edit/edit.h"
#include "print/print.h"

#include <string.h>

typedef struct report {
    const pprof_profile *profile;
    const pprof_report_options *options;
    FILE *out;
    pprof_arena *arena;
    pprof_status *status;
    uint32_t value_index;
    int64_t total;
    const char *type, *unit; /* of the values, as the profile names them */
    const char *output_unit;
} report;

static const char *format_value(report *report, int64_t value) {
    const char *text = pprof_format_value(value, report->unit, report->output_unit, report->arena, report->status);
    return text != NULL ? text : "";
}

/* The sum that all shares refer to: of every sample, filtered out or not. */
static int64_t sum_samples(const pprof_profile *profile, uint32_t value_index) {
    int64_t total = 0;
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[(size_t)s * profile->sample_type_count + value_index];
        total = pprof_add_saturating(total, pprof_magnitude(value));
    }
    return total;
}

/* One unit for the whole table: that of the smallest value in it, unless the total then would have three digits more;
 * in that case the unit in which the smallest is still 0.01. */
static const char *choose_unit(const report *report, const pprof_graph *graph) {
    const char *wanted = report->options->unit == NULL ? "minimum" : report->options->unit;
    if (strcmp(wanted, "minimum") != 0 || graph->node_count == 0) return wanted;
    int64_t smallest = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        int64_t value = pprof_magnitude(graph->nodes[n].flat);
        if (value == 0) value = pprof_magnitude(graph->nodes[n].cumulative);
        if (value > 0 && (smallest == 0 || value < smallest)) smallest = value;
    }
    if (smallest == 0) smallest = report->total;
    int64_t hundredfold = smallest > INT64_MAX / 100 ? INT64_MAX : smallest * 100;
    const char *unit = pprof_scale_value(smallest, report->unit, "minimum").unit;
    const char *largest_unit = pprof_scale_value(report->total, report->unit, "minimum").unit;
    if (strcmp(unit, largest_unit) != 0 && hundredfold < report->total)
        unit = pprof_scale_value(hundredfold, report->unit, "minimum").unit;
    return *unit != '\0' ? unit : report->unit;
}

static void print_line(report *report, const char *title, pprof_string text) {
    (void)fputs(title, report->out);
    pprof_print_string(text, report->out);
    (void)putc('\n', report->out);
}

static void print_duration(report *report) {
    const pprof_profile *profile = report->profile;
    const char *duration =
        pprof_format_value(profile->duration_nanos, "nanoseconds", "auto", report->arena, report->status);
    (void)fprintf(report->out, "Duration: %s, Total samples = %s ", duration != NULL ? duration : "",
                  format_value(report, report->total));
    pprof_scaled total = pprof_scale_value(report->total, report->unit, "nanoseconds");
    if (strcmp(total.unit, "ns") == 0 && total.value != 0) {
        char share[PPROF_PERCENTAGE_SIZE];
        int64_t nanoseconds = total.value >= 0x1p63 ? INT64_MAX : (int64_t)total.value;
        pprof_format_percentage(nanoseconds, profile->duration_nanos, share);
        (void)fprintf(report->out, "(%s)", share);
    }
    (void)putc('\n', report->out);
}

/* What the profile says about itself. */
static void print_profile_header(report *report) {
    const pprof_profile *profile = report->profile;
    if (profile->mapping_count > 0) {
        pprof_string file = pprof_get_string(profile, profile->mappings[0].filename_string);
        pprof_string build_id = pprof_get_string(profile, profile->mappings[0].build_id_string);
        if (file.length > 0) print_line(report, "File: ", pprof_get_base_name(file));
        if (build_id.length > 0) print_line(report, "Build ID: ", build_id);
    }
    for (uint32_t i = 0; i < profile->comment_count; i++) {
        pprof_string comment = pprof_get_string(profile, profile->comment_strings[i]);
        if (comment.length == 0 || comment.text[0] != '#') print_line(report, "", comment);
    }
    if (*report->type != '\0') print_line(report, "Type: ", (pprof_string){report->type, strlen(report->type)});
    pprof_string documentation = pprof_get_string(profile, profile->doc_url_string);
    if (documentation.length > 0) print_line(report, "Doc: ", documentation);
    if (profile->time_nanos != 0) {
        (void)fputs("Time: ", report->out);
        pprof_print_time(profile->time_nanos, false, report->out);
        (void)putc('\n', report->out);
    }
    if (profile->duration_nanos != 0) print_duration(report);
}

static void print_filter(report *report, const char *name, const char *expression) {
    enum { LONGEST = 80 }; /* bytes of "name=expression" */
    if (expression == NULL || *expression == '\0') return;
    size_t length = strlen(name) + 1 + strlen(expression);
    int shown = (int)(length > LONGEST ? LONGEST - strlen(name) - 1 : strlen(expression));
    (void)fprintf(report->out, "   %s=%.*s%s\n", name, shown, expression, length > LONGEST ? "…" : "");
}

/* What the table shows and what it leaves out. */
static void print_table_header(report *report, const pprof_graph *graph) {
    const pprof_report_options *options = report->options;
    if ((options->focus != NULL && *options->focus != '\0') || (options->ignore != NULL && *options->ignore != '\0')) {
        (void)fputs("Active filters:\n", report->out);
        print_filter(report, "focus", options->focus);
        print_filter(report, "ignore", options->ignore);
    }
    int64_t shown = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) shown = pprof_add_saturating(shown, graph->nodes[n].flat);
    char share[PPROF_PERCENTAGE_SIZE];
    pprof_format_percentage(shown, report->total, share);
    (void)fprintf(report->out, "Showing nodes accounting for %s, %s of %s total\n", format_value(report, shown),
                  share + strspn(share, " "), format_value(report, report->total));
    if (report->total != 0 && graph->dropped_count > 0) {
        double fraction = options->node_fraction < 0 ? PPROF_NODE_FRACTION : options->node_fraction;
        int64_t cutoff = pprof_magnitude(pprof_multiply(report->total, fraction));
        (void)fprintf(report->out, "Dropped %u node%s (cum <= %s)\n", graph->dropped_count,
                      graph->dropped_count > 1 ? "s" : "", format_value(report, cutoff));
    }
    if (report->total != 0 && graph->node_count > 0 && graph->node_count < graph->original_count)
        (void)fprintf(report->out, "Showing top %u nodes out of %u\n", graph->node_count, graph->original_count);
}

static void print_nodes(report *report, const pprof_graph *graph, const pprof_frame_table *table) {
    (void)fprintf(report->out, "%10s %5s%% %5s%% %10s %5s%%\n", "flat", "flat", "sum", "cum", "cum");
    int64_t sum = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        const pprof_node *node = &graph->nodes[n];
        char flat_share[PPROF_PERCENTAGE_SIZE], sum_share[PPROF_PERCENTAGE_SIZE], share[PPROF_PERCENTAGE_SIZE];
        sum = pprof_add_saturating(sum, node->flat);
        pprof_format_percentage(node->flat, report->total, flat_share);
        pprof_format_percentage(sum, report->total, sum_share);
        pprof_format_percentage(node->cumulative, report->total, share);
        (void)fprintf(report->out, "%10s %s %s %10s %s  ", format_value(report, node->flat), flat_share, sum_share,
                      format_value(report, node->cumulative), share);
        pprof_print_string(table->frames[node->frame].label, report->out);
        if (node->has_inline_caller)
            (void)fputs(node->has_plain_caller ? " (partial-inline)" : " (inline)", report->out);
        (void)putc('\n', report->out);
    }
}

static bool print_report(report *report) {
    const pprof_profile *profile = report->profile;
    pprof_status *status = report->status;
    pprof_string type = pprof_get_string(profile, profile->sample_types[report->value_index].type_string);
    pprof_string unit = pprof_get_string(profile, profile->sample_types[report->value_index].unit_string);
    report->type = pprof_copy_string(report->arena, type.text, type.length, status);
    report->unit = pprof_copy_string(report->arena, unit.text, unit.length, status);
    if (status->failed) return false;
    report->total = sum_samples(profile, report->value_index);

    bool *kept_samples;
    pprof_frame_table table;
    pprof_graph graph;
    if (!pprof_filter_samples(profile, report->options, report->arena, &kept_samples, status) ||
        !pprof_tabulate_frames(profile, report->options, report->arena, &table, status) ||
        !pprof_build_graph(profile, report->options, report->value_index, kept_samples, &table, report->arena, &graph,
                           status))
        return false;
    report->output_unit = choose_unit(report, &graph);
    print_profile_header(report);
    print_table_header(report, &graph);
    print_nodes(report, &graph, &table);
    return !status->failed && pprof_check_output(report->out, status);
}

bool pprof_print_top(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status) {
    pprof_profile pruned;
    uint32_t value_index;
    if (!pprof_prune_frames(profile, arena, &pruned, status) ||
        !pprof_select_shown_type(&pruned, "profile", options->sample_type, &value_index, status))
        return false;
    report report = {.profile = &pruned,
                     .options = options,
                     .out = out,
                     .arena = arena,
                     .status = status,
                     .value_index = value_index};
    return print_report(&report);
}
