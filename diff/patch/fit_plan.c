/*
 * fit_plan: knows how a patch's columns lie over those of another version of its table, and which
 * cells tell which row is which.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/fit_internal.h"

/* Which cells tell rows apart: those of the key, or all that the target can have. */
static vv_status plan_identity(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	bool keyed = s->identity_count > 0;
	size_t most = keyed ? s->identity_count : s->side[0].schema.count;
	f->known_by = vv_calloc(most + 1, sizeof(*f->known_by));
	if (!f->known_by) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < most; i++) {
		size_t pair = keyed ? s->identity[i] : patch_pair_of(s, 0, i);
		if (f->target_of[pair] >= 0) {
			f->known_by[f->known_count++] = pair;
		} else if (keyed) {
			const char *name = s->side[0].schema.fields[s->pairs[pair].side[0]].name;
			return patch_misfit_text(f->job, NULL, name, "a column of the key", NULL,
						 err);
		}
	}
	return VV_OK;
}

vv_hash128 fit_hash_cells(fit *f, const vv_cell *cells)
{
	vv_buf_reset(&f->text);
	for (size_t i = 0; i < f->known_count; i++) {
		vv_buf_put_varint(&f->text, cells[i].len);
		vv_buf_putc(&f->text, cells[i].state);
		vv_buf_put(&f->text, cells[i].text, cells[i].len);
	}
	return vv_xxh3_128(vv_buf_cstr(&f->text), f->text.len, 0);
}

vv_hash128 fit_hash_target(fit *f, const vv_cell *cells)
{
	for (size_t i = 0; i < f->known_count; i++) {
		f->identity[i] = cells[f->target_of[f->known_by[i]]];
	}
	return fit_hash_cells(f, f->identity);
}

vv_hash128 fit_hash_whole(fit *f, int side, const vv_cell *cells)
{
	for (size_t i = 0; i < f->known_count; i++) {
		long at = f->section->pairs[f->known_by[i]].side[side];
		f->identity[i] = at >= 0 ? cells[at] : (vv_cell){.state = VV_CELL_ABSENT};
	}
	return fit_hash_cells(f, f->identity);
}

