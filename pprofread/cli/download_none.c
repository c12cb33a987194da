/* Stands in for download.c where libcurl was not there when pprofread was built. */
#include "cli/download.h"

bool cli_fetch_url(const cli_download *download, pprof_arena *arena, cli_answer *answer, pprof_status *status) {
    (void)arena;
    *answer = (cli_answer){.name = download->url};
    return pprof_fail(status, "this pprofread was built without libcurl: download the profile by other means, as "
                              "`curl -o FILE URL`, or build again with libcurl4-openssl-dev");
}
