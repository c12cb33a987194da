/* Takes Weights; gives them as the bytes of an index: the same functions, bodies and selves under the same numbers,
 * what finds a function by its names and its file, and how the weight is spread over functions, edges and places. */
#include "base/buffer.h"
#include "base/little_endian.h"
#include "base/sort.h"
#include "index/index.h"
#include "weights/weigh.h"

#include <string.h>

typedef struct index_maker {
    const pprof_weights *weights;
    pprof_buffer out;
    uint64_t fields[FIELD_COUNT], record_count[SECTION_COUNT];
    pprof_string_pool pool;  /* the texts */
    pprof_list offsets;      /* of each text in the pool: where it is in the section */
    pprof_list pairs, spare; /* to be sorted */
    pprof_status *status;
} index_maker;

/* Room for [count] more records of [section], which is thereby begun or goes on; the caller fills all of it. */
static uint8_t *add_records(index_maker *maker, pprof_section section, size_t count) {
    size_t size = count * pprof_get_record_size(section);
    uint64_t *records = &maker->record_count[section];
    if (!pprof_reserve_buffer(&maker->out, size, maker->status)) return NULL;
    if (count >= PPROF_NONE - *records) {
        pprof_fail(maker->status, "the profile is too large for an index");
        return NULL;
    }
    *records += count;
    maker->out.size += size;
    return maker->out.data + maker->out.size - size;
}

/* ---- texts and functions ------------------------------------------------------------------------------------------
 */

/* The offset of [text], which is written when it comes for the first time. After a failure nothing is written. */
static uint32_t add_text(index_maker *maker, const char *text) {
    if (maker->status->failed) return 0;
    pprof_string string = {text, strlen(text)};
    uint32_t known = maker->pool.count, number = pprof_intern_string(&maker->pool, string, maker->status);
    if (number == PPROF_NONE) return 0;
    if (number == known) {
        uint32_t offset = (uint32_t)maker->record_count[SECTION_TEXTS];
        uint8_t *record = add_records(maker, SECTION_TEXTS, string.length + 5);
        uint32_t *item = pprof_append_item(&maker->offsets, maker->status);
        if (record == NULL || item == NULL) return 0;
        *item = offset;
        memcpy(pprof_store_32(record, (uint32_t)string.length), text, string.length + 1);
    }
    return ((uint32_t *)maker->offsets.items)[number];
}

/* Where the texts of a function are, in the order of the record. */
typedef struct function_texts {
    uint32_t linkage, source, file;
} function_texts;

static bool write_functions(index_maker *maker, const pprof_origin *origin, pprof_arena *scratch) {
    const pprof_weights *weights = maker->weights;
    function_texts *texts = pprof_allocate(scratch, weights->function_count, sizeof *texts, maker->status);
    if (texts == NULL) return false;
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const pprof_weight_function *function = &weights->functions[i];
        texts[i] = (function_texts){add_text(maker, function->linkage_name), add_text(maker, function->source_name),
                                    add_text(maker, function->file)};
    }
    maker->fields[FIELD_TYPE] = add_text(maker, weights->type == NULL ? "" : weights->type);
    maker->fields[FIELD_UNIT] = add_text(maker, weights->unit == NULL ? "" : weights->unit);
    maker->fields[FIELD_PROFILE_NAME] = add_text(maker, origin->name);
    uint8_t *at = add_records(maker, SECTION_FUNCTIONS, weights->function_count);
    if (maker->status->failed) return false;
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const pprof_weight_function *function = &weights->functions[i];
        uint32_t flags = (function->lines_are_absolute ? FLAG_LINES_ARE_ABSOLUTE : 0u) |
                         (function->linkage_is_certain ? FLAG_LINKAGE_IS_CERTAIN : 0u);
        at = pprof_store_32(at, texts[i].linkage);
        at = pprof_store_32(at, texts[i].source);
        at = pprof_store_32(at, texts[i].file);
        at = pprof_store_32(at, (uint32_t)function->start_line);
        at = pprof_store_32(at, flags);
        maker->fields[FIELD_UNCERTAIN_NAMES] += !function->linkage_is_certain;
        maker->fields[FIELD_SAMPLED_FUNCTIONS] += weights->bodies[i].self_count != 0;
    }
    return true;
}

/* ---- bodies and edges ---------------------------------------------------------------------------------------------
 */

static uint8_t *store_place(uint8_t *at, pprof_place place) {
    return pprof_store_32(pprof_store_32(at, (uint32_t)place.offset), place.column);
}

static bool write_bodies(index_maker *maker) {
    const pprof_weights *weights = maker->weights;
    uint8_t *at = add_records(maker, SECTION_BODIES, weights->body_count);
    if (at == NULL) return false;
    for (uint32_t i = 0; i < weights->body_count; i++) {
        const pprof_body *body = &weights->bodies[i];
        at = store_place(pprof_store_32(at, body->function), body->place);
        at = pprof_store_64(pprof_store_64(at, body->inclusive), body->leaf);
        at = pprof_store_32(pprof_store_32(at, body->first_self), body->self_count);
        at = pprof_store_32(pprof_store_32(at, body->first_call), body->call_count);
    }
    at = add_records(maker, SECTION_SELVES, weights->self_count);
    if (at == NULL) return false;
    for (uint32_t i = 0; i < weights->self_count; i++)
        at = pprof_store_64(store_place(at, weights->selves[i].place), weights->selves[i].weight);
    return true;
}

