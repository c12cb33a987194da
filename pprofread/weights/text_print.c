/* Takes Weights; gives their text form, which text_parse.c reads back to the same Weights. The format is described in
 * pprofread.h. Contexts are printed without recursion, so that no Weights can exhaust the stack.
 *
 * The text of a large profile is as long as the profile and made of short words: they are put together here, and the
 * stream gets them by many at once. */
#include "weights/weigh.h"

#include <errno.h>
#include <string.h>

/* Text on its way to the stream. */
typedef struct printer {
    FILE *stream;
    size_t size;
    char text[1 << 15];
} printer;

/* What is to be known of a callee to print a call of it. */
typedef struct callee_name {
    size_t length;
    bool needs_quotes, needs_identity;
} callee_name;

static void flush_text(printer *out) {
    (void)fwrite(out->text, 1, out->size, out->stream);
    out->size = 0;
}

static void print_bytes(const char *text, size_t length, printer *out) {
    if (length > sizeof out->text - out->size) flush_text(out);
    if (length > sizeof out->text) {
        (void)fwrite(text, 1, length, out->stream);
        return;
    }
    memcpy(out->text + out->size, text, length);
    out->size += length;
}

static inline void print_text(const char *text, printer *out) {
    print_bytes(text, strlen(text), out);
}

/* Prints [word], which brings its spaces, and [number]. */
static inline void print_number(const char *word, uint64_t number, printer *out) {
    char digits[20], *first = digits + sizeof digits;
    do *--first = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    print_text(word, out);
    print_bytes(first, (size_t)(digits + sizeof digits - first), out);
}

static void print_signed(const char *word, int32_t number, printer *out) {
    print_text(word, out);
    print_number(number < 0 ? "-" : "", number < 0 ? -(uint64_t)number : (uint64_t)number, out);
}

/* Whether [name] must be quoted to be one word of a line. */
static bool needs_quotes(const char *name) {
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f || *at == '"' || *at == '#') return true;
    return *name == '\0';
}

static void print_quoted(const char *name, printer *out) {
    print_text("\"", out);
    for (const char *at = name; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        const char octal[] = {'\\', (char)('0' + (byte >> 6)), (char)('0' + (byte >> 3 & 7)), (char)('0' + (byte & 7))};
        if (byte == '"' || byte == '\\')
            print_bytes((const char[]){'\\', *at}, 2, out);
        else if (byte == '\n')
            print_text("\\n", out);
        else if (byte == '\t')
            print_text("\\t", out);
        else if (byte < ' ' || byte == 0x7f)
            print_bytes(octal, sizeof octal, out);
        else
            print_bytes(at, 1, out);
    }
    print_text("\"", out);
}

static void print_name(const char *name, printer *out) {
    if (needs_quotes(name))
        print_quoted(name, out);
    else
        print_text(name, out);
}

static void print_place(pprof_place place, printer *out) {
    if (place.offset == PPROF_NO_OFFSET)
        print_text("?", out);
    else
        print_signed("", place.offset, out);
    if (place.offset != PPROF_NO_OFFSET && place.column != 0) print_number(":", place.column, out);
}

/* Whether another function has the same linkage name, which then does not say which one is meant. */
static bool shares_linkage_name(const pprof_weights *weights, uint32_t function) {
    const pprof_weight_function *functions = weights->functions;
    const char *name = functions[function].linkage_name;
    return (function > 0 && strcmp(functions[function - 1].linkage_name, name) == 0) ||
           (function + 1 < weights->function_count && strcmp(functions[function + 1].linkage_name, name) == 0);
}

/* What tells functions of one linkage name apart. */
static void print_identity(const pprof_weight_function *function, bool print_start, printer *out) {
    if (strcmp(function->source_name, function->linkage_name) != 0) {
        print_text(" source ", out);
        print_name(function->source_name, out);
    }
    if (function->file[0] != '\0') {
        print_text(" file ", out);
        print_name(function->file, out);
    }
    if (print_start) print_signed(" start ", function->start_line, out);
}

static void print_function_line(const pprof_weight_function *function, const pprof_body *root, printer *out) {
    print_text("function ", out);
    print_name(function->linkage_name, out);
    print_identity(function, function->start_line != 0, out);
    if (function->lines_are_absolute) print_text(" absolute", out);
    if (!function->linkage_is_certain) print_text(" uncertain", out);
    print_number(" inclusive ", root->inclusive, out);
    print_number(" leaf ", root->leaf, out);
    print_text("\n", out);
}

