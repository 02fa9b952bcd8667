/*
 * declared: joins the declarations for a path in datapackage.json and varve.json.
 */
#include "dataset/schema/declared.h"

#include <string.h>

#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/encoding.h"
#include "dataset/schema/descriptor.h"

bool vv_declared_pattern_has(const char *pattern, const char *path)
{
	if (!strchr(pattern, '/')) return vv_path_match(pattern, vv_path_base(path));
	return vv_path_match(pattern[0] == '/' ? pattern + 1 : pattern, path);
}

/* The encoding that varve.json declares for the path, borrowed from top; NULL: none. Other errors in the file are
 * found by check. */
static const char *find_encoding(vv_descriptor *d, const vv_json *top, const char *path)
{
	const vv_json *datasets = vv_json_get(top, "datasets");
	const char *found = NULL;

	for (const vv_json *m = datasets ? datasets->first : NULL; m; m = m->next) {
		const vv_json *paths = vv_json_get(m, "path");
		const char *encoding = vv_package_encoding(d, m);
		size_t count = 0;

		if (!encoding || !paths) {
			continue;
		}
		const char **patterns = vv_descriptor_texts(d, &count, paths);
		for (size_t i = 0; i < count; i++) {
			found = vv_declared_pattern_has(patterns[i], path) ? encoding : found;
		}
	}
	return found;
}

static bool same_encoding(const char *a, const char *b)
{
	char names[2][VV_ENCODING_MAX];

	return vv_encoding_find(names[0], a, "", 0, NULL) == VV_OK &&
	       vv_encoding_find(names[1], b, "", 0, NULL) == VV_OK &&
	       strcmp(names[0], names[1]) == 0;
}

static vv_status take_encoding(vv_package_resource *out, const char *encoding, const char *path,
			       vv_error *err)
{
	if (!out->encoding) {
		out->hints.encoding = out->encoding = vv_strdup(encoding);
		return out->encoding ? VV_OK : vv_fail_nomem(err);
	}
	if (same_encoding(out->encoding, encoding)) return VV_OK;
	return vv_fail(err, VV_EINPUT,
		       "%s declares the encoding '%s' for %s, but %s declares '%s'\ndeclare the "
		       "encoding in only one of these files",
		       VV_RULES_NAME, vv_text_shows(encoding), vv_text_shows(path),
		       vv_text_shows(out->package_path), vv_text_shows(out->encoding));
}

static vv_status add_rules(vv_package_resource *out, const char *path, vv_package_read_fn read,
			   void *payload, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_descriptor d = {.file = VV_RULES_NAME, .arena = &arena, .err = err};
	vv_json *top;
	vv_status rc = read(payload, VV_RULES_NAME, &text, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	/* a word can be written with escapes */
	if (!strstr(vv_buf_cstr(&text), "encoding") && !strchr(vv_buf_cstr(&text), '\\')) {
		return VV_OK;
	}
	if ((rc = vv_json_read(&top, &arena, text.data, text.len, VV_RULES_NAME, err)) < 0) {
		return rc;
	}
	const char *encoding = find_encoding(&d, top, path);
	return d.rc == VV_OK && encoding ? take_encoding(out, encoding, path, err) : d.rc;
}

vv_status vv_declared_find(vv_package_resource *out, bool *described, const char *package_path,
			   const char *path, vv_package_read_fn read, void *payload, vv_error *err)
{
	vv_status rc = package_path
			       ? vv_package_find_in(out, package_path, path, read, payload, err)
			       : vv_package_find(out, path, read, payload, err);

	*described = rc == VV_OK;
	if ((rc = vv_missing_ok(rc, err)) == VV_OK &&
	    (rc = add_rules(out, path, read, payload, err)) < 0) {
		vv_package_resource_clear(out);
		*described = false;
	}
	return rc;
}
