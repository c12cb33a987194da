/* Takes Profiles one by one; gives one that says what they say together, by the rules of google/pprof's Merge.
 *
 * The builder makes equal things one. What is left to do here: to translate an input's indices, only those that its
 * samples use, and functions without code locations; to find mappings that are the same program loaded elsewhere, and
 * to move their addresses; to add up the header. Nothing of an input is kept.
 *
 * Normalizing needs the sum of all totals, which is known at the end only. So every input is scaled to one large total
 * first, and the result back at the end (scale.c); what is rounded away there is carried on to the next sample, or a
 * large input would lose all its rare samples at once.
 *
 * Cannot know whether two inputs come from the same build where there is no build id: their file names decide. */
#include "base/saturate.h"
#include "edit/edit.h"
#include "profile/builder.h"
#include "profile/idle_functions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What every input's total becomes while merging: large enough that rounding does not show, small enough that 2^26
 * inputs do not overflow. */
#define NORMAL_TOTAL ((double)(UINT64_C(1) << 36))

struct pprof_merger {
    pprof_arena *arena;
    pprof_builder *builder;
    /* Interns what is equal here and not for the builder: a mapping stands for its size, offset and id, at the index
     * that the builder gave the first such mapping; a function stands for a comment. */
    pprof_builder *keys;
    uint32_t input_count, mapping_count;
    const char *first_path, *first_types;
    pprof_profile header; /* types, period, times …: what the builder does not keep. Its strings are the builder's */
    bool normalizes;
    double *true_totals, *normal_totals; /* per sample type: before and after scaling, all inputs together */
};

/* One input on its way into the builder. What each index became, or PPROF_NONE if it was not needed yet. */
typedef struct input_copy {
    pprof_merger *merger;
    const pprof_profile *input;
    pprof_status *status;
    uint32_t *strings, *mappings, *functions, *locations;
    pprof_line *lines; /* room for the longest location's */
    uint32_t *stack;   /* … stack's */
    pprof_label *labels, *given_labels;
    uint32_t given_label_count;
    int64_t *values;
    double *factors;
    pprof_arena scratch;
} input_copy;

/* ---- translating what samples use ---- */

static uint32_t copy_string(input_copy *copy, uint32_t index) {
    uint32_t *known = &copy->strings[index];
    if (*known == PPROF_NONE) {
        pprof_string string = pprof_get_string(copy->input, index);
        *known = pprof_add_string(copy->merger->builder, string.text, string.length, copy->status);
    }
    return *known;
}

/* Adds [mapping]'s key, unless it is known; gives the index that the builder has, or will have, for it. */
static uint32_t add_mapping_key(input_copy *copy, const pprof_mapping *mapping) {
    const uint64_t page = 4096;
    pprof_string id = pprof_get_string(copy->input, mapping->build_id_string);
    if (id.length == 0) id = pprof_get_string(copy->input, mapping->filename_string);
    pprof_mapping key = {.file_offset = mapping->file_offset};
    key.memory_limit = (mapping->memory_limit - mapping->memory_start + page - 1) / page * page;
    key.build_id_string = pprof_add_string(copy->merger->keys, id.text, id.length, copy->status);
    return copy->status->failed ? PPROF_NONE : pprof_add_mapping(copy->merger->keys, &key, copy->status);
}

static uint32_t copy_mapping(input_copy *copy, uint32_t index) {
    uint32_t *known = &copy->mappings[index];
    if (*known != PPROF_NONE) return *known;
    pprof_mapping mapping = copy->input->mappings[index];
    uint32_t found = add_mapping_key(copy, &mapping);
    if (found == copy->merger->mapping_count) {
        mapping.filename_string = copy_string(copy, mapping.filename_string);
        mapping.build_id_string = copy_string(copy, mapping.build_id_string);
        if (copy->status->failed) return PPROF_NONE;
        found = pprof_add_mapping(copy->merger->builder, &mapping, copy->status);
        copy->merger->mapping_count++;
    }
    return *known = found;
}

static uint32_t copy_function(input_copy *copy, uint32_t index) {
    uint32_t *known = &copy->functions[index];
    if (*known != PPROF_NONE) return *known;
    pprof_function function = copy->input->functions[index];
    function.name_string = copy_string(copy, function.name_string);
    function.system_name_string = copy_string(copy, function.system_name_string);
    function.filename_string = copy_string(copy, function.filename_string);
    if (copy->status->failed) return PPROF_NONE;
    return *known = pprof_add_function(copy->merger->builder, &function, copy->status);
}

