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
