/*
 * name: how names are compared, and which of several candidates is meant.
 */
#include "cmd/sql/vtab/name.h"

#include <sqlite3ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "cmd/sql/vtab/error.h"
SQLITE_EXTENSION_INIT3

static const char *const prefixes[] = {
	[VV_NAME_VERSION] = "",
	[VV_NAME_AT] = "varve_at_",
	[VV_NAME_HISTORY] = "varve_history_",
	[VV_NAME_BLAME] = "varve_blame_",
	[VV_NAME_DIFF] = "varve_diff_",
	[VV_NAME_DIFF_CELLS] = "varve_diff_cells_",
	[VV_NAME_ROW] = "varve_row_",
};

const char *vv_sql_name_prefix(int kind)
{
	return prefixes[kind];
}

void vv_sql_name_clear(vv_sql_name *n)
{
	sqlite3_free(n->path);
	sqlite3_free(n->revision);
	memset(n, 0, sizeof(*n));
}

/* ---- other repositories ---- */

bool vv_sql_name_is_url(const char *repository)
{
	const char *scheme = strstr(repository, "://"), *at = strchr(repository, '@');

	/* user@host:path */
	return (scheme && scheme > repository) ||
	       (at && at > repository && strcspn(repository, "/:") > (size_t)(at - repository) &&
		strcspn(at, ":") < strcspn(at, "/"));
}

uint32_t vv_sql_name_open_flags(const vv_sql_catalog *c, const char *repository)
{
	uint32_t flags = VARVE_OPEN_ENVIRON | VARVE_OPEN_LAZY;

	if (repository && vv_sql_name_is_url(repository)) {
		flags |= VARVE_OPEN_URL;
		flags |= c->allow_unsigned ? VARVE_OPEN_UNSIGNED : 0;
	}
	return flags;
}

/* Is it an absolute path? On Windows it has a drive ("C:/tables"), or begins with a backslash. */
static bool is_folder(const char *word)
{
	const char *rest = vv_is_alpha(word[0]) && word[1] == ':' ? word + 2 : word;

	return rest[0] == '/' || rest[0] == '\\';
}

size_t vv_sql_name_url(const char *word)
{
	const size_t len = strcspn(word, "#");
	vv_auto_sqlite char *url = word[len] == '#' && len > 0
					   ? sqlite3_mprintf("%.*s", (int)len, word)
					   : NULL;

	return url && (is_folder(url) || vv_sql_name_is_url(url)) ? len : 0;
}

/* ---- the tables that there are ---- */

void vv_sql_free_at(void *pointer)
{
	void *at;

	memcpy(&at, pointer, sizeof(at));
	sqlite3_free(at);
}

void vv_sql_paths_clear(vv_sql_paths *l)
{
	while (l->count > 0) {
		sqlite3_free(l->items[--l->count]);
	}
	sqlite3_free(l->items);
	l->items = NULL;
}

