/* Takes strings of a profile, which may hold any bytes; gives their characters, those that cannot be shown safely
 * apart: bytes that are no UTF-8, control characters, and the marks that turn the direction of the text around and so
 * make one name look like another. */
#include "print/print.h"

size_t pprof_decode_utf8(pprof_string string, uint32_t *character) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)string.text[0];
    *character = first;
    if (first < 0x80) return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    *character = PPROF_NO_CHARACTER;
    if (first < 0xc2 || first > 0xf4 || length > string.length) return 1;
    uint32_t value = first & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        unsigned char next = (unsigned char)string.text[i];
        if ((next & 0xc0) != 0x80) return 1;
        value = value << 6 | (next & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 1;
    *character = value;
    return length;
}

bool pprof_is_shown(uint32_t character) {
    if (character < 0x20 || (character >= 0x7f && character <= 0x9f)) return false;
    bool turns_direction = character == 0x61c || character == 0x200e || character == 0x200f ||
                           (character >= 0x202a && character <= 0x202e) || (character >= 0x2066 && character <= 0x2069);
    bool breaks_line = character == 0x2028 || character == 0x2029;
    bool is_none = character == 0xfffe || character == 0xffff; /* XML has no way to write them */
    return !turns_direction && !breaks_line && !is_none && character != 0xfeff && character != PPROF_NO_CHARACTER;
}

static const char *get_entity(uint32_t character) {
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void pprof_print_html(pprof_string string, FILE *out) {
    while (string.length > 0) {
        uint32_t character;
        size_t length = pprof_decode_utf8(string, &character);
        const char *entity = get_entity(character);
        if (entity != NULL) {
            (void)fputs(entity, out);
        } else if (pprof_is_shown(character)) {
            (void)fwrite(string.text, 1, length, out);
        } else if (character == PPROF_NO_CHARACTER) {
            (void)fputs("\xef\xbf\xbd", out); /* U+FFFD */
        } else if (character < 0x100) {
            (void)fprintf(out, "\\x%02x", (unsigned)character);
        } else {
            (void)fprintf(out, "\\u%04x", (unsigned)character);
        }
        string.text += length;
        string.length -= length;
    }
}
