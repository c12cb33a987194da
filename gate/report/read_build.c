/* Takes paths of -pgo-report files; reads them line by line, in memory that grows with what they say and not with their
 * size, and gives the build. */
#include "report/build.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_LIMIT = 1 << 20, FOLDER_DEPTH = 64 };

/* ---- paths ---- */

typedef struct file_list {
    pprof_arena *arena;
    pprof_status *status;
    pprof_list paths; /* char * */
} file_list;

static bool add_path(file_list *files, const char *path) {
    const char *copy = pprof_copy_string(files->arena, path, strlen(path), files->status);
    const char **item = copy == NULL ? NULL : pprof_append_item(&files->paths, files->status);
    if (item != NULL) *item = copy;
    return item != NULL;
}

static bool ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool add_folder(file_list *files, const char *folder, int depth) {
    DIR *stream = opendir(folder);
    if (stream == NULL) return pprof_fail(files->status, "%s: %s", folder, strerror(errno));
    bool is_added = true;
    for (const struct dirent *entry; is_added && (entry = readdir(stream)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char *path = pprof_format_string(files->arena, files->status, "%s/%s", folder, entry->d_name);
        struct stat facts;
        is_added = path != NULL;
        if (!is_added || lstat(path, &facts) != 0) continue; /* links could lead in circles */
        if (S_ISDIR(facts.st_mode) && depth < FOLDER_DEPTH)
            is_added = add_folder(files, path, depth + 1);
        else if (S_ISREG(facts.st_mode) && (ends_with(path, ".jsonl") || ends_with(path, ".json")))
            is_added = add_path(files, path);
    }
    (void)closedir(stream);
    return is_added;
}

static bool add_file_or_folder(file_list *files, const char *path) {
    struct stat facts;
    if (stat(path, &facts) != 0) return pprof_fail(files->status, "%s: %s", path, strerror(errno));
    return S_ISDIR(facts.st_mode) ? add_folder(files, path, 0) : add_path(files, path);
}

/* A path that exists is no pattern, whatever characters it has. */
static bool add_operand(file_list *files, const char *operand) {
    struct stat facts;
    if (strpbrk(operand, "*?[") == NULL || stat(operand, &facts) == 0) return add_file_or_folder(files, operand);
    glob_t matches;
    int result = glob(operand, 0, NULL, &matches);
    if (result != 0) return pprof_fail(files->status, "%s: no file matches", operand);
    bool is_added = true;
    for (size_t i = 0; i < matches.gl_pathc && is_added; i++) is_added = add_file_or_folder(files, matches.gl_pathv[i]);
    globfree(&matches);
    return is_added;
}

static int compare_paths(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Sorted, each once. */
static bool list_files(file_list *files, const char *const *operands, uint32_t operand_count) {
    for (uint32_t i = 0; i < operand_count; i++)
        if (!add_operand(files, operands[i])) return false;
    char **paths = files->paths.items;
    uint32_t count = files->paths.count, kept = 0;
    if (count > 1) qsort(paths, count, sizeof *paths, compare_paths);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || strcmp(paths[i], paths[kept - 1]) != 0) paths[kept++] = paths[i];
    files->paths.count = kept;
    return true;
}

/* ---- lines ---- */

static bool read_lines(gate_reader *reader, FILE *file, char *line) {
    while (fgets(line, LINE_LIMIT, file) != NULL) {
        reader->line++;
        size_t length = strlen(line);
        if (length + 1 == LINE_LIMIT)
            return pprof_fail(reader->status, "%s:%llu: not a line of -pgo-report: longer than %d bytes", reader->path,
                              (unsigned long long)reader->line, LINE_LIMIT);
        if (length == 0 || line[length - 1] != '\n')
            return pprof_fail(reader->status, "%s:%llu: not a line of -pgo-report: it is cut short", reader->path,
                              (unsigned long long)reader->line);
        if (!gate_read_line(reader, line, length)) return false;
    }
    return !ferror(file) || pprof_fail(reader->status, "%s: %s", reader->path, strerror(errno));
}

static bool read_file(gate_reader *reader, const char *path, char *line) {
    reader->path = path;
    reader->line = 0;
    reader->has_header = false;
    FILE *file = fopen(path, "re");
    if (file == NULL) return pprof_fail(reader->status, "%s: %s", path, strerror(errno));
    bool is_read = read_lines(reader, file, line);
    (void)fclose(file);
    return is_read;
}

static bool read_files(gate_reader *reader, const file_list *files,
                       void (*progress)(void *context, size_t done, size_t total), void *context) {
    const char *const *paths = files->paths.items;
    char *line = malloc(LINE_LIMIT);
    bool is_read = line != NULL || pprof_fail(reader->status, "out of memory");
    for (uint32_t i = 0; i < files->paths.count && is_read; i++) {
        if (progress != NULL) progress(context, i, files->paths.count);
        is_read = read_file(reader, paths[i], line);
    }
    free(line);
    return is_read;
}

bool gate_read_build(const char *const *paths, uint32_t path_count,
                     void (*progress)(void *context, size_t done, size_t total), void *context, pprof_arena *arena,
                     gate_build *build, pprof_status *status) {
    *build = (gate_build){0};
    file_list files = {arena, status, {.item_size = sizeof(char *)}};
    gate_reader reader = {
        .arena = arena,
        .status = status,
        .build = build,
        .modules = {.item_size = sizeof(gate_module)},
        .functions = {.item_size = sizeof(gate_function)},
        .decisions = {.item_size = sizeof(gate_decision)},
        .left_calls = {.item_size = sizeof(gate_decision)},
        .module_functions = {.item_size = sizeof(gate_module_function)},
        .decision_limit = GATE_DECISIONS_WHILE_READING,
    };
    bool is_read = gate_intern_text(&reader, "") == 0 && list_files(&files, paths, path_count) &&
                   read_files(&reader, &files, progress, context) && gate_finish_build(&reader);
    build->file_count = files.paths.count;
    pprof_free_list(&files.paths);
    gate_free_reader(&reader);
    return is_read;
}
