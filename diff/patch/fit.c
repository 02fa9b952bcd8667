/*
 * fit: how a patch is fitted onto another version of its table: how its changes find
 * their rows, by key or, without one, by the whole row, and the nearest of several; and how
 * those that fit become the new bytes, and the others a patch of their own.
 */
#include "diff/patch/fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/edit/edited_file.h"
#include "diff/patch/column_fit.h"
#include "diff/patch/line_fit.h"
#include "diff/patch/make.h"
#include "diff/patch/rows.h"
#include "diff/patch/text.h"
#include "diff/patch/wanted_rows.h"

/* A line of the patch that has to find its place. */
typedef struct fit_change {
	patch_kind kind;       /* change, remove, add */
	uint64_t offset, line; /* in the patch */
	vv_hash128 id;         /* of the row changed, removed or added */
	vv_hash128 becomes;    /* change, where `rekeys`: what identifies the row then */
	bool rekeys;           /* a cell of the key changes */
	vv_hash128 after;      /* add: of the row above */
	bool top;              /* add: there is none */
	uint64_t after_offset, after_line; /* add: the line that says so; 0: none */
	uint64_t place;                    /* row of the old version: itself; add: the one below */
	uint64_t found; /* the row of the target that it is about, + 1; 0: none */
	uint64_t edit;  /* where it fits: 2 * (row + 1), + 1 when after it; 1: at the top */
	bool fits;
	size_t order;
} fit_change;

typedef struct fit {
	patch_maker base; /* first */
	patch_job *job;
	const patch_section *section;
	patch_rows rows;

	patch_columns on;
	vv_cell *identity; /* of a row, being put together */
	uint64_t secret;   /* of their hashes: whoever writes a patch must not make two rows one */
	vv_buf text;

	/* changes */
	fit_change *changes;
	size_t change_count, change_cap;
	wanted_rows ids; /* of the target */
	uint64_t misfits, added, removed;
	uint64_t lost; /* misfits: values that no line of the patch knows of */

	/* making */
	patch_line_fit lines;
	vv_edited_file file;
	vv_buf line;
	vv_cell *cells;
	uint64_t at, total;
	size_t next;
	bool begun;
} fit;

/* --- columns and identity ---------------------------------------------------------- */

/* The identity hash of cells as a line has them. */
static vv_hash128 fit_hash_cells(fit *f, const vv_cell *cells)
{
	vv_buf_reset(&f->text);
	for (size_t i = 0; i < f->on.known_count; i++) {
		vv_buf_put_varint(&f->text, cells[i].len);
		vv_buf_putc(&f->text, cells[i].state);
		vv_buf_put(&f->text, cells[i].text, cells[i].len);
	}
	return vv_xxh3_128(vv_buf_cstr(&f->text), f->text.len, f->secret);
}

/* The same of a row of the target. */
static vv_hash128 fit_hash_target(fit *f, const vv_cell *cells)
{
	for (size_t i = 0; i < f->on.known_count; i++) {
		f->identity[i] = cells[f->on.target_of[f->on.known_by[i]]];
	}
	return fit_hash_cells(f, f->identity);
}

/* The same of all cells of a row of one side of the patch. */
static vv_hash128 fit_hash_whole(fit *f, int side, const vv_cell *cells)
{
	for (size_t i = 0; i < f->on.known_count; i++) {
		long at = f->section->pairs[f->on.known_by[i]].side[side];
		f->identity[i] = at >= 0 ? cells[at] : (vv_cell){.state = VV_CELL_ABSENT};
	}
	return fit_hash_cells(f, f->identity);
}

/* The identity cells of the line's row, in f->identity. */
static void fit_identity_of(fit *f, const patch_op *op)
{
	const patch_section *s = f->section;
	for (size_t i = 0; i < f->on.known_count; i++) {
		size_t pair = f->on.known_by[i];
		long at = s->identity_count > 0 ? (long)i : s->pairs[pair].side[s->reverse ? 1 : 0];
		f->identity[i] = at >= 0 && (size_t)at < op->known_count
					 ? op->known[at]
					 : (vv_cell){.state = VV_CELL_ABSENT};
		for (size_t k = 0; s->reverse && k < op->cell_count; k++) {
			if (op->cells[k].pair == pair) {
				f->identity[i] = op->cells[k].side[0];
			}
		}
	}
}

