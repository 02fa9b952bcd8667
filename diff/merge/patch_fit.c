/*
 * patch_fit: makes two small tables of a patch's lines; without a key matches lines to rows by the whole row, the
 * nearest of several; and writes misfits as a separate patch.
 *
 * The lines of each side are read as a table, so that their cells are the same as from the file.
 */
#include "diff/merge/patch_fit.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/edited_file.h"
#include "dataset/rows/line_edit.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "diff/merge/wanted_rows.h"
#include "diff/rows/row_by_number.h"

/* A line of the patch. */
typedef struct fit_row {
	patch_kind kind;       /* change, keep, remove, add */
	uint64_t offset, line; /* in the patch */
	vv_bytes text[2];      /* the row's line on each side; data NULL: none */
	uint64_t at[2];        /* which row it is in the tables of these lines */
	uint64_t place;        /* row of the old version: itself; add: the one below */
	size_t anchor;         /* add: the line of the row above, + 1; 0: there is none */
	uint64_t found;        /* without a key: the row of the target, + 1; 0: none */
	bool misfits;
} fit_row;

typedef struct fit {
	patch_job *job;
	const patch_section *section;
	vv_table *target;
	patch_merge merge; /* base and theirs: the tables of the lines */
	vv_row_by_number sides[2];
	const char **key; /* names, of the old version; NULL-ended */
	vv_buf text;

	vv_arena arena;
	fit_row *list;
	size_t count, cap;
	wanted_rows ids; /* of the target, by content; with a key: of conflicts */
	uint64_t changes, misfits;

	/* without a key */
	vv_row_by_number rows; /* of the target */
	bool alike;      /* bytes of the target's lines mean what those of the patch's lines mean */
	uint64_t secret; /* of hashes: a hostile patch must not make two rows equal */
	vv_line_editor editor;
	bool *changed;
	vv_row_edit *edits;
	size_t edit_count;
} fit;

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
	f->changes += r.kind != PATCH_KEEP;
	return vv_array_add(f->list, f->count, f->cap, r) ? VV_OK : vv_fail_nomem(err);
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
	vv_array_each(f->list, f->count, r) {
		if (r->text[side].data && !r->misfits) {
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
	vv_fail(err, VV_EINPUT,
		"%s: the patch's lines for '%s' are not rows of the table's %s "
		"version",
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
	vv_table *t = side == 0 ? &f->merge.base : &f->merge.theirs;
	vv_mem_source storage;
	vv_source source;
	const uint64_t rows = put_side(f, side, &text);
	vv_status rc;

	as.key = none; /* nothing is proved of it here */
	as.key_count = 0;
	as.key_source = VV_KEY_NONE;
	as.sorted_by = NULL;
	as.sorted_by_count = 0;
	as.places = (vv_buf)VV_BUF_INIT;
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	vv_source_mem(&source, &storage, vv_buf_cstr(&text), text.len, f->job->done.path);
	rc = vv_import(&r, &source, &f->merge.blocks, &io, err);
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ECORRUPT) {
		return no_rows_of_it(f, side, err);
	}
	if (rc < 0) return rc;
	if (r.root.rows != rows) return no_rows_of_it(f, side, err);
	if ((rc = vv_table_open(t, &f->merge.blocks, &r.cid, err)) < 0) return rc;
	vv_row_by_number_init(&f->sides[side], t, VV_ROW_GROUPS_MANY, true);
	return VV_OK;
}

static void close_sides(fit *f)
{
	vv_row_by_number_close(&f->sides[0]);
	vv_row_by_number_close(&f->sides[1]);
	patch_merge_clear(&f->merge);
	f->merge = (patch_merge){0};
}

/* Opens the sides of all lines except misfits. */
static vv_status open_sides(fit *f, vv_error *err)
{
	vv_status rc;

	close_sides(f);
	if ((rc = patch_merge_open(&f->merge, f->job, err)) < 0) return rc;
	f->merge.part = true;
	f->merge.key = f->key;
	f->merge.conflicts = &f->ids;
	rc = open_side(f, 0, err);
	return rc < 0 ? rc : open_side(f, 1, err);
}

static vv_status cells_of(fit *f, const fit_row *r, int side, const vv_cell **out, vv_error *err)
{
	return vv_row_by_number_get(&f->sides[side], r->at[side], out, err);
}

/* --- by key ----------------------------------------------------------------------------------- */

/* The key of a line's row, as a conflict has it. */
static vv_status has_conflict(fit *f, const fit_row *r, int side, bool *out, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_cell *cells;
	vv_status rc = cells_of(f, r, side, &cells, err);

	if (rc < 0) return rc;
	vv_buf_set(&f->text, "[", 1);
	for (size_t i = 0; i < s->identity_count; i++) {
		const vv_cell *c = &cells[s->pairs[s->identity[i]].side[side]];
		vv_buf_puts(&f->text, i > 0 ? "," : "");
		vv_json_put_text(&f->text, c->len > 0 ? c->text : "", c->len);
	}
	vv_buf_putc(&f->text, ']');
	*out |= wanted_rows_find(&f->ids, patch_merge_key_hash(&f->text)) != NULL;
	return vv_buf_ok(&f->text, err);
}

/* Which lines are those of rows in conflict? */
static vv_status find_misfits(fit *f, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
		fit_row *r = &f->list[i];
		bool misfits = false;

		for (int side = 0; side < 2 && rc == VV_OK && r->kind != PATCH_KEEP; side++) {
			rc = r->text[side].data ? has_conflict(f, r, side, &misfits, err) : VV_OK;
		}
		r->misfits = misfits;
		f->misfits += misfits;
	}
	return rc;
}

