/* Takes a Profile; gives all of it as text in the layout of `pprof -raw`: header, samples, locations, mappings.
 *
 * Differences from pprof: ids are numbered from 1 in the file's order, whatever numbers the file has (most producers
 * write these numbers, and pprof itself does); times are in UTC; control characters are escaped; mangled names are not
 * demangled; samples without a stack are shown, which pprof leaves out. */
#include "edit/edit.h"
#include "print/print.h"

#include <string.h>

typedef struct printer {
    const pprof_profile *profile;
    FILE *out;
    pprof_arena *arena;
    pprof_status *status;
} printer;

static void print_string(const printer *printer, uint32_t index) {
    pprof_print_string(pprof_get_string(printer->profile, index), printer->out);
}

static void print_line(const printer *printer, const char *title, uint32_t string_index) {
    (void)fputs(title, printer->out);
    print_string(printer, string_index);
    (void)putc('\n', printer->out);
}

/* pprof cuts the duration to four characters, "928.54ms" to "928.". */
static void print_duration(const printer *printer) {
    char text[PPROF_DURATION_SIZE];
    pprof_format_duration(printer->profile->duration_nanos, text);
    size_t bytes = 0;
    for (int characters = 0; text[bytes] != '\0' && characters < 4; characters++) do
            bytes++;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80);
    (void)fprintf(printer->out, "Duration: %.*s\n", (int)bytes, text);
}

static void print_header(const printer *printer) {
    const pprof_profile *profile = printer->profile;
    for (uint32_t i = 0; i < profile->comment_count; i++) print_line(printer, "Comment: ", profile->comment_strings[i]);
    if (profile->doc_url_string != 0) print_line(printer, "Doc: ", profile->doc_url_string);
    (void)fputs("PeriodType: ", printer->out);
    print_string(printer, profile->period_type.type_string);
    (void)putc(' ', printer->out);
    print_string(printer, profile->period_type.unit_string);
    (void)fprintf(printer->out, "\nPeriod: %lld\n", (long long)profile->period);
    if (profile->time_nanos != 0) {
        (void)fputs("Time: ", printer->out);
        pprof_print_time(profile->time_nanos, true, printer->out);
        (void)putc('\n', printer->out);
    }
    if (profile->duration_nanos != 0) print_duration(printer);
}

static void print_sample_types(const printer *printer) {
    const pprof_profile *profile = printer->profile;
    pprof_string shown = pprof_get_string(profile, profile->default_sample_type_string);
    for (uint32_t t = 0; t < profile->sample_type_count; t++) {
        pprof_value_type type = profile->sample_types[t];
        if (t > 0) (void)putc(' ', printer->out);
        print_string(printer, type.type_string);
        (void)putc('/', printer->out);
        print_string(printer, type.unit_string);
        if (pprof_compare_strings(pprof_get_string(profile, type.type_string), shown) == 0)
            (void)fputs("[dflt]", printer->out);
    }
    (void)putc('\n', printer->out);
}

/* ---- labels ---- */

static void print_label_value(const printer *printer, const pprof_label *label, bool with_unit) {
    if (label->text_string != 0) {
        print_string(printer, label->text_string);
        return;
    }
    (void)fprintf(printer->out, "%lld", (long long)label->number);
    if (with_unit) (void)putc(' ', printer->out);
    if (with_unit) print_string(printer, label->unit_string);
}

/* "                bytes:[8192 16384] request:[2 bytes]" */
static void print_label_line(const printer *printer, const pprof_label **labels, uint32_t count) {
    if (count == 0) return;
    (void)fputs("                ", printer->out);
    for (uint32_t i = 0; i < count;) {
        uint32_t end = i + pprof_count_same_key(printer->profile, labels + i, count - i);
        bool with_unit = false;
        for (uint32_t j = i; j < end; j++) with_unit = with_unit || labels[j]->unit_string != 0;
        if (i > 0) (void)putc(' ', printer->out);
        print_string(printer, labels[i]->key_string);
        (void)fputs(":[", printer->out);
        for (uint32_t j = i; j < end; j++) {
            if (j > i) (void)putc(' ', printer->out);
            print_label_value(printer, labels[j], with_unit);
        }
        (void)putc(']', printer->out);
        i = end;
    }
    (void)putc('\n', printer->out);
}

/* Texts on one line, numbers on the next; a label with neither is nothing. */
static void print_labels(const printer *printer, uint32_t sample, const pprof_label **list) {
    print_label_line(printer, list, pprof_sort_labels(printer->profile, sample, PPROF_LABEL_TEXT, 0, list));
    print_label_line(printer, list, pprof_sort_labels(printer->profile, sample, PPROF_LABEL_NUMBER, 0, list));
}