/* What a changed row is known by once it is changed; false where that stays, or without a key. */
static bool fit_hash_becomes(fit *f, const patch_op *op, vv_hash128 *out)
{
	bool other = false;
	fit_identity_of(f, op);
	for (size_t i = 0; f->section->identity_count > 0 && i < f->on.known_count; i++) {
		for (size_t k = 0; k < op->cell_count; k++) {
			const patch_cell *c = &op->cells[k];
			if (c->pair == f->on.known_by[i] &&
			    !vv_cell_equal(&f->identity[i], &c->side[1])) {
				f->identity[i] = c->side[1];
				other = true;
			}
		}
	}
	*out = fit_hash_cells(f, f->identity);
	return other;
}

/* The same of the row above one that is added. */
static vv_hash128 fit_hash_after(fit *f, const patch_op *op)
{
	const patch_section *s = f->section;
	for (size_t i = 0; i < f->on.known_count; i++) {
		long at = s->identity_count > 0 ? (long)i : s->pairs[f->on.known_by[i]].side[0];
		f->identity[i] = op->after[at];
	}
	return fit_hash_cells(f, f->identity);
}

/* "row id=5"; "row 17" without a key. place: of the patch's row, from 0. */
static void fit_row_name(fit *f, vv_buf *out, const vv_cell *identity, uint64_t place)
{
	vv_buf_reset(out);
	if (f->section->identity_count == 0) {
		vv_buf_printf(out, "row %llu", (unsigned long long)place + 1);
		return;
	}
	vv_buf_puts(out, "row ");
	for (size_t i = 0; i < f->section->identity_count; i++) {
		const patch_pair *p = &f->section->pairs[f->on.known_by[i]];
		vv_buf_puts(out, i > 0 ? ", " : "");
		vv_text_put_words(out, f->section->side[0].schema.fields[p->side[0]].name,
				  f->section->side[0].schema.fields[p->side[0]].name_len, 40);
		vv_buf_putc(out, '=');
		vv_text_put_cut(out, identity[i].text ? identity[i].text : "", identity[i].len, 60);
	}
}

/* --- the new bytes ----------------------------------------------------------------- */

#define PIECE ((size_t)64 << 10)

static vv_cell default_cell(const fit *f)
{
	return (vv_cell){.state = f->on.as.dialect.form == VV_FORM_CSV ? VV_CELL_TEXT
								       : VV_CELL_ABSENT};
}

static vv_status read_op(fit *f, const fit_change *c, patch_op *op, vv_error *err)
{
	vv_status rc = patch_lines_seek(f->job->lines, c->offset, c->line, err);
	return rc < 0 ? rc : patch_op_read(op, f->job->lines, f->section, err);
}

/* Rows that come at this place. */
static vv_status add_rows(fit *f, uint64_t edit, vv_error *err)
{
	static const patch_form regular = {0};
	patch_op op;
	vv_status rc = VV_OK;
	while (rc == VV_OK && f->next < f->change_count && f->changes[f->next].fits &&
	       f->changes[f->next].edit == edit) {
		if ((rc = read_op(f, &f->changes[f->next++], &op, err)) < 0) {
			break;
		}
		for (size_t i = 0; i < f->on.columns; i++) {
			f->cells[i] = default_cell(f);
		}
		for (size_t i = 0; i < f->section->pair_count; i++) {
			if (f->on.result_of[i] >= 0) {
				f->cells[f->on.result_of[i]] =
					op.whole[f->section->pairs[i].side[1]];
			}
		}
		f->job->done.rows_added++;
		vv_buf_reset(&f->line);
		patch_writer_row(&f->lines.made, &f->line, f->cells,
				 f->on.new_form && op.has_form ? &op.form[1] : &regular, false);
		vv_edited_file_lines(&f->file, vv_buf_cstr(&f->line), f->line.len, false);
		rc = vv_buf_ok(&f->line, err);
	}
	return rc;
}

/* Puts the new cells of a line into f->cells. */
static void fit_apply_change(fit *f, const patch_op *op)
{
	for (size_t i = 0; i < op->cell_count; i++) {
		long at = f->on.result_of[op->cells[i].pair];
		if (at >= 0) {
			f->cells[at] = op->cells[i].side[1];
		}
	}
	f->job->done.rows_changed++;
}

