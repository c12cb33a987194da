/* Takes what was found about a profile; gives it as lines, as Markdown, as JSON. */
#include "print/print.h"
#include "print/words.h"

#include <string.h>

static void print_text(const char *text, FILE *out) {
    pprof_print_string((pprof_string){text, strlen(text)}, out);
}

static double get_percent(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : 100 * (double)part / (double)whole;
}

void gate_print_profile_result(const gate_profile_result *result, FILE *out) {
    (void)fprintf(out, "%s: %s\n", gate_name_outcome(result->outcome), result->reason);
    if (result->outcome == GATE_NO_COMPARISON) return;
    (void)fprintf(out, "%u modules in %u files; %.1f %% of the profile is in functions compiled here\n",
                  result->module_count, result->file_count, get_percent(result->known, result->total));
    (void)fprintf(out, "matched %llu, on lines without code %llu, vanished %llu%s, at line 0 %llu\n",
                  (unsigned long long)result->matched, (unsigned long long)result->missing,
                  (unsigned long long)result->vanished, result->has_profile ? "" : " (--profile tells all)",
                  (unsigned long long)result->line_zero);
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const gate_finding *finding = &result->findings[i];
        (void)fprintf(out, "  %-13s %5.1f %%  ", gate_name_finding(finding->kind), 100 * finding->share);
        print_text(finding->name, out);
        if (finding->file[0] != '\0') {
            (void)fputs("  ", out);
            print_text(finding->file, out);
        }
        if (finding->kind == GATE_STALE) (void)fprintf(out, "  %.0f %% of it matched", 100 * finding->matched);
        if (finding->reason[0] != '\0') {
            (void)fputs("  ", out);
            print_text(finding->reason, out);
        }
        (void)putc('\n', out);
    }
}

/* In a table's cell, as code. */
static void print_code(const char *text, FILE *out) {
    if (text[0] == '\0') return;
    (void)fputs("<code>", out);
    gate_print_markdown_text(text, out);
    (void)fputs("</code>", out);
}

void gate_print_profile_markdown(const gate_profile_result *result, FILE *out) {
    (void)fprintf(out, "### Profile: %s\n\n%s\n", gate_name_outcome(result->outcome), result->reason);
    if (result->outcome == GATE_NO_COMPARISON) return;
    (void)fprintf(out, "\n| samples | |\n|---|---:|\n");
    (void)fprintf(out, "| in functions compiled here | %.1f %% |\n", get_percent(result->known, result->total));
    (void)fprintf(out, "| of these that can match: matched | %.1f %% |\n", 100 * result->matched_share);
    (void)fprintf(out, "| on functions whose first line is known | %.1f %% |\n", 100 * result->start_line_share);
    if (result->finding_count == 0) return;
    (void)fprintf(out, "\n| finding | share | function | file | reason |\n|---|---:|---|---|---|\n");
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const gate_finding *finding = &result->findings[i];
        (void)fprintf(out, "| %s | %.1f %% | ", gate_name_finding(finding->kind), 100 * finding->share);
        print_code(finding->name, out);
        (void)fputs(" | ", out);
        print_code(finding->file, out);
        (void)fputs(" | ", out);
        gate_print_markdown_text(finding->reason, out);
        (void)fputs(" |\n", out);
    }
}

static void add_findings(cJSON *root, const gate_profile_result *result) {
    cJSON *findings = cJSON_AddArrayToObject(root, "findings");
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const gate_finding *finding = &result->findings[i];
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddStringToObject(object, "kind", gate_name_finding(finding->kind));
        (void)cJSON_AddStringToObject(object, "function", finding->name);
        (void)cJSON_AddStringToObject(object, "file", finding->file);
        (void)cJSON_AddNumberToObject(object, "weight", (double)finding->weight);
        (void)cJSON_AddNumberToObject(object, "share", finding->share);
        if (finding->kind == GATE_STALE) (void)cJSON_AddNumberToObject(object, "matched", finding->matched);
        (void)cJSON_AddStringToObject(object, "reason", finding->reason);
        (void)cJSON_AddItemToArray(findings, object);
    }
}

char *gate_format_profile_json(const gate_profile_result *result, pprof_arena *arena, pprof_status *status) {
    cJSON *root = cJSON_CreateObject();
    (void)cJSON_AddNumberToObject(root, "version", 1);
    (void)cJSON_AddStringToObject(root, "outcome", gate_name_outcome(result->outcome));
    (void)cJSON_AddNumberToObject(root, "exit_status", result->outcome);
    (void)cJSON_AddStringToObject(root, "reason", result->reason);
    (void)cJSON_AddNumberToObject(root, "min_matched", result->rules.min_matched);
    (void)cJSON_AddNumberToObject(root, "min_start_lines", result->rules.min_start_lines);
    (void)cJSON_AddNumberToObject(root, "hot", result->rules.hot);
    (void)cJSON_AddNumberToObject(root, "modules", result->module_count);
    if (result->outcome != GATE_NO_COMPARISON) {
        (void)cJSON_AddNumberToObject(root, "matched_share", result->matched_share);
        (void)cJSON_AddNumberToObject(root, "start_line_share", result->start_line_share);
        (void)cJSON_AddNumberToObject(root, "total", (double)result->total);
        (void)cJSON_AddNumberToObject(root, "known", (double)result->known);
        (void)cJSON_AddNumberToObject(root, "matched", (double)result->matched);
        (void)cJSON_AddNumberToObject(root, "missing", (double)result->missing);
        (void)cJSON_AddNumberToObject(root, "vanished", (double)result->vanished);
        (void)cJSON_AddNumberToObject(root, "line_zero", (double)result->line_zero);
    }
    add_findings(root, result);
    return gate_finish_json(root, arena, status);
}
