/*
 * fit: knows how the changes of a patch find their rows in another version of the table: by key
 * or, without one, by the whole row, and the nearest of several.
 */
#include <stdlib.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/fit_internal.h"

/* --- gathering the changes -------------------------------------------------------------- */

static vv_status add_change(fit *f, const fit_change *c, vv_error *err)
{
	if (f->change_count == f->change_cap) {
		size_t cap = f->change_cap ? f->change_cap * 2 : 64;
		fit_change *p = vv_realloc_array(f->changes, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		f->changes = p;
		f->change_cap = cap;
	}
	f->changes[f->change_count] = *c;
	f->changes[f->change_count].order = f->change_count;
	f->change_count++;
	return VV_OK;
}

/* Where the line stands in the old version: what is above it counts. */
typedef struct passed {
	uint64_t at[2];
	vv_hash128 after;
	uint64_t after_offset, after_line;
	bool top;
} passed;

static vv_status gather_one(fit *f, const patch_op *op, passed *p, vv_error *err)
{
	const patch_lines *l = f->job->lines;
	fit_change c = {.kind = op->kind, .offset = l->start, .line = l->line};
	bool changes = op->cell_count > 0 || op->has_form;
	vv_status rc;
	switch (op->kind) {
	case PATCH_CHANGE:
		p->at[0] = op->row[0] + 1;
		p->at[1] = op->row[1] + 1;
		c.place = op->row[0];
		break;
	case PATCH_LEAVE:
		p->at[0] = op->row[0] + op->count;
		f->job->done.order_left = true;
		return VV_OK; /* what changes is also on the line where it arrives */
	case PATCH_ARRIVE:
		p->at[1] = op->row[1] + op->count;
		c.kind = PATCH_CHANGE;
		c.place = op->row[0];
		f->job->done.order_left = true;
		break;
	case PATCH_REMOVE:
		p->at[0] = op->row[0] + 1;
		c.place = op->row[0];
		c.id = fit_hash_whole(f, 0, op->whole);
		break;
	default:
		/* rows kept between the last line and this one were passed on both sides */
		p->at[0] += op->row[1] > p->at[1] ? op->row[1] - p->at[1] : 0;
		p->at[1] = op->row[1] + 1;
		c.place = p->at[0];
		if (op->has_after) {
			p->top = op->after_top;
			p->after = op->after_top ? (vv_hash128){0, 0} : fit_hash_after(f, op);
			p->after_offset = l->start;
			p->after_line = l->line;
		}
		c.top = p->top;
		c.after_offset = p->after_offset;
		c.after_line = p->after_line;
		c.after = p->after;
		c.id = fit_hash_whole(f, 1, op->whole);
		if (!c.top && (rc = fit_ids_want(&f->ids, c.after, err)) < 0) {
			return rc;
		}
		break;
	}
	if (c.kind == PATCH_CHANGE) {
		if (!changes) {
			return VV_OK;
		}
		c.id = fit_hash_known(f, op);
		c.rekeys = fit_hash_becomes(f, op, &c.becomes);
		if (c.rekeys && (rc = fit_ids_want(&f->ids, c.becomes, err)) < 0) {
			return rc;
		}
	}
	return (rc = fit_ids_want(&f->ids, c.id, err)) < 0 ? rc : add_change(f, &c, err);
}

static vv_status gather(fit *f, vv_error *err)
{
	passed p = {.top = true};
	patch_op op;
	vv_status rc;
	while ((rc = patch_op_read(&op, f->job->lines, f->section, err)) == VV_OK &&
	       op.kind != PATCH_END) {
		if ((rc = gather_one(f, &op, &p, err)) < 0) {
			break;
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&f->text, err);
}

static vv_status find_rows(fit *f, vv_error *err)
{
	for (uint64_t row = 0; row < f->job->target->root.rows && f->ids.count > 0; row++) {
		patch_row r;
		vv_status rc = patch_rows_get(&f->rows, row, &r, err);
		if (rc < 0) {
			return rc;
		}
		fit_id *id = fit_ids_find(&f->ids, fit_hash_target(f, r.cells));
		if (id && (rc = fit_ids_add(&f->ids, id, row, err)) < 0) {
			return rc;
		}
	}
	return vv_buf_ok(&f->text, err);
}

/* --- does it fit? ------------------------------------------------------------------------ */

/* Misfits are told, and all others looked for: whether they are a conflict is for the end
 * to say. */
static vv_status tell_row(fit *f, fit_change *c, const char *row, const char *expected,
			  const char *found, vv_error *err)
{
	vv_status rc = patch_misfit_text(f->job, row, NULL, expected, found, err);
	c->fits = false;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static vv_status tell_cell(fit *f, fit_change *c, const char *row, const char *column,
			   const vv_cell *expected, const vv_cell *found, vv_error *err)
{
	vv_status rc = patch_misfit_cell(f->job, row, column, expected, found, err);
	c->fits = false;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static const char *pair_name(const fit *f, size_t pair)
{
	const patch_pair *p = &f->section->pairs[pair];
	return f->section->side[0].schema.fields[p->side[0]].name;
}

/* The old cell of a column that came with the patch: none, and a rest finds nothing there. */
static vv_status compare_new_column(fit *f, fit_change *c, size_t pair, const vv_cell *found,
				    const char *name, vv_error *err)
{
	const vv_cell none = {.state = VV_CELL_ABSENT};
	if (found->state == VV_CELL_ABSENT || (found->state == VV_CELL_TEXT && found->len == 0)) {
		return VV_OK;
	}
	return tell_cell(f, c, name, f->section->side[1].schema.fields[f->target_of[pair]].name,
			 &none, found, err);
}

/* The cells that a change replaces, or all of a row that goes. */
static vv_status compare(fit *f, fit_change *c, const patch_op *op, uint64_t row, const char *name,
			 vv_error *err)
{
	patch_row r;
	vv_status rc = patch_rows_get(&f->rows, row, &r, err);
	for (size_t i = 0; rc == VV_OK && c->kind == PATCH_CHANGE && i < op->cell_count; i++) {
		size_t pair = op->cells[i].pair;
		if (f->target_of[pair] < 0) {
			continue; /* comes, or is gone by now */
		}
		const vv_cell *found = &r.cells[f->target_of[pair]];
		if (f->section->pairs[pair].side[0] < 0) {
			rc = compare_new_column(f, c, pair, found, name, err);
			continue;
		}
		if (!vv_cell_equal(found, &op->cells[i].side[0])) {
			rc = tell_cell(f, c, name, pair_name(f, pair), &op->cells[i].side[0], found,
				       err);
		}
	}
	for (size_t i = 0;
	     rc == VV_OK && c->kind == PATCH_REMOVE && i < f->section->side[0].schema.count; i++) {
		size_t pair = patch_pair_of(f->section, 0, i);
		if (f->target_of[pair] < 0) {
			continue;
		}
		const vv_cell *found = &r.cells[f->target_of[pair]];
		if (!vv_cell_equal(found, &op->whole[i])) {
			rc = tell_cell(f, c, name, pair_name(f, pair), &op->whole[i], found, err);
		}
	}
	return rc;
}

static uint64_t expected_place(uint64_t place, int64_t drift)
{
	return drift < 0 && place < (uint64_t)-drift ? 0 : place + (uint64_t)drift;
}

/* An added row: behind the row that it follows. */
static vv_status place_added(fit *f, fit_change *c, int64_t drift, const char *name, vv_error *err)
{
	bool keyed = f->section->identity_count > 0;
	uint64_t above = expected_place(c->place, drift);
	const fit_row *there = keyed ? fit_ids_nearest(&f->ids, c->id, 0, true) : NULL;
	const fit_row *r = c->top ? NULL
				  : fit_ids_nearest(&f->ids, c->after, above > 0 ? above - 1 : 0,
						    false);
	if (there) {
		return tell_row(f, c, name, "no row with this key yet", "one", err);
	}
	if (!c->top && !r && !keyed) {
		return tell_row(f, c, name, "the row above it", NULL, err);
	}
	/* with a key the row is worth more than its place: where its neighbour is gone, last */
	c->edit = c->top ? 1 : r ? 2 * (r->row + 1) + 1 : 2 * f->job->target->root.rows + 1;
	f->added++;
	return VV_OK;
}

/* The key that the row is to have is another row's. */
static vv_status tell_new_key(fit *f, fit_change *c, const patch_op *op, vv_buf *name,
			      vv_error *err)
{
	vv_hash128 unused;
	fit_hash_becomes(f, op, &unused);
	fit_row_name(f, name, f->identity, c->place);
	vv_status rc = vv_buf_ok(name, err);
	return rc < 0 ? rc
		      : tell_row(f, c, vv_buf_cstr(name), "no row with this key yet", "one", err);
}

static vv_status place_one(fit *f, fit_change *c, int64_t *drift, vv_buf *name, vv_error *err)
{
	patch_op op;
	vv_status rc;
	if ((rc = patch_lines_seek(f->job->lines, c->offset, c->line, err)) < 0 ||
	    (rc = patch_op_read(&op, f->job->lines, f->section, err)) < 0) {
		return rc;
	}
	if (op.kind == PATCH_ADD || op.kind == PATCH_REMOVE) {
		fit_hash_whole(f, op.kind == PATCH_ADD, op.whole);
	} else {
		fit_identity_of(f, &op);
	}
	fit_row_name(f, name, f->identity, c->kind == PATCH_ADD ? op.row[1] : c->place);
	if ((rc = vv_buf_ok(name, err)) < 0 || (rc = vv_buf_ok(&f->text, err)) < 0) {
		return rc;
	}
	c->fits = true;
	if (c->kind == PATCH_ADD) {
		rc = place_added(f, c, *drift, vv_buf_cstr(name), err);
	} else {
		fit_row *r = fit_ids_nearest(&f->ids, c->id, expected_place(c->place, *drift),
					     true);
		if (!r) {
			return tell_row(f, c, vv_buf_cstr(name), "the row", NULL, err);
		}
		if ((rc = compare(f, c, &op, r->row, vv_buf_cstr(name), err)) < 0 || !c->fits) {
			return rc;
		}
		if (c->rekeys && fit_ids_nearest(&f->ids, c->becomes, 0, true)) {
			return tell_new_key(f, c, &op, name, err);
		}
		r->used = true;
		*drift = (int64_t)r->row - (int64_t)c->place;
		c->edit = 2 * (r->row + 1);
		f->removed += c->kind == PATCH_REMOVE;
	}
	return rc;
}

static int edit_order(const void *x, const void *y)
{
	const fit_change *a = x, *b = y;
	if (a->fits != b->fits) {
		return a->fits ? -1 : 1;
	}
	if (a->edit != b->edit) {
		return a->edit < b->edit ? -1 : 1;
	}
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Gives every change its place; rows that go make way before others come. */
static vv_status place_all(fit *f, vv_error *err)
{
	int64_t drift = 0;
	vv_buf name = VV_BUF_INIT;
	vv_status rc = VV_OK;
	for (int adds = 0; adds < 2 && rc == VV_OK; adds++) {
		drift = 0;
		for (size_t i = 0; i < f->change_count && rc == VV_OK; i++) {
			fit_change *c = &f->changes[i];
			if ((c->kind == PATCH_ADD) == (adds == 1)) {
				rc = place_one(f, c, &drift, &name, err);
				f->misfits += rc == VV_OK && !c->fits;
			} else if (adds == 1 && c->fits) {
				drift = (int64_t)(c->edit / 2 - 1) - (int64_t)c->place;
			}
		}
	}
	vv_buf_clear(&name);
	return rc;
}

static vv_status fit_section(fit *f, vv_error *err)
{
	patch_job *j = f->job;
	vv_cid cid;
	uint64_t rows = 0, end, line;
	vv_status rc;
	if ((rc = fit_plan(f, err)) < 0 || (rc = gather(f, err)) < 0) {
		return rc;
	}
	end = j->lines->buf_at + j->lines->pos;
	line = j->lines->line + 1;
	if ((rc = find_rows(f, err)) < 0 || (rc = place_all(f, err)) < 0) {
		return rc;
	}
	j->done.rejected = f->misfits;
	if (f->misfits > 0 && j->opts->mode != VV_PATCH_REJECT) {
		return vv_fail(err, VV_ECONFLICT, "%llu of the patch's %zu changes %s not fit '%s'",
			       (unsigned long long)f->misfits, f->change_count,
			       f->misfits == 1 ? "does" : "do", vv_text_shows(j->done.path));
	}
	if (f->misfits > 0 && (rc = fit_reject(f, err)) < 0) {
		return rc;
	}
	if (f->change_count > 0) {
		qsort(f->changes, f->change_count, sizeof(*f->changes), edit_order);
	}
	f->total = j->target->root.rows - f->removed + f->added;
	if ((rc = patch_writer_open(&f->writer, &f->as.dialect, f->schema, err)) < 0 ||
	    (rc = patch_make(j, &f->base, &f->as, &cid, &rows, err)) < 0) {
		return rc;
	}
	if (rows != f->total) {
		return vv_fail(err, VV_EINPUT,
			       "'%s': what the patch makes reads back as %llu rows instead of %llu",
			       vv_text_shows(j->done.path), (unsigned long long)rows,
			       (unsigned long long)f->total);
	}
	return patch_lines_seek(j->lines, end, line, err);
}

vv_status patch_fit_run(patch_job *j, vv_error *err)
{
	fit f = {.base = {fit_more}, .job = j, .section = j->section};
	patch_rows_init(&f.rows, j->target);
	vv_status rc = fit_section(&f, err);
	patch_rows_close(&f.rows);
	patch_writer_close(&f.writer);
	fit_ids_clear(&f.ids);
	vv_buf_clear(&f.text);
	vv_free(f.changes);
	vv_free(f.target_of);
	vv_free(f.result_of);
	vv_free(f.kept);
	vv_free(f.known_by);
	vv_free(f.cells);
	vv_free(f.identity);
	return rc;
}
