/* Takes the --map, --map-file and --regex arguments; gives the rules, exact ones first.
 *
 * A pair is "old=new". Names of operators have a '=' of their own: "\=" is one that does not end the old name, and in a
 * map file a TAB may stand between the names, which needs no such care. */
#include "rename_rules.h"

#include <string.h>

/* Up to [end], each "\=" as "=". */
static const char *unescape(rename_rules *rules, const char *text, size_t length) {
    char *copy = pprof_copy_string(rules->arena, text, length, rules->status);
    if (copy == NULL) return NULL;
    char *out = copy;
    for (const char *at = copy; *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == '=') at++;
        *out++ = *at;
    }
    *out = '\0';
    return copy;
}

static const char *find_separator(const char *pair) {
    for (const char *at = pair; *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == '=')
            at++;
        else if (*at == '=')
            return at;
    }
    return NULL;
}

static bool add_rule(rename_rules *rules, const char *from, size_t from_length, const char *to, bool is_pattern) {
    pprof_rename_rule *rule = pprof_append_item(&rules->list, rules->status);
    if (rule == NULL) return false;
    *rule = (pprof_rename_rule){.to = unescape(rules, to, strlen(to)), .is_pattern = is_pattern};
    rule->from = unescape(rules, from, from_length);
    return !rules->status->failed;
}

bool cli_add_rename_rule(rename_rules *rules, const cli_syntax *syntax, const char *option, const char *pair,
                         bool is_pattern) {
    const char *equals = find_separator(pair);
    if (equals == NULL || equals == pair || (equals[1] == '\0' && !is_pattern))
        return cli_misuse(syntax, "--%s takes %s, not '%s'", option, is_pattern ? "RE=NEW" : "OLD=NEW", pair);
    return add_rule(rules, pair, (size_t)(equals - pair), equals + 1, is_pattern);
}

/* "old<TAB>new", "old=new" or "old new". */
static bool add_line(rename_rules *rules, const char *file, size_t number, const char *line) {
    const char *separator = strchr(line, '\t');
    if (separator == NULL) separator = find_separator(line);
    if (separator == NULL) separator = strchr(line, ' ');
    if (separator == NULL || separator == line || separator[1] == '\0')
        return pprof_fail(rules->status,
                          "%s:%zu: no pair: '%s'; write the old name, a TAB, '=' or a space, and the new "
                          "name",
                          file, number, line);
    if (*separator != '\t') return add_rule(rules, line, (size_t)(separator - line), separator + 1, false);
    pprof_rename_rule *rule = pprof_append_item(&rules->list, rules->status);
    if (rule == NULL) return false;
    *rule = (pprof_rename_rule){.to = separator + 1};
    rule->from = pprof_copy_string(rules->arena, line, (size_t)(separator - line), rules->status);
    return rule->from != NULL;
}

bool cli_read_rename_map(rename_rules *rules, const char *file) {
    pprof_source source;
    if (!pprof_read_source(file, 0, rules->arena, &source, rules->status)) return false;
    size_t number = 1;
    for (size_t start = 0, end; start < source.size; start = end + 1, number++) {
        const uint8_t *newline = memchr(source.data + start, '\n', source.size - start);
        end = newline == NULL ? source.size : (size_t)(newline - source.data);
        size_t length = end - start;
        if (length > 0 && source.data[end - 1] == '\r') length--;
        const char *line = pprof_copy_string(rules->arena, (const char *)source.data + start, length, rules->status);
        if (line == NULL) return false;
        if (*line != '\0' && *line != '#' && !add_line(rules, file, number, line)) return false;
    }
    return true;
}
