/*
 * file_order: a version in key order imported again, in the order of its file.
 */
#include "dataset/table/file_order.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"

/* ---- the table of the file ---- */

#define ALONE ((uint64_t)4 << 20) /* bytes for which threads are not worth their start */

static void take_list(vv_buf *to, vv_buf *from)
{
	vv_buf_clear(to);
	*to = *from;
	*from = (vv_buf)VV_BUF_INIT;
}

static vv_status file_order_take(vv_table *t, vv_error *err)
{
	vv_auto(vv_pool) *pool = vv_pool_new(t->root.bytes < ALONE ? 0 : vv_cpu_count() - 1);
	vv_auto(vv_mem_sink) *scratch = NULL;
	vv_auto(vv_table_source) *bytes = NULL;
	vv_auto(vv_import_result) made = {0};
	vv_sink sink;
	vv_source source = {.read = vv_table_source_read, .size = t->root.bytes, .name = "table"};
	const vv_import_options opts = {.kind = VV_KIND_TABLE,
					.is_text = true,
					.hints = VV_SNIFF_HINTS_INIT,
					.parent = &t->root,
					.as = &t->root,
					.order = VV_ORDER_READ,
					.pool = pool};
	vv_status rc;

	if (!pool) return vv_fail_nomem(err);
	if ((rc = vv_mem_sink_over(&scratch, &t->source, NULL, err)) < 0 ||
	    (rc = vv_table_source_open_with(&bytes, t, pool, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, scratch);
	source.payload = bytes;
	if ((rc = vv_import(&made, &source, &sink, &opts, err)) < 0) {
		return rc == VV_EINPUT ? vv_recode(err, VV_ECORRUPT) : rc;
	}
	take_list(&t->root.data, &made.root.data);
	take_list(&t->root.layout, &made.root.layout);
	take_list(&t->root.facts, &made.root.facts);
	vv_buf_clear(&t->root.places);
	t->root.hash = made.root.hash;
	t->source = sink;
	t->source.put = NULL;
	t->scratch = scratch;
	scratch = NULL;
	return rc;
}

vv_status vv_table_to_file_order(vv_table *t, vv_error *err)
{
	return vv_root_has_places(&t->root) ? file_order_take(t, err) : VV_OK;
}

vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err)
{
	vv_status rc = vv_table_open_stored(out, source, cid, err);

	if (rc == VV_OK && (rc = vv_table_to_file_order(out, err)) < 0) {
		vv_table_close(out);
	}
	return rc;
}

bool vv_tables_have_one_order(const vv_table *x, const vv_table *y)
{
	const vv_root *a = &x->root, *b = &y->root;

	return vv_root_has_places(a) == vv_root_has_places(b) &&
	       vv_root_names_equal(a->sorted_by, a->sorted_by_count, b->sorted_by,
				   b->sorted_by_count);
}

vv_status vv_tables_in_one_order(vv_table *a, vv_table *b, vv_error *err)
{
	if (vv_tables_have_one_order(a, b)) return VV_OK;
	vv_status rc = vv_table_to_file_order(a, err);
	return rc == VV_OK ? vv_table_to_file_order(b, err) : rc;
}
