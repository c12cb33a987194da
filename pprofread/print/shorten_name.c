/* Takes a function's name; gives the part that a picture has room for, by the rules of pprof:
 *
 *   ns::inner::Class::method<int> ─▶ Class::method<int>      (anonymous namespace)::f ─▶ f
 *   github.com/user/module/v2/pkg.Run ─▶ pkg.Run             org.example.Class.method(int) ─▶ Class.method */
#include "print/print.h"

#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

static bool is_word(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}

static pprof_string skip(pprof_string name, size_t length) {
    return (pprof_string){name.text + length, name.length - length};
}

static bool starts_with(pprof_string name, const char *prefix) {
    size_t length = strlen(prefix);
    return name.length >= length && memcmp(name.text, prefix, length) == 0;
}

/* The length of "/v2" at the beginning of [name], if a module's version stands there: at least 2, and something behind
 * it. */
static size_t measure_version(pprof_string name) {
    if (!starts_with(name, "/v")) return 0;
    size_t end = 2;
    while (end < name.length && is_digit(name.text[end])) end++;
    bool is_version = end > 3 ? name.text[2] != '0' : end == 3 && name.text[2] >= '2';
    if (!is_version || end == name.length || (name.text[end] != '.' && name.text[end] != '/')) return 0;
    return end;
}

static bool drop_version(pprof_string *name, pprof_arena *arena, pprof_status *status) {
    for (size_t i = 0; i < name->length; i++) {
        size_t length = measure_version(skip(*name, i));
        if (length == 0) continue;
        char *text = pprof_allocate(arena, name->length - length, 1, status);
        if (text == NULL) return false;
        memcpy(text, name->text, i);
        memcpy(text + i, name->text + i + length, name->length - i - length);
        *name = (pprof_string){text, name->length - length};
        break;
    }
    return true;
}

/* "github.com/user/pkg.Run" ─▶ "pkg.Run" */
static bool cut_import_path(pprof_string name, pprof_string *shown) {
    size_t start = 0;
    for (size_t end = 0; end < name.length; end++) {
        char c = name.text[end];
        if (c == '/' && end > start && end + 1 < name.length) {
            start = end + 1;
        } else if (!is_word(c) && c != '-' && c != '.') {
            break;
        }
    }
    *shown = skip(name, start);
    return start > 0;
}

/* "org.example.Class.method(int)" ─▶ "Class.method" */
static bool cut_java_package(pprof_string name, pprof_string *shown) {
    size_t start = 0, end = 0;
    while (end < name.length && is_lower(name.text[start])) {
        while (end < name.length && is_word(name.text[end])) end++;
        if (end == name.length || name.text[end] != '.') return false;
        start = ++end;
    }
    if (end == name.length || !is_upper(name.text[end])) return false;
    while (end < name.length && (is_word(name.text[end]) || name.text[end] == '$')) end++;
    if (end + 1 >= name.length || name.text[end] != '.') return false;
    end++;
    if (starts_with(skip(name, end), "<init>")) {
        end += strlen("<init>");
    } else if (is_lower(name.text[end])) {
        while (end < name.length && (is_word(name.text[end]) || name.text[end] == '$')) end++;
    } else {
        return false;
    }
    *shown = (pprof_string){name.text + start, end - start};
    return end == name.length || name.text[end] == '(';
}

/* How long the identifier at the beginning of [name] is. */
static size_t measure_identifier(pprof_string name) {
    size_t end = 0;
    while (end < name.length && is_word(name.text[end]) && !(end == 0 && is_digit(name.text[0]))) end++;
    return end;
}

/* The length of "Class::method<…>" at the beginning of [name], 0 if there is none: classes begin with a capital. */
static size_t measure_method(pprof_string name) {
    size_t capital = 0, end = measure_identifier(name);
    while (capital < end && name.text[capital] == '_') capital++;
    if (capital == end || !is_upper(name.text[capital]) || !starts_with(skip(name, end), "::")) return 0;
    end += 2;
    if (end < name.length && name.text[end] == '~') end++;
    size_t length = measure_identifier(skip(name, end));
    if (length == 0) return 0;
    end += length;
    if (end == name.length || name.text[end] != '<') return end;
    for (size_t last = name.length; last > end; last--)
        if (name.text[last - 1] == '>') return last;
    return end;
}

/* "ns::Outer::Class::method(int)" ─▶ "Class::method", only if there is a scope to cut off. */
static bool cut_scopes(pprof_string name, pprof_string *shown) {
    bool is_found = false;
    for (pprof_string rest = name;;) {
        size_t length = measure_identifier(rest);
        if (length == 0 || !starts_with(skip(rest, length), "::")) return is_found;
        rest = skip(rest, length + 2);
        size_t method = measure_method(rest);
        if (method == 0) continue;
        *shown = (pprof_string){rest.text, method};
        is_found = true;
    }
}

bool pprof_shorten_name(pprof_string name, pprof_arena *arena, pprof_string *shown, pprof_status *status) {
    static const char anonymous[] = "(anonymous namespace)::";
    *shown = starts_with(name, anonymous) ? skip(name, strlen(anonymous)) : name;
    if (!drop_version(shown, arena, status)) return false;
    pprof_string cut;
    if (cut_import_path(*shown, &cut) || cut_java_package(*shown, &cut) || cut_scopes(*shown, &cut)) *shown = cut;
    return true;
}
