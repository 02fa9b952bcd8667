/*
 * change_count: knows how the comparison of diff is made to count and no more.
 */
#include "cmd/work/diff/change_count.h"

#include "cmd/work/diff/table.h"

/* A writer that keeps the numbers. */
typedef struct counter {
	vv_diff_writer base; /* first: what callers hold */
	vv_change_counts *out;
	vv_diff_table table;
} counter;

static counter *self(vv_diff_writer *w)
{
	return (counter *)(void *)w;
}

static vv_status count_begin_table(vv_diff_writer *w, const vv_diff_table *t, vv_error *err)
{
	(void)err;
	self(w)->table = *t;
	return VV_OK;
}

static vv_status count_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err)
{
	(void)w;
	(void)c;
	(void)err;
	return VV_OK;
}

static vv_status count_end_table(vv_diff_writer *w, const vv_rowdiff_stats *s, vv_error *err)
{
	counter *c = self(w);

	vv_change_counts_clear(c->out);
	return vv_change_counts_fill(c->out, &c->table, s, err);
}

vv_status vv_change_count_tables(vv_change_counts *out, const char *path, vv_table *a, vv_table *b,
				 vv_error *err)
{
	static const vv_strings none = {NULL, 0};
	counter c = {.base = {.begin_table = count_begin_table,
			      .row = count_row,
			      .end_table = count_end_table},
		     .out = out};
	const vv_diff_how how = {.key = &none,
				 .only = &none,
				 .ignore = &none,
				 .where = &none,
				 .counts = true,
				 .bound = VV_COUNT_CELLS_MAX,
				 .writer = &c.base};
	const vv_diff_item item = {
		.path = path, .open_a = a, .open_b = b, .old_name = path, .new_name = path};
	vv_diff_answer answer;
	vv_status rc;

	*out = (vv_change_counts){
		.counted = true, .old_rows = a->root.rows, .new_rows = b->root.rows};
	if ((rc = vv_diff_item_compare(&answer, &item, &how, err)) < 0) {
		vv_change_counts_clear(out);
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	vv_buf_clear(&answer.line);
	out->many = answer.many;
	return VV_OK;
}

vv_status vv_change_count(vv_change_counts *out, vv_repository *r, const char *path,
			  const vv_cid *old, const vv_cid *now, vv_error *err)
{
	vv_store *store = NULL;
	vv_sink source;
	vv_table a, b;
	vv_status rc;

	*out = (vv_change_counts){0};
	if ((rc = vv_repository_store(r, &store, err)) < 0) {
		return rc;
	}
	vv_sink_dry(&source, store);
	if ((rc = vv_table_open(&a, &source, old, err)) < 0) {
		return rc == VV_EMISSING ? VV_OK : rc;
	}
	if ((rc = vv_table_open(&b, &source, now, err)) == VV_OK) {
		if (a.root.kind == VV_KIND_TABLE && b.root.kind == VV_KIND_TABLE) {
			rc = vv_change_count_tables(out, path, &a, &b, err);
		}
		vv_table_close(&b);
	}
	vv_table_close(&a);
	return rc == VV_EMISSING ? VV_OK : rc;
}

static void put_number(vv_json_out *w, const char *name, uint64_t n)
{
	vv_json_name(w, name);
	vv_json_u64(w, n);
}

void vv_change_counts_json(vv_json_out *w, const vv_change_counts *c)
{
	if (!c->counted) {
		return;
	}
	vv_json_name(w, "changes");
	vv_json_open_object(w);
	vv_json_name(w, "many");
	vv_json_bool(w, c->many);
	if (!c->many) {
		put_number(w, "rowsAdded", c->added);
		put_number(w, "rowsRemoved", c->removed);
		put_number(w, "rowsChanged", c->changed);
		put_number(w, "keysChanged", c->rekeyed);
		put_number(w, "cellsChanged", c->cells);
	}
	put_number(w, "columnsAdded", c->columns_added);
	put_number(w, "columnsRemoved", c->columns_removed);
	put_number(w, "columnsRenamed", c->columns_renamed);
	put_number(w, "columnsMoved", c->columns_moved);
	put_number(w, "columnsRetyped", c->columns_retyped);
	vv_json_name(w, "form");
	vv_json_string(w, c->form);
	vv_json_close_object(w);
}
