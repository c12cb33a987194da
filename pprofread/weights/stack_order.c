/* Takes the samples that count; gives every stack once, outermost location first, in an order in which stacks with a
 * common beginning are neighbours, and one comes before those that go on from it. Each holds what it does not share
 * with the one before: nobody needs the Profile after.
 *
 * Locations are compared by class: two are of one class when they expand to the same frames. As many classes as fit
 * are packed into one 64-bit key, outermost first; a group of samples is sorted by its next key, each run of equal keys
 * is again a group. Groups wait on a stack of our own: a sample's stack may be as deep as its file is long. Where two
 * neighbours' keys differ first is where the neighbours do.
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

typedef struct classing {
    pprof_weighing *weighing;
    uint32_t *classes;       /* of each location */
    pprof_index_table table; /* finds those of several frames */
    pprof_list chains;       /* for each of these the first location of it */
} classing;

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

/* The chain of a location with several frames, PPROF_NONE when memory is out. */
static uint32_t find_chain(classing *classing, const location_key *key, uint32_t location) {
    pprof_status *status = classing->weighing->status;
    uint64_t hash = 0;
    for (uint32_t i = 0; i < key->location->line_count; i++) hash = pprof_mix_hash(hash, get_frames(key)[i]);
    uint32_t chain = pprof_find_index(&classing->table, hash, has_same_frames, classing->chains.items, key);
    if (chain != PPROF_NONE) return chain;
    chain = classing->chains.count;
    uint32_t *item = pprof_append_item(&classing->chains, status);
    if (item == NULL || !pprof_insert_index(&classing->table, hash, chain, status)) return PPROF_NONE;
    *item = location;
    return chain;
}

/* One frame is its own class; no name is the class behind these; then come the chains. What was never sampled, or is
 * the kernel's, counts as without a name. */
static bool number_classes(classing *classing) {
    const pprof_weighing *weighing = classing->weighing;
    const pprof_profile *profile = weighing->profile;
    for (uint32_t i = 0; i < profile->location_count; i++) {
        const location_key key = {weighing, &profile->locations[i]};
        if (key.location->line_count == 0 || weighing->location_weights[i] == 0) {
            classing->classes[i] = weighing->frame_count + 1;
        } else if (key.location->line_count == 1) {
            classing->classes[i] = *get_frames(&key) + 1;
        } else {
            uint32_t chain = find_chain(classing, &key, i);
            if (chain == PPROF_NONE) return false;
            classing->classes[i] = weighing->frame_count + 2 + chain;
        }
    }
    return true;
}

/* Writes down which frames each class stands for, outermost first. */
static bool expand_classes(const classing *classing) {
    pprof_weighing *weighing = classing->weighing;
    pprof_stacks *stacks = &weighing->stacks;
    const uint32_t *chains = classing->chains.items;
    const pprof_location *locations = weighing->profile->locations;
    uint32_t singles = weighing->frame_count + 2, count = singles + classing->chains.count;
    size_t frame_count = weighing->frame_count + (size_t)1;
    for (uint32_t i = 0; i < classing->chains.count; i++) frame_count += locations[chains[i]].line_count;
    stacks->class_count = count;
    stacks->first_frame = pprof_allocate(&weighing->stack_room, count + (size_t)1, sizeof(uint32_t), weighing->status);
    stacks->frames = pprof_allocate(&weighing->stack_room, frame_count, sizeof(uint32_t), weighing->status);
    if (stacks->first_frame == NULL || stacks->frames == NULL) return false;
    uint32_t end = 0;
    for (uint32_t class = 1; class < singles; class++) {
        stacks->first_frame[class] = end;
        stacks->frames[end++] = class - 1;
    }
    for (uint32_t i = 0; i < classing->chains.count; i++) {
        const location_key key = {weighing, &locations[chains[i]]};
        stacks->first_frame[singles + i] = end;
        for (uint32_t line = key.location->line_count; line-- > 0;) stacks->frames[end++] = get_frames(&key)[line];
    }
    stacks->first_frame[count] = end;
    return true;
}

bool pprof_classify_locations(pprof_weighing *weighing) {
    classing classing = {.weighing = weighing, .chains = {.item_size = sizeof(uint32_t)}};
    classing.classes = pprof_allocate(&weighing->order_room, weighing->profile->location_count,
                                      sizeof *classing.classes, weighing->status);
    bool worked = classing.classes != NULL && number_classes(&classing) && expand_classes(&classing);
    pprof_free_index_table(&classing.table);
    pprof_free_list(&classing.chains);
    weighing->classes = classing.classes;
    return worked;
}

