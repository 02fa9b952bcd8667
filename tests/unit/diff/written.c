/*
 * Runs a comparison: imports, matches columns, and reports rows.
 */
#include "tests/unit/support.h"

#include "tests/unit/diff/written.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/write/writer_kinds.h"

typedef struct opened {
	vv_table table;
	bool is_open;
} opened;

vv_side vv_side_text(const char *text)
{
	return (vv_side){.bytes = text, .len = strlen(text)};
}

static vv_status open_side(opened *out, vv_sink *sink, const vv_side *s,
			   const vv_written_options *o, vv_error *err)
{
	vv_import_options io = {.hints = VV_SNIFF_HINTS_INIT,
				.schema = s->schema,
				.schema_len = s->schema ? strlen(s->schema) : 0,
				.key = o->key,
				.key_source = VV_KEY_DECLARED};
	static const char *const none[] = {NULL};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	if (!s->bytes) return VV_OK;
	io.key = o->key ? o->key : none;
	io.hints.has_form = o->ndjson;
	io.hints.form = o->ndjson ? VV_FORM_NDJSON : VV_FORM_CSV;
	vv_source_mem(&source, &storage, s->bytes, s->len, o->ndjson ? "t.ndjson" : "t.csv");
	vv_status rc = vv_import(&r, &source, sink, &io, err);
	if (rc == VV_OK) {
		rc = vv_table_open(&out->table, sink, &r.cid, err);
		out->is_open = rc == VV_OK;
		vv_import_result_clear(&r);
	}
	return rc;
}

/* Rows of a table that only one side has. */
static vv_status whole(vv_diff_writer *w, vv_diff_table *t, vv_error *err)
{
	vv_table *only = t->a ? t->a : t->b;
	vv_table_reader *r = NULL;
	vv_batch b = {0};
	vv_rowdiff_stats stats = {0};
	vv_status rc;
	int more = 0;
	*(t->a ? &stats.removed : &stats.added) = only->root.rows;
	if ((rc = vv_diff_writer_begin_table(w, t, err)) < 0 ||
	    (rc = vv_table_reader_open(&r, only, NULL, 0, false, err)) < 0) {
		goto done;
	}
	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; i < b.rows && rc == VV_OK; i++) {
			const vv_cell *cells = &b.cells[i * b.columns];
			vv_row_change c = {.kind = t->a ? VV_ROW_REMOVED : VV_ROW_ADDED,
					   .place = b.first_row + i,
					   .old_row = t->a ? b.first_row + i : UINT64_MAX,
					   .new_row = t->a ? UINT64_MAX : b.first_row + i,
					   .old_cells = t->a ? cells : NULL,
					   .new_cells = t->a ? NULL : cells};
			rc = vv_diff_writer_row(w, &c, err);
		}
	}
	rc = rc < 0 ? rc : vv_diff_writer_end_table(w, &stats, err);
done:
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	return rc;
}

static vv_status both(vv_diff_writer *w, vv_diff_table *t, const vv_written_options *o,
		      vv_error *err)
{
	vv_columns columns = {0};
	vv_columns_options co = {.rename = o->rename};
	vv_rowdiff *d = NULL;
	vv_row_change c;
	vv_status rc = vv_columns_match(&columns, t->a, t->b, &co, err);
	vv_rowdiff_options ro = {.columns = &columns,
				 .key = o->by,
				 .ignore_format = o->ignore_format,
				 .moves = o->moves};
	if (rc < 0 || (rc = vv_rowdiff_open(&d, t->a, t->b, &ro, err)) < 0) {
		goto done;
	}
	t->columns = &columns;
	t->reordered = vv_rowdiff_stats_get(d)->reordered;
	t->key = vv_rowdiff_key(d, &t->key_count);
	rc = vv_diff_writer_begin_table(w, t, err);
	while (vv_rowdiff_next(d, &c, &rc, err)) {
		rc = vv_diff_writer_row(w, &c, err);
	}
	rc = rc < 0 ? rc : vv_diff_writer_end_table(w, vv_rowdiff_stats_get(d), err);
done:
	vv_rowdiff_close(d);
	vv_columns_clear(&columns);
	return rc;
}

/* Two sides in memory. */
typedef struct sides {
	vv_mem_sink *mem;
	opened a, b;
	size_t key[8];
	vv_diff_table table;
} sides;

