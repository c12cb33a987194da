/* Takes any bytes; gives them as a JSON string that neither ends a <script> nor shows what it should not. */
#include "page/page.h"
#include "print/print.h"

void gate_print_json_text(const char *text, size_t length, FILE *out) {
    (void)putc('"', out);
    for (pprof_string rest = {text, length}; rest.length > 0;) {
        uint32_t character;
        size_t size = pprof_decode_utf8(rest, &character);
        if (character == PPROF_NO_CHARACTER)
            (void)fputs("\\ufffd", out);
        else if (character == '\t')
            (void)fputs("\\t", out);
        else if (!pprof_is_shown(character))
            (void)fprintf(out, character < 0x100 ? "\\\\x%02x" : "\\\\u%04x", character);
        else if (character == '"' || character == '\\')
            (void)fprintf(out, "\\%c", (int)character);
        else if (character == '<' || character == '>' || character == '&')
            (void)fprintf(out, "\\u%04x", character);
        else
            (void)fwrite(rest.text, 1, size, out);
        rest.text += size;
        rest.length -= size;
    }
    (void)putc('"', out);
}
