/* Takes the calling-context tree; gives every function's body with the contexts under it, in their total order.
 *
 * A body is a set of the tree's nodes. A function's own body is all nodes of that function; a call of a body is all
 * children of the body's nodes that come from one place and lead to one function:
 *
 *   main:3 ─▶ f:5 ─▶ g:1          f's body { 2, 5 }       its call 5 ─▶ g { 3, 6 }
 *   main:4 ─▶ f:5 ─▶ g:1            selves: none              selves: 1 with 2 samples
 *
 * On each level a node is in one body at most: the one that begins so many calls above it. So the bodies of a level are
 * classes of nodes, and a level splits those of the one before by the class that the node's parent was in. What has not
 * been split leaves the classes of its children as they were: only the children of new classes are looked at, the other
 * bodies are those of the level before with one call more in front. A level is one walk over the tree, with a table
 * from (class of the parent, class of the node) to what the walk has counted. Recursion shows as a node that is in
 * stacks which an earlier one of its body is in: its samples have been counted.
 *
 * Functions and their own calls are always complete. Deeper contexts of a large profile may be many times its size,
 * nearly all of a sample or two: the heaviest are kept, as many as there is room for, and weights->context_minimum says
 * what was too light. Equal ones stay or go together, so what stays does not depend on the order of anything. A context
 * weighs no more than what it is without its last call, or without its first: what is too light is followed neither
 * down nor to longer contexts that end in it, and a level costs what is left of the ones before. Where nothing above a
 * body is split any more, its longer contexts are known ahead, and count when it is found what is too light. */
#include "base/sort.h"
#include "weights/growth.h"

#include <assert.h>
#include <string.h>

/* How many contexts below the functions' own calls are kept. The recordings in bench/profiles have 700 to 24,000, all
 * kept. Of a 57 MB profile with 613,000 samples those of 54 and more are, and .61 of its samples know two of their
 * callers. A quarter of the room takes a ninth less time, but keeps those of 459 and more, and .31 of the samples; the
 * like of that, contexts of .075 % and more, costs bench/accuracy --preinline .013 (bench/HISTORY.md). */
enum { CONTEXT_ROOM = 1 << 18 };

static bool is_first(const growth *growth) {
    return growth->level == 1;
}

/* Counts a node, and its samples unless it is below one that has been counted. */
static void weigh_node(const pprof_weighing *weighing, uint32_t node, uint32_t stack, candidate *candidate) {
    const pprof_stack *stacks = weighing->stacks.stacks;
    uint32_t end = weighing->tree.ends[node];
    uint64_t weight = stacks[end].before - stacks[stack].before;
    bool is_below = stack < candidate->end; /* no branch: it could not be foreseen */
    candidate->size++;
    candidate->inclusive += is_below ? 0 : weight;
    candidate->end = is_below ? candidate->end : end;
}

/* ---- a level's candidates ---- */

static bool is_candidate(const void *elements, uint32_t index, const void *key) {
    const candidate *have = (const candidate *)elements + index;
    const step *wanted = key;
    return have->above == wanted->above && have->below == wanted->below;
}

/* The index of the step's candidate, which is added if there is none; PPROF_NONE when memory is out. */
static uint32_t find_candidate(growth *growth, const step *step) {
    pprof_list *candidates = &growth->candidates;
    pprof_status *status = growth->weighing->status;
    uint32_t index = pprof_find_index(&growth->table, step->hash, is_candidate, candidates->items, step);
    if (index != PPROF_NONE) return index;
    index = candidates->count;
    if (index >= PPROF_NONE - growth->first_tag) {
        pprof_fail(status, "%s: its stacks have more than 2^32 contexts", growth->weighing->path);
        return PPROF_NONE;
    }
    candidate *item = pprof_append_item(candidates, status);
    if (item == NULL || !pprof_insert_index(&growth->table, step->hash, index, status)) return PPROF_NONE;
    *item = (candidate){.above = step->above, .below = step->below};
    return index;
}

