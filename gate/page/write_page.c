/* Takes a build, and the profile and sources where there are some; gives one HTML page that works from disk: the data
 * as JSON, of which the script (overview.js, page.js) shows what is looked at. */
#include "page/page.h"
#include "print/flame.h"
#include "print/print.h"

#include <string.h>

/* page.css, overview.js and page.js, by embed.cmake */
extern const char gate_page_style[], gate_page_overview[], gate_page_script[];

/* The page may load nothing, whatever a name in the reports looks like. */
static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'\">\n<title>PGO report</title>\n";

static const char BODY[] =
    "</head>\n<body>\n<header>\n<h1>PGO report</h1>\n<p id=\"about\"></p>\n"
    "<nav role=\"tablist\" aria-label=\"Views\"></nav>\n</header>\n<main>\n"
    "<noscript>This page needs JavaScript: its lists are made from the data in it when they are looked at.</noscript>\n"
    "<section class=\"view\" id=\"overview\" role=\"tabpanel\" aria-labelledby=\"tab-overview\" hidden></section>\n"
    "<section class=\"view\" id=\"functions\" role=\"tabpanel\" aria-labelledby=\"tab-functions\" hidden></section>\n"
    "<section class=\"view\" id=\"decisions\" role=\"tabpanel\" aria-labelledby=\"tab-decisions\" hidden></section>\n"
    "<section class=\"view\" id=\"modules\" role=\"tabpanel\" aria-labelledby=\"tab-modules\" hidden></section>\n"
    "<section class=\"view\" id=\"graph\" role=\"tabpanel\" aria-labelledby=\"tab-graph\" hidden>\n";

gate_page_options gate_default_page_options(void) {
    return (gate_page_options){.function_limit = 50000, .decision_limit = 100000, .source_limit = 200};
}

/* A profile in another form than pprof's has weights, and no stacks for a flame graph. */
static bool read_profile(gate_page *page) {
    const char *path = page->options->profile_path;
    uint64_t size_limit = page->options->size_limit;
    if (path == NULL) return true;
    pprof_source source;
    page->has_weights = pprof_load_weights(path, size_limit, NULL, page->arena, &page->weights, page->status);
    return page->has_weights && pprof_read_source(path, size_limit, page->arena, &source, page->status) &&
           (source.format != PPROF_FORMAT_PROFILE ||
            pprof_decode_profile(&source, page->arena, &page->profile, page->status));
}

bool gate_write_page(const gate_build *build, const gate_page_options *options, FILE *out, pprof_arena *arena,
                     pprof_status *status) {
    gate_page page = {.build = build, .options = options, .out = out, .arena = arena, .status = status};
    page.function_count =
        build->function_count < options->function_limit ? build->function_count : options->function_limit;
    if (!read_profile(&page)) return false;
    (void)fputs(HEAD, out);
    (void)fprintf(out, "<style>\n%s</style>\n", gate_page_style);
    if (page.profile.sample_count > 0) pprof_write_flame_assets(out);
    (void)fputs(BODY, out);
    if (!gate_write_page_flame(&page)) return false;
    (void)fputs("</section>\n</main>\n<script type=\"application/json\" id=\"data\">\n{", out);
    if (!gate_print_page_data(&page) || !gate_print_page_sources(&page)) return false;
    (void)fprintf(out, "}\n</script>\n<script type=\"module\">\n%s\n%s</script>\n</body>\n</html>\n",
                  gate_page_overview, gate_page_script);
    return pprof_check_output(out, status);
}
