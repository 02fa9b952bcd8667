/*
 * attr_list: matching paths with lines.
 */
#include "cmd/attr_list.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "repo/attributes.h"

static vv_status on_line(void *payload, const char *file, unsigned number, const char *pattern,
			 const char *attributes, vv_error *err)
{
	vv_attr_list *l = payload;
	vv_attr_list_line *at;
	/* .git/info/attributes speaks for the whole work tree. */
	size_t folder = strncmp(file, ".git/", 5) == 0 ? 0 : (size_t)(vv_path_base(file) - file);

	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		vv_attr_list_line *lines = vv_realloc_array(l->lines, cap, sizeof(*lines));
		if (!lines)
			return vv_fail_nomem(err);
		l->lines = lines;
		l->cap = cap;
	}
	at = &l->lines[l->count++];
	at->file = vv_strdup(file);
	at->pattern = vv_strdup(pattern);
	at->folder = vv_strndup(file, folder);
	at->number = number;
	at->on = strstr(attributes, "filter=varve") != NULL;
	return at->file && at->pattern && at->folder ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_attr_list_read(vv_attr_list *out, vv_repository *r, vv_error *err)
{
	*out = (vv_attr_list){NULL, 0, 0};
	return vv_attr_lines(r, on_line, out, err);
}

void vv_attr_list_clear(vv_attr_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		vv_free(l->lines[i].file);
		vv_free(l->lines[i].pattern);
		vv_free(l->lines[i].folder);
	}
	vv_free(l->lines);
	*l = (vv_attr_list){NULL, 0, 0};
}

static bool line_matches(const vv_attr_list_line *at, const char *path)
{
	const char *pattern = at->pattern;
	size_t above = strlen(at->folder);

	if (strncmp(path, at->folder, above) != 0)
		return false;
	if (!strchr(pattern, '/'))
		return vv_path_match(pattern, vv_path_base(path));
	return vv_path_match(pattern[0] == '/' ? pattern + 1 : pattern, path + above);
}

bool vv_attr_list_concerns(const vv_attr_list *l, const char *path)
{
	for (size_t i = 0; i < l->count; i++) {
		/* "[attr]name": a macro, which any other line may use. */
		if (l->lines[i].on && (strncmp(l->lines[i].pattern, "[attr]", 6) == 0 ||
				       line_matches(&l->lines[i], path)))
			return true;
	}
	return false;
}

size_t vv_attr_list_deciding(const vv_attr_list *l, const char *path)
{
	size_t best = l->count;

	for (size_t i = 0; i < l->count; i++) {
		if (line_matches(&l->lines[i], path) &&
		    (best == l->count ||
		     strlen(l->lines[i].folder) >= strlen(l->lines[best].folder)))
			best = i;
	}
	return best;
}
