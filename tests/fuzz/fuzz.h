/*
 * fuzz: the function that every fuzz target defines, as libFuzzer calls it.
 */
#ifndef VV_TESTS_FUZZ_FUZZ_H
#define VV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/env.h"

extern char **environ;

/* Returns 0. Finds faults by crashing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What the target has set in its environment so far; once. */
static inline const vv_env *vv_fuzz_env(void)
{
	static vv_env *made;

	if (!made) {
		(void)vv_env_new(&made, (const char *const *)environ, NULL);
	}
	return made;
}

#endif
