/* Takes a URL; gives what the server answers, through libcurl.
 *
 * Only http and https, also after redirects; no more bytes than the limit, and no longer than the time limit. Cannot
 * know how long a server will profile, but from the parameter `seconds` of the URL. */
#include "cli/download.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_SECONDS = 30, SPARE_SECONDS = 120, DEFAULT_PROFILING_SECONDS = 30, MOST_REDIRECTS = 10 };

typedef struct transfer {
    const cli_download *download;
    cli_answer *answer;
    uint64_t size_limit;
    pprof_status *status;
} transfer;

/* ---- the URL ---- */

/* Takes [url]'s parameters called seconds out and puts the new one at the end. */
static bool set_seconds(CURLU *url, int seconds) {
    char *query = NULL, parameter[32];
    CURLUcode code = curl_url_get(url, CURLUPART_QUERY, &query, 0);
    if (code == CURLUE_OK) {
        size_t used = 0;
        for (const char *at = query; *at != '\0';) {
            size_t length = strcspn(at, "&");
            bool has_more = at[length] == '&', is_kept = strncmp(at, "seconds=", 8) != 0;
            if (is_kept && used != 0) query[used++] = '&';
            if (is_kept) {
                memmove(query + used, at, length);
                used += length;
            }
            at += length + has_more;
        }
        query[used] = '\0';
        code = curl_url_set(url, CURLUPART_QUERY, used == 0 ? NULL : query, 0);
    } else if (code == CURLUE_NO_QUERY) {
        code = CURLUE_OK;
    }
    curl_free(query);
    (void)snprintf(parameter, sizeof parameter, "seconds=%d", seconds);
    return code == CURLUE_OK && curl_url_set(url, CURLUPART_QUERY, parameter, CURLU_APPENDQUERY) == CURLUE_OK;
}

/* How long the server will take to profile, as the URL says. */
static long get_profiling_seconds(CURLU *url) {
    char *query = NULL;
    long seconds = DEFAULT_PROFILING_SECONDS;
    if (curl_url_get(url, CURLUPART_QUERY, &query, 0) == CURLUE_OK) {
        const char *at = strncmp(query, "seconds=", 8) == 0 ? query - 1 : strstr(query, "&seconds=");
        if (at != NULL) seconds = strtol(at + 9, NULL, 10);
    }
    curl_free(query);
    return seconds < 0 || seconds > INT32_MAX / 2 ? INT32_MAX / 2 : seconds;
}

/* The URL as messages show it. */
static const char *name_url(CURLU *url, pprof_arena *arena, pprof_status *status) {
    CURLU *shown = curl_url_dup(url);
    char *text = NULL;
    const char *name = NULL;
    if (shown != NULL && curl_url_set(shown, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(shown, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_get(shown, CURLUPART_URL, &text, 0) == CURLUE_OK)
        name = pprof_copy_string(arena, text, strlen(text), status);
    else
        pprof_fail(status, "out of memory (a URL)");
    curl_free(text);
    curl_url_cleanup(shown);
    return name;
}

static bool parse_url(const cli_download *download, CURLU *url, pprof_status *status) {
    char *scheme = NULL;
    CURLUcode code = curl_url_set(url, CURLUPART_URL, download->url, CURLU_GUESS_SCHEME);
    if (code != CURLUE_OK) return pprof_fail(status, "the URL cannot be understood: %s", curl_url_strerror(code));
    bool is_web = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    curl_free(scheme);
    if (!is_web) return pprof_fail(status, "the URL is neither http nor https");
    return download->seconds == 0 || set_seconds(url, download->seconds) ||
           pprof_fail(status, "the URL cannot take the parameter seconds");
}

/* ---- the transfer ---- */

static size_t take_bytes(char *data, size_t size, size_t count, void *context) {
    transfer *transfer = context;
    pprof_buffer *body = &transfer->answer->body;
    size_t length = size * count; /* size is always 1 */
    if (length > transfer->size_limit - body->size) {
        pprof_fail(transfer->status, "%s: more than %llu bytes, the size limit; --size-limit raises it",
                   transfer->answer->name, (unsigned long long)transfer->size_limit);
        return 0;
    }
    if (!pprof_reserve_buffer(body, length, transfer->status)) return 0;
    memcpy(body->data + body->size, data, length);
    body->size += length;
    return length;
}

static struct curl_slist *list_headers(const cli_download *download) {
    struct curl_slist *list = NULL;
    for (uint32_t i = 0; i < download->header_count; i++) {
        struct curl_slist *longer = curl_slist_append(list, download->headers[i]);
        if (longer != NULL) list = longer;
    }
    return list;
}

static CURLcode perform(transfer *transfer, CURL *curl, CURLU *url, const struct curl_slist *headers) {
    const cli_download *download = transfer->download;
    long limit = download->timeout > 0 ? download->timeout : get_profiling_seconds(url) + SPARE_SECONDS;
    bool is_set = curl_easy_setopt(curl, CURLOPT_CURLU, url) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_USERAGENT, "pprofread") == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_TIMEOUT, limit) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, download->is_insecure ? 0L : 1L) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, download->is_insecure ? 0L : 2L) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer) == CURLE_OK;
    return is_set ? curl_easy_perform(curl) : CURLE_FAILED_INIT;
}

static bool transfer_url(transfer *transfer, CURL *curl, CURLU *url, pprof_status *status) {
    char details[CURL_ERROR_SIZE] = "";
    (void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details);
    struct curl_slist *headers = list_headers(transfer->download);
    CURLcode code = perform(transfer, curl, url, headers);
    curl_slist_free_all(headers);
    if (code == CURLE_OK) return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &transfer->answer->http_status) == 0;
    return pprof_fail(status, "%s: %s%s", transfer->answer->name,
                      details[0] != '\0' ? details : curl_easy_strerror(code),
                      code == CURLE_OPERATION_TIMEDOUT ? "; --timeout allows more" : "");
}

bool cli_fetch_url(const cli_download *download, pprof_arena *arena, cli_answer *answer, pprof_status *status) {
    uint64_t size_limit = download->size_limit == 0 ? PPROF_DEFAULT_SIZE_LIMIT : download->size_limit;
    transfer transfer = {download, answer, size_limit, status};
    *answer = (cli_answer){0};
    CURL *curl = curl_easy_init();
    CURLU *url = curl_url();
    bool done = (curl != NULL && url != NULL) || pprof_fail(status, "out of memory (a transfer)");
    done = done && parse_url(download, url, status);
    if (done) answer->name = name_url(url, arena, status);
    done = done && answer->name != NULL && transfer_url(&transfer, curl, url, status);
    curl_url_cleanup(url);
    curl_easy_cleanup(curl);
    return done;
}
