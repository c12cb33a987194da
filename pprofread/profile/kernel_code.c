/* Takes a location; tells whether its code is the kernel's: no part of the program, whatever its functions are called.
 * The kernel has a sort, an inflate_fast and an LZ4_decompress_safe of its own.
 *
 * perf and the profilers that work by eBPF name the kernel's mapping [kernel.kallsyms], with or without a symbol's name
 * behind; the pages that it lends to every process are [vdso] and [vsyscall]. Where there is nothing but an address,
 * the upper half of all addresses is the kernel's, on x86-64 as on ARM.
 *
 * Cannot know the kernel's functions where a producer gives them neither mapping nor address, as some flame graph
 * formats do. */
#include "profile/kernel_code.h"

#include <string.h>

bool pprof_is_in_kernel(const pprof_profile *profile, const pprof_location *location) {
    static const char kernel[] = "[kernel";
    pprof_string name = {"", 0};
    if (location->mapping != PPROF_NONE)
        name = pprof_get_string(profile, profile->mappings[location->mapping].filename_string);
    if (name.length >= sizeof kernel - 1 && memcmp(name.text, kernel, sizeof kernel - 1) == 0) return true;
    if (pprof_string_equals(name, "[vdso]") || pprof_string_equals(name, "[vsyscall]")) return true;
    return name.length == 0 && location->line_count == 0 && location->address >> 63 != 0;
}
