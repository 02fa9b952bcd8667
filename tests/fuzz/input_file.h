/*
 * input_file: an input as a file, for what reads files only.
 */
#ifndef VV_TESTS_FUZZ_INPUT_FILE_H
#define VV_TESTS_FUZZ_INPUT_FILE_H

#include <stddef.h>

/* The path of a file that holds just these bytes, the same at every call; it goes when
 * the program ends. Aborts when the machine does not let it. */
const char *vv_fuzz_file(const void *bytes, size_t len);

#endif
