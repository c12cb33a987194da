/* Takes a profile's strings and further ones; gives a table of both, so that a profile can be changed in place of being
 * built anew. The old ones keep their indices; a new one that equals another is another all the same. */
#include "edit/edit.h"
#include "profile/wire.h"

#include <string.h>

/* Behind the last byte of the strings. */
static size_t measure_data(const pprof_profile *profile) {
    size_t end = 0;
    for (uint32_t i = 0; i < profile->string_count; i++) {
        pprof_string string = pprof_get_string(profile, i);
        size_t string_end = (size_t)((const uint8_t *)string.text - profile->string_data) + string.length;
        if (string_end > end) end = string_end;
    }
    return end;
}

bool pprof_begin_new_strings(pprof_new_strings *strings, const pprof_profile *profile, pprof_status *status) {
    *strings = (pprof_new_strings){.offsets.item_size = sizeof(uint32_t)};
    size_t size = measure_data(profile);
    if (!pprof_reserve_buffer(&strings->data, size, status) ||
        !pprof_reserve_items(&strings->offsets, profile->string_count, status))
        return false;
    memcpy(strings->data.data, profile->string_data, size);
    memcpy(strings->offsets.items, profile->string_offsets, profile->string_count * sizeof(uint32_t));
    strings->data.size = size;
    strings->offsets.count = profile->string_count;
    return true;
}

uint32_t pprof_add_new_string(pprof_new_strings *strings, pprof_string string, pprof_status *status) {
    size_t length = string.length, most = length + WIRE_VARINT_SIZE;
    if (most > UINT32_MAX - strings->data.size) {
        pprof_fail(status, "a profile cannot hold more than 4 GiB of strings");
        return 0;
    }
    if (!pprof_reserve_buffer(&strings->data, most, status)) return 0;
    uint32_t *offset = pprof_append_item(&strings->offsets, status);
    if (offset == NULL) return 0;
    *offset = (uint32_t)strings->data.size;
    strings->data.size += wire_write_varint(strings->data.data + strings->data.size, length);
    if (length != 0) memcpy(strings->data.data + strings->data.size, string.text, length);
    strings->data.size += length;
    return strings->offsets.count - 1;
}

bool pprof_keep_new_strings(pprof_new_strings *strings, pprof_arena *arena, pprof_profile *profile,
                            pprof_status *status) {
    size_t size;
    profile->string_count = strings->offsets.count;
    profile->string_offsets = pprof_keep_items(&strings->offsets, arena, status);
    return profile->string_offsets != NULL &&
           pprof_adopt_buffer(&strings->data, arena, &profile->string_data, &size, status);
}

void pprof_free_new_strings(pprof_new_strings *strings) {
    pprof_free_buffer(&strings->data);
    pprof_free_list(&strings->offsets);
}
