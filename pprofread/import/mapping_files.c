/* Takes a profile's mappings; gives for each the file on this machine that its addresses can be looked up in, or the
 * reason why there is none.
 *
 * A build id in the profile must be the file's. Without one (gperftools writes none) a rebuilt program at the same
 * path cannot be told from the recorded one. */
#include "base/arena.h"
#include "base/path.h"
#include "base/saturate.h"
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

bool pprof_is_library_path(const char *path) {
    for (const char *at = strstr(path, ".so"); at != NULL; at = strstr(at + 1, ".so")) {
        const char *after = at + 3;
        if (*after == '\0' || ((*after == '.' || *after == '_') && after[1] >= '0' && after[1] <= '9')) return true;
    }
    return false;
}

bool pprof_is_pseudo_path(const char *path) {
    static const char *const prefixes[] = {"[", "//", "/memfd:", "/dev/", "/SYSV", "/anon_hugepage", "anon_inode:"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0) return true;
    return path[0] == '\0';
}

static bool is_hex(const char *text) {
    return text[0] != '\0' && text[strspn(text, "0123456789abcdef")] == '\0';
}

/* Whether two build ids can be of one file. perf pads short ones with zeros; other kinds (Go's) say nothing here. */
static bool build_ids_agree(const char *one, const char *other) {
    if (!is_hex(one) || !is_hex(other)) return true;
    const char *longer = strlen(one) < strlen(other) ? other : one;
    size_t length = strlen(longer == one ? other : one);
    return strncmp(one, other, length) == 0 && longer[length + strspn(longer + length, "0")] == '\0';
}

static bool are_same_build(const char *one, const char *other) {
    return is_hex(one) && is_hex(other) && build_ids_agree(one, other);
}

static char *get_text(const pprof_profile *profile, uint32_t index, pprof_arena *arena, pprof_status *status) {
    pprof_string string = pprof_get_string(profile, index);
    return pprof_copy_string(arena, string.text, string.length, status);
}

/* Samples whose innermost frame lies in each mapping. */
static void count_samples(const pprof_profile *profile, uint64_t *counts) {
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        if (profile->first_location[i] == profile->first_location[i + 1]) continue;
        uint32_t leaf = profile->sample_locations[profile->first_location[i]];
        uint32_t mapping = profile->locations[leaf].mapping;
        int64_t value = profile->sample_type_count == 0 ? 1 : profile->values[(size_t)i * profile->sample_type_count];
        if (mapping == PPROF_NONE || value <= 0) continue;
        counts[mapping] = pprof_add_weights(counts[mapping], (uint64_t)value);
    }
}

uint32_t pprof_find_main_mapping(const pprof_profile *profile, pprof_arena *arena, pprof_status *status) {
    uint64_t *counts = pprof_allocate(arena, profile->mapping_count, sizeof *counts, status);
    if (counts == NULL) return PPROF_NONE;
    count_samples(profile, counts);
    uint32_t found = PPROF_NONE;
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        const char *path = get_text(profile, profile->mappings[i].filename_string, arena, status);
        if (path == NULL) return PPROF_NONE;
        if (pprof_is_pseudo_path(path) || pprof_is_library_path(path)) continue;
        if (found == PPROF_NONE || counts[i] > counts[found]) found = i;
    }
    /* A mapping without a name may be the program's, if there is no better. */
    for (uint32_t i = 0; i < profile->mapping_count && found == PPROF_NONE; i++)
        if (pprof_get_string(profile, profile->mappings[i].filename_string).length == 0) found = i;
    return found;
}

/* What --binary stands in for: the mapping of that build, else of that file name, else the program. */
static uint32_t find_replaced_mapping(const pprof_profile *profile, const pprof_mapping_file *files,
                                      const char *const *build_ids, const char *binary, const pprof_elf *elf,
                                      uint32_t main_mapping) {
    for (uint32_t i = 0; i < profile->mapping_count; i++)
        if (are_same_build(build_ids[i], elf->build_id)) return i;
    for (uint32_t i = 0; i < profile->mapping_count; i++)
        if (strcmp(pprof_get_last_component(files[i].path), pprof_get_last_component(binary)) == 0) return i;
    return main_mapping;
}

