/* Takes the heaviest functions; gives their source lines with the samples on each, where the sources are found.
 *
 * Where a function ends no report says: its lines are shown up to the first closing brace in the first column behind
 * the last line that has samples; of a long function those near the heaviest. Lines are looked up from where the
 * function begins today, so that the samples of an older source stand where the plugin put them. */
#include "page/page.h"

#include "base/list.h"
#include "base/saturate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LINE_LIMIT = 400 /* shown of a function */,
    SPAN_LIMIT = 100000,
    NEARBY = 3,
    WIDTH_LIMIT = 300,
    FILE_LIMIT = 32 << 20,
    TEXT_LIMIT = 8 << 20
};

typedef struct source_file {
    const char *name; /* as the report has it */
    const char *data; /* NULL: not found */
    size_t size;
    uint32_t *starts; /* of lines, and the end */
    uint32_t line_count;
} source_file;

typedef struct sources {
    const gate_page *page;
    pprof_list files;
    size_t text_size;
    uint32_t function_count;
} sources;

/* ---- finding files ---- */

/* Whether a step of the path leads up. */
static bool leads_up(const char *path) {
    for (const char *step = path; step != NULL; step = strchr(step, '/')) {
        if (*step == '/') step++;
        if (step[0] == '.' && step[1] == '.' && (step[2] == '/' || step[2] == '\0')) return true;
    }
    return false;
}

/* The longest end of [name] that is a file in the folder. */
static const char *find_in_folder(const gate_page *page, const char *folder, const char *name) {
    for (const char *end = name; end != NULL; end = strchr(end, '/')) {
        if (*end == '/') end++;
        struct stat facts;
        const char *path = pprof_format_string(page->arena, page->status, "%s/%s", folder, end);
        if (path == NULL || *end == '\0') return NULL;
        if (!leads_up(end) && *end != '/' && stat(path, &facts) == 0 && S_ISREG(facts.st_mode) &&
            facts.st_size <= FILE_LIMIT)
            return path;
    }
    return NULL;
}

static bool split_lines(const gate_page *page, source_file *file) {
    uint32_t count = 1;
    for (size_t i = 0; i < file->size; i++) count += file->data[i] == '\n';
    file->starts = pprof_allocate(page->arena, (size_t)count + 1, sizeof *file->starts, page->status);
    if (file->starts == NULL) return false;
    for (uint32_t i = 0; i < file->size; i++)
        if (i == 0 || file->data[i - 1] == '\n') file->starts[file->line_count++] = i;
    file->starts[file->line_count] = (uint32_t)file->size;
    return true;
}

static bool read_source(const gate_page *page, const char *path, source_file *file) {
    struct stat facts;
    FILE *in = fopen(path, "re");
    if (in == NULL || fstat(fileno(in), &facts) != 0 || facts.st_size > FILE_LIMIT) {
        if (in != NULL) (void)fclose(in);
        return true; /* gone meanwhile: shown as not found */
    }
    char *data = pprof_allocate(page->arena, (size_t)facts.st_size + 1, 1, page->status);
    if (data != NULL) file->size = fread(data, 1, (size_t)facts.st_size, in);
    (void)fclose(in);
    file->data = data;
    return data != NULL && split_lines(page, file);
}

/* By the name that the compiler knew it under in its folder, else the one that the profile has. */
static const char *find_source(const gate_page *page, const char *name, const char *profiled_name) {
    const char *path = NULL;
    for (uint32_t i = 0; i < page->options->source_path_count && path == NULL; i++) {
        path = find_in_folder(page, page->options->source_paths[i], name);
        if (path == NULL) path = find_in_folder(page, page->options->source_paths[i], profiled_name);
    }
    return path;
}

static const source_file *open_source(sources *sources, const char *name, const char *profiled_name) {
    const gate_page *page = sources->page;
    const source_file *files = sources->files.items;
    for (uint32_t i = 0; i < sources->files.count; i++)
        if (strcmp(files[i].name, name) == 0) return &files[i];
    source_file *file = pprof_append_item(&sources->files, page->status);
    if (file == NULL) return NULL;
    *file = (source_file){.name = name};
    const char *path = find_source(page, name, profiled_name);
    return path == NULL || read_source(page, path, file) ? file : NULL;
}

/* ---- lines and their samples ---- */

/* The function's number in the Weights, which are sorted by linkage name first; PPROF_NONE: it has none. */
static uint32_t find_weights(const gate_page *page, const gate_function *function) {
    const pprof_weight_function *functions = page->weights.functions;
    const char *name = page->build->texts[function->profiled], *file = page->build->texts[function->profiled_file];
    uint32_t low = 0, high = page->weights.function_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(functions[middle].linkage_name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < page->weights.function_count && strcmp(functions[low].linkage_name, name) == 0; low++)
        if (strcmp(functions[low].file, file) == 0) return low;
    return PPROF_NONE;
}

static int64_t get_line(const gate_page *page, uint32_t weights, const gate_function *function, int32_t offset) {
    if (offset == PPROF_NO_OFFSET) return 0;
    return page->weights.functions[weights].lines_are_absolute ? offset : (int64_t)function->line + offset;
}

static uint32_t find_last_line(const gate_page *page, uint32_t f, uint32_t weights) {
    const gate_function *function = &page->build->functions[f];
    const pprof_body *body = &page->weights.bodies[weights];
    int64_t last = function->line;
    for (uint32_t s = body->first_self; s < body->first_self + body->self_count; s++) {
        int64_t line = get_line(page, weights, function, page->weights.selves[s].place.offset);
        if (line > last) last = line;
    }
    return last - function->line < SPAN_LIMIT ? (uint32_t)last : function->line + SPAN_LIMIT - 1;
}

