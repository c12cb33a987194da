/* Takes a Profile and rules; gives it with its functions under other names, as a profile of the renamed source would
 * have them, so that a profile lives on through a large renaming.
 *
 * A function has a name that people read and one that linkers know. A rule means one of them, and the other follows:
 *
 *   foo::bar=foo::baz       name foo::bar, linkage name _ZN3foo3barEv   ─▶   foo::baz, _ZN3foo3bazEv
 *   _ZN3foo3barEv=…3baz…    the same
 *   f=g                     C: both
 *
 * Cannot know which types were renamed: a type among parameters keeps its name, and so does a function's, unless a rule
 * meets the linkage name. */
#include "base/saturate.h"
#include "edit/edit.h"
#include "import/import.h"

#include <regex.h>
#include <string.h>

typedef struct renamer {
    const pprof_profile *input;
    pprof_rename_rule *rules;
    size_t rule_count;
    regex_t *patterns; /* of the rules that have one */
    size_t compiled;
    pprof_arena scratch; /* what a name needs while it is looked at */
    pprof_buffer text;
    pprof_arena kept; /* what the whole run needs */
    pprof_status *status;
    pprof_new_strings strings;
    uint32_t *rule_of; /* of each function, or PPROF_NONE */
    pprof_function *functions;
} renamer;

/* ---- one rule on one text ---- */

/* "f", "f(int)", "f<int>(int)" are all f. */
static bool begins_whole(const char *text, const char *name, const char **rest) {
    size_t length = strlen(name);
    if (strncmp(text, name, length) != 0) return false;
    *rest = text + length;
    return **rest == '\0' || **rest == '(' || **rest == '<' || strncmp(*rest, " [clone", 7) == 0;
}

static void put(renamer *renamer, const char *text, size_t length) {
    if (length == 0 || !pprof_reserve_buffer(&renamer->text, length, renamer->status)) return;
    memcpy(renamer->text.data + renamer->text.size, text, length);
    renamer->text.size += length;
}

/* [to], with what \1 and the like stand for. */
static void put_replacement(renamer *renamer, const char *to, const char *text, const regmatch_t *groups) {
    for (const char *at = to; *at != '\0'; at++) {
        if (*at == '\\' && at[1] >= '0' && at[1] <= '9') {
            regmatch_t group = groups[*++at - '0'];
            if (group.rm_so >= 0) put(renamer, text + group.rm_so, (size_t)(group.rm_eo - group.rm_so));
        } else {
            if (*at == '\\' && at[1] != '\0') at++;
            put(renamer, at, 1);
        }
    }
}

/* Every match replaced. */
static const char *replace_matches(renamer *renamer, const regex_t *pattern, const char *to, const char *text) {
    enum { GROUP_COUNT = 10 };
    regmatch_t groups[GROUP_COUNT];
    renamer->text.size = 0;
    for (int flags = 0; regexec(pattern, text, GROUP_COUNT, groups, flags) == 0; flags = REG_NOTBOL) {
        put(renamer, text, (size_t)groups[0].rm_so);
        put_replacement(renamer, to, text, groups);
        text += groups[0].rm_eo;
        if (groups[0].rm_eo > groups[0].rm_so) continue;
        if (*text == '\0') break;
        put(renamer, text++, 1); /* behind an empty match */
    }
    put(renamer, text, strlen(text));
    if (renamer->status->failed) return NULL;
    return pprof_copy_string(&renamer->scratch, (const char *)renamer->text.data, renamer->text.size, renamer->status);
}

/* What rule [r] makes of [text]; NULL where it does not fit, or with the status set. */
static const char *apply_rule(renamer *renamer, size_t r, const char *text) {
    const pprof_rename_rule *rule = &renamer->rules[r];
    const char *rest;
    if (text == NULL || *text == '\0') return NULL;
    if (rule->is_pattern)
        return regexec(&renamer->patterns[r], text, 0, NULL, 0) != 0
                   ? NULL
                   : replace_matches(renamer, &renamer->patterns[r], rule->to, text);
    if (!begins_whole(text, rule->from, &rest)) return NULL;
    return pprof_format_string(&renamer->scratch, renamer->status, "%s%s", rule->to, rest);
}

