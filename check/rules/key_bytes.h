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
#include "check/rules/cells.h"
#include "check/rules/groups.h"

typedef struct vv_batch vv_batch;

/* The hash in an entry of a row whose key lacks a part. A part of a key is its value in one
 * column. */
#define CHECK_NO_KEY (UINT64_MAX >> CHECK_GROUP_BITS)

/* Appends the canonical bytes of a row's key to out (vv_value_put_key of each part). Sets *whole to true
 * if no part of the key is missing, else to false. cells: for each column of the key, an array with the
 * column's cell of each row. scratch is overwritten. Returns false if memory runs out. */
bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const check_key_of *key,
		     const vv_cell *const *cells, size_t row, bool *whole);

/* Receives the number of a row in its group, from 0. During the call, w->key contains the canonical
 * bytes of the row's key. whole: no part of the key is missing. */
typedef vv_status (*check_key_fn)(void *payload, size_t row, bool whole, vv_error *err);

/* Calls fn for each row of the loaded group, except blank rows (w->pass_blank) and rows that key->where
 * does not select. Call check_blank first. */
vv_status check_key_each(check_run *r, check_worker *w, const check_group *g,
			 const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
/* Like check_key_each, but loads the i-th group first. */
vv_status check_key_group(check_run *r, check_worker *w, vv_batch *batch, size_t i,
			  const check_key_of *key, check_key_fn fn, void *payload, vv_error *err);
/* Returns the hash of a key: the upper 40 bits of its entry (check/kept/key_run.h). The result is
 * never CHECK_NO_KEY. */
uint64_t check_key_hash(const vv_buf *key, uint64_t seed);
/* Returns the maximum memory for keys, in bytes (vv_check_options.memory). */
uint64_t check_key_memory(const check_run *r);

#endif