static uint32_t copy_location(input_copy *copy, uint32_t index) {
    uint32_t *known = &copy->locations[index];
    if (*known != PPROF_NONE) return *known;
    pprof_location location = copy->input->locations[index];
    if (location.mapping != PPROF_NONE) {
        uint32_t mapping = copy_mapping(copy, location.mapping);
        if (mapping == PPROF_NONE) return PPROF_NONE;
        location.address += pprof_get_built_mapping(copy->merger->builder, mapping)->memory_start -
                            copy->input->mappings[location.mapping].memory_start;
        location.mapping = mapping;
    }
    for (uint32_t i = 0; i < location.line_count; i++) {
        copy->lines[i] = copy->input->lines[location.first_line + i];
        copy->lines[i].function = copy_function(copy, copy->lines[i].function);
        if (copy->status->failed) return PPROF_NONE;
    }
    return *known = pprof_add_location(copy->merger->builder, &location, copy->lines, copy->status);
}

/* ---- samples ---- */

static int compare_numbers(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* By key, then by the rest: the order that a producer wrote labels in tells nothing. */
static int compare_labels(const void *left, const void *right) {
    const pprof_label *a = left, *b = right;
    int order = compare_numbers(a->key_string, b->key_string);
    if (order == 0) order = compare_numbers(a->text_string, b->text_string);
    if (order == 0) order = compare_numbers((uint64_t)a->number, (uint64_t)b->number);
    return order != 0 ? order : compare_numbers(a->unit_string, b->unit_string);
}

static bool is_given(const input_copy *copy, uint32_t key_string) {
    for (uint32_t i = 0; i < copy->given_label_count; i++)
        if (copy->given_labels[i].key_string == key_string) return true;
    return false;
}

/* The labels of [sample] and those given for all; false with the status set when memory is out. */
static bool copy_labels(input_copy *copy, uint32_t sample, uint32_t *count) {
    const pprof_profile *input = copy->input;
    *count = 0;
    for (uint32_t i = 0; i < copy->given_label_count; i++) copy->labels[(*count)++] = copy->given_labels[i];
    if (input->first_label != NULL) {
        for (uint32_t i = input->first_label[sample]; i < input->first_label[sample + 1]; i++) {
            pprof_label label = input->labels[i];
            label.key_string = copy_string(copy, label.key_string);
            label.text_string = copy_string(copy, label.text_string);
            label.unit_string = copy_string(copy, label.unit_string);
            if (!is_given(copy, label.key_string)) copy->labels[(*count)++] = label;
        }
    }
    if (*count > 1) qsort(copy->labels, *count, sizeof *copy->labels, compare_labels);
    return !copy->status->failed;
}

static bool copy_sample(input_copy *copy, uint32_t sample) {
    const pprof_profile *input = copy->input;
    const int64_t *values = input->values + (size_t)sample * input->sample_type_count;
    bool is_zero = true;
    for (uint32_t t = 0; t < input->sample_type_count; t++) {
        copy->values[t] = pprof_weigh_value(values[t], copy->factors[t]);
        if (copy->values[t] != 0) is_zero = false;
    }
    if (is_zero) return true;

    uint32_t first = input->first_location[sample], depth = input->first_location[sample + 1] - first, label_count;
    for (uint32_t i = 0; i < depth; i++) {
        copy->stack[i] = copy_location(copy, input->sample_locations[first + i]);
        if (copy->stack[i] == PPROF_NONE) return false;
    }
    return copy_labels(copy, sample, &label_count) &&
           pprof_add_sample(copy->merger->builder, copy->stack, depth, copy->values, copy->labels, label_count,
                            copy->status) != PPROF_NONE;
}

/* ---- headers ---- */

/* "samples/count cpu/nanoseconds" */
static const char *describe_types(const pprof_profile *profile, pprof_arena *arena, pprof_status *status) {
    const char *text = "";
    for (uint32_t t = 0; text != NULL && t <= profile->sample_type_count; t++) {
        bool is_period = t == profile->sample_type_count;
        pprof_value_type value = is_period ? profile->period_type : profile->sample_types[t];
        pprof_string type = pprof_get_string(profile, value.type_string);
        pprof_string unit = pprof_get_string(profile, value.unit_string);
        const char *separator = is_period ? ", period " : t == 0 ? "" : " ";
        text = pprof_format_string(arena, status, "%s%s%.*s/%.*s", text, separator, pprof_print_length(type.length),
                                   type.text, pprof_print_length(unit.length), unit.text);
    }
    return text;
}

static pprof_value_type copy_type(input_copy *copy, pprof_value_type type) {
    return (pprof_value_type){copy_string(copy, type.type_string), copy_string(copy, type.unit_string)};
}

static bool begin_header(input_copy *copy, const char *path) {
    pprof_merger *merger = copy->merger;
    const pprof_profile *input = copy->input;
    pprof_profile *header = &merger->header;
    uint32_t type_count = input->sample_type_count;
    merger->first_path = pprof_copy_string(merger->arena, path, strlen(path), copy->status);
    merger->first_types = describe_types(input, merger->arena, copy->status);
    merger->true_totals = pprof_allocate(merger->arena, type_count, sizeof *merger->true_totals, copy->status);
    merger->normal_totals = pprof_allocate(merger->arena, type_count, sizeof *merger->normal_totals, copy->status);
    header->sample_types = pprof_allocate(merger->arena, type_count, sizeof *header->sample_types, copy->status);
    if (copy->status->failed) return false;
    header->sample_type_count = type_count;
    for (uint32_t t = 0; t < type_count; t++) {
        header->sample_types[t] = copy_type(copy, input->sample_types[t]);
        /* The builder only needs to know how many there are: it would cut names at a NUL. */
        if (pprof_add_sample_type(merger->builder, "", "", copy->status) == PPROF_NONE) return false;
    }
    header->period_type = copy_type(copy, input->period_type);
    header->drop_frames_string = copy_string(copy, input->drop_frames_string);
    header->keep_frames_string = copy_string(copy, input->keep_frames_string);
    return !copy->status->failed;
}

static bool is_same_type(pprof_value_type a, pprof_value_type b) {
    return a.type_string == b.type_string && a.unit_string == b.unit_string;
}

static bool check_types(input_copy *copy, const char *path) {
    const pprof_profile *header = &copy->merger->header;
    bool agree = header->sample_type_count == copy->input->sample_type_count &&
                 is_same_type(header->period_type, copy_type(copy, copy->input->period_type));
    for (uint32_t t = 0; agree && t < header->sample_type_count; t++)
        agree = is_same_type(header->sample_types[t], copy_type(copy, copy->input->sample_types[t]));
    if (agree) return !copy->status->failed;
    const char *types = describe_types(copy->input, &copy->scratch, copy->status);
    return pprof_fail(copy->status,
                      "%s: its values are %s, those of %s are %s; only profiles of the same types can be "
                      "merged",
                      path, types, copy->merger->first_path, copy->merger->first_types);
}

static bool add_comments(input_copy *copy) {
    for (uint32_t i = 0; i < copy->input->comment_count; i++) {
        pprof_string comment = pprof_get_string(copy->input, copy->input->comment_strings[i]);
        pprof_function key = {0};
        key.name_string = pprof_add_string(copy->merger->keys, comment.text, comment.length, copy->status);
        if (copy->status->failed || pprof_add_function(copy->merger->keys, &key, copy->status) == PPROF_NONE)
            return false;
    }
    return true;
}

static bool add_header(input_copy *copy, const char *path) {
    pprof_profile *header = &copy->merger->header;
    const pprof_profile *input = copy->input;
    if (!(copy->merger->input_count++ == 0 ? begin_header(copy, path) : check_types(copy, path))) return false;
    if (input->time_nanos != 0 && (header->time_nanos == 0 || input->time_nanos < header->time_nanos))
        header->time_nanos = input->time_nanos;
    header->duration_nanos = pprof_add_saturating(header->duration_nanos, input->duration_nanos);
    if (header->period < input->period) header->period = input->period;
    if (header->default_sample_type_string == 0)
        header->default_sample_type_string = copy_string(copy, input->default_sample_type_string);
    if (header->doc_url_string == 0) header->doc_url_string = copy_string(copy, input->doc_url_string);
    return !copy->status->failed && add_comments(copy);
}

/* ---- one input ---- */

static uint32_t *allocate_indices(input_copy *copy, uint32_t count) {
    uint32_t *indices = pprof_allocate(&copy->scratch, count, sizeof *indices, copy->status);
    if (indices != NULL && count != 0) memset(indices, 0xff, count * sizeof *indices);
    return indices;
}

static bool allocate_copy(input_copy *copy, uint32_t label_count) {
    const pprof_profile *input = copy->input;
    uint32_t most_lines = 0, most_frames = 0, most_labels = 0;
    for (uint32_t l = 0; l < input->location_count; l++)
        if (input->locations[l].line_count > most_lines) most_lines = input->locations[l].line_count;
    for (uint32_t s = 0; s < input->sample_count; s++) {
        uint32_t depth = input->first_location[s + 1] - input->first_location[s];
        uint32_t labels = input->first_label == NULL ? 0 : input->first_label[s + 1] - input->first_label[s];
        if (depth > most_frames) most_frames = depth;
        if (labels > most_labels) most_labels = labels;
    }
    copy->strings = allocate_indices(copy, input->string_count);
    copy->mappings = allocate_indices(copy, input->mapping_count);
    copy->functions = allocate_indices(copy, input->function_count);
    copy->locations = allocate_indices(copy, input->location_count);
    copy->lines = pprof_allocate(&copy->scratch, most_lines, sizeof *copy->lines, copy->status);
    copy->stack = pprof_allocate(&copy->scratch, most_frames, sizeof *copy->stack, copy->status);
    copy->labels =
        pprof_allocate(&copy->scratch, (size_t)most_labels + label_count, sizeof *copy->labels, copy->status);
    copy->given_labels = pprof_allocate(&copy->scratch, label_count, sizeof *copy->given_labels, copy->status);
    copy->values = pprof_allocate(&copy->scratch, input->sample_type_count, sizeof *copy->values, copy->status);
    copy->factors = pprof_allocate(&copy->scratch, input->sample_type_count, sizeof *copy->factors, copy->status);
    return !copy->status->failed;
}

static bool add_given_labels(input_copy *copy, const pprof_merge_input *input) {
    for (uint32_t i = 0; i < input->label_count; i++) {
        const pprof_text_label *given = &input->labels[i];
        copy->given_labels[i] = (pprof_label){
            .key_string = pprof_add_string(copy->merger->builder, given->key, strlen(given->key), copy->status),
            .text_string = pprof_add_string(copy->merger->builder, given->text, strlen(given->text), copy->status),
        };
    }
    copy->given_label_count = input->label_count;
    return !copy->status->failed;
}

/* What the values of each type are multiplied by; the sums for the way back. */
static void choose_factors(input_copy *copy, double weight) {
    pprof_merger *merger = copy->merger;
    const pprof_profile *input = copy->input;
    for (uint32_t t = 0; t < input->sample_type_count; t++) {
        int64_t total = 0;
        copy->factors[t] = weight;
        if (!merger->normalizes) continue;
        for (size_t s = 0; s < input->sample_count; s++)
            total = pprof_add_saturating(total, pprof_magnitude(input->values[s * input->sample_type_count + t]));
        if (total == 0) continue;
        copy->factors[t] = weight * NORMAL_TOTAL / (double)total;
        merger->true_totals[t] += weight * (double)total;
        merger->normal_totals[t] += weight * NORMAL_TOTAL;
    }
}

/* They tell what the program has (import/inventory.c), and stay. */
static bool copy_idle_functions(input_copy *copy) {
    const bool *is_idle = pprof_find_idle_functions(copy->input, &copy->scratch, copy->status);
    if (is_idle == NULL) return false;
    for (uint32_t f = 0; f < copy->input->function_count; f++)
        if (is_idle[f] && copy_function(copy, f) == PPROF_NONE) return false;
    return true;
}

static bool add_input(input_copy *copy, const pprof_merge_input *input) {
    if (!allocate_copy(copy, input->label_count) || !add_header(copy, input->path) || !add_given_labels(copy, input))
        return false;
    choose_factors(copy, input->weight == 0 ? 1 : input->weight);
    /* The first mapping is the program by convention, whichever is sampled first. */
    if (copy->merger->mapping_count == 0 && copy->input->mapping_count != 0 && copy_mapping(copy, 0) == PPROF_NONE)
        return false;
    for (uint32_t s = 0; s < copy->input->sample_count; s++)
        if (!copy_sample(copy, s)) return false;
    return copy_idle_functions(copy);
}

bool pprof_add_profile(pprof_merger *merger, const pprof_merge_input *input, pprof_status *status) {
    input_copy copy = {.merger = merger, .input = input->profile, .status = status};
    bool done = add_input(&copy, input);
    pprof_arena_free(&copy.scratch);
    return done;
}

/* ---- the whole ---- */

pprof_merger *pprof_create_merger(bool normalize, pprof_arena *arena, pprof_status *status) {
    pprof_merger *merger = pprof_allocate(arena, 1, sizeof *merger, status);
    if (merger == NULL) return NULL;
    merger->arena = arena;
    merger->normalizes = normalize;
    merger->builder = pprof_create_builder(arena, status);
    merger->keys = pprof_create_builder(arena, status);
    return status->failed ? NULL : merger;
}

static bool collect_comments(pprof_merger *merger, pprof_status *status) {
    pprof_profile keys, *header = &merger->header;
    if (!pprof_finish_builder(merger->keys, &keys, status)) return false;
    header->comment_count = keys.function_count;
    header->comment_strings = pprof_allocate(merger->arena, keys.function_count, sizeof(uint32_t), status);
    for (uint32_t i = 0; !status->failed && i < keys.function_count; i++) {
        pprof_string comment = pprof_get_string(&keys, keys.functions[i].name_string);
        header->comment_strings[i] = pprof_add_string(merger->builder, comment.text, comment.length, status);
    }
    return !status->failed;
}

/* Back from the large totals. A sample's fraction goes to the next one, so that the sums stay. */
static void denormalize(const pprof_merger *merger, pprof_profile *profile) {
    for (uint32_t t = 0; t < profile->sample_type_count; t++) {
        double carried = 0, normal = merger->normal_totals[t];
        double factor = normal == 0 ? 1 : merger->true_totals[t] / normal;
        for (size_t s = 0; s < profile->sample_count; s++) {
            int64_t *value = &profile->values[s * profile->sample_type_count + t];
            double exact = (double)*value * factor + carried;
            *value = pprof_round_value(exact);
            carried = exact - (double)*value;
            if (fabs(carried) > 0.5) carried = 0; /* it is saturated */
        }
    }
}

static bool has_zero_sample(const pprof_profile *profile) {
    for (size_t s = 0; s < profile->sample_count; s++) {
        bool is_zero = true;
        for (uint32_t t = 0; t < profile->sample_type_count; t++)
            if (profile->values[s * profile->sample_type_count + t] != 0) is_zero = false;
        if (is_zero) return true;
    }
    return false;
}

/* The parts that the builder does not hold. */
static void put_header(const pprof_profile *header, pprof_profile *profile) {
    profile->sample_types = header->sample_types;
    profile->period_type = header->period_type;
    profile->drop_frames_string = header->drop_frames_string;
    profile->keep_frames_string = header->keep_frames_string;
    profile->default_sample_type_string = header->default_sample_type_string;
    profile->doc_url_string = header->doc_url_string;
    profile->comment_strings = header->comment_strings;
    profile->comment_count = header->comment_count;
    profile->time_nanos = header->time_nanos;
    profile->duration_nanos = header->duration_nanos;
    profile->period = header->period;
}

bool pprof_finish_merger(pprof_merger *merger, pprof_profile *profile, pprof_status *status) {
    if (merger->input_count == 0) return pprof_fail(status, "there are no profiles to merge");
    if (!collect_comments(merger, status) || !pprof_finish_builder(merger->builder, profile, status)) return false;
    put_header(&merger->header, profile);
    if (merger->normalizes) denormalize(merger, profile);
    if (!has_zero_sample(profile)) return true;
    /* Samples cancelled each other out: once more, without them and what only they used. */
    pprof_profile with_zeros = *profile;
    const pprof_merge_input input = {.profile = &with_zeros, .path = merger->first_path};
    return pprof_merge_profiles(&input, 1, merger->arena, profile, status);
}

bool pprof_merge_profiles(const pprof_merge_input *inputs, size_t count, pprof_arena *arena, pprof_profile *output,
                          pprof_status *status) {
    pprof_merger *merger = pprof_create_merger(false, arena, status);
    if (merger == NULL) return false;
    for (size_t i = 0; i < count; i++)
        if (!pprof_add_profile(merger, &inputs[i], status)) return false;
    return pprof_finish_merger(merger, output, status);
}
