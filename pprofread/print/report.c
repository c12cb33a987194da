/* Takes a Profile and options; gives what every report begins with: the samples that count, the total that shares refer
 * to, one unit for all values, and the lines at the top. */
#include "edit/edit.h"
#include "print/print.h"

#include <string.h>

/* ---- what is reported ---- */

/* Whether a sample was subtracted, in a comparison of two profiles. */
static bool is_base_sample(const pprof_profile *profile, uint32_t sample) {
    if (profile->first_label == NULL) return false;
    for (uint32_t i = profile->first_label[sample]; i < profile->first_label[sample + 1]; i++)
        if (pprof_string_equals(pprof_get_string(profile, profile->labels[i].key_string), PPROF_BASE_KEY) &&
            pprof_string_equals(pprof_get_string(profile, profile->labels[i].text_string), PPROF_BASE_TEXT))
            return true;
    return false;
}

typedef struct sum {
    int64_t value, divisor;
} sum;

static void add_to_sum(sum *sum, int64_t value, int64_t divisor) {
    sum->value = pprof_add_saturating(sum->value, pprof_magnitude(value));
    sum->divisor = pprof_add_saturating(sum->divisor, divisor);
}

/* What all shares refer to: the sum of all samples or, in a comparison, of the base's alone, so that a difference is a
 * share of what was before. */
static int64_t sum_samples(const pprof_report *report, const pprof_profile *profile) {
    sum all = {0}, base = {0};
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        const int64_t *values = profile->values + (size_t)s * profile->sample_type_count;
        int64_t value = values[report->value_index], divisor = report->options->mean ? values[0] : 0;
        add_to_sum(&all, value, divisor);
        if (is_base_sample(profile, s)) add_to_sum(&base, value, divisor);
    }
    return base.value > 0 ? pprof_divide(base.value, base.divisor) : pprof_divide(all.value, all.divisor);
}

/* The names of the shown values, as C strings. */
static bool name_values(pprof_report *report, const pprof_profile *profile) {
    pprof_value_type shown = profile->sample_types[report->value_index];
    pprof_string type = pprof_get_string(profile, shown.type_string);
    pprof_string unit = pprof_get_string(profile, shown.unit_string);
    report->type = pprof_copy_string(report->arena, type.text, type.length, report->status);
    report->unit = pprof_copy_string(report->arena, unit.text, unit.length, report->status);
    return !report->status->failed;
}

bool pprof_open_report(pprof_report *report, const pprof_profile *profile, const pprof_report_options *options,
                       FILE *out, pprof_arena *arena, pprof_status *status) {
    *report = (pprof_report){.options = options, .out = out, .arena = arena, .status = status};
    report->output_unit = options->unit != NULL ? options->unit : "minimum";
    pprof_profile pruned;
    if (!pprof_prune_frames(profile, arena, &pruned, status) ||
        !pprof_select_shown_type(&pruned, "profile", options->sample_type, &report->value_index, status) ||
        !name_values(report, &pruned) || !pprof_find_label_units(&pruned, arena, &report->units, status) ||
        !pprof_filter_profile(&pruned, options, &report->units, arena, &report->profile, status))
        return false;
    report->total = sum_samples(report, options->relative_percentages ? &report->profile : &pruned);
    return true;
}

void pprof_choose_unit(pprof_report *report, const pprof_graph *graph) {
    if (strcmp(report->output_unit, "minimum") != 0 || graph->node_count == 0) return;
    int64_t smallest = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        int64_t value = pprof_magnitude(pprof_get_flat(&graph->nodes[n]));
        if (value == 0) value = pprof_magnitude(pprof_get_cumulative(&graph->nodes[n]));
        if (value > 0 && (smallest == 0 || value < smallest)) smallest = value;
    }
    if (smallest == 0) smallest = report->total;
    int64_t hundredfold = smallest > INT64_MAX / 100 ? INT64_MAX : smallest * 100;
    const char *unit = pprof_scale_value(smallest, report->unit, "minimum").unit;
    const char *largest_unit = pprof_scale_value(report->total, report->unit, "minimum").unit;
    if (strcmp(unit, largest_unit) != 0 && hundredfold < report->total)
        unit = pprof_scale_value(hundredfold, report->unit, "minimum").unit;
    report->output_unit = *unit != '\0' ? unit : report->unit;
}

bool pprof_draw_report(pprof_report *report, pprof_frame_table *table, pprof_graph *graph) {
    if (!pprof_tabulate_frames(&report->profile, report->options, report->arena, table, report->status) ||
        !pprof_build_graph(&report->profile, report->options, report->value_index, table, report->arena, graph,
                           report->status))
        return false;
    pprof_choose_unit(report, graph);
    return true;
}

/* ---- values ---- */

void pprof_print_scaled(int64_t value, const char *from, const char *to, int width, FILE *out) {
    char number[PPROF_NUMBER_SIZE];
    const char *unit = pprof_format_scaled(value, from, to, number);
    pprof_string unit_text = {unit, strlen(unit)};
    size_t length = strlen(number) + pprof_count_characters(unit_text);
    if (length < (size_t)width) (void)fprintf(out, "%*s", (int)((size_t)width - length), "");
    (void)fputs(number, out);
    pprof_print_string(unit_text, out);
}

void pprof_print_value(const pprof_report *report, int64_t value, int width) {
    pprof_print_scaled(value, report->unit, report->output_unit, width, report->out);
}