static int take_path(vv_sql_paths *l, const char *path, varve_error *err)
{
	char **more = sqlite3_realloc64(l->items, (l->count + 1) * sizeof(*more));

	if (!more) return vv_sql_error_memory(err);
	l->items = more;
	more[l->count] = sqlite3_mprintf("%s", path);
	return more[l->count++] ? 0 : vv_sql_error_memory(err);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The work tree has tables, too, that a merge left in conflict: the index has three versions of them, and none is the
 * file's. */
static int list_conflicts(vv_sql_paths *l, varve_repo *repo, varve_error *err)
{
	const size_t known = l->count;
	const varve_conflict *conflict;
	varve_conflicts *list;
	int rc = varve_conflicts_open(&list, repo, NULL, NULL, err);

	while (rc == 0 && (rc = varve_conflicts_next(list, &conflict, err)) > 0) {
		bool listed = l->count > known &&
			      strcmp(l->items[l->count - 1], conflict->path) == 0;

		rc = listed || strcmp(conflict->kind, "file") == 0
			     ? 0
			     : take_path(l, conflict->path, err);
	}
	varve_conflicts_free(list);
	if (rc == 0 && l->count > known) {
		qsort(l->items, l->count, sizeof(*l->items), compare_paths);
	}
	return rc;
}

int vv_sql_paths_list(vv_sql_paths *out, varve_repo *repo, const char *revision, bool documents,
		      varve_error *err)
{
	varve_versions_options how = {.size = sizeof(how), .documents = documents};
	const varve_version_facts *facts;
	varve_versions *list = NULL;
	char commit[VARVE_ID_SIZE];
	int rc = 0;

	*out = (vv_sql_paths){.count = 0};
	if (!repo) return 0;
	if (revision || !varve_repo_folder(repo, VARVE_FOLDER_WORK_TREE)) {
		rc = varve_rev_parse(commit, repo, revision ? revision : "HEAD", err);
		how.revision = commit;
	}
	if (rc == 0) {
		rc = varve_versions_open(&list, repo, &how, err);
	}
	while (rc == 0 && (rc = varve_versions_next(list, &facts, err)) > 0) {
		rc = facts->table ? take_path(out, facts->path, err) : 0;
	}
	varve_versions_free(list);
	if (rc == 0 && !how.revision) {
		rc = list_conflicts(out, repo, err);
	}
	if (rc < 0) {
		vv_sql_paths_clear(out);
	}
	return rc;
}

/* ---- comparing ---- */

static char fold_letter(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c == '-' || c == ' ' ? '_' : c);
}

static bool equal_names(const char *name, size_t name_len, const char *part, size_t part_len)
{
	return name_len == part_len &&
	       vv_find_place(i, name_len, fold_letter(name[i]) != fold_letter(part[i])) == name_len;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static size_t stem_len(const char *file)
{
	const char *dot = strchr(file + (file[0] == '.'), '.');

	return dot ? (size_t)(dot - file) : strlen(file);
}

/* Without the last ending only: sales of sales.csv, not of sales.2026.csv. */
static size_t exact_stem_len(const char *file)
{
	const char *dot = strrchr(file + (file[0] == '.'), '.');

	return dot ? (size_t)(dot - file) : strlen(file);
}

/* How closely a name is that of a path: 4 its path, 3 its last part, 2 that without its ending, 1 without all its endings,
 * 0 not at all. */
static int name_closeness(const char *path, const char *name, size_t len)
{
	const char *file = last_part(path);

	if (equal_names(name, len, path, strlen(path))) return 4;
	if (equal_names(name, len, file, strlen(file))) return 3;
	if (equal_names(name, len, file, exact_stem_len(file))) return 2;
	if (equal_names(name, len, file, stem_len(file))) return 1;
	return 0;
}

static size_t count_as(const vv_sql_paths *l, const char *name, size_t len, int least)
{
	size_t n = 0;

	vv_array_each(l->items, l->count, it) {
		n += name_closeness(*it, name, len) >= least;
	}
	return n;
}

void vv_sql_name_short(const char **at, size_t *len, const vv_sql_paths *l, size_t i)
{
	*at = last_part(l->items[i]);
	*len = strchr(*at, '#') ? strlen(*at) : stem_len(*at);
	if (count_as(l, *at, *len, 1) > 1) {
		*len = strlen(*at);
		if (count_as(l, *at, *len, 1) > 1) {
			*at = l->items[i];
			*len = strlen(*at);
		}
	}
}

/* Letters that must be changed, added or left out, at most `most`. */
static size_t name_distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t most)
{
	size_t row[64];

	if (a_len >= 63 || b_len >= 63) return most + 1;
	for (size_t j = 0; j <= b_len; j++) {
		row[j] = j;
	}
	for (size_t i = 1; i <= a_len; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = corner + (fold_letter(a[i - 1]) != fold_letter(b[j - 1]));

			corner = row[j];
			row[j] = row[j] + 1 < cost ? row[j] + 1 : cost;
			row[j] = row[j - 1] + 1 < row[j] ? row[j - 1] + 1 : row[j];
		}
	}
	return row[b_len];
}

static bool is_file(const char *word)
{
	struct stat st;

	return stat(word, &st) == 0 && S_ISREG(st.st_mode);
}

