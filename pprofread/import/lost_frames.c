/* Takes a profile of addresses and the files behind its mappings; gives the same stacks with the frames put back that
 * jumps have left out, where the machine code tells which.
 *
 *   void drop(void *item) { allocator.free(item); }      free_list:  …                drop:  movq allocator+8, %rax
 *                                                                    callq drop              jmpq *%rax
 *
 *   pool_free ◀─ free_list      ─▶      pool_free ◀─ drop ◀─ free_list
 *
 * A call at a function's end becomes a jump, and no frame is left of the function: its caller seems to have called what
 * it jumped to. But the instruction before the return address still says whom the caller called; llvm-profgen infers
 * frames likewise. Without them an indirect call that is a jump has no targets to be promoted to. If one jump alone
 * leads from the function to the one that it reached, the frame stands there, as any other does. Else it has a function
 * and no line, and neither address nor mapping.
 *
 * Stacks that follow frame pointers lack a frame for another reason as well: the function at work has no frame pointer,
 * or has not set it up, and its caller is missed. Putting those back (strcmp's and memcpy's callers, most of them) was
 * tried: sqlite took 1.5 % more instructions, tcc .5 %, the others as before. So a frame is put back if the function
 * that was reached had set up its frame pointer, or if the one that was left out has none to set up.
 *
 * x86-64 alone: a call whose target stands in the instruction, e8 and 32 bits. Cannot know more than one frame missing
 * in one place, nor what an indirect call called. */
#include "base/index_table.h"
#include "base/list.h"
#include "edit/edit.h"
#include "import/import.h"
#include "profile/kernel_code.h"
#include "weights/weigh.h"

#include <string.h>

/* Jumps are looked for in so many bytes at most, whatever a profile says. */
static const uint64_t search_limit = UINT64_C(1) << 30;

/* A frame to be put back: of function [called] of the mapping's file, on the way to its function [reached]; PPROF_NONE:
 * to another file. */
typedef struct lost_frame {
    uint32_t mapping, called, reached;
    uint64_t jump;     /* the process's address of the last byte of the one jump; 0: none, or several */
    uint32_t location; /* that stands for the frame; PPROF_NONE: none yet */
} lost_frame;

/* What the code says of a location; functions are its file's. */
typedef struct site {
    uint32_t function;      /* that it is in, or PPROF_NONE */
    uint32_t called;        /* that the instruction there calls, PPROF_NONE where it is no call that names one */
    bool has_frame_pointer; /* the function's is set up there */
} site;

typedef struct restoring {
    const pprof_profile *input;
    const pprof_mapping_file *files; /* of each mapping */
    uint32_t *file_numbers;          /* of each mapping, equal for one path */
    pprof_machine_code *codes;       /* of each file */
    site *sites;                     /* of each location */
    pprof_list stacks;               /* locations of the samples */
    pprof_list frames;               /* lost_frame, each once */
    pprof_index_table table;         /* finds them */
    uint64_t search_room;
    pprof_list locations, lines, functions; /* the input's, then the new ones */
    pprof_list have_places;                 /* of each location */
    pprof_new_strings strings;
    pprof_arena *scratch;
    pprof_status *status;
} restoring;

/* ---- frames ---- */

static const pprof_machine_code *get_code(const restoring *restoring, uint32_t mapping) {
    return &restoring->codes[restoring->file_numbers[mapping]];
}

/* What a compiler or linker put between a caller and the function that it means. */
static bool is_thunk(const char *name) {
    static const char *const beginnings[] = {"OUTLINED_FUNCTION_", "__llvm_retpoline_", "__x86_indirect_thunk_",
                                             "__x86_return_thunk"};
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (strncmp(name, beginnings[i], strlen(beginnings[i])) == 0) return true;
    return false;
}

/* f.cold and f.part.0 are f. */
static bool are_of_one_function(const char *a, const char *b) {
    size_t length = pprof_strip_name_suffixes(a);
    return length == pprof_strip_name_suffixes(b) && memcmp(a, b, length) == 0;
}

/* Most profilers give the last byte of the call for a return address, the others what is behind. */
static site find_site(const restoring *restoring, const pprof_location *location) {
    site site = {PPROF_NONE, PPROF_NONE, false};
    uint64_t address;
    if (location->mapping == PPROF_NONE) return site;
    const pprof_machine_code *code = get_code(restoring, location->mapping);
    if (code->functions.count == 0 ||
        !pprof_find_file_address(code->elf, &restoring->input->mappings[location->mapping], location->address,
                                 &address))
        return site;
    site.function = pprof_find_machine_function(code, address);
    site.has_frame_pointer = site.function != PPROF_NONE && pprof_has_frame_pointer(code, site.function, address);
    site.called = pprof_find_called_function(code, address + 1);
    if (site.called == PPROF_NONE) site.called = pprof_find_called_function(code, address);
    if (site.called != PPROF_NONE && is_thunk(code->functions.items[site.called].name)) site.called = PPROF_NONE;
    return site;
}

