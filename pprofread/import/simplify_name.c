/* Takes a linkage name; gives the short name that pprof shows: `_ZNK2ns4listIiE4findERKi.llvm.12` ─▶ `ns::list::find`.
 *
 * The C++ runtime demangles; what is left is to drop the return type, parameters, template arguments, qualifiers and
 * clone suffixes from its text, which is unambiguous enough for a scanner with one stack of brackets:
 *
 *   void ns::each<int, f(bool)>(int (*)(char)) const [clone .part.0]    ─▶  ns::each
 *   f(int)::{lambda(std::list<int>)#1}::operator()(int) const           ─▶  f::{lambda(std::list)#1}::operator()
 *
 * Cannot know Rust or D names: they come back as they are. Linkage names come from the program's own binary; the
 * demangler is trusted with them, up to a length that no compiler exceeds. */
#include "import/import.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST_MANGLED_NAME = 1 << 20 };

/* libstdc++'s, which prints what GNU tools and pprof print; LLVM's says 'lambda' where these say {lambda()#1}. */
extern char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome);

typedef struct scanner {
    const char *at;
    char *out; /* the name so far: never longer than the text */
    size_t length;
    char *brackets; /* open ones, as deep as the text is long */
} scanner;

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           c == '.' || (unsigned char)c >= 0x80;
}

static void put(scanner *scanner, const char *text, size_t length) {
    memmove(scanner->out + scanner->length, text, length);
    scanner->length += length;
}

/* The length of the operator's symbol at [at], which follows the word `operator`; 0: it converts to a type. */
static size_t measure_operator(const char *at) {
    /* longer ones before their own beginnings */
    static const char *const symbols[] = {
        "()", "[]", "->*", "->",     "<=>",  "<<=",       ">>=",     "<<",        ">>", "<=", ">=", "<",
        ">",  "==", "=",   "!=",     "!",    "&&",        "&=",      "&",         "||", "|=", "|",  "^=",
        "^",  "~",  "++",  "+=",     "+",    "--",        "-=",      "-",         "*=", "*",  "/=", "/",
        "%=", "%",  ",",   " new[]", " new", " delete[]", " delete", " co_await", "?",
    };
    if (starts_with(at, "\"\"")) { /* operator"" _suffix */
        size_t length = 2;
        if (at[length] == ' ') length++;
        while (is_word(at[length])) length++;
        return length;
    }
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (starts_with(at, symbols[i])) return strlen(symbols[i]);
    return 0;
}

/* If the word `operator` begins at [at] (and [text] does not run into it), its length with the symbol; else 0. */
static size_t measure_operator_word(const char *text, const char *at) {
    static const char word[] = "operator";
    const size_t length = sizeof word - 1;
    if (!starts_with(at, word) || (at > text && is_word(at[-1])) || is_word(at[length])) return 0;
    return length + measure_operator(at + length);
}

static bool closes(char open, char close) {
    return (open == '(' && close == ')') || (open == '{' && close == '}') || (open == '[' && close == ']') ||
           (open == '<' && close == '>');
}

/* The end of the bracketed group at [at], or NULL if it has none. An angle that is an operator is no bracket: the
 * demangler writes comparisons as (a)<(b) and a template's arguments right after its name. */
static const char *skip_group(const scanner *scanner, const char *at) {
    const char *const start = at;
    size_t depth = 0;
    do {
        size_t operator_length = measure_operator_word(start, at);
        if (operator_length != 0) {
            at += operator_length;
            if (*at == ' ' && at[1] == '<') at++; /* operator< <int> */
            if (*at == '<') scanner->brackets[depth++] = *at++;
            continue;
        }
        char c = *at;
        bool is_comparison = c == '<' && at > start && !is_word(at[-1]) && at[-1] != ']' && at[-1] != '}';
        if (c == '\0') return NULL;
        if (c == '(' || c == '{' || c == '[' || (c == '<' && !is_comparison)) {
            scanner->brackets[depth++] = c;
        } else if (c == ')' || c == '}' || c == ']') {
            if (depth == 0 || !closes(scanner->brackets[depth - 1], c)) return NULL;
            depth--;
        } else if (c == '>' && depth != 0 && scanner->brackets[depth - 1] == '<' && at[-1] != '-') {
            depth--;
        }
        at++;
    } while (depth != 0);
    return at;
}

