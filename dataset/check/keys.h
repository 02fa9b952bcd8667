/*
 * keys: is a key unique? For this room alone.
 *
 * A correct caller: check_keys_open; check_keys_group for each group that check_keys_wants, on
 * any thread; check_keys_take with its entries, on one; check_keys_finish; check_keys_close.
 */
#ifndef VV_DATASET_CHECK_KEYS_H
#define VV_DATASET_CHECK_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/check/emit.h"

vv_status check_keys_open(check_run *r, vv_error *err);
void check_keys_close(check_run *r);
/* Is group i's part in key k still to be read? */
bool check_keys_wants(const check_run *r, size_t k, size_t i);
/* The entries of a group's rows, appended to out. */
vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   vv_buf *out, vv_error *err);
vv_status check_keys_take(check_run *r, size_t k, const vv_buf *entries, vv_error *err);
vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err);

/* The canonical bytes of a row's key, and whether it is whole (no part missing). cells: a
 * list for each of the columns. False: no memory. */
bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const size_t *columns,
		     size_t count, const vv_cell *const *cells, size_t row, bool *whole);
/* Those lists, of a group, in the arena. */
vv_status check_key_cells(check_run *r, const check_group *g, const size_t *columns, size_t count,
			  vv_arena *arena, const vv_cell ***out, vv_error *err);

#endif
