/*
 * patch_fit: how the changes of a patch find their rows, by key or, without one, by the whole row, and the nearest of several;
 * how those that fit become lines, and the others a patch of their own.
 *
 * The lines of each side are read as a table of their own, so that their cells are those that the file would give.
 */
#include "diff/merge/patch_fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/mem_sink.h"
#include "dataset/rows/edited_file.h"
#include "dataset/rows/line_edit.h"
#include "dataset/rows/row_edit.h"
#include "diff/merge/patch_rows.h"

/* A line of the patch. */
typedef struct fit_row {
	patch_kind kind;       /* change, keep, remove, add */
	uint64_t offset, line; /* in the patch */
	vv_bytes text[2];      /* the row's line on each side; data NULL: none */
	uint64_t at[2];        /* which row it is in the tables of these lines */
	uint64_t place;        /* row of the old version: itself; add: the one below */
	size_t anchor;         /* add: the line of the row above, + 1; 0: there is none */
	uint64_t found;        /* the row of the target, + 1; 0: none */
	bool fits;
	bool edits; /* the target does not have it yet */
	vv_row_edit edit;
	size_t order;
} fit_row;

/* The lines of one side, as a table. */
typedef struct fit_side {
	vv_mem_sink *blocks;
	vv_table table;
	bool open;
	patch_rows rows;
} fit_side;

typedef struct fit {
	patch_job *job;
	const patch_section *section;
	vv_table *target;
	vv_table edited; /* it, with other lines around its rows; borrows */
	bool around;     /* they are others */
	patch_rows rows; /* of the target */
	patch_writer own;
	size_t *target_of; /* for each column of the patch the target's; VV_LINE_NONE */
	size_t *known;     /* columns of the patch whose cells tell which row is which */
	size_t known_count;
	bool keyed;
	bool alike;      /* bytes of the target's lines mean what those of the patch's lines mean */
	uint64_t secret; /* of hashes: whoever writes a patch must not make two rows one */
	vv_buf text;

	vv_arena arena;
	fit_row *list;
	size_t count, cap;
	fit_side sides[2];
	wanted_rows ids; /* of the target */
	uint64_t changes, misfits;

	/* one line */
	vv_line_editor editor;
	vv_cell *cells; /* of the target's columns */
	bool *changed;
	vv_bytes *spelled;
	vv_line_parts parts[3];
	vv_buf ours, line, name;
} fit;

static const vv_cell no_cell = {.state = VV_CELL_ABSENT};

/* --- the patch's lines --------------------------------------------------------------------- */

static vv_status keep_text(fit *f, vv_bytes *out, const vv_bytes *text, vv_error *err)
{
	if (!text->data) return VV_OK;
	*out = (vv_bytes){.data = vv_arena_alloc(&f->arena, text->len + 1), .len = text->len};
	if (!out->data) return vv_fail_nomem(err);
	memcpy(out->data, text->data, text->len);
	return VV_OK;
}

/* Up to which row either version was passed, and the row above. */
typedef struct passed {
	uint64_t at[2];
	size_t anchor;
} passed;

static vv_status take_line(fit *f, const patch_op *op, passed *p, vv_error *err)
{
	const patch_lines *l = f->job->lines;
	fit_row r = {.kind = op->kind, .offset = l->start, .line = l->line, .place = op->row[0]};
	vv_status rc;

	switch (op->kind) {
	case PATCH_LEAVE:
		p->at[0] = op->row[0] + op->count;
		f->job->done.order_left = true;
		return VV_OK; /* what changes is also on the line where it arrives */
	case PATCH_ARRIVE:
		p->at[1] = op->row[1] + op->count;
		f->job->done.order_left = true;
		if (!op->line[1].data) return VV_OK;
		r.kind = PATCH_CHANGE;
		break;
	case PATCH_REMOVE:
		p->at[0] = op->row[0] + 1;
		break;
	case PATCH_ADD:
		/* rows kept between the last line and this one were passed on both sides */
		p->at[0] += op->row[1] > p->at[1] ? op->row[1] - p->at[1] : 0;
		p->at[1] = op->row[1] + 1;
		r.place = p->at[0];
		r.anchor = p->anchor;
		break;
	default:
		p->at[0] = op->row[0] + 1;
		p->at[1] = op->row[1] + 1;
		p->anchor = f->count + 1;
		break;
	}
	if ((rc = keep_text(f, &r.text[0], &op->line[0], err)) < 0 ||
	    (rc = keep_text(f, &r.text[1], &op->line[1], err)) < 0) {
		return rc;
	}
	if (!vv_array_room(f->list, f->count, f->cap)) return vv_fail_nomem(err);
	r.order = f->count;
	f->changes += r.kind != PATCH_KEEP;
	f->list[f->count++] = r;
	return VV_OK;
}

static vv_status take_lines(fit *f, vv_error *err)
{
	passed p = {{0, 0}, 0};
	patch_op op;
	vv_status rc;
	while ((rc = patch_op_read(&op, f->job->lines, f->section, err)) == VV_OK &&
	       op.kind != PATCH_END) {
		if ((rc = take_line(f, &op, &p, err)) < 0) return rc;
	}
	return rc;
}

