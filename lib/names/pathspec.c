/*
 * pathspec: how arguments are compared with paths.
 */
#include "lib/names/pathspec.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

static bool has_wildcard(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

/* Is it an exclusion? *path: the part after the prefix. */
static bool excludes(const char *text, const char **path)
{
	static const char *const magic[] = {":!", ":^", ":(exclude)"};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++) {
		if (strncmp(text, magic[i], strlen(magic[i])) == 0) {
			*path = text + strlen(magic[i]);
			return true;
		}
	}
	return false;
}

/* Does the environment have git take all paths as they are? */
static bool are_literal(const vv_repository *r)
{
	const char *value = vv_env_get(vv_repository_env(r), "GIT_LITERAL_PATHSPECS");

	return value && *value && strcmp(value, "0") != 0 && strcmp(value, "false") != 0;
}

bool vv_pathspec_is_pattern(const vv_repository *r, const char *text)
{
	return !are_literal(r) && !vv_exists(text) && (*text == ':' || has_wildcard(text));
}

/* A pattern is taken from the folder that the command runs in. */
static vv_status pattern_path(char **out, vv_repository *r, const char *given, vv_error *err)
{
	vv_auto(char) *here = NULL;
	vv_status rc = vv_repository_relative(&here, r, ".", err);

	if (rc < 0) return rc;
	while (given[0] == '.' && given[1] == '/') {
		given += 2;
	}
	*out = *here ? vv_path_join(here, given, (char *)NULL) : vv_strdup(given);
	return *out ? VV_OK : vv_fail_nomem(err);
}

static vv_status init_item(vv_pathspec_item *item, vv_repository *r, const char *given,
			   vv_error *err)
{
	vv_stat st;
	vv_status rc;

	item->given = given;
	if (!r) {
		item->path = vv_strdup(given);
		return vv_alloc_ok(item->path, err);
	}
	const bool literal = are_literal(r);
	if ((item->exclude = !literal && excludes(given, &given))) {
		item->matched = true; /* it need not match */
	} else if (*given == ':' && strchr("(/", given[1]) && !literal && !vv_exists(given)) {
		return vv_fail(
			err, VV_EUSAGE,
			"varve does not know the pathspec '%s'\n"
			"name files, folders or patterns such as '*.csv'; ':!PATH' excludes a "
			"path",
			vv_text_shows(given));
	}
	if (!*given) return vv_fail(err, VV_EUSAGE, "an empty string is not a path");
	if (has_wildcard(given) && !literal && !vv_exists(given)) {
		item->pattern = true;
		return pattern_path(&item->path, r, given, err);
	}
	if ((rc = vv_repository_relative(&item->path, r, given, err)) < 0) return rc;
	if (vv_repository_is_bare(r)) return VV_OK;
	vv_auto(char) *file = vv_repository_file(r, item->path);
	if (!file) return vv_fail_nomem(err);
	item->exists = !item->exclude && vv_lstat(&st, file, NULL) == VV_OK;
	item->folder = item->exists && S_ISDIR(st.mode);
	return VV_OK;
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(vv_pathspec_item *const *)a)->path, (*(vv_pathspec_item *const *)b)->path);
}

vv_status vv_pathspec_init(vv_pathspec *out, vv_repository *r, int argc, char **argv, vv_error *err)
{
	bool selects = false;
	vv_status rc = VV_OK;

	*out = (vv_pathspec){NULL, 0, NULL, 0};
	if (argc <= 0) return VV_OK;
	out->items = vv_calloc((size_t)argc + 1, sizeof(*out->items));
	out->sorted = vv_calloc((size_t)argc + 1, sizeof(*out->sorted));
	if (!out->items || !out->sorted) return vv_fail_nomem(err);
	for (int i = 0; i < argc && rc == VV_OK; i++) {
		if ((rc = init_item(&out->items[out->count++], r, argv[i], err)) == VV_OK) {
			selects = selects || !out->items[i].exclude;
		}
	}
	if (rc == VV_OK && !selects) {
		rc = init_item(&out->items[out->count++], r,
			       vv_repository_is_bare(r) ? "." : vv_repository_workdir(r), err);
	}
	for (size_t i = 0; i < out->count && rc == VV_OK; i++) {
		if (!out->items[i].pattern && !out->items[i].exclude) {
			out->sorted[out->sorted_count++] = &out->items[i];
		}
	}
	if (rc == VV_OK) {
		qsort(out->sorted, out->sorted_count, sizeof(*out->sorted), by_path);
	}
	return rc;
}

