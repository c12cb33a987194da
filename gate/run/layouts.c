/* Takes a command with placeholders, or a glob; gives each layout's command, and the binaries in order. */
#include "run/run.h"

#include <glob.h>
#include <string.h>

const char *gate_name_side(gate_side side) {
    return side == GATE_BASELINE ? "baseline" : "candidate";
}

/* The placeholder that [text] begins with, and what it stands for; NULL if it begins with none. */
static const char *match_placeholder(const char *text, const gate_placeholders *values, const char *number,
                                     size_t *length) {
    const struct {
        const char *name, *value;
    } placeholders[] = {{"{side}", gate_name_side(values->side)},
                        {"{layout}", number},
                        {"{binary}", values->binary},
                        {"{dir}", values->folder}};
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
        *length = strlen(placeholders[i].name);
        if (strncmp(text, placeholders[i].name, *length) == 0) return placeholders[i].value;
    }
    return NULL;
}

const char *gate_fill_placeholders(const char *text, const gate_placeholders *values, pprof_arena *arena,
                                   pprof_status *status) {
    char number[16];
    (void)snprintf(number, sizeof number, "%u", values->layout + 1);
    pprof_buffer filled = {0};
    for (bool is_done = false; !is_done;) {
        size_t length = 1;
        const char *value = match_placeholder(text, values, number, &length);
        const char *piece = value != NULL ? value : text;
        size_t size = value != NULL ? strlen(value) : 1;
        if (!pprof_reserve_buffer(&filled, size, status)) break;
        memcpy(filled.data + filled.size, piece, size);
        filled.size += size;
        is_done = value == NULL && *text == '\0';
        text += value != NULL ? length : 1;
    }
    const uint8_t *data = NULL;
    size_t size;
    if (status->failed)
        pprof_free_buffer(&filled);
    else
        (void)pprof_adopt_buffer(&filled, arena, &data, &size, status);
    return (const char *)data;
}

static bool has_layout(const gate_commands *commands, const char *command) {
    bool has_binaries = commands->globs[GATE_BASELINE] != NULL;
    return command != NULL &&
           (strstr(command, "{layout}") != NULL || (has_binaries && strstr(command, "{binary}") != NULL));
}

bool gate_tells_layouts_apart(const gate_commands *commands) {
    bool is_one = commands->layout_count <= 1 && commands->globs[GATE_BASELINE] == NULL;
    return is_one || has_layout(commands, commands->prepare) ||
           (has_layout(commands, commands->sides[GATE_BASELINE]) &&
            has_layout(commands, commands->sides[GATE_CANDIDATE]));
}

bool gate_find_binaries(const char *pattern, pprof_arena *arena, const char *const **files, uint32_t *count,
                        pprof_status *status) {
    glob_t found;
    int problem = glob(pattern, 0, NULL, &found); /* sorted by name */
    if (problem != 0) return pprof_fail(status, "%s: no file matches", pattern);
    const char **names = (const char **)pprof_allocate(arena, found.gl_pathc, sizeof *names, status);
    for (size_t i = 0; names != NULL && i < found.gl_pathc; i++)
        names[i] = pprof_copy_string(arena, found.gl_pathv[i], strlen(found.gl_pathv[i]), status);
    *files = names;
    *count = (uint32_t)found.gl_pathc;
    globfree(&found);
    return !status->failed;
}