/* Copies the text up to [end] without template arguments. */
static void put_without_templates(scanner *scanner, const char *end) {
    const char *const start = scanner->at;
    while (scanner->at < end) {
        size_t operator_length = measure_operator_word(start, scanner->at);
        if (operator_length != 0 && operator_length <= (size_t)(end - scanner->at)) {
            put(scanner, scanner->at, operator_length);
            scanner->at += operator_length;
            if (starts_with(scanner->at, " <")) scanner->at++;
        } else if (*scanner->at != '<' || scanner->at == start || !is_word(scanner->at[-1])) {
            put(scanner, scanner->at++, 1);
            continue;
        }
        const char *after = *scanner->at == '<' ? skip_group(scanner, scanner->at) : NULL;
        if (after != NULL)
            scanner->at = after;
        else if (operator_length == 0)
            put(scanner, scanner->at++, 1);
    }
}

/* Past ` const`, ` volatile`, ` &`, ` &&`, which belong to `this`. */
static const char *skip_qualifiers(const char *at) {
    static const char *const qualifiers[] = {" const", " volatile", " &&", " &"};
    for (size_t i = 0; i < sizeof qualifiers / sizeof *qualifiers;) {
        size_t length = strlen(qualifiers[i]);
        if (starts_with(at, qualifiers[i]) && !is_word(at[length])) {
            at += length;
            i = 0;
        } else {
            i++;
        }
    }
    return at;
}

/* A conversion's type ends where its own empty parameter list begins. */
static const char *find_conversion_end(const scanner *scanner) {
    const char *at = scanner->at;
    while (*at != '\0') {
        if (starts_with(at, "()")) {
            const char *after = skip_qualifiers(at + 2);
            if (*after == '\0' || *after == ')' || starts_with(after, "::")) return at;
        }
        const char *after = *at == '(' || *at == '<' || *at == '{' ? skip_group(scanner, at) : at + 1;
        if (after == NULL) break;
        at = after;
    }
    return scanner->at + strlen(scanner->at);
}

/* A word, with what must follow it: an operator's symbol, a decltype's expression. */
static void read_word(scanner *scanner) {
    static const char decltype_word[] = "decltype";
    const char *start = scanner->at;
    size_t operator_length = measure_operator_word(start, start);
    if (operator_length != 0) {
        put(scanner, start, operator_length);
        scanner->at += operator_length;
        if (operator_length == strlen("operator"))
            put_without_templates(scanner, find_conversion_end(scanner));
        else if (starts_with(scanner->at, " <"))
            scanner->at++;
        return;
    }
    if (*scanner->at == '~') scanner->at++;
    while (is_word(*scanner->at)) scanner->at++;
    size_t length = (size_t)(scanner->at - start);
    put(scanner, start, length);
    if (length == sizeof decltype_word - 1 && memcmp(start, decltype_word, length) == 0) {
        const char *group = *scanner->at == ' ' ? scanner->at + 1 : scanner->at;
        const char *after = *group == '(' ? skip_group(scanner, group) : NULL;
        if (after != NULL) scanner->at = after;
    }
}

/* One part of a qualified name, its template arguments dropped. False: none begins here. */
static bool read_component(scanner *scanner) {
    static const char anonymous[] = "(anonymous namespace)";
    char c = *scanner->at;
    if (starts_with(scanner->at, anonymous)) {
        put(scanner, anonymous, sizeof anonymous - 1);
        scanner->at += sizeof anonymous - 1;
    } else if (c == '{' || c == '[') {
        const char *end = skip_group(scanner, scanner->at);
        if (end == NULL) return false;
        put_without_templates(scanner, end);
    } else if (is_word(c) || (c == '~' && is_word(scanner->at[1]))) {
        read_word(scanner);
    } else {
        return false;
    }
    while (*scanner->at == '<' || starts_with(scanner->at, "[abi:")) {
        const char *end = skip_group(scanner, scanner->at);
        if (end == NULL) break;
        if (*scanner->at == '[') put(scanner, scanner->at, (size_t)(end - scanner->at));
        scanner->at = end;
    }
    return true;
}

/* A qualified name. True when it is the whole name: a parameter list or the end follows. False: it was a piece of the
 * return type. The parameters of a function that encloses the rest are dropped: f(int)::local::g ─▶ f::local::g. */