/* Whether a jump left out a frame between the two locations, and which. */
static bool find_lost_frame(const restoring *restoring, uint32_t callee, uint32_t caller, lost_frame *lost) {
    const pprof_profile *input = restoring->input;
    uint32_t mapping = input->locations[caller].mapping, callee_mapping = input->locations[callee].mapping;
    uint32_t called = restoring->sites[caller].called;
    const site *reached = &restoring->sites[callee];
    if (called == PPROF_NONE || callee_mapping == PPROF_NONE || pprof_is_in_kernel(input, &input->locations[callee]))
        return false;
    const pprof_machine_code *code = get_code(restoring, mapping);
    *lost = (lost_frame){mapping, called, .reached = PPROF_NONE, .location = PPROF_NONE};
    if (restoring->file_numbers[callee_mapping] != restoring->file_numbers[mapping])
        return !pprof_has_frame_pointer(code, called, UINT64_MAX);
    lost->reached = reached->function;
    if (lost->reached == PPROF_NONE || lost->reached == called) return false;
    const pprof_elf_function *functions = code->functions.items;
    return (reached->has_frame_pointer || !pprof_has_frame_pointer(code, called, UINT64_MAX)) &&
           !are_of_one_function(functions[lost->reached].name, functions[called].name);
}

static bool is_same_frame(const void *elements, uint32_t index, const void *key) {
    const lost_frame *have = (const lost_frame *)elements + index, *wanted = key;
    return have->mapping == wanted->mapping && have->called == wanted->called && have->reached == wanted->reached;
}

/* The address that the process would have seen at the file's own [address]; 0: it was not mapped there. */
static uint64_t get_memory_address(const restoring *restoring, uint32_t mapping, uint64_t address) {
    const pprof_mapping *mapped = &restoring->input->mappings[mapping];
    const pprof_elf *elf = &restoring->files[mapping].elf;
    uint64_t check, guess = address;
    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const pprof_elf_segment *segment = &elf->segments[i];
        if (segment->is_executable && address >= segment->address && address - segment->address < segment->file_size)
            guess = address - segment->address + segment->file_offset - mapped->file_offset + mapped->memory_start;
    }
    if (pprof_find_file_address(elf, mapped, guess, &check) && check == address) return guess;
    return pprof_find_file_address(elf, mapped, address, &check) && check == address ? address : 0;
}

static bool append_location(restoring *restoring, uint32_t location) {
    uint32_t *item = pprof_append_item(&restoring->stacks, restoring->status);
    if (item != NULL) *item = location;
    return item != NULL;
}

/* What is known of the frame; NULL when memory is out. */
static lost_frame *find_frame(restoring *restoring, const lost_frame *lost) {
    uint64_t hash = pprof_mix_hash(pprof_mix_hash(lost->mapping, lost->called), lost->reached);
    uint32_t index = pprof_find_index(&restoring->table, hash, is_same_frame, restoring->frames.items, lost);
    if (index != PPROF_NONE) return (lost_frame *)restoring->frames.items + index;
    lost_frame *frame = pprof_append_item(&restoring->frames, restoring->status);
    if (frame == NULL || !pprof_insert_index(&restoring->table, hash, restoring->frames.count - 1, restoring->status))
        return NULL;
    *frame = *lost;
    if (lost->reached != PPROF_NONE)
        frame->jump =
            pprof_find_jump(get_code(restoring, lost->mapping), lost->called, lost->reached, &restoring->search_room);
    if (frame->jump != 0) frame->jump = get_memory_address(restoring, lost->mapping, frame->jump);
    return frame;
}

/* Adds the frame's location: at its jump, or if that is not known of its function, at whose own address in the file
 * it is until it has been symbolized. */
static bool add_location(restoring *restoring, lost_frame *frame) {
    pprof_status *status = restoring->status;
    const pprof_elf_function *called = &get_code(restoring, frame->mapping)->functions.items[frame->called];
    pprof_string name = {called->name, strlen(called->name)};
    uint32_t string = pprof_add_new_string(&restoring->strings, name, status);
    pprof_function *function = pprof_append_item(&restoring->functions, status);
    pprof_line *line = pprof_append_item(&restoring->lines, status);
    pprof_location *location = pprof_append_item(&restoring->locations, status);
    bool *has_place = pprof_append_item(&restoring->have_places, status);
    if (status->failed || function == NULL || line == NULL || location == NULL || has_place == NULL) return false;
    *function = (pprof_function){.name_string = string, .system_name_string = string};
    *line = (pprof_line){.function = restoring->functions.count - 1};
    *has_place = frame->jump != 0;
    *location = (pprof_location){.address = frame->jump != 0 ? frame->jump : called->address,
                                 .mapping = frame->mapping,
                                 .first_line = restoring->lines.count - 1,
                                 .line_count = 1};
    frame->location = restoring->locations.count - 1;
    return true;
}

/* Puts the frame on the stack that is being written. */
static bool restore_frame(restoring *restoring, const lost_frame *lost) {
    lost_frame *frame = find_frame(restoring, lost);
    if (frame == NULL) return false;
    if (frame->location == PPROF_NONE && !add_location(restoring, frame)) return false;
    return append_location(restoring, frame->location);
}

