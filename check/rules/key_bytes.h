/*
 * key_bytes: the value of a row's key as bytes, and their hash. Private to check/rules.
 */
#ifndef VV_CHECK_RULES_KEY_BYTES_H
#define VV_CHECK_RULES_KEY_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "check/kept/key_run.h"
#include "check/rules/groups.h"

/* In place of a hash: a part of the key is missing. */
#define CHECK_NO_KEY (UINT64_MAX >> CHECK_GROUP_BITS)

/* The canonical bytes of a row's key, and whether it is whole (no part missing). cells: a
 * list for each of the columns. False: no memory. */
bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const check_key_of *key,
		     const vv_cell *const *cells, size_t row, bool *whole);

/* Takes a row of the group, whose key's canonical bytes are in w->key. whole: no part is missing. */
typedef vv_status (*check_key_fn)(void *payload, size_t row, bool whole, vv_error *err);

/* Calls fn with each row of the loaded group, after check_blank. */
vv_status check_key_each(check_run *r, check_worker *w, const check_group *g,
			 const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
vv_status check_key_group(check_run *r, check_worker *w, vv_batch *batch, size_t i,
			  const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
/* The upper part of an entry; never CHECK_NO_KEY. */
uint64_t check_key_hash(const vv_buf *key, uint64_t seed);
/* Bytes that keys may take in memory. */
uint64_t check_key_memory(const check_run *r);

#endif