void fit_identity_of(fit *f, const patch_op *op)
{
	const patch_section *s = f->section;
	for (size_t i = 0; i < f->known_count; i++) {
		size_t pair = f->known_by[i];
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

vv_hash128 fit_hash_known(fit *f, const patch_op *op)
{
	fit_identity_of(f, op);
	return fit_hash_cells(f, f->identity);
}

bool fit_hash_becomes(fit *f, const patch_op *op, vv_hash128 *out)
{
	bool other = false;
	fit_identity_of(f, op);
	for (size_t i = 0; f->section->identity_count > 0 && i < f->known_count; i++) {
		for (size_t k = 0; k < op->cell_count; k++) {
			const patch_cell *c = &op->cells[k];
			if (c->pair == f->known_by[i] &&
			    !vv_cell_equal(&f->identity[i], &c->side[1])) {
				f->identity[i] = c->side[1];
				other = true;
			}
		}
	}
	*out = fit_hash_cells(f, f->identity);
	return other;
}

vv_hash128 fit_hash_after(fit *f, const patch_op *op)
{
	const patch_section *s = f->section;
	for (size_t i = 0; i < f->known_count; i++) {
		long at = s->identity_count > 0 ? (long)i : s->pairs[f->known_by[i]].side[0];
		f->identity[i] = op->after[at];
	}
	return fit_hash_cells(f, f->identity);
}

void fit_row_name(fit *f, vv_buf *out, const vv_cell *identity, uint64_t place)
{
	vv_buf_reset(out);
	if (f->section->identity_count == 0) {
		vv_buf_printf(out, "row %llu", (unsigned long long)place + 1);
		return;
	}
	vv_buf_puts(out, "row ");
	for (size_t i = 0; i < f->section->identity_count; i++) {
		const patch_pair *p = &f->section->pairs[f->known_by[i]];
		vv_buf_puts(out, i > 0 ? ", " : "");
		vv_text_put_cut(out, f->section->side[0].schema.fields[p->side[0]].name,
				f->section->side[0].schema.fields[p->side[0]].name_len, 40);
		vv_buf_putc(out, '=');
		vv_text_put_cut(out, identity[i].text ? identity[i].text : "", identity[i].len, 60);
	}
}

/* The patch changes no columns: it may lie over a table that has others besides. */
static vv_status plan_same(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_table *t = f->job->target;
	vv_status told = VV_OK;
	f->columns = t->columns;
	f->schema = &t->schema;
	for (size_t i = 0; i < s->pair_count; i++) {
		const vv_field *field = &s->side[0].schema.fields[s->pairs[i].side[0]];
		long at = vv_schema_find(&t->schema, field->name, field->name_len);
		if (at < 0) {
			vv_status rc = patch_misfit_text(f->job, NULL, field->name, "a column",
							 NULL, err);
			if (rc != VV_ECONFLICT) {
				return rc;
			}
			told = rc;
		}
		f->target_of[i] = f->result_of[i] = at;
	}
	for (size_t i = 0; i < f->columns; i++) {
		f->kept[i] = (long)i;
	}
	f->as = t->root;
	return told;
}

static bool has_columns(const vv_table *t, const vv_schema *s)
{
	bool same = t->columns == s->count;
	for (size_t i = 0; same && i < s->count; i++) {
		same = strcmp(t->schema.fields[i].name, s->fields[i].name) == 0;
	}
	return same;
}

/* What --reject left of a patch that changes columns, while these were changed. */
static void plan_rest(fit *f)
{
	const patch_section *s = f->section;
	const vv_table *t = f->job->target;
	f->over_new = true;
	f->columns = t->columns;
	f->schema = &t->schema;
	f->as = t->root;
	for (size_t i = 0; i < s->pair_count; i++) {
		f->target_of[i] = f->result_of[i] = s->pairs[i].side[1];
	}
	for (size_t i = 0; i < f->columns; i++) {
		f->kept[i] = (long)i;
	}
}

/* It changes columns: they must be those of its old version. */
static vv_status plan_changed(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_table *t = f->job->target;
	const vv_schema *a = &s->side[0].schema, *b = &s->side[1].schema;
	for (size_t i = 0; i < a->count || i < t->columns; i++) {
		const char *expected = i < a->count ? a->fields[i].name : NULL,
			   *found = i < t->columns ? t->schema.fields[i].name : NULL;
		if (!expected || !found || strcmp(expected, found) != 0) {
			char where[32];
			snprintf(where, sizeof(where), "number %zu", i + 1);
			return patch_misfit_text(f->job, NULL, where,
						 expected ? expected : "no more columns", found,
						 err);
		}
	}
	for (size_t i = 0; i < b->count; i++) {
		f->kept[i] = -1;
	}
	for (size_t i = 0; i < s->pair_count; i++) {
		f->target_of[i] = s->pairs[i].side[0];
		f->result_of[i] = s->pairs[i].side[1];
		if (f->result_of[i] >= 0) {
			f->kept[f->result_of[i]] = f->target_of[i];
		}
	}
	f->columns = b->count;
	f->schema = b;
	f->as = s->side[1].root;
	return VV_OK;
}

vv_status fit_plan(fit *f, vv_error *err)
{
	const patch_section *s = f->section;
	const vv_table *t = f->job->target;
	const vv_dialect *a = &s->side[0].root.dialect, *b = &s->side[1].root.dialect,
			 *own = &t->root.dialect;
	size_t most = t->columns > s->side[1].schema.count ? t->columns : s->side[1].schema.count;
	vv_status rc;
	f->target_of = vv_calloc(s->pair_count + 1, sizeof(*f->target_of));
	f->result_of = vv_calloc(s->pair_count + 1, sizeof(*f->result_of));
	f->kept = vv_calloc(most + 1, sizeof(*f->kept));
	f->cells = vv_calloc(most + 1, sizeof(*f->cells));
	f->identity = vv_calloc(s->pair_count + 1, sizeof(*f->identity));
	if (!f->target_of || !f->result_of || !f->kept || !f->cells || !f->identity) {
		return vv_fail_nomem(err);
	}
	if ((own->form == VV_FORM_CSV) != (a->form == VV_FORM_CSV)) {
		return patch_misfit_text(
			f->job, NULL, NULL, a->form == VV_FORM_CSV ? "a CSV table" : "a JSON table",
			own->form == VV_FORM_CSV ? "a CSV table" : "a JSON table", err);
	}
	if (!s->same_columns && s->partial && has_columns(t, &s->side[1].schema)) {
		plan_rest(f);
	} else if ((rc = s->same_columns ? plan_same(f, err) : plan_changed(f, err)) < 0) {
		return rc;
	}
	if ((rc = plan_identity(f, err)) < 0) {
		return rc;
	}
	if (f->over_new) {
		f->new_form = vv_dialect_equal(own, b);
		f->job->done.form_left = !f->new_form && !vv_dialect_equal(a, b);
		return VV_OK;
	}
	bool as_old = vv_dialect_equal(own, a) && t->columns == s->side[0].schema.count;
	if (!s->same_columns && !as_old) {
		return patch_misfit_text(f->job, NULL, NULL,
					 "the header line and form of the patch's old version",
					 "another form", err);
	}
	if (s->same_columns && as_old) {
		f->as.dialect = *b;
	}
	f->new_form = as_old || vv_dialect_equal(own, b);
	f->job->done.form_left = !f->new_form && !vv_dialect_equal(a, b);
	return VV_OK;
}