static bool finish_steps(growth *growth) {
    const candidate *candidates = growth->candidates.items;
    for (uint32_t i = 0; i < growth->step_count; i++) {
        step *step = &growth->steps[i];
        step->guess = pprof_guess_index(&growth->table, step->hash);
        if (step->guess != PPROF_NONE) __builtin_prefetch(&candidates[step->guess]);
    }
    for (uint32_t i = 0; i < growth->step_count; i++) {
        const step *step = &growth->steps[i];
        uint32_t index = step->guess;
        if (index == PPROF_NONE || !is_candidate(growth->candidates.items, index, step)) {
            index = find_candidate(growth, step);
            if (index == PPROF_NONE) return false;
        }
        weigh_node(growth->weighing, step->node, step->stack, get_candidate(growth, index));
        growth->node_classes[step->node] = growth->first_tag + index;
    }
    growth->step_count = 0;
    return true;
}

static bool take_step(growth *growth, uint32_t node, uint32_t stack, uint32_t above, uint32_t below) {
    uint64_t hash = pprof_mix_hash(above, below);
    pprof_prefetch_slot(&growth->table, hash);
    growth->steps[growth->step_count++] = (step){node, stack, above, below, hash, PPROF_NONE};
    return growth->step_count < STEPS || finish_steps(growth);
}

/* Counts the functions' own bodies and their calls. The nodes still hold their frames. */
static bool walk_first_level(growth *growth, candidate *functions) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_stack *stacks = weighing->stacks.stacks;
    uint32_t unnamed = weighing->frame_count, no_class = growth->no_class;
    uint32_t *path = growth->path, *node_classes = growth->node_classes;
    for (uint32_t stack = 0, node = 0; stack < weighing->stacks.count; stack++) {
        uint32_t depth = stacks[stack].shared, end = stacks[stack].end;
        for (uint32_t frame = depth == 0 ? unnamed : path[depth - 1], above; node < end; node++, depth++) {
            above = frame;
            frame = path[depth] = node_classes[node];
            node_classes[node] = no_class;
            if (frame == unnamed) continue;
            uint32_t function = weighing->frames[frame].function;
            weigh_node(weighing, node, stack, &functions[function]);
            if (above != unnamed && !take_step(growth, node, stack, above, function)) return false;
        }
    }
    return finish_steps(growth);
}

/* Counts the calls of the nodes whose parents' classes are new, and that have a body yet. */
static bool walk_next_level(growth *growth) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_stack *stacks = weighing->stacks.stacks;
    const uint32_t *renamed = growth->renamed.items;
    const uint8_t *levels = growth->levels.items, last_level = (uint8_t)(growth->level - 1);
    uint32_t last_tag = growth->first_tag, first_new = growth->first_new, no_class = growth->no_class;
    uint32_t *path = growth->path, *node_classes = growth->node_classes;
    growth->first_tag = growth->classes.count;
    for (uint32_t stack = 0, node = 0; stack < weighing->stacks.count; stack++) {
        uint32_t depth = stacks[stack].shared, end = stacks[stack].end;
        for (uint32_t class = depth == 0 ? no_class : path[depth - 1], above; node < end; node++, depth++) {
            above = class;
            class = node_classes[node];
            if (class >= last_tag) node_classes[node] = class = renamed[class - last_tag];
            path[depth] = class;
            if (above < first_new || levels[class] != last_level) continue;
            if (!take_step(growth, node, stack, above, class)) return false;
        }
    }
    return finish_steps(growth);
}

static void add_pair(growth *growth, uint64_t key, uint32_t value) {
    ((pprof_pair *)growth->pairs.items)[growth->pairs.count++] = (pprof_pair){key, value};
}

/* ---- what is too light ---- */

/* Whether a body of the last level is one of this level as well, since nothing above it has been split. */
static bool goes_on(const growth *growth, const class *class) {
    return *get_level(growth, class->above) == growth->level - 1 && class->inclusive > growth->cut;
}

/* On how many levels from this one on there is sure to be a body of all nodes of a class whose parents are in class
 * [above]: nothing that many calls above has been split. */
static uint32_t count_sure_levels(const growth *growth, uint32_t above) {
    uint32_t count = 0, most = growth->weighing->context_depth - growth->level + 1;
    for (; count < most && *get_level(growth, above) == growth->level - 1; count++)
        above = get_class(growth, above)->above;
    return count;
}

/* The pairs are weights and how many contexts have them. */
static uint64_t count_heavier(const growth *growth, uint64_t cut) {
    const pprof_pair *pairs = growth->pairs.items;
    uint64_t heavier = 0;
    for (uint32_t i = 0; i < growth->pairs.count; i++) heavier += pairs[i].key > cut ? pairs[i].value : 0;
    return heavier;
}

