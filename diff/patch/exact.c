/*
 * exact: knows how a patch's old version becomes the new one: its rows are gone through once,
 * what the patch does not name is kept, and every old cell that it names is compared.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "diff/patch/patch_internal.h"

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

static vv_status out_of_order(const exact *e, vv_error *err)
{
	return patch_fail(
		e->job->lines, err,
		"expected rows in ascending order, that leave the same rows on both sides");
}

static vv_status emit(exact *e, vv_buf *out, const vv_cell *cells, const patch_form *form,
		      vv_error *err)
{
	if (e->at[1] >= e->section->side[1].rows) {
		return out_of_order(e, err);
	}
	e->at[1]++;
	patch_writer_row(&e->writer, out, cells, form, e->at[1] == e->section->side[1].rows);
	return vv_buf_ok(out, err);
}

static vv_status fetch(exact *e, uint64_t row, patch_row *out, vv_error *err)
{
	if (!e->job->target || row >= e->section->side[0].rows) {
		return out_of_order(e, err);
	}
	return patch_rows_get(&e->rows, row, out, err);
}

/* The old row's cells in their new places. */
static void map_cells(exact *e, const patch_row *row)
{
	for (size_t i = 0; i < e->writer.columns; i++) {
		e->cells[i] = e->map[i] >= 0 ? row->cells[e->map[i]]
					     : (vv_cell){.state = VV_CELL_ABSENT};
	}
}

static vv_status misfit(exact *e, uint64_t row, size_t pair, const vv_cell *expected,
			const vv_cell *found, vv_error *err)
{
	char name[48];
	const patch_section *s = e->section;
	const patch_pair *p = &s->pairs[pair];
	snprintf(name, sizeof(name), "row %llu", (unsigned long long)row + 1);
	return patch_misfit_cell(e->job, name, s->side[0].schema.fields[p->side[0]].name, expected,
				 found, err);
}

static vv_status form_misfit(exact *e, uint64_t row, vv_error *err)
{
	char name[48];
	snprintf(name, sizeof(name), "row %llu", (unsigned long long)row + 1);
	return patch_misfit_text(e->job, name, NULL,
				 "the line as the patch's old version writes it",
				 "it written otherwise", err);
}

static vv_status keep(exact *e, vv_buf *out, vv_error *err)
{
	patch_row row;
	vv_status rc = fetch(e, e->at[0], &row, err);
	if (rc < 0) {
		return rc;
	}
	e->at[0]++;
	map_cells(e, &row);
	return emit(e, out, e->cells, &row.form, err);
}

/* One row that is in both versions, changed as the line says. */
static vv_status change(exact *e, vv_buf *out, uint64_t from, vv_error *err)
{
	const patch_op *op = &e->op;
	patch_row row;
	vv_status rc = fetch(e, from, &row, err);
	if (rc < 0) {
		return rc;
	}
	map_cells(e, &row);
	for (size_t i = 0; i < op->cell_count; i++) {
		const patch_cell *c = &op->cells[i];
		const patch_pair *p = &e->section->pairs[c->pair];
		if (p->side[0] >= 0 && !vv_cell_equal(&row.cells[p->side[0]], &c->side[0])) {
			return misfit(e, from, c->pair, &c->side[0], &row.cells[p->side[0]], err);
		}
		if (p->side[1] >= 0) {
			e->cells[p->side[1]] = c->side[1];
		}
	}
	if (op->has_form && !patch_form_equal(&row.form, &op->form[0])) {
		return form_misfit(e, from, err);
	}
	return emit(e, out, e->cells, op->has_form ? &op->form[1] : &row.form, err);
}

static vv_status remove_row(exact *e, vv_error *err)
{
	const patch_op *op = &e->op;
	patch_row row;
	vv_status rc = fetch(e, e->at[0], &row, err);
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; i < e->section->side[0].schema.count; i++) {
		if (!vv_cell_equal(&row.cells[i], &op->whole[i])) {
			return misfit(e, e->at[0], patch_pair_of(e->section, 0, i), &op->whole[i],
				      &row.cells[i], err);
		}
	}
	if (!patch_form_equal(&row.form, &op->form[0])) {
		return form_misfit(e, e->at[0], err);
	}
	e->at[0]++;
	return VV_OK;
}

