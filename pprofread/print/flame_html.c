/* Takes a flame graph; gives it as HTML that needs nothing from anywhere else: boxes placed by percent, so that it
 * shows at any width and without the script (flame.js), which adds zoom, search and keys. Everything that came with the
 * profile is escaped on its way out; numbers are the only thing of it that reaches a style. */
#include "print/flame.h"
#include "print/print.h"

#include <assert.h>
#include <string.h>

extern const char pprof_flame_style[], pprof_flame_script[]; /* flame.css and flame.js, by embed.cmake */

void pprof_write_flame_assets(FILE *out) {
    (void)fprintf(out, "<style>\n%s</style>\n<script type=\"module\">\n%s</script>\n", pprof_flame_style,
                  pprof_flame_script);
}

/* A frame whose callees are being written, and where the next of them goes. */
typedef struct open_frame {
    const pprof_flame_frame *frame;
    double next_x;
} open_frame;

typedef struct writer {
    const pprof_flame *flame;
    FILE *out;
    uint32_t open_count;
    open_frame open[PPROF_FLAME_ROWS];
} writer;

/* ---- words ---- */

/* "270ms (39.53%)" */
static void write_value(const writer *writer, int64_t value) {
    const pprof_flame *flame = writer->flame;
    char number[PPROF_NUMBER_SIZE], share[PPROF_PERCENTAGE_SIZE];
    const char *unit = pprof_format_scaled(value, flame->unit, flame->output_unit, number);
    pprof_format_percentage(value, flame->whole, share);
    (void)fputs(number, writer->out);
    pprof_print_html((pprof_string){unit, strlen(unit)}, writer->out);
    (void)fprintf(writer->out, " (%s)", share + strspn(share, " "));
}

/* What the reader is told of a frame: its name, its values, and lines on what else is known. */
static void write_description(const writer *writer, const pprof_flame_frame *frame) {
    FILE *out = writer->out;
    pprof_print_html(frame->name, out);
    (void)fputs("\ntotal ", out);
    write_value(writer, frame->total);
    (void)fputs(", self ", out);
    write_value(writer, frame->self);
    if (frame->file.length > 0) {
        (void)putc('\n', out);
        pprof_print_html(frame->file, out);
        if (frame->line > 0) (void)fprintf(out, ":%lld", (long long)frame->line);
    }
    if (frame->has_inlined)
        (void)fputs(frame->has_called ? "\nin part inlined into its caller" : "\ninlined into its caller", out);
    if (frame->note != NULL) {
        (void)putc('\n', out);
        pprof_print_html((pprof_string){frame->note, strlen(frame->note)}, out);
    }
}

/* Warm colours only; a name has the same in every graph. */
static unsigned choose_hue(pprof_string name) {
    enum { FIRST_HUE = 2, HUE_COUNT = 58 };
    uint32_t hash = 2166136261; /* FNV-1a, 32 bits */
    for (size_t i = 0; i < name.length; i++) hash = (hash ^ (unsigned char)name.text[i]) * 16777619;
    return FIRST_HUE + (hash ^ hash >> 16) % HUE_COUNT;
}

/* ---- boxes ---- */

/* Clipped at the right end of the caller, which saturated sums may pass. */
static void write_place(const writer *writer, double x, int64_t total, uint32_t depth) {
    int64_t whole = writer->flame->frames[0].total;
    double width = whole > 0 ? (double)total / (double)whole : 1;
    if (x > 1) x = 1;
    if (width > 1 - x) width = 1 - x;
    (void)fprintf(writer->out, "aria-level=\"%u\" data-total=\"%lld\" style=\"--x:%.9g;--w:%.9g;--y:%u", depth + 1,
                  (long long)total, x, width, depth);
}

static void write_frame(writer *writer, const pprof_flame_frame *frame, double x) {
    FILE *out = writer->out;
    (void)fputs("<div role=\"treeitem\" class=\"frame", out);
    if (frame->has_inlined && !frame->has_called) (void)fputs(" inlined", out);
    if (frame->mark != 0) (void)fprintf(out, " mark-%u", frame->mark);
    (void)fputs("\" ", out);
    write_place(writer, x, frame->total, frame->depth);
    (void)fprintf(out, ";--h:%u\" title=\"", choose_hue(frame->name));
    write_description(writer, frame);
    (void)fputs("\">", out);
    pprof_print_html(frame->name, out);
    (void)fputs("</div>\n", out);
}

