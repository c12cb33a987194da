/* Takes Weights; gives their text form, which text_parse.c reads back to the same Weights. The format is described in
 * pprofread.h. Contexts are printed without recursion, so that no Weights can exhaust the stack. */
#include "weights/weigh.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Whether [name] must be quoted to be one word of a line. */
static bool needs_quotes(const char *name) {
    for (const char *at = name; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f || *at == '"' || *at == '#') return true;
    return *name == '\0';
}

static void print_name(const char *name, FILE *out) {
    if (!needs_quotes(name)) {
        (void)fputs(name, out);
        return;
    }
    (void)putc('"', out);
    for (const char *at = name; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\')
            (void)fprintf(out, "\\%c", byte);
        else if (byte == '\n')
            (void)fputs("\\n", out);
        else if (byte == '\t')
            (void)fputs("\\t", out);
        else if (byte < ' ' || byte == 0x7f)
            (void)fprintf(out, "\\%03o", byte);
        else
            (void)putc(byte, out);
    }
    (void)putc('"', out);
}

static void print_place(pprof_place place, FILE *out) {
    if (place.offset == PPROF_NO_OFFSET)
        (void)putc('?', out);
    else if (place.column == 0)
        (void)fprintf(out, "%" PRId32, place.offset);
    else
        (void)fprintf(out, "%" PRId32 ":%" PRIu32, place.offset, place.column);
}

/* Whether another function has the same linkage name, which then does not say which one is meant. */
static bool shares_linkage_name(const pprof_weights *weights, uint32_t function) {
    const pprof_weight_function *functions = weights->functions;
    const char *name = functions[function].linkage_name;
    return (function > 0 && strcmp(functions[function - 1].linkage_name, name) == 0) ||
           (function + 1 < weights->function_count && strcmp(functions[function + 1].linkage_name, name) == 0);
}

/* What tells functions of one linkage name apart. */
static void print_identity(const pprof_weight_function *function, bool print_start, FILE *out) {
    if (strcmp(function->source_name, function->linkage_name) != 0) {
        (void)fputs(" source ", out);
        print_name(function->source_name, out);
    }
    if (function->file[0] != '\0') {
        (void)fputs(" file ", out);
        print_name(function->file, out);
    }
    if (print_start) (void)fprintf(out, " start %" PRId32, function->start_line);
}

static void print_function_line(const pprof_weight_function *function, const pprof_body *root, FILE *out) {
    (void)fputs("function ", out);
    print_name(function->linkage_name, out);
    print_identity(function, function->start_line != 0, out);
    if (function->lines_are_absolute) (void)fputs(" absolute", out);
    if (!function->linkage_is_certain) (void)fputs(" uncertain", out);
    (void)fprintf(out, " inclusive %" PRIu64 " leaf %" PRIu64 "\n", root->inclusive, root->leaf);
}

static void indent(uint32_t depth, FILE *out) {
    for (uint32_t i = 0; i <= depth; i++) (void)fputs("  ", out);
}

static void print_selves(const pprof_weights *weights, const pprof_body *body, uint32_t depth, FILE *out) {
    for (uint32_t i = body->first_self; i < body->first_self + body->self_count; i++) {
        indent(depth, out);
        (void)fputs("self ", out);
        print_place(weights->selves[i].place, out);
        (void)fprintf(out, " %" PRIu64 "\n", weights->selves[i].weight);
    }
}

static void print_call_line(const pprof_weights *weights, const pprof_body *call, uint32_t depth, FILE *out) {
    const pprof_weight_function *callee = &weights->functions[call->function];
    indent(depth, out);
    (void)fputs("call ", out);
    print_place(call->place, out);
    (void)putc(' ', out);
    print_name(callee->linkage_name, out);
    (void)fprintf(out, " %" PRIu64 " %" PRIu64, call->inclusive, call->leaf);
    if (shares_linkage_name(weights, call->function)) print_identity(callee, true, out);
    (void)putc('\n', out);
}

/* The selves and calls of [root], and those of its calls, and so on. */
static bool print_contexts(const pprof_weights *weights, const pprof_body *root, FILE *out, pprof_status *status) {
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
        print_call_line(weights, call, depth, out);
        if (depth == PPROF_CONTEXT_LIMIT)
            return pprof_fail(status, "contexts are nested more than %d deep", PPROF_CONTEXT_LIMIT);
        depth++;
        print_selves(weights, call, depth, out);
        open[depth].next = call->first_call;
        open[depth].end = call->first_call + call->call_count;
    }
}

bool pprof_print_weights(const pprof_weights *weights, FILE *out, pprof_status *status) {
    errno = 0;
    (void)fputs("pgo-weights 1\ntype ", out);
    print_name(weights->type, out);
    (void)putc(' ', out);
    print_name(weights->unit, out);
    (void)fprintf(out, "\ntotal %" PRIu64 " samples %" PRIu64 " unnamed %" PRIu64 " without-line %" PRIu64,
                  weights->total, weights->sample_count, weights->unnamed, weights->without_line);
    if (weights->context_minimum != 0) (void)fprintf(out, " context-minimum %" PRIu64, weights->context_minimum);
    (void)putc('\n', out);
    for (uint32_t i = 0; i < weights->function_count && !ferror(out); i++) {
        print_function_line(&weights->functions[i], &weights->bodies[i], out);
        if (!print_contexts(weights, &weights->bodies[i], out, status)) return false;
    }
    if (fflush(out) != 0 || ferror(out)) return pprof_fail(status, "cannot write the weights: %s", strerror(errno));
    return true;
}
