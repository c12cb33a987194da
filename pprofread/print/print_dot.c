/* Takes a Profile; gives its call graph in the layout of `pprof -dot`, for Graphviz: font sizes by flat value, colours
 * by cumulative value. With a threshold for hot edges, these are red and all others grey: the calls that the plugin
 * calls hot, by its own rule.
 *
 * Differences from pprof, besides those of all reports (print_top.c): samples' labels make no boxes of their own; text
 * from the profile is escaped everywhere. */
#include "print/hot_pairs.h"
#include "print/print.h"

#include <math.h>
#include <string.h>

typedef struct artist {
    pprof_report *report;
    const pprof_frame_table *table;
    const pprof_graph *graph;
    const pprof_hot_pairs *hot; /* NULL: pprof's own picture */
    FILE *out;
    int64_t heaviest_flat;
    uint32_t *number_of_frame;
} artist;

/* ---- text in double quotes ---- */

static void print_character(pprof_string string, size_t length, uint32_t character, FILE *out) {
    if (character == '\n') {
        (void)fputs("\\l", out); /* a line break, what stands before it to the left */
    } else if (character == '"' || character == '\\') {
        (void)fprintf(out, "\\%c", (char)character);
    } else if (character == PPROF_NO_CHARACTER) {
        (void)fputs("\xef\xbf\xbd", out); /* U+FFFD */
    } else if (!pprof_is_shown(character)) {
        (void)fprintf(out, character < 0x100 ? "\\\\x%02x" : "\\\\u%04x", (unsigned)character);
    } else {
        (void)fwrite(string.text, 1, length, out);
    }
}

static pprof_string print_next(pprof_string string, FILE *out) {
    uint32_t character;
    size_t length = pprof_decode_utf8(string, &character);
    print_character(string, length, character, out);
    return (pprof_string){string.text + length, string.length - length};
}

static void print_text(pprof_string string, FILE *out) {
    while (string.length > 0) string = print_next(string, out);
}

/* A function's name with a line for each of its parts. */
static void print_parts(pprof_string name, FILE *out) {
    static const struct {
        const char *text, *shown;
    } marks[] = {{"::", "\\n"}, {"[...]", "[\xe2\x80\xa6]"}, {".", "\\n"}};
    while (name.length > 0) {
        const char *shown = NULL;
        size_t length = 0;
        for (size_t m = 0; m < sizeof marks / sizeof *marks && shown == NULL; m++) {
            length = strlen(marks[m].text);
            if (name.length >= length && memcmp(name.text, marks[m].text, length) == 0) shown = marks[m].shown;
        }
        if (shown == NULL) {
            name = print_next(name, out);
            continue;
        }
        (void)fputs(shown, out);
        name.text += length;
        name.length -= length;
    }
}

/* ---- colours ---- */

/* From green (-1) over grey (0) to red (1), as hue, saturation and value make it; pprof's numbers. */
static void print_color(double score, bool is_background, FILE *out) {
    const double shift = 0.3; /* below one: small scores move away from grey */
    double saturation = is_background ? 0.1 : 1, value = is_background ? 0.93 : 0.7;
    score = fmax(-1, fmin(1, score));
    if (fabs(score) < 0.2) saturation *= fabs(score) / 0.2;
    if (score > 0) score = pow(score, shift);
    if (score < 0) score = -pow(-score, shift);
    double red = score < 0 ? value * (1 + saturation * score) : value;
    double green = score < 0 ? value : value * (1 - saturation * score);
    double blue = value * (1 - saturation);
    (void)fprintf(out, "\"#%02x%02x%02x\"", (unsigned)(red * 255), (unsigned)(green * 255), (unsigned)(blue * 255));
}

static double get_score(const artist *artist, int64_t value) {
    int64_t total = pprof_magnitude(artist->report->total);
    return total == 0 ? 0 : (double)value / (double)total;
}

/* ---- the legend ---- */

static pprof_string get_title(const artist *artist) {
    const pprof_profile *profile = &artist->report->profile;
    if (profile->mapping_count == 0) return (pprof_string){"", 0};
    pprof_string path = pprof_get_string(profile, profile->mappings[0].filename_string);
    return path.length > 0 ? pprof_get_base_name(path) : path;
}

