/*
 * row_hashes: only whole rows count, by the bytes of their cells.
 */
#include "diff/rows/row_hashes.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/sys.h"
#include "dataset/format/list.h"
#include "dataset/table/table.h"

static uint64_t hash_row(vv_buf *text, const vv_cell *cells, size_t count)
{
	vv_buf_reset(text);
	for (size_t i = 0; i < count; i++) {
		vv_buf_printf(text, "%d %zu ", (int)cells[i].state, (size_t)cells[i].len);
		vv_buf_put(text, cells[i].text, cells[i].len);
	}
	return vv_xxh3(vv_buf_cstr(text), text->len, 0);
}

static vv_status hash_rows(vv_table *t, uint64_t *out, size_t *count, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_batch) b = {0};
	int more = 0;
	vv_status rc = vv_table_reader_open(&r, t, NULL, 0, false, err);

	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; i < b.rows && *count < t->root.rows; i++) {
			out[(*count)++] = hash_row(&text, &b.cells[i * b.columns], b.columns);
		}
		rc = vv_buf_ok(&text, err);
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

vv_status vv_row_hashes(vv_store *store, const vv_cid *root, uint64_t **out, size_t *count,
			vv_error *err)
{
	vv_sink source;
	vv_table t;
	vv_auto_free uint64_t *list = NULL;
	vv_status rc;

	*out = NULL;
	*count = 0;
	vv_sink_dry(&source, store);
	if ((rc = vv_table_open_stored(&t, &source, root, err)) < 0) return rc;
	if (t.root.kind != VV_KIND_TABLE || t.root.rows > VV_ROW_HASHES_MAX) {
		rc = vv_fail(err, VV_EREFUSED, "not a small table");
	} else if (!(list = vv_calloc((size_t)t.root.rows + 1, sizeof(*list)))) {
		rc = vv_fail_nomem(err);
	} else if ((rc = hash_rows(&t, list, count, err)) == VV_OK && *count > 1) {
		qsort(list, *count, sizeof(*list), vv_u64_order);
	}
	vv_table_close(&t);
	if (rc < 0) {
		*count = 0;
		return rc;
	}
	*out = vv_take(&list);
	return VV_OK;
}
