/* Takes the text form of Weights, as described in pprofread.h; gives its lines as lists (text.h), or the number of the
 * line that is wrong, what is wrong and what is expected. Nesting is by indentation, two spaces a level; the open
 * bodies are a small array, so that no input can exhaust the stack. Which function a call means is text_assemble.c's.
 */
#include "weights/text.h"

#include <string.h>

typedef struct word {
    const char *text;
    size_t length;
} word;

typedef struct parser {
    const char *at, *end; /* what is left of the text */
    uint32_t line_number;
    pprof_text_lists *lists;
    pprof_weights *weights;
    pprof_arena *arena; /* of the Weights */
    pprof_arena scratch;
    pprof_status *status;
    uint32_t open[PPROF_CONTEXT_LIMIT + 1]; /* the body that is open at each level */
    uint32_t open_count;
} parser;

#define FAIL(parser, format, ...)                                                                                      \
    pprof_fail((parser)->status, "%s:%u: " format, (parser)->lists->path, (parser)->line_number, __VA_ARGS__)

/* ---- words ---- */

static bool is_word(word word, const char *text) {
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* Whether the line has come to its end: nothing, or a comment. */
static bool at_line_end(parser *parser) {
    while (parser->at < parser->end && *parser->at == ' ') parser->at++;
    return parser->at == parser->end || *parser->at == '\n' || *parser->at == '#' ||
           (*parser->at == '\r' && parser->at + 1 < parser->end && parser->at[1] == '\n');
}

/* The byte that an escape at parser->at stands for, after its backslash. */
static bool read_escape(parser *parser, char *byte) {
    static const char letters[] = "nt\"\\", bytes[] = "\n\t\"\\";
    if (parser->at == parser->end) return FAIL(parser, "%s", "a quoted name is not closed");
    const char *letter = memchr(letters, *parser->at, sizeof letters - 1);
    if (letter != NULL) {
        *byte = bytes[letter - letters];
        parser->at++;
        return true;
    }
    unsigned value = 0, digits = 0;
    while (digits < 3 && parser->at < parser->end && *parser->at >= '0' && *parser->at <= '7') {
        value = value * 8 + (unsigned)(*parser->at++ - '0');
        digits++;
    }
    if (digits != 3 || value == 0 || value > 0xff)
        return FAIL(parser, "%s",
                    "a backslash in a quoted name must be followed by n, t, \", \\ or three octal digits");
    *byte = (char)(unsigned char)value;
    return true;
}

/* A name in quotes, parser->at being behind the first. */
static bool read_quoted(parser *parser, word *result) {
    size_t room = 0;
    for (const char *at = parser->at; at < parser->end && *at != '\n'; at++) {
        if (*at == '"') break;
        if (*at == '\\' && at + 1 < parser->end) at++;
        room++;
    }
    char *text = pprof_allocate(&parser->scratch, room, 1, parser->status);
    if (text == NULL) return false;
    size_t length = 0;
    for (;;) {
        if (parser->at == parser->end || *parser->at == '\n') return FAIL(parser, "%s", "a quoted name is not closed");
        char byte = *parser->at++;
        if (byte == '"') break;
        if (byte == '\\') {
            if (!read_escape(parser, &byte)) return false;
        } else if ((unsigned char)byte < ' ' || byte == 0x7f) {
            return FAIL(parser, "%s", "a control character in a name must be written as \\ and three octal digits");
        }
        text[length++] = byte;
    }
    *result = (word){text, length};
    return true;
}

/* The next word of the line, [what] it should be. */
static bool read_word(parser *parser, const char *what, word *result) {
    if (at_line_end(parser)) return FAIL(parser, "the line ends where %s is expected", what);
    if (*parser->at == '"') {
        parser->at++;
        return read_quoted(parser, result);
    }
    const char *start = parser->at;
    for (; parser->at < parser->end && *parser->at != ' ' && *parser->at != '\n' && *parser->at != '#'; parser->at++) {
        if (*parser->at == '\r' && parser->at + 1 < parser->end && parser->at[1] == '\n') break;
        if ((unsigned char)*parser->at < ' ' || *parser->at == 0x7f)
            return FAIL(parser, "%s", "a tab or control character; separate words by spaces and quote such names");
    }
    *result = (word){start, (size_t)(parser->at - start)};
    return true;
}

/* For messages: what of a word fits on a line. */
#define SHOWN(word) (int)((word).length < 60 ? (word).length : 60), (word).text

static bool finish_line(parser *parser) {
    word extra = {0};
    if (at_line_end(parser)) return true;
    return read_word(parser, "nothing", &extra) && FAIL(parser, "'%.*s' is too much on this line", SHOWN(extra));
}

static bool read_number(parser *parser, const char *what, uint64_t limit, uint64_t *number) {
    word digits = {0};
    if (!read_word(parser, what, &digits)) return false;
    *number = 0;
    for (size_t i = 0; i < digits.length; i++) {
        unsigned digit = (unsigned)(digits.text[i] - '0');
        if (digit > 9) return FAIL(parser, "%s must be a decimal number, not '%.*s'", what, SHOWN(digits));
        if (*number > (limit - digit) / 10) return FAIL(parser, "%s '%.*s' is too large", what, SHOWN(digits));
        *number = *number * 10 + digit;
    }
    return digits.length != 0 || FAIL(parser, "%s must be a decimal number", what);
}

static bool read_name(parser *parser, const char *what, uint32_t *number) {
    word name = {0};
    if (!read_word(parser, what, &name)) return false;
    *number = pprof_intern_string(&parser->lists->pool, (pprof_string){name.text, name.length}, parser->status);
    return *number != PPROF_NONE;
}

/* OFFSET, OFFSET:COLUMN or ?. */
static bool read_place(parser *parser, pprof_place *place) {
    word text = {0};
    if (!read_word(parser, "a place", &text)) return false;
    *place = (pprof_place){PPROF_NO_OFFSET, 0};
    if (is_word(text, "?")) return true;
    bool is_negative = text.text[0] == '-', in_column = false;
    uint64_t values[2] = {0, 0};
    size_t digits = 0;
    for (size_t i = is_negative; i < text.length; i++) {
        unsigned digit = (unsigned)(text.text[i] - '0');
        if (text.text[i] == ':' && digits != 0 && !in_column) {
            in_column = true;
            digits = 0;
            continue;
        }
        if (digit > 9) digits = 0;
        if (digit > 9) break;
        digits++;
        values[in_column] = values[in_column] * 10 + digit;
        if (values[0] > INT32_MAX || values[1] > UINT32_MAX)
            return FAIL(parser, "the place '%.*s' is out of range", SHOWN(text));
    }
    if (digits == 0) return FAIL(parser, "a place is OFFSET, OFFSET:COLUMN or '?', not '%.*s'", SHOWN(text));
    place->offset = is_negative ? -(int32_t)values[0] : (int32_t)values[0];
    place->column = (uint32_t)values[1];
    return true;
}

/* ---- lines ---- */

/* The parts of an identity that may follow a name, [key] being the first word; false without a failure when it is none
 * of them. */
static bool read_identity_part(parser *parser, word key, pprof_text_identity *identity) {
    uint64_t start = 0;
    if (is_word(key, "source")) return read_name(parser, "a source name", &identity->source);
    if (is_word(key, "file")) return read_name(parser, "a file name", &identity->file);
    if (!is_word(key, "start") || !read_number(parser, "a start line", INT32_MAX, &start)) return false;
    identity->start = (int32_t)start;
    return true;
}

/* An identity that has its linkage name alone. */
static bool read_linkage_name(parser *parser, const char *what, pprof_text_identity *identity) {
    if (!read_name(parser, what, &identity->linkage)) return false;
    identity->source = identity->linkage;
    identity->file = pprof_intern_string(&parser->lists->pool, (pprof_string){"", 0}, parser->status);
    return identity->file != PPROF_NONE;
}

static bool read_function_flags(parser *parser, pprof_text_function *function) {
    while (!at_line_end(parser)) {
        word key = {0};
        if (!read_word(parser, "a keyword", &key)) return false;
        if (read_identity_part(parser, key, &function->identity)) continue;
        if (parser->status->failed) return false;
        if (is_word(key, "absolute")) {
            function->lines_are_absolute = true;
        } else if (is_word(key, "uncertain")) {
            function->linkage_is_certain = false;
        } else if (is_word(key, "inclusive")) {
            function->has_inclusive = true;
            if (!read_number(parser, "an inclusive weight", UINT64_MAX, &function->inclusive)) return false;
        } else if (is_word(key, "leaf")) {
            function->has_leaf = true;
            if (!read_number(parser, "a leaf weight", UINT64_MAX, &function->leaf)) return false;
        } else {
            return FAIL(
                parser,
                "a function line knows source, file, start, absolute, uncertain, inclusive and leaf, not '%.*s'",
                SHOWN(key));
        }
    }
    if (function->lines_are_absolute && function->identity.start != 0)
        return FAIL(parser, "%s", "a function has a start line or absolute lines, not both");
    if (function->has_inclusive && function->has_leaf && function->leaf > function->inclusive)
        return FAIL(parser, "%s", "the leaf weight is larger than the inclusive weight");
    return true;
}

static bool read_function(parser *parser) {
    pprof_text_lists *lists = parser->lists;
    uint32_t body_index = lists->bodies.count;
    pprof_text_body *body = pprof_append_item(&lists->bodies, parser->status);
    pprof_text_function *function = pprof_append_item(&lists->functions, parser->status);
    if (body == NULL || function == NULL) return false;
    uint32_t line_number = parser->line_number;
    *body = (pprof_text_body){.parent = PPROF_NONE, .place = {PPROF_NO_OFFSET, 0}, .line_number = line_number};
    *function = (pprof_text_function){.body = body_index, .line_number = line_number, .linkage_is_certain = true};
    parser->open[0] = body_index;
    parser->open_count = 1;
    return read_linkage_name(parser, "a function's name", &function->identity) && read_function_flags(parser, function);
}

static bool read_self(parser *parser, uint32_t body) {
    pprof_text_lists *lists = parser->lists;
    pprof_text_self *self = pprof_append_item(&lists->selves, parser->status);
    if (self == NULL) return false;
    *self = (pprof_text_self){.body = body, .line_number = parser->line_number};
    return read_place(parser, &self->self.place) && read_number(parser, "a weight", UINT64_MAX, &self->self.weight);
}

static bool read_call(parser *parser, uint32_t parent, uint32_t depth) {
    pprof_text_lists *lists = parser->lists;
    uint32_t index = lists->bodies.count;
    pprof_text_body *body = pprof_append_item(&lists->bodies, parser->status);
    if (body == NULL) return false;
    *body = (pprof_text_body){.parent = parent, .depth = depth, .line_number = parser->line_number};
    parser->open[depth] = index;
    parser->open_count = depth + 1;
    if (!read_place(parser, &body->place) || !read_linkage_name(parser, "a callee's name", &body->callee) ||
        !read_number(parser, "an inclusive weight", UINT64_MAX, &body->inclusive) ||
        !read_number(parser, "a leaf weight", UINT64_MAX, &body->leaf))
        return false;
    if (body->leaf > body->inclusive)
        return FAIL(parser, "%s", "the leaf weight is larger than the inclusive weight, which comes first");
    while (!at_line_end(parser)) {
        word key = {0};
        if (!read_word(parser, "a keyword", &key)) return false;
        body->callee_is_exact = true;
        if (read_identity_part(parser, key, &body->callee)) continue;
        return !parser->status->failed &&
               FAIL(parser, "after its weights a call line knows source, file and start, not '%.*s'", SHOWN(key));
    }
    return true;
}

/* A line inside a body, [level] deep: 1 for a function's own. */
static bool read_item(parser *parser, size_t level) {
    word key = {0};
    if (level > PPROF_CONTEXT_LIMIT) return FAIL(parser, "contexts are nested more than %d deep", PPROF_CONTEXT_LIMIT);
    if (level > parser->open_count)
        return FAIL(parser, "%s",
                    "the line is indented more than two spaces beyond the function or call it belongs to");
    uint32_t parent = parser->open[level - 1];
    parser->open_count = (uint32_t)level;
    if (!read_word(parser, "self or call", &key)) return false;
    if (is_word(key, "self")) return read_self(parser, parent);
    if (is_word(key, "call")) return read_call(parser, parent, (uint32_t)level);
    return FAIL(parser, "an indented line begins with self or call, not '%.*s'", SHOWN(key));
}

static bool read_type(parser *parser) {
    word type = {0}, unit = {0};
    if (!read_word(parser, "a sample type", &type) || !read_word(parser, "a unit", &unit)) return false;
    parser->weights->type = pprof_copy_string(parser->arena, type.text, type.length, parser->status);
    parser->weights->unit = pprof_copy_string(parser->arena, unit.text, unit.length, parser->status);
    return !parser->status->failed;
}

/* total N [samples N] [unnamed N] [without-line N] [context-minimum N] */
static bool read_total(parser *parser) {
    pprof_weights *weights = parser->weights;
    if (!read_number(parser, "the total", UINT64_MAX, &weights->total)) return false;
    parser->lists->has_total = true;
    while (!at_line_end(parser)) {
        word key = {0};
        uint64_t number = 0;
        if (!read_word(parser, "a keyword", &key) || !read_number(parser, "a weight", UINT64_MAX, &number))
            return false;
        if (is_word(key, "samples")) {
            weights->sample_count = number;
            parser->lists->has_sample_count = true;
        } else if (is_word(key, "unnamed")) {
            weights->unnamed = number;
        } else if (is_word(key, "without-line")) {
            weights->without_line = number;
        } else if (is_word(key, "context-minimum")) {
            weights->context_minimum = number;
        } else {
            return FAIL(parser, "the total line knows samples, unnamed, without-line and context-minimum, not '%.*s'",
                        SHOWN(key));
        }
    }
    return true;
}

static bool read_line(parser *parser) {
    word key = {0};
    const char *start = parser->at;
    if (at_line_end(parser)) return true; /* empty, or a comment */
    size_t spaces = (size_t)(parser->at - start);
    if (spaces % 2 != 0) return FAIL(parser, "%s", "lines are indented by two spaces a level");
    if (spaces != 0) return read_item(parser, spaces / 2);
    if (!read_word(parser, "a keyword", &key)) return false;
    if (is_word(key, "function")) return read_function(parser);
    if (is_word(key, "type")) return read_type(parser);
    if (is_word(key, "total")) return read_total(parser);
    return FAIL(parser, "a line begins with type, total or function, not '%.*s'", SHOWN(key));
}

static bool read_header(parser *parser) {
    word name = {0};
    uint64_t version = 0;
    if (!read_word(parser, "pgo-weights", &name) || !read_number(parser, "a version", UINT32_MAX, &version))
        return false;
    if (!is_word(name, "pgo-weights")) return FAIL(parser, "%s", "a weights text begins with 'pgo-weights 1'");
    if (version != 1)
        return FAIL(parser,
                    "version %u of the weights text is not known here, only version 1: use the pprofread that wrote it",
                    (unsigned)version);
    return finish_line(parser);
}

static bool read_lines(parser *parser) {
    if (!read_header(parser)) return false;
    while (parser->at < parser->end) {
        const char *line_end = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
        if (line_end == NULL) break;
        parser->at = line_end + 1;
        parser->line_number++;
        if (!read_line(parser) || !finish_line(parser)) return false;
    }
    return true;
}

bool pprof_parse_weights(const pprof_source *source, pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    *weights = (pprof_weights){.type = "samples", .unit = "count"};
    pprof_text_lists lists = {
        .path = source->path,
        .functions = {.item_size = sizeof(pprof_text_function)},
        .bodies = {.item_size = sizeof(pprof_text_body)},
        .selves = {.item_size = sizeof(pprof_text_self)},
    };
    parser parser = {
        .at = (const char *)source->data,
        .end = (const char *)source->data + source->size,
        .line_number = 1,
        .lists = &lists,
        .weights = weights,
        .arena = arena,
        .status = status,
    };
    bool worked = read_lines(&parser) && pprof_assemble_weights(&lists, arena, weights, status);
    pprof_free_list(&lists.functions);
    pprof_free_list(&lists.bodies);
    pprof_free_list(&lists.selves);
    pprof_free_string_pool(&lists.pool);
    pprof_arena_free(&parser.scratch);
    return worked;
}