/* --- the lines of a side as a table ----------------------------------------------------------- */

/* The text of a file that has these lines alone. */
static uint64_t put_side(fit *f, int side, vv_buf *out)
{
	vv_edited_file file = {.dialect = &f->section->side[side].root.dialect, .out = out};
	uint64_t rows = 0;
	vv_edited_file_head(&file);
	for (size_t i = 0; i < f->count; i++) {
		fit_row *r = &f->list[i];
		if (r->text[side].data) {
			r->at[side] = rows++;
			vv_edited_file_lines(&file, r->text[side].data, r->text[side].len, false);
		}
	}
	vv_edited_file_tail(&file);
	vv_edited_file_clear(&file);
	return rows;
}

static vv_status no_rows_of_it(fit *f, int side, vv_error *err)
{
	vv_fail(err, VV_EINPUT, "%s: the lines of '%s' are not rows of its %s version",
		vv_text_shows(f->job->lines->source->name), vv_text_shows(f->job->done.path),
		(side == 0) != f->section->reverse ? "old" : "new");
	return VV_EINPUT;
}

static vv_status open_side(fit *f, int side, vv_error *err)
{
	static char *none[] = {NULL};
	vv_root as = f->section->side[side].root; /* borrows */
	const vv_patch_apply_options *o = f->job->opts;
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.is_text = true,
				.hints = VV_SNIFF_HINTS_INIT,
				.as = &as,
				.parent = &as,
				.temp_dir = o->temp_dir,
				.pool = o->pool};
	vv_auto(vv_import_result) r = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	fit_side *s = &f->sides[side];
	vv_mem_source storage;
	vv_source source;
	vv_sink sink;
	const uint64_t rows = put_side(f, side, &text);
	vv_status rc;

	as.key = none; /* nothing is proved of it here */
	as.key_count = 0;
	as.key_source = VV_KEY_NONE;
	as.sorted_by = NULL;
	as.sorted_by_count = 0;
	as.places = (vv_buf)VV_BUF_INIT;
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_mem_sink_new(&s->blocks, NULL, o->temp_dir, err)) < 0) {
		return rc;
	}
	vv_mem_sink_use(&sink, s->blocks);
	vv_source_mem(&source, &storage, vv_buf_cstr(&text), text.len, f->job->done.path);
	rc = vv_import(&r, &source, &sink, &io, err);
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ECORRUPT) {
		return no_rows_of_it(f, side, err);
	}
	if (rc < 0) return rc;
	if (r.root.rows != rows) return no_rows_of_it(f, side, err);
	if ((rc = vv_table_open(&s->table, &sink, &r.cid, err)) < 0) return rc;
	s->open = true;
	patch_rows_init(&s->rows, &s->table);
	return VV_OK;
}

/* The cells of the line's row on a side that has it. */
static vv_status cells_of(fit *f, const fit_row *r, int side, const vv_cell **out, vv_error *err)
{
	patch_row row;
	vv_status rc = patch_rows_get(&f->sides[side].rows, r->at[side], &row, err);
	*out = rc < 0 ? NULL : row.cells;
	return rc;
}

/* --- columns and identity ---------------------------------------------------------- */

static vv_status map_columns(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_schema *old = &s->side[0].schema;
	vv_status told = VV_OK;

	f->keyed = s->identity_count > 0;
	f->target_of = vv_calloc(old->count + 1, sizeof(*f->target_of));
	f->known = vv_calloc(old->count + 1, sizeof(*f->known));
	if (!f->target_of || !f->known) return vv_fail_nomem(err);
	for (size_t i = 0; i < old->count; i++) {
		const vv_field *field = &old->fields[i];
		long at = vv_schema_find(&f->target->schema, field->name, field->name_len);
		f->target_of[i] = at < 0 ? VV_LINE_NONE : (size_t)at;
		if (at < 0) {
			vv_status rc = patch_misfit_text(f->job, NULL, field->name, "a column",
							 NULL, err);
			if (rc != VV_ECONFLICT) return rc;
			told = rc;
		}
	}
	for (size_t i = 0; i < (f->keyed ? s->identity_count : old->count); i++) {
		f->known[f->known_count++] = f->keyed ? (size_t)s->pairs[s->identity[i]].side[0]
						      : i;
	}
	return told;
}

/* The column of the patch that the target's is; VV_LINE_NONE. */
static size_t patch_column(const fit *f, size_t column)
{
	size_t i = 0, count = f->section->side[0].schema.count;
	if (column < count && f->target_of[column] == column) return column;
	while (i < count && f->target_of[i] != column) {
		i++;
	}
	return i < count ? i : VV_LINE_NONE;
}

static const vv_cell *cell_of(const fit *f, const vv_cell *cells, size_t column, bool of_target)
{
	return &cells[of_target ? f->target_of[column] : column];
}

