/*
 * key_unique: does a version have every key once? For keys that nobody proved.
 */
#ifndef VV_DIFF_ROWS_KEY_UNIQUE_H
#define VV_DIFF_ROWS_KEY_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/table/table.h"

/* Reads the key's columns (places) of the whole version. Values are compared under
 * their types. *out may be false, though the key is unique, when two hashes of 64 bits meet. */
vv_status vv_key_unique(bool *out, vv_table *t, const size_t *key, size_t count, vv_error *err);

#endif