static bool read_qualified_name(scanner *scanner) {
    while (read_component(scanner)) {
        if (*scanner->at == '(') {
            const char *end = skip_group(scanner, scanner->at);
            const char *after = end == NULL ? NULL : skip_qualifiers(end);
            if (after == NULL || !starts_with(after, "::")) return true;
            scanner->at = after;
        } else if (*scanner->at == '\0') {
            return true;
        }
        if (!starts_with(scanner->at, "::")) return false;
        put(scanner, "::", 2);
        scanner->at += 2;
    }
    return false;
}

/* The names of things that are not written in the source keep the words that say so; a thunk also its parameters. */
static bool read_special_name(scanner *scanner) {
    static const struct {
        const char *prefix;
        bool is_function;
    } specials[] = {
        {"non-virtual thunk to ", false},
        {"virtual thunk to ", false},
        {"covariant return thunk to ", false},
        {"vtable for ", false},
        {"VTT for ", false},
        {"typeinfo for ", false},
        {"typeinfo name for ", false},
        {"typeinfo fn for ", false},
        {"construction vtable for ", false},
        {"guard variable for ", true},
        {"TLS init function for ", true},
        {"TLS wrapper function for ", true},
        {"reference temporary #", false},
        {"transaction clone for ", false},
        {"non-transaction clone for ", false},
    };
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        size_t length = strlen(specials[i].prefix);
        if (!starts_with(scanner->at, specials[i].prefix)) continue;
        put(scanner, scanner->at, length);
        scanner->at += length;
        if (specials[i].is_function) return read_qualified_name(scanner);
        put_without_templates(scanner, scanner->at + strlen(scanner->at));
        return true;
    }
    return false;
}

static void simplify_demangled(scanner *scanner) {
    if (read_special_name(scanner)) return;
    const char *const text = scanner->at;
    while (*scanner->at != '\0') {
        const char *before = scanner->at;
        scanner->length = 0;
        if (read_qualified_name(scanner)) return;
        if (scanner->at == before) scanner->at++; /* the `*`, `&`, ` ` or `(` of a return type */
    }
    scanner->length = 0;
    put(scanner, text, strlen(text)); /* no name in it that we know: all of it, rather than nothing */
}

/* [name] without its outermost groups of [open] and [close]; as it is where they do not match. */
static size_t remove_groups(char *name, size_t length, char open, char close) {
    size_t depth = 0, kept = 0;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == open) depth++;
        if (name[i] == close && depth-- == 0) return length;
    }
    if (depth != 0) return length;
    for (size_t i = 0; i < length; i++) {
        if (name[i] == open) depth++;
        if (depth == 0) name[kept++] = name[i];
        if (name[i] == close) depth--;
    }
    name[kept] = '\0';
    return kept;
}

/* Names without linkage names (-g1) are plain C++; Java's `class.<init>` and Go's `f.(*T[...]).m` are not. */
static const char *simplify_plain(const char *name, pprof_arena *arena, pprof_status *status) {
    size_t length = strlen(name);
    char *copy = pprof_copy_string(arena, name, length, status);
    if (copy == NULL) return NULL;
    bool looks_demangled = strpbrk(name, "<>[]") != NULL || strstr(name, "::") != NULL;
    if (!looks_demangled || strstr(name, ".<") != NULL || strstr(name, "]).") != NULL) return copy;
    length = remove_groups(copy, length, '(', ')');
    (void)remove_groups(copy, length, '<', '>');
    return copy;
}

const char *pprof_simplify_name(const char *linkage_name, pprof_arena *arena, pprof_status *status) {
    char *demangled = NULL;
    if (starts_with(linkage_name, "_Z") && strlen(linkage_name) <= LONGEST_MANGLED_NAME)
        demangled = __cxa_demangle(linkage_name, NULL, NULL, NULL);
    if (demangled == NULL) return simplify_plain(linkage_name, arena, status);
    char *clone = strstr(demangled, " [clone ");
    if (clone != NULL) *clone = '\0';

    size_t length = strlen(demangled);
    char *brackets = malloc(length + 1);
    scanner scanner = {.at = demangled, .out = pprof_allocate(arena, length + 1, 1, status), .brackets = brackets};
    if (brackets == NULL) pprof_fail(status, "out of memory (a name of %zu characters)", length);
    if (scanner.out != NULL && brackets != NULL) {
        simplify_demangled(&scanner);
        scanner.out[scanner.length] = '\0';
    }
    free(brackets);
    free(demangled);
    return status->failed ? NULL : scanner.out;
}
