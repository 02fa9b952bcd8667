/*
 * fuzz: the function that every fuzz target defines, as libFuzzer calls it.
 */
#ifndef VV_TESTS_FUZZ_FUZZ_H
#define VV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "base/env.h"

extern char **environ;

/* Runs the code under test with the size bytes of input at data. A fault in that code ends the
 * process. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns a copy of the environment as it was at the first call, which stays valid. A target must
 * set its variables before that. */
static inline const vv_env *vv_fuzz_env(void)
{
	static vv_env *made;

	if (!made) {
		(void)vv_env_new(&made, (const char *const *)environ, NULL);
	}
	return made;
}

#endif