/* How many rows stand before the line's own, and are kept. */
static vv_status distance(const exact *e, uint64_t *out, vv_error *err)
{
	const patch_op *op = &e->op;
	uint64_t to[2] = {op->row[0], op->row[1]};
	bool by_old = op->kind != PATCH_ADD && op->kind != PATCH_ARRIVE,
	     by_new = op->kind != PATCH_REMOVE && op->kind != PATCH_LEAVE;
	if (op->kind == PATCH_END) {
		to[0] = e->section->side[0].rows;
		to[1] = e->section->side[1].rows;
	}
	if ((by_old && to[0] < e->at[0]) || (by_new && to[1] < e->at[1]) ||
	    (by_old && by_new && to[0] - e->at[0] != to[1] - e->at[1])) {
		return out_of_order(e, err);
	}
	*out = by_old ? to[0] - e->at[0] : to[1] - e->at[1];
	return VV_OK;
}

static vv_status do_op(exact *e, vv_buf *out, bool *end, vv_error *err)
{
	patch_op *op = &e->op;
	vv_status rc = VV_OK;
	e->has_op = false;
	switch (op->kind) {
	case PATCH_CHANGE:
		rc = change(e, out, e->at[0], err);
		e->at[0]++;
		e->job->done.rows_changed++;
		break;
	case PATCH_REMOVE:
		e->job->done.rows_removed++;
		return remove_row(e, err);
	case PATCH_ADD:
		e->job->done.rows_added++;
		return emit(e, out, op->whole, &op->form[1], err);
	case PATCH_LEAVE:
		if (op->count > e->section->side[0].rows - e->at[0]) {
			return out_of_order(e, err);
		}
		e->at[0] += op->count;
		break;
	case PATCH_ARRIVE:
		e->job->done.rows_moved++;
		e->job->done.rows_changed += op->cell_count > 0;
		rc = change(e, out, op->row[0], err);
		e->has_op = --op->count > 0;
		op->row[0]++;
		op->row[1]++;
		break;
	default:
		if (e->writes) {
			patch_writer_tail(&e->writer, out);
		}
		*end = true;
		break;
	}
	return rc;
}

static vv_status exact_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	exact *e = (exact *)(void *)base;
	vv_status rc = VV_OK;
	if (!e->begun) {
		e->begun = true;
		if (e->writes) {
			patch_writer_head(&e->writer, out);
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
		if ((rc = distance(e, &rows, err)) < 0) {
			break;
		}
		while (rows > 0 && rc == VV_OK && out->len < PIECE) {
			rc = keep(e, out, err);
			rows--;
		}
		if (rc == VV_OK && rows == 0) {
			rc = do_op(e, out, end, err);
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
	if (!e->map || !e->cells) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < s->pair_count; i++) {
		if (s->pairs[i].side[1] >= 0) {
			e->map[s->pairs[i].side[1]] = s->pairs[i].side[0];
		}
	}
	return VV_OK;
}

static vv_status fits_size(patch_job *j, vv_error *err)
{
	const patch_side *from = &j->section->side[0];
	char expected[48], found[48];
	if (!j->target ||
	    (j->target->root.rows == from->rows && j->target->columns == from->schema.count)) {
		return VV_OK;
	}
	bool rows = j->target->root.rows != from->rows;
	snprintf(expected, sizeof(expected), "%llu %s",
		 (unsigned long long)(rows ? from->rows : from->schema.count),
		 rows ? "rows" : "columns");
	snprintf(found, sizeof(found), "%llu",
		 (unsigned long long)(rows ? j->target->root.rows : j->target->columns));
	return patch_misfit_text(j, NULL, NULL, expected, found, err);
}

vv_status patch_exact_run(patch_job *j, vv_error *err)
{
	exact e;
	const patch_side *to = &j->section->side[1];
	vv_cid cid;
	uint64_t rows;
	vv_status rc = fits_size(j, err);
	if (rc < 0) {
		return rc;
	}
	if ((rc = exact_open(&e, j, err)) == VV_OK) {
		rc = patch_make(j, &e.base, to->exists ? &to->root : NULL, &cid, &rows, err);
	}
	if (rc == VV_OK && to->exists && !vv_cid_equal(&cid, &to->cid)) {
		rc = patch_misfit_text(j, NULL, NULL, "the version that the patch was made from",
				       "another version", err);
	}
	j->done.exact = rc == VV_OK;
	patch_rows_close(&e.rows);
	patch_writer_close(&e.writer);
	vv_free(e.map);
	vv_free(e.cells);
	return rc;
}