/* A row that stays, or is changed by the op. */
static vv_status put_row(fit *f, const patch_row *r, const patch_op *op, bool last, vv_error *err)
{
	for (size_t i = 0; i < f->on.columns; i++) {
		f->cells[i] = f->on.kept[i] >= 0 ? r->cells[f->on.kept[i]] : default_cell(f);
	}
	if (op) {
		fit_apply_change(f, op);
	}
	vv_buf_reset(&f->line);
	vv_status rc = patch_line_make(&f->lines, &f->line, r, last, f->cells, op, err);
	if (rc == VV_OK) {
		vv_edited_file_lines(&f->file, vv_buf_cstr(&f->line), f->line.len, last);
	}
	return rc;
}

/* A row that goes; comments above it that the patch does not know stay. */
static void drop_row(fit *f, const patch_row *r, const patch_op *op)
{
	size_t rest = patch_line_rest(&f->lines, r, op);
	if (rest > 0) {
		vv_edited_file_lines(&f->file, r->form.raw, rest, true);
	}
	f->job->done.rows_removed++;
}

static vv_status next_row(fit *f, vv_error *err)
{
	uint64_t row = f->at++, edit = 2 * (row + 1);
	const bool last = row + 1 == f->job->target->root.rows;
	patch_row r;
	patch_op op;
	vv_status rc = patch_rows_get(&f->rows, row, &r, err);
	if (rc < 0) return rc;
	bool named = f->next < f->change_count && f->changes[f->next].fits &&
		     f->changes[f->next].edit == edit;
	if (named && (rc = read_op(f, &f->changes[f->next], &op, err)) < 0) return rc;
	if (named && f->changes[f->next++].kind == PATCH_REMOVE) {
		drop_row(f, &r, &op);
	} else {
		rc = put_row(f, &r, named ? &op : NULL, last, err);
	}
	return rc < 0 ? rc : add_rows(f, edit + 1, err);
}

static vv_status fit_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	fit *f = (fit *)(void *)base;
	vv_status rc = VV_OK;
	f->file.out = out;
	if (!f->begun) {
		f->begun = true;
		vv_edited_file_head(&f->file);
		rc = add_rows(f, 1, err);
	}
	while (rc == VV_OK && f->at < f->job->target->root.rows && out->len < PIECE) {
		rc = next_row(f, err);
	}
	if (rc == VV_OK && f->at == f->job->target->root.rows) {
		vv_edited_file_tail(&f->file);
		*end = true;
	}
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

/* --- what did not fit --------------------------------------------------------------------- */

static vv_status write_reject(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const fit *f = payload;
	const vv_patch_apply_options *o = f->job->opts;
	return o->reject ? o->reject(o->payload, f->job->done.path, bytes, len, err) : VV_OK;
}

/* The section's head again, marked as being only a part. */
static vv_status reject_head(fit *f, patch_out *o, vv_error *err)
{
	patch_lines *l = f->job->lines;
	vv_status rc = patch_lines_seek(l, f->section->start, f->section->line, err);
	for (int i = 0; i < 3 && rc == VV_OK; i++) {
		int more = patch_lines_next(l, err);
		if (more <= 0) {
			return more < 0 ? (vv_status)more
					: patch_fail(l, err, "the patch changed while it was read");
		}
		bool mark = i == 0 && !f->section->partial;
		size_t end = l->json->end > 0 ? l->json->end - 1 : 0;
		vv_buf_put(&o->line, l->text, mark ? end : l->len);
		vv_buf_puts(&o->line, mark ? ",\"partial\":true}" : "");
		rc = patch_out_line(o, err);
	}
	return rc;
}

/* The line of a change. One that goes by what a line above said of its place gets that
 * said on its own. */
