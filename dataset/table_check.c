/*
 * Knows the one test that covers everything a version claims: its own bytes, imported
 * with its own dialect, schema, key and cut, give its own root. So every list is cut
 * where it must be, every group and line form is the only one possible, and every raw
 * line parses to the cells that stand beside it.
 */
#include <string.h>

#include "dataset/import.h"
#include "dataset/table.h"

/* Which part of the root is off: for the message. */
static const char *what_differs(const vv_root *a, const vv_root *b)
{
	if (a->rows != b->rows) {
		return "the number of rows";
	}
	if (a->data.len != b->data.len || memcmp(a->data.data, b->data.data, a->data.len) != 0) {
		return "the row groups (cells that do not stand in the lines, or a group that is not canonical)";
	}
	if (a->layout.len != b->layout.len || (a->layout.len > 0 && memcmp(a->layout.data, b->layout.data, a->layout.len) != 0)) {
		return "the line forms";
	}
	return "schema, dialect or hash";
}

vv_status vv_table_check(vv_table *t, vv_pool *pool, const vv_progress *progress, vv_error *err)
{
	vv_table_source *bytes = NULL;
	vv_import_result again;
	vv_sink dry = t->source;
	vv_source source = {.read = vv_table_source_read, .size = t->root.bytes, .name = "table"};
	vv_import_options opts = {.kind = t->root.kind, .parent = &t->root, .as = &t->root, .pool = pool, .progress = progress,
				  .hints = VV_SNIFF_HINTS_INIT};
	vv_status rc = vv_table_source_open(&bytes, t, err);
	if (rc < 0) {
		return rc;
	}
	dry.put = NULL;
	source.payload = bytes;
	rc = vv_import(&again, &source, &dry, &opts, err);
	if (rc == VV_EINPUT) {
		rc = err ? (err->code = VV_ECORRUPT) : VV_ECORRUPT;
	}
	if (rc == VV_OK) {
		if (!vv_cid_equal(&again.cid, &t->cid)) {
			rc = vv_fail(err, VV_ECORRUPT, "a dataset that is not what its own bytes give: %s differ",
				     what_differs(&t->root, &again.root));
		}
		vv_import_result_clear(&again);
	}
	vv_table_source_close(bytes);
	return rc;
}