/* The least cut from the one so far on that leaves no more than there is room for. */
static uint64_t find_cut(const growth *growth) {
    uint64_t low = growth->cut, high = growth->cut;
    for (uint64_t step = 1; count_heavier(growth, high) > CONTEXT_ROOM; step *= 2) {
        low = high + 1;
        high = high > UINT64_MAX - step ? UINT64_MAX : high + step;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (count_heavier(growth, middle) <= CONTEXT_ROOM)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Raises the cut as far as it takes for the deep bodies, the candidates, and what is sure to come of them to fit the
 * room. The sooner that is, the less has to be looked at. */
static bool raise_cut(growth *growth) {
    size_t most = (size_t)growth->bodies.count - growth->first_deep + growth->newest.count + growth->candidates.count;
    growth->pairs.count = 0;
    if (!pprof_reserve_items(&growth->pairs, most, growth->weighing->status)) return false;
    for (uint32_t i = growth->first_deep; i < growth->bodies.count; i++)
        if (get_body(growth, i)->inclusive > growth->cut) add_pair(growth, get_body(growth, i)->inclusive, 1);
    for (uint32_t i = 0; i < growth->newest.count; i++) {
        const class *class = get_class(growth, ((const newest *)growth->newest.items)[i].class);
        if (class->inclusive > growth->cut) add_pair(growth, class->inclusive, count_sure_levels(growth, class->above));
    }
    for (uint32_t i = 0; i < growth->candidates.count; i++) {
        const candidate *candidate = get_candidate(growth, i);
        if (candidate->inclusive > growth->cut)
            add_pair(growth, candidate->inclusive, count_sure_levels(growth, candidate->above));
    }
    growth->cut = find_cut(growth);
    return true;
}

/* Takes out the deep bodies that are too light by now, with their selves. What they call is as light. */
static bool prune_bodies(growth *growth) {
    pprof_list list = {.item_size = sizeof(uint32_t)};
    uint32_t count = growth->bodies.count, self_count = 0;
    if (!pprof_reserve_items(&list, (size_t)count + 1, growth->weighing->status)) return false;
    uint32_t *moved = list.items, kept = 0; /* from where each body is to where it will be */
    for (uint32_t i = 0; i < count; i++) {
        moved[i] = kept;
        kept += i < growth->first_deep || get_body(growth, i)->inclusive > growth->cut;
    }
    moved[count] = kept;
    pprof_self *selves = growth->selves.items;
    for (uint32_t i = 0; i < count; i++) {
        if (moved[i] == moved[i + 1]) continue;
        pprof_body body = *get_body(growth, i);
        uint32_t calls_end = moved[body.first_call + body.call_count];
        body.first_call = moved[body.first_call];
        body.call_count = calls_end - body.first_call;
        if (body.call_count == 0) body.first_call = 0; /* when it has lost its calls is no one's business */
        for (uint32_t k = 0; k < body.self_count; k++) selves[self_count + k] = selves[body.first_self + k];
        body.first_self = self_count;
        self_count += body.self_count;
        *get_body(growth, moved[i]) = body;
    }
    growth->bodies.count = kept;
    growth->selves.count = self_count;
    for (uint32_t i = 0; i < growth->newest.count; i++) {
        class *class = get_class(growth, ((const newest *)growth->newest.items)[i].class);
        class->body = moved[class->body]; /* of one that is gone, nobody will ask */
    }
    pprof_free_list(&list);
    return true;
}

/* Whether those that are too light should go before the end, to make room. */
static bool is_crowded(const growth *growth) {
    return growth->bodies.count - growth->first_deep > 2 * (uint32_t)CONTEXT_ROOM;
}

/* ---- classes and their bodies ---- */

static bool add_class(growth *growth, class class) {
    struct class *item = pprof_append_item(&growth->classes, growth->weighing->status);
    uint8_t *level = pprof_append_item(&growth->levels, growth->weighing->status);
    if (item == NULL || level == NULL) return false;
    *item = class;
    *level = (uint8_t)growth->level;
    return true;
}

/* Where a body goes among those of its level: by the body that calls, then the call. Made before any class has its body
 * of this level. */
static uint64_t get_key(const growth *growth, const class *class) {
    return (uint64_t)get_class(growth, class->above)->body << 32 | class->call;
}

/* The candidate's class: that of its nodes so far if it is all of them; PPROF_NONE when memory is out. */
static uint32_t settle_candidate(growth *growth, const candidate *from) {
    class *below = get_class(growth, from->below);
    uint32_t above = is_first(growth) ? growth->weighing->frames[from->above].function : from->above;
    if (from->size == below->size) {
        below->above = above;
        *get_level(growth, from->below) = (uint8_t)growth->level;
        return from->below;
    }
    class class = {.above = above, .call = below->call, .size = from->size, .inclusive = from->inclusive};
    return add_class(growth, class) ? growth->classes.count - 1 : PPROF_NONE;
}

/* Makes classes of the candidates that are not too light, and lists all bodies of the level in their order. */
static bool settle_level(growth *growth) {
    const newest *newest = growth->newest.items;
    pprof_status *status = growth->weighing->status;
    growth->pairs.count = growth->renamed.count = 0;
    growth->first_new = growth->classes.count;
    if (!pprof_reserve_items(&growth->pairs, (size_t)growth->newest.count + growth->candidates.count, status) ||
        !pprof_reserve_items(&growth->renamed, growth->candidates.count, status))
        return false;
    for (uint32_t i = 0; i < growth->newest.count && !is_first(growth); i++) {
        const class *class = get_class(growth, newest[i].class);
        if (goes_on(growth, class)) add_pair(growth, get_key(growth, class), newest[i].class);
    }
    uint32_t going_on = growth->pairs.count, *renamed = growth->renamed.items;
    for (uint32_t i = 0; i < growth->candidates.count; i++) {
        const candidate *from = get_candidate(growth, i);
        renamed[growth->renamed.count++] = growth->no_class;
        if (from->inclusive <= growth->cut) continue;
        renamed[i] = settle_candidate(growth, from);
        if (renamed[i] == PPROF_NONE) return false;
        uint64_t key = is_first(growth) ? (uint64_t)from->above << 32 | from->below
                                        : get_key(growth, get_class(growth, renamed[i]));
        add_pair(growth, key, renamed[i]);
    }
    const pprof_pair *pairs = growth->pairs.items;
    for (uint32_t i = 0; i < going_on; i++) *get_level(growth, (uint32_t)pairs[i].value) = (uint8_t)growth->level;
    return pprof_sort_pairs(growth->pairs.items, growth->pairs.count, &growth->spare, status);
}

/* Appends the level's bodies, each as a call of the one that it comes from. */
static bool add_bodies(growth *growth) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_pair *pairs = growth->pairs.items;
    assert(growth->pairs.count == 0 || pairs != NULL);
    growth->newest.count = 0;
    if (!pprof_reserve_items(&growth->newest, growth->pairs.count, weighing->status)) return false;
    for (uint32_t i = 0; i < growth->pairs.count; i++) {
        uint32_t index = growth->bodies.count, above = (uint32_t)(pairs[i].key >> 32), call = (uint32_t)pairs[i].key;
        pprof_body *body = pprof_append_item(&growth->bodies, weighing->status);
        if (body == NULL) return false;
        newest *newest = (struct newest *)growth->newest.items + growth->newest.count++;
        class *class = get_class(growth, newest->class = (uint32_t)pairs[i].value);
        newest->source = newest->class < growth->first_new ? class->body : PPROF_NONE;
        class->body = index;
        *body = (pprof_body){.inclusive = class->inclusive};
        if (is_first(growth)) {
            class->call = index;
            body->function = call;
            body->place = weighing->frames[above].place;
            above = weighing->frames[above].function;
        } else {
            body->function = get_body(growth, call)->function;
            body->place = get_body(growth, call)->place;
        }
        pprof_body *parent = get_body(growth, above);
        if (parent->call_count++ == 0) parent->first_call = index;
    }
    return true;
}

/* ---- the levels ---- */

/* The functions' own bodies, and the classes that are their nodes: level 0. Their calls are counted on the way. */
static bool add_functions(growth *growth) {
    pprof_status *status = growth->weighing->status;
    uint32_t count = growth->weighing->weights->function_count;
    pprof_list list = {.item_size = sizeof(candidate)};
    growth->no_class = count;
    growth->first_tag = count + 1;
    bool worked = pprof_reserve_items(&list, count, status) && pprof_reserve_items(&growth->newest, count, status);
    candidate *functions = list.items;
    if (worked && count != 0) memset(functions, 0, count * sizeof *functions);
    worked = worked && walk_first_level(growth, functions);
    for (uint32_t i = 0; worked && i < count; i++) {
        const candidate *from = &functions[i];
        pprof_body *body = pprof_append_item(&growth->bodies, status);
        worked =
            body != NULL && add_class(growth, (class){.body = i, .size = from->size, .inclusive = from->inclusive});
        if (!worked) break;
        *body = (pprof_body){.function = i, .place = {PPROF_NO_OFFSET, 0}, .inclusive = from->inclusive};
        ((newest *)growth->newest.items)[growth->newest.count++] = (newest){i, PPROF_NONE};
    }
    pprof_free_list(&list);
    if (!worked || !add_class(growth, (class){0})) return false;
    *get_level(growth, growth->no_class) = UINT8_MAX;
    return pprof_add_selves(growth, 0);
}

static bool grow_level(growth *growth) {
    if (growth->level == 2) growth->first_deep = growth->bodies.count;
    if (!is_first(growth)) {
        pprof_clear_index_table(&growth->table);
        growth->candidates.count = 0;
        if (!walk_next_level(growth) || !raise_cut(growth) || (is_crowded(growth) && !prune_bodies(growth)))
            return false;
    }
    uint32_t first = growth->bodies.count;
    return settle_level(growth) && add_bodies(growth) &&
           (growth->bodies.count == first || pprof_add_selves(growth, first));
}

static bool grow_all_levels(growth *growth) {
    if (!add_functions(growth)) return false;
    for (growth->level = 1; growth->level <= growth->weighing->context_depth; growth->level++) {
        if (!grow_level(growth)) return false;
        if (growth->newest.count == 0) break;
    }
    return growth->cut == 0 || prune_bodies(growth);
}

static void scale_weights(growth *growth) {
    pprof_weights *weights = growth->weighing->weights;
    unsigned shift = growth->weighing->shift;
    if (growth->cut != 0) weights->context_minimum = pprof_scale_weight(growth->cut, shift);
    if (growth->cut != 0 && weights->context_minimum != UINT64_MAX) weights->context_minimum++;
    for (uint32_t i = 0; i < growth->bodies.count; i++) {
        pprof_body *body = get_body(growth, i);
        body->inclusive = pprof_scale_weight(body->inclusive, shift);
        body->leaf = pprof_scale_weight(body->leaf, shift);
    }
    pprof_self *selves = growth->selves.items;
    for (uint32_t i = 0; i < growth->selves.count; i++) selves[i].weight = pprof_scale_weight(selves[i].weight, shift);
}

bool pprof_grow_bodies(pprof_weighing *weighing) {
    pprof_weights *weights = weighing->weights;
    pprof_arena scratch = {0};
    growth growth = {
        .weighing = weighing,
        .node_classes = weighing->tree.frames,
        .bodies = {.item_size = sizeof(pprof_body)},
        .selves = {.item_size = sizeof(pprof_self)},
        .classes = {.item_size = sizeof(class)},
        .levels = {.item_size = 1},
        .renamed = {.item_size = sizeof(uint32_t)},
        .candidates = {.item_size = sizeof(candidate)},
        .newest = {.item_size = sizeof(newest)},
        .fillings = {.item_size = sizeof(filling)},
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
    };
    growth.path =
        pprof_allocate(&scratch, weighing->tree.greatest_depth + (size_t)1, sizeof(uint32_t), weighing->status);
    bool worked = growth.path != NULL && pprof_list_leaves(&growth, &scratch) && grow_all_levels(&growth);
    scale_weights(&growth);
    weights->body_count = growth.bodies.count;
    weights->self_count = growth.selves.count;
    if (worked) {
        weights->bodies = pprof_keep_items(&growth.bodies, weighing->arena, weighing->status);
        weights->selves = pprof_keep_items(&growth.selves, weighing->arena, weighing->status);
        worked = weights->bodies != NULL && weights->selves != NULL;
    }
    pprof_list *lists[] = {&growth.bodies,     &growth.selves, &growth.classes,  &growth.levels, &growth.renamed,
                           &growth.candidates, &growth.newest, &growth.fillings, &growth.pairs,  &growth.spare};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) pprof_free_list(lists[i]);
    pprof_free_index_table(&growth.table);
    pprof_arena_free(&scratch);
    return worked;
}