/* ---- one function ---- */

/* A function's names, NULL where there is none of the kind. */
typedef struct function_names {
    const char *linkage; /* mangled */
    const char *shown;   /* what pprof shows for it */
    const char *name, *system_name;
} function_names;

static bool read_names(renamer *renamer, const pprof_function *function, function_names *names) {
    pprof_string name = pprof_get_string(renamer->input, function->name_string);
    pprof_string system = pprof_get_string(renamer->input, function->system_name_string);
    *names = (function_names){0};
    names->name = pprof_copy_string(&renamer->scratch, name.text, name.length, renamer->status);
    names->system_name = pprof_copy_string(&renamer->scratch, system.text, system.length, renamer->status);
    if (renamer->status->failed) return false;
    names->linkage = pprof_is_mangled_cxx(system) ? names->system_name
                     : pprof_is_mangled_cxx(name) ? names->name
                                                  : NULL;
    if (names->linkage == NULL) return true;
    names->shown = pprof_simplify_name(names->linkage, &renamer->scratch, renamer->status);
    return names->shown != NULL;
}

/* The linkage name's part: respelled after the shown name, or changed itself; "" where it cannot follow. */
static bool rename_linkage(renamer *renamer, size_t r, const function_names *old, function_names *new) {
    const char *shown = apply_rule(renamer, r, old->shown);
    if (shown != NULL) {
        pprof_string mangled = {old->linkage, strlen(old->linkage)};
        if (!pprof_respell_linkage(mangled, old->shown, shown, &renamer->scratch, &new->linkage, renamer->status))
            return false;
        new->shown = shown;
        return true;
    }
    new->linkage = apply_rule(renamer, r, old->linkage);
    if (new->linkage != NULL) new->shown = pprof_simplify_name(new->linkage, &renamer->scratch, renamer->status);
    return !renamer->status->failed;
}

/* Which field has which of the new names; false with the status unset where the rule does not fit. */
static bool rename_by_rule(renamer *renamer, size_t r, const function_names *old, function_names *new) {
    *new = (function_names){0};
    new->name = apply_rule(renamer, r, old->name);
    if (old->linkage == NULL) {
        bool is_same = strcmp(old->name, old->system_name) == 0;
        new->system_name = is_same ? new->name : apply_rule(renamer, r, old->system_name);
        if (new->name == NULL && new->system_name == NULL) return false;
    } else {
        if (!rename_linkage(renamer, r, old, new) || (new->name == NULL && new->shown == NULL)) return false;
        const char *linkage = new->linkage != NULL ? new->linkage : "";
        bool name_is_shown = strcmp(old->name, old->shown) == 0, name_is_linkage = strcmp(old->name, old->linkage) == 0;
        if (name_is_linkage) new->name = new->linkage != NULL ? linkage : new->shown;
        if (name_is_shown && new->shown != NULL) new->name = new->shown;
        if (*old->system_name != '\0') new->system_name = linkage;
    }
    if (new->name == NULL) new->name = old->name;
    if (new->system_name == NULL) new->system_name = old->system_name;
    return !renamer->status->failed;
}

static uint32_t add_name(renamer *renamer, const char *name) {
    return pprof_add_new_string(&renamer->strings, (pprof_string){name, strlen(name)}, renamer->status);
}

static bool rename_function(renamer *renamer, uint32_t index) {
    pprof_function *function = &renamer->functions[index];
    function_names old, new;
    if (!read_names(renamer, function, &old)) return false;
    for (size_t r = 0; r < renamer->rule_count; r++) {
        if (!rename_by_rule(renamer, r, &old, &new)) {
            if (renamer->status->failed) return false;
            continue;
        }
        renamer->rule_of[index] = (uint32_t)r;
        renamer->rules[r].function_count++;
        if (old.linkage != NULL && new.linkage == NULL) renamer->rules[r].unlinked_count++;
        function->name_string = add_name(renamer, new.name);
        function->system_name_string = add_name(renamer, new.system_name);
        break;
    }
    pprof_arena_free(&renamer->scratch);
    return !renamer->status->failed;
}

/* ---- the whole ---- */

