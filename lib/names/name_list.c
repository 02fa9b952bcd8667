/*
 * name_list: where a list of column names is parted.
 */
#include "lib/names/name_list.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"

static vv_status add(vv_name_list *l, const char *name, size_t len, vv_error *err)
{
	char **p = vv_realloc_array(l->items, l->count + 2, sizeof(*p));
	if (!p) return vv_fail_nomem(err);
	l->items = p;
	p[l->count] = vv_strndup(name, len);
	p[l->count + 1] = NULL;
	if (!p[l->count]) return vv_fail_nomem(err);
	l->count++;
	return VV_OK;
}

/* The tables whose columns may be meant; either may be NULL. */
typedef struct tables {
	const vv_table *a, *b;
} tables;

static bool has_column(const void *payload, const char *name, size_t len)
{
	const tables *t = payload;
	return (t->a && vv_schema_find(&t->a->schema, name, len) >= 0) ||
	       (t->b && vv_schema_find(&t->b->schema, name, len) >= 0);
}

static vv_status add_names(vv_name_list *l, const char *text, const tables *of, vv_error *err)
{
	for (const char *p = text;; p++) {
		size_t len = vv_names_first(p, has_column, of);
		vv_status rc = len > 0 ? add(l, p, len, err)
				       : vv_fail(err, VV_EUSAGE, "an empty column name in '%s'",
						 vv_text_shows(text));
		p += len;
		if (rc < 0 || !*p) return rc;
	}
}

vv_status vv_name_list_make(vv_name_list *out, const vv_strings *from, const vv_table *a,
			    const vv_table *b, vv_error *err)
{
	const tables of = {a, b};
	vv_status rc;
	*out = (vv_name_list){NULL, 0};
	for (size_t i = 0; i < from->count; i++) {
		if ((rc = add_names(out, from->items[i], &of, err)) < 0) return rc;
	}
	return VV_OK;
}

void vv_name_list_clear(vv_name_list *l)
{
	vv_names_free(l->items, l->count);
	*l = (vv_name_list){NULL, 0};
}