/* ---- order ---- */

/* Samples [first, end) of the order that share their outermost [depth] locations. */
typedef struct group {
    uint32_t first, end, depth;
} group;

typedef struct ordering {
    pprof_weighing *weighing;
    const uint32_t *classes;
    unsigned class_bits, classes_per_key;
    uint32_t count;
    uint32_t *samples;       /* in order as far as is known */
    uint32_t *shared;        /* of each of these: how many locations it shares with the one before; SAME: all */
    pprof_list pairs, spare; /* of a group that is being sorted: key and sample */
    pprof_list groups;       /* still to be sorted */
} ordering;

enum { AHEAD = 8 }; /* stacks that are fetched from memory before their turn */
static const uint32_t SAME = UINT32_MAX;

/* The classes from [depth] on; 0 behind the stack's end, so that it comes first. */
static uint64_t get_key(const ordering *ordering, uint32_t sample, uint32_t depth) {
    const pprof_profile *profile = ordering->weighing->profile;
    uint32_t first = profile->first_location[sample], at = profile->first_location[sample + 1] - depth;
    uint64_t key = 0;
    for (unsigned i = 0; i < ordering->classes_per_key; i++) {
        key <<= ordering->class_bits;
        if (at > first) key |= ordering->classes[profile->sample_locations[--at]];
    }
    return key;
}

/* Fetches what will be asked of the samples some places behind [at]: first where their stacks are, then the stacks. */
static void fetch_stacks(const ordering *ordering, uint32_t at, uint32_t end, uint32_t depth) {
    const pprof_profile *profile = ordering->weighing->profile;
    const uint32_t *samples = ordering->samples;
    if (end - at > 2 * AHEAD) __builtin_prefetch(&profile->first_location[samples[at + 2 * AHEAD]]);
    if (end - at <= AHEAD) return;
    uint32_t stack_end = profile->first_location[samples[at + AHEAD] + 1];
    if (stack_end > depth) __builtin_prefetch(&profile->sample_locations[stack_end - depth - 1]);
}

/* How many locations all stacks of the group have in common from its depth on: a lower bound, since they are compared
 * and not their classes. So a long common way costs no sorting. */
static uint32_t count_common(const ordering *ordering, group group) {
    const pprof_profile *profile = ordering->weighing->profile;
    const uint32_t *ends = profile->first_location + 1, *reference = NULL;
    uint32_t common = UINT32_MAX;
    for (uint32_t i = group.first; i < group.end && common != 0; i++) {
        fetch_stacks(ordering, i, group.end, group.depth);
        uint32_t sample = ordering->samples[i], shared = 0;
        uint32_t length = ends[sample] - profile->first_location[sample] - group.depth;
        const uint32_t *at = profile->sample_locations + ends[sample] - group.depth;
        if (reference == NULL) reference = at;
        if (common > length) common = length;
        while (shared < common && at[-1 - (ptrdiff_t)shared] == reference[-1 - (ptrdiff_t)shared]) shared++;
        common = shared;
    }
    return common;
}

/* Sorts the samples of a group by the next key, and leaves them with it in the pairs. */
static bool sort_pairs(ordering *ordering, group group) {
    pprof_status *status = ordering->weighing->status;
    uint32_t count = group.end - group.first, *samples = &ordering->samples[group.first];
    if (!pprof_reserve_items(&ordering->pairs, count, status)) return false;
    pprof_pair *pairs = ordering->pairs.items;
    for (uint32_t i = 0; i < count; i++) {
        fetch_stacks(ordering, group.first + i, group.end, group.depth);
        pairs[i] = (pprof_pair){get_key(ordering, samples[i], group.depth), samples[i]};
    }
    if (!pprof_sort_pairs(pairs, count, &ordering->spare, status)) return false;
    for (uint32_t i = 0; i < count; i++) samples[i] = (uint32_t)pairs[i].value;
    return true;
}

static bool push_group(ordering *ordering, uint32_t first, uint32_t end, uint32_t depth) {
    group *item = pprof_append_item(&ordering->groups, ordering->weighing->status);
    if (item != NULL) *item = (group){first, end, depth};
    return item != NULL;
}

/* How many classes two different keys have in common. */
static uint32_t count_equal_classes(const ordering *ordering, uint64_t a, uint64_t b) {
    unsigned unused_bits = 64 - ordering->class_bits * ordering->classes_per_key;
    return ((unsigned)__builtin_clzll(a ^ b) - unused_bits) / ordering->class_bits;
}