/* Two spaces for each level, and two more. */
static void indent(uint32_t depth, printer *out) {
    static const char spaces[] = "                    ";
    size_t left = 2 * ((size_t)depth + 1);
    for (; left > sizeof spaces - 1; left -= sizeof spaces - 1) print_text(spaces, out);
    print_bytes(spaces, left, out);
}

static void print_selves(const pprof_weights *weights, const pprof_body *body, uint32_t depth, printer *out) {
    for (uint32_t i = body->first_self; i < body->first_self + body->self_count; i++) {
        indent(depth, out);
        print_text("self ", out);
        print_place(weights->selves[i].place, out);
        print_number(" ", weights->selves[i].weight, out);
        print_text("\n", out);
    }
}

static void print_call_line(const pprof_weights *weights, const callee_name *names, const pprof_body *call,
                            uint32_t depth, printer *out) {
    const pprof_weight_function *callee = &weights->functions[call->function];
    const callee_name *name = &names[call->function];
    indent(depth, out);
    print_text("call ", out);
    print_place(call->place, out);
    print_text(" ", out);
    if (name->needs_quotes)
        print_quoted(callee->linkage_name, out);
    else
        print_bytes(callee->linkage_name, name->length, out);
    print_number(" ", call->inclusive, out);
    print_number(" ", call->leaf, out);
    if (name->needs_identity) print_identity(callee, true, out);
    print_text("\n", out);
}

/* The selves and calls of [root], and those of its calls, and so on. */
static bool print_contexts(const pprof_weights *weights, const callee_name *names, const pprof_body *root, printer *out,
                           pprof_status *status) {
    struct {
        uint32_t next, end;
    } open[PPROF_CONTEXT_LIMIT + 1]; /* calls not yet printed of each body on the way */
    uint32_t depth = 0;
    print_selves(weights, root, 0, out);
    open[0].next = root->first_call;
    open[0].end = root->first_call + root->call_count;
    for (;;) {
        if (open[depth].next == open[depth].end) {
            if (depth == 0) return true;
            depth--;
            continue;
        }
        const pprof_body *call = &weights->bodies[open[depth].next++];
        print_call_line(weights, names, call, depth, out);
        if (depth == PPROF_CONTEXT_LIMIT)
            return pprof_fail(status, "contexts are nested more than %d deep", PPROF_CONTEXT_LIMIT);
        depth++;
        print_selves(weights, call, depth, out);
        open[depth].next = call->first_call;
        open[depth].end = call->first_call + call->call_count;
    }
}

static bool print_all(const pprof_weights *weights, const callee_name *names, printer *out, pprof_status *status) {
    print_text("pgo-weights 1\ntype ", out);
    print_name(weights->type, out);
    print_text(" ", out);
    print_name(weights->unit, out);
    print_number("\ntotal ", weights->total, out);
    print_number(" samples ", weights->sample_count, out);
    print_number(" unnamed ", weights->unnamed, out);
    print_number(" without-line ", weights->without_line, out);
    if (weights->context_minimum != 0) print_number(" context-minimum ", weights->context_minimum, out);
    print_text("\n", out);
    for (uint32_t i = 0; i < weights->function_count && !ferror(out->stream); i++) {
        print_function_line(&weights->functions[i], &weights->bodies[i], out);
        if (!print_contexts(weights, names, &weights->bodies[i], out, status)) return false;
    }
    return true;
}

bool pprof_print_weights(const pprof_weights *weights, FILE *out, pprof_status *status) {
    pprof_arena scratch = {0};
    callee_name *names = pprof_allocate(&scratch, weights->function_count, sizeof *names, status);
    if (names == NULL) return false;
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const char *name = weights->functions[i].linkage_name;
        names[i] = (callee_name){strlen(name), needs_quotes(name), shares_linkage_name(weights, i)};
    }
    printer printer = {.stream = out, .size = 0};
    errno = 0;
    bool done = print_all(weights, names, &printer, status);
    flush_text(&printer);
    pprof_arena_free(&scratch);
    if (!done) return false;
    if (fflush(out) != 0 || ferror(out)) return pprof_fail(status, "cannot write the weights: %s", strerror(errno));
    return true;
}
