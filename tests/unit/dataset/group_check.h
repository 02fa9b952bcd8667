/*
 * group_check: checks that a row group has exactly the bytes that encoding its cells gives, and
 * that the facts that the encoder finds are those that vv_facts_of finds in the cells.
 */
#ifndef VV_TESTS_UNIT_DATASET_GROUP_CHECK_H
#define VV_TESTS_UNIT_DATASET_GROUP_CHECK_H

#include <string.h>

#include "base/sys.h"
#include "dataset/format/group.h"

/* Checks the row group bytes. VV_ECORRUPT: its bytes differ from those of the encoder, or it is
 * damaged. VV_EUSAGE: the facts differ. */
static inline vv_status group_check(const void *bytes, size_t len, vv_error *err)
{
	vv_group_encoder *e = NULL;
	vv_cell *cells = NULL;
	vv_arena arena = VV_ARENA_INIT;
	vv_buf again = VV_BUF_INIT, put[2] = {VV_BUF_INIT, VV_BUF_INIT};
	vv_facts facts[2] = {VV_FACTS_INIT, VV_FACTS_INIT};
	vv_group g;
	vv_status rc;

	if ((rc = vv_group_open(&g, bytes, len, err)) < 0) return rc;
	cells = vv_malloc(g.rows * g.columns * sizeof *cells);
	e = vv_group_encoder_new();
	if (!cells || !e) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	vv_group_encoder_find(e, &facts[0]);
	if ((rc = vv_group_decode(&g, cells, g.columns, &arena, err)) < 0 ||
	    (rc = vv_group_encode(e, &again, cells, g.rows, g.columns, g.columns, NULL, NULL,
				  err)) < 0 ||
	    (rc = vv_facts_of(&facts[1], cells, g.rows, g.columns, g.columns, NULL, 0, err)) < 0) {
		goto done;
	}
	vv_facts_put(&put[0], &facts[0]);
	vv_facts_put(&put[1], &facts[1]);
	if (put[0].len != put[1].len ||
	    memcmp(vv_buf_cstr(&put[0]), vv_buf_cstr(&put[1]), put[0].len) != 0) {
		rc = vv_fail(err, VV_EUSAGE, "row group: the encoder finds other facts");
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
	for (int i = 0; i < 2; i++) {
		vv_buf_clear(&put[i]);
		vv_facts_clear(&facts[i]);
	}
	vv_group_close(&g);
	return rc;
}

#endif
