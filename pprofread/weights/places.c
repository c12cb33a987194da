/* Takes the profile's lines and the functions they belong to; gives each sampled line as a frame, equal ones numbered
 * once, in the order of functions and places. The lines are sorted as numbers, and equal ones are then neighbours. */
#include "base/sort.h"
#include "weights/weigh.h"

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

/* A line of the profile as a pair that sorts as its frame does: function and offset, then column and the line's index.
 */
static pprof_pair make_pair(const pprof_frame *frame, uint32_t line) {
    uint32_t offset = (uint32_t)frame->place.offset ^ UINT32_C(0x80000000); /* negative ones first */
    return (pprof_pair){(uint64_t)frame->function << 32 | offset, (uint64_t)frame->place.column << 32 | line};
}

static bool have_same_frame(pprof_pair a, pprof_pair b) {
    return a.key == b.key && a.value >> 32 == b.value >> 32;
}

/* Lists the sampled lines that have a name. */
static bool list_lines(const pprof_weighing *weighing, pprof_list *list) {
    const pprof_profile *profile = weighing->profile;
    for (uint32_t i = 0; i < profile->location_count; i++) {
        const pprof_location *location = &profile->locations[i];
        if (weighing->location_weights[i] == 0) continue;
        for (uint32_t at = location->first_line; at < location->first_line + location->line_count; at++) {
            pprof_frame frame = get_frame(weighing, &profile->lines[at]);
            if (frame.function == PPROF_NONE) continue;
            pprof_pair *pair = pprof_append_item(list, weighing->status);
            if (pair == NULL) return false;
            *pair = make_pair(&frame, at);
        }
    }
    return true;
}

/* Numbers the frames of the sorted lines, and the lines by them. */
static bool number_frames(pprof_weighing *weighing, const pprof_pair *pairs, uint32_t count) {
    const pprof_profile *profile = weighing->profile;
    for (uint32_t i = 0; i < count; i++) weighing->frame_count += i == 0 || !have_same_frame(pairs[i - 1], pairs[i]);
    weighing->frames =
        pprof_allocate(&weighing->bodies_room, weighing->frame_count, sizeof *weighing->frames, weighing->status);
    weighing->line_frame =
        pprof_allocate(&weighing->scratch, profile->line_count, sizeof *weighing->line_frame, weighing->status);
    if (weighing->frames == NULL || weighing->line_frame == NULL) return false;
    for (uint32_t i = 0; i < profile->line_count; i++) weighing->line_frame[i] = weighing->frame_count;
    for (uint32_t i = 0, end = 0; i < count; i++) {
        uint32_t line = (uint32_t)pairs[i].value;
        if (i == 0 || !have_same_frame(pairs[i - 1], pairs[i]))
            weighing->frames[end++] = get_frame(weighing, &profile->lines[line]);
        weighing->line_frame[line] = end - 1;
    }
    return true;
}

bool pprof_collect_frames(pprof_weighing *weighing) {
    pprof_list pairs = {.item_size = sizeof(pprof_pair)}, spare = {.item_size = sizeof(pprof_pair)};
    bool worked = list_lines(weighing, &pairs) &&
                  pprof_sort_pairs(pairs.items, pairs.count, &spare, weighing->status) &&
                  number_frames(weighing, pairs.items, pairs.count);
    pprof_free_list(&pairs);
    pprof_free_list(&spare);
    return worked;
}
