/*
 * fit_make: knows how the changes that fit become the new bytes, and the others a patch of their
 * own.
 */
#include <string.h>

#include "base/sys.h"
#include "diff/patch/fit_internal.h"

#define PIECE ((size_t)64 << 10)

static vv_cell default_cell(const fit *f)
{
	return (vv_cell){.state = f->as.dialect.form == VV_FORM_CSV ? VV_CELL_TEXT
								    : VV_CELL_ABSENT};
}

static bool ends_line(const patch_form *form)
{
	return form->kind != VV_QUIRK_RAW ||
	       (form->raw_len > 0 &&
		(form->raw[form->raw_len - 1] == '\n' || form->raw[form->raw_len - 1] == '\r'));
}

/* was_last: it stood at the end of the target, where a line may have no end, and in a JSON
 * array has no separator behind it. */
static vv_status emit(fit *f, vv_buf *out, const patch_form *form, bool was_last, vv_error *err)
{
	static const patch_form regular = {0};
	bool last = ++f->made == f->total, array = f->as.dialect.form == VV_FORM_JSON;
	if (form->irregular && array && last != was_last) {
		form = &regular;
	}
	patch_writer_row(&f->writer, out, f->cells, form, last);
	if (form->irregular && !array && !last && !ends_line(form)) {
		size_t len;
		const char *end = vv_dialect_row_end(&f->as.dialect, &len);
		vv_buf_put(out, end, len);
	}
	return vv_buf_ok(out, err);
}

static vv_status read_op(fit *f, const fit_change *c, patch_op *op, vv_error *err)
{
	vv_status rc = patch_lines_seek(f->job->lines, c->offset, c->line, err);
	return rc < 0 ? rc : patch_op_read(op, f->job->lines, f->section, err);
}

/* Rows that come at this place. */
static vv_status add_rows(fit *f, vv_buf *out, uint64_t edit, vv_error *err)
{
	static const patch_form regular = {0};
	patch_op op;
	vv_status rc = VV_OK;
	while (rc == VV_OK && f->next < f->change_count && f->changes[f->next].fits &&
	       f->changes[f->next].edit == edit) {
		if ((rc = read_op(f, &f->changes[f->next++], &op, err)) < 0) {
			break;
		}
		for (size_t i = 0; i < f->columns; i++) {
			f->cells[i] = default_cell(f);
		}
		for (size_t i = 0; i < f->section->pair_count; i++) {
			if (f->result_of[i] >= 0) {
				f->cells[f->result_of[i]] = op.whole[f->section->pairs[i].side[1]];
			}
		}
		f->job->done.rows_added++;
		rc = emit(f, out, f->new_form && op.has_form ? &op.form[1] : &regular,
			  f->made + 1 == f->total, err);
	}
	return rc;
}

/* Puts the new cells of a line into f->cells; *form: how the line is written now. */
static void change(fit *f, const patch_op *op, patch_form *form)
{
	for (size_t i = 0; i < op->cell_count; i++) {
		long at = f->result_of[op->cells[i].pair];
		if (at >= 0) {
			f->cells[at] = op->cells[i].side[1];
		}
	}
	if (op->has_form && f->new_form) {
		*form = op->form[1];
	} else if (op->has_form ||
		   (form->irregular && form->kind == VV_QUIRK_RAW && op->cell_count > 0)) {
		*form = (patch_form){0};
	}
	f->job->done.rows_changed++;
}

static vv_status next_row(fit *f, vv_buf *out, vv_error *err)
{
	uint64_t row = f->at++, edit = 2 * (row + 1);
	patch_row r;
	patch_op op;
	vv_status rc = patch_rows_get(&f->rows, row, &r, err);
	if (rc < 0) {
		return rc;
	}
	for (size_t i = 0; i < f->columns; i++) {
		f->cells[i] = f->kept[i] >= 0 ? r.cells[f->kept[i]] : default_cell(f);
	}
	if (!f->section->same_columns && !f->over_new && r.form.irregular &&
	    r.form.kind == VV_QUIRK_RAW) {
		r.form = (patch_form){0};
	}
	bool gone = false, named = f->next < f->change_count && f->changes[f->next].fits &&
				   f->changes[f->next].edit == edit;
	if (named) {
		const fit_change *c = &f->changes[f->next++];
		if ((rc = read_op(f, c, &op, err)) < 0) {
			return rc;
		}
		gone = c->kind == PATCH_REMOVE;
		if (gone) {
			f->job->done.rows_removed++;
		} else {
			change(f, &op, &r.form);
		}
	}
	if (!gone) {
		rc = emit(f, out, &r.form, row + 1 == f->job->target->root.rows, err);
	}
	return rc < 0 ? rc : add_rows(f, out, edit + 1, err);
}

vv_status fit_more(patch_maker *base, vv_buf *out, bool *end, vv_error *err)
{
	fit *f = (fit *)(void *)base;
	vv_status rc = VV_OK;
	if (!f->begun) {
		f->begun = true;
		patch_writer_head(&f->writer, out);
		rc = add_rows(f, out, 1, err);
	}
	while (rc == VV_OK && f->at < f->job->target->root.rows && out->len < PIECE) {
		rc = next_row(f, out, err);
	}
	if (rc == VV_OK && f->at == f->job->target->root.rows) {
		patch_writer_tail(&f->writer, out);
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
static vv_status put_change(fit *f, const fit_change *c, vv_buf *out, vv_error *err)
{
	patch_lines *l = f->job->lines;
	patch_op op;
	vv_buf after = VV_BUF_INIT;
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
	vv_buf_clear(&after);
	return rc;
}

vv_status fit_reject(fit *f, vv_error *err)
{
	patch_out o;
	vv_status rc = patch_out_open(&o, write_reject, f, err);
	if (rc < 0 || (rc = vv_patch_begin(write_reject, f, err)) < 0 ||
	    (rc = reject_head(f, &o, err)) < 0) {
		goto done;
	}
	for (size_t i = 0; i < f->change_count && rc == VV_OK; i++) {
		const fit_change *c = &f->changes[i];
		if (!c->fits && (rc = put_change(f, c, &o.line, err)) == VV_OK) {
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
