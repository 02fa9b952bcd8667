/*
 * named_columns: places that names mean.
 */
#include "lib/rows/named_columns.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "dataset/schema/schema.h"
#include "dataset/table/table.h"

vv_status vv_view_column(const vv_table *t, const char *name, size_t len, const char *what,
			 size_t *out, vv_error *err)
{
	long at = vv_schema_find(&t->schema, name, len);

	if (at < 0) {
		vv_fail(err, VV_ENOTFOUND, "%s: no such column '%s'", what,
			vv_text_show(name, len));
		return vv_schema_hint(&t->schema, name, len, err);
	}
	*out = (size_t)at;
	return VV_OK;
}

vv_status vv_view_columns(const vv_table *t, const vv_strings *names, const char *what,
			  size_t **out, size_t *count, vv_error *err)
{
	const bool all = !names || names->count == 0;
	const size_t n = all ? t->columns : names->count;
	vv_auto_free size_t *places = vv_calloc(n + 1, sizeof(*places));
	vv_status rc = VV_OK;

	*out = NULL;
	*count = 0;
	if (!places) return vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < n; i++) {
		places[i] = i;
		if (!all) {
			rc = vv_view_column(t, names->items[i], strlen(names->items[i]), what,
					    &places[i], err);
		}
	}
	if (rc < 0) return rc;
	*count = n;
	return vv_hand_over(out, &places);
}

/* Are the names those of columns to leave out? */
static bool names_others(const vv_table *t, const vv_strings *names)
{
	const char *first = names && names->count > 0 ? names->items[0] : "";

	return *first == '-' && vv_schema_find(&t->schema, first, strlen(first)) < 0;
}

static vv_status mark_left_out(bool *left_out, const vv_table *t, const vv_strings *names,
			       const char *what, vv_error *err)
{
	size_t at = 0;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];
		const bool known = vv_schema_find(&t->schema, name, strlen(name)) >= 0;
		vv_status rc;

		name += *name == '-' && !known;
		if ((rc = vv_view_column(t, name, strlen(name), what, &at, err)) < 0) return rc;
		left_out[at] = true;
	}
	return VV_OK;
}

vv_status vv_view_columns_shown(const vv_table *t, const vv_strings *names, const char *what,
				size_t **out, size_t *count, vv_error *err)
{
	vv_auto_free bool *left_out = NULL;
	size_t n = 0;
	vv_status rc;

	if (!names_others(t, names)) return vv_view_columns(t, names, what, out, count, err);
	*out = NULL;
	*count = 0;
	vv_auto_free size_t *places = vv_calloc(t->columns + 1, sizeof(*places));
	left_out = vv_calloc(t->columns + 1, sizeof(*left_out));
	if (!places || !left_out) return vv_fail_nomem(err);
	if ((rc = mark_left_out(left_out, t, names, what, err)) < 0) return rc;
	for (size_t i = 0; i < t->columns; i++) {
		if (!left_out[i]) {
			places[n++] = i;
		}
	}
	if (n == 0) return vv_fail(err, VV_EUSAGE, "%s: no column is left", what);
	*count = n;
	return vv_hand_over(out, &places);
}
