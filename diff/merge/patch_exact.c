/*
 * patch_exact: turns a patch's old version into its new one: reads the rows once, copies those that the patch does not
 * name, and takes the others' lines from the patch. The result must be the version that the patch names.
 */
#include "diff/merge/patch_exact.h"

#include "base/array.h"
#include "base/sys.h"
#include "diff/merge/patch_rows.h"

#define PIECE ((size_t)64 << 10)

typedef struct exact {
	patch_maker base; /* first */
	patch_job *job;
	const patch_section *section;
	patch_rows rows;
	patch_writer writer;
	bool writes; /* there is a new version */
	bool begun;
	long *map;      /* for each new column the old one; -1 */
	vv_cell *cells; /* the new row being made */
	uint64_t at[2]; /* rows passed on either side */
	patch_op op;    /* the line at hand, when has_op */
	bool has_op;
} exact;

static vv_status exact_out_of_order(const exact *e, vv_error *err)
{
	return patch_fail(
		e->job->lines, err,
		"expected rows in ascending order, and the same unchanged rows on both sides");
}

static vv_status exact_emit(exact *e, vv_buf *out, const vv_cell *cells, const patch_form *form,
			    vv_error *err)
{
	if (e->at[1] >= e->section->side[1].rows) return exact_out_of_order(e, err);
	e->at[1]++;
	patch_writer_row(&e->writer, out, cells, form, e->at[1] == e->section->side[1].rows);
	return vv_buf_ok(out, err);
}

static vv_status exact_fetch(exact *e, uint64_t row, patch_row *out, vv_error *err)
{
	if (!e->job->target || row >= e->section->side[0].rows) return exact_out_of_order(e, err);
	return patch_rows_get(&e->rows, row, out, err);
}

/* The old row's cells in their new places. */
static void exact_map_cells(exact *e, const patch_row *row)
{
	for (size_t i = 0; i < e->writer.columns; i++) {
		e->cells[i] = e->map[i] >= 0 ? row->cells[e->map[i]]
					     : (vv_cell){.state = VV_CELL_ABSENT};
	}
}

/* A row as its line of the patch has it. */
static vv_status exact_put(exact *e, vv_buf *out, vv_error *err)
{
	const vv_bytes *line = &e->op.line[1];
	if (e->at[1] >= e->section->side[1].rows) return exact_out_of_order(e, err);
	e->at[1]++;
	vv_buf_put(out, line->data, line->len);
	return vv_buf_ok(out, err);
}

/* A row of the old version that is not changed, whatever its place is now. */
static vv_status exact_take(exact *e, vv_buf *out, uint64_t from, vv_error *err)
{
	patch_row row;
	vv_status rc = exact_fetch(e, from, &row, err);
	if (rc < 0) return rc;
	exact_map_cells(e, &row);
	return exact_emit(e, out, e->cells, &row.form, err);
}

/* How many rows are before the line's own, and are kept. */
static vv_status exact_distance(const exact *e, uint64_t *out, vv_error *err)
{
	const patch_op *op = &e->op;
	uint64_t to[2] = {op->row[0], op->row[1]};
	bool by_old = op->kind != PATCH_ADD && op->kind != PATCH_ARRIVE,
	     by_new = op->kind != PATCH_REMOVE && op->kind != PATCH_LEAVE;
	*out = 0;
	if (op->kind == PATCH_KEEP) return VV_OK;
	if (op->kind == PATCH_END) {
		to[0] = e->section->side[0].rows;
		to[1] = e->section->side[1].rows;
	}
	if ((by_old && to[0] < e->at[0]) || (by_new && to[1] < e->at[1]) ||
	    (by_old && by_new && to[0] - e->at[0] != to[1] - e->at[1])) {
		return exact_out_of_order(e, err);
	}
	*out = by_old ? to[0] - e->at[0] : to[1] - e->at[1];
	return VV_OK;
}