static vv_status fit_put_change(fit *f, const fit_change *c, vv_buf *out, vv_error *err)
{
	patch_lines *l = f->job->lines;
	patch_op op;
	vv_auto(vv_buf) after = VV_BUF_INIT;
	vv_status rc = VV_OK;
	if (c->kind == PATCH_ADD && c->after_line > 0 && c->after_offset != c->offset) {
		const fit_change where = {.offset = c->after_offset, .line = c->after_line};
		if ((rc = read_op(f, &where, &op, err)) == VV_OK) {
			const vv_json *v = vv_json_get(l->json, "after");
			vv_buf_puts(&after, ",\"after\":");
			vv_buf_put(&after, l->text + v->start, v->end - v->start);
			vv_buf_putc(&after, '}');
		}
	}
	if (rc == VV_OK && (rc = read_op(f, c, &op, err)) == VV_OK) {
		vv_buf_put(out, l->text, after.len > 0 ? l->json->end - 1 : l->len);
		vv_buf_put(out, after.data, after.len);
		rc = vv_buf_ok(&after, err);
	}
	return rc;
}

static vv_status fit_reject(fit *f, vv_error *err)
{
	patch_out o;
	vv_status rc = patch_out_open(&o, write_reject, f, err);
	if (rc < 0 || (rc = vv_patch_begin(write_reject, f, err)) < 0 ||
	    (rc = reject_head(f, &o, err)) < 0) {
		goto done;
	}
	for (size_t i = 0; i < f->change_count && rc == VV_OK; i++) {
		const fit_change *c = &f->changes[i];
		if (!c->fits && (rc = fit_put_change(f, c, &o.line, err)) == VV_OK) {
			o.counts[c->kind]++;
			rc = patch_out_line(&o, err);
		}
	}
	if (rc == VV_OK && (rc = patch_out_end(&o, err)) == VV_OK) {
		rc = vv_patch_end(write_reject, f, 1, err);
	}
done:
	patch_out_close(&o);
	return rc;
}

/* --- gathering the changes -------------------------------------------------------------- */

static vv_status fit_add_change(fit *f, const fit_change *c, vv_error *err)
{
	if (!vv_array_room(f->changes, f->change_count, f->change_cap)) return vv_fail_nomem(err);
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
		if (!c.top && (rc = wanted_rows_want(&f->ids, c.after, err)) < 0) return rc;
		break;
	}
	if (c.kind == PATCH_CHANGE) {
		if (!changes) return VV_OK;
		fit_identity_of(f, op);
		c.id = fit_hash_cells(f, f->identity);
		c.rekeys = fit_hash_becomes(f, op, &c.becomes);
		if (c.rekeys && (rc = wanted_rows_want(&f->ids, c.becomes, err)) < 0) return rc;
	}
	return (rc = wanted_rows_want(&f->ids, c.id, err)) < 0 ? rc : fit_add_change(f, &c, err);
}

static vv_status fit_gather(fit *f, vv_error *err)
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

static vv_status fit_find_rows(fit *f, vv_error *err)
{
	for (uint64_t row = 0; row < f->job->target->root.rows && f->ids.count > 0; row++) {
		patch_row r;
		vv_status rc = patch_rows_get(&f->rows, row, &r, err);
		if (rc < 0) return rc;
		wanted_id *id = wanted_rows_find(&f->ids, fit_hash_target(f, r.cells));
		if (id && (rc = wanted_rows_add(&f->ids, id, row, err)) < 0) return rc;
	}
	return vv_buf_ok(&f->text, err);
}

/* --- does it fit? ------------------------------------------------------------------------ */

/* Misfits are reported, and all others looked for: whether they are a conflict is for the end
 * to say. */
