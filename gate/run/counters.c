/* Takes a process that is about to begin; gives the instructions and cycles that it and its children spent, in user
 * mode, where the processor counts them and the kernel lets us look. Many virtual machines have no counters: then both
 * are NAN, which is no failure. */
#include "run/run.h"

#include <linux/perf_event.h>
#include <math.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_counter(pid_t process, uint64_t event) {
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attributes,
        .config = event,
        .disabled = 1,
        .inherit = 1,
        .enable_on_exec = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };
    return (int)syscall(SYS_perf_event_open, &attributes, process, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void attach(void *context, pid_t process) {
    gate_counter_files *files = context;
    files->instructions = open_counter(process, PERF_COUNT_HW_INSTRUCTIONS);
    files->cycles = open_counter(process, PERF_COUNT_HW_CPU_CYCLES);
}

/* A counter that had to share the hardware is scaled up to the whole time. */
static double read_counter(int *file) {
    uint64_t values[3] = {0}; /* count, time enabled, time running */
    bool is_read = *file >= 0 && read(*file, values, sizeof values) == (ssize_t)sizeof values;
    if (*file >= 0) (void)close(*file);
    *file = -1;
    if (!is_read || values[2] == 0) return NAN;
    return (double)values[0] * ((double)values[1] / (double)values[2]);
}

static void read_counters(void *context, double *instructions, double *cycles) {
    gate_counter_files *files = context;
    *instructions = read_counter(&files->instructions);
    *cycles = read_counter(&files->cycles);
}

gate_counters gate_use_processor_counters(gate_counter_files *files) {
    *files = (gate_counter_files){-1, -1};
    return (gate_counters){files, attach, read_counters};
}