void pprof_print_node_values(const pprof_report *report, const pprof_node *node, int64_t *sum) {
    char flat_share[PPROF_PERCENTAGE_SIZE], sum_share[PPROF_PERCENTAGE_SIZE], share[PPROF_PERCENTAGE_SIZE];
    int64_t flat = pprof_get_flat(node), cumulative = pprof_get_cumulative(node);
    *sum = pprof_add_saturating(*sum, flat);
    pprof_format_percentage(flat, report->total, flat_share);
    pprof_format_percentage(*sum, report->total, sum_share);
    pprof_format_percentage(cumulative, report->total, share);
    pprof_print_value(report, flat, 10);
    (void)fprintf(report->out, " %s %s ", flat_share, sum_share);
    pprof_print_value(report, cumulative, 10);
    (void)fprintf(report->out, " %s", share);
}

/* ---- the lines at the top ---- */

static void print_line(const pprof_report *report, const char *title, pprof_string text) {
    (void)fputs(title, report->out);
    pprof_print_string(text, report->out);
    (void)putc('\n', report->out);
}

static void print_duration(const pprof_report *report) {
    int64_t duration = report->profile.duration_nanos;
    (void)fputs("Duration: ", report->out);
    pprof_print_scaled(duration, "nanoseconds", "auto", 0, report->out);
    (void)fputs(", Total samples = ", report->out);
    pprof_print_value(report, report->total, 0);
    (void)putc(' ', report->out);
    pprof_scaled total = pprof_scale_value(report->total, report->unit, "nanoseconds");
    if (strcmp(total.unit, "ns") == 0 && total.value != 0) {
        char share[PPROF_PERCENTAGE_SIZE];
        int64_t nanoseconds = total.value >= 0x1p63 ? INT64_MAX : (int64_t)total.value;
        pprof_format_percentage(nanoseconds, duration, share);
        (void)fprintf(report->out, "(%s)", share);
    }
    (void)putc('\n', report->out);
}

void pprof_print_profile_header(const pprof_report *report) {
    const pprof_profile *profile = &report->profile;
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
    if (report->options->mean || *report->type != '\0')
        print_line(report, report->options->mean ? "Type: mean_" : "Type: ",
                   (pprof_string){report->type, strlen(report->type)});
    pprof_string documentation = pprof_get_string(profile, profile->doc_url_string);
    if (documentation.length > 0) print_line(report, "Doc: ", documentation);
    if (profile->time_nanos != 0) {
        (void)fputs("Time: ", report->out);
        pprof_print_time(profile->time_nanos, false, report->out);
        (void)putc('\n', report->out);
    }
    if (profile->duration_nanos != 0) print_duration(report);
}

typedef struct filter_name {
    const char *name, *expression;
} filter_name;

static void print_filters(const pprof_report *report) {
    enum { LONGEST = 80 }; /* bytes of "name=expression" */
    const pprof_report_options *options = report->options;
    const filter_name filters[] = {
        {"focus", options->focus},
        {"ignore", options->ignore},
        {"hide", options->hide},
        {"show", options->show},
        {"show_from", options->show_from},
        {"tagfocus", options->tag_focus},
        {"tagignore", options->tag_ignore},
        {"tagshow", options->tag_show},
        {"taghide", options->tag_hide},
    };
    bool is_first = true;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        const char *name = filters[i].name, *expression = filters[i].expression;
        if (expression == NULL || *expression == '\0') continue;
        if (is_first) (void)fputs("Active filters:\n", report->out);
        is_first = false;
        size_t length = strlen(name) + 1 + strlen(expression);
        int shown = (int)(length > LONGEST ? LONGEST - strlen(name) - 1 : strlen(expression));
        (void)fprintf(report->out, "   %s=%.*s%s\n", name, shown, expression, length > LONGEST ? "…" : "");
    }
}

/* "Dropped 48 nodes (cum <= 3.42ms)" */
static void print_dropped(const pprof_report *report, uint32_t count, const char *what, const char *measure,
                          double fraction) {
    if (report->total == 0 || count == 0) return;
    (void)fprintf(report->out, "Dropped %u %s%s (%s <= ", count, what, count > 1 ? "s" : "", measure);
    pprof_print_value(report, pprof_magnitude(pprof_multiply(report->total, fraction)), 0);
    (void)fputs(")\n", report->out);
}

void pprof_print_graph_header(const pprof_report *report, const pprof_graph *graph) {
    FILE *out = report->out;
    if (!report->options->compact_labels) pprof_print_profile_header(report);
    print_filters(report);
    int64_t shown = 0;
    for (uint32_t n = 0; n < graph->node_count; n++)
        shown = pprof_add_saturating(shown, pprof_get_flat(&graph->nodes[n]));
    char share[PPROF_PERCENTAGE_SIZE];
    pprof_format_percentage(shown, report->total, share);
    (void)fputs("Showing nodes accounting for ", out);
    pprof_print_value(report, shown, 0);
    (void)fprintf(out, ", %s of ", share + strspn(share, " "));
    pprof_print_value(report, report->total, 0);
    (void)fputs(" total\n", out);
    double node_fraction = report->options->node_fraction, edge_fraction = report->options->edge_fraction;
    print_dropped(report, graph->dropped_count, "node", "cum", node_fraction < 0 ? PPROF_NODE_FRACTION : node_fraction);
    print_dropped(report, graph->dropped_edge_count, "edge", "freq",
                  edge_fraction < 0 ? PPROF_EDGE_FRACTION : edge_fraction);
    if (report->total != 0 && graph->node_count > 0 && graph->node_count < graph->original_count)
        (void)fprintf(out, "Showing top %u nodes out of %u\n", graph->node_count, graph->original_count);
}