void vv_pathspec_clear(vv_pathspec *p)
{
	vv_array_clear(p->items, p->count, it, vv_free(it->path));
	vv_free(p->sorted);
	*p = (vv_pathspec){NULL, 0, NULL, 0};
}

static int compare_prefix(const vv_pathspec_item *item, const char *path, size_t len)
{
	int order = strncmp(item->path, path, len);

	return order ? order : item->path[len] != '\0';
}

/* The name with the magic characters counts too, as in Git: [a].csv may be just that;
 * and so does the folder of that name. */
static bool matches_pattern(const char *pattern, const char *path)
{
	size_t len = strlen(pattern);

	return fnmatch(pattern, path, 0) == 0 ||
	       (strncmp(pattern, path, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

/* Marks the arguments that are the first len bytes of path. */
static bool match_prefix(vv_pathspec *p, const char *path, size_t len)
{
	bool any = false;
	size_t low = vv_first_place(i, p->sorted_count,
				    compare_prefix(p->sorted[i], path, len) < 0);
	for (; low < p->sorted_count && compare_prefix(p->sorted[low], path, len) == 0; low++) {
		p->sorted[low]->matched = any = true;
		p->sorted[low]->named = p->sorted[low]->named || path[len] == '\0';
	}
	return any;
}

static bool is_excluded(const vv_pathspec *p, const char *path)
{
	for (size_t i = 0; i < p->count; i++) {
		const vv_pathspec_item *item = &p->items[i];
		size_t len = item->exclude ? strlen(item->path) : 0;

		if (!item->exclude) {
			continue;
		}
		if (item->pattern ? matches_pattern(item->path, path)
				  : len == 0 || (strncmp(item->path, path, len) == 0 &&
						 (path[len] == '\0' || path[len] == '/'))) {
			return true;
		}
	}
	return false;
}

bool vv_pathspec_match(vv_pathspec *p, const char *path, bool *literal)
{
	if (is_excluded(p, path)) {
		if (literal) {
			*literal = false;
		}
		return false;
	}
	bool exact = match_prefix(p, path, strlen(path));
	bool any = match_prefix(p, path, 0) || exact;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		any = match_prefix(p, path, (size_t)(slash - path)) || any;
	}
	for (size_t i = 0; i < p->count; i++) {
		if (p->items[i].pattern && !p->items[i].exclude &&
		    matches_pattern(p->items[i].path, path)) {
			p->items[i].matched = any = true;
		}
	}
	if (literal) {
		*literal = exact;
	}
	return any;
}

vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < p->count; i++) {
		if (!p->items[i].matched) {
			const char *given = p->items[i].given;
			const bool is_there = vv_exists(given);

			rc = x ? vv_index_check_module(x, p->items[i].path, err) : VV_OK;
			if (rc < 0) return rc;
			rc = vv_fail(err, VV_ENOTFOUND,
				     is_there ? "'%s' is not tracked" : "no file matches '%s'",
				     vv_text_shows(given));
			return is_there ? vv_hint_code(err, VV_HINT_ADD, given) : rc;
		}
	}
	return VV_OK;
}

vv_status vv_pathspec_in_index(vv_pathspec *p, const vv_index *x, vv_error *err)
{
	for (size_t i = 0; i < vv_index_count(x); i++) {
		vv_index_entry e;

		vv_index_at(x, i, &e);
		(void)vv_pathspec_match(p, e.path, NULL);
	}
	return vv_pathspec_all_matched(p, x, err);
}
