/* Takes addresses in files; gives each one's frames, inlined ones first, by asking one llvm-symbolizer process.
 *
 *   we write   CODE "/usr/bin/lua" 0x1139
 *   it says    {"Address":"0x1139","ModuleName":"/usr/bin/lua","Symbol":[{"FunctionName":"g","Line":2,…}, …]}
 *
 * Questions are written as they are taken and answers read line by line: memory does not grow with their number.
 * llvm-symbolizer finds separate debug files by itself (build id, .gnu_debuglink, debuginfod). Cannot know whether a
 * file without debug information was meant to have some: its answers then are bare symbol names without lines. */
#include "import/import.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_PATH = 4096 };

typedef struct conversation {
    const pprof_symbolizer *symbolizer;
    const char *command;
    size_t asked, answered;
    pprof_source_frame *frames; /* of the answer at hand */
    size_t frame_capacity;
} conversation;

bool pprof_can_query_path(const char *path) {
    bool can_quote = strchr(path, '"') == NULL || strchr(path, '\'') == NULL;
    return path[0] != '\0' && can_quote && strpbrk(path, "\r\n") == NULL && strlen(path) <= LONGEST_PATH;
}

static size_t write_questions(void *context, char *buffer, size_t size) {
    conversation *conversation = context;
    const pprof_symbolizer *symbolizer = conversation->symbolizer;
    size_t used = 0;
    while (conversation->asked < symbolizer->query_count) {
        const pprof_query *query = &symbolizer->queries[conversation->asked];
        char quote = strchr(query->path, '"') == NULL ? '"' : '\'';
        int length = snprintf(buffer + used, size - used, "CODE %c%s%c 0x%" PRIx64 "\n", quote, query->path, quote,
                              query->address);
        if (length < 0 || (size_t)length >= size - used) break; /* no room: the next call takes it */
        used += (size_t)length;
        conversation->asked++;
    }
    return used;
}

static const char *get_text(const cJSON *object, const char *key) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    /* "??" is how its other output styles say that they do not know */
    return text == NULL || strcmp(text, "??") == 0 ? "" : text;
}

static int64_t get_number(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    double number = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return number >= 0 && number <= INT32_MAX ? (int64_t)number : 0;
}

/* The frames of the answer that have anything to say. */
static bool collect_frames(conversation *conversation, const cJSON *symbols, size_t *count, pprof_status *status) {
    *count = 0;
    const cJSON *symbol;
    cJSON_ArrayForEach(symbol, symbols) {
        pprof_source_frame frame = {
            .function = get_text(symbol, "FunctionName"),
            .file = get_text(symbol, "FileName"),
            .line = get_number(symbol, "Line"),
            .column = get_number(symbol, "Column"),
            .start_line = get_number(symbol, "StartLine"),
        };
        if (frame.function[0] == '\0') continue;
        if (*count == conversation->frame_capacity) {
            size_t capacity = *count == 0 ? 16 : 2 * *count;
            pprof_source_frame *frames = realloc(conversation->frames, capacity * sizeof *frames);
            if (frames == NULL) return pprof_fail(status, "out of memory (%zu inlined frames)", capacity);
            conversation->frames = frames;
            conversation->frame_capacity = capacity;
        }
        conversation->frames[(*count)++] = frame;
    }
    return true;
}

static bool take_answer(conversation *conversation, const cJSON *answer, const char *line, pprof_status *status) {
    const pprof_symbolizer *symbolizer = conversation->symbolizer;
    size_t index = conversation->answered;
    const char *address = get_text(answer, "Address");
    if (!cJSON_IsObject(answer))
        return pprof_fail(status,
                          "%s: printed \"%.60s\" where JSON was due; use llvm-symbolizer of LLVM 19 or newer "
                          "(Debian: apt-get install llvm-22)",
                          conversation->command, line);
    if (index >= symbolizer->query_count || strtoull(address, NULL, 16) != symbolizer->queries[index].address)
        return pprof_fail(status, "%s: answered for address \"%.40s\", which is not what it was asked (question %zu)",
                          conversation->command, address, index + 1);
    size_t count;
    if (!collect_frames(conversation, cJSON_GetObjectItemCaseSensitive(answer, "Symbol"), &count, status)) return false;
    conversation->answered++;
    return symbolizer->take_frames(symbolizer->context, index, conversation->frames, count, status);
}

static bool read_answer(void *context, char *line, size_t length, pprof_status *status) {
    if (length == 0) return true;
    cJSON *answer = cJSON_ParseWithLength(line, length);
    bool fine = take_answer(context, answer, line, status);
    cJSON_Delete(answer);
    return fine;
}

/* Runs [command]; *[was_found] tells whether there is such a program. */
static bool converse(const pprof_symbolizer *symbolizer, const char *command, bool *was_found, pprof_status *status) {
    const char *const arguments[] = {
        command, "--output-style=JSON", "--inlines", "--functions=linkage", "--no-demangle", NULL,
    };
    conversation conversation = {.symbolizer = symbolizer, .command = command};
    pprof_child child = {.arguments = arguments,
                         .produce = write_questions,
                         .consume = read_answer,
                         .context = &conversation,
                         .silence_limit = symbolizer->silence_limit};
    pprof_child_end end;
    bool fine = pprof_run_child(&child, &end, status);
    free(conversation.frames);
    *was_found = end.was_found;
    if (!fine || !end.was_found) return fine;
    if (conversation.answered != symbolizer->query_count)
        return pprof_fail(status, "%s: answered %zu of %zu addresses, then ended with %s%s%s; try another version",
                          command, conversation.answered, symbolizer->query_count, end.how,
                          end.error[0] == '\0' ? "" : ": ", end.error);
    return true;
}

static bool run_symbolizer(const pprof_symbolizer *symbolizer, pprof_status *status) {
    static const char *const commands[] = {
        "llvm-symbolizer-22", "/usr/lib/llvm-22/bin/llvm-symbolizer", "llvm-symbolizer-21", "llvm-symbolizer-20",
        "llvm-symbolizer-19", "/usr/lib/llvm-19/bin/llvm-symbolizer", "llvm-symbolizer",
    };
    bool was_found = false;
    if (symbolizer->command != NULL) {
        if (!converse(symbolizer, symbolizer->command, &was_found, status)) return false;
        return was_found || pprof_fail(status, "%s: no such program; name an llvm-symbolizer of LLVM 19 or newer",
                                       symbolizer->command);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands && !was_found; i++)
        if (!converse(symbolizer, commands[i], &was_found, status)) return false;
    return was_found || pprof_fail(status, "llvm-symbolizer: not found, neither in PATH nor under /usr/lib/llvm-22 or "
                                           "-19; install it (Debian: apt-get install llvm-22)");
}

bool pprof_run_symbolizer(const pprof_symbolizer *symbolizer, pprof_status *status) {
    return symbolizer->query_count == 0 || run_symbolizer(symbolizer, status);
}

bool pprof_probe_symbolizer(const pprof_symbolize_options *options, pprof_status *status) {
    const pprof_symbolizer symbolizer = {.command = options->symbolizer, .silence_limit = options->silence_limit};
    return run_symbolizer(&symbolizer, status);
}