static vv_status fit_by_key(fit *f, vv_error *err)
{
	const bool reject = f->job->opts->mode == VV_PATCH_REJECT;
	vv_status rc = patch_merge_run(&f->merge, err);

	if (rc == VV_OK && f->merge.stats.conflicts > 0) {
		rc = find_misfits(f, err);
	}
	if (rc < 0 || f->merge.stats.conflicts == 0 || !reject || f->misfits == 0) return rc;
	/* the others alone */
	if ((rc = open_sides(f, err)) < 0 || (rc = patch_merge_run(&f->merge, err)) < 0) return rc;
	return f->merge.stats.conflicts == 0
		       ? VV_OK
		       : vv_fail(err, VV_ECONFLICT, "the patch does not fit '%s'",
				 vv_text_shows(f->job->done.path));
}

/* --- by content and place --------------------------------------------------------------------- */

/* Columns that the patch names must be in the table; without a key it has no others. */
static vv_status check_columns(fit *f, vv_error *err)
{
	const vv_schema *old = &f->section->side[0].schema;
	vv_status told = VV_OK;

	for (size_t i = 0; i < old->count && (told == VV_OK || told == VV_ECONFLICT); i++) {
		const vv_field *field = &old->fields[i];
		const long at = vv_schema_find(&f->target->schema, field->name, field->name_len);
		const bool there = f->key ? at >= 0 : at == (long)i;

		if (!there) {
			told = patch_misfit_text(f->job, NULL, field->name, "a column",
						 at < 0 ? NULL : "one in another place", err);
		}
	}
	if (told < 0 || f->key || f->target->columns == old->count) return told;
	return patch_misfit_text(f->job, NULL, NULL, "the columns of the patch", "more columns",
				 err);
}

static vv_hash128 hash_row(fit *f, const vv_cell *cells)
{
	vv_buf_reset(&f->text);
	for (size_t i = 0; i < f->target->columns; i++) {
		vv_buf_put_varint(&f->text, cells[i].len);
		vv_buf_putc(&f->text, cells[i].state);
		vv_buf_put(&f->text, cells[i].text, cells[i].len);
	}
	return vv_xxh3_128(vv_buf_cstr(&f->text), f->text.len, f->secret);
}

static vv_status find_rows(fit *f, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc;

	for (size_t i = 0; i < f->count; i++) {
		if (!f->list[i].text[0].data) {
			continue;
		}
		if ((rc = cells_of(f, &f->list[i], 0, &cells, err)) < 0 ||
		    (rc = wanted_rows_want(&f->ids, hash_row(f, cells), err)) < 0) {
			return rc;
		}
	}
	for (uint64_t row = 0; row < f->target->root.rows && f->ids.count > 0; row++) {
		if ((rc = vv_row_by_number_get(&f->rows, row, &cells, err)) < 0) return rc;
		wanted_id *id = wanted_rows_find(&f->ids, hash_row(f, cells));
		if (id && (rc = wanted_rows_add(&f->ids, id, row, err)) < 0) return rc;
	}
	return vv_buf_ok(&f->text, err);
}

