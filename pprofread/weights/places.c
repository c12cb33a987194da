/* Takes the profile's lines and the functions they belong to; gives each sampled line as a frame, equal ones numbered
 * once, in the order of functions and places. */
#include "weights/weigh.h"

#include <stdlib.h>

static int compare_frames(const pprof_frame *a, const pprof_frame *b) {
    if (a->function != b->function) return a->function < b->function ? -1 : 1;
    return pprof_compare_places(a->place, b->place);
}

static bool frame_equals(const void *elements, uint32_t index, const void *key) {
    return compare_frames((const pprof_frame *)elements + index, key) == 0;
}

static pprof_frame get_frame(const pprof_weighing *weighing, const pprof_line *line) {
    pprof_frame frame = {weighing->functions[line->function], {PPROF_NO_OFFSET, 0}};
    if (frame.function == PPROF_NONE) return frame;
    int32_t number = pprof_clean_line(line->line);
    if (number == 0) return frame; /* a column without a line says nothing */
    /* Both are positive, or the start is 0: the difference stays in range and is never PPROF_NO_OFFSET. */
    frame.place.offset = number - weighing->weights->functions[frame.function].start_line;
    frame.place.column = line->column > 0 && line->column <= UINT32_MAX ? (uint32_t)line->column : 0;
    return frame;
}

/* Gives every sampled line the number of its frame, in order of first use. */
static bool number_frames(pprof_weighing *weighing, pprof_index_table *table, pprof_frame *frames) {
    const pprof_profile *profile = weighing->profile;
    for (uint32_t i = 0; i < profile->location_count; i++) {
        const pprof_location *location = &profile->locations[i];
        if (weighing->location_weights[i] == 0) continue;
        for (uint32_t at = location->first_line; at < location->first_line + location->line_count; at++) {
            pprof_frame frame = get_frame(weighing, &profile->lines[at]);
            weighing->line_frame[at] = PPROF_NONE;
            if (frame.function == PPROF_NONE) continue;
            uint64_t hash =
                pprof_mix_hash(pprof_mix_hash(frame.function, (uint32_t)frame.place.offset), frame.place.column);
            uint32_t index = pprof_find_index(table, hash, frame_equals, frames, &frame);
            if (index == PPROF_NONE) {
                index = weighing->frame_count++;
                frames[index] = frame;
                if (!pprof_insert_index(table, hash, index, weighing->status)) return false;
            }
            weighing->line_frame[at] = index;
        }
    }
    return true;
}

static int compare_frame_indices(const void *a, const void *b, void *frames) {
    const pprof_frame *base = frames;
    return compare_frames(&base[*(const uint32_t *)a], &base[*(const uint32_t *)b]);
}

/* Puts the frames in order and renumbers the lines' frames accordingly. */
static bool sort_frames(pprof_weighing *weighing, pprof_frame *unsorted, pprof_arena *scratch) {
    uint32_t count = weighing->frame_count;
    uint32_t *order = pprof_allocate(scratch, count, sizeof *order, weighing->status);
    uint32_t *rank = pprof_allocate(scratch, count, sizeof *rank, weighing->status);
    weighing->frames = pprof_allocate(&weighing->bodies_room, count, sizeof *weighing->frames, weighing->status);
    if (order == NULL || rank == NULL || weighing->frames == NULL) return false;
    for (uint32_t i = 0; i < count; i++) order[i] = i;
    qsort_r(order, count, sizeof *order, compare_frame_indices, unsorted);
    for (uint32_t i = 0; i < count; i++) {
        rank[order[i]] = i;
        weighing->frames[i] = unsorted[order[i]];
    }
    for (uint32_t i = 0; i < weighing->profile->line_count; i++) {
        uint32_t *frame = &weighing->line_frame[i];
        *frame = *frame == PPROF_NONE || count == 0 ? count : rank[*frame];
    }
    return true;
}

bool pprof_collect_frames(pprof_weighing *weighing) {
    uint32_t line_count = weighing->profile->line_count;
    pprof_index_table table = {0};
    pprof_arena scratch = {0};
    pprof_frame *frames = pprof_allocate(&scratch, line_count, sizeof *frames, weighing->status);
    weighing->line_frame =
        pprof_allocate(&weighing->scratch, line_count, sizeof *weighing->line_frame, weighing->status);
    bool worked = frames != NULL && weighing->line_frame != NULL && number_frames(weighing, &table, frames) &&
                  sort_frames(weighing, frames, &scratch);
    pprof_free_index_table(&table);
    pprof_arena_free(&scratch);
    return worked;
}
