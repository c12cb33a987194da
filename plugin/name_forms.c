/* Takes a demangled C++ name; gives the shorter forms that profilers write into profiles: without parameters, without
 * template arguments, without qualification. Demanglers differ in the names of lambdas and of local types: those are
 * left as they are and will not match across demanglers. */
#include "match.h"

#include <string.h>

static bool begins(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

/* The length of the operator's name at [text] ("operator()", "operator<<", "operator new"), 0 if there is none. */
static size_t measure_operator(const char *name, const char *text) {
    static const char *const symbols[] = {"()", "[]", "<=>", "<<=", ">>=",    "->*",       "<<",   ">>",     "<=",
                                          ">=", "->", "<",   ">",   " new[]", " delete[]", " new", " delete"};
    size_t length = strlen("operator");
    if (!begins(text, "operator") || is_word(text[length]) || (text > name && is_word(text[-1]))) return 0;
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++)
        if (begins(text + length, symbols[i])) return length + strlen(symbols[i]);
    return length;
}

/* The length of the bracketed group at [text], brackets of all kinds nested in it; 0 when it does not close. */
static size_t measure_group(const char *text) {
    size_t depth = 0;
    for (const char *c = text; *c != '\0'; c++) {
        size_t operator_length = c == text ? 0 : measure_operator(text, c);
        if (operator_length != 0) {
            c += operator_length - 1;
            continue;
        }
        if (*c == '(' || *c == '<' || *c == '{' || *c == '[') depth++;
        if ((*c == ')' || *c == '>' || *c == '}' || *c == ']') && --depth == 0) return (size_t)(c - text) + 1;
    }
    return 0;
}

/* What [name] consists of at the outermost level. */
typedef struct name_shape {
    size_t start;      /* behind the return type */
    size_t parameters; /* where the last parameter list begins, or the length */
    size_t last;       /* behind the last "::" before the parameters */
} name_shape;

static name_shape find_shape(const char *name) {
    static const char anonymous[] = "(anonymous namespace)";
    name_shape shape = {0, strlen(name), 0};
    bool is_operator = false; /* a conversion operator's type may hold spaces */
    for (size_t i = 0; name[i] != '\0';) {
        size_t operator_length = measure_operator(name, name + i);
        size_t group_length = 0;
        if (operator_length != 0) {
            is_operator = true;
            i += operator_length;
            continue;
        }
        if (begins(name + i, anonymous)) {
            i += sizeof anonymous - 1;
            continue;
        }
        if (name[i] == '(' || name[i] == '<' || name[i] == '{' || name[i] == '[') {
            group_length = measure_group(name + i);
            if (group_length == 0) break; /* cut off: nothing to be learnt behind this */
            if (name[i] == '(') shape.parameters = i;
        }
        if (begins(name + i, "::")) {
            shape.last = i + 2;
            shape.parameters = strlen(name); /* what came before were an enclosing function's */
            is_operator = false;
        } else if (name[i] == ' ' && !is_operator && shape.parameters > i) {
            shape.start = shape.last = i + 1;
        }
        i += group_length != 0 ? group_length : 1;
    }
    return shape;
}

/* [name] without its bracketed groups, operators' names and anonymous namespaces kept. */
static void drop_groups(char *name) {
    char *end = name;
    for (const char *c = name; *c != '\0';) {
        size_t kept = measure_operator(name, c);
        if (kept == 0 && begins(c, "(anonymous namespace)")) kept = strlen("(anonymous namespace)");
        if (kept == 0 && (*c == '(' || *c == '<')) {
            size_t group = measure_group(c);
            if (group != 0) {
                c += group;
                continue;
            }
            kept = strlen(c); /* cut off: the rest stays as it is */
        }
        if (kept == 0) kept = 1;
        memmove(end, c, kept);
        end += kept;
        c += kept;
    }
    while (end > name && end[-1] == ' ') end--;
    *end = '\0';
}

const char *pgo_shorten_name(const char *name, pgo_name_form form, pprof_arena *arena, pprof_status *status) {
    if (form == PGO_NAME_WHOLE) return pprof_copy_string(arena, name, strlen(name), status);
    name_shape shape = find_shape(name);
    size_t start = form == PGO_NAME_UNQUALIFIED ? shape.last : shape.start;
    if (start > shape.parameters) start = 0;
    char *shorter = pprof_copy_string(arena, name + start, shape.parameters - start, status);
    if (shorter != NULL && form >= PGO_NAME_WITHOUT_TEMPLATES) drop_groups(shorter);
    return shorter;
}
