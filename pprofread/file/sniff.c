/* Takes a file's bytes; gives what they are, by magic numbers and, for text, by the look of the first lines.
 * Cannot know more than the beginning tells: a damaged profile still is one here, and decode says what is wrong. */
#include "file/source.h"

#include <string.h>
#include <zlib.h>

enum { TEXT_SAMPLE = 4096, LINES_LOOKED_AT = 8 };

typedef struct magic {
    const char *bytes;
    size_t size, offset;
    pprof_format format;
} magic;

#define MAGIC(offset, literal, format) {literal, sizeof(literal) - 1, offset, format}

static const magic magics[] = {
    MAGIC(0, "\x1f\x8b", PPROF_FORMAT_GZIP),
    MAGIC(0, "pgo-weights ", PPROF_FORMAT_WEIGHTS_TEXT),
    MAGIC(0, "pgo-index\0", PPROF_FORMAT_WEIGHTS_INDEX),
    MAGIC(0, "PERFILE2", PPROF_FORMAT_PERF_DATA),
    MAGIC(0, "2ELIFREP", PPROF_FORMAT_PERF_DATA), /* from a machine of the other byte order */
    MAGIC(0, "PERFFILE", PPROF_FORMAT_PERF_DATA),
    MAGIC(0, "\177ELF", PPROF_FORMAT_ELF),
    MAGIC(0, "\377lprofi\201", PPROF_FORMAT_LLVM_PROFILE), /* .profdata */
    MAGIC(0, "\377lprofr\201", PPROF_FORMAT_LLVM_PROFILE), /* .profraw, either byte order and word size */
    MAGIC(0, "\377lprofR\201", PPROF_FORMAT_LLVM_PROFILE),
    MAGIC(0, "\201rforpl\377", PPROF_FORMAT_LLVM_PROFILE),
    MAGIC(0, "\201Rforpl\377", PPROF_FORMAT_LLVM_PROFILE),
    MAGIC(2, "\xd0\xb1\xf4\xc9\x94\xa8\x53", PPROF_FORMAT_LLVM_PROFILE), /* "SPROF42" as a varint: a sample profile */
    MAGIC(0, "\x28\xb5\x2f\xfd", PPROF_FORMAT_ZSTD),
    MAGIC(0, "\x04\x22\x4d\x18", PPROF_FORMAT_LZ4),
    MAGIC(0, "\x02\x21\x4c\x18", PPROF_FORMAT_LZ4), /* its older frame */
    MAGIC(0, "BZh", PPROF_FORMAT_BZIP2),
    MAGIC(0, "\xfd\x37zXZ", PPROF_FORMAT_XZ),
    MAGIC(0, "heap profile:", PPROF_FORMAT_HEAP_LEGACY),
    MAGIC(0, "--- heap", PPROF_FORMAT_HEAP_LEGACY),
};

/* The header is words of 4 or 8 bytes, in either order: 0, 3, 0, period, 0. */
static bool is_gperftools(const uint8_t *data, size_t size) {
    for (size_t word = 4; word <= 8; word += 4) {
        if (size < 5 * word) continue;
        uint8_t little[24] = {0}, big[24] = {0};
        little[word] = 3;
        big[2 * word - 1] = 3;
        if (memcmp(data, little, 3 * word) == 0 || memcmp(data, big, 3 * word) == 0) return true;
    }
    return false;
}

/* zlib's two bytes of magic may also open a profile whose fields come in reverse order, so the data decides. */
static bool is_zlib(const uint8_t *data, size_t size) {
    if (size < 3 || data[0] != 0x78 || (data[0] * 256 + data[1]) % 31 != 0) return false;
    uint8_t output[64];
    z_stream stream = {.next_in = (z_const Bytef *)data,
                       .avail_in = size > TEXT_SAMPLE ? TEXT_SAMPLE : (uInt)size,
                       .next_out = output,
                       .avail_out = sizeof output};
    if (inflateInit(&stream) != Z_OK) return false;
    int code = inflate(&stream, Z_NO_FLUSH);
    (void)inflateEnd(&stream);
    return code == Z_OK || code == Z_STREAM_END;
}

/* No control characters but white space; bytes above ASCII may be any encoding's letters. */
static bool is_text(const uint8_t *data, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((data[i] < 0x20 && data[i] != '\t' && data[i] != '\n' && data[i] != '\r') || data[i] == 0x7f) return false;
    return true;
}

/* ---- text, line by line ---- */

typedef struct text_line {
    const char *text;
    size_t length;
} text_line;

