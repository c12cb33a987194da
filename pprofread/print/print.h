/* What the print_*.c files share, in the order of use: which samples and frames a report counts, how frames become
 * nodes and stacks become edges, how values are written, and what every report begins with. Private to the library. */
#ifndef PPROFREAD_PRINT_H
#define PPROFREAD_PRINT_H

#include "base/saturate.h"
#include "pprofread.h"

/* ---- labels.c ------------------------------------------------------------------------------------------------------
 */

typedef enum pprof_label_kind { PPROF_LABEL_EMPTY, PPROF_LABEL_TEXT, PPROF_LABEL_NUMBER } pprof_label_kind;

pprof_label_kind pprof_get_label_kind(const pprof_label *label);

/* The unit of all numbers under a key: the first that one has, else the key itself. */
typedef struct pprof_label_units {
    const char **of_key; /* by the key's string index; NULL in a profile without labels */
} pprof_label_units;

bool pprof_find_label_units(const pprof_profile *profile, pprof_arena *arena, pprof_label_units *units,
                            pprof_status *status);

/* For a label of kind PPROF_LABEL_NUMBER. */
const char *pprof_get_label_unit(const pprof_label_units *units, const pprof_label *label);

/* Puts the sample's labels of one [kind] into [list], which has room for all of its labels, sorted by their keys as
 * pprof prints these, right-aligned in [width] characters; those of one key in the profile's order. Gives their number.
 */
uint32_t pprof_sort_labels(const pprof_profile *profile, uint32_t sample, pprof_label_kind kind, size_t width,
                           const pprof_label **list);

/* How many at the beginning of such a list, which is not empty, have the same key. */
uint32_t pprof_count_same_key(const pprof_profile *profile, const pprof_label **list, uint32_t count);

/* ---- filter_tags.c: -tagfocus and -tagignore -----------------------------------------------------------------------
 */

typedef struct pprof_tag_filter {
    bool is_set; /* false: no expression was given */
    bool has_key, is_range;
    pprof_string key; /* borrowed from the expression */
    double from, to;  /* both included, in unit */
    const char *unit;
    struct pprof_pattern *patterns;
    uint32_t pattern_count;
    char *buffer; /* room for "key:text" */
} pprof_tag_filter;

/* [name] is the option, for messages. */
bool pprof_compile_tag_filter(pprof_tag_filter *filter, const pprof_profile *profile, const char *name,
                              const char *text, pprof_arena *arena, pprof_status *status);

/* Whether the sample has a label that the expression, which is set, means. */
bool pprof_match_tags(const pprof_tag_filter *filter, const pprof_profile *profile, const pprof_label_units *units,
                      uint32_t sample);

void pprof_free_tag_filter(pprof_tag_filter *filter);

/* ---- filter.c: which samples and frames count ----------------------------------------------------------------------
 */

/* What focus, ignore, hide, show, show_from, prune_from and the tag options leave of [input]. */
bool pprof_filter_profile(const pprof_profile *input, const pprof_report_options *options,
                          const pprof_label_units *units, pprof_arena *arena, pprof_profile *output,
                          pprof_status *status);

/* ---- frame.c: locations ─▶ frames ----------------------------------------------------------------------------------
 */

/* What a node of a report stands for, with the fields blank that the granularity does not tell apart. */
typedef struct pprof_frame {
    pprof_string name, file;
    pprof_string object; /* the binary, for a frame without a name and a place */
    uint64_t address;
    int64_t line, column;
    pprof_string label; /* how the report shows it */
} pprof_frame;

/* Location l has the frames frame_of_slot[first_slot[l] .. first_slot[l+1]), innermost first, one at least. Frames are
 * distinct and sorted by their fields. */
typedef struct pprof_frame_table {
    uint32_t frame_count;
    pprof_frame *frames;
    uint32_t *first_slot; /* location_count + 1 */
    uint32_t *frame_of_slot;
} pprof_frame_table;

/* Byte by byte, the shorter one first. */
int pprof_compare_strings(pprof_string a, pprof_string b);

