/*
 * schema_edit: where the datapackage.json of a path is.
 */
#include "lib/worktree/schema_edit.h"

#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/names/version.h"
#include "repo/git/index/worktree.h"

#define PACKAGE "datapackage.json"
#define PACKAGE_MAX (64u << 20)

/* "a/b" -> "a"; "a" -> "". False when there is nothing above. */
static bool go_up(char *folder)
{
	char *slash = strrchr(folder, '/');

	if (*folder == '\0') return false;
	*(slash ? slash : folder) = '\0';
	return true;
}

static char *package_in(const char *folder)
{
	return *folder ? vv_path_join(folder, PACKAGE, (char *)NULL) : vv_strdup(PACKAGE);
}

vv_status vv_schema_package(char **out, bool *describes, vv_subject *s, vv_error *err)
{
	vv_auto(vv_package_resource) res = {0};
	vv_auto(char) *folder = NULL, *top = NULL;
	vv_auto(char) *name = vv_subject_name(s);

	*out = NULL;
	if (!name) return vv_fail_nomem(err);
	vv_status rc = vv_package_find(&res, name, vv_subject_beside, s, err);
	*describes = rc == VV_OK;
	if (rc == VV_OK) return vv_text_set(out, res.package_path, err);
	if (rc != VV_ENOTFOUND) return rc;
	folder = vv_strdup(s->path);
	while (folder && go_up(folder)) {
		vv_auto(char) *candidate = package_in(folder);
		vv_auto(char) *file = candidate ? vv_repository_file(s->repo, candidate) : NULL;

		if (!file) return vv_fail_nomem(err);
		if (vv_exists(file)) {
			*out = vv_take(&candidate);
			return VV_OK;
		}
	}
	top = vv_strdup(s->path);
	*out = top && go_up(top) ? package_in(top) : NULL;
	return *out ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_schema_package_text(vv_buf *out, vv_subject *s, const char *package_path,
				 vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(s->repo, package_path);

	vv_status rc = vv_read_regular(out, file, PACKAGE_MAX, err);
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

vv_status vv_schema_package_write(vv_subject *s, const char *package_path, const vv_buf *text,
				  vv_error *err)
{
	return vv_worktree_write_bytes(s->repo, package_path, vv_buf_cstr(text), text->len, true,
				       err);
}

/* Opens a container, or writes another value. */
static void put_value(vv_json_out *w, const vv_json *node)
{
	switch (node->type) {
	case VV_JSON_OBJECT:
		vv_json_open_object(w);
		break;
	case VV_JSON_ARRAY:
		vv_json_open_array(w);
		break;
	case VV_JSON_STRING:
		vv_json_string_len(w, node->text, node->text_len);
		break;
	case VV_JSON_NUMBER:
		vv_json_raw(w, node->text, node->text_len);
		break;
	case VV_JSON_TRUE:
	case VV_JSON_FALSE:
		vv_json_bool(w, node->type == VV_JSON_TRUE);
		break;
	case VV_JSON_NULL:
		vv_json_null(w);
		break;
	}
}

static void close_value(vv_json_out *w, const vv_json *node)
{
	if (node->type == VV_JSON_OBJECT) {
		vv_json_close_object(w);
	} else if (node->type == VV_JSON_ARRAY) {
		vv_json_close_array(w);
	}
}

vv_status vv_schema_pretty(vv_buf *out, const char *json, size_t len, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *root;
	vv_json_out w = {.buf = out, .indent = 2};
	vv_status rc;

	if ((rc = vv_json_read(&root, &arena, json, len, "schema", err)) < 0) return rc;
	for (vv_json *node = root; node;) {
		if (node != root && node->name) {
			vv_json_name(&w, node->name);
		}
		put_value(&w, node);
		if (node->first) {
			node = node->first;
			continue;
		}
		close_value(&w, node);
		while (node != root && !node->next) {
			node = node->parent;
			close_value(&w, node);
		}
		node = node == root ? NULL : node->next;
	}
	return vv_buf_ok(out, err);
}
