/* Takes a Profile; gives it without the frames that its producer asked readers to drop (drop_frames, keep_frames: the
 * signal handler of the profiler, the allocator of a heap profile) and whatever they called. Names are all it goes by:
 * a profile that has only addresses stays as it is. */
#include "edit/edit.h"

#include <string.h>

typedef enum frame_verdict { UNDECIDED = 0, KEPT, DROPPED } frame_verdict;

typedef struct pruner {
    const pprof_profile *input;
    pprof_pattern drop, keep;
    uint8_t *function_verdict;         /* a frame_verdict per function */
    bool *drops_whole, *drops_beneath; /* per location: all of it, or the frames inlined into its outer ones */
} pruner;

pprof_string pprof_cut_parameters(pprof_string name) {
    static const char *const reserved[] = {"(anonymous namespace)", "operator()"};
    if (name.length > 0 && name.text[0] == '.') { /* the PPC ELF v1 ABI */
        name.text++;
        name.length--;
    }
    for (size_t i = 0; i < name.length; i++) {
        size_t skip = 0;
        for (size_t r = 0; r < sizeof reserved / sizeof *reserved; r++) {
            size_t length = strlen(reserved[r]);
            if (name.length - i >= length && memcmp(name.text + i, reserved[r], length) == 0) skip = length;
        }
        if (skip > 0) {
            i += skip - 1;
        } else if (name.text[i] == '(') {
            name.length = i;
        }
    }
    return name;
}

static bool is_dropped(pruner *pruner, uint32_t function) {
    uint8_t *verdict = &pruner->function_verdict[function];
    if (*verdict == UNDECIDED) {
        pprof_string name = pprof_get_string(pruner->input, pruner->input->functions[function].name_string);
        pprof_string shown = pprof_cut_parameters(name);
        bool dropped =
            name.length > 0 && pprof_match_pattern(&pruner->drop, shown) && !pprof_match_pattern(&pruner->keep, shown);
        *verdict = dropped ? DROPPED : KEPT;
    }
    return *verdict == DROPPED;
}

/* The outermost dropped frame takes those inlined into it along:
 *   [memcpy, add, prof_handler, main] ─▶ [main] */
static void prune_location(pruner *pruner, uint32_t index, pprof_location *location) {
    const pprof_line *lines = pruner->input->lines + location->first_line;
    for (uint32_t i = location->line_count; i-- > 0;) {
        if (!is_dropped(pruner, lines[i].function)) continue;
        if (i == location->line_count - 1) {
            pruner->drops_whole[index] = true;
        } else {
            pruner->drops_beneath[index] = true;
            location->first_line += i + 1;
            location->line_count -= i + 1;
        }
        return;
    }
}

/* How many locations, from the leaf on, sample [s] loses. A dropped frame counts only below one that is kept, so that
 * no stack loses all. */
static uint32_t count_pruned(const pruner *pruner, uint32_t s) {
    const pprof_profile *input = pruner->input;
    bool found_kept = false;
    uint32_t first = input->first_location[s];
    for (uint32_t i = input->first_location[s + 1]; i-- > first;) {
        uint32_t location = input->sample_locations[i];
        if (!pruner->drops_whole[location] && !pruner->drops_beneath[location]) {
            found_kept = true;
        } else if (found_kept) {
            return i - first + (pruner->drops_whole[location] ? 1 : 0);
        }
    }
    return 0;
}

static bool prune_with(pruner *pruner, pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    const pprof_profile *input = pruner->input;
    uint32_t location_total = input->first_location[input->sample_count];
    pruner->function_verdict = pprof_allocate(arena, input->function_count, 1, status);
    pruner->drops_whole = pprof_allocate(arena, input->location_count, sizeof(bool), status);
    pruner->drops_beneath = pprof_allocate(arena, input->location_count, sizeof(bool), status);
    output->locations = pprof_allocate(arena, input->location_count, sizeof *output->locations, status);
    output->first_location =
        pprof_allocate(arena, (size_t)input->sample_count + 1, sizeof *output->first_location, status);
    output->sample_locations = pprof_allocate(arena, location_total, sizeof *output->sample_locations, status);
    if (status->failed) return false;

    for (uint32_t l = 0; l < input->location_count; l++) {
        output->locations[l] = input->locations[l];
        prune_location(pruner, l, &output->locations[l]);
    }
    uint32_t used = 0;
    for (uint32_t s = 0; s < input->sample_count; s++) {
        output->first_location[s] = used;
        for (uint32_t i = input->first_location[s] + count_pruned(pruner, s); i < input->first_location[s + 1]; i++)
            output->sample_locations[used++] = input->sample_locations[i];
    }
    output->first_location[input->sample_count] = used;
    return true;
}

bool pprof_prune_frames(const pprof_profile *input, pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    *output = *input;
    pruner pruner = {.input = input};
    pprof_string drop = pprof_get_string(input, input->drop_frames_string);
    pprof_string keep = pprof_get_string(input, input->keep_frames_string);
    bool done = pprof_compile_foreign_pattern(&pruner.drop, "drop_frames", drop, arena, status) &&
                pprof_compile_foreign_pattern(&pruner.keep, "keep_frames", keep, arena, status) &&
                (!pruner.drop.is_set || prune_with(&pruner, arena, output, status));
    pprof_free_pattern(&pruner.drop);
    pprof_free_pattern(&pruner.keep);
    return done;
}