static vv_hash128 hash_row(fit *f, const vv_cell *cells, bool of_target)
{
	vv_buf_reset(&f->text);
	for (size_t i = 0; i < f->known_count; i++) {
		const vv_cell *c = cell_of(f, cells, f->known[i], of_target);
		vv_buf_put_varint(&f->text, c->len);
		vv_buf_putc(&f->text, c->state);
		vv_buf_put(&f->text, c->text, c->len);
	}
	return vv_xxh3_128(vv_buf_cstr(&f->text), f->text.len, f->secret);
}

static vv_status hash_line(fit *f, const fit_row *r, int side, vv_hash128 *out, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc = cells_of(f, r, side, &cells, err);
	if (rc < 0) return rc;
	*out = hash_row(f, cells, false);
	return vv_buf_ok(&f->text, err);
}

/* "row id=5"; "row 17" without a key. place: of the patch's row, from 0. */
static vv_status name_row(fit *f, const vv_cell *cells, uint64_t place, vv_error *err)
{
	const vv_schema *s = &f->section->side[0].schema;
	vv_buf_reset(&f->name);
	if (!f->keyed) {
		vv_buf_printf(&f->name, "row %llu", (unsigned long long)place + 1);
	}
	for (size_t i = 0; f->keyed && i < f->known_count; i++) {
		const vv_field *field = &s->fields[f->known[i]];
		const vv_cell *c = &cells[f->known[i]];
		vv_buf_puts(&f->name, i > 0 ? ", " : "row ");
		vv_text_put_words(&f->name, field->name, field->name_len, 40);
		vv_buf_putc(&f->name, '=');
		vv_text_put_cut(&f->name, c->text ? c->text : "", c->len, 60);
	}
	return vv_buf_ok(&f->name, err);
}

/* --- finding rows --------------------------------------------------------------------------- */

static vv_status want_rows(fit *f, vv_error *err)
{
	vv_hash128 hash;
	vv_status rc;
	for (size_t i = 0; i < f->count; i++) {
		for (int side = 0; side < 2; side++) {
			if (!f->list[i].text[side].data) {
				continue;
			}
			if ((rc = hash_line(f, &f->list[i], side, &hash, err)) < 0 ||
			    (rc = wanted_rows_want(&f->ids, hash, err)) < 0) {
				return rc;
			}
		}
	}
	return VV_OK;
}

static vv_status find_rows(fit *f, vv_error *err)
{
	for (uint64_t row = 0; row < f->target->root.rows && f->ids.count > 0; row++) {
		patch_row r;
		vv_status rc = patch_rows_get(&f->rows, row, &r, err);
		if (rc < 0) return rc;
		wanted_id *id = wanted_rows_find(&f->ids, hash_row(f, r.cells, true));
		if (id && (rc = wanted_rows_add(&f->ids, id, row, err)) < 0) return rc;
	}
	return vv_buf_ok(&f->text, err);
}

/* --- does it fit? ------------------------------------------------------------------------ */

/* Misfits are reported, and all others looked for: whether they are a conflict is for the end
 * to say. */
