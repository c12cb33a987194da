/* Flame graphs: a tree of frames, and the HTML that shows it. In three steps, so that a page of another kind can hold
 * one as well: build the tree (or make it by hand), write the style and script once, write each graph.
 *
 *   Profile ──pprof_build_flame──▶ tree ──pprof_write_flame──▶ a <section>, shown by what pprof_write_flame_assets
 * wrote
 */
#ifndef PPROFREAD_FLAME_H
#define PPROFREAD_FLAME_H

#include "pprofread.h"

enum { PPROF_FLAME_MARKS = 4, PPROF_FLAME_ROWS = 1000 /* deeper frames count for the last that is shown */ };
#define PPROF_FLAME_FRACTION 0.0002 /* half a pixel on a wide screen */
#define PPROF_FLAME_COUNT 10000     /* frames that a browser still moves at once */

/* A frame with everything beneath it. Text may hold any bytes: it is escaped where it is written. */
typedef struct pprof_flame_frame {
    pprof_string name;
    pprof_string file; /* "": not known */
    int64_t line;      /* where the function begins, or the line itself where lines are told apart; 0: not known */
    int64_t self, total;
    uint32_t depth;               /* 0 only for the first; below PPROF_FLAME_ROWS */
    uint32_t small_count;         /* callees left out for their small weight */
    int64_t small_total;          /* what they weigh together */
    bool has_inlined, has_called; /* copies that were inlined into the caller, and real calls of it */
    unsigned char mark;           /* 1 to PPROF_FLAME_MARKS: a stripe in the colour --flame-mark-N; 0: none */
    const char *note;             /* one more line for the reader, or NULL */
} pprof_flame_frame;

/* In preorder: a frame is followed by what it called, deeper by one, heaviest first. */
typedef struct pprof_flame {
    uint32_t frame_count;
    pprof_flame_frame *frames;
    uint32_t left_out_count; /* frames that the small_count of those here stand for, and all beneath them */
    int64_t left_out_total;
    uint64_t negative_count; /* samples without a place in it, since their value is negative */
    int64_t whole;           /* what shares refer to: of the first frame, or more where samples were filtered out */
    const char *unit, *output_unit; /* how values are written: "microseconds" as "ms", or "auto" */
    pprof_string about;             /* lines about the profile; may be empty */
} pprof_flame;

/* The tree of the samples' stacks. Functions of one name in several files are told apart. node_fraction and node_count
 * limit it, by default to PPROF_FLAME_FRACTION and PPROF_FLAME_COUNT. */
bool pprof_build_flame(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                       pprof_flame *flame, pprof_status *status);

/* Style and script for all graphs of a page, as <style> and <script> elements. */
void pprof_write_flame_assets(FILE *out);

/* One graph as a <section id="[id]">; [id] is a word of letters, digits and '-', unique in the page. */
bool pprof_write_flame(const pprof_flame *flame, const char *id, FILE *out, pprof_status *status);

#endif