/* Hints at a file of the folder that is not tracked: new.csv for the name `new`. */
static bool hint_file(varve_error *err, const char *name, size_t len)
{
	static const char *const endings[] = {"csv", "tsv", "ndjson", "jsonl", "json"};

	vv_array_each(endings, sizeof(endings) / sizeof(endings[0]), it) {
		char file[256];
		const int n = snprintf(file, sizeof(file), "%.*s.%s", (int)len, name, *it);

		if (n > 0 && (size_t)n < sizeof(file) && is_file(file)) {
			snprintf(err->hint, sizeof(err->hint),
				 "the file is not tracked: write \"%s\" in place of the name",
				 file);
			return true;
		}
	}
	return false;
}

static void hint_nearest(varve_error *err, const vv_sql_paths *l, const char *name, size_t len)
{
	size_t best = 4, at = 0;

	if (hint_file(err, name, len)) return;
	for (size_t i = 0; i < l->count; i++) {
		const char *file = last_part(l->items[i]);
		size_t one = name_distance(name, len, file, stem_len(file), 3),
		       two = name_distance(name, len, file, strlen(file), 3),
		       near = one < two ? one : two;

		if (near < best && near * 3 <= len + 2) {
			best = near;
			at = i;
		}
	}
	if (best < 4) {
		const char *near;
		size_t near_len;

		vv_sql_name_short(&near, &near_len, l, at);
		snprintf(err->hint, sizeof(err->hint), "did you mean \"%.*s\"?", (int)near_len,
			 near);
	} else if (l->count > 0) {
		snprintf(err->hint, sizeof(err->hint),
			 "list the tables with: SELECT name FROM varve_tables");
	} else {
		snprintf(err->hint, sizeof(err->hint),
			 "add tables with 'varve add', or name a file: \"./prices.csv\"");
	}
}

/* ---- finding ---- */

/* found: one of those that the name means best, with the closeness `best`. */
static int refuse_several(const vv_sql_paths *l, const char *name, size_t len, int best,
			  const char *found, varve_error *err)
{
	const int least = best == 4 ? 4 : 1;
	const bool alike = count_as(l, found, strlen(found), 4) > 1;
	size_t left = count_as(l, name, len, least);
	sqlite3_str *list = sqlite3_str_new(NULL);

	vv_array_each(l->items, l->count, it) {
		if (name_closeness(*it, name, len) >= least) {
			left--;
			sqlite3_str_appendf(list, "'%s'%s", *it,
					    left > 1    ? ", "
					    : left == 1 ? " or "
							: "");
		}
	}
	vv_auto_sqlite char *text = sqlite3_str_finish(list);
	if (!text) return vv_sql_error_memory(err);
	vv_sql_error_format(err, VARVE_EUSAGE, "'%.*s' is ambiguous: %s", (int)len, name, text);
	snprintf(err->hint, sizeof(err->hint),
		 alike ? "SQL cannot distinguish these names: use the path of a file: \"./%s\""
		       : "name one by its path: \"%s\"",
		 found);
	return VARVE_EUSAGE;
}

/* The one path that the name means among those of the list. */
static int choose_path(char **out, const vv_sql_paths *l, const char *name, size_t len,
		       varve_error *err)
{
	const char *found = NULL;
	bool several = false;
	int best = 0;

	*out = NULL;
	vv_array_each(l->items, l->count, it) {
		int close = name_closeness(*it, name, len);

		if (close > best) {
			best = close;
			found = *it;
			several = false;
		} else if (close == best && close > 0) {
			several = true;
		}
	}
	if (several) return refuse_several(l, name, len, best, found, err);
	if (!found) return VARVE_ENOTFOUND;
	*out = sqlite3_mprintf("%s", found);
	return *out ? 0 : vv_sql_error_memory(err);
}

