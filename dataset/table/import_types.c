/*
 * import_types: checks whether the types found in the previous version are still valid: a value that contradicts one, or values
 * in a formerly empty column, make it inferred again from all rows.
 */
#include "dataset/table/import_state.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/names.h"
#include "dataset/table/column_infer.h"
#include "dataset/table/import_options.h"
#include "dataset/table/old_groups.h"
#include "dataset/table/table.h"

#define FEW_ROWS 50u

vv_infer import_verdict(const import *im, size_t column)
{
	vv_infer all;

	vv_infer_init(&all);
	all.json = vv_form_is_typed(im->dialect.form);
	vv_array_each(im->workers, im->worker_count, worker) {
		if (column < worker->infer_count) {
			vv_infer_merge(&all, &worker->infer[column]);
		}
	}
	return all;
}

const vv_field *import_field_before(const import *im, size_t column)
{
	const long same = column < im->field_count ? im->fields[column] : -1,
		   at = same < 0 && column < im->field_count ? im->renamed_from[column] : same;

	return at >= 0 ? &im->parent_schema.fields[at] : NULL;
}

bool import_types_give_way(const import *im)
{
	const vv_root *p = im->opts->parent;

	return p && p->kind == VV_KIND_TABLE && !im->opts->schema && !im->opts->as;
}

/* A declared key stays as it is: 1.1 and 1.10 are one number and two texts. */
static bool is_in_declared_key(const vv_root *p, const vv_field *f)
{
	return (p->key_source == VV_KEY_DECLARED || p->key_source == VV_KEY_PACKAGE) &&
	       vv_array_find(p->key, p->key_count, name, strcmp(*name, f->name) == 0);
}

static bool is_open(const import *im, const vv_field *f)
{
	return f->type == VV_TYPE_ANY ||
	       (f->type == VV_TYPE_STRING && strcmp(f->format, "default") == 0 &&
		!is_in_declared_key(im->opts->parent, f));
}

bool import_types_may_narrow(const import *im)
{
	return import_types_give_way(im) &&
	       (im->opts->find_types ||
		vv_array_find(im->parent_schema.fields, im->parent_schema.count, it,
			      is_open(im, it) || it->type == VV_TYPE_NUMBER));
}

vv_import_finding *import_find_misfit(const import *im, size_t column)
{
	return vv_array_find(im->out->findings, im->out->finding_count, f, f->column == column);
}

/* Do the values of groups that were reused unread have the type, too? Without their blocks: no. */
static vv_status is_narrow_unread(const import *im, const vv_field *f, vv_infer all, bool *out,
				  vv_error *err)
{
	const size_t column = (size_t)(f - im->parent_schema.fields);
	vv_table t = {
		.source = *im->sink, .root = *im->opts->parent, .columns = im->parent_schema.count};

	if (!im->old || im->opts->known || im->out->groups_reused == 0) return VV_OK;
	const vv_status rc = vv_column_infer(&all, &t, column, old_groups_reused(im->old), err);
	const vv_type now = vv_infer_type_named(&all, f->name, f->name_len, NULL);
	*out = rc == VV_OK && now != VV_TYPE_ANY && now != f->type;
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_ECANCELLED, err);
}

/* May the string that no value contradicts be narrower? */
static vv_status does_string_narrow(const import *im, const vv_field *f, const vv_infer *all,
				    bool *out, vv_error *err)
{
	const vv_root *p = im->opts->parent;
	const size_t column = (size_t)(f - im->parent_schema.fields);
	vv_table before = {.source = *im->sink, .root = *p, .columns = im->parent_schema.count};
	vv_type was;

	if (im->opts->narrows) {
		*out = im->opts->narrows[column];
		return VV_OK;
	}
	vv_status rc = im->opts->find_types ? VV_OK : is_narrow_unread(im, f, *all, out, err);

	if (rc < 0 || !*out) return rc;
	if ((rc = vv_column_type(&was, &before, column, f, err)) < 0) return rc;
	*out = was == f->type || was == VV_TYPE_ANY;
	im->out->types_kept |= !*out;
	return VV_OK;
}

/* So few values are typing errors and no reason to change the type of all others; but leading zeros are intended. All rows
 * were read, so that the answer does not depend on a cache. */
static bool is_slip(const import *im, const vv_import_finding *m)
{
	return im->rows > FEW_ROWS && m->count * 100 <= im->rows && !m->code;
}

vv_status import_type_outdated(const import *im, size_t column, const vv_field *f, bool *outdated,
			       vv_error *err)
{
	const vv_infer all = import_verdict(im, column);
	const vv_type now = vv_infer_type_named(&all, im->names[column], im->name_lens[column],
						NULL);

	const vv_import_finding *m = import_find_misfit(im, column);
	vv_number_marks marks;

	*outdated = false;
	if (!import_types_give_way(im) || !vv_field_is_found(f)) return VV_OK;
	if (m) {
		*outdated = !(im->opts->find_types && now == VV_TYPE_STRING && is_slip(im, m) &&
			      vv_infer_marks(&marks, &all, false) == VV_MARKS_NONE);
		return VV_OK;
	}
	*outdated = is_open(im, f) && now != VV_TYPE_ANY && now != f->type;
	im->out->types_kept |= f->type == VV_TYPE_NUMBER && now == VV_TYPE_INTEGER;
	return *outdated && f->type == VV_TYPE_STRING
		       ? does_string_narrow(im, f, &all, outdated, err)
		       : VV_OK;
}

void import_drop_misfit(import *im, size_t column)
{
	vv_import_finding *m = import_find_misfit(im, column);

	if (m) {
		vv_free(m->value);
		*m = im->out->findings[--im->out->finding_count];
	}
}

/* "zip: '02116' in line 7 has a leading zero: now string" */
void import_tell_type(import *im, const vv_new_field *now, size_t column, const vv_field *was)
{
	const vv_import_finding *m = import_find_misfit(im, column);
	const char *type = vv_type_name(now->type), *before = vv_type_name(was->type);
	vv_buf *out = &im->out->warnings;

	/* of no consequence, or only written in another way */
	if ((was->type == VV_TYPE_ANY && now->type == VV_TYPE_STRING) ||
	    (now->type == was->type && !now->missing)) {
		return;
	}
	vv_buf_printf(out, "%s: ", vv_text_name(now->name, now->name_len));
	if (m) {
		uint64_t at = m->row + 1;
		const bool line = im->source->line &&
				  im->source->line(im->source->payload, m->offset, &at,
						   VV_IGNORED) == VV_OK;

		vv_buf_printf(out, "'%s' in %s %s ", vv_text_shows(m->value), line ? "line" : "row",
			      vv_text_count(at));
		if (now->type == was->type) {
			vv_buf_puts(out, "is now a missing value\n");
			return;
		}
		if (vv_field_is_code(was, m->value, strlen(m->value))) {
			vv_buf_puts(out, "has a leading zero");
		} else {
			vv_buf_printf(out, "is not %s %s", strchr("aeiou", *before) ? "an" : "a",
				      before);
		}
	} else if (was->type == VV_TYPE_ANY) {
		vv_buf_puts(out, "has values");
	} else {
		vv_buf_printf(out, "all values are %s", type);
	}
	vv_buf_printf(out, ": now %s\n", type);
}
