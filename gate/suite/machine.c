/* Takes nothing but the machine it runs on, and a command that prints a compiler's version; gives what a reader must
 * know before comparing these numbers with others. What the system does not tell stays NULL: virtual machines and
 * containers hide the clock's governor, for one. */
#include "suite/suite.h"

#include "run/run.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *keep_line(const char *text, size_t size, pprof_arena *arena, pprof_status *status) {
    const char *newline = size != 0 ? memchr(text, '\n', size) : NULL;
    size_t length = newline != NULL ? (size_t)(newline - text) : size;
    return length != 0 ? pprof_copy_string(arena, text, length, status) : NULL;
}

/* The file's first line that begins with [key], after its colon; its very first where [key] is "". */
static const char *read_line(const char *path, const char *key, pprof_arena *arena, pprof_status *status) {
    char line[512];
    const char *found = NULL;
    FILE *file = fopen(path, "re");
    while (file != NULL && found == NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) != 0) continue;
        const char *colon = *key != '\0' ? strchr(line, ':') : NULL, *value = colon != NULL ? colon + 1 : line;
        value += strspn(value, " \t");
        found = keep_line(value, strlen(value), arena, status);
    }
    if (file != NULL) (void)fclose(file);
    return found;
}

static const char *find_turbo(pprof_arena *arena, pprof_status *status) {
    const char *no_turbo = read_line("/sys/devices/system/cpu/intel_pstate/no_turbo", "", arena, status);
    if (no_turbo != NULL) return *no_turbo == '0' ? "on" : "off";
    const char *boost = read_line("/sys/devices/system/cpu/cpufreq/boost", "", arena, status);
    return boost == NULL ? NULL : *boost == '1' ? "on" : "off";
}

static bool keep_output(void *context, const uint8_t *bytes, size_t size, pprof_status *status) {
    pprof_buffer *buffer = context;
    if (buffer->size > 1 << 16) return true;
    if (!pprof_reserve_buffer(buffer, size, status)) return false;
    memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    return true;
}

static bool ask_compiler(const char *command, pprof_arena *arena, gate_machine *machine, pprof_status *status) {
    pprof_buffer output = {0};
    gate_run ignored;
    const gate_process process = {.arguments = (const char *const[]){"/bin/sh", "-c", command, NULL},
                                  .title = "the compiler's version",
                                  .processor = -1,
                                  .timeout = 60,
                                  .consume = keep_output,
                                  .context = &output};
    bool done = gate_run_process(&process, &ignored, status);
    if (done) machine->compiler = keep_line((const char *)output.data, output.size, arena, status);
    pprof_free_buffer(&output);
    return done;
}

bool gate_describe_machine(const char *compiler_command, pprof_arena *arena, gate_machine *machine,
                           pprof_status *status) {
    struct utsname system;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *machine = (gate_machine){
        .processor = read_line("/proc/cpuinfo", "model name", arena, status),
        .governor = read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", arena, status),
        .turbo = find_turbo(arena, status),
        .core_count = cores > 0 ? (uint32_t)cores : 0,
    };
    if (uname(&system) == 0)
        machine->kernel =
            pprof_format_string(arena, status, "%s %s %s", system.sysname, system.release, system.machine);
    return (compiler_command == NULL || ask_compiler(compiler_command, arena, machine, status)) && !status->failed;
}
