/*
 * named_columns: places that names mean.
 */
#include "lib/rows/named_columns.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"

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

typedef struct places {
	size_t *items;
	size_t count, cap;
} places;

static vv_status places_add(places *p, size_t place, vv_error *err)
{
	return vv_array_add(p->items, p->count, p->cap, place) ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_view_columns(const vv_table *t, const vv_strings *names, const char *what,
			  size_t **out, size_t *count, vv_error *err)
{
	places p = {NULL, 0, 0};
	size_t at = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && names && i < names->count; i++) {
		rc = vv_view_column(t, names->items[i], strlen(names->items[i]), what, &at, err);
		if (rc == VV_OK) {
			rc = places_add(&p, at, err);
		}
	}
	if (!names || names->count == 0) {
		for (size_t i = 0; rc == VV_OK && i < t->columns; i++) {
			rc = places_add(&p, i, err);
		}
	}
	if (rc < 0) {
		vv_free(p.items);
		p.items = NULL;
		p.count = 0;
	}
	*out = p.items;
	*count = p.count;
	return rc;
}
