/* Takes a -tagfocus or -tagignore expression, in any of pprof's forms; says which samples have a label that it means:
 *
 *   REGEX,REGEX      every expression matches some "key:text"
 *   KEY=REGEX,REGEX  one matches a text under this very key
 *   4mb  4mb:  :4mb  1mb:4mb   and KEY=4mb …   a number is in this range, after conversion to its unit
 *
 * A number without a unit means labels without one. */
#include "edit/edit.h"
#include "print/print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- ranges ---- */

/* "-12kb" at [text] ─▶ its number, and where the unit begins and ends. False: there is no number, or it is too large.
 */
static bool parse_number(const char *text, int64_t *number, const char **unit, const char **end) {
    const char *digits = text + (*text == '+' || *text == '-');
    if (*digits < '0' || *digits > '9') return false;
    char *after;
    errno = 0;
    *number = strtoll(text, &after, 10);
    if (errno != 0) return false;
    *unit = after;
    while ((*after >= 'a' && *after <= 'z') || (*after >= 'A' && *after <= 'Z')) after++;
    *end = after;
    return true;
}

/* Takes one bound; its unit is [wanted] or, where that is NULL, its own. */
static bool parse_bound(const char **text, const char *wanted, double *bound, const char **unit, pprof_arena *arena,
                        pprof_status *status) {
    int64_t number;
    const char *start, *end;
    if (!parse_number(*text, &number, &start, &end)) return false;
    char *own = pprof_copy_string(arena, start, (size_t)(end - start), status);
    if (own == NULL) return false;
    pprof_scaled scaled = pprof_scale_value(number, own, wanted != NULL ? wanted : own);
    *text = end;
    *bound = scaled.value;
    *unit = scaled.unit;
    return wanted == NULL || strcmp(*unit, wanted) == 0;
}

/* Whether [text] is a range as a whole; otherwise it is an expression. */
static bool parse_range(pprof_tag_filter *filter, const char *text, pprof_arena *arena, pprof_status *status) {
    filter->from = -INFINITY;
    filter->to = INFINITY;
    if (*text == ':') {
        text++;
        return parse_bound(&text, NULL, &filter->to, &filter->unit, arena, status) && *text == '\0';
    }
    if (!parse_bound(&text, NULL, &filter->from, &filter->unit, arena, status)) return false;
    if (*text == '\0') filter->to = filter->from;
    if (*text != ':') return *text == '\0';
    text++;
    const char *unit;
    return *text == '\0' || (parse_bound(&text, filter->unit, &filter->to, &unit, arena, status) && *text == '\0');
}

/* ---- compiling ---- */

static bool compile_patterns(pprof_tag_filter *filter, const char *name, const char *text, pprof_arena *arena,
                             pprof_status *status) {
    size_t count = 1;
    for (const char *c = text; *c != '\0'; c++) count += *c == ',';
    filter->patterns = pprof_allocate(arena, count, sizeof *filter->patterns, status);
    if (filter->patterns == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(text, ",");
        char *expression = pprof_copy_string(arena, text, length, status);
        pprof_pattern *pattern = &filter->patterns[i];
        if (expression == NULL || !pprof_compile_pattern(pattern, name, expression, status)) return false;
        filter->pattern_count++; /* an empty one is not set, and matches any text */
        text += length + (text[length] != '\0');
    }
    return true;
}

/* Room for the longest "key:text". */
static bool allocate_buffer(pprof_tag_filter *filter, const pprof_profile *profile, pprof_arena *arena,
                            pprof_status *status) {
    size_t longest = 0;
    for (uint32_t i = 0; i < profile->label_count; i++) {
        const pprof_label *label = &profile->labels[i];
        size_t length = pprof_get_string(profile, label->key_string).length +
                        pprof_get_string(profile, label->text_string).length + 1;
        if (length > longest) longest = length;
    }
    filter->buffer = pprof_allocate(arena, longest, 1, status);
    return filter->buffer != NULL;
}

bool pprof_compile_tag_filter(pprof_tag_filter *filter, const pprof_profile *profile, const char *name,
                              const char *text, pprof_arena *arena, pprof_status *status) {
    *filter = (pprof_tag_filter){0};
    if (text == NULL || *text == '\0') return true;
    filter->is_set = true;
    const char *equals = strchr(text, '=');
    if (equals != NULL) {
        filter->has_key = true;
        filter->key = (pprof_string){text, (size_t)(equals - text)};
        text = equals + 1;
    }
    filter->is_range = parse_range(filter, text, arena, status);
    if (status->failed) return false;
    return filter->is_range ||
           (allocate_buffer(filter, profile, arena, status) && compile_patterns(filter, name, text, arena, status));
}

void pprof_free_tag_filter(pprof_tag_filter *filter) {
    for (uint32_t i = 0; i < filter->pattern_count; i++) pprof_free_pattern(&filter->patterns[i]);
    filter->pattern_count = 0;
}

/* ---- matching ---- */

static bool is_in_range(const pprof_tag_filter *filter, int64_t number, const char *unit) {
    pprof_scaled scaled = pprof_scale_value(number, unit, filter->unit);
    return strcmp(scaled.unit, filter->unit) == 0 && scaled.value >= filter->from && scaled.value <= filter->to;
}

static bool has_key(const pprof_tag_filter *filter, pprof_string key) {
    return !filter->has_key || pprof_compare_strings(filter->key, key) == 0;
}

static bool matches_number(const pprof_tag_filter *filter, const pprof_profile *profile, const pprof_label_units *units,
                           const pprof_label *label) {
    return pprof_get_label_kind(label) == PPROF_LABEL_NUMBER &&
           has_key(filter, pprof_get_string(profile, label->key_string)) &&
           is_in_range(filter, label->number, pprof_get_label_unit(units, label));
}

/* A text under the key is matched alone, else as "key:text". */
static bool matches_text(const pprof_tag_filter *filter, const pprof_pattern *pattern, const pprof_profile *profile,
                         const pprof_label *label) {
    if (pprof_get_label_kind(label) != PPROF_LABEL_TEXT) return false;
    pprof_string key = pprof_get_string(profile, label->key_string);
    pprof_string text = pprof_get_string(profile, label->text_string);
    if (!has_key(filter, key)) return false;
    if (!pattern->is_set) return true;
    if (filter->has_key) return pprof_match_pattern(pattern, text);
    memcpy(filter->buffer, key.text, key.length);
    filter->buffer[key.length] = ':';
    memcpy(filter->buffer + key.length + 1, text.text, text.length);
    return pprof_match_pattern(pattern, (pprof_string){filter->buffer, key.length + 1 + text.length});
}

static bool matches_any_text(const pprof_tag_filter *filter, const pprof_pattern *pattern, const pprof_profile *profile,
                             uint32_t sample) {
    for (uint32_t i = profile->first_label[sample]; i < profile->first_label[sample + 1]; i++)
        if (matches_text(filter, pattern, profile, &profile->labels[i])) return true;
    return false;
}

bool pprof_match_tags(const pprof_tag_filter *filter, const pprof_profile *profile, const pprof_label_units *units,
                      uint32_t sample) {
    if (profile->first_label == NULL) return false;
    if (filter->is_range) {
        for (uint32_t i = profile->first_label[sample]; i < profile->first_label[sample + 1]; i++)
            if (matches_number(filter, profile, units, &profile->labels[i])) return true;
        return false;
    }
    for (uint32_t p = 0; p < filter->pattern_count; p++) {
        bool found = matches_any_text(filter, &filter->patterns[p], profile, sample);
        if (found == filter->has_key) return found;
    }
    return !filter->has_key;
}