/* "./NAME" is below the current folder, as in Git's REV:./NAME. NULL: out of memory. */
static char *path_of_name(const varve_repo *repo, const char *name, size_t len)
{
	const char *tree = varve_repo_folder(repo, VARVE_FOLDER_WORK_TREE), *below = "";
	const size_t tree_len = tree ? strlen(tree) : 0;
	char *here = NULL;

	if (len < 2 || memcmp(name, "./", 2) != 0) return sqlite3_mprintf("%.*s", (int)len, name);
	if (tree && (here = realpath(".", NULL)) && strncmp(here, tree, tree_len) == 0 &&
	    here[tree_len] == '/') {
		below = here + tree_len + 1;
	}
	char *path = sqlite3_mprintf("%s%s%.*s", below, *below ? "/" : "", (int)len - 2, name + 2);
	free(here);
	return path;
}

/* A file that is not kept as a table, nor named like one, is one by its whole path: JSON that was never added as a table. */
static int choose_file(char **out, vv_sql_catalog *c, const char *revision, const char *name,
		       size_t len, varve_error *err)
{
	vv_auto_sqlite char *path = path_of_name(c->repo, name, len);
	char commit[VARVE_ID_SIZE];
	const char *document = path ? strchr(path, '#') : NULL;
	varve_version *version = NULL;
	varve_table *table = NULL;
	varve_error unused;
	int rc = 0;
	bool now = !revision && varve_repo_folder(c->repo, VARVE_FOLDER_WORK_TREE);

	if (!path) return vv_sql_error_memory(err);
	if ((!now && varve_rev_parse(commit, c->repo, revision ? revision : "HEAD", &unused) < 0) ||
	    varve_version_at(&version, c->repo, now ? NULL : commit, path, &unused) < 0) {
		return VARVE_ENOTFOUND;
	}
	/* NAME#TABLE@REVISION: the document exists, but may lack such a table */
	if (document && strchr(document, '@')) {
		rc = varve_table_open(&table, version, NULL, &unused);
		varve_table_free(table);
	}
	varve_version_free(version);
	if (rc == VARVE_ENOTFOUND) return rc;
	*out = vv_take(&path);
	return 0;
}

/* NAME@REVISION, cut at this '@'. */
static int find_cut(vv_sql_name *out, vv_sql_catalog *c, const char *word, const char *at,
		    varve_error *err)
{
	const size_t len = (size_t)(at - word);
	vv_auto(vv_sql_paths) l = {.count = 0};
	int rc = vv_sql_paths_list(&l, c->repo, at + 1, false, err);

	if (rc < 0) return rc;
	rc = choose_path(&out->path, &l, word, len, err);
	if (rc == VARVE_ENOTFOUND) {
		rc = choose_file(&out->path, c, at + 1, word, len, err);
	}
	if (rc == VARVE_ENOTFOUND) {
		vv_sql_error_format(err, VARVE_ENOTFOUND, "%s has no table '%.*s'", at + 1,
				    (int)len, word);
		hint_nearest(err, &l, word, len);
	}
	if (rc == 0 && !(out->revision = sqlite3_mprintf("%s", at + 1))) {
		rc = vv_sql_error_memory(err);
	}
	return rc;
}

/* Is the file, wherever links lead, below the folder, and not one of Git's? */
static bool is_below(const char *folder, const char *file)
{
	char *top = realpath(folder, NULL), *whole = realpath(file, NULL);
	const size_t len = top ? strlen(top) : 0;
	const bool below = top && whole && strncmp(whole, top, len) == 0 && whole[len] == '/' &&
			   strncmp(whole + len, "/.git/", 6) != 0;

	free(top);
	free(whole);
	return below;
}

/* May a confined query read the found table? Only tables of versions, and files below the top folder, or the current
 * one. */
static int confine_table(vv_sql_catalog *c, const vv_sql_name *found, const char *word,
			 varve_error *err)
{
	const char *tree = c->repo ? varve_repo_folder(c->repo, VARVE_FOLDER_WORK_TREE) : NULL;
	vv_auto_sqlite char *file = sqlite3_mprintf("%s%s%s", tree ? tree : "", tree ? "/" : "",
						    found->path);
	bool may = found->revision || (c->repo && !tree && !found->outside);

	if (!file) return vv_sql_error_memory(err);
	if (!may) {
		may = found->outside ? !c->repo && is_below(".", found->path)
				     : is_below(tree, file);
	}
	return may ? 0
		   : vv_sql_error_format(
			     err, VARVE_EUSAGE,
			     "with --confined, only tables of this repository can be queried, not '%s'",
			     word);
}

