/*
 * line_fit: who changed which part of a line.
 */
#include "diff/patch/line_fit.h"

#include <string.h>

#include "base/sys.h"

typedef struct span {
	const char *text; /* NULL: there is none */
	size_t len;
} span;

static bool is_raw(const patch_form *f)
{
	return f->irregular && f->kind == VV_QUIRK_RAW;
}

static bool spans_equal(span a, span b)
{
	return !a.text == !b.text && a.len == b.len &&
	       (a.len == 0 || memcmp(a.text, b.text, a.len) == 0);
}

static const vv_dialect *dialect_of(const patch_line_fit *l, int side)
{
	return &l->section->side[side].root.dialect;
}

static span lead_of(const vv_dialect *d, size_t columns, const patch_form *f)
{
	return is_raw(f) ? (span){f->raw, vv_line_lead(d, columns, f->raw, f->raw_len)}
			 : (span){"", 0};
}

static span end_of(const vv_dialect *d, const patch_form *f)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	size_t len;

	if (is_raw(f)) {
		len = vv_line_end(d, f->raw, f->raw_len);
		return (span){f->raw + f->raw_len - len, len};
	}
	if (f->irregular) return (span){ends[f->kind], strlen(ends[f->kind])};
	const char *end = vv_dialect_row_end(d, &len);
	return (span){end, len};
}

/* What the patch made of `base` is taken where that is what is here. */
static span merge(span base, span theirs, span ours)
{
	return spans_equal(base, ours) ? theirs : ours;
}

bool patch_line_conflict(const patch_line_fit *l, const patch_row *row, const patch_op *op)
{
	if (!op->has_form || !l->on->new_form) return false;
	const span base = lead_of(dialect_of(l, 0), l->section->side[0].schema.count, &op->form[0]),
		   theirs = lead_of(dialect_of(l, 1), l->section->side[1].schema.count,
				    &op->form[1]),
		   ours = lead_of(&l->target->root.dialect, l->target->columns, &row->form);

	return !spans_equal(base, theirs) && !spans_equal(base, ours) && !spans_equal(theirs, ours);
}

size_t patch_line_rest(const patch_line_fit *l, const patch_row *row, const patch_op *op)
{
	static const patch_form regular = {0};
	const span ours = lead_of(&l->target->root.dialect, l->target->columns, &row->form);
	const span base = lead_of(dialect_of(l, 0), l->section->side[0].schema.count,
				  op->has_form ? &op->form[0] : &regular);

	return spans_equal(base, ours) ? 0 : ours.len;
}

/* ---- cells ---- */

/* The change of the pair that the op has; NULL: none. */
static const patch_cell *change_of(const patch_op *op, size_t pair)
{
	for (size_t i = 0; op && i < op->cell_count; i++) {
		if (op->cells[i].pair == pair) return &op->cells[i];
	}
	return NULL;
}

static span part_text(const vv_line_parts *p, const char *line, long column)
{
	const vv_line_part *part = column < 0 ? NULL : vv_line_part_of(p, (size_t)column);

	return part ? (span){line + part->from, part->to - part->from} : (span){NULL, 0};
}

/* The cell as its column's habit has it, in the arena. */
static vv_status regular_text(patch_line_fit *l, span *out, int side, long column,
			      const vv_cell *cell, vv_error *err)
{
	*out = (span){NULL, 0};
	if (column < 0 || cell->state == VV_CELL_ABSENT) return VV_OK;
	vv_buf_reset(&l->edited);
	vv_line_cell_put(&l->edited, dialect_of(l, side), cell, (size_t)column,
			 l->section->side[side].schema.count);
	char *text = vv_arena_alloc(&l->arena, l->edited.len + 1);
	if (!text || l->edited.failed) return vv_fail_nomem(err);
	memcpy(text, vv_buf_cstr(&l->edited), l->edited.len + 1);
	*out = (span){text, l->edited.len};
	return VV_OK;
}

/* Is a cell of the patch's new line what the row is to have? */
static vv_status says(patch_line_fit *l, bool *out, span text, const vv_cell *cell, vv_error *err)
{
	vv_cell read = {.state = VV_CELL_ABSENT};
	vv_status rc = text.text ? vv_line_cell_read(&read, &l->arena, dialect_of(l, 1), text.text,
						     text.len, err)
				 : VV_OK;

	*out = rc == VV_OK && vv_cell_equal(&read, cell);
	return rc;
}

