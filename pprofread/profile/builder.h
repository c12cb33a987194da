/* What a builder tells of the profile it is making. Private to the library. */
#ifndef PPROF_BUILDER_H
#define PPROF_BUILDER_H

#include "pprofread.h"

/* The mapping that was added as [index]; valid until the next one is added. */
const pprof_mapping *pprof_get_built_mapping(const pprof_builder *builder, uint32_t index);

#endif