/* The report's header, which is lines of text, as one label. */
static bool print_legend(const artist *artist) {
    char *text = NULL;
    size_t size = 0;
    FILE *lines = open_memstream(&text, &size);
    if (lines == NULL) return pprof_fail(artist->report->status, "out of memory");
    artist->report->out = lines;
    pprof_print_graph_header(artist->report, artist->graph);
    artist->report->out = artist->out;
    if (artist->hot != NULL) pprof_print_hot_summary(artist->hot, lines);
    (void)fputs("\nSee https://git.io/JfYMW for how to read the graph\n", lines);
    if (fclose(lines) != 0 || !pprof_arena_adopt(artist->report->arena, text, size))
        return pprof_fail(artist->report->status, "out of memory");

    FILE *out = artist->out;
    const char *end = memchr(text, '\n', size);
    (void)fputs("subgraph cluster_L { \"", out);
    print_text((pprof_string){text, (size_t)(end - text)}, out);
    (void)fputs("\" [shape=box fontsize=16 label=\"", out);
    print_text((pprof_string){text, size}, out);
    (void)putc('"', out);
    if (get_title(artist).length > 0) {
        (void)fputs(" tooltip=\"", out);
        print_text(get_title(artist), out);
        (void)putc('"', out);
    }
    (void)fputs("] }\n", out);
    return true;
}

/* ---- nodes ---- */

/* "270ms (39.53%)" */
static void print_share(const artist *artist, int64_t value) {
    char share[PPROF_PERCENTAGE_SIZE];
    pprof_format_percentage(value, artist->report->total, share);
    pprof_print_value(artist->report, value, 0);
    (void)fprintf(artist->out, " (%s)", share + strspn(share, " "));
}

/* What identifies the node, a line each: address, name, file and line, or what there is instead. */
static bool print_identity(const artist *artist, const pprof_frame *frame) {
    FILE *out = artist->out;
    bool has_place = frame->line != 0 || frame->file.length > 0;
    if (frame->address != 0) (void)fprintf(out, "%016llx\\n", (unsigned long long)frame->address);
    if (frame->name.length > 0) {
        pprof_string name;
        if (!pprof_shorten_name(frame->name, artist->report->arena, &name, artist->report->status)) return false;
        print_parts(name, out);
        (void)fputs("\\n", out);
    }
    if (has_place) {
        if (frame->file.length > 0) print_text(pprof_get_base_name(frame->file), out);
        if (frame->line != 0) (void)fprintf(out, ":%lld", (long long)frame->line);
        if (frame->line != 0 && frame->column != 0) (void)fprintf(out, ":%lld", (long long)frame->column);
        (void)fputs("\\n", out);
    } else if (frame->name.length == 0) {
        if (frame->object.length > 0) {
            (void)putc('[', out);
            print_text(frame->object, out);
            (void)fputs("]\\n", out);
        } else {
            (void)fputs("<unknown>\\n", out);
        }
    }
    return true;
}

static int choose_font_size(const artist *artist, int64_t flat) {
    const double growth = 16;
    double share = artist->heaviest_flat == 0 ? 0 : (double)pprof_magnitude(flat) / (double)artist->heaviest_flat;
    return 8 + (int)ceil(growth * sqrt(share));
}

static bool print_node(const artist *artist, uint32_t number, const pprof_node *node) {
    FILE *out = artist->out;
    const pprof_frame *frame = &artist->table->frames[node->frame];
    int64_t flat = pprof_get_flat(node), cumulative = pprof_get_cumulative(node);
    (void)fprintf(out, "N%u [label=\"", number);
    if (!print_identity(artist, frame)) return false;
    if (flat != 0) {
        print_share(artist, flat);
    } else {
        (void)putc('0', out);
    }
    if (cumulative != flat) {
        (void)fputs(flat != 0 ? "\\nof " : " of ", out);
        print_share(artist, cumulative);
    }
    (void)fprintf(out, "\" id=\"node%u\" fontsize=%d shape=box tooltip=\"", number, choose_font_size(artist, flat));
    print_text(frame->label, out);
    (void)fputs(" (", out);
    pprof_print_value(artist->report, cumulative, 0);
    (void)fputs(")\" color=", out);
    print_color(get_score(artist, cumulative), false, out);
    (void)fputs(" fillcolor=", out);
    print_color(get_score(artist, cumulative), true, out);
    (void)fputs("]\n", out);
    return true;
}

