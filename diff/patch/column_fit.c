/*
 * column_fit: a patch that changes no columns may lie over a table with others besides; one
 * that does wants the columns of its old version, or, as a rest, those of its new one.
 */
#include "diff/patch/column_fit.h"

#include <stdio.h>
#include <string.h>

#include "base/sys.h"

/* Which cells tell rows apart: those of the key, or all that the target can have. */
static vv_status plan_identity(patch_columns *c, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	bool keyed = s->identity_count > 0;
	size_t most = keyed ? s->identity_count : s->side[0].schema.count;
	c->known_by = vv_calloc(most + 1, sizeof(*c->known_by));
	if (!c->known_by) return vv_fail_nomem(err);
	for (size_t i = 0; i < most; i++) {
		size_t pair = keyed ? s->identity[i] : patch_pair_of(s, 0, i);
		if (c->target_of[pair] >= 0) {
			c->known_by[c->known_count++] = pair;
		} else if (keyed) {
			const char *name = s->side[0].schema.fields[s->pairs[pair].side[0]].name;
			return patch_misfit_text(j, NULL, name, "a column of the key", NULL, err);
		}
	}
	return VV_OK;
}

/* The patch changes no columns: it may lie over a table that has others besides. */
static vv_status plan_same(patch_columns *c, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_table *t = j->target;
	vv_status told = VV_OK;
	c->columns = t->columns;
	c->schema = &t->schema;
	for (size_t i = 0; i < s->pair_count; i++) {
		const vv_field *field = &s->side[0].schema.fields[s->pairs[i].side[0]];
		long at = vv_schema_find(&t->schema, field->name, field->name_len);
		if (at < 0) {
			vv_status rc = patch_misfit_text(j, NULL, field->name, "a column", NULL,
							 err);
			if (rc != VV_ECONFLICT) return rc;
			told = rc;
		}
		c->target_of[i] = c->result_of[i] = at;
	}
	for (size_t i = 0; i < c->columns; i++) {
		c->kept[i] = (long)i;
	}
	c->as = t->root;
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
static void plan_rest(patch_columns *c, const patch_job *j)
{
	const patch_section *s = j->section;
	const vv_table *t = j->target;
	c->over_new = true;
	c->columns = t->columns;
	c->schema = &t->schema;
	c->as = t->root;
	for (size_t i = 0; i < s->pair_count; i++) {
		c->target_of[i] = c->result_of[i] = s->pairs[i].side[1];
	}
	for (size_t i = 0; i < c->columns; i++) {
		c->kept[i] = (long)i;
	}
}

/* It changes columns: they must be those of its old version. */
static vv_status plan_changed(patch_columns *c, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_table *t = j->target;
	const vv_schema *a = &s->side[0].schema, *b = &s->side[1].schema;
	for (size_t i = 0; i < a->count || i < t->columns; i++) {
		const char *expected = i < a->count ? a->fields[i].name : NULL,
			   *found = i < t->columns ? t->schema.fields[i].name : NULL;
		if (!expected || !found || strcmp(expected, found) != 0) {
			char where[32];
			snprintf(where, sizeof(where), "number %zu", i + 1);
			return patch_misfit_text(j, NULL, where,
						 expected ? expected : "no more columns", found,
						 err);
		}
	}
	for (size_t i = 0; i < b->count; i++) {
		c->kept[i] = -1;
	}
	for (size_t i = 0; i < s->pair_count; i++) {
		c->target_of[i] = s->pairs[i].side[0];
		c->result_of[i] = s->pairs[i].side[1];
		if (c->result_of[i] >= 0) {
			c->kept[c->result_of[i]] = c->target_of[i];
		}
	}
	c->columns = b->count;
	c->schema = b;
	c->as = s->side[1].root;
	return VV_OK;
}

vv_status patch_columns_fit(patch_columns *c, patch_job *j, vv_error *err)
{
	const patch_section *s = j->section;
	const vv_table *t = j->target;
	const vv_dialect *a = &s->side[0].root.dialect, *b = &s->side[1].root.dialect,
			 *own = &t->root.dialect;
	size_t most = t->columns > s->side[1].schema.count ? t->columns : s->side[1].schema.count;
	vv_status rc;
	c->target_of = vv_calloc(s->pair_count + 1, sizeof(*c->target_of));
	c->result_of = vv_calloc(s->pair_count + 1, sizeof(*c->result_of));
	c->kept = vv_calloc(most + 1, sizeof(*c->kept));
	if (!c->target_of || !c->result_of || !c->kept) return vv_fail_nomem(err);
	if ((own->form == VV_FORM_CSV) != (a->form == VV_FORM_CSV)) {
		return patch_misfit_text(
			j, NULL, NULL, a->form == VV_FORM_CSV ? "a CSV table" : "a JSON table",
			own->form == VV_FORM_CSV ? "a CSV table" : "a JSON table", err);
	}
	if (!s->same_columns && s->partial && has_columns(t, &s->side[1].schema)) {
		plan_rest(c, j);
	} else if ((rc = s->same_columns ? plan_same(c, j, err) : plan_changed(c, j, err)) < 0) {
		return rc;
	}
	if ((rc = plan_identity(c, j, err)) < 0) return rc;
	if (c->over_new) {
		c->new_form = vv_dialect_equal(own, b);
		j->done.form_left = !c->new_form && !vv_dialect_equal(a, b);
		return VV_OK;
	}
	bool as_old = vv_dialect_equal(own, a) && t->columns == s->side[0].schema.count;
	if (!s->same_columns && !as_old) {
		return patch_misfit_text(j, NULL, NULL,
					 "the header line and form of the patch's old version",
					 "another form", err);
	}
	if (s->same_columns && as_old) {
		c->as.dialect = *b;
	}
	c->new_form = as_old || vv_dialect_equal(own, b);
	j->done.form_left = !c->new_form && !vv_dialect_equal(a, b);
	return VV_OK;
}

void patch_columns_clear(patch_columns *c)
{
	vv_free(c->target_of);
	vv_free(c->result_of);
	vv_free(c->kept);
	vv_free(c->known_by);
}