static void print_line(sources *sources, const source_file *file, uint32_t line) {
    const char *text = file->data + file->starts[line - 1];
    size_t length = file->starts[line] - file->starts[line - 1];
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) length--;
    if (length > WIDTH_LIMIT) length = WIDTH_LIMIT;
    gate_print_json_text(text, length, sources->page->out);
    sources->text_size += length;
}

/* Samples on a line, whatever the column. */
typedef struct line_weight {
    uint32_t line;
    uint64_t weight;
} line_weight;

static int compare_weights(const void *left, const void *right) {
    const line_weight *a = left, *b = right;
    return a->weight != b->weight ? (a->weight < b->weight ? 1 : -1) : (a->line > b->line) - (a->line < b->line);
}

/* The samples of lines [function->line, last], in the order of lines. */
static line_weight *list_weights(const gate_page *page, uint32_t weights, const gate_function *function, uint32_t last,
                                 uint32_t *count) {
    const pprof_body *body = &page->weights.bodies[weights];
    const pprof_self *selves = page->weights.selves + body->first_self;
    line_weight *lines = pprof_allocate(page->arena, body->self_count, sizeof *lines, page->status);
    *count = 0;
    for (uint32_t s = 0; s < body->self_count && lines != NULL; s++) {
        int64_t line = get_line(page, weights, function, selves[s].place.offset);
        if (line < function->line || line > last || selves[s].weight == 0) continue;
        if (*count == 0 || lines[*count - 1].line != line) lines[(*count)++] = (line_weight){.line = (uint32_t)line};
        lines[*count - 1].weight = pprof_add_weights(lines[*count - 1].weight, selves[s].weight);
    }
    return lines;
}

/* Marks the first line and those near the heaviest ones, as many as there is room for; [lines] loses its order. */
static bool *choose_lines(const gate_page *page, const gate_function *function, uint32_t last, line_weight *lines,
                          uint32_t count) {
    uint32_t span = last - function->line + 1, shown = 1;
    bool *is_shown = pprof_allocate(page->arena, span, sizeof *is_shown, page->status);
    if (is_shown == NULL) return NULL;
    is_shown[0] = true;
    if (span <= LINE_LIMIT) memset(is_shown, true, span);
    if (span <= LINE_LIMIT || count == 0) return is_shown;
    qsort(lines, count, sizeof *lines, compare_weights);
    for (uint32_t i = 0; i < count && shown < LINE_LIMIT; i++) {
        uint32_t at = lines[i].line - function->line, from = at < NEARBY ? 0 : at - NEARBY;
        for (uint32_t line = from; line <= at + NEARBY && line < span; line++) {
            shown += !is_shown[line];
            is_shown[line] = true;
        }
    }
    return is_shown;
}

/* The line that its function's last brace stands on. */
static uint32_t find_end(const source_file *file, uint32_t first, uint32_t last) {
    while (last < file->line_count && last - first < SPAN_LIMIT - 1 && file->data[file->starts[last - 1]] != '}')
        last++;
    return last < file->line_count ? last : file->line_count;
}

/* [function, file, first line, [[line, text], …], [[line, samples], …]] */
static bool print_lines(sources *sources, uint32_t f, const source_file *file, uint32_t weights) {
    const gate_page *page = sources->page;
    const gate_function *function = &page->build->functions[f];
    FILE *out = page->out;
    uint32_t last = find_end(file, function->line, find_last_line(page, f, weights)), count;
    line_weight *lines = list_weights(page, weights, function, last, &count);
    const bool *is_shown = lines == NULL ? NULL : choose_lines(page, function, last, lines, count);
    if (is_shown == NULL) return false;
    (void)fprintf(out, "%s[%u,%u,%u,[", sources->function_count++ == 0 ? "" : ",\n", f, function->file, function->line);
    for (uint32_t line = function->line; line <= last; line++) {
        if (!is_shown[line - function->line]) continue;
        (void)fprintf(out, "%s[%u,", line == function->line ? "" : ",", line);
        print_line(sources, file, line);
        (void)putc(']', out);
    }
    (void)fputs("],[", out);
    for (uint32_t i = 0; i < count; i++)
        (void)fprintf(out, "%s[%u,%llu]", i == 0 ? "" : ",", lines[i].line, (unsigned long long)lines[i].weight);
    (void)fputs("]]", out);
    return true;
}

static bool print_function(sources *sources, uint32_t f) {
    const gate_page *page = sources->page;
    const gate_build *build = page->build;
    const gate_function *function = &build->functions[f];
    if (function->profiled == 0 || function->leaf == 0 || function->line == 0) return true;
    uint32_t weights = find_weights(page, function);
    if (weights == PPROF_NONE) return true;
    const source_file *file = open_source(sources, build->texts[function->file], build->texts[function->profiled_file]);
    if (file == NULL) return false;
    return file->data == NULL || function->line > file->line_count || print_lines(sources, f, file, weights);
}

bool gate_print_page_sources(const gate_page *page) {
    sources sources = {.page = page, .files = {.item_size = sizeof(source_file)}};
    bool is_done = true;
    (void)fputs("\"sources\":[", page->out);
    uint32_t count = page->has_weights && page->options->source_path_count > 0 ? page->function_count : 0;
    for (uint32_t f = 0;
         f < count && is_done && sources.function_count < page->options->source_limit && sources.text_size < TEXT_LIMIT;
         f++)
        is_done = print_function(&sources, f);
    (void)fputs("]\n", page->out);
    pprof_free_list(&sources.files);
    return is_done;
}