/* Finds all of them; the end decides whether that is a conflict. */
static vv_status report_misfit(fit *f, fit_row *r, const char *expected, vv_error *err)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "row %llu", (unsigned long long)r->place + 1);
	vv_status rc = patch_misfit_text(f->job, name, NULL, expected, NULL, err);
	r->misfits = true;
	f->misfits++;
	return rc == VV_ECONFLICT ? VV_OK : rc;
}

/* The line's bytes without its row end. */
static size_t body_of(const vv_dialect *d, const vv_bytes *line)
{
	return line->len - vv_line_end(d, line->data, line->len);
}

static vv_status add_edit(fit *f, vv_row_action action, uint64_t row, vv_error *err)
{
	vv_row_edit *e = &f->edits[f->edit_count++];
	const vv_bytes line = {f->text.data ? f->text.data : "", f->text.len};

	*e = (vv_row_edit){.row = row, .action = action};
	vv_status rc = vv_buf_ok(&f->text, err);
	return rc < 0 || action == VV_ROW_REMOVE ? rc : keep_text(f, &e->line, &line, err);
}

/* Can the file have the cells? */
static vv_status check_cells(fit *f, const fit_row *r, const vv_cell *cells, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < f->target->columns && rc == VV_OK; i++) {
		rc = vv_line_takes(&f->editor, &cells[i], i, err);
	}
	return rc == VV_EINPUT ? vv_prefix(err, "'%s', row %llu", vv_text_shows(f->job->done.path),
					   (unsigned long long)r->place + 1)
			       : rc;
}

/* The new line of a row: the patch's, where the old one is the patch's; else that with the new cells. */
static vv_status change_row(fit *f, const fit_row *r, uint64_t row, vv_error *err)
{
	const vv_dialect *own = &f->target->root.dialect, *a = &f->section->side[0].root.dialect,
			 *b = &f->section->side[1].root.dialect;
	const vv_cell *base, *theirs;
	const char *ours;
	size_t len;
	vv_status rc;

	if ((rc = cells_of(f, r, 0, &base, err)) < 0 ||
	    (rc = cells_of(f, r, 1, &theirs, err)) < 0 ||
	    (rc = check_cells(f, r, theirs, err)) < 0 ||
	    (rc = vv_row_by_number_line(&f->rows, row, &ours, &len, err)) < 0) {
		return rc;
	}
	const size_t body = len - vv_line_end(own, ours, len), was = body_of(a, &r->text[0]);

	vv_buf_reset(&f->text);
	if (f->alike && body == was && memcmp(ours, r->text[0].data, body) == 0) {
		vv_buf_put(&f->text, r->text[1].data, body_of(b, &r->text[1]));
		vv_buf_put(&f->text, ours + body, len - body);
		return add_edit(f, VV_ROW_LINE, row, err);
	}
	for (size_t i = 0; i < f->target->columns; i++) {
		f->changed[i] = !vv_cell_equal(&base[i], &theirs[i]);
	}
	rc = vv_line_edit(&f->editor, &f->text, ours, len, base, theirs, f->changed, NULL, err);
	return rc < 0 ? rc : add_edit(f, VV_ROW_LINE, row, err);
}

/* With the comments above it, where the patch has them; others stay. */
static vv_status remove_row(fit *f, const fit_row *r, uint64_t row, vv_error *err)
{
	const char *ours;
	size_t len;
	vv_status rc = vv_row_by_number_line(&f->rows, row, &ours, &len, err);

	if (rc < 0) return rc;
	const size_t lead = vv_line_lead(&f->target->root.dialect, f->target->columns, ours, len),
		     known = vv_line_lead(&f->section->side[0].root.dialect, f->target->columns,
					  r->text[0].data, r->text[0].len);
	const bool all = f->alike && lead > 0 && lead == known &&
			 memcmp(ours, r->text[0].data, lead) == 0;
	vv_buf_reset(&f->text);
	return add_edit(f, all ? VV_ROW_LINE : VV_ROW_REMOVE, row, err);
}