/* The callees that are too small, as one box behind the others. */
static void write_rest(const writer *writer, const open_frame *caller) {
    const pprof_flame_frame *frame = caller->frame;
    if ((double)frame->small_total < PPROF_FLAME_FRACTION * (double)writer->flame->frames[0].total) return;
    (void)fputs("<div role=\"treeitem\" class=\"rest\" ", writer->out);
    write_place(writer, caller->next_x, frame->small_total, frame->depth + 1);
    (void)fprintf(writer->out, "\" title=\"%u smaller frame%s\ntotal ", frame->small_count,
                  frame->small_count == 1 ? "" : "s");
    write_value(writer, frame->small_total);
    (void)fprintf(writer->out, "\">%u smaller</div>\n", frame->small_count);
}

/* Ends frames until [depth] of them are open. */
static void close_frames(writer *writer, uint32_t depth) {
    while (writer->open_count > depth) {
        const open_frame *last = &writer->open[--writer->open_count];
        if (last->frame->small_count > 0) write_rest(writer, last);
    }
}

static void write_frames(writer *writer) {
    const pprof_flame *flame = writer->flame;
    double whole = flame->frames[0].total > 0 ? (double)flame->frames[0].total : 1;
    for (uint32_t i = 0; i < flame->frame_count; i++) {
        const pprof_flame_frame *frame = &flame->frames[i];
        assert(frame->depth < PPROF_FLAME_ROWS);
        close_frames(writer, frame->depth);
        assert(writer->open_count == frame->depth);
        double x = 0;
        if (frame->depth > 0) {
            open_frame *caller = &writer->open[frame->depth - 1];
            x = caller->next_x;
            caller->next_x += (double)frame->total / whole;
        }
        write_frame(writer, frame, x);
        writer->open[writer->open_count++] = (open_frame){frame, x};
    }
    close_frames(writer, 0);
}

static uint32_t count_rows(const pprof_flame *flame) {
    uint32_t rows = 0;
    for (uint32_t i = 0; i < flame->frame_count; i++) {
        uint32_t row = flame->frames[i].depth + (flame->frames[i].small_count > 0);
        if (row >= rows) rows = row + 1;
    }
    return rows;
}

/* ---- what is around them ---- */

static void write_bar(const writer *writer) {
    (void)fputs("<div class=\"flame-bar\">\n"
                "<input type=\"search\" placeholder=\"Search (regular expression)\" aria-label=\"Search frames\">\n"
                "<button type=\"button\" disabled>Reset</button>\n"
                "<output class=\"flame-found\" aria-live=\"polite\"></output>\n"
                "</div>\n",
                writer->out);
}

/* What the graph shows, and what it leaves out. */
static void write_summary(const writer *writer) {
    const pprof_flame *flame = writer->flame;
    FILE *out = writer->out;
    (void)fputs("<p class=\"flame-summary\">", out);
    (void)fprintf(out, "%u frames, ", flame->frame_count - 1);
    write_value(writer, flame->frames[0].total);
    (void)fputs(" in all.", out);
    if (flame->left_out_count > 0) {
        (void)fprintf(out, " Left out: %u frames too small to be seen, together ", flame->left_out_count);
        write_value(writer, flame->left_out_total);
        (void)putc('.', out);
    }
    if (flame->negative_count > 0)
        (void)fprintf(out, " Left out: %llu samples with a negative value.", (unsigned long long)flame->negative_count);
    (void)fputs("</p>\n", out);
}

bool pprof_write_flame(const pprof_flame *flame, const char *id, FILE *out, pprof_status *status) {
    writer writer = {.flame = flame, .out = out};
    (void)fprintf(out, "<section class=\"flame\" id=\"%s\">\n", id);
    write_bar(&writer);
    write_summary(&writer);
    (void)fprintf(out,
                  "<div class=\"flame-boxes\" role=\"tree\" aria-label=\"Call stacks, callers above callees\" "
                  "style=\"--rows:%u\">\n",
                  count_rows(flame));
    write_frames(&writer);
    (void)fputs(
        "</div>\n<p class=\"flame-details\" role=\"status\">Wider is more; callers stand above what they called. "
        "Striped italics: inlined.\nClick or Enter: zoom. Escape: all again. Arrow keys: walk. /: search.</p>\n"
        "</section>\n",
        out);
    return pprof_check_output(out, status);
}
