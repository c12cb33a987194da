/* Takes the labels of samples; gives what kind each is, the unit that numbers under a key share, and one sample's
 * labels in the order in which pprof prints them. */
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

pprof_label_kind pprof_get_label_kind(const pprof_label *label) {
    if (label->text_string != 0) return PPROF_LABEL_TEXT;
    return label->number != 0 || label->unit_string != 0 ? PPROF_LABEL_NUMBER : PPROF_LABEL_EMPTY;
}

/* ---- units ---- */

/* Keys without any unit are their own: "bytes"; those that allocators use for bytes are known by name. */
static const char *infer_unit(const pprof_profile *profile, uint32_t key_string, pprof_arena *arena,
                              pprof_status *status) {
    pprof_string key = pprof_get_string(profile, key_string);
    if (pprof_string_equals(key, "alignment") || pprof_string_equals(key, "request")) return "bytes";
    return pprof_copy_string(arena, key.text, key.length, status);
}

bool pprof_find_label_units(const pprof_profile *profile, pprof_arena *arena, pprof_label_units *units,
                            pprof_status *status) {
    *units = (pprof_label_units){0};
    if (profile->label_count == 0) return true;
    units->of_key = (const char **)pprof_allocate(arena, profile->string_count, sizeof *units->of_key, status);
    if (units->of_key == NULL) return false;
    for (uint32_t i = 0; i < profile->label_count; i++) {
        const pprof_label *label = &profile->labels[i];
        const char **unit = &units->of_key[label->key_string];
        if (pprof_get_label_kind(label) != PPROF_LABEL_NUMBER || label->unit_string == 0 || *unit != NULL) continue;
        pprof_string text = pprof_get_string(profile, label->unit_string);
        if (text.length > 0) *unit = pprof_copy_string(arena, text.text, text.length, status);
    }
    for (uint32_t i = 0; i < profile->label_count && !status->failed; i++) {
        const pprof_label *label = &profile->labels[i];
        const char **unit = &units->of_key[label->key_string];
        if (pprof_get_label_kind(label) == PPROF_LABEL_NUMBER && *unit == NULL)
            *unit = infer_unit(profile, label->key_string, arena, status);
    }
    return !status->failed;
}

const char *pprof_get_label_unit(const pprof_label_units *units, const pprof_label *label) {
    return units->of_key[label->key_string];
}

/* ---- order ---- */

/* pprof sorts finished lines, so that keys are compared as they are printed: right-aligned, with the colon. */
typedef struct label_order {
    const pprof_profile *profile;
    size_t width;
} label_order;

/* Byte [i] of the key as printed, behind [padding] spaces. */
static int get_printed_byte(pprof_string key, size_t padding, size_t i) {
    if (i < padding) return ' ';
    return i - padding < key.length ? (unsigned char)key.text[i - padding] : ':';
}

static int compare_keys(pprof_string a, pprof_string b, size_t width) {
    size_t length_a = pprof_count_characters(a), length_b = pprof_count_characters(b);
    size_t padding_a = length_a < width ? width - length_a : 0, padding_b = length_b < width ? width - length_b : 0;
    size_t end_a = padding_a + a.length, end_b = padding_b + b.length, i = 0;
    while (i < end_a && i < end_b && get_printed_byte(a, padding_a, i) == get_printed_byte(b, padding_b, i)) i++;
    int order = get_printed_byte(a, padding_a, i) - get_printed_byte(b, padding_b, i);
    return order != 0 ? order : (end_a > end_b) - (end_a < end_b);
}

/* By key, then in the profile's order. */
static int compare_labels(const void *left, const void *right, void *context) {
    const label_order *by = context;
    const pprof_label *a = *(const pprof_label *const *)left, *b = *(const pprof_label *const *)right;
    int order = compare_keys(pprof_get_string(by->profile, a->key_string), pprof_get_string(by->profile, b->key_string),
                             by->width);
    return order != 0 ? order : (a > b) - (a < b);
}

uint32_t pprof_sort_labels(const pprof_profile *profile, uint32_t sample, pprof_label_kind kind, size_t width,
                           const pprof_label **list) {
    uint32_t count = 0;
    if (profile->first_label == NULL) return 0;
    for (uint32_t i = profile->first_label[sample]; i < profile->first_label[sample + 1]; i++)
        if (pprof_get_label_kind(&profile->labels[i]) == kind) list[count++] = &profile->labels[i];
    label_order order = {profile, width};
    qsort_r((void *)list, count, sizeof *list, compare_labels, &order);
    return count;
}

uint32_t pprof_count_same_key(const pprof_profile *profile, const pprof_label **list, uint32_t count) {
    uint32_t same = 1;
    pprof_string key = pprof_get_string(profile, list[0]->key_string);
    while (same < count && pprof_compare_strings(pprof_get_string(profile, list[same]->key_string), key) == 0) same++;
    return same;
}