/* Puts --binary in the place of one mapping, and of all others of the same file. */
static bool use_binary(const pprof_profile *profile, const char *binary, const char *const *build_ids,
                       pprof_arena *arena, pprof_mapping_file *files, bool *is_replaced, uint32_t *main_mapping,
                       pprof_status *status) {
    pprof_elf elf;
    if (!pprof_read_elf(binary, arena, &elf, status)) return false;
    uint32_t replaced = find_replaced_mapping(profile, files, build_ids, binary, &elf, *main_mapping);
    if (replaced == PPROF_NONE)
        return pprof_fail(status, "%s: the profile has no mapping of a program that this could stand in for", binary);
    if (!build_ids_agree(build_ids[replaced], elf.build_id))
        return pprof_fail(status,
                          "%s: its build id %s is not the profile's %s (%s): this is another build; give the binary "
                          "that was profiled",
                          binary, elf.build_id, build_ids[replaced], files[replaced].path);
    const char *path = files[replaced].path;
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        if (strcmp(files[i].path, path) != 0) continue;
        files[i].elf = elf;
        is_replaced[i] = true;
    }
    for (uint32_t i = 0; i < profile->mapping_count; i++)
        if (is_replaced[i]) files[i].path = binary;
    *main_mapping = replaced;
    return true;
}

/* Reads the file that the mapping itself names. Gives the problem, NULL for none. */
static const char *check_own_file(pprof_mapping_file *file, const char *build_id, pprof_arena *arena,
                                  pprof_status *status) {
    static const char deleted[] = " (deleted)";
    size_t length = strlen(file->path), mark = sizeof deleted - 1;
    bool was_deleted = length > mark && strcmp(file->path + length - mark, deleted) == 0;
    if (was_deleted) file->path = pprof_copy_string(arena, file->path, length - mark, status);
    if (file->path == NULL) return "";
    if (pprof_is_pseudo_path(file->path))
        return pprof_format_string(arena, status, "%s: not a file", file->path[0] == '\0' ? "?" : file->path);

    pprof_status reading = {0};
    if (!pprof_read_elf(file->path, arena, &file->elf, &reading)) {
        /* Memory that is out is no fault of the file's: with more of it the answer would be another. */
        if (strncmp(reading.message, PPROF_OUT_OF_MEMORY, sizeof PPROF_OUT_OF_MEMORY - 1) == 0)
            pprof_fail(status, "%s", reading.message);
        return pprof_copy_string(arena, reading.message, strlen(reading.message), status);
    }
    if (!build_ids_agree(build_id, file->elf.build_id))
        return pprof_format_string(arena, status, "%s: its build id %s is not the profile's %s: it was rebuilt since",
                                   file->path, file->elf.build_id, build_id);
    if (was_deleted && !are_same_build(build_id, file->elf.build_id))
        return pprof_format_string(arena, status, "%s: it was deleted since, and nothing tells whether this is it",
                                   file->path);
    return NULL;
}

bool pprof_find_mapping_files(const pprof_profile *profile, const pprof_symbolize_options *options, pprof_arena *arena,
                              pprof_mapping_file *files, uint32_t *main_mapping, pprof_status *status) {
    const char **build_ids = (const char **)pprof_allocate(arena, profile->mapping_count, sizeof *build_ids, status);
    bool *is_replaced = pprof_allocate(arena, profile->mapping_count, sizeof *is_replaced, status);
    if (build_ids == NULL || is_replaced == NULL) return false;
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        files[i].path = get_text(profile, profile->mappings[i].filename_string, arena, status);
        build_ids[i] = get_text(profile, profile->mappings[i].build_id_string, arena, status);
        if (files[i].path == NULL || build_ids[i] == NULL) return false;
    }
    for (uint32_t i = 0; i < profile->location_count; i++)
        if (profile->locations[i].mapping != PPROF_NONE) files[profile->locations[i].mapping].is_needed = true;
    *main_mapping = pprof_find_main_mapping(profile, arena, status);
    if (status->failed) return false;

    if (options->binary != NULL &&
        !use_binary(profile, options->binary, build_ids, arena, files, is_replaced, main_mapping, status))
        return false;
    for (uint32_t i = 0; i < profile->mapping_count; i++) {
        if (!files[i].is_needed) {
            files[i].problem = "not needed";
            continue;
        }
        if (!is_replaced[i]) files[i].problem = check_own_file(&files[i], build_ids[i], arena, status);
        if (files[i].problem == NULL && !pprof_can_query_path(files[i].path))
            files[i].problem =
                pprof_format_string(arena, status, "%s: llvm-symbolizer cannot be told this path", files[i].path);
        if (status->failed) return false;
    }
    return true;
}