bool pprof_tabulate_frames(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                           pprof_frame_table *table, pprof_status *status);

/* Per frame: the line where its function begins, the first where it stands for several; 0: not known. */
bool pprof_find_start_lines(const pprof_profile *profile, const pprof_report_options *options,
                            const pprof_frame_table *table, pprof_arena *arena, int64_t **start_lines,
                            pprof_status *status);

#define PPROF_NODE_FRACTION 0.005 /* pprof's defaults */
#define PPROF_EDGE_FRACTION 0.001

/* ---- graph.c: samples ─▶ nodes and edges ---------------------------------------------------------------------------
 */

typedef struct pprof_node {
    uint32_t frame; /* into the frame table */
    int64_t flat, cumulative;
    int64_t flat_divisor, cumulative_divisor; /* of a mean, else 0 */
    bool has_inline_caller, has_plain_caller; /* by the edges that are not trimmed */
} pprof_node;

typedef struct pprof_edge {
    uint32_t caller, callee; /* into the frame table */
    int64_t weight;
    uint32_t last_sample; /* the last sample counted, plus one: recursion counts once */
    bool is_inline;       /* always inlined */
    bool is_residual;     /* over frames that are not shown */
} pprof_edge;

typedef struct pprof_graph {
    uint32_t node_count, edge_count;
    pprof_node *nodes;           /* as the report shows them: by flat or cumulative value, heaviest first */
    pprof_edge *edges;           /* in order of first use, light ones left out */
    uint32_t dropped_count;      /* nodes left out for their small cumulative value */
    uint32_t original_count;     /* nodes before the node count was limited */
    uint32_t dropped_edge_count; /* edges left out of a picture for their small weight */
    int64_t flat_total;          /* of all nodes, before any was left out */
} pprof_graph;

/* What a node shows: its sums, or their means. */
int64_t pprof_get_flat(const pprof_node *node);
int64_t pprof_get_cumulative(const pprof_node *node);

/* [value_index] says which value of a sample counts. */
bool pprof_build_graph(const pprof_profile *profile, const pprof_report_options *options, uint32_t value_index,
                       const pprof_frame_table *table, pprof_arena *arena, pprof_graph *graph, pprof_status *status);

/* Finds the edges of [graph] anew, all of them, after some of its nodes were taken away. */
bool pprof_connect_nodes(const pprof_profile *profile, const pprof_report_options *options, uint32_t value_index,
                         const pprof_frame_table *table, pprof_arena *arena, pprof_graph *graph, pprof_status *status);

/* ---- unit_scale.c: how values are written ---------------------------------------------------------------------------
 */

typedef struct pprof_scaled {
    double value;
    const char *unit; /* "" when the unit says nothing ("count") */
} pprof_scaled;

/* [value] in the unit [to]; "minimum" and "auto" mean the largest unit in which it is at least one. */
pprof_scaled pprof_scale_value(int64_t value, const char *from, const char *to);

enum { PPROF_NUMBER_SIZE = 64 };
/* The number as text, at most two decimals, and its unit: "644" and "ms"; a zero has none. */
const char *pprof_format_scaled(int64_t value, const char *from, const char *to, char number[PPROF_NUMBER_SIZE]);

enum { PPROF_PERCENTAGE_SIZE = 32 };
/* [value] as a share of [total], at least six wide: " 3.66%", "  100%", "    0%". */
void pprof_format_percentage(int64_t value, int64_t total, char text[PPROF_PERCENTAGE_SIZE]);

/* value / divisor, or value where the divisor is 0; saturating. */
int64_t pprof_divide(int64_t value, int64_t divisor);
/* value · factor, toward zero, saturating. */
int64_t pprof_multiply(int64_t value, double factor);

/* ---- print_text.c: pieces of text that several layouts have ---------------------------------------------------------
 */

/* Control characters as \n, \t, \x1b: names come from a file and a terminal must not obey them. */
void pprof_print_string(pprof_string string, FILE *out);

