/* Takes an environment; gives one in which a program records itself by gperftools' libprofiler, and afterwards the
 * profile that it left.
 *
 * Each process writes a file of its own, at its normal end; of a command with children the one with most samples is
 * taken. Cannot record a program that is linked statically, runs with other rights than its caller, or is ended by a
 * signal. */
#include "import/record.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char profile_name[] = "cpu.prof";

/* By its whole path: the dynamic linker would only warn of a library that it does not find. */
static const char *find_library(const pprof_record_run *run, pprof_status *status) {
    static const char *const patterns[] = {
        "/usr/lib/*-linux-gnu*/libprofiler.so.0",
        "/usr/lib64/libprofiler.so.0",
        "/usr/lib/libprofiler.so.0",
        "/usr/local/lib/libprofiler.so.0",
    };
    const char *found = NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns && found == NULL; i++) {
        glob_t matches;
        if (glob(patterns[i], 0, NULL, &matches) != 0) continue;
        found = pprof_copy_string(run->arena, matches.gl_pathv[0], strlen(matches.gl_pathv[0]), status);
        globfree(&matches);
    }
    return found;
}

static bool is_replaced(const char *entry) {
    return strncmp(entry, "LD_PRELOAD=", 11) == 0 || strncmp(entry, "CPUPROFILE", 10) == 0;
}

bool pprof_prepare_gperftools(const pprof_record_run *run, char *const **environment, const char **reason,
                              pprof_status *status) {
    const char *library = find_library(run, status);
    if (library == NULL) {
        *reason = "gperftools' libprofiler.so.0 is not installed (Debian: apt-get install libgoogle-perftools4)";
        return false;
    }
    size_t count = 0;
    while (environ[count] != NULL) count++;
    char **entries = (char **)pprof_allocate(run->arena, count + 4, sizeof *entries, status);
    if (entries == NULL) return false;
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_replaced(environ[i])) entries[used++] = environ[i];
    const char *preloaded = getenv("LD_PRELOAD");
    bool is_first = preloaded == NULL || preloaded[0] == '\0';
    entries[used++] = pprof_format_string(run->arena, status, "LD_PRELOAD=%s%s%s", library, is_first ? "" : ":",
                                          is_first ? "" : preloaded);
    entries[used++] = pprof_format_string(run->arena, status, "CPUPROFILE=%s/%s", run->folder, profile_name);
    entries[used++] =
        pprof_format_string(run->arena, status, "CPUPROFILE_FREQUENCY=%d",
                            run->options->frequency > 0 ? run->options->frequency : PPROF_DEFAULT_FREQUENCY);
    *environment = entries;
    return !status->failed;
}

const char *pprof_find_gperftools_profile(const pprof_record_run *run, pprof_status *status) {
    const char *largest = NULL;
    off_t largest_size = 0;
    DIR *folder = opendir(run->folder);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct stat about;
        if (strncmp(entry->d_name, profile_name, sizeof profile_name - 1) != 0) continue;
        const char *path = pprof_format_string(run->arena, status, "%s/%s", run->folder, entry->d_name);
        if (path == NULL) break;
        if (stat(path, &about) != 0 || about.st_size < largest_size) continue;
        /* equal sizes: the first by name, since folders have no order */
        if (about.st_size == largest_size && (largest == NULL || strcmp(path, largest) > 0)) continue;
        largest = path;
        largest_size = about.st_size;
    }
    if (folder != NULL) (void)closedir(folder);
    if (largest == NULL)
        pprof_fail(status,
                   "%s: left no gperftools profile: it writes one only at its normal end, not when a signal ends it, "
                   "and not if it is linked statically; perf can record it",
                   run->options->command[0]);
    return largest;
}