/* Fits a changed row, a removed row, or one with an added row below it. */
static vv_status fit_old(fit *f, fit_row *r, int64_t *drift, vv_error *err)
{
	const vv_cell *base;
	vv_status rc = cells_of(f, r, 0, &base, err);

	if (rc < 0) return rc;
	const uint64_t near = *drift < 0 && r->place < (uint64_t) - *drift
				      ? 0
				      : r->place + (uint64_t)*drift;
	wanted_row *w = wanted_rows_nearest(&f->ids, hash_row(f, base), near,
					    r->kind != PATCH_KEEP);
	r->found = w ? w->row + 1 : 0;
	if (r->kind == PATCH_KEEP) return VV_OK;
	if (!w) return report_misfit(f, r, "the row", err);
	w->used = true;
	*drift = (int64_t)w->row - (int64_t)r->place;
	return r->kind == PATCH_REMOVE ? remove_row(f, r, w->row, err)
				       : change_row(f, r, w->row, err);
}

/* After the row that it follows: the patch's line, where the file here is written as its files are. */
static vv_status fit_new(fit *f, fit_row *r, vv_error *err)
{
	const fit_row *above = r->anchor > 0 ? &f->list[r->anchor - 1] : NULL;
	const vv_dialect *own = &f->target->root.dialect, *b = &f->section->side[1].root.dialect;
	const vv_cell *theirs;
	size_t len;
	const char *end = vv_dialect_row_end(own, &len);
	vv_status rc;

	if ((rc = cells_of(f, r, 1, &theirs, err)) < 0 ||
	    (rc = check_cells(f, r, theirs, err)) < 0) {
		return rc;
	}
	if (above && above->found == 0) return report_misfit(f, r, "the row above it", err);
	vv_buf_reset(&f->text);
	if (f->alike) {
		vv_buf_put(&f->text, r->text[1].data, body_of(b, &r->text[1]));
		vv_buf_put(&f->text, end, len);
	} else {
		vv_line_new(&f->editor, &f->text, theirs);
	}
	return add_edit(f, VV_ROW_INSERT, above ? above->found : 0, err);
}

