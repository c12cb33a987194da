/* Takes the profile and the build's decisions; gives the flame graph, in which a call carries the mark of what became
 * of it: 1 inlined now, 2 left a call, 3 made direct. */
#include "page/page.h"
#include "print/flame.h"
#include "weights/weigh.h"

#include <stdlib.h>
#include <string.h>

enum { FLAME_COUNT = 6000 };

/* By how much they tell: a lower one gives way. */
typedef enum flame_mark { MARK_NONE = 0, MARK_INLINED = 1, MARK_LEFT = 2, MARK_PROMOTED = 3 } flame_mark;

/* A call of the build, by the names that frames show. */
typedef struct marked_call {
    uint32_t caller, callee; /* into the pool */
    flame_mark mark;
    uint32_t decision;
} marked_call;

typedef struct marker {
    const gate_page *page;
    pprof_string_pool shown; /* linkage names, then what frames call them */
    uint32_t *shown_of;      /* of each string of the pool: the one that frames show */
    marked_call *calls;
    uint32_t call_count;
} marker;

static uint32_t intern(marker *marker, pprof_string text) {
    return pprof_intern_string(&marker->shown, text, marker->page->status);
}

/* Frames show a function's name, decisions its linkage name; the profile has both. */
static bool list_names(marker *marker) {
    const pprof_profile *profile = &marker->page->profile;
    size_t capacity = 2 * (size_t)profile->function_count + 1;
    marker->shown_of = pprof_allocate(marker->page->arena, capacity, sizeof *marker->shown_of, marker->page->status);
    if (marker->shown_of == NULL || intern(marker, (pprof_string){"", 0}) == PPROF_NONE) return false;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        uint32_t shown = intern(marker, pprof_get_string(profile, profile->functions[f].name_string));
        uint32_t linkage = intern(marker, pprof_get_string(profile, profile->functions[f].system_name_string));
        if (shown == PPROF_NONE || linkage == PPROF_NONE) return false;
        marker->shown_of[shown] = shown;
        if (marker->shown_of[linkage] == 0) marker->shown_of[linkage] = shown;
    }
    return true;
}

/* What frames call the function of that linkage name; PPROF_NONE: the profile has none. */
static uint32_t find_shown(const marker *marker, const char *linkage_name) {
    uint32_t found = pprof_find_string(&marker->shown, (pprof_string){linkage_name, strlen(linkage_name)});
    return found == PPROF_NONE || found == 0 ? PPROF_NONE : marker->shown_of[found];
}

static flame_mark get_mark(const gate_build *build, const gate_decision *decision) {
    const char *name = build->texts[decision->name];
    if (decision->call_end == GATE_CALL_INLINED) return MARK_INLINED;
    if (decision->call_end == GATE_CALL_LEFT) return MARK_LEFT;
    if (strcmp(name, "Promoted") == 0) return MARK_PROMOTED;
    bool is_refusal = strcmp(name, "HotCallNotInlinable") == 0 || strcmp(name, "HotCallCapped") == 0 ||
                      strcmp(name, "NotPromoted") == 0;
    return is_refusal ? MARK_LEFT : MARK_NONE;
}

/* Inlined first, since a caller may have several calls of one callee. */
static int compare_calls(const void *left, const void *right) {
    const marked_call *a = left, *b = right;
    if (a->caller != b->caller) return a->caller < b->caller ? -1 : 1;
    if (a->callee != b->callee) return a->callee < b->callee ? -1 : 1;
    return (a->decision > b->decision) - (a->decision < b->decision);
}

static bool list_calls(marker *marker) {
    const gate_build *build = marker->page->build;
    marker->calls =
        pprof_allocate(marker->page->arena, build->decision_count, sizeof *marker->calls, marker->page->status);
    if (marker->calls == NULL) return false;
    for (uint32_t i = 0; i < build->decision_count; i++) {
        const gate_decision *decision = &build->decisions[i];
        flame_mark mark = get_mark(build, decision);
        if (mark == MARK_NONE || decision->function == PPROF_NONE) continue;
        const gate_function *function = &build->functions[decision->function];
        uint32_t caller = find_shown(marker, build->texts[function->profiled]);
        uint32_t callee = find_shown(marker, build->texts[decision->callee]);
        if (caller == PPROF_NONE || callee == PPROF_NONE) continue;
        marker->calls[marker->call_count++] = (marked_call){caller, callee, mark, i};
    }
    if (marker->call_count > 1) qsort(marker->calls, marker->call_count, sizeof *marker->calls, compare_calls);
    return true;
}

/* The first, which is the heaviest, of the calls from one function to another. */
static const marked_call *find_call(const marker *marker, pprof_string caller, pprof_string callee) {
    marked_call key = {pprof_find_string(&marker->shown, caller), pprof_find_string(&marker->shown, callee), MARK_NONE,
                       0};
    uint32_t low = 0, high = marker->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_calls(&marker->calls[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const marked_call *call = &marker->calls[low];
    return low < marker->call_count && call->caller == key.caller && call->callee == key.callee ? call : NULL;
}

static bool mark_frame(const marker *marker, pprof_flame_frame *frame, const marked_call *call) {
    static const char *const words[] = {[MARK_INLINED] = "inlined in this build",
                                        [MARK_LEFT] = "a call in this build",
                                        [MARK_PROMOTED] = "made a direct call in this build"};
    const gate_page *page = marker->page;
    const gate_decision *decision = &page->build->decisions[call->decision];
    const char *reason = decision->has_reason ? page->build->texts[decision->text] : "";
    frame->mark = (unsigned char)call->mark;
    frame->note = pprof_format_string(page->arena, page->status, "%s%s%s", words[call->mark],
                                      *reason != '\0' ? ": " : "", reason);
    return frame->note != NULL;
}

static bool mark_frames(const marker *marker, pprof_flame *flame) {
    const pprof_flame_frame *path[PPROF_FLAME_ROWS];
    for (uint32_t i = 0; i < flame->frame_count; i++) {
        pprof_flame_frame *frame = &flame->frames[i];
        path[frame->depth] = frame;
        const marked_call *call =
            frame->depth == 0 ? NULL : find_call(marker, path[frame->depth - 1]->name, frame->name);
        if (call != NULL && !mark_frame(marker, frame, call)) return false;
    }
    return true;
}

bool gate_write_page_flame(const gate_page *page) {
    if (page->profile.sample_count == 0) return true;
    pprof_flame flame;
    pprof_report_options options = {
        .node_count = FLAME_COUNT, .node_fraction = -1, .edge_fraction = -1, .unit = "auto"};
    uint32_t type;
    if (!pprof_select_cpu_type(&page->profile, page->options->profile_path, NULL, &type, page->status)) return false;
    options.sample_type = pprof_format_string(page->arena, page->status, "%u", type);
    if (options.sample_type == NULL || !pprof_build_flame(&page->profile, &options, page->arena, &flame, page->status))
        return false;
    marker marker = {.page = page};
    bool is_marked = list_names(&marker) && list_calls(&marker) && mark_frames(&marker, &flame);
    pprof_free_string_pool(&marker.shown);
    if (!is_marked) return false;
    (void)fputs("<p class=\"legend\"><span class=\"mark inlined\"></span> inlined in this build "
                "<span class=\"mark left\"></span> still a call <span class=\"mark promoted\"></span> made direct; "
                "striped: was inlined when the profile was recorded</p>\n",
                page->out);
    return pprof_write_flame(&flame, "flame", page->out, page->status);
}
