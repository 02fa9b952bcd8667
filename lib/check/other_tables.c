/*
 * other_tables: where a table is that a foreign key names, by its name in the package or its path.
 */
#include "lib/check/other_tables.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"

typedef struct vv_other_opened {
	char *name;
	vv_check_input in;
	vv_schema declared;
	bool is_declared; /* a description determines how it is read, which a stored version may
			   * lack */
	vv_status rc;
	vv_error why;
	struct vv_other_opened *next;
} opened;

/* The path of the package's resource of that name: owned, repository-relative. */
static vv_status find_resource(const vv_other_table *t, const char *name, char **path,
			       vv_error *err)
{
	const char *package = t->package;
	vv_check_input_options look = *t->look;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_json *top;
	vv_status rc;

	*path = NULL;
	if (!package) {
		return vv_fail(err, VV_ENOTFOUND, "no datapackage.json describes '%s'",
			       vv_text_shows(name));
	}
	look.side = t->package_side;
	if ((rc = vv_check_read_beside(&look, package, &text, err)) < 0 ||
	    (rc = vv_json_read(&top, &arena, vv_buf_cstr(&text), text.len, package, err)) < 0) {
		return rc;
	}
	const vv_json *found = vv_json_get(
		vv_json_find(vv_json_get(top, "resources"), n,
			     vv_text_same(vv_json_get_string(n, "name"), name)),
		"path");
	if (found && found->type == VV_JSON_ARRAY) {
		found = found->count == 1 ? found->first : NULL;
	}
	if (!found || found->type != VV_JSON_STRING) {
		return vv_fail(err, VV_ENOTFOUND, "%s has no resource '%s' with exactly one file",
			       vv_text_shows(package), vv_text_shows(name));
	}
	vv_buf_reset(&text);
	if (strchr(package, '/')) {
		vv_buf_put(&text, package, (size_t)(strrchr(package, '/') - package) + 1);
	}
	vv_buf_puts(&text, strncmp(found->text, "./", 2) == 0 ? found->text + 2 : found->text);
	*path = vv_buf_detach(&text);
	return *path ? VV_OK : vv_fail_nomem(err);
}

/* A table that no package names: a path, or a name in the same folder. r->why stays where there is none. */
static vv_status open_beside(const vv_other_table *t, opened *r, const vv_check_input_options *look)
{
	const char *slash = strrchr(t->path, '/');
	vv_status rc = VV_ENOTFOUND;

	for (size_t i = 0; rc == VV_ENOTFOUND && (i < 2 || vv_endings[i / 2 - 1].pattern); i++) {
		bool beside = i % 2 == 0;
		vv_auto(vv_buf) path = VV_BUF_INIT;
		vv_error why;

		if (!beside && !slash) {
			continue; /* the same path */
		}
		if (beside && slash) {
			vv_buf_put(&path, t->path, (size_t)(slash - t->path) + 1);
		}
		vv_buf_printf(&path, "%s%s", r->name,
			      i < 2 ? "" : vv_endings[i / 2 - 1].pattern + 1);
		if (path.failed) return vv_fail_nomem(&r->why);
		rc = vv_check_input_open(&r->in, vv_buf_cstr(&path), look, &why);
		if (rc < 0) {
			vv_check_input_close(&r->in);
		}
		if (rc < 0 && rc != VV_ENOTFOUND) {
			r->why = why;
		}
	}
	return rc;
}

static void open_table(const vv_other_table *t, opened *r)
{
	vv_check_input_options look = *t->look;
	vv_auto(char) *path = NULL;

	look.base = NULL;
	r->rc = find_resource(t, r->name, &path, &r->why);
	if (r->rc == VV_OK) {
		r->rc = vv_check_input_open(&r->in, path, &look, &r->why);
	} else if (r->rc == VV_ENOTFOUND) {
		r->rc = open_beside(t, r, &look);
	}
	/* with rows left out some might be treated as missing that exist */
	if (r->rc == VV_OK && (!r->in.open || (r->in.mend && vv_mend_lost_rows(r->in.mend)))) {
		r->why = r->in.why;
		r->rc = vv_recode(&r->why, VV_EINPUT);
	}
	if (r->rc == VV_OK && r->in.described && r->in.package.schema.len > 0) {
		r->is_declared = vv_schema_read(&r->declared, r->in.package.schema.data,
						r->in.package.schema.len, "", NULL) == VV_OK;
	}
}

vv_status vv_other_tables_open(vv_other_tables *l, const char *name, const vv_other_table *t,
			       vv_table **out, const vv_schema **schema, vv_error *err)
{
	opened *r = l->first;

	while (r && strcmp(r->name, name) != 0) {
		r = r->next;
	}
	if (!r) {
		r = vv_calloc(1, sizeof(*r));
		if (!r || !(r->name = vv_strdup(name))) {
			vv_free(r);
			return vv_fail_nomem(err);
		}
		r->next = l->first;
		l->first = r;
		open_table(t, r);
	}
	if (r->rc < 0) return vv_error_copy(err, &r->why);
	*out = &r->in.table;
	*schema = r->is_declared ? &r->declared : NULL;
	return VV_OK;
}

void vv_other_tables_clear(vv_other_tables *l)
{
	while (l->first) {
		vv_auto_free opened *r = l->first;

		l->first = r->next;
		vv_check_input_close(&r->in);
		if (r->is_declared) {
			vv_schema_clear(&r->declared);
		}
		vv_free(r->name);
	}
}