static bool restore_stack(restoring *restoring, uint32_t sample) {
    const pprof_profile *input = restoring->input;
    uint32_t first = input->first_location[sample], end = input->first_location[sample + 1];
    for (uint32_t i = first; i < end; i++) {
        if (!append_location(restoring, input->sample_locations[i])) return false;
        if (i + 1 == end) break;
        lost_frame lost;
        if (find_lost_frame(restoring, input->sample_locations[i], input->sample_locations[i + 1], &lost) &&
            !restore_frame(restoring, &lost))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

/* Numbers the files, and reads each that is needed once, however often it was mapped. */
static bool read_files(restoring *restoring) {
    pprof_string_pool paths = {0};
    bool done = true;
    for (uint32_t m = 0; done && m < restoring->input->mapping_count; m++) {
        const pprof_mapping_file *file = &restoring->files[m];
        uint32_t number =
            pprof_intern_string(&paths, (pprof_string){file->path, strlen(file->path)}, restoring->status);
        done = number != PPROF_NONE;
        if (!done) break;
        restoring->file_numbers[m] = number;
        pprof_machine_code *code = &restoring->codes[number];
        if (file->problem == NULL && file->is_needed && code->elf == NULL)
            done = pprof_read_machine_code(file->path, &file->elf, restoring->scratch, code, restoring->status);
    }
    pprof_free_string_pool(&paths);
    return done;
}

/* [list] begins with [count] items of the input's. */
static bool begin_list(pprof_list *list, const void *items, uint32_t count, pprof_status *status) {
    if (!pprof_reserve_items(list, count, status)) return false;
    if (count != 0) memcpy(list->items, items, count * list->item_size);
    list->count = count;
    return true;
}

static bool restore_all(restoring *restoring, pprof_arena *arena, pprof_profile *output, const bool **have_places) {
    const pprof_profile *input = restoring->input;
    pprof_status *status = restoring->status;
    restoring->file_numbers =
        pprof_allocate(restoring->scratch, input->mapping_count, sizeof *restoring->file_numbers, status);
    restoring->codes = pprof_allocate(restoring->scratch, input->mapping_count, sizeof *restoring->codes, status);
    restoring->sites = pprof_allocate(restoring->scratch, input->location_count, sizeof *restoring->sites, status);
    output->first_location =
        pprof_allocate(arena, (size_t)input->sample_count + 1, sizeof *output->first_location, status);
    if (status->failed || !pprof_begin_new_strings(&restoring->strings, input, status) ||
        !begin_list(&restoring->locations, input->locations, input->location_count, status) ||
        !begin_list(&restoring->lines, input->lines, input->line_count, status) ||
        !begin_list(&restoring->functions, input->functions, input->function_count, status) ||
        !pprof_reserve_items(&restoring->have_places, input->location_count, status))
        return false;
    if (input->location_count != 0) memset(restoring->have_places.items, true, input->location_count * sizeof(bool));
    restoring->have_places.count = input->location_count;
    if (!read_files(restoring)) return false;
    for (uint32_t l = 0; l < input->location_count; l++)
        restoring->sites[l] = find_site(restoring, &input->locations[l]);
    for (uint32_t s = 0; s < input->sample_count; s++) {
        if (!restore_stack(restoring, s)) return false;
        output->first_location[s + 1] = restoring->stacks.count;
    }
    output->location_count = restoring->locations.count;
    output->line_count = restoring->lines.count;
    output->function_count = restoring->functions.count;
    output->locations = pprof_keep_items(&restoring->locations, arena, status);
    output->lines = pprof_keep_items(&restoring->lines, arena, status);
    output->functions = pprof_keep_items(&restoring->functions, arena, status);
    output->sample_locations = pprof_keep_items(&restoring->stacks, arena, status);
    *have_places = pprof_keep_items(&restoring->have_places, arena, status);
    return !status->failed && pprof_keep_new_strings(&restoring->strings, arena, output, status);
}

bool pprof_restore_frames(const pprof_profile *input, const pprof_mapping_file *files, pprof_arena *arena,
                          pprof_profile *output, const bool **have_places, pprof_status *status) {
    pprof_arena scratch = {0};
    restoring restoring = {
        .input = input,
        .files = files,
        .locations = {.item_size = sizeof(pprof_location)},
        .lines = {.item_size = sizeof(pprof_line)},
        .functions = {.item_size = sizeof(pprof_function)},
        .stacks = {.item_size = sizeof(uint32_t)},
        .frames = {.item_size = sizeof(lost_frame)},
        .have_places = {.item_size = sizeof(bool)},
        .search_room = search_limit,
        .scratch = &scratch,
        .status = status,
    };
    *output = *input;
    bool done = restore_all(&restoring, arena, output, have_places);
    pprof_list *lists[] = {&restoring.stacks, &restoring.frames,    &restoring.locations,
                           &restoring.lines,  &restoring.functions, &restoring.have_places};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) pprof_free_list(lists[i]);
    pprof_free_index_table(&restoring.table);
    pprof_free_new_strings(&restoring.strings);
    pprof_arena_free(&scratch);
    return done;
}
