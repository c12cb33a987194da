/* Takes the samples that count; gives them in an order in which stacks with a common beginning are neighbours, and a
 * stack comes before those that go on from it.
 *
 * Locations are compared by class: two are of one class when they expand to the same frames. As many classes as fit
 * are packed into one 64-bit key, outermost first; a group of samples is sorted by its next key, each run of equal keys
 * is again a group. Groups wait on a stack of our own: a sample's stack may be as deep as its file is long.
 *
 * Cannot know that a call was inlined at one address and not at another: the same frames, cut into locations in two
 * ways, are two neighbourhoods. That costs room in the tree and changes nothing in what the bodies weigh. */
#include "base/sort.h"
#include "weights/weigh.h"

/* ---- classes ---- */

typedef struct location_key {
    const pprof_weighing *weighing;
    const pprof_location *location;
} location_key;

static const uint32_t *get_frames(const location_key *key) {
    return key->weighing->line_frame + key->location->first_line;
}

/* [elements] are the numbers of locations, one of each class. */
static bool has_same_frames(const void *elements, uint32_t index, const void *wanted) {
    const location_key *key = wanted;
    const location_key other = {key->weighing, &key->weighing->profile->locations[((const uint32_t *)elements)[index]]};
    if (other.location->line_count != key->location->line_count) return false;
    for (uint32_t i = 0; i < key->location->line_count; i++)
        if (get_frames(key)[i] != get_frames(&other)[i]) return false;
    return true;
}

/* The class of a location with several frames: one of [chains], or the next. */
static uint32_t find_chain(const location_key *key, uint32_t location, pprof_index_table *table, pprof_list *chains) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < key->location->line_count; i++) hash = pprof_mix_hash(hash, get_frames(key)[i]);
    uint32_t chain = pprof_find_index(table, hash, has_same_frames, chains->items, key);
    if (chain != PPROF_NONE) return chain;
    chain = chains->count;
    uint32_t *item = pprof_append_item(chains, key->weighing->status);
    if (item == NULL || !pprof_insert_index(table, hash, chain, key->weighing->status)) return PPROF_NONE;
    *item = location;
    return chain;
}

/* Gives each sampled location its class, from 1 on: one frame is its own class, several are a class behind these. */
static bool classify_locations(pprof_weighing *weighing, uint32_t *highest) {
    const pprof_profile *profile = weighing->profile;
    pprof_index_table table = {0};
    pprof_list chains = {.item_size = sizeof(uint32_t)};
    weighing->location_class =
        pprof_allocate(&weighing->scratch, profile->location_count, sizeof *weighing->location_class, weighing->status);
    bool worked = weighing->location_class != NULL;
    for (uint32_t i = 0; worked && i < profile->location_count; i++) {
        const location_key key = {weighing, &profile->locations[i]};
        uint32_t *class = &weighing->location_class[i];
        if (weighing->location_weights[i] == 0) continue;
        if (key.location->line_count == 0) {
            *class = weighing->frame_count + 1;
        } else if (key.location->line_count == 1) {
            *class = *get_frames(&key) + 1;
        } else {
            uint32_t chain = find_chain(&key, i, &table, &chains);
            worked = chain != PPROF_NONE;
            *class = weighing->frame_count + 2 + chain;
        }
    }
    *highest = weighing->frame_count + 1 + chains.count;
    pprof_free_index_table(&table);
    pprof_free_list(&chains);
    return worked;
}

/* ---- order ---- */

/* Samples [first, end) of the order that share their outermost [depth] locations. */
typedef struct group {
    uint32_t first, end, depth;
} group;

typedef struct ordering {
    const pprof_weighing *weighing;
    unsigned class_bits, classes_per_key;
    pprof_list pairs, spare; /* key and sample */
    pprof_list groups;       /* still to be sorted */
} ordering;

/* The classes from [depth] on; 0 behind the stack's end, so that it comes first. */
static uint64_t get_key(const ordering *ordering, uint32_t sample, uint32_t depth) {
    const pprof_profile *profile = ordering->weighing->profile;
    uint32_t first = profile->first_location[sample], at = profile->first_location[sample + 1] - depth;
    uint64_t key = 0;
    for (unsigned i = 0; i < ordering->classes_per_key; i++) {
        key <<= ordering->class_bits;
        if (at > first) key |= ordering->weighing->location_class[profile->sample_locations[--at]];
    }
    return key;
}

static bool push_group(ordering *ordering, uint32_t first, uint32_t end, uint32_t depth) {
    group *item = pprof_append_item(&ordering->groups, ordering->weighing->status);
    if (item != NULL) *item = (group){first, end, depth};
    return item != NULL;
}

/* Puts a group in order as far as one key tells, and leaves what the key does not tell apart as groups. */
static bool sort_group(ordering *ordering, group group) {
    pprof_pair *pairs = ordering->pairs.items;
    uint64_t last_class = (UINT64_C(1) << ordering->class_bits) - 1;
    for (uint32_t i = group.first; i < group.end; i++)
        pairs[i].key = get_key(ordering, (uint32_t)pairs[i].value, group.depth);
    if (!pprof_sort_pairs(pairs + group.first, group.end - group.first, &ordering->spare, ordering->weighing->status))
        return false;
    for (uint32_t i = group.first, next; i < group.end; i = next) {
        for (next = i + 1; next < group.end && pairs[next].key == pairs[i].key;) next++;
        bool goes_on = (pairs[i].key & last_class) != 0;
        if (next - i > 1 && goes_on && !push_group(ordering, i, next, group.depth + ordering->classes_per_key))
            return false;
    }
    return true;
}

static bool sort_samples(ordering *ordering) {
    const pprof_weighing *weighing = ordering->weighing;
    uint32_t sample_count = weighing->profile->sample_count;
    if (!pprof_reserve_items(&ordering->pairs, sample_count, weighing->status)) return false;
    pprof_pair *pairs = ordering->pairs.items;
    for (uint32_t i = 0; i < sample_count; i++)
        if (pprof_get_sample_weight(weighing, i) != 0) pairs[ordering->pairs.count++] = (pprof_pair){0, i};
    if (ordering->pairs.count == 0) return true;
    if (!push_group(ordering, 0, ordering->pairs.count, 0)) return false;
    while (ordering->groups.count != 0) {
        const group *groups = ordering->groups.items;
        if (!sort_group(ordering, groups[--ordering->groups.count])) return false;
    }
    return true;
}

bool pprof_order_stacks(pprof_weighing *weighing) {
    uint32_t highest;
    if (!classify_locations(weighing, &highest)) return false;
    unsigned class_bits = 32 - (unsigned)__builtin_clz(highest);
    ordering ordering = {
        .weighing = weighing,
        .class_bits = class_bits,
        .classes_per_key = 64 / class_bits,
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
        .groups = {.item_size = sizeof(group)},
    };
    bool worked = sort_samples(&ordering);
    pprof_free_list(&ordering.spare);
    pprof_free_list(&ordering.groups);
    if (worked) {
        const pprof_pair *pairs = ordering.pairs.items;
        weighing->ordered_count = ordering.pairs.count;
        weighing->ordered_samples = pprof_allocate(&weighing->scratch, ordering.pairs.count,
                                                   sizeof *weighing->ordered_samples, weighing->status);
        worked = weighing->ordered_samples != NULL;
        for (uint32_t i = 0; worked && i < ordering.pairs.count; i++)
            weighing->ordered_samples[i] = (uint32_t)pairs[i].value;
    }
    pprof_free_list(&ordering.pairs);
    return worked;
}