static bool write_edges(index_maker *maker, pprof_arena *scratch) {
    pprof_hot_edges hot;
    if (!pprof_find_hot_edges(maker->weights, 100, scratch, &hot, maker->status)) return false;
    uint8_t *at = add_records(maker, SECTION_EDGES, hot.edge_count);
    for (uint32_t i = 0; i < hot.edge_count && at != NULL; i++)
        at = pprof_store_32(pprof_store_32(at, hot.edges[i].caller), hot.edges[i].call);
    return at != NULL;
}

/* ---- keys ---------------------------------------------------------------------------------------------------------
 */

static bool add_pair(index_maker *maker, uint64_t key, uint64_t value) {
    pprof_pair *pair = pprof_append_item(&maker->pairs, maker->status);
    if (pair != NULL) *pair = (pprof_pair){key, value};
    return pair != NULL;
}

static bool sort_pairs(index_maker *maker) {
    return pprof_sort_pairs(maker->pairs.items, maker->pairs.count, &maker->spare, maker->status);
}

static bool add_key(index_maker *maker, pprof_key_kind kind, const char *text, size_t length, uint32_t function) {
    return length == 0 || add_pair(maker, pprof_get_key_hash(kind, text, length), function);
}

/* The name that C has for a static that was mangled: walk of _ZL4walkPv; length 0 where it is no such. */
static pprof_string get_static_name(const char *linkage_name) {
    static const char prefix[] = "_ZL";
    const char *at = linkage_name + sizeof prefix - 1;
    if (strncmp(linkage_name, prefix, sizeof prefix - 1) != 0) return (pprof_string){"", 0};
    size_t length = 0;
    for (; *at >= '0' && *at <= '9' && length <= UINT16_MAX; at++) length = length * 10 + (size_t)(*at - '0');
    return strnlen(at, length) == length ? (pprof_string){at, length} : (pprof_string){"", 0};
}

static bool list_keys(index_maker *maker, pprof_arena *scratch) {
    maker->pairs.count = 0;
    for (uint32_t i = 0; i < maker->weights->function_count; i++) {
        const pprof_weight_function *function = &maker->weights->functions[i];
        pprof_string plain = get_static_name(function->linkage_name);
        const char *name = pprof_unify_structors(function->linkage_name, scratch, maker->status);
        if (name == NULL || !add_key(maker, PPROF_KEY_NAME, name, pprof_strip_name_suffixes(name), i) ||
            !add_key(maker, PPROF_KEY_NAME, plain.text, plain.length, i) ||
            !add_key(maker, PPROF_KEY_FILE, function->file, strlen(function->file), i))
            return false;
    }
    return sort_pairs(maker);
}

/* Takes out what is there twice: a function two of whose names have one checksum. */
static void unite_pairs(pprof_list *list) {
    pprof_pair *pairs = list->items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (kept == 0 || pairs[kept - 1].key != pairs[i].key || pairs[kept - 1].value != pairs[i].value)
            pairs[kept++] = pairs[i];
    list->count = kept;
}