static vv_status report_row(fit *f, fit_change *c, const char *row, const char *expected,
			    const char *found, vv_error *err)
{
	vv_status rc = patch_misfit_text(f->job, row, NULL, expected, found, err);
	c->fits = false;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static vv_status report_cell(fit *f, fit_change *c, const char *row, const char *column,
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
	return report_cell(f, c, name,
			   f->section->side[1].schema.fields[f->on.target_of[pair]].name, &none,
			   found, err);
}

static bool is_value(const vv_cell *c)
{
	return c->state != VV_CELL_ABSENT && c->state != VV_CELL_NULL && c->len > 0;
}

/* A value of the target that would go without the patch knowing of it. c NULL: in a row that the
 * patch does not name; --reject, which takes what fits, then only reports it. */
static vv_status report_lost(fit *f, fit_change *c, const char *row, size_t column,
			     const vv_cell *found, vv_error *err)
{
	const vv_cell none = {.state = VV_CELL_ABSENT};
	const char *name = f->job->target->schema.fields[column].name;
	if (c) return report_cell(f, c, row, name, &none, found, err);
	if (f->job->opts->mode != VV_PATCH_REJECT) {
		f->misfits++;
		f->lost++;
	}
	vv_status rc = patch_misfit_cell(f->job, row, name, &none, found, err);
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

/* Does the patch take the column of the target away? */
static bool drops_column(const fit *f, size_t column)
{
	for (size_t i = 0; i < f->on.columns; i++) {
		if (f->on.kept[i] == (long)column) return false;
	}
	return true;
}

/* Of a row that the patch removes, what stands in columns that the patch does not have; of others
 * what stands in columns that it takes away, where its line (NULL: none) does not name them. */
static vv_status compare_rest(fit *f, fit_change *c, const patch_op *op, const vv_cell *cells,
			      const char *name, vv_error *err)
{
	const patch_section *s = f->section;
	bool removes = c && c->kind == PATCH_REMOVE;
	vv_status rc;
	for (size_t t = 0; t < f->job->target->columns; t++) {
		bool known = !removes && !drops_column(f, t);
		for (size_t i = 0; removes && i < s->pair_count; i++) {
			known |= f->on.target_of[i] == (long)t;
		}
		for (size_t i = 0; !removes && op && i < op->cell_count; i++) {
			known |= f->on.target_of[op->cells[i].pair] == (long)t;
		}
		if (!known && is_value(&cells[t]) &&
		    (rc = report_lost(f, c, name, t, &cells[t], err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Can the file here hold a cell that comes? */
static vv_status fit_takes(fit *f, size_t pair, const vv_cell *cell, const char *name,
			   vv_error *err)
{
	long at = f->on.result_of[pair];
	vv_status rc = at < 0 ? VV_OK : vv_line_takes(&f->lines.editor, cell, (size_t)at, err);
	return rc == VV_EINPUT
		       ? vv_prefix(err, "'%s', %s, column '%s'", vv_text_shows(f->job->done.path),
				   name, vv_text_shows(f->on.schema->fields[at].name))
		       : rc;
}

static vv_status fit_takes_all(fit *f, const patch_op *op, const char *name, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; rc == VV_OK && op->kind != PATCH_ADD && i < op->cell_count; i++) {
		rc = fit_takes(f, op->cells[i].pair, &op->cells[i].side[1], name, err);
	}
	for (size_t i = 0; rc == VV_OK && op->kind == PATCH_ADD && i < f->section->pair_count;
	     i++) {
		long at = f->section->pairs[i].side[1];
		rc = at < 0 ? VV_OK : fit_takes(f, i, &op->whole[at], name, err);
	}
	return rc;
}

/* The cells that a change replaces, or all of a row that goes. */
static vv_status fit_compare(fit *f, fit_change *c, const patch_op *op, uint64_t row,
			     const char *name, vv_error *err)
{
	patch_row r;
	vv_status rc = patch_rows_get(&f->rows, row, &r, err);
	if (rc == VV_OK && c->kind == PATCH_CHANGE && patch_line_conflict(&f->lines, &r, op)) {
		rc = report_row(f, c, name, "the comment above it as the patch has it", "another",
				err);
	}
	for (size_t i = 0; rc == VV_OK && c->kind == PATCH_CHANGE && i < op->cell_count; i++) {
		size_t pair = op->cells[i].pair;
		if (f->on.target_of[pair] < 0) {
			continue; /* comes, or is gone by now */
		}
		const vv_cell *found = &r.cells[f->on.target_of[pair]];
		if (f->section->pairs[pair].side[0] < 0) {
			rc = compare_new_column(f, c, pair, found, name, err);
			continue;
		}
		if (!vv_cell_equal(found, &op->cells[i].side[0])) {
			rc = report_cell(f, c, name, pair_name(f, pair), &op->cells[i].side[0],
					 found, err);
		}
	}
	for (size_t i = 0;
	     rc == VV_OK && c->kind == PATCH_REMOVE && i < f->section->side[0].schema.count; i++) {
		size_t pair = patch_pair_of(f->section, 0, i);
		if (f->on.target_of[pair] < 0) {
			continue;
		}
		const vv_cell *found = &r.cells[f->on.target_of[pair]];
		if (!vv_cell_equal(found, &op->whole[i])) {
			rc = report_cell(f, c, name, pair_name(f, pair), &op->whole[i], found, err);
		}
	}
	return rc < 0 ? rc : compare_rest(f, c, op, r.cells, name, err);
}

static uint64_t expected_place(uint64_t place, int64_t drift)
{
	return drift < 0 && place < (uint64_t)-drift ? 0 : place + (uint64_t)drift;
}

/* An added row: after the row that it follows. */
static vv_status place_added(fit *f, fit_change *c, int64_t drift, const char *name, vv_error *err)
{
	bool keyed = f->section->identity_count > 0;
	uint64_t above = expected_place(c->place, drift);
	const wanted_row *there = keyed ? wanted_rows_nearest(&f->ids, c->id, 0, true) : NULL;
	const wanted_row *r = c->top ? NULL
				     : wanted_rows_nearest(&f->ids, c->after,
							   above > 0 ? above - 1 : 0, false);
	if (there) return report_row(f, c, name, "no row with this key yet", "one", err);
	if (!c->top && !r && !keyed) return report_row(f, c, name, "the row above it", NULL, err);
	/* with a key the row is worth more than its place: where its neighbour is gone, last */
	c->edit = c->top ? 1 : r ? 2 * (r->row + 1) + 1 : 2 * f->job->target->root.rows + 1;
	f->added++;
	return VV_OK;
}

/* The key that the row is to have is another row's. */
static vv_status report_new_key(fit *f, fit_change *c, const patch_op *op, vv_buf *name,
				vv_error *err)
{
	vv_hash128 unused;
	fit_hash_becomes(f, op, &unused);
	fit_row_name(f, name, f->identity, c->place);
	vv_status rc = vv_buf_ok(name, err);
	return rc < 0 ? rc
		      : report_row(f, c, vv_buf_cstr(name), "no row with this key yet", "one", err);
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
	if ((rc = vv_buf_ok(name, err)) < 0 || (rc = vv_buf_ok(&f->text, err)) < 0) return rc;
	if ((rc = fit_takes_all(f, &op, vv_buf_cstr(name), err)) < 0) return rc;
	c->fits = true;
	if (c->kind == PATCH_ADD) {
		rc = place_added(f, c, *drift, vv_buf_cstr(name), err);
	} else {
		wanted_row *r = wanted_rows_nearest(&f->ids, c->id,
						    expected_place(c->place, *drift), true);
		if (!r) return report_row(f, c, vv_buf_cstr(name), "the row", NULL, err);
		c->found = r->row + 1;
		if ((rc = fit_compare(f, c, &op, r->row, vv_buf_cstr(name), err)) < 0 || !c->fits) {
			return rc;
		}
		if (c->rekeys && wanted_rows_nearest(&f->ids, c->becomes, 0, true)) {
			return report_new_key(f, c, &op, name, err);
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
	if (a->fits != b->fits) return a->fits ? -1 : 1;
	if (a->edit != b->edit) return a->edit < b->edit ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* Gives every change its place; rows that go make way before others come. */
static vv_status place_all(fit *f, vv_error *err)
{
	int64_t drift = 0;
	vv_auto(vv_buf) name = VV_BUF_INIT;
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
	return rc;
}

static int row_order(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;
	return *a < *b ? -1 : *a > *b;
}

/* Where the patch takes columns away: the rows that none of its lines is about. */
static vv_status compare_others(fit *f, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	bool drops = false;
	vv_auto_free uint64_t *rows = NULL;
	size_t count = 0, next = 0;
	vv_status rc = VV_OK;
	for (size_t t = 0; t < f->job->target->columns; t++) {
		drops |= drops_column(f, t);
	}
	if (!drops) return VV_OK;
	rows = vv_calloc(f->change_count + 1, sizeof(*rows));
	if (!rows) return vv_fail_nomem(err);
	for (size_t i = 0; i < f->change_count; i++) {
		if (f->changes[i].found > 0) {
			rows[count++] = f->changes[i].found - 1;
		}
	}
	if (count > 1) {
		qsort(rows, count, sizeof(*rows), row_order);
	}
	for (uint64_t row = 0; rc == VV_OK && row < f->job->target->root.rows; row++) {
		patch_row r;
		while (next < count && rows[next] < row) {
			next++;
		}
		if (next < count && rows[next] == row) {
			continue;
		}
		if ((rc = patch_rows_get(&f->rows, row, &r, err)) == VV_OK) {
			fit_hash_target(f, r.cells);
			fit_row_name(f, &name, f->identity, row);
			rc = compare_rest(f, NULL, NULL, r.cells, vv_buf_cstr(&name), err);
		}
	}
	return rc < 0 ? rc : vv_buf_ok(&name, err);
}

static vv_status fit_section(fit *f, vv_error *err)
{
	patch_job *j = f->job;
	vv_cid cid;
	uint64_t rows = 0;
	vv_status rc;
	if ((rc = patch_columns_fit(&f->on, j, err)) < 0) return rc;
	f->cells = vv_calloc(f->on.columns + 1, sizeof(*f->cells));
	f->identity = vv_calloc(f->on.known_count + 1, sizeof(*f->identity));
	if (!f->cells || !f->identity) return vv_fail_nomem(err);
	if ((rc = patch_line_fit_open(&f->lines, f->section, &f->on, j->target, err)) < 0 ||
	    (rc = fit_gather(f, err)) < 0) {
		return rc;
	}
	uint64_t end = j->lines->buf_at + j->lines->pos;
	uint64_t line = j->lines->line + 1;
	if ((rc = fit_find_rows(f, err)) < 0 || (rc = place_all(f, err)) < 0 ||
	    (rc = compare_others(f, err)) < 0) {
		return rc;
	}
	if (f->lost > 0) {
		vv_fail(err, VV_ECONFLICT, "%llu value%s of '%s' would be lost with %s column%s",
			(unsigned long long)f->lost, f->lost == 1 ? "" : "s",
			vv_text_shows(j->done.path), f->lost == 1 ? "its" : "their",
			f->lost == 1 ? "" : "s");
		return vv_hint(err, "the patch drops columns that have these values: empty "
				    "the cells first, or drop the columns by hand");
	}
	j->done.rejected = f->misfits;
	if (f->misfits > 0 && j->opts->mode != VV_PATCH_REJECT) {
		if (f->misfits == f->change_count) {
			return vv_fail(err, VV_ECONFLICT, "no change of the patch fits '%s'",
				       vv_text_shows(j->done.path));
		}
		return vv_fail(err, VV_ECONFLICT, "%llu of the patch's %zu changes %s not fit '%s'",
			       (unsigned long long)f->misfits, f->change_count,
			       f->misfits == 1 ? "does" : "do", vv_text_shows(j->done.path));
	}
	if (f->misfits > 0 && (rc = fit_reject(f, err)) < 0) return rc;
	if (f->change_count > 0) {
		qsort(f->changes, f->change_count, sizeof(*f->changes), edit_order);
	}
	f->total = j->target->root.rows - f->removed + f->added;
	f->file.dialect = &f->on.as.dialect;
	if ((rc = patch_make(j, &f->base, &f->on.as, &cid, &rows, err)) < 0) return rc;
	if (rows != f->total) {
		return vv_fail(err, VV_EINPUT,
			       "'%s': the patched table reads back as %llu rows instead of %llu",
			       vv_text_shows(j->done.path), (unsigned long long)rows,
			       (unsigned long long)f->total);
	}
	return patch_lines_seek(j->lines, end, line, err);
}

vv_status patch_fit_run(patch_job *j, vv_error *err)
{
	fit f = {.base = {fit_more}, .job = j, .section = j->section};
	vv_random(&f.secret, sizeof(f.secret));
	patch_rows_init(&f.rows, j->target);
	vv_status rc = fit_section(&f, err);
	patch_rows_close(&f.rows);
	patch_line_fit_close(&f.lines);
	vv_edited_file_clear(&f.file);
	vv_buf_clear(&f.line);
	wanted_rows_clear(&f.ids);
	vv_buf_clear(&f.text);
	vv_free(f.changes);
	patch_columns_clear(&f.on);
	vv_free(f.cells);
	vv_free(f.identity);
	return rc;
}