/* ---- edges ---- */

/* One more than [steps] times the weight's share of the total, or than [steps] where a difference is more than that. */
static int scale_weight(const artist *artist, int64_t weight, int steps) {
    __int128 scaled = (__int128)weight * steps / artist->report->total;
    if (scaled < 0) scaled = -scaled;
    return 1 + (scaled > steps ? steps : (int)scaled);
}

static void print_edge_style(const artist *artist, const pprof_edge *edge) {
    if (artist->report->total == 0) return;
    int weight = scale_weight(artist, edge->weight, 100), width = scale_weight(artist, edge->weight, 5);
    if (weight > 1) (void)fprintf(artist->out, " weight=%d", weight);
    if (width > 1) (void)fprintf(artist->out, " penwidth=%d", width);
    (void)fputs(" color=", artist->out);
    if (artist->hot == NULL) {
        print_color(get_score(artist, edge->weight), false, artist->out);
    } else {
        bool is_hot =
            pprof_is_hot_pair(artist->hot, &artist->table->frames[edge->caller], &artist->table->frames[edge->callee]);
        (void)fputs(is_hot ? "\"red\"" : "\"#999999\"", artist->out);
    }
}

static void print_edge(const artist *artist, const pprof_edge *edge) {
    FILE *out = artist->out;
    (void)fprintf(out, "N%u -> N%u [label=\" ", artist->number_of_frame[edge->caller],
                  artist->number_of_frame[edge->callee]);
    pprof_print_value(artist->report, edge->weight, 0);
    (void)fputs(edge->is_inline ? "\\n (inline)\"" : "\"", out);
    print_edge_style(artist, edge);
    static const char *const tooltips[] = {"tooltip", "labeltooltip"};
    for (int i = 0; i < 2; i++) {
        (void)fprintf(out, " %s=\"", tooltips[i]);
        print_text(artist->table->frames[edge->caller].label, out);
        (void)fputs(edge->is_residual ? " ... " : " -> ", out);
        print_text(artist->table->frames[edge->callee].label, out);
        (void)fputs(" (", out);
        pprof_print_value(artist->report, edge->weight, 0);
        (void)fputs(")\"", out);
    }
    (void)fputs(edge->is_residual ? " style=\"dotted\"]\n" : "]\n", out);
}

/* ---- the graph ---- */

static bool print_graph(artist *artist) {
    const pprof_graph *graph = artist->graph;
    pprof_report *report = artist->report;
    artist->number_of_frame =
        pprof_allocate(report->arena, artist->table->frame_count, sizeof *artist->number_of_frame, report->status);
    if (artist->number_of_frame == NULL) return false;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        int64_t flat = pprof_magnitude(pprof_get_flat(&graph->nodes[n]));
        if (flat > artist->heaviest_flat) artist->heaviest_flat = flat;
        artist->number_of_frame[graph->nodes[n].frame] = n + 1;
    }
    (void)fputs("digraph \"", artist->out);
    print_text(get_title(artist).length > 0 ? get_title(artist) : (pprof_string){"unnamed", 7}, artist->out);
    (void)fputs("\" {\nnode [style=filled fillcolor=\"#f8f8f8\"]\n", artist->out);
    if (!print_legend(artist)) return false;
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (!print_node(artist, n + 1, &graph->nodes[n])) return false;
    for (uint32_t e = 0; e < graph->edge_count; e++) print_edge(artist, &graph->edges[e]);
    (void)fputs("}\n", artist->out);
    return pprof_check_output(artist->out, report->status);
}

bool pprof_print_dot(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status) {
    pprof_report report;
    pprof_frame_table table;
    pprof_graph graph;
    pprof_hot_pairs hot;
    if (!pprof_open_report(&report, profile, options, out, arena, status) ||
        !pprof_draw_picture(&report, &table, &graph) ||
        (options->hot_fraction > 0 && !pprof_find_hot_pairs(profile, options, arena, &hot, status)))
        return false;
    artist artist = {.report = &report, .table = &table, .graph = &graph, .out = out};
    if (options->hot_fraction > 0) artist.hot = &hot;
    return print_graph(&artist);
}
