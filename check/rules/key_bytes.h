/*
 * key_bytes: converts the key of a row to bytes, and hashes them. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_KEY_BYTES_H
#define VV_CHECK_RULES_KEY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "check/kept/key_run.h"
#include "check/rules/groups.h"

/* The hash of a key of which a part is missing. */
#define CHECK_NO_KEY (UINT64_MAX >> CHECK_GROUP_BITS)

/* Sets *out to the canonical bytes of a row's key, and *whole to true if no part of the key is
 * missing. cells: one list of cells for each column. Returns false if memory runs out. */
bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const check_key_of *key,
		     const vv_cell *const *cells, size_t row, bool *whole);

/* Receives a row of the group. w->key contains the canonical bytes of the row's key. whole: no part
 * of the key is missing. */
typedef vv_status (*check_key_fn)(void *payload, size_t row, bool whole, vv_error *err);

/* Calls fn for each row of the loaded group. Call check_blank first. */
vv_status check_key_each(check_run *r, check_worker *w, const check_group *g,
			 const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
/* Loads the i-th group, then calls fn for each row. */
vv_status check_key_group(check_run *r, check_worker *w, vv_batch *batch, size_t i,
			  const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
/* Returns the hash of a key, which is the upper part of an entry. The result is never
 * CHECK_NO_KEY. */
uint64_t check_key_hash(const vv_buf *key, uint64_t seed);
/* Returns the maximum memory for keys, in bytes. */
uint64_t check_key_memory(const check_run *r);

#endif