/* ---- samples, locations, mappings ---- */

static bool print_samples(const printer *printer) {
    const pprof_profile *profile = printer->profile;
    (void)fputs("Samples:\n", printer->out);
    print_sample_types(printer);
    const pprof_label **list =
        (const pprof_label **)pprof_allocate(printer->arena, profile->label_count, sizeof *list, printer->status);
    if (list == NULL) return false;
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        for (uint32_t t = 0; t < profile->sample_type_count; t++)
            (void)fprintf(printer->out, " %10lld",
                          (long long)profile->values[(size_t)s * profile->sample_type_count + t]);
        (void)fputs(": ", printer->out);
        for (uint32_t i = profile->first_location[s]; i < profile->first_location[s + 1]; i++)
            (void)fprintf(printer->out, "%llu ", (unsigned long long)profile->sample_locations[i] + 1);
        (void)putc('\n', printer->out);
        print_labels(printer, s, list);
    }
    return true;
}

/* Go's %#x has "0x0" where C's has "0". */
static void print_hex(const printer *printer, uint64_t value) {
    (void)fprintf(printer->out, "0x%llx", (unsigned long long)value);
}

/* "luaV_execute /src/lvm.c:1154:14 s=1141(mangled)" */
static void print_location_line(const printer *printer, const pprof_line *line) {
    const pprof_profile *profile = printer->profile;
    const pprof_function *function = &profile->functions[line->function];
    print_string(printer, function->name_string);
    (void)putc(' ', printer->out);
    print_string(printer, function->filename_string);
    (void)fprintf(printer->out, ":%lld:%lld s=%lld", (long long)line->line, (long long)line->column,
                  (long long)function->start_line);
    pprof_string system_name = pprof_get_string(profile, function->system_name_string);
    if (pprof_compare_strings(pprof_get_string(profile, function->name_string), system_name) == 0) return;
    (void)putc('(', printer->out);
    pprof_print_string(system_name, printer->out);
    (void)putc(')', printer->out);
}

static void print_locations(const printer *printer) {
    const pprof_profile *profile = printer->profile;
    (void)fputs("Locations\n", printer->out);
    for (uint32_t l = 0; l < profile->location_count; l++) {
        const pprof_location *location = &profile->locations[l];
        (void)fprintf(printer->out, "%6llu: ", (unsigned long long)l + 1);
        print_hex(printer, location->address);
        (void)putc(' ', printer->out);
        /* A profile without mappings gets one that holds all, as in pprof. */
        uint32_t mapping = profile->mapping_count == 0 ? 0 : location->mapping;
        if (mapping != PPROF_NONE) (void)fprintf(printer->out, "M=%llu ", (unsigned long long)mapping + 1);
        if (location->is_folded) (void)fputs("[F] ", printer->out);
        for (uint32_t i = 0; i < location->line_count; i++) {
            if (i > 0) (void)fputs("\n             ", printer->out);
            print_location_line(printer, &profile->lines[location->first_line + i]);
        }
        (void)putc('\n', printer->out);
    }
}

static void print_mapping(const printer *printer, uint32_t index, const pprof_mapping *mapping) {
    (void)fprintf(printer->out, "%llu: ", (unsigned long long)index + 1);
    print_hex(printer, mapping->memory_start);
    (void)putc('/', printer->out);
    print_hex(printer, mapping->memory_limit);
    (void)putc('/', printer->out);
    print_hex(printer, mapping->file_offset);
    (void)putc(' ', printer->out);
    print_string(printer, mapping->filename_string);
    (void)putc(' ', printer->out);
    print_string(printer, mapping->build_id_string);
    (void)fprintf(printer->out, " %s%s%s%s\n", mapping->has_functions ? "[FN]" : "",
                  mapping->has_filenames ? "[FL]" : "", mapping->has_line_numbers ? "[LN]" : "",
                  mapping->has_inline_frames ? "[IN]" : "");
}

bool pprof_print_raw(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status) {
    pprof_profile pruned, shown;
    pprof_label_units units;
    if (!pprof_prune_frames(profile, arena, &pruned, status) ||
        !pprof_find_label_units(&pruned, arena, &units, status) ||
        !pprof_filter_profile(&pruned, options, &units, arena, &shown, status))
        return false;
    printer printer = {.profile = &shown, .out = out, .arena = arena, .status = status};
    print_header(&printer);
    if (!print_samples(&printer)) return false;
    print_locations(&printer);
    (void)fputs("Mappings\n", out);
    for (uint32_t m = 0; m < shown.mapping_count; m++) print_mapping(&printer, m, &shown.mappings[m]);
    if (shown.mapping_count == 0) print_mapping(&printer, 0, &(pprof_mapping){0});
    return pprof_check_output(out, status);
}
