/*
 * pathspec: how arguments are compared with paths.
 */
#include "lib/names/pathspec.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"

#define PATH_BYTES_MAX 16384u /* of a path of a tree */

/* How git matches an argument: by its magic words and the environment. */
typedef struct magic {
	bool literal, glob, icase, top, exclude;
} magic;

static bool has_wildcard(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

/* Is a variable true that git reads as a boolean? */
static bool is_on(const vv_repository *r, const char *name)
{
	static const char *const off[] = {"", "0", "false", "no", "off"};
	const char *value = vv_env_get(vv_repository_env(r), name);

	return value && !vv_array_find(off, sizeof(off) / sizeof(off[0]), it,
				       vv_ascii_is(value, strlen(value), *it));
}

/* Does the environment have git take all paths as they are? */
static bool are_literal(const vv_repository *r)
{
	return is_on(r, "GIT_LITERAL_PATHSPECS");
}

/* "icase,top": false for a word that varve does not support. */
static bool read_words(magic *m, const char *s, size_t len)
{
	const struct {
		const char *word;
		bool *flag;
	} known[] = {{"literal", &m->literal},
		     {"glob", &m->glob},
		     {"icase", &m->icase},
		     {"top", &m->top},
		     {"exclude", &m->exclude}};
	const size_t count = sizeof(known) / sizeof(known[0]);

	for (const char *end = s + len; s < end;) {
		const size_t n = strcspn(s, ",)");
		const size_t i = vv_find_place(
			k, count, strlen(known[k].word) == n && strncmp(known[k].word, s, n) == 0);

		if (i == count && n > 0) return false;
		if (i < count) {
			*known[i].flag = true;
		}
		s += n + 1;
	}
	return true;
}

/* Reads the magic before *path, and moves *path behind it. Returns false if varve does not support it. */
static bool read_magic(magic *m, const char **path)
{
	const char *s = *path + 1;

	if (**path != ':') return true;
	if (*s == '(') {
		const char *close = strchr(s, ')');

		*path = close ? close + 1 : s;
		return close && read_words(m, s + 1, (size_t)(close - s - 1));
	}
	for (; *s && strchr("/!^", *s); s++) {
		m->top = m->top || *s == '/';
		m->exclude = m->exclude || *s != '/';
	}
	if (s > *path + 1) {
		*path = s + (*s == ':');
	}
	return true;
}

bool vv_pathspec_is_pattern(const vv_repository *r, const char *text)
{
	return !are_literal(r) && !vv_exists(text) &&
	       (*text == ':' || (has_wildcard(text) && !is_on(r, "GIT_NOGLOB_PATHSPECS")));
}

/* A pattern is taken from the folder that the command runs in. */
static vv_status pattern_path(char **out, vv_repository *r, const char *given, bool top,
			      vv_error *err)
{
	vv_auto(char) *here = NULL, *typed = vv_path_typed(given);
	vv_status rc = top ? VV_OK : vv_repository_relative(&here, r, ".", err);

	if (!typed) return vv_fail_nomem(err);
	if (rc < 0) return rc;
	given = typed;
	while (given[0] == '.' && given[1] == '/') {
		given += 2;
	}
	*out = here && *here ? vv_path_join(here, given, (char *)NULL) : vv_strdup(given);
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* The path of an argument without wildcards. */
static vv_status plain_path(char **out, vv_repository *r, const char *given, bool top,
			    vv_error *err)
{
	const char *folder = vv_repository_is_bare(r) ? "/" : vv_repository_workdir(r);
	vv_auto(char) *path = NULL, *clean = NULL;

	if (!top) return vv_repository_relative(out, r, given, err);
	path = vv_path_join(folder, given, (char *)NULL);
	clean = vv_path_absolute("/", given);
	if (!path || !clean) return vv_fail_nomem(err);
	const size_t len = strlen(clean + 1);
	/* git does not resolve './' and '../' in a path from the top: such a path has no file */
	if (strncmp(given, clean + 1, len) != 0 || given[len + strspn(given + len, "/")]) {
		return vv_fail(err, VV_ENOTFOUND, "no file matches ':/%s'", vv_text_shows(given));
	}
	return vv_repository_relative(out, r, path, err);
}

static char *lower_copy(const char *s)
{
	char *copy = vv_strdup(s);

	for (char *c = copy; c && *c; c++) {
		*c = vv_to_lower(*c);
	}
	return copy;
}

static vv_status init_item(vv_pathspec_item *item, vv_repository *r, const char *given,
			   vv_error *err)
{
	magic m = {0};
	vv_stat st;

	item->given = given;
	if (!r) return vv_text_set(&item->path, given, err);
	const char *path = given;
	const bool known = read_magic(&m, &path) && !(m.literal && m.glob);
	/* a file of the name is meant, but an exclusion never includes one */
	const bool plain = are_literal(r) || (!m.exclude && vv_exists(given));
	if (plain) {
		m = (magic){0};
	} else if (known) {
		given = path;
	} else {
		return vv_fail(
			err, VV_EUSAGE,
			"varve does not know the pathspec '%s'\n"
			"name files, folders or patterns such as '*.csv'; ':!PATH' excludes a "
			"path",
			vv_text_shows(item->given));
	}
	if ((item->exclude = m.exclude)) {
		item->matched = true; /* it need not match */
	}
	if (!*given && !m.top) {
		return vv_fail(err, VV_EUSAGE, "an empty string is not a path");
	}
	item->wild = !plain && !m.literal && has_wildcard(given) &&
		     (m.glob || !is_on(r, "GIT_NOGLOB_PATHSPECS")) && (m.top || !vv_exists(given));
	item->glob = m.glob || is_on(r, "GIT_GLOB_PATHSPECS");
	item->icase = !are_literal(r) && (m.icase || is_on(r, "GIT_ICASE_PATHSPECS"));
	item->pattern = item->wild || item->icase;
	vv_status rc = item->wild ? pattern_path(&item->path, r, given, m.top, err)
				  : plain_path(&item->path, r, given, m.top, err);
	if (rc == VV_OK && item->icase && !(item->lower = lower_copy(item->path))) {
		rc = vv_fail_nomem(err);
	}
	if (rc < 0 || item->pattern || vv_repository_is_bare(r)) return rc;
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
	vv_array_clear(p->items, p->count, it, vv_free_all(it->path, it->lower));
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
static bool matches_pattern(const vv_pathspec_item *item, const char *path)
{
	const char *pattern = item->icase ? item->lower : item->path;
	const size_t len = strlen(pattern);
	char lower[PATH_BYTES_MAX + 1];

	if (item->icase) {
		size_t n = 0;

		for (; n < PATH_BYTES_MAX && path[n]; n++) {
			lower[n] = vv_to_lower(path[n]);
		}
		lower[n] = '\0';
		path = lower;
	}
	if (item->wild &&
	    (item->glob ? vv_path_match(pattern, path) : fnmatch(pattern, path, 0) == 0)) {
		return true;
	}
	return len == 0 ||
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
	vv_array_each(p->items, p->count, item) {
		size_t len = item->exclude ? strlen(item->path) : 0;

		if (!item->exclude) {
			continue;
		}
		if (item->pattern ? matches_pattern(item, path)
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
	vv_array_each(p->items, p->count, item) {
		if (item->pattern && !item->exclude && matches_pattern(item, path)) {
			item->matched = any = true;
		}
	}
	if (literal) {
		*literal = exact;
	}
	return any;
}

char *vv_pathspec_long_name(const char *word)
{
	for (const vv_ending *e = vv_endings; e->pattern; e++) {
		vv_auto(char) *file = vv_asprintf("%s%s", word, e->pattern + 1);

		if (file && vv_exists(file)) return vv_take(&file);
	}
	return NULL;
}

char *vv_pathspec_file(const char *word)
{
	return vv_exists(word) ? vv_strdup(word) : vv_pathspec_long_name(word);
}

/* Names the table file that the path is without its ending. */
static vv_status hint_ending(const char *given, vv_error *err)
{
	vv_auto(char) *file = vv_pathspec_long_name(given);

	return file ? vv_hint(err, "did you mean '%s'?", vv_text_shows(file)) : err->code;
}

vv_status vv_pathspec_all_matched(const vv_pathspec *p, const vv_index *x, vv_error *err)
{
	vv_status rc;

	vv_array_each(p->items, p->count, item) {
		if (!item->matched) {
			const char *given = item->given;
			const bool is_file = vv_exists(given) && !item->folder;

			rc = x ? vv_index_check_module(x, item->path, err) : VV_OK;
			if (rc < 0) return rc;
			rc = vv_fail(err, VV_ENOTFOUND,
				     item->folder ? "no file below '%s' is tracked"
				     : is_file    ? "'%s' is not tracked"
						  : "no file matches '%s'",
				     vv_text_shows(given));
			if (is_file) return vv_hint_code(err, VV_HINT_ADD, item->path);
			return item->folder ? rc : hint_ending(given, err);
		}
	}
	return VV_OK;
}

vv_status vv_pathspec_in_index(vv_pathspec *p, const vv_index *x, vv_error *err)
{
	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		(void)vv_pathspec_match(p, e.path, NULL);
	}
	return vv_pathspec_all_matched(p, x, err);
}