/* How the patch spells the cell now, where here it is spelled as the patch's old version had it. */
static vv_status merge_cell(patch_line_fit *l, size_t i, span ours, const vv_cell *cell,
			    const patch_op *op, vv_error *err)
{
	const size_t pair = l->pair_of[i];
	const patch_pair *p = pair == VV_LINE_NONE ? NULL : &l->section->pairs[pair];
	const patch_cell *change = change_of(op, pair);
	span base, theirs;
	bool same;
	vv_status rc = VV_OK;

	if (!p) return VV_OK;
	if (is_raw(&op->form[0])) {
		base = part_text(&l->base, op->form[0].raw, p->side[0]);
	} else if ((rc = regular_text(l, &base, 0, p->side[0], change ? &change->side[0] : cell,
				      err)) < 0) {
		return rc;
	}
	if (!spans_equal(base, ours)) return VV_OK;
	if (!is_raw(&op->form[1])) {
		rc = regular_text(l, &theirs, 1, p->side[1], cell, err);
		same = true;
	} else {
		theirs = part_text(&l->theirs, op->form[1].raw, p->side[1]);
		rc = says(l, &same, theirs, cell, err);
	}
	if (rc == VV_OK && same && theirs.text && !spans_equal(theirs, ours)) {
		l->spelled[i] = (vv_bytes){(char *)(uintptr_t)theirs.text, theirs.len};
	}
	return rc;
}

/* ---- lines ---- */

/* Is the line here that of the patch's old version, and says its new one all that the row is to have? */
static vv_status takes_whole(patch_line_fit *l, bool *out, const patch_row *row,
			     const vv_cell *cells, const patch_op *op, vv_error *err)
{
	const patch_form *base = &op->form[0], *ours = &row->form;
	const size_t end = is_raw(ours)
				   ? vv_line_end(&l->target->root.dialect, ours->raw, ours->raw_len)
				   : 0;
	const size_t base_end = is_raw(base)
					? vv_line_end(dialect_of(l, 0), base->raw, base->raw_len)
					: 0;
	vv_status rc = VV_OK;

	*out = is_raw(base) == is_raw(ours) &&
	       (!is_raw(base) ? l->as_old && base->irregular == ours->irregular &&
					(!base->irregular || base->kind == ours->kind)
			      : spans_equal((span){base->raw, base->raw_len - base_end},
					    (span){ours->raw, ours->raw_len - end}));
	for (size_t i = 0; *out && rc == VV_OK && i < l->on->columns && is_raw(&op->form[1]); i++) {
		const size_t pair = l->pair_of[i];

		*out = pair != VV_LINE_NONE;
		if (*out) {
			rc = says(l, out,
				  part_text(&l->theirs, op->form[1].raw,
					    l->section->pairs[pair].side[1]),
				  &cells[i], err);
		}
	}
	return rc;
}

static void put_ours(patch_line_fit *l, const patch_row *row)
{
	vv_buf_reset(&l->line);
	if (is_raw(&row->form)) {
		vv_buf_put(&l->line, row->form.raw, row->form.raw_len);
	} else {
		patch_writer_row(&l->own, &l->line, row->cells, &row->form, false);
	}
}