static void close_sides(sides *s)
{
	if (s->a.is_open) {
		vv_table_close(&s->a.table);
	}
	if (s->b.is_open) {
		vv_table_close(&s->b.table);
	}
	vv_mem_sink_free(s->mem);
}

static vv_status open_sides(sides *s, const vv_written_pair *p, const vv_written_options *o,
			    vv_error *err)
{
	vv_sink sink;
	vv_status rc;
	*s = (sides){.mem = NULL};
	if ((rc = vv_mem_sink_new(&s->mem, NULL, NULL, err)) < 0) return rc;
	vv_mem_sink_use(&sink, s->mem);
	if ((rc = open_side(&s->a, &sink, &p->a, o, err)) < 0 ||
	    (rc = open_side(&s->b, &sink, &p->b, o, err)) < 0) {
		return rc;
	}
	s->table = (vv_diff_table){.path = p->path,
				   .old_path = o->old_path,
				   .a = s->a.is_open ? &s->a.table : NULL,
				   .b = s->b.is_open ? &s->b.table : NULL,
				   .key = s->key,
				   .old_name = "old",
				   .new_name = "new"};
	vv_table *named = s->table.b ? s->table.b : s->table.a;
	for (size_t i = 0; o->key && o->key[i] && i < 8; i++) {
		s->key[s->table.key_count++] = (size_t)vv_schema_find(&named->schema, o->key[i],
								      strlen(o->key[i]));
	}
	return VV_OK;
}

static vv_status tell(vv_diff_writer *w, const sides *s, const vv_written_options *o, vv_error *err)
{
	vv_diff_table t = s->table;
	return t.a && t.b ? both(w, &t, o, err) : whole(w, &t, err);
}

static vv_status one(vv_diff_writer *w, const vv_written_pair *p, const vv_written_options *o,
		     vv_error *err)
{
	sides s;
	vv_status rc = open_sides(&s, p, o, err);
	rc = rc < 0 ? rc : tell(w, &s, o, err);
	close_sides(&s);
	return rc;
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

vv_status vv_written_all(vv_buf *out, const char *form, const vv_written_pair *pairs, size_t count,
			 const vv_written_options *o, vv_error *err)
{
	const vv_diff_writer_kind *kind = vv_diff_writer_find(form);
	vv_diff_writer_options wo = o->writer;
	vv_diff_writer *w = NULL;
	vv_status rc;
	wo.write = gather;
	wo.payload = out;
	if (!kind) return vv_fail(err, VV_EUSAGE, "no form '%s'", form);
	rc = vv_diff_writer_open(&w, kind, &wo, err);
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		rc = one(w, &pairs[i], o, err);
	}
	rc = rc < 0 ? rc : vv_diff_writer_end(w, err);
	vv_diff_writer_close(w);
	return rc;
}

vv_status vv_written(vv_buf *out, const char *form, const vv_side *a, const vv_side *b,
		     const vv_written_options *o, vv_error *err)
{
	vv_written_pair p = {.path = o->path ? o->path : "data/t.csv", .a = *a, .b = *b};
	return vv_written_all(out, form, &p, 1, o, err);
}

typedef struct trial {
	const char *form;
	const sides *sides;
	const vv_written_options *o;
} trial;

static vv_status attempt(void *payload, vv_error *err)
{
	trial *t = payload;
	vv_buf out = VV_BUF_INIT;
	vv_diff_writer_options wo = t->o->writer;
	vv_diff_writer *w = NULL;
	wo.write = gather;
	wo.payload = &out;
	vv_status rc = vv_diff_writer_open(&w, vv_diff_writer_find(t->form), &wo, err);
	rc = rc < 0 ? rc : tell(w, t->sides, t->o, err);
	rc = rc < 0 ? rc : vv_diff_writer_end(w, err);
	vv_diff_writer_close(w);
	vv_buf_clear(&out);
	return rc;
}

void vv_written_without_memory(const char *form, const char *a, const char *b,
			       const vv_written_options *o)
{
	vv_error err;
	sides s;
	vv_written_pair p = {"data/t.csv", vv_side_text(a), vv_side_text(b)};
	vv_assert_ok(open_sides(&s, &p, o, &err), &err);
	vv_fault_each(VV_FAULT_ALLOC, 0, attempt, NULL, &(trial){form, &s, o});
	close_sides(&s);
}
