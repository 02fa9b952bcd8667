/*
 * group_check: is a row group exactly what encoding its cells gives?
 */
#ifndef VV_TESTS_UNIT_DATASET_GROUP_CHECK_H
#define VV_TESTS_UNIT_DATASET_GROUP_CHECK_H

#include <string.h>

#include "base/sys.h"
#include "dataset/format/group.h"

/* VV_ECORRUPT: it is not. */
static inline vv_status group_check(const void *bytes, size_t len, vv_error *err)
{
	vv_group_encoder *e = NULL;
	vv_cell *cells = NULL;
	vv_arena arena = VV_ARENA_INIT;
	vv_buf again = VV_BUF_INIT;
	vv_group g;
	vv_status rc;

	if ((rc = vv_group_open(&g, bytes, len, err)) < 0) {
		return rc;
	}
	cells = vv_malloc(g.rows * g.columns * sizeof *cells);
	e = vv_group_encoder_new();
	if (!cells || !e) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = vv_group_decode(&g, cells, g.columns, &arena, err)) < 0 ||
	    (rc = vv_group_encode(e, &again, cells, g.rows, g.columns, g.columns, NULL, NULL,
				  err)) < 0) {
		goto done;
	}
	if (again.len != len || memcmp(again.data, bytes, len) != 0) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "row group: not encoded as this version of the format does it");
	}
done:
	vv_group_encoder_free(e);
	vv_free(cells);
	vv_arena_clear(&arena);
	vv_buf_clear(&again);
	vv_group_close(&g);
	return rc;
}

#endif
