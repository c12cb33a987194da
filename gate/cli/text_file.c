/* Takes what a report prints; gives it as a file that is there as a whole or not at all. */
#include "gate_cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_is_output(const char *path) {
    return path != NULL && strcmp(path, "-") == 0;
}

bool cli_can_write(const cli_syntax *syntax, const char *path) {
    if (path == NULL || cli_is_output(path)) return true;
    bool is_new = access(path, F_OK) != 0;
    FILE *file = fopen(path, "ae");
    if (file == NULL) return cli_misuse(syntax, "%s: cannot be written: %s", path, strerror(errno));
    (void)fclose(file);
    if (is_new) (void)unlink(path); /* an empty file is no report */
    return true;
}

FILE *cli_open_text(cli_text *text, const char *path, pprof_status *status) {
    *text = (cli_text){.path = path};
    text->out = open_memstream(&text->bytes, &text->size);
    if (text->out == NULL) (void)pprof_fail(status, "%s: out of memory", path);
    return text->out;
}

bool cli_close_text(cli_text *text, bool is_wanted, pprof_status *status) {
    bool is_whole = fclose(text->out) == 0 || pprof_fail(status, "%s: out of memory", text->path);
    bool done = is_whole && is_wanted && pprof_write_file(text->path, text->bytes, text->size, status);
    free(text->bytes);
    return done;
}