static vv_status exact_do_op(exact *e, vv_buf *out, bool *end, vv_error *err)
{
	patch_op *op = &e->op;
	vv_status rc = VV_OK;
	e->has_op = false;
	switch (op->kind) {
	case PATCH_CHANGE:
		rc = exact_put(e, out, err);
		e->at[0]++;
		e->job->done.rows_changed++;
		break;
	case PATCH_KEEP: /* it was taken already */
		break;
	case PATCH_REMOVE:
		e->job->done.rows_removed++;
		e->at[0]++;
		break;
	case PATCH_ADD:
		e->job->done.rows_added++;
		return exact_put(e, out, err);
	case PATCH_LEAVE:
		if (op->count > e->section->side[0].rows - e->at[0]) {
			return exact_out_of_order(e, err);
		}
		e->at[0] += op->count;
		break;
	case PATCH_ARRIVE:
		e->job->done.rows_moved++;
		e->job->done.rows_changed += op->line[1].data != NULL;
		rc = op->line[1].data ? exact_put(e, out, err)
				      : exact_take(e, out, op->row[0], err);
		e->has_op = --op->count > 0;
		op->row[0]++;
		op->row[1]++;
		break;
	default:
		if (e->writes) {
			vv_buf_put(out, e->writer.dialect->epilogue.data,
				   e->writer.dialect->epilogue.len);
		}
		*end = true;
		break;
	}
	return rc;
}

static void put_head(const vv_dialect *d, vv_buf *out)
{
	vv_buf_puts(out, d->bom ? "\xEF\xBB\xBF" : "");
	vv_buf_put(out, d->prologue.data, d->prologue.len);
}

static vv_status exact_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	exact *e = (exact *)(void *)base;
	vv_status rc = VV_OK;
	if (!e->begun) {
		e->begun = true;
		if (e->writes) {
			put_head(e->writer.dialect, out);
		}
	}
	while (rc == VV_OK && !*end && out->len < PIECE) {
		uint64_t rows = 0;
		if (!e->has_op) {
			if ((rc = patch_op_read(&e->op, e->job->lines, e->section, err)) < 0) {
				break;
			}
			e->has_op = true;
		}
		if ((rc = exact_distance(e, &rows, err)) < 0) {
			break;
		}
		while (rows > 0 && rc == VV_OK && out->len < PIECE) {
			rc = exact_take(e, out, e->at[0]++, err);
			rows--;
		}
		if (rc == VV_OK && rows == 0) {
			rc = exact_do_op(e, out, end, err);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status exact_open(exact *e, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const patch_side *to = &s->side[1];
	vv_status rc = VV_OK;
	*e = (exact){.base = {exact_more}, .job = j, .section = s, .writes = to->exists};
	if (j->target) {
		patch_rows_init(&e->rows, j->target);
	}
	if (to->exists &&
	    (rc = patch_writer_open(&e->writer, &to->root.dialect, &to->schema, err)) < 0) {
		return rc;
	}
	e->map = vv_calloc(to->schema.count + 1, sizeof(*e->map));
	e->cells = vv_calloc(to->schema.count + 1, sizeof(*e->cells));
	if (!e->map || !e->cells) return vv_fail_nomem(err);
	vv_array_each(s->pairs, s->pair_count, pair) {
		if (pair->side[1] >= 0) {
			e->map[pair->side[1]] = pair->side[0];
		}
	}
	return VV_OK;
}

vv_status patch_exact_run(patch_job *j, vv_error *err)
{
	exact e;
	const patch_side *to = &j->section->side[1];
	vv_cid cid;
	uint64_t rows;
	vv_status rc = exact_open(&e, j, err);
	if (rc == VV_OK) {
		rc = patch_make(j, &e.base, to->exists ? &to->root : NULL, &cid, &rows, err);
	}
	if (rc == VV_OK && to->exists && !vv_cid_equal(&cid, &to->cid)) {
		rc = patch_misfit_text(j, NULL, NULL, "the version that the patch was made from",
				       "another version", err);
	}
	j->done.exact = rc == VV_OK;
	patch_rows_close(&e.rows);
	patch_writer_close(&e.writer);
	vv_free_all(e.map, e.cells);
	return rc;
}
