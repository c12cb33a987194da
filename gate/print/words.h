/* What the reports have in common. */
#ifndef GATE_WORDS_H
#define GATE_WORDS_H

#include "suite/suite.h"

#include <cJSON.h>

/* ---- print_json.c ---- */

/* JSON has no number for what is not known: it becomes null. */
void gate_add_number(cJSON *object, const char *name, double value);
void gate_add_interval(cJSON *object, const char *name, gate_interval interval);
/* NULL: nothing is added. */
void gate_add_text(cJSON *object, const char *name, const char *text);
void gate_add_verdict(cJSON *root, const gate_verdict *verdict);
/* All members of a result's object. */
void gate_add_result(cJSON *object, const gate_result *result, const gate_commands *commands);
/* The text of [root], which is freed. */
char *gate_finish_json(cJSON *root, pprof_arena *arena, pprof_status *status);

/* ---- words.c ---- */

enum { GATE_WORDS_SIZE = 96 };

/* "0.9512 (0.9480–0.9545)"; without an interval where there is none. */
void gate_format_ratio(double ratio, gate_interval interval, char text[GATE_WORDS_SIZE]);
/* "gain ≥ 2 %, regression ≤ 1 %"; "" where nothing is asked. */
void gate_format_rules(const gate_rules *rules, char text[GATE_WORDS_SIZE]);
/* Of a suite's mean: ratio and rules as above, "–" for a ratio that is not to be had; gives the outcome, "" where
 * nothing is asked. */
const char *gate_format_mean(const gate_report *report, char ratio[GATE_WORDS_SIZE], char rules[GATE_WORDS_SIZE]);
/* "12.3 ms" of a side. */
void gate_format_side(const gate_estimate *estimate, gate_side side, char text[GATE_WORDS_SIZE]);
const gate_estimate *gate_get_deciding(const gate_result *result);
const char *gate_get_suite_name(const gate_report *report);
/* The machine's facts, for a loop; values may be NULL. */
enum { GATE_FACT_COUNT = 6 };
typedef struct gate_fact {
    const char *name, *value;
} gate_fact;
void gate_list_facts(const gate_machine *machine, char cores[GATE_WORDS_SIZE], gate_fact facts[GATE_FACT_COUNT]);

/* Escaped for HTML and XML, by pprof_print_html. */
void gate_print_escaped(const char *text, FILE *out);

/* As Markdown in which no character is markup, ends a table's cell, or calls somebody. */
void gate_print_markdown_text(const char *text, FILE *out);

/* ---- plot.c ---- */

/* A row of the overview: where ratio, interval and bound lie. The scale reaches from [low] to [high]. */
typedef struct gate_scale {
    double low, high; /* ratios */
} gate_scale;

gate_scale gate_scale_overview(const gate_report *report);
void gate_print_bar(gate_scale scale, double ratio, gate_interval interval, double bound, FILE *out);
/* Every round of a benchmark: ratio by round, with centre, interval, bound. */
void gate_print_plot(const gate_result *result, FILE *out);

#endif
