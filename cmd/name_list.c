/*
 * name_list: knows where a list of column names is parted.
 */
#include "cmd/name_list.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"

static vv_status add(vv_name_list *l, const char *name, size_t len, vv_error *err)
{
	char **p = vv_realloc_array(l->items, l->count + 2, sizeof(*p));
	if (!p) {
		return vv_fail_nomem(err);
	}
	l->items = p;
	p[l->count] = vv_strndup(name, len);
	p[l->count + 1] = NULL;
	if (!p[l->count]) {
		return vv_fail_nomem(err);
	}
	l->count++;
	return VV_OK;
}

static vv_status add_parts(vv_name_list *l, const char *text, vv_error *err)
{
	const char *p = text;
	for (;;) {
		size_t len = strcspn(p, ",");
		vv_status rc = len > 0 ? add(l, p, len, err)
				       : vv_fail(err, VV_EUSAGE, "an empty column name in '%s'", vv_text_shows(text));
		if (rc < 0 || !p[len]) {
			return rc;
		}
		p += len + 1;
	}
}

vv_status vv_name_list_make(vv_name_list *out, const vv_strings *from, const vv_table *a, const vv_table *b, vv_error *err)
{
	vv_status rc = VV_OK;
	*out = (vv_name_list){NULL, 0};
	for (size_t i = 0; i < from->count && rc == VV_OK; i++) {
		const char *text = from->items[i];
		size_t len = strlen(text);
		bool whole = (a && vv_schema_find(&a->schema, text, len) >= 0) || (b && vv_schema_find(&b->schema, text, len) >= 0);
		rc = whole ? add(out, text, len, err) : add_parts(out, text, err);
	}
	return rc;
}

void vv_name_list_clear(vv_name_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		vv_free(l->items[i]);
	}
	vv_free(l->items);
	*l = (vv_name_list){NULL, 0};
}