/* Rows that go make way before others come. */
static vv_status fit_by_place(fit *f, vv_error *err)
{
	const vv_dialect *own = &f->target->root.dialect;
	vv_dialect like = f->section->side[1].root.dialect; /* borrows */
	int64_t drift = 0;
	vv_status rc;

	like.comment = f->section->side[0].root.dialect.comment;
	f->alike = vv_dialect_same_cells(own, &f->section->side[0].root.dialect) &&
		   vv_dialect_same_cells(own, &like);
	f->editor = (vv_line_editor){.was = own, .schema = &f->target->schema, .is = own};
	f->changed = vv_calloc(f->target->columns + 1, sizeof(*f->changed));
	f->edits = vv_calloc(f->count + 1, sizeof(*f->edits));
	if (!f->changed || !f->edits) return vv_fail_nomem(err);
	vv_random(&f->secret, sizeof(f->secret));
	vv_row_by_number_init(&f->rows, f->target, VV_ROW_GROUPS_MANY, true);
	if ((rc = vv_line_editor_open(&f->editor, err)) < 0 || (rc = find_rows(f, err)) < 0) {
		return rc;
	}
	for (int adds = 0; adds < 2; adds++) {
		for (size_t i = 0; i < f->count && rc == VV_OK; i++) {
			fit_row *r = &f->list[i];
			if ((r->kind == PATCH_ADD) == (adds == 1)) {
				rc = adds ? fit_new(f, r, err) : fit_old(f, r, &drift, err);
			}
		}
	}
	vv_row_edits_sort(f->edits, f->edit_count);
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
		if (!x->misfits) {
			continue;
		}
		if (x->anchor > told && !f->list[x->anchor - 1].misfits) {
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

/* --- a section ------------------------------------------------------------------------------- */

static vv_status give_edited(fit *f, vv_error *err)
{
	vv_patch_done *d = &f->job->done;

	vv_array_each(f->list, f->count, r) {
		d->rows_changed += r->kind == PATCH_CHANGE && !r->misfits;
		d->rows_added += r->kind == PATCH_ADD && !r->misfits;
		d->rows_removed += r->kind == PATCH_REMOVE && !r->misfits;
	}
	d->already = f->edit_count == 0;
	return f->job->opts->check ? VV_OK
				   : vv_rows_edit(f->target, NULL, f->edits, f->edit_count,
						  patch_give, f->job, err);
}

static void fit_clear(fit *f)
{
	close_sides(f);
	vv_row_by_number_close(&f->rows);
	vv_line_editor_close(&f->editor);
	wanted_rows_clear(&f->ids);
	vv_arena_clear(&f->arena);
	vv_free_all(f->list, f->changed, f->edits, f->key);
	vv_buf_clear(&f->text);
}
VV_AUTO_CLEAR(fit, fit_clear)

static vv_status take_key(fit *f, vv_error *err)
{
	const patch_section *s = f->section;

	if (s->identity_count == 0) return VV_OK;
	f->key = vv_calloc(s->identity_count + 1, sizeof(*f->key));
	if (!f->key) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->identity_count; i++) {
		f->key[i] = s->side[0].schema.fields[s->pairs[s->identity[i]].side[0]].name;
	}
	return VV_OK;
}

static vv_status fit_section(fit *f, vv_error *err)
{
	patch_job *j = f->job;
	vv_status rc;

	if ((rc = check_columns(f, err)) < 0 || (rc = take_lines(f, err)) < 0) return rc;
	const uint64_t end = j->lines->buf_at + j->lines->pos, line = j->lines->line + 1;

	if ((rc = open_sides(f, err)) < 0 ||
	    (rc = f->key ? fit_by_key(f, err) : fit_by_place(f, err)) < 0) {
		return rc;
	}
	const bool whole = f->key && f->merge.stats.conflicts > 0;
	if (whole || (f->misfits > 0 && j->opts->mode != VV_PATCH_REJECT)) {
		if (f->misfits == 0 || f->misfits == f->changes) {
			return vv_fail(err, VV_ECONFLICT, "no change of the patch fits '%s'",
				       vv_text_shows(j->done.path));
		}
		return vv_fail(err, VV_ECONFLICT,
			       "%llu of the patch's %llu changes %s not fit '%s'",
			       (unsigned long long)f->misfits, (unsigned long long)f->changes,
			       f->misfits == 1 ? "does" : "do", vv_text_shows(j->done.path));
	}
	j->done.rejected = f->misfits;
	if ((f->misfits > 0 && (rc = fit_reject(f, err)) < 0) ||
	    (rc = f->key ? patch_merge_give(&f->merge, err) : give_edited(f, err)) < 0) {
		return rc;
	}
	return patch_lines_seek(j->lines, end, line, err);
}

/* Through the version that the patch was made from; *done false: it is missing here, or the rows alone may fit. */
static vv_status fit_whole(patch_job *j, bool *done, vv_error *err)
{
	vv_auto(patch_merge) m = {0};
	vv_status rc;

	if ((rc = patch_merge_open(&m, j, err)) < 0 || (rc = patch_merge_whole(&m, err)) < 0 ||
	    !m.base_open || (rc = patch_merge_run(&m, err)) < 0) {
		return rc;
	}
	if (m.stats.conflicts > 0) {
		return vv_fail(err, VV_ECONFLICT, "the patch does not fit '%s'",
			       vv_text_shows(j->done.path));
	}
	*done = true;
	return patch_merge_give(&m, err);
}

vv_status patch_fit_run(patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const bool same_form = vv_dialect_equal(&s->side[0].root.dialect, &s->side[1].root.dialect),
		   rows_only = s->same_columns && same_form;
	vv_auto(fit) f = {.job = j, .section = s, .target = j->target};
	bool done = false;
	vv_status rc = take_key(&f, err);

	if (rc == VV_OK && !s->partial &&
	    (!rows_only || (f.key && j->opts->mode != VV_PATCH_REJECT))) {
		rc = fit_whole(j, &done, err);
	}
	if (rc < 0 || done) return rc;
	if (!s->same_columns) {
		return vv_fail(
			err, VV_ECONFLICT,
			"'%s': the patch changes columns, and the version that it was made from is "
			"missing here\nfetch that version from another repository",
			vv_text_shows(j->done.path));
	}
	j->done.form_left = !same_form && !f.key;
	return fit_section(&f, err);
}