static int take_file(vv_sql_name *out, const char *word, varve_error *err)
{
	char *whole = realpath(word, NULL);

	out->outside = true;
	out->path = sqlite3_mprintf("%s", whole ? whole : word);
	free(whole);
	return out->path ? 0 : vv_sql_error_memory(err);
}

static int find_now(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err)
{
	vv_auto(vv_sql_paths) l = {.count = 0};
	varve_error unborn;
	int rc = vv_sql_paths_list(&l, c->repo, c->at, false, &unborn);

	if (rc < 0 && (c->at || rc != VARVE_ENOTFOUND)) { /* no commit yet: no tables */
		*err = unborn;
		return rc;
	}
	rc = choose_path(&out->path, &l, word, strlen(word), err);
	if (rc == VARVE_ENOTFOUND && c->repo) {
		rc = choose_file(&out->path, c, c->at, word, strlen(word), err);
	}
	if (rc == 0 && c->at && !(out->revision = sqlite3_mprintf("%s", c->at))) {
		rc = vv_sql_error_memory(err);
	}
	if (rc == VARVE_ENOTFOUND) {
		err->hint[0] = '\0';
		err->hint_id = 0;
		vv_sql_error_format(err, VARVE_ENOTFOUND, "no such table: %s", word);
		hint_nearest(err, &l, word, strlen(word));
	}
	return rc;
}

static int find_version(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err)
{
	varve_error of_cut = {.code = 0};
	int rc = strncmp(word, "./", 2) == 0 && is_file(word) ? take_file(out, word, err)
							      : find_now(out, c, word, err);

	/* The revision may have an '@' itself, and so may the path: the first cut that fits. */
	for (const char *at = strchr(word, '@'); rc == VARVE_ENOTFOUND && at && c->repo;
	     at = strchr(at + 1, '@')) {
		int cut = at > word && at[1] ? find_cut(out, c, word, at, err) : VARVE_ENOTFOUND;

		of_cut = cut < 0 && of_cut.code == 0 && at > word && at[1] ? *err : of_cut;
		rc = cut;
	}
	if (rc == VARVE_ENOTFOUND && is_file(word)) return take_file(out, word, err);
	if (rc < 0 && of_cut.code != 0) {
		*err = of_cut;
		rc = of_cut.code;
	}
	return rc;
}

/* Functions of a table that is no longer in the work tree find it in HEAD. */
static int find_function(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err)
{
	varve_error other;

	/* a file of the repository, which has versions, rather than any file */
	if (c->repo && strncmp(word, "./", 2) == 0 &&
	    choose_file(&out->path, c, NULL, word, strlen(word), err) == 0) {
		return 0;
	}
	int rc = find_version(out, c, word, err);
	if (rc != VARVE_ENOTFOUND || !c->repo || strchr(word, '@')) return rc;
	vv_auto_sqlite char *in_head = sqlite3_mprintf("%s@HEAD", word);
	if (!in_head) return vv_sql_error_memory(err);
	vv_sql_name_clear(out);
	return find_version(out, c, in_head, &other) == 0 ? 0 : rc;
}

int vv_sql_name_find(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err)
{
	memset(out, 0, sizeof(*out));
	err->hint[0] = '\0';
	err->hint_id = 0;
	int rc = find_version(out, c, word, err);
	for (int kind = VV_NAME_ROW; rc == VARVE_ENOTFOUND && kind > VV_NAME_VERSION; kind--) {
		size_t len = strlen(prefixes[kind]);

		/* varve_diff_cells_ begins as varve_diff_ does, and comes before it here */
		if (sqlite3_strnicmp(word, prefixes[kind], (int)len) == 0 && word[len]) {
			vv_sql_name_clear(out);
			rc = find_function(out, c, word + len, err);
			out->kind = kind;
			break;
		}
	}
	if (rc == 0 && c->confined) {
		rc = confine_table(c, out, word, err);
	}
	if (rc < 0) {
		vv_sql_name_clear(out);
	}
	return rc;
}
