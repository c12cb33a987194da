/* Takes the path of a profile in any form; gives its Weights. The one door by which the plugin comes in. What reading
 * needs beyond the Weights is given back before this returns. */
#include "pprofread.h"

static bool load_profile(const pprof_source *source, const pprof_weights_options *options, pprof_arena *scratch,
                         pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    pprof_profile profile;
    return pprof_decode_profile(source, scratch, &profile, status) &&
           pprof_compute_weights(&profile, source->path, options, arena, weights, status);
}

bool pprof_load_weights(const char *path, uint64_t size_limit, const pprof_weights_options *options, pprof_arena *arena,
                        pprof_weights *weights, pprof_status *status) {
    pprof_arena scratch = {0};
    pprof_source source;
    bool worked = pprof_read_source(path, size_limit, &scratch, &source, status);
    if (worked && source.format == PPROF_FORMAT_PROFILE)
        worked = load_profile(&source, options, &scratch, arena, weights, status);
    else if (worked && source.format == PPROF_FORMAT_WEIGHTS_TEXT)
        worked = pprof_parse_weights(&source, arena, weights, status);
    else if (worked)
        worked = pprof_refuse_format(&source, status);
    pprof_arena_free(&scratch);
    return worked;
}
