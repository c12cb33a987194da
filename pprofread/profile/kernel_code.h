/* Code that no build of the program changes. Private to the library. */
#ifndef PPROF_KERNEL_CODE_H
#define PPROF_KERNEL_CODE_H

#include "pprofread.h"

/* Whether the location is in the kernel, or in what the kernel maps into every process. */
bool pprof_is_in_kernel(const pprof_profile *profile, const pprof_location *location);

#endif