/* Puts a group in order as far as one key tells, and leaves what the key does not tell apart as groups. */
static bool sort_group(ordering *ordering, group group) {
    uint64_t last_class = (UINT64_C(1) << ordering->class_bits) - 1;
    uint32_t *shared = &ordering->shared[group.first], count = group.end - group.first;
    group.depth += count_common(ordering, group);
    if (!sort_pairs(ordering, group)) return false;
    const pprof_pair *pairs = ordering->pairs.items;
    for (uint32_t i = 0, next; i < count; i = next) {
        if (i != 0) shared[i] = group.depth + count_equal_classes(ordering, pairs[i - 1].key, pairs[i].key);
        for (next = i + 1; next < count && pairs[next].key == pairs[i].key;) shared[next++] = SAME;
        bool goes_on = (pairs[i].key & last_class) != 0;
        if (next - i > 1 && goes_on &&
            !push_group(ordering, group.first + i, group.first + next, group.depth + ordering->classes_per_key))
            return false;
    }
    return true;
}

static bool sort_samples(ordering *ordering) {
    const pprof_weighing *weighing = ordering->weighing;
    for (uint32_t i = 0; i < weighing->profile->sample_count; i++)
        if (pprof_get_sample_weight(weighing, i) != 0) ordering->samples[ordering->count++] = i;
    if (ordering->count == 0) return true;
    if (!push_group(ordering, 0, ordering->count, 0)) return false;
    while (ordering->groups.count != 0) {
        const group *groups = ordering->groups.items;
        if (!sort_group(ordering, groups[--ordering->groups.count])) return false;
    }
    return true;
}

/* ---- stacks ---- */

/* Adds what [sample] does not share with the stack before, and its weight. */
static bool write_stack(const ordering *ordering, uint32_t sample, uint32_t shared, pprof_list *locations,
                        pprof_stacks *stacks) {
    const pprof_profile *profile = ordering->weighing->profile;
    uint64_t weight = pprof_get_sample_weight(ordering->weighing, sample);
    pprof_stack *stack = &stacks->stacks[stacks->count];
    if (shared == SAME) {
        stack->before += weight; /* cannot overflow: samples.c measured so */
        return true;
    }
    uint32_t first = profile->first_location[sample], at = profile->first_location[sample + 1] - shared;
    if (!pprof_reserve_items(locations, (size_t)locations->count + (at - first), ordering->weighing->status))
        return false;
    uint32_t *own = locations->items;
    while (at > first) own[locations->count++] = ordering->classes[profile->sample_locations[--at]];
    stack->shared = shared;
    stack->end = locations->count;
    stack[1] = (pprof_stack){.before = stack->before + weight};
    stacks->count++;
    return true;
}

static bool write_stacks(const ordering *ordering, pprof_list *locations, pprof_stacks *stacks) {
    pprof_weighing *weighing = ordering->weighing;
    stacks->stacks =
        pprof_allocate(&weighing->bodies_room, ordering->count + (size_t)1, sizeof *stacks->stacks, weighing->status);
    if (stacks->stacks == NULL) return false;
    for (uint32_t i = 0; i < ordering->count; i++) {
        fetch_stacks(ordering, i, ordering->count, ordering->shared[i]); /* neighbours share about as much */
        if (!write_stack(ordering, ordering->samples[i], ordering->shared[i], locations, stacks)) return false;
    }
    stacks->locations = pprof_keep_items(locations, &weighing->stack_room, weighing->status);
    return stacks->locations != NULL;
}

bool pprof_order_stacks(pprof_weighing *weighing) {
    pprof_stacks *stacks = &weighing->stacks;
    uint32_t sample_count = weighing->profile->sample_count;
    unsigned class_bits = 32 - (unsigned)__builtin_clz(stacks->class_count - 1);
    ordering ordering = {
        .weighing = weighing,
        .classes = weighing->classes,
        .class_bits = class_bits,
        .classes_per_key = 64 / class_bits,
        .samples = pprof_allocate(&weighing->order_room, sample_count, sizeof(uint32_t), weighing->status),
        .shared = pprof_allocate(&weighing->order_room, sample_count, sizeof(uint32_t), weighing->status),
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
        .groups = {.item_size = sizeof(group)},
    };
    pprof_list locations = {.item_size = sizeof(uint32_t)};
    bool worked = !weighing->status->failed && sort_samples(&ordering);
    pprof_free_list(&ordering.pairs);
    pprof_free_list(&ordering.spare);
    pprof_free_list(&ordering.groups);
    worked = worked && write_stacks(&ordering, &locations, stacks);
    pprof_free_list(&locations);
    return worked;
}
