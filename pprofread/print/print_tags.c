/* Takes a Profile; gives the values of all labels, key by key, with what the samples that have them add up to, in the
 * layout of `pprof -tags`. A sample with two labels of one key counts for both. */
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

/* A label's value as it is shown: a text, or a number and its unit. */
typedef struct tag {
    pprof_string key, text;
    const char *unit;
    int64_t weight;
} tag;

/* ---- collecting ---- */

/* As one text: "100" and "ms" come before "10s". */
static int compare_texts(const tag *a, const tag *b) {
    size_t unit_a = strlen(a->unit), unit_b = strlen(b->unit);
    size_t end_a = a->text.length + unit_a, end_b = b->text.length + unit_b;
    for (size_t i = 0; i < end_a && i < end_b; i++) {
        unsigned char x = (unsigned char)(i < a->text.length ? a->text.text[i] : a->unit[i - a->text.length]);
        unsigned char y = (unsigned char)(i < b->text.length ? b->text.text[i] : b->unit[i - b->text.length]);
        if (x != y) return x - y;
    }
    return (end_a > end_b) - (end_a < end_b);
}

static int compare_by_name(const void *left, const void *right) {
    const tag *a = left, *b = right;
    int order = pprof_compare_strings(a->key, b->key);
    return order != 0 ? order : compare_texts(a, b);
}

/* By key, then heaviest first, then by text. */
static int compare_by_weight(const void *left, const void *right) {
    const tag *a = left, *b = right;
    int order = pprof_compare_strings(a->key, b->key);
    int64_t x = pprof_magnitude(a->weight), y = pprof_magnitude(b->weight);
    if (order == 0) order = (x < y) - (x > y);
    return order != 0 ? order : compare_texts(a, b);
}

static bool make_tag(const pprof_report *report, const pprof_label *label, int64_t weight, tag *tag) {
    const pprof_profile *profile = &report->profile;
    *tag = (struct tag){.key = pprof_get_string(profile, label->key_string), .unit = "", .weight = weight};
    if (label->text_string != 0) {
        tag->text = pprof_get_string(profile, label->text_string);
        return true;
    }
    char number[PPROF_NUMBER_SIZE];
    tag->unit =
        pprof_format_scaled(label->number, pprof_get_label_unit(&report->units, label), report->output_unit, number);
    tag->text.length = strlen(number);
    tag->text.text = pprof_copy_string(report->arena, number, tag->text.length, report->status);
    return tag->text.text != NULL;
}

/* One tag for each value of a key, those of a key together and heaviest first. */
static bool collect_tags(const pprof_report *report, tag *tags, uint32_t *count) {
    const pprof_profile *profile = &report->profile;
    *count = 0;
    for (uint32_t s = 0; profile->first_label != NULL && s < profile->sample_count; s++) {
        int64_t weight = profile->values[(size_t)s * profile->sample_type_count + report->value_index];
        if (profile->first_location[s] == profile->first_location[s + 1]) continue; /* as in pprof */
        for (uint32_t i = profile->first_label[s]; i < profile->first_label[s + 1]; i++) {
            if (pprof_get_label_kind(&profile->labels[i]) == PPROF_LABEL_EMPTY) continue;
            if (!make_tag(report, &profile->labels[i], weight, &tags[(*count)++])) return false;
        }
    }
    qsort(tags, *count, sizeof *tags, compare_by_name);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        if (kept > 0 && compare_by_name(&tags[kept - 1], &tags[i]) == 0) {
            tags[kept - 1].weight = pprof_add_saturating(tags[kept - 1].weight, tags[i].weight);
        } else {
            tags[kept++] = tags[i];
        }
    }
    *count = kept;
    qsort(tags, kept, sizeof *tags, compare_by_weight);
    return true;
}

/* ---- printing ---- */

/* Characters of "590ms (93.65%)", but for the space and the parentheses. */
static size_t measure_tag(const pprof_report *report, const tag *tag, const char *share) {
    char number[PPROF_NUMBER_SIZE];
    const char *unit = pprof_format_scaled(tag->weight, report->unit, report->output_unit, number);
    return strlen(number) + pprof_count_characters((pprof_string){unit, strlen(unit)}) + strlen(share);
}

/* The tags of one key:
 *    worker: Total 590ms of 630ms (93.65%)
 *            200ms (31.75%): 0 */
static void print_key(const pprof_report *report, const tag *tags, uint32_t count) {
    FILE *out = report->out;
    char share[PPROF_PERCENTAGE_SIZE];
    int64_t total = 0;
    size_t widest = 0;
    for (uint32_t i = 0; i < count; i++) {
        total = pprof_add_saturating(total, tags[i].weight);
        pprof_format_percentage(tags[i].weight, report->total, share);
        size_t length = measure_tag(report, &tags[i], share);
        if (length > widest) widest = length;
    }
    (void)putc(' ', out);
    pprof_print_string(tags->key, out);
    (void)fputs(": Total ", out);
    pprof_print_value(report, total, 0);
    (void)fputs(" of ", out);
    pprof_print_value(report, report->total, 0);
    pprof_format_percentage(total, report->total, share);
    (void)fprintf(out, " (%s)\n", share);
    size_t indent = pprof_count_characters(tags->key) + 3; /* " worker: " less one */
    for (uint32_t i = 0; i < count; i++) {
        pprof_format_percentage(tags[i].weight, report->total, share);
        size_t padding = indent + widest - measure_tag(report, &tags[i], share);
        for (size_t space = 0; space < padding; space++) (void)putc(' ', out);
        pprof_print_value(report, tags[i].weight, 0);
        (void)fprintf(out, " (%s): ", share);
        pprof_print_string(tags[i].text, out);
        pprof_print_string((pprof_string){tags[i].unit, strlen(tags[i].unit)}, out);
        (void)putc('\n', out);
    }
    (void)putc('\n', out);
}

bool pprof_print_tags(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                      pprof_status *status) {
    pprof_report report;
    if (!pprof_open_report(&report, profile, options, out, arena, status)) return false;
    tag *tags = pprof_allocate(arena, report.profile.label_count, sizeof *tags, status);
    uint32_t count;
    if (tags == NULL || !collect_tags(&report, tags, &count)) return false;
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && pprof_compare_strings(tags[end].key, tags[i].key) == 0;) end++;
        print_key(&report, tags + i, end - i);
    }
    return pprof_check_output(out, status);
}
