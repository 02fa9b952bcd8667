/*
 * long_rows: counts the cells of rows that a table's reader refuses.
 */
#include "lib/names/long_rows.h"

#include <string.h>

#include "base/array.h"
#include "dataset/format/form.h"
#include "dataset/read/ragged.h"
#include "lib/names/version.h"

/* VV_EINPUT: it is not a table whose header names the columns of most rows. */
static vv_status read_long_rows(vv_long_rows *out, const vv_subject *s, const vv_sniff_hints *hints,
				vv_error *err)
{
	vv_auto(vv_subject_source) from = VV_SUBJECT_SOURCE_INIT;
	vv_auto(vv_ragged) g = {0};
	vv_ragged_row row;
	uint64_t rows = 0, longer = 0;
	int more;
	vv_status rc = vv_subject_source_open(&from, s, err);

	if (rc == VV_OK && vv_subject_is_packed(s)) {
		rc = vv_subject_source_unpack(&from, err);
	}
	if (rc < 0 || (rc = vv_ragged_open(&g, &from.source, hints, err)) < 0) return rc;
	if (!vv_form_is_delimited(g.sniffed.dialect.form)) return VV_EINPUT;
	const size_t named = g.sniffed.columns;
	while ((more = vv_ragged_next(&g, &row, err)) > 0) {
		rows++;
		longer += g.count > named;
		out->columns = g.count > out->columns ? g.count : out->columns;
		vv_ragged_pass(&g, &row);
	}
	out->named = out->named == 0 || named < out->named ? named : out->named;
	if (more < 0) return (vv_status)more;
	return longer * 2 > rows ? VV_EINPUT : VV_OK;
}

vv_status vv_long_rows_read(vv_long_rows *out, const vv_subject *const *versions, size_t count,
			    const vv_sniff_hints *hints, vv_error *err)
{
	static const vv_sniff_hints nothing = VV_SNIFF_HINTS_INIT;
	vv_error why;
	vv_status rc = VV_OK;

	*out = (vv_long_rows){0};
	hints = hints ? hints : &nothing;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = versions[i] ? read_long_rows(out, versions[i], hints, &why) : VV_OK;
	}
	if (rc == VV_OK && out->columns > out->named) return VV_OK;
	*out = (vv_long_rows){0};
	return rc == VV_OK || rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOTFOUND
		       ? VV_OK
		       : vv_error_copy(err, &why);
}

static bool has_same_header(const vv_table *a, const vv_table *b)
{
	const vv_dialect *c = &a->root.dialect, *d = &b->root.dialect;

	return a->columns == b->columns && c->delimiter == d->delimiter && c->quote == d->quote &&
	       c->escape == d->escape && c->header == d->header &&
	       vv_find_place(i, a->columns,
			     strcmp(a->schema.fields[i].name, b->schema.fields[i].name) != 0) ==
		       a->columns;
}

bool vv_long_rows_fit(const vv_table *const tables[3])
{
	const vv_table *first = NULL;

	for (size_t i = 0; i < 3; i++) {
		first = first ? first : tables[i];
		if (tables[i] && !has_same_header(first, tables[i])) return false;
	}
	return true;
}