/* The line here with what the patch changes; its form is merged, where it is the op's. */
static vv_status edit(patch_line_fit *l, vv_buf *out, const patch_row *row, bool last,
		      const vv_cell *cells, const patch_op *op, bool form, vv_error *err)
{
	const vv_dialect *own = &l->target->root.dialect;
	vv_auto(vv_line_parts) ours = {0};
	vv_status rc;

	put_ours(l, row);
	const char *line = vv_buf_cstr(&l->line);
	span lead = {line, vv_line_lead(own, l->target->columns, line, l->line.len)};
	const size_t end_len = vv_line_end(own, line, l->line.len);
	span end = {line + l->line.len - end_len, end_len};
	if ((rc = vv_buf_ok(&l->line, err)) < 0 ||
	    (rc = vv_line_parts_read(&ours, own, &l->target->schema, line, l->line.len, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < l->on->columns; i++) {
		const long here = l->on->kept[i];

		l->spelled[i] = (vv_bytes){0};
		l->changed[i] = change_of(op, l->pair_of[i]) != NULL;
		if (form &&
		    (rc = merge_cell(l, i, part_text(&ours, line, here), &cells[i], op, err)) < 0) {
			return rc;
		}
	}
	vv_buf_reset(&l->edited);
	if ((rc = vv_line_edit(&l->editor, &l->edited, line, l->line.len, row->cells, cells,
			       l->changed, l->spelled, err)) < 0) {
		return rc;
	}
	const span middle = {l->edited.data + lead.len, l->edited.len - lead.len - end_len};
	if (form) {
		lead = merge(
			lead_of(dialect_of(l, 0), l->section->side[0].schema.count, &op->form[0]),
			lead_of(dialect_of(l, 1), l->section->side[1].schema.count, &op->form[1]),
			lead);
		end = merge(end_of(dialect_of(l, 0), &op->form[0]),
			    end_of(dialect_of(l, 1), &op->form[1]), end);
	}
	vv_buf_put(out, lead.text, lead.len);
	vv_buf_put(out, middle.text, middle.len);
	if (!last || row->form.irregular || l->on->as.dialect.final_newline) {
		vv_buf_put(out, end.text, end.len);
	}
	return vv_buf_ok(out, err);
}

static vv_status read_form(patch_line_fit *l, vv_line_parts *out, int side, const patch_form *f,
			   vv_error *err)
{
	return is_raw(f)
		       ? vv_line_parts_read(out, dialect_of(l, side),
					    &l->section->side[side].schema, f->raw, f->raw_len, err)
		       : VV_OK;
}

vv_status patch_line_make(patch_line_fit *l, vv_buf *out, const patch_row *row, bool last,
			  const vv_cell *cells, const patch_op *op, vv_error *err)
{
	const bool form = op && op->has_form && l->on->new_form;
	bool whole = false;
	vv_status rc;

	vv_arena_reset(&l->arena);
	if (form && ((rc = read_form(l, &l->base, 0, &op->form[0], err)) < 0 ||
		     (rc = read_form(l, &l->theirs, 1, &op->form[1], err)) < 0 ||
		     (rc = takes_whole(l, &whole, row, cells, op, err)) < 0)) {
		return rc;
	}
	if (whole || (!form && !is_raw(&row->form))) {
		patch_writer_row(&l->made, out, cells, whole ? &op->form[1] : &row->form, last);
		return vv_buf_ok(out, err);
	}
	if (!form && l->same && (!op || op->cell_count == 0)) {
		vv_buf_put(out, row->form.raw, row->form.raw_len);
		return vv_buf_ok(out, err);
	}
	return edit(l, out, row, last, cells, op, form, err);
}

/* ---- */

static vv_status make_maps(patch_line_fit *l, vv_error *err)
{
	const patch_columns *on = l->on;
	const size_t n = on->columns;

	l->names = vv_calloc(n + 1, sizeof(*l->names));
	l->from = vv_calloc(n + 1, sizeof(*l->from));
	l->pair_of = vv_calloc(n + 1, sizeof(*l->pair_of));
	l->changed = vv_calloc(n + 1, sizeof(*l->changed));
	l->spelled = vv_calloc(n + 1, sizeof(*l->spelled));
	if (!l->names || !l->from || !l->pair_of || !l->changed || !l->spelled) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		l->names[i] = on->schema->fields[i].name;
		l->from[i] = on->kept[i] < 0 ? VV_LINE_NONE : (size_t)on->kept[i];
		l->pair_of[i] = VV_LINE_NONE;
	}
	for (size_t k = 0; k < l->section->pair_count; k++) {
		if (on->result_of[k] >= 0) {
			l->pair_of[on->result_of[k]] = k;
		}
	}
	return VV_OK;
}

vv_status patch_line_fit_open(patch_line_fit *l, const patch_section *s, const patch_columns *on,
			      const vv_table *target, vv_error *err)
{
	const vv_dialect *own = &target->root.dialect;
	vv_status rc;

	*l = (patch_line_fit){.section = s, .on = on, .target = target};
	l->same = on->schema == &target->schema && vv_dialect_same_cells(own, &on->as.dialect);
	l->as_old = vv_dialect_equal(own, dialect_of(l, 0));
	if ((rc = make_maps(l, err)) < 0 ||
	    (rc = patch_writer_open(&l->own, own, &target->schema, err)) < 0 ||
	    (rc = patch_writer_open(&l->made, &on->as.dialect, on->schema, err)) < 0) {
		return rc;
	}
	l->editor = (vv_line_editor){.was = own,
				     .schema = &target->schema,
				     .is = &on->as.dialect,
				     .names = l->names,
				     .from = l->from,
				     .columns = on->columns};
	return vv_line_editor_open(&l->editor, err);
}

void patch_line_fit_close(patch_line_fit *l)
{
	patch_writer_close(&l->own);
	patch_writer_close(&l->made);
	vv_line_editor_close(&l->editor);
	vv_line_parts_clear(&l->base);
	vv_line_parts_clear(&l->theirs);
	vv_arena_clear(&l->arena);
	vv_buf_clear(&l->line);
	vv_buf_clear(&l->edited);
	vv_free(l->names);
	vv_free(l->from);
	vv_free(l->pair_of);
	vv_free(l->changed);
	vv_free(l->spelled);
}
