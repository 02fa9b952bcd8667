/*
 * fuzz: the function that every fuzz target defines, as libFuzzer calls it.
 */
#ifndef VV_TESTS_FUZZ_FUZZ_H
#define VV_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0. Finds faults by crashing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