static vv_status report(fit *f, fit_row *r, const char *expected, const char *found, vv_error *err)
{
	vv_status rc = patch_misfit_text(f->job, vv_buf_cstr(&f->name), NULL, expected, found, err);
	r->fits = false;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static vv_status report_cell(fit *f, fit_row *r, size_t column, const vv_cell *expected,
			     const vv_cell *found, vv_error *err)
{
	vv_status rc = patch_misfit_cell(f->job, vv_buf_cstr(&f->name),
					 f->target->schema.fields[column].name, expected, found,
					 err);
	r->fits = false;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

static vv_status takes(fit *f, const vv_cell *cell, size_t column, vv_error *err)
{
	vv_status rc = vv_line_takes(&f->editor, cell, column, err);
	return rc == VV_EINPUT ? vv_prefix(err, "'%s', %s, column '%s'",
					   vv_text_shows(f->job->done.path), vv_buf_cstr(&f->name),
					   vv_text_shows(f->target->schema.fields[column].name))
			       : rc;
}

static bool is_value(const vv_cell *c)
{
	return c->state != VV_CELL_ABSENT && c->state != VV_CELL_NULL && c->len > 0;
}

/* A row of both, cell by cell: the target's cells, with the patch's new ones, into f->cells. */
static vv_status merge_cells(fit *f, fit_row *r, const vv_cell *base, const vv_cell *theirs,
			     const vv_cell *ours, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t t = 0; t < f->target->columns && rc == VV_OK; t++) {
		const size_t i = patch_column(f, t);
		f->cells[t] = ours[t];
		f->changed[t] = false;
		if (i == VV_LINE_NONE || vv_cell_equal(&base[i], &theirs[i]) ||
		    vv_cell_equal(&ours[t], &theirs[i])) {
			continue;
		}
		if (!vv_cell_equal(&ours[t], &base[i])) {
			rc = report_cell(f, r, t, &base[i], &ours[t], err);
			continue;
		}
		rc = takes(f, &theirs[i], t, err);
		f->cells[t] = theirs[i];
		f->changed[t] = r->edits = true;
	}
	return rc;
}

static vv_bytes bytes_of(vv_buf *b)
{
	static char none[1];
	return (vv_bytes){b->data ? b->data : none, b->len};
}

static bool same_bytes(vv_bytes a, vv_bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/* The patch's bytes, where those here are the patch's old ones. */
static vv_bytes merge_bytes(vv_bytes base, vv_bytes theirs, vv_bytes ours)
{
	return same_bytes(base, ours) ? theirs : ours;
}

static vv_bytes lead_of(const vv_dialect *d, size_t columns, vv_bytes line)
{
	return (vv_bytes){line.data, vv_line_lead(d, columns, line.data, line.len)};
}

static vv_bytes end_of(const vv_dialect *d, vv_bytes line)
{
	size_t len = vv_line_end(d, line.data, line.len);
	return (vv_bytes){line.data + line.len - len, len};
}

static vv_bytes part_of(const vv_line_parts *p, vv_bytes line, size_t column)
{
	const vv_line_part *part = vv_line_part_of(p, column);
	return part ? (vv_bytes){line.data + part->from, part->to - part->from}
		    : (vv_bytes){NULL, 0};
}

/* How the patch spells the cells now, where here they are spelled as its old version had them. */
static vv_status merge_spelling(fit *f, fit_row *r, vv_bytes ours, vv_error *err)
{
	const vv_bytes lines[3] = {r->text[0], r->text[1], ours};
	for (int i = 0; i < 3; i++) {
		const vv_dialect *d = i < 2 ? &f->section->side[i].root.dialect
					    : &f->target->root.dialect;
		const vv_schema *s = i < 2 ? &f->section->side[i].schema : &f->target->schema;
		vv_status rc = vv_line_parts_read(&f->parts[i], d, s, lines[i].data, lines[i].len,
						  err);
		if (rc < 0) return rc;
	}
	for (size_t t = 0; t < f->target->columns; t++) {
		const size_t i = patch_column(f, t);
		if (i == VV_LINE_NONE) {
			continue;
		}
		const vv_bytes base = part_of(&f->parts[0], lines[0], i),
			       theirs = part_of(&f->parts[1], lines[1], i),
			       here = part_of(&f->parts[2], lines[2], t);
		if (theirs.data && same_bytes(base, here) && !same_bytes(theirs, here)) {
			f->spelled[t] = theirs;
			r->edits = true;
		}
	}
	return VV_OK;
}

static vv_bytes less(vv_bytes line, vv_bytes end)
{
	return (vv_bytes){line.data, line.len - end.len};
}

/* Where the row here is written as in the patch's old version, it becomes what it is in the new one. */
static bool takes_whole(fit *f, fit_row *r, vv_bytes ours, vv_bytes end)
{
	const vv_dialect *a = &f->section->side[0].root.dialect,
			 *b = &f->section->side[1].root.dialect;
	bool same = f->alike && f->target->columns == f->section->side[0].schema.count &&
		    same_bytes(less(ours, end), less(r->text[0], end_of(a, r->text[0])));
	for (size_t t = 0; same && t < f->target->columns; t++) {
		same = f->target_of[t] == t;
	}
	if (!same) return false;
	const vv_bytes was = end_of(a, r->text[0]), is = end_of(b, r->text[1]),
		       body = less(r->text[1], is);
	end = end.len > 0 && was.len > 0 && is.len > 0 ? merge_bytes(was, is, end) : end;
	vv_buf_set(&f->line, body.data, body.len);
	vv_buf_put(&f->line, end.data, end.len);
	r->edits = true;
	return true;
}

static vv_status set_line(fit *f, fit_row *r, vv_row_action action, uint64_t row, vv_error *err)
{
	const vv_bytes line = bytes_of(&f->line);
	vv_status rc = vv_buf_ok(&f->line, err);
	r->edit = (vv_row_edit){.row = row, .action = action};
	return rc < 0 ? rc : keep_text(f, &r->edit.line, &line, err);
}

/* The changed row's line: what the patch changes of it, and all else as it is here. */
static vv_status change_row(fit *f, fit_row *r, const patch_row *row, uint64_t at, vv_error *err)
{
	const vv_dialect *own = &f->target->root.dialect, *a = &f->section->side[0].root.dialect,
			 *b = &f->section->side[1].root.dialect;
	const size_t columns = f->section->side[0].schema.count;
	const vv_cell *base, *theirs;
	vv_status rc;

	vv_buf_reset(&f->ours);
	patch_writer_row(&f->own, &f->ours, row->cells, &row->form, at + 1 == f->target->root.rows);
	if ((rc = vv_buf_ok(&f->ours, err)) < 0 || (rc = cells_of(f, r, 0, &base, err)) < 0 ||
	    (rc = cells_of(f, r, 1, &theirs, err)) < 0 ||
	    (rc = merge_cells(f, r, base, theirs, row->cells, err)) < 0) {
		return rc;
	}
	const vv_bytes ours = bytes_of(&f->ours);
	vv_bytes lead = lead_of(own, f->target->columns, ours), end = end_of(own, ours), above,
		 below;
	const size_t from = lead.len, around = lead.len + end.len;
	if (r->fits && takes_whole(f, r, ours, end)) return set_line(f, r, VV_ROW_LINE, at, err);
	memset(f->spelled, 0, f->target->columns * sizeof(*f->spelled));
	if (f->alike && r->fits) {
		const vv_bytes was = lead_of(a, columns, r->text[0]),
			       is = lead_of(b, columns, r->text[1]);
		if (!same_bytes(was, is) && !same_bytes(was, lead) && !same_bytes(is, lead)) {
			return report(f, r, "the comment above it as the patch has it", "another",
				      err);
		}
		above = merge_bytes(was, is, lead);
		below = end.len > 0 ? merge_bytes(end_of(a, r->text[0]), end_of(b, r->text[1]), end)
				    : end;
		below = below.len > 0 ? below : end;
		r->edits |= !same_bytes(above, lead) || !same_bytes(below, end);
		lead = above;
		end = below;
		if ((rc = merge_spelling(f, r, ours, err)) < 0) return rc;
	}
	if (!r->fits || !r->edits) return VV_OK;
	vv_buf_reset(&f->text);
	if ((rc = vv_line_edit(&f->editor, &f->text, ours.data, ours.len, row->cells, f->cells,
			       f->changed, f->spelled, err)) < 0) {
		return rc;
	}
	vv_buf_set(&f->line, lead.data, lead.len);
	vv_buf_put(&f->line, f->text.data + from, f->text.len - around);
	vv_buf_put(&f->line, end.data, end.len);
	return set_line(f, r, VV_ROW_LINE, at, err);
}

/* All of a row that goes. Comments above it that the patch does not have stay. */
static vv_status remove_row(fit *f, fit_row *r, const patch_row *row, uint64_t at, vv_error *err)
{
	const vv_dialect *own = &f->target->root.dialect;
	const vv_cell *base;
	vv_status rc = cells_of(f, r, 0, &base, err);
	for (size_t t = 0; t < f->target->columns && rc == VV_OK; t++) {
		const size_t i = patch_column(f, t);
		if (i != VV_LINE_NONE ? !vv_cell_equal(&row->cells[t], &base[i])
				      : is_value(&row->cells[t])) {
			rc = report_cell(f, r, t, i != VV_LINE_NONE ? &base[i] : &no_cell,
					 &row->cells[t], err);
		}
	}
	if (rc < 0 || !r->fits) return rc;
	vv_buf_reset(&f->ours);
	vv_buf_reset(&f->line);
	patch_writer_row(&f->own, &f->ours, row->cells, &row->form, at + 1 == f->target->root.rows);
	if ((rc = vv_buf_ok(&f->ours, err)) < 0) return rc;
	const vv_bytes ours = bytes_of(&f->ours);
	const vv_bytes lead = lead_of(own, f->target->columns, ours);
	const bool known = f->alike &&
			   same_bytes(lead, lead_of(&f->section->side[0].root.dialect,
						    f->section->side[0].schema.count, r->text[0]));
	r->edits = true;
	r->edit = (vv_row_edit){.row = at,
				.action = known && lead.len > 0 ? VV_ROW_LINE : VV_ROW_REMOVE};
	return VV_OK;
}

/* Is the target's row just what the patch makes of its own? */
static vv_status is_new_row(fit *f, const fit_row *r, uint64_t row, bool *out, vv_error *err)
{
	const vv_cell *theirs;
	patch_row ours;
	vv_status rc;
	if ((rc = cells_of(f, r, 1, &theirs, err)) < 0 ||
	    (rc = patch_rows_get(&f->rows, row, &ours, err)) < 0) {
		return rc;
	}
	*out = true;
	for (size_t i = 0; *out && i < f->section->side[1].schema.count; i++) {
		*out = vv_cell_equal(&ours.cells[f->target_of[i]], &theirs[i]);
	}
	return VV_OK;
}

/* A change, a row that goes, or one that has another below it that comes. */
static vv_status fit_old(fit *f, fit_row *r, int64_t *drift, vv_error *err)
{
	vv_hash128 id, becomes = {0, 0};
	const vv_cell *base;
	patch_row row;
	vv_status rc;
	if ((rc = cells_of(f, r, 0, &base, err)) < 0 ||
	    (rc = name_row(f, base, r->place, err)) < 0 ||
	    (rc = hash_line(f, r, 0, &id, err)) < 0 ||
	    (r->kind == PATCH_CHANGE && (rc = hash_line(f, r, 1, &becomes, err)) < 0)) {
		return rc;
	}
	const uint64_t near = *drift < 0 && r->place < (uint64_t) - *drift
				      ? 0
				      : r->place + (uint64_t)*drift;
	const bool rekeys = f->keyed && r->kind == PATCH_CHANGE &&
			    (id.lo != becomes.lo || id.hi != becomes.hi);
	wanted_row *to = rekeys ? wanted_rows_nearest(&f->ids, becomes, near, true) : NULL;
	wanted_row *w = wanted_rows_nearest(&f->ids, id, near, r->kind != PATCH_KEEP);
	r->fits = true;
	if (r->kind == PATCH_KEEP) {
		r->found = w ? w->row + 1 : 0;
		return VV_OK;
	}
	if (!w && r->kind == PATCH_REMOVE && f->keyed) return VV_OK; /* it is gone already */
	if (!w && to) {
		bool already = false;
		if ((rc = is_new_row(f, r, to->row, &already, err)) < 0 || already) return rc;
	}
	if (!w) return report(f, r, "the row", NULL, err);
	if ((rc = patch_rows_get(&f->rows, w->row, &row, err)) < 0) return rc;
	rc = r->kind == PATCH_REMOVE ? remove_row(f, r, &row, w->row, err)
				     : change_row(f, r, &row, w->row, err);
	if (rc < 0 || !r->fits) return rc;
	if (to) {
		if ((rc = cells_of(f, r, 1, &base, err)) < 0 ||
		    (rc = name_row(f, base, r->place, err)) < 0) {
			return rc;
		}
		return report(f, r, "no row with this key yet", "one", err);
	}
	w->used = true;
	r->found = w->row + 1;
	*drift = (int64_t)w->row - (int64_t)r->place;
	return VV_OK;
}

static bool same_quoting(const vv_dialect *a, const vv_dialect *b)
{
	return a->quoting_count == b->quoting_count &&
	       (a->quoting_count == 0 || memcmp(a->quoting, b->quoting, a->quoting_count) == 0);
}

/* The line of a row that comes: the patch's, where the file here is written as its files are; with its comments in any case. */
static vv_status new_line(fit *f, const fit_row *r, const vv_cell *theirs, vv_error *err)
{
	const vv_dialect *own = &f->target->root.dialect, *b = &f->section->side[1].root.dialect;
	const size_t columns = f->section->side[1].schema.count;
	const vv_bytes end = end_of(b, r->text[1]), lead = lead_of(b, columns, r->text[1]),
		       body = less(r->text[1], end);
	bool whole = f->alike && f->target->columns == columns && same_quoting(own, b);
	size_t len, own_len;
	const char *usual = vv_dialect_row_end(b, &len),
		   *own_end = vv_dialect_row_end(own, &own_len);
	vv_status rc = VV_OK;

	for (size_t t = 0; t < f->target->columns && rc == VV_OK; t++) {
		const size_t i = patch_column(f, t);
		whole &= i == t;
		f->cells[t] = i != VV_LINE_NONE          ? theirs[i]
			      : own->form == VV_FORM_CSV ? (vv_cell){.state = VV_CELL_TEXT}
							 : no_cell;
		rc = takes(f, &f->cells[t], t, err);
	}
	vv_buf_reset(&f->line);
	if (rc < 0) return rc;
	if (!whole) {
		vv_buf_put(&f->line, lead.data, f->alike ? lead.len : 0);
		vv_line_new(&f->editor, &f->line, f->cells);
		return VV_OK;
	}
	const bool regular = end.len == 0 || (end.len == len && memcmp(end.data, usual, len) == 0);
	vv_buf_put(&f->line, body.data, body.len);
	vv_buf_put(&f->line, regular ? own_end : end.data, regular ? own_len : end.len);
	return VV_OK;
}

/* An added row: after the row that it follows. */
static vv_status fit_new(fit *f, fit_row *r, vv_error *err)
{
	const fit_row *above = r->anchor > 0 ? &f->list[r->anchor - 1] : NULL;
	const vv_cell *theirs;
	vv_hash128 id;
	vv_status rc;
	if ((rc = hash_line(f, r, 1, &id, err)) < 0 || (rc = cells_of(f, r, 1, &theirs, err)) < 0 ||
	    (rc = name_row(f, theirs, r->place, err)) < 0) {
		return rc;
	}
	const wanted_row *there = f->keyed ? wanted_rows_nearest(&f->ids, id, 0, true) : NULL;
	r->fits = true;
	if (there) {
		bool already = false;
		if ((rc = is_new_row(f, r, there->row, &already, err)) < 0 || already) return rc;
		return report(f, r, "no row with this key yet", "one", err);
	}
	if (above && above->found == 0 && !f->keyed) {
		return report(f, r, "the row above it", NULL, err);
	}
	if ((rc = new_line(f, r, theirs, err)) < 0) return rc;
	r->edits = true;
	/* with a key the row is worth more than its place: where its neighbour is gone, last */
	return set_line(f, r, VV_ROW_INSERT,
			!above             ? 0
			: above->found > 0 ? above->found
					   : f->target->root.rows,
			err);
}

/* Gives every change its place; rows that go make way before others come. */
static vv_status fit_all(fit *f, vv_error *err)
{
	int64_t drift = 0;
	vv_status rc = VV_OK;
	for (int adds = 0; adds < 2; adds++) {
		for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
			fit_row *r = &f->list[i];
			if ((r->kind == PATCH_ADD) != (adds == 1)) {
				continue;
			}
			rc = adds ? fit_new(f, r, err) : fit_old(f, r, &drift, err);
			f->misfits += rc == VV_OK && !r->fits;
		}
	}
	return rc;
}

/* --- what did not fit --------------------------------------------------------------------- */

typedef struct rest {
	fit *fit;
	vv_xxh3_state *hash;
} rest;

static void rest_clear(rest *r)
{
	vv_xxh3_free(r->hash);
}
VV_AUTO_CLEAR(rest, rest_clear)

static vv_status write_rest(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const fit *f = ((rest *)payload)->fit;
	const vv_patch_apply_options *o = f->job->opts;
	return o->reject ? o->reject(o->payload, f->job->done.path, bytes, len, err) : VV_OK;
}

/* A line of the patch again; more: members that it gets, or NULL. */
static vv_status repeat_line(rest *r, uint64_t offset, uint64_t line, const char *more,
			     vv_error *err)
{
	patch_lines *l = r->fit->job->lines;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = patch_lines_seek(l, offset, line, err);
	int has = rc < 0 ? (int)rc : patch_lines_next(l, err);
	if (has <= 0) {
		return has < 0 ? (vv_status)has
			       : patch_fail(l, err, "the patch changed while it was read");
	}
	vv_buf_put(&text, l->text, more ? l->json->end - 1 : l->len);
	vv_buf_puts(&text, more ? more : "");
	vv_buf_puts(&text, more ? "}\n" : "\n");
	vv_xxh3_update(r->hash, text.data, text.len);
	rc = vv_buf_ok(&text, err);
	return rc < 0 ? rc : write_rest(r, text.data, text.len, err);
}

/* The lines that do not fit, and those of the rows that rows are put below. */
static vv_status write_lines(rest *r, vv_error *err)
{
	fit *f = r->fit;
	size_t told = 0;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
		const fit_row *x = &f->list[i];
		if (x->fits) {
			continue;
		}
		if (x->anchor > told && f->list[x->anchor - 1].fits) {
			const fit_row *above = &f->list[x->anchor - 1];
			rc = repeat_line(r, above->offset, above->line, NULL, err);
		}
		told = x->anchor > told ? x->anchor : told;
		rc = rc < 0 ? rc : repeat_line(r, x->offset, x->line, NULL, err);
	}
	return rc;
}

