/* Takes the path of a profile in any form; gives its Weights, or an index of them. The plugin comes in by the second
 * door only: what is no index yet becomes one, in memory, so that there is one way to ask. What reading needs beyond
 * the result is given back as soon as a stage is done with it: the file's bytes as they are decoded, the Profile piece
 * by piece. */
#include "file/source.h"
#include "index/index.h"
#include "weights/weigh.h"

#include <string.h>

static bool load_profile(const pprof_source *source, pprof_arena *file, const pprof_weights_options *options,
                         pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    pprof_arena tables = {0}, samples = {0};
    pprof_profile profile;
    const char *path = source->path;
    bool worked = pprof_decode_and_free(source, file, &tables, &samples, &profile, status) &&
                  pprof_weigh_profile(&profile, &tables, &samples, path, options, arena, weights, status);
    pprof_arena_free(&tables);
    pprof_arena_free(&samples);
    return worked;
}

/* Of a profile that is no index. */
static bool compute_weights(const char *path, uint64_t size_limit, const pprof_weights_options *options,
                            pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    pprof_arena file = {0};
    pprof_source source;
    bool worked = pprof_read_source(path, size_limit, &file, &source, status);
    if (worked && source.format == PPROF_FORMAT_PROFILE)
        worked = load_profile(&source, &file, options, arena, weights, status);
    else if (worked && source.format == PPROF_FORMAT_WEIGHTS_TEXT)
        worked = pprof_parse_weights(&source, arena, weights, status);
    else if (worked)
        worked = pprof_refuse_format(&source, status);
    pprof_arena_free(&file);
    return worked && pprof_merge_clones(weights, arena, status);
}

/* Maps the index at [path] and opens it; *is_index is false when the file is something else, or there is none. */
static bool open_index(const char *path, const pprof_weights_options *options, pprof_arena *arena, pprof_index *index,
                       bool *is_index, pprof_status *status) {
    const void *data;
    size_t size;
    bool is_beside;
    *is_index = pprof_map_file(path, PPROF_INDEX_MAGIC, PPROF_MAGIC_SIZE, arena, &data, &size, status);
    if (!*is_index || !pprof_open_index(path, data, size, arena, index, status) ||
        !pprof_check_origin(index, false, &is_beside))
        return false;
    const char *wanted = options == NULL ? NULL : options->sample_type;
    if (wanted == NULL || strcmp(wanted, index->type) == 0) return true;
    return pprof_fail(status,
                      "%s: an index of sample type %s, not %s; run `pprofread index --sample-type=%s` on its profile",
                      path, index->type, wanted, wanted);
}

bool pprof_load_weights(const char *path, uint64_t size_limit, const pprof_weights_options *options, pprof_arena *arena,
                        pprof_weights *weights, pprof_status *status) {
    pprof_arena scratch = {0};
    pprof_index index;
    bool is_index, worked = open_index(path, options, &scratch, &index, &is_index, status) &&
                            pprof_read_index(&index, arena, weights, status);
    pprof_arena_free(&scratch);
    if (is_index || status->failed) return worked;
    return compute_weights(path, size_limit, options, arena, weights, status);
}

bool pprof_load_index(const char *path, uint64_t size_limit, const pprof_weights_options *options, pprof_arena *arena,
                      pprof_index *index, pprof_status *status) {
    bool is_index, worked = open_index(path, options, arena, index, &is_index, status);
    if (is_index || status->failed) return worked;
    pprof_arena scratch = {0};
    pprof_weights weights;
    const uint8_t *data;
    size_t size;
    worked = compute_weights(path, size_limit, options, &scratch, &weights, status) &&
             pprof_make_index(&weights, NULL, arena, &data, &size, status);
    pprof_arena_free(&scratch);
    return worked && pprof_open_index(path, data, size, arena, index, status);
}
