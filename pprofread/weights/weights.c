/* Takes a Profile; gives its Weights: functions, their samples by place, and the contexts under them. The stages are
 * listed in weigh.h; each reads what the ones before it left in the weighing and adds its own.
 *
 * Cannot know: which way round a producer lists inlined frames (all but one list the innermost first, as the format
 * says), nor which of its frames were calls at run time; a call that had been inlined weighs as any other. */
#include "weights/weigh.h"

#include <string.h>

static const char *copy_text(pprof_weighing *weighing, uint32_t string_index) {
    pprof_string string = pprof_get_string(weighing->profile, string_index);
    size_t length = string.length == 0 ? 0 : strnlen(string.text, string.length);
    return pprof_copy_string(weighing->arena, string.text, length, weighing->status);
}

static bool select_type(pprof_weighing *weighing, const char *wanted) {
    const pprof_profile *profile = weighing->profile;
    if (!pprof_select_cpu_type(profile, weighing->path, wanted, &weighing->sample_type, weighing->status)) return false;
    weighing->weights->type = copy_text(weighing, profile->sample_types[weighing->sample_type].type_string);
    weighing->weights->unit = copy_text(weighing, profile->sample_types[weighing->sample_type].unit_string);
    return !weighing->status->failed;
}

bool pprof_weigh_profile(const pprof_profile *profile, pprof_arena *tables, pprof_arena *samples, const char *path,
                         const pprof_weights_options *options, pprof_arena *arena, pprof_weights *weights,
                         pprof_status *status) {
    static const pprof_weights_options defaults = {0};
    if (options == NULL) options = &defaults;
    uint32_t depth = options->context_depth == 0 ? PPROF_CONTEXT_DEPTH : options->context_depth;
    if (depth > PPROF_CONTEXT_LIMIT)
        return pprof_fail(status, "%s: contexts of depth %u were asked for; at most %d are kept", path, depth,
                          PPROF_CONTEXT_LIMIT);
    *weights = (pprof_weights){0};
    pprof_weighing weighing = {
        .profile = profile,
        .path = path,
        .arena = arena,
        .weights = weights,
        .status = status,
        .context_depth = depth,
    };
    bool worked = select_type(&weighing, options->sample_type) && pprof_measure_samples(&weighing) &&
                  pprof_name_functions(&weighing) && pprof_judge_start_lines(&weighing) &&
                  pprof_identify_functions(&weighing) && pprof_collect_frames(&weighing) &&
                  pprof_classify_locations(&weighing);
    pprof_free_string_pool(&weighing.pool);
    pprof_arena_free(&weighing.scratch);
    if (tables != NULL) pprof_arena_free(tables);
    worked = worked && pprof_order_stacks(&weighing);
    pprof_arena_free(&weighing.order_room);
    if (samples != NULL) pprof_arena_free(samples);
    worked = worked && pprof_build_context_tree(&weighing);
    pprof_arena_free(&weighing.stack_room);
    worked = worked && pprof_grow_bodies(&weighing);
    pprof_arena_free(&weighing.bodies_room);
    return worked;
}

bool pprof_compute_weights(const pprof_profile *profile, const char *path, const pprof_weights_options *options,
                           pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    return pprof_weigh_profile(profile, NULL, NULL, path, options, arena, weights, status);
}
