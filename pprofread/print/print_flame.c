/* Takes a Profile; gives its flame graph as one HTML page that a browser opens from disk. */
#include "print/flame.h"
#include "print/print.h"

#include <string.h>

/* The page may load nothing, whatever a name in the profile looks like. */
static const char PAGE_HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'\">\n"
    "<style>\n:root { color-scheme: light dark; }\n"
    "body { margin: 0; padding: 0 1rem; background: #ffffff; }\n"
    ".about { margin: 0; padding-top: 0.75rem; color: #1b1b1b; font: 0.85rem/1.35 system-ui, sans-serif; "
    "overflow-wrap: anywhere; }\n"
    "@media (prefers-color-scheme: dark) { body { background: #17181a; } .about { color: #f1ece6; } }\n"
    "</style>\n";

/* Lines of text as one, since a picture wants the height. */
static void print_lines(pprof_string text, FILE *out) {
    while (text.length > 0) {
        const char *end = memchr(text.text, '\n', text.length);
        size_t length = end != NULL ? (size_t)(end - text.text) : text.length;
        pprof_print_html((pprof_string){text.text, length}, out);
        if (length + 1 >= text.length) return;
        (void)fputs(" \xc2\xb7 ", out);
        text.text += length + 1;
        text.length -= length + 1;
    }
}

bool pprof_print_flame(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                       pprof_status *status) {
    pprof_flame flame;
    if (!pprof_build_flame(profile, options, arena, &flame, status)) return false;
    (void)fputs(PAGE_HEAD, out);
    (void)fputs("<title>Flame graph", out);
    if (profile->mapping_count > 0) {
        (void)fputs(" of ", out);
        pprof_string path = pprof_get_string(profile, profile->mappings[0].filename_string);
        pprof_print_html(pprof_get_base_name(path), out);
    }
    (void)fputs("</title>\n", out);
    pprof_write_flame_assets(out);
    (void)fputs("</head>\n<body>\n<p class=\"about\">", out);
    print_lines(flame.about, out);
    (void)fputs("</p>\n", out);
    if (!pprof_write_flame(&flame, "flame", out, status)) return false;
    (void)fputs("</body>\n</html>\n", out);
    return pprof_check_output(out, status);
}
