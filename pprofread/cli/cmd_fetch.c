/* pprofread fetch: what a server profiles, or has profiled ─▶ a checked pprof in a file.
 *
 * Parca's answer is JSON with the pprof inside, in base64. Cannot ask Grafana Pyroscope, whose HTTP interface has flame
 * graphs only. */
#include "cli.h"
#include "cli/download.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <signal.h>
#include <string.h>

static const char about[] =
    "Downloads a profile by http or https, makes sure that it is one, and writes it. A profile\n"
    "of bare addresses, such as gperftools' servers give, is symbolized if --binary names the\n"
    "very program that was profiled.\n"
    "\n"
    "  pprofread fetch --seconds=30 http://host:6060/debug/pprof/profile       Go, and what follows it\n"
    "  pprofread fetch --seconds=30 --binary=./server http://host/pprof/profile        gperftools\n"
    "  pprofread fetch 'http://parca:7070/api/profiles/query?mode=MODE_MERGE&\n"
    "      report_type=REPORT_TYPE_PPROF_UNSPECIFIED&merge.query=QUERY&\n"
    "      merge.start=2026-01-01T00:00:00Z&merge.end=2026-01-02T00:00:00Z'             Parca\n"
    "  pprofread fetch 'http://host:4040/render?query=APP.cpu&from=now-1h&format=pprof'  Pyroscope, where\n"
    "      it offers format=pprof; else: profilecli query profile --output=pprof=FILE";

/* The first line of an answer that is text, "" if it is none. */
static const char *get_first_line(const cli_answer *answer, char *line, size_t size) {
    size_t begin = 0, used = 0;
    while (begin < answer->body.size && isspace(answer->body.data[begin])) begin++;
    for (size_t i = begin; i < answer->body.size && answer->body.data[i] != '\n' && used + 1 < size; i++) {
        if (answer->body.data[i] == '\0') return "";
        line[used++] = (char)answer->body.data[i];
    }
    line[used] = '\0';
    return line;
}

static bool refuse_answer(const cli_answer *answer, const char *problem, pprof_status *status) {
    char buffer[160];
    const char *line = get_first_line(answer, buffer, sizeof buffer);
    return pprof_fail(status, "%s: HTTP status %ld, %s%s%s%s", answer->name, answer->http_status, problem,
                      line[0] == '\0' ? "" : ", which begins \"", line, line[0] == '\0' ? "" : "\"");
}

/* ---- Parca's envelope ---- */

static int decode_digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* In place of the text; gives the size. False: no base64. */
static bool decode_base64(const char *text, uint8_t *bytes, size_t *size) {
    unsigned bits = 0, kept = 0;
    *size = 0;
    for (; *text != '\0' && *text != '='; text++) {
        int digit = decode_digit(*text);
        if (digit < 0) return false;
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        kept += 6;
        if (kept < 8) continue;
        kept -= 8;
        bytes[(*size)++] = (uint8_t)(bits >> kept);
    }
    return text[strspn(text, "=")] == '\0';
}

/* {"pprof": "H4sI…"} ─▶ the bytes, put in the answer's place. False: it is some other JSON. */
static bool open_envelope(cli_answer *answer) {
    cJSON *json = cJSON_ParseWithLength((const char *)answer->body.data, answer->body.size);
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "pprof"));
    size_t size;
    bool is_envelope = text != NULL && decode_base64(text, answer->body.data, &size);
    if (is_envelope) answer->body.size = size;
    cJSON_Delete(json);
    return is_envelope;
}

/* ---- from the URL to the file ---- */

static bool read_answer(cli_import *import, cli_answer *answer, pprof_source *source) {
    if (answer->http_status >= 400) return refuse_answer(answer, "no profile but an error", &import->status);
    for (int layer = 0; layer < 2; layer++) {
        if (!pprof_read_bytes(answer->name, answer->body.data, answer->body.size, import->size_limit, &import->arena,
                              source, &import->status))
            return false;
        if (source->format != PPROF_FORMAT_JSON || source->was_gzip || !open_envelope(answer)) break;
    }
    if (source->format == PPROF_FORMAT_PROFILE || source->format == PPROF_FORMAT_GPERFTOOLS) return true;
    static const char name[] = "FILE"; /* a URL may be longer than a message */
    pprof_status refusal = {0};
    source->path = name;
    pprof_refuse_format(source, &refusal);
    return refuse_answer(answer, refusal.message + strlen(name) + strlen(": "), &import->status);
}

static bool fetch(const cli_download *download, cli_import *import) {
    cli_answer answer;
    pprof_source source;
    pprof_profile profile;
    cli_progress *progress = cli_start_progress("waiting for the server's profile");
    bool done = cli_fetch_url(download, &import->arena, &answer, &import->status);
    cli_stop_progress(progress);
    done = done && read_answer(import, &answer, &source) && cli_decode_recording(import, &source, &profile) &&
           cli_write_recording(import, &profile);
    pprof_free_buffer(&answer.body);
    return done;
}

static bool check_headers(const cli_syntax *syntax, const cli_texts *headers) {
    for (uint32_t i = 0; i < headers->count; i++) {
        const char *header = headers->items[i];
        if (strchr(header, ':') == NULL || strpbrk(header, "\r\n") != NULL)
            return cli_misuse(syntax, "--header takes one line, 'Name: value'"); /* it may be a secret */
    }
    return true;
}

int cli_run_fetch(int argc, char **argv) {
    cli_import import = {.output = "default.pgo"};
    cli_download download = {0};
    double seconds = 0;
    cli_texts headers = {
        .items = (const char **)pprof_allocate(&import.arena, (size_t)argc, sizeof(char *), &import.status)};
    const cli_option options[] = {
        CLI_OUTPUT_OPTION(&import.output),
        {.name = "seconds",
         .seconds = &seconds,
         .value = "TIME",
         .help = "ask the server to profile so long (30, 5m): seconds=N in the URL"},
        {.name = "header",
         .letter = 'H',
         .texts = &headers,
         .value = "LINE",
         .help = "send this too, as 'Authorization: Bearer …'; several may be given"},
        {.name = "timeout",
         .count = &download.timeout,
         .value = "SECONDS",
         .help = "give up after so long (default: the server's seconds, and 120)"},
        {.name = "insecure",
         .letter = 'k',
         .flag = &download.is_insecure,
         .help = "take the server's certificate for good, whatever it is"},
        {.name = "binary",
         .text = &import.symbolize.binary,
         .value = "EXE",
         .help = "the program that was profiled, to symbolize addresses with"},
        CLI_SYMBOLIZER_OPTION(&import.symbolize),
        CLI_SYMBOLIZER_TIMEOUT_OPTION(&import.symbolize),
        CLI_SIZE_LIMIT_OPTION(&import.size_limit),
        {0},
    };
    const cli_syntax syntax = {"fetch", about, options};
    int exit_status;
    if (import.status.failed) return cli_report_failure(&import.status);
    if (!cli_parse_operands(&syntax, "URL", argc, argv, &download.url, &exit_status) ||
        !check_headers(&syntax, &headers)) {
        pprof_arena_free(&import.arena);
        return exit_status;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a symbolizer that dies is an error message, not our death */
    download.seconds = (int)ceil(seconds);
    download.headers = headers.items;
    download.header_count = headers.count;
    download.size_limit = import.size_limit;
    import.symbolizing = import.symbolize.binary == NULL ? CLI_SYMBOLIZE_NOTHING : CLI_SYMBOLIZE_MISSING;
    exit_status = fetch(&download, &import) ? CLI_DONE : cli_report_failure(&import.status);
    pprof_arena_free(&import.arena);
    return exit_status;
}