static bool write_keys(index_maker *maker, pprof_arena *scratch) {
    enum { KEYS_PER_BUCKET = 4 };
    if (!list_keys(maker, scratch)) return false;
    unite_pairs(&maker->pairs);
    const pprof_pair *keys = maker->pairs.items;
    uint32_t count = maker->pairs.count, bucket_count = count / KEYS_PER_BUCKET + 1;
    uint8_t *at = add_records(maker, SECTION_KEYS, count);
    if (at == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        at = pprof_store_32(pprof_store_32(at, (uint32_t)keys[i].key), (uint32_t)keys[i].value);
    at = add_records(maker, SECTION_BUCKETS, (size_t)bucket_count + 1);
    if (at == NULL) return false;
    for (uint32_t bucket = 0, i = 0; bucket <= bucket_count; bucket++) {
        while (i < count && pprof_get_bucket((uint32_t)keys[i].key, bucket_count) < bucket) i++;
        at = pprof_store_32(at, i);
    }
    return true;
}

/* ---- curves -------------------------------------------------------------------------------------------------------
 */

static bool add_item(index_maker *maker, uint64_t weight) {
    return weight == 0 || add_pair(maker, weight, 0);
}

static bool list_items(index_maker *maker, pprof_curve curve) {
    const pprof_weights *weights = maker->weights;
    maker->pairs.count = 0;
    for (uint32_t f = 0; f < weights->function_count; f++) {
        const pprof_body *root = &weights->bodies[f];
        if (curve == PPROF_CURVE_FUNCTIONS && !add_item(maker, root->leaf)) return false;
        for (uint32_t i = 0; curve == PPROF_CURVE_EDGES && i < root->call_count; i++)
            if (!add_item(maker, weights->bodies[root->first_call + i].leaf)) return false;
        for (uint32_t i = 0; curve == PPROF_CURVE_PLACES && i < root->self_count; i++) {
            const pprof_self *self = &weights->selves[root->first_self + i];
            if (self->place.offset != PPROF_NO_OFFSET && !add_item(maker, self->weight)) return false;
        }
    }
    return sort_pairs(maker);
}

static bool write_curve(index_maker *maker, pprof_curve curve) {
    if (!list_items(maker, curve)) return false;
    const pprof_pair *items = maker->pairs.items;
    uint32_t count = maker->pairs.count;
    uint64_t sum = 0;
    for (uint32_t i = count; i > 0; i--) {
        sum = pprof_add_weights(sum, items[i - 1].key);
        if (i > 1 && items[i - 2].key == items[i - 1].key) continue; /* one of several with this weight */
        uint8_t *at = add_records(maker, pprof_get_curve_section(curve), 1);
        if (at == NULL) return false;
        pprof_store_64(pprof_store_32(pprof_store_64(at, items[i - 1].key), count - i + 1), sum);
    }
    return true;
}

/* ---- the file -----------------------------------------------------------------------------------------------------
 */

static bool write_sections(index_maker *maker, const pprof_origin *origin) {
    pprof_arena scratch = {0};
    bool done = write_functions(maker, origin, &scratch) && write_bodies(maker) && write_edges(maker, &scratch) &&
                write_keys(maker, &scratch);
    for (int curve = 0; curve < PPROF_CURVE_COUNT && done; curve++) done = write_curve(maker, (pprof_curve)curve);
    pprof_arena_free(&scratch);
    return done;
}

/* Writes the header before the sections and their checksums behind them. */
static bool seal_sections(index_maker *maker) {
    const pprof_weights *weights = maker->weights;
    size_t end = maker->out.size;
    uint64_t chunks = pprof_count_chunks(end - PPROF_HEADER_SIZE);
    if (!pprof_reserve_buffer(&maker->out, chunks * PPROF_CHECKSUM_SIZE, maker->status)) return false;
    maker->out.size += chunks * PPROF_CHECKSUM_SIZE;
    maker->fields[FIELD_FILE_SIZE] = maker->out.size;
    maker->fields[FIELD_TOTAL] = weights->total;
    maker->fields[FIELD_SAMPLES] = weights->sample_count;
    maker->fields[FIELD_UNNAMED] = weights->unnamed;
    maker->fields[FIELD_WITHOUT_LINE] = weights->without_line;
    maker->fields[FIELD_CONTEXT_MINIMUM] = weights->context_minimum;
    uint8_t *at = maker->out.data;
    memcpy(at, PPROF_INDEX_MAGIC, PPROF_MAGIC_SIZE);
    at = pprof_store_32(at + PPROF_MAGIC_SIZE, PPROF_INDEX_VERSION);
    for (size_t i = 0; i < FIELD_COUNT; i++) at = pprof_store_64(at, maker->fields[i]);
    for (size_t i = 0; i < SECTION_COUNT; i++) at = pprof_store_64(at, maker->record_count[i]);
    uint32_t seed = pprof_checksum(0, maker->out.data, (size_t)(at - maker->out.data));
    pprof_store_32(at, seed);
    at = maker->out.data + end;
    for (size_t start = PPROF_HEADER_SIZE; start < end; start += PPROF_CHUNK_SIZE) {
        size_t size = end - start < PPROF_CHUNK_SIZE ? end - start : PPROF_CHUNK_SIZE;
        at = pprof_store_32(at, pprof_checksum(seed, maker->out.data + start, size));
    }
    return true;
}

bool pprof_make_index(const pprof_weights *weights, const pprof_origin *origin, pprof_arena *arena,
                      const uint8_t **data, size_t *size, pprof_status *status) {
    static const pprof_origin nowhere = {.name = ""};
    if (origin == NULL) origin = &nowhere;
    index_maker maker = {
        .weights = weights,
        .offsets = {.item_size = sizeof(uint32_t)},
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
        .status = status,
    };
    maker.fields[FIELD_PROFILE_SIZE] = origin->size;
    maker.fields[FIELD_PROFILE_CHECKSUM] = origin->checksum;
    maker.fields[FIELD_PROFILE_ENDS] = origin->ends;
    bool done = pprof_reserve_buffer(&maker.out, PPROF_HEADER_SIZE, status);
    if (done) maker.out.size = PPROF_HEADER_SIZE;
    done = done && write_sections(&maker, origin) && seal_sections(&maker) &&
           pprof_adopt_buffer(&maker.out, arena, data, size, status);
    pprof_free_buffer(&maker.out);
    pprof_free_string_pool(&maker.pool);
    pprof_free_list(&maker.offsets);
    pprof_free_list(&maker.pairs);
    pprof_free_list(&maker.spare);
    return done;
}
