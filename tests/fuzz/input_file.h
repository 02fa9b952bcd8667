/*
 * input_file: writes an input to a file, for targets whose code reads only files.
 */
#ifndef VV_TESTS_FUZZ_INPUT_FILE_H
#define VV_TESTS_FUZZ_INPUT_FILE_H

#include <stddef.h>

/* Writes exactly these bytes to a temporary file, and returns its path. The path is the same at
 * every call; the file is removed when the program ends. Calls abort if the file cannot be
 * written. */
const char *vv_fuzz_file(const void *bytes, size_t len);

#endif
