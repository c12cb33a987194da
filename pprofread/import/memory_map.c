/* Takes the text of a /proc/PID/maps; gives its executable mappings in the order and with the repairs of pprof's own
 * reader of legacy profiles, so that the same recording gives the same mappings.
 *
 *   5584e3d20000-5584e3d52000 r-xp 00007000 fe:00 11026433   /usr/bin/lua
 *
 * Cannot know build ids: the text has none. */
#include "import/import.h"

#include <string.h>

/* ---- text ---- */

typedef struct cursor {
    const char *at, *end;
} cursor;

static void skip_spaces(cursor *cursor) {
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t')) cursor->at++;
}

static bool skip_character(cursor *cursor, char c) {
    bool fits = cursor->at < cursor->end && *cursor->at == c;
    if (fits) cursor->at++;
    return fits;
}

static bool read_hex(cursor *cursor, uint64_t *number) {
    const char *start = cursor->at;
    *number = 0;
    for (; cursor->at < cursor->end; cursor->at++) {
        char c = *cursor->at;
        unsigned digit;
        if (c >= '0' && c <= '9')
            digit = (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (unsigned)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (unsigned)(c - 'A') + 10;
        else
            break;
        if (*number >> 60 != 0) return false;
        *number = *number << 4 | digit;
    }
    return cursor->at > start;
}

/* Whether the line is a mapping, whatever its permissions. */
static bool read_line(cursor line, pprof_memory_mapping *mapping, bool *is_executable, const char **path,
                      size_t *path_length) {
    uint64_t device, inode;
    skip_spaces(&line);
    if (!read_hex(&line, &mapping->start) || !skip_character(&line, '-') || !read_hex(&line, &mapping->limit))
        return false;
    skip_spaces(&line);
    const char *permissions = line.at;
    while (line.at < line.end && *line.at != '\0' && strchr("rwxps-", *line.at) != NULL) line.at++;
    *is_executable = memchr(permissions, 'x', (size_t)(line.at - permissions)) != NULL;
    if (line.at == permissions) return false;
    skip_spaces(&line);
    if (!read_hex(&line, &mapping->file_offset)) return false;
    skip_spaces(&line);
    if (!read_hex(&line, &device) || !skip_character(&line, ':') || !read_hex(&line, &device)) return false;
    skip_spaces(&line);
    if (!read_hex(&line, &inode)) return false;
    skip_spaces(&line);
    while (line.end > line.at && (line.end[-1] == ' ' || line.end[-1] == '\r')) line.end--;
    *path = line.at;
    *path_length = (size_t)(line.end - line.at);
    return mapping->start < mapping->limit;
}

static bool parse_lines(const char *text, size_t length, pprof_arena *arena, pprof_memory_map *map,
                        pprof_status *status) {
    uint32_t line_count = 1;
    for (size_t i = 0; i < length; i++) line_count += text[i] == '\n';
    map->mappings = pprof_allocate(arena, line_count, sizeof *map->mappings, status);
    if (map->mappings == NULL) return false;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline == NULL ? end : newline;
        pprof_memory_mapping mapping = {0};
        const char *path;
        size_t path_length;
        bool is_executable;
        if (read_line((cursor){at, line_end}, &mapping, &is_executable, &path, &path_length) && is_executable) {
            mapping.path = pprof_copy_string(arena, path, path_length, status);
            if (mapping.path == NULL) return false;
            map->mappings[map->count++] = mapping;
        }
        at = newline == NULL ? end : newline + 1;
    }
    return true;
}

/* ---- repairs ---- */

/* Whether [next] goes on where [mapping] ends: one mapping that something (mprotect) split in two. */
static bool continues(const pprof_memory_mapping *mapping, const pprof_memory_mapping *next) {
    if (mapping->path[0] != '\0' && next->path[0] != '\0' && strcmp(mapping->path, next->path) != 0) return false;
    if (mapping->limit != next->start) return false;
    return mapping->file_offset == 0 || next->file_offset == 0 ||
           mapping->file_offset + (mapping->limit - mapping->start) == next->file_offset;
}

static void join_split_mappings(pprof_memory_map *map) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        if (kept == 0 || !continues(&map->mappings[kept - 1], &map->mappings[i])) {
            map->mappings[kept++] = map->mappings[i];
            continue;
        }
        map->mappings[kept - 1].limit = map->mappings[i].limit;
        if (map->mappings[i].path[0] != '\0') map->mappings[kept - 1].path = map->mappings[i].path;
    }
    map->count = kept;
}

/* pprof and its users take the first mapping for the program's. */
static void put_program_first(pprof_memory_map *map) {
    for (uint32_t i = 0; i < map->count; i++) {
        if (pprof_is_pseudo_path(map->mappings[i].path) || pprof_is_library_path(map->mappings[i].path)) continue;
        pprof_memory_mapping program = map->mappings[i];
        map->mappings[i] = map->mappings[0];
        map->mappings[0] = program;
        return;
    }
}

bool pprof_parse_memory_map(const char *text, size_t length, pprof_arena *arena, pprof_memory_map *map,
                            pprof_status *status) {
    const uint64_t usual_start = 0x400000;
    *map = (pprof_memory_map){0};
    if (!parse_lines(text, length, arena, map, status)) return false;
    join_split_mappings(map);
    put_program_first(map);
    if (map->count == 0) return true;
    pprof_memory_mapping *program = &map->mappings[0];
    /* a program that had itself copied to huge pages */
    if (strncmp(program->path, "/anon_hugepage", 14) == 0 && map->count > 1 && program->limit == program[1].start) {
        map->mappings++;
        map->count--;
        program++;
    }
    if (program->start - program->file_offset == usual_start) {
        program->start = usual_start;
        program->file_offset = 0;
    }
    return true;
}

uint32_t pprof_find_memory_mapping(pprof_memory_map *map, uint64_t address) {
    for (uint32_t i = 0; i < map->count; i++)
        if (address >= map->mappings[i].start && address < map->mappings[i].limit) return i;
    for (uint32_t i = 0; i < map->count; i++) {
        pprof_memory_mapping *mapping = &map->mappings[i];
        if (mapping->file_offset == 0 || mapping->file_offset > mapping->start || address >= mapping->start ||
            address < mapping->start - mapping->file_offset)
            continue;
        mapping->start -= mapping->file_offset;
        mapping->file_offset = 0;
        return i;
    }
    return PPROF_NONE;
}