/* The next line that is neither empty nor a comment; false at the end. */
static bool next_line(const char **at, const char *end, text_line *line) {
    while (*at < end) {
        const char *newline = memchr(*at, '\n', (size_t)(end - *at));
        const char *stop = newline == NULL ? end : newline;
        *line = (text_line){*at, (size_t)(stop - *at)};
        *at = newline == NULL ? end : newline + 1;
        if (line->length > 0 && line->text[line->length - 1] == '\r') line->length--;
        if (line->length > 0 && line->text[0] != '#') return true;
    }
    return false;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* How many characters at the end of the line are digits. */
static size_t count_trailing_digits(text_line line) {
    size_t count = 0;
    while (count < line.length && is_digit(line.text[line.length - 1 - count])) count++;
    return count;
}

/* "main;luaV_execute;luaH_get 12": a weight at each line's end, and a semicolon somewhere. */
static bool is_folded_stacks(const char *text, const char *end) {
    bool has_stack = false;
    text_line line;
    for (int i = 0; i < LINES_LOOKED_AT && next_line(&text, end, &line); i++) {
        size_t digits = count_trailing_digits(line);
        if (digits == 0 || digits == line.length || line.text[line.length - digits - 1] != ' ') return false;
        if (memchr(line.text, ';', line.length) != NULL) has_stack = true;
    }
    return has_stack;
}

/* "lua 1234 5678.901234: 1001001 cpu-clock:", then indented lines of hexadecimal address and symbol. */
static bool is_perf_script(const char *text, const char *end) {
    text_line header, frame;
    if (!next_line(&text, end, &header) || memmem(header.text, header.length, ": ", 2) == NULL) return false;
    if (!next_line(&text, end, &frame)) return false;
    size_t i = 0;
    while (i < frame.length && (frame.text[i] == ' ' || frame.text[i] == '\t')) i++;
    size_t address = i;
    while (i < frame.length && is_hex_digit(frame.text[i])) i++;
    return address > 0 && i - address >= 4 && i < frame.length && frame.text[i] == ' ';
}

/* LLVM's text forms: ":ir" or ":fe" for counters; "name:total:head" and indented "offset: count" for samples. */
static bool is_llvm_text(const char *text, const char *end) {
    text_line line;
    if (!next_line(&text, end, &line)) return false;
    if (line.text[0] == ':') return line.length >= 3 && line.text[1] >= 'a' && line.text[1] <= 'z';
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t digits = count_trailing_digits(line);
        if (digits == 0 || digits + 1 >= line.length || line.text[line.length - digits - 1] != ':') return false;
        line.length -= digits + 1;
    }
    return line.text[0] != ' ';
}

static pprof_format sniff_text(const char *text, const char *end) {
    const char *first = text;
    while (first < end && (*first == ' ' || *first == '\t' || *first == '\n' || *first == '\r')) first++;
    if (first < end && *first == '<') return PPROF_FORMAT_MARKUP;
    if (first < end && (*first == '{' || *first == '[')) return PPROF_FORMAT_JSON;
    if (is_perf_script(text, end)) return PPROF_FORMAT_PERF_SCRIPT;
    if (is_folded_stacks(text, end)) return PPROF_FORMAT_FOLDED_STACKS;
    if (is_llvm_text(text, end)) return PPROF_FORMAT_LLVM_PROFILE;
    return PPROF_FORMAT_UNKNOWN;
}

/* Whether the first byte is the tag of one of Profile's fields, with the wire type that it has. */
static bool begins_like_profile(uint8_t tag) {
    enum { VARINT = 0, BYTES = 2 };
    unsigned field = tag >> 3, type = tag & 7;
    if ((field >= 1 && field <= 6) || field == 11) return type == BYTES;
    if (field == 13) return type == BYTES || type == VARINT; /* packed or not */
    return field >= 7 && field <= 15 && type == VARINT;
}

pprof_format pprof_sniff_format(const uint8_t *data, size_t size) {
    if (size == 0) return PPROF_FORMAT_EMPTY;
    if (size == 1 && data[0] == 0x1f) return PPROF_FORMAT_GZIP; /* cut after its first byte */
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const magic *m = &magics[i];
        if (size >= m->offset + m->size && memcmp(data + m->offset, m->bytes, m->size) == 0) return m->format;
    }
    if (is_gperftools(data, size)) return PPROF_FORMAT_GPERFTOOLS;
    if (is_zlib(data, size)) return PPROF_FORMAT_ZLIB;
    /* Every protobuf profile has control characters, if only as tags and lengths. */
    size_t sample = size > TEXT_SAMPLE ? TEXT_SAMPLE : size;
    if (sample > 4 && is_text(data, sample)) {
        const uint8_t *newline = memrchr(data, '\n', sample);
        if (sample < size && newline != NULL) sample = (size_t)(newline - data); /* whole lines only */
        return sniff_text((const char *)data, (const char *)data + sample);
    }
    return begins_like_profile(data[0]) ? PPROF_FORMAT_PROFILE : PPROF_FORMAT_UNKNOWN;
}