/* The same, right-aligned in [width] characters. */
void pprof_print_aligned(pprof_string string, int width, FILE *out);

/* Go's layouts, in UTC: "2026-11-21 20:54:51 UTC", or with the fraction and "+0000 UTC". */
void pprof_print_time(int64_t nanoseconds, bool with_fraction, FILE *out);

enum { PPROF_DURATION_SIZE = 48 };
/* As Go writes a Duration: "1.508ms", "2m0.5s". */
void pprof_format_duration(int64_t nanoseconds, char text[PPROF_DURATION_SIZE]);

/* The last component of a path. */
pprof_string pprof_get_base_name(pprof_string path);

/* Characters of UTF-8, a byte that is none counting as one. */
size_t pprof_count_characters(pprof_string string);

/* Flushes [out]; fails when anything written to it did not arrive. */
bool pprof_check_output(FILE *out, pprof_status *status);

/* ---- shorten_name.c -------------------------------------------------------------------------------------------------
 */

/* [name] without scopes, packages and parameters, as pprof shortens names in pictures. */
bool pprof_shorten_name(pprof_string name, pprof_arena *arena, pprof_string *shown, pprof_status *status);

/* ---- utf8.c: text for readers that want characters ------------------------------------------------------------------
 */

#define PPROF_NO_CHARACTER UINT32_MAX

/* The first character of a string that is not empty, and how many bytes it takes; PPROF_NO_CHARACTER and one byte where
 * no character of UTF-8 stands. */
size_t pprof_decode_utf8(pprof_string string, uint32_t *character);

/* Neither a control character, nor one that changes the direction of the text around it. */
bool pprof_is_shown(uint32_t character);

/* For HTML, as text or in quotes: the markup characters as entities, those not to be shown as \x1b or \u202e, bytes
 * that are none as U+FFFD. */
void pprof_print_html(pprof_string string, FILE *out);

/* ---- report.c: what every report begins with ------------------------------------------------------------------------
 */

typedef struct pprof_report {
    const pprof_report_options *options;
    FILE *out;
    pprof_arena *arena;
    pprof_status *status;
    pprof_profile profile; /* without the frames that it asks to drop, and without what the filters leave out */
    pprof_label_units units;
    uint32_t value_index;
    int64_t total;           /* what shares refer to */
    const char *type, *unit; /* of the values, as the profile names them */
    const char *output_unit;
} pprof_report;

bool pprof_open_report(pprof_report *report, const pprof_profile *profile, const pprof_report_options *options,
                       FILE *out, pprof_arena *arena, pprof_status *status);

/* The report's graph, and the one unit that suits all of its values. */
bool pprof_draw_report(pprof_report *report, pprof_frame_table *table, pprof_graph *graph);

/* One unit for all values of the graph: that of the smallest, unless the total then would have three digits more; in
 * that case the unit in which the smallest is still 0.01. */
void pprof_choose_unit(pprof_report *report, const pprof_graph *graph);

/* What the profile says about itself. */
void pprof_print_profile_header(const pprof_report *report);

/* The same, then what the graph shows and what it leaves out. */
void pprof_print_graph_header(const pprof_report *report, const pprof_graph *graph);

/* A value in the unit [to], right-aligned in [width] characters. */
void pprof_print_scaled(int64_t value, const char *from, const char *to, int width, FILE *out);

/* A value of the report in its output unit, right-aligned in [width] characters. */
void pprof_print_value(const pprof_report *report, int64_t value, int width);

/* A node's flat value, its share, the share of [sum] with it, the cumulative value and its share: the columns that the
 * flat and the tree reports begin with. */
void pprof_print_node_values(const pprof_report *report, const pprof_node *node, int64_t *sum);

/* ---- picture.c ------------------------------------------------------------------------------------------------------
 */

/* The report's graph as a picture wants it: those nodes that tell the most, by default 80, the most telling first;
 * edges heaviest first, without those over hidden frames that another way says already. */
bool pprof_draw_picture(pprof_report *report, pprof_frame_table *table, pprof_graph *graph);

#endif
