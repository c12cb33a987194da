/* Takes a Profile; gives every sample with its labels, its value and its whole stack in the layout of `pprof -traces`,
 * in the profile's order. */
#include "print/print.h"

enum { COLUMN = 10 }; /* the width of values and of label keys */

static const char separator[] = "-----------+-------------------------------------------------------\n";

static void print_label_value(const pprof_report *report, const pprof_label *label) {
    if (label->text_string != 0) {
        pprof_print_string(pprof_get_string(&report->profile, label->text_string), report->out);
    } else {
        pprof_print_scaled(label->number, pprof_get_label_unit(&report->units, label), "auto", 0, report->out);
    }
}

/* "    thread:  17 18", a line for each key. */
static void print_labels(const pprof_report *report, uint32_t sample, pprof_label_kind kind, const pprof_label **list) {
    uint32_t count = pprof_sort_labels(&report->profile, sample, kind, COLUMN, list);
    for (uint32_t i = 0, end; i < count; i = end) {
        end = i + pprof_count_same_key(&report->profile, list + i, count - i);
        pprof_print_aligned(pprof_get_string(&report->profile, list[i]->key_string), COLUMN, report->out);
        (void)fputs(":  ", report->out);
        for (uint32_t j = i; j < end; j++) {
            if (j > i) (void)putc(' ', report->out);
            print_label_value(report, list[j]);
        }
        (void)putc('\n', report->out);
    }
}

/* The value stands before the innermost frame. */
static void print_stack(const pprof_report *report, const pprof_frame_table *table, uint32_t sample) {
    const pprof_profile *profile = &report->profile;
    const int64_t *values = profile->values + (size_t)sample * profile->sample_type_count;
    int64_t value = pprof_divide(values[report->value_index], report->options->mean ? values[0] : 0);
    pprof_print_value(report, value, COLUMN);
    uint32_t first = profile->first_location[sample];
    for (uint32_t i = first; i < profile->first_location[sample + 1]; i++) {
        uint32_t location = profile->sample_locations[i], end = table->first_slot[location + 1];
        for (uint32_t slot = table->first_slot[location]; slot < end; slot++) {
            bool is_leaf = i == first && slot == table->first_slot[location];
            (void)fprintf(report->out, "%*s   ", is_leaf ? 0 : COLUMN, "");
            pprof_print_string(table->frames[table->frame_of_slot[slot]].label, report->out);
            (void)fputs(slot + 1 < end ? " (inline)\n" : "\n", report->out);
        }
    }
}

bool pprof_print_traces(const pprof_profile *profile, const pprof_report_options *options, FILE *out,
                        pprof_arena *arena, pprof_status *status) {
    pprof_report report;
    pprof_frame_table table;
    if (!pprof_open_report(&report, profile, options, out, arena, status) ||
        !pprof_tabulate_frames(&report.profile, options, arena, &table, status))
        return false;
    const pprof_label **list =
        (const pprof_label **)pprof_allocate(arena, report.profile.label_count, sizeof *list, status);
    if (list == NULL) return false;
    pprof_print_profile_header(&report);
    for (uint32_t s = 0; s < report.profile.sample_count; s++) {
        if (report.profile.first_location[s] == report.profile.first_location[s + 1]) continue;
        (void)fputs(separator, out);
        print_labels(&report, s, PPROF_LABEL_TEXT, list);
        print_labels(&report, s, PPROF_LABEL_NUMBER, list);
        print_stack(&report, &table, s);
    }
    (void)fputs(separator, out);
    return pprof_check_output(out, status);
}