static vv_status fit_reject(fit *f, vv_error *err)
{
	vv_auto(rest) r = {f, vv_xxh3_new(0)};
	const patch_section *s = f->section;
	char end[160];
	vv_status rc;
	if (!r.hash) return vv_fail_nomem(err);
	if ((rc = vv_patch_begin(write_rest, &r, err)) < 0 ||
	    (rc = repeat_line(&r, s->start, s->line, s->partial ? "" : ",\"partial\":true", err)) <
		    0 ||
	    (rc = write_lines(&r, err)) < 0) {
		return rc;
	}
	vv_hash128 h = vv_xxh3_digest128(r.hash);
	int n = snprintf(end, sizeof(end), "{\"type\":\"summary\",\"xxh3\":\"%016llx%016llx\"}\n",
			 (unsigned long long)h.hi, (unsigned long long)h.lo);
	rc = write_rest(&r, end, (size_t)n, err);
	return rc < 0 ? rc : vv_patch_end(write_rest, &r, 1, err);
}

/* --- the new bytes ----------------------------------------------------------------- */

static vv_status give(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const patch_job *j = payload;
	return j->opts->put(j->opts->payload, j->done.path, bytes, len, err);
}

static int edit_order(const void *x, const void *y)
{
	const fit_row *a = x, *b = y;
	if (a->edit.row != b->edit.row) return a->edit.row < b->edit.row ? -1 : 1;
	if ((a->kind == PATCH_ADD) != (b->kind == PATCH_ADD)) return a->kind == PATCH_ADD ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static vv_status fit_edit(fit *f, vv_error *err)
{
	vv_patch_done *d = &f->job->done;
	vv_auto_free vv_row_edit *edits = vv_calloc(f->count + 1, sizeof(*edits));
	size_t n = 0;
	if (!edits) return vv_fail_nomem(err);
	if (f->count > 0) {
		qsort(f->list, f->count, sizeof(*f->list), edit_order);
	}
	for (size_t i = 0; i < f->count; i++) {
		const fit_row *r = &f->list[i];
		if (!r->fits || !r->edits) {
			continue;
		}
		d->rows_changed += r->kind == PATCH_CHANGE;
		d->rows_added += r->kind == PATCH_ADD;
		d->rows_removed += r->kind == PATCH_REMOVE;
		edits[n++] = r->edit;
	}
	d->already = n == 0 && !f->around;
	return f->job->opts->check ? VV_OK
				   : vv_rows_edit(&f->edited, NULL, edits, n, give, f->job, err);
}

/* --- a section ------------------------------------------------------------------------------- */

static void fit_clear(fit *f)
{
	for (int i = 0; i < 2; i++) {
		fit_side *s = &f->sides[i];
		patch_rows_close(&s->rows);
		if (s->open) {
			vv_table_close(&s->table);
		}
		vv_mem_sink_free(s->blocks);
	}
	for (int i = 0; i < 3; i++) {
		vv_line_parts_clear(&f->parts[i]);
	}
	patch_rows_close(&f->rows);
	patch_writer_close(&f->own);
	vv_line_editor_close(&f->editor);
	wanted_rows_clear(&f->ids);
	vv_arena_clear(&f->arena);
	vv_free_all(f->list, f->target_of, f->known, f->cells, f->changed, f->spelled);
	vv_buf_clear_all(&f->text, &f->ours, &f->line, &f->name);
}
VV_AUTO_CLEAR(fit, fit_clear)

/* The lines above and below the table, where they are here as in the patch's old version, and what is left of a new form. */
static void take_around(fit *f)
{
	const vv_dialect *own = &f->target->root.dialect, *a = &f->section->side[0].root.dialect,
			 *b = &f->section->side[1].root.dialect;
	vv_dialect *is = &f->edited.root.dialect, done = *a, like = *b; /* borrow */

	like.comment =
		a->comment; /* where the patch brings the first comment, or takes the last one */
	f->alike = vv_dialect_same_cells(own, a) && vv_dialect_same_cells(own, &like);
	f->edited = *f->target;
	done.comment = f->alike ? b->comment : a->comment;
	if (f->alike && same_bytes(own->prologue, a->prologue)) {
		is->prologue = done.prologue = b->prologue;
		is->lead = done.lead = b->lead;
	}
	if (f->alike && same_bytes(own->epilogue, a->epilogue) &&
	    own->final_newline == b->final_newline && a->final_newline == b->final_newline) {
		is->epilogue = done.epilogue = b->epilogue;
	}
	f->around = !same_bytes(is->prologue, own->prologue) ||
		    !same_bytes(is->epilogue, own->epilogue);
	f->job->done.form_left = !vv_dialect_equal(&done, b) && !vv_dialect_equal(own, b);
}

static vv_status fit_open(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_dialect *own = &f->target->root.dialect, *a = &s->side[0].root.dialect;
	vv_status rc;
	vv_random(&f->secret, sizeof(f->secret));
	vv_arena_init(&f->arena);
	patch_rows_init(&f->rows, f->target);
	if ((own->form == VV_FORM_CSV) != (a->form == VV_FORM_CSV)) {
		return patch_misfit_text(
			f->job, NULL, NULL, a->form == VV_FORM_CSV ? "a CSV table" : "a JSON table",
			own->form == VV_FORM_CSV ? "a CSV table" : "a JSON table", err);
	}
	take_around(f);
	f->editor = (vv_line_editor){.was = own, .schema = &f->target->schema, .is = own};
	f->cells = vv_calloc(f->target->columns + 1, sizeof(*f->cells));
	f->changed = vv_calloc(f->target->columns + 1, sizeof(*f->changed));
	f->spelled = vv_calloc(f->target->columns + 1, sizeof(*f->spelled));
	if (!f->cells || !f->changed || !f->spelled) return vv_fail_nomem(err);
	if ((rc = map_columns(f, err)) < 0 ||
	    (rc = patch_writer_open(&f->own, own, &f->target->schema, err)) < 0) {
		return rc;
	}
	return vv_line_editor_open(&f->editor, err);
}

static vv_status fit_section(fit *f, vv_error *err)
{
	patch_job *j = f->job;
	vv_status rc;
	if ((rc = fit_open(f, err)) < 0 || (rc = take_lines(f, err)) < 0) return rc;
	const uint64_t end = j->lines->buf_at + j->lines->pos, line = j->lines->line + 1;
	if ((rc = open_side(f, 0, err)) < 0 || (rc = open_side(f, 1, err)) < 0 ||
	    (rc = want_rows(f, err)) < 0 || (rc = find_rows(f, err)) < 0 ||
	    (rc = fit_all(f, err)) < 0) {
		return rc;
	}
	j->done.rejected = f->misfits;
	if (f->misfits > 0 && j->opts->mode != VV_PATCH_REJECT) {
		if (f->misfits == f->changes) {
			return vv_fail(err, VV_ECONFLICT, "no change of the patch fits '%s'",
				       vv_text_shows(j->done.path));
		}
		return vv_fail(err, VV_ECONFLICT,
			       "%llu of the patch's %llu changes %s not fit '%s'",
			       (unsigned long long)f->misfits, (unsigned long long)f->changes,
			       f->misfits == 1 ? "does" : "do", vv_text_shows(j->done.path));
	}
	if ((f->misfits > 0 && (rc = fit_reject(f, err)) < 0) || (rc = fit_edit(f, err)) < 0) {
		return rc;
	}
	return patch_lines_seek(j->lines, end, line, err);
}

vv_status patch_fit_run(patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const bool same_form = vv_dialect_equal(&s->side[0].root.dialect, &s->side[1].root.dialect);
	vv_auto(fit) f = {.job = j, .section = s, .target = j->target};
	bool merged = false;
	vv_status rc = VV_OK;

	if (!s->partial && !(s->same_columns && same_form)) {
		rc = patch_merge_run(j, !s->same_columns, &merged, err);
	}
	if (rc < 0 || merged) return rc;
	if (!s->same_columns) {
		return vv_fail(
			err, VV_ECONFLICT,
			"'%s': the patch changes columns, and the version that it was made from is not here\n"
			"fetch it from a repository that has it",
			vv_text_shows(j->done.path));
	}
	return fit_section(&f, err);
}