/* Which share of the profile each rule's functions carry. A sample counts once for a rule. */
static bool weigh_rules(renamer *renamer, const char *path) {
    const pprof_profile *input = renamer->input;
    uint32_t type;
    uint32_t *last_sample =
        pprof_allocate(&renamer->scratch, renamer->rule_count, sizeof *last_sample, renamer->status);
    if (last_sample == NULL || !pprof_select_shown_type(input, path, NULL, &type, renamer->status)) return false;
    double total = 0;
    for (uint32_t s = 0; s < input->sample_count; s++) {
        double value = (double)pprof_magnitude(input->values[(size_t)s * input->sample_type_count + type]);
        total += value;
        for (uint32_t i = input->first_location[s]; i < input->first_location[s + 1]; i++) {
            const pprof_location *location = &input->locations[input->sample_locations[i]];
            for (uint32_t l = 0; l < location->line_count; l++) {
                uint32_t rule = renamer->rule_of[input->lines[location->first_line + l].function];
                if (rule == PPROF_NONE || last_sample[rule] == s + 1) continue;
                last_sample[rule] = s + 1;
                renamer->rules[rule].share += value;
            }
        }
    }
    for (size_t r = 0; r < renamer->rule_count; r++) renamer->rules[r].share /= total == 0 ? 1 : total;
    return true;
}

static bool compile_rules(renamer *renamer) {
    renamer->patterns = pprof_allocate(&renamer->kept, renamer->rule_count, sizeof *renamer->patterns, renamer->status);
    if (renamer->patterns == NULL) return false;
    for (; renamer->compiled < renamer->rule_count; renamer->compiled++) {
        pprof_rename_rule *rule = &renamer->rules[renamer->compiled];
        rule->function_count = rule->unlinked_count = 0;
        rule->share = 0;
        if (!rule->is_pattern) continue;
        regex_t *pattern = &renamer->patterns[renamer->compiled];
        int error = regcomp(pattern, rule->from, REG_EXTENDED);
        if (error == 0) continue;
        char reason[128];
        (void)regerror(error, pattern, reason, sizeof reason);
        return pprof_fail(renamer->status, "%s: %s; give a POSIX extended regular expression", rule->from, reason);
    }
    return true;
}

static bool rename_all(renamer *renamer, const char *path, pprof_profile *renamed) {
    const pprof_profile *input = renamer->input;
    size_t count = input->function_count;
    *renamed = *input;
    renamer->functions = pprof_allocate(&renamer->kept, count, sizeof *renamer->functions, renamer->status);
    renamer->rule_of = pprof_allocate(&renamer->kept, count, sizeof *renamer->rule_of, renamer->status);
    if (renamer->status->failed || !compile_rules(renamer) ||
        !pprof_begin_new_strings(&renamer->strings, input, renamer->status))
        return false;
    if (count != 0) memcpy(renamer->functions, input->functions, count * sizeof *renamer->functions);
    for (uint32_t f = 0; f < count; f++) {
        renamer->rule_of[f] = PPROF_NONE;
        if (!rename_function(renamer, f)) return false;
    }
    renamed->functions = renamer->functions;
    return weigh_rules(renamer, path) &&
           pprof_keep_new_strings(&renamer->strings, &renamer->kept, renamed, renamer->status);
}

bool pprof_rename_functions(const pprof_profile *input, const char *path, pprof_rename_rule *rules, size_t rule_count,
                            pprof_arena *arena, pprof_profile *output, pprof_status *status) {
    renamer renamer = {.input = input, .rules = rules, .rule_count = rule_count, .status = status};
    pprof_profile renamed;
    bool done = rename_all(&renamer, path, &renamed) &&
                pprof_merge_profiles(&(pprof_merge_input){.profile = &renamed, .path = path}, 1, arena, output, status);
    for (size_t r = 0; r < renamer.compiled; r++)
        if (rules[r].is_pattern) regfree(&renamer.patterns[r]);
    pprof_free_new_strings(&renamer.strings);
    pprof_free_buffer(&renamer.text);
    pprof_arena_free(&renamer.scratch);
    pprof_arena_free(&renamer.kept);
    return done;
}
