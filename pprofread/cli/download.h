/* Bytes from the network. download.c has it through libcurl; download_none.c says that libcurl was not there when
 * pprofread was built. */
#ifndef PPROFREAD_CLI_DOWNLOAD_H
#define PPROFREAD_CLI_DOWNLOAD_H

#include "base/buffer.h"

typedef struct cli_download {
    const char *url;
    const char *const *headers; /* "Name: value" */
    uint32_t header_count;
    int seconds;         /* what the URL's parameter `seconds` is to say; 0: as it is */
    int timeout;         /* seconds for the whole; 0: two minutes more than the server profiles */
    bool is_insecure;    /* certificates are not checked */
    uint64_t size_limit; /* bytes; 0: PPROF_DEFAULT_SIZE_LIMIT */
} cli_download;

typedef struct cli_answer {
    const char *name;  /* the URL for messages: without user and password */
    long http_status;  /* 200 … */
    pprof_buffer body; /* the caller frees it */
} cli_answer;

/* GETs the URL, http or https only, redirects included. An HTTP error is an answer like any other. */
bool cli_fetch_url(const cli_download *download, pprof_arena *arena, cli_answer *answer, pprof_status *status);

#endif
