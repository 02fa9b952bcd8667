/*
 * untracked: walking the work tree for files that the index does not have, and .gitignore. Tables
 * are never opened: only names are looked at.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/repository_internal.h"

/* ignore: what the lines of .gitignore files mean, and which of them wins: the last
 * match in the deepest file.
 */

#define FILE_BYTES_MAX (16u << 20)

typedef struct rule {
	const char *pattern;
	bool negated, folders_only;
	bool anchored; /* matched against the path below its file's folder, else against the name */
} rule;

typedef struct rules {
	vv_arena arena;
	rule *items;
	size_t count, cap;
	size_t folder_len; /* of the folder that the file lies in */
} rules;

typedef struct ignore {
	vv_repository *repo;
	rules *files; /* core.excludesFile, info/exclude, then a .gitignore for each folder */
	size_t count, cap;
	bool any_case; /* core.ignorecase */
} ignore;

static void rules_clear(rules *r)
{
	vv_arena_clear(&r->arena);
	vv_free(r->items);
}

/* Blanks at the end do not count unless a backslash stands before. */
static size_t trimmed(const char *line, size_t len)
{
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t')) {
		if (len > 1 && line[len - 2] == '\\') {
			break;
		}
		len--;
	}
	return len;
}

static vv_status add_rule(rules *to, const char *line, size_t len, vv_error *err)
{
	rule made = {0};
	char *text;

	if (len > 0 && line[len - 1] == '\r') {
		len--;
	}
	len = trimmed(line, len);
	if (len == 0 || line[0] == '#') return VV_OK;
	if (line[0] == '!') {
		made.negated = true;
		line++;
		len--;
	}
	if (len > 0 && line[len - 1] == '/') {
		made.folders_only = true;
		len--;
	}
	if (len == 0) return VV_OK;
	made.anchored = memchr(line, '/', len) != NULL;
	if (line[0] == '/') {
		line++;
		len--;
	}
	if (!vv_array_room(to->items, to->count, to->cap)) return vv_fail_nomem(err);
	if (!(text = vv_arena_strndup(&to->arena, line, len))) return vv_fail_nomem(err);
	made.pattern = text;
	to->items[to->count++] = made;
	return VV_OK;
}

/* A missing or unreadable file has no rules; a link in the work tree is not
 * followed, as in Git. */
static vv_status read_rules(rules *to, const char *path, bool follow, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;

	if (!follow && (vv_lstat(&st, path, NULL) < 0 || !S_ISREG(st.mode))) return VV_OK;
	vv_status rc = follow ? vv_read_file(&text, path, FILE_BYTES_MAX, err)
			      : vv_read_regular(&text, path, FILE_BYTES_MAX, err);
	if (rc == VV_ENOTFOUND || rc == VV_EIO || rc == VV_EINPUT) {
		vv_error_clear(err);
		return VV_OK;
	}
	const char *p = vv_buf_cstr(&text);
	const char *end = p + text.len;
	if (text.len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
	}
	while (rc == VV_OK && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = eol ? (size_t)(eol - p) : (size_t)(end - p);

		rc = add_rule(to, p, len, err);
		p += len + (eol != NULL);
	}
	return rc;
}

static vv_status push_file(ignore *ig, const char *path, size_t folder_len, bool follow,
			   vv_error *err)
{
	vv_status rc;

	if (!vv_array_room(ig->files, ig->count, ig->cap)) return vv_fail_nomem(err);
	rules *r = &ig->files[ig->count];
	memset(r, 0, sizeof(*r));
	vv_arena_init(&r->arena);
	r->folder_len = folder_len;
	if ((rc = read_rules(r, path, follow, err)) < 0) {
		rules_clear(r);
	} else {
		ig->count++;
	}
	return rc;
}

static char *default_excludes(const vv_env *env)
{
	const char *xdg = vv_env_get(env, "XDG_CONFIG_HOME"), *home = vv_env_get(env, "HOME");

	if (xdg && *xdg) return vv_path_join(xdg, "git", "ignore", NULL);
	return home && *home ? vv_path_join(home, ".config", "git", "ignore", NULL) : vv_strdup("");
}

static void ignore_close(ignore *ig)
{
	if (!ig) return;
	while (ig->count > 0) {
		rules_clear(&ig->files[--ig->count]);
	}
	vv_free_all(ig->files, ig);
}
VV_AUTO_FREE(ignore, ignore_close)

/* Reads core.excludesFile and info/exclude. */
static vv_status ignore_open(ignore **out, vv_repository *r, vv_error *err)
{
	vv_auto(ignore) *ig = vv_calloc(1, sizeof(*ig));
	vv_auto(char) *excludes = NULL, *info = vv_path_join(r->commondir, "info", "exclude", NULL);
	vv_status rc;

	*out = NULL;
	if (!ig || !info) return vv_fail_nomem(err);
	ig->repo = r;
	if ((rc = vv_missing_ok(vv_config_path(r, "core.excludesfile", &excludes, err), err)) < 0 ||
	    (rc = vv_config_bool(r, "core.ignorecase", false, &ig->any_case, err)) < 0) {
		return rc;
	}
	if (!excludes && !(excludes = default_excludes(r->env))) return vv_fail_nomem(err);
	if ((rc = push_file(ig, excludes, 0, true, err)) < 0 ||
	    (rc = push_file(ig, info, 0, true, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &ig);
}

/* Enters a folder: its path with a final '/', "" for the top. */
static vv_status ignore_push(ignore *ig, const char *folder, vv_error *err)
{
	vv_auto(char) *dir = vv_repository_file(ig->repo, folder);
	vv_auto(char) *path = vv_path_join(dir, ".gitignore", NULL);

	return path ? push_file(ig, path, strlen(folder), false, err) : vv_fail_nomem(err);
}

static void ignore_pop(ignore *ig)
{
	rules_clear(&ig->files[--ig->count]);
}

/* Is the path, which lies in the folder entered last, ignored by a pattern of its
 * own? (What lies in an ignored folder is ignored too: the caller does not enter.) */
static bool ignore_match(const ignore *ig, const char *path, bool is_folder)
{
	bool (*match)(const char *, const char *) = ig->any_case ? vv_path_match_any_case
								 : vv_path_match;

	for (size_t i = ig->count; i > 0; i--) {
		const rules *r = &ig->files[i - 1];
		const char *below = path + r->folder_len;

		for (size_t k = r->count; k > 0; k--) {
			const rule *one = &r->items[k - 1];

			if ((!one->folders_only || is_folder) &&
			    match(one->pattern, one->anchored ? below : vv_path_base(path))) {
				return !one->negated;
			}
		}
	}
	return false;
}

/* Goes down to the path as git check-ignore does. */
vv_status vv_path_ignored(vv_repository *r, const char *path, bool *out, vv_error *err)
{
	vv_auto(ignore) *ig = NULL;
	vv_auto(char) *part = vv_strdup(path), *file = NULL;
	vv_stat st;
	vv_status rc;

	*out = false;
	if (!part) return vv_fail_nomem(err);
	if ((rc = ignore_open(&ig, r, err)) < 0 || (rc = ignore_push(ig, "", err)) < 0) {
		return rc;
	}
	for (char *slash = strchr(part, '/'); slash && slash[1] && !*out;
	     slash = strchr(slash + 1, '/')) {
		char kept = slash[1];

		*slash = '\0';
		*out = ignore_match(ig, part, true);
		*slash = '/';
		slash[1] = '\0';
		rc = ignore_push(ig, part, err);
		slash[1] = kept;
		if (rc < 0) return rc;
	}
	size_t len = strlen(part);
	if (*out || len == 0) return VV_OK;
	if (part[len - 1] == '/') {
		part[len - 1] = '\0';
		*out = ignore_match(ig, part, true);
	} else {
		file = vv_repository_file(r, part);
		*out = ignore_match(ig, part,
				    vv_lstat(&st, file, NULL) == VV_OK && S_ISDIR(st.mode));
	}
	return VV_OK;
}

#define DEPTH_MAX 4096u

/* A folder being walked. Its names are sorted with '/' after those of folders, so
 * that whole paths come out sorted. */
typedef struct folder {
	char *path; /* relative, with a final '/', or "" */
	vv_string_list names;
	size_t next;
	bool untracked; /* nothing in it is in the index */
} folder;

typedef struct search {
	vv_index *x;
	ignore *ignore; /* one level a folder */
	const char *prefix;
	bool all;
	bool ignored_too;
	vv_path_fn fn;
	void *payload;
	folder *folders;
	size_t depth, cap;
} search;

static void pop_folder(search *s)
{
	folder *f = &s->folders[--s->depth];

	vv_string_list_clear(&f->names);
	vv_free(f->path);
	ignore_pop(s->ignore);
}

/* A file, a link, or a folder, which gets a '/' after its name. Others, and ".git", are left out. */
static vv_status add_name(vv_string_list *names, const vv_folder *entry, vv_error *err)
{
	vv_entry_kind kind = entry->kind;
	vv_stat st;

	if (strcmp(entry->name, ".git") == 0) return VV_OK;
	if (kind == VV_ENTRY_UNKNOWN && vv_lstat(&st, entry->path, NULL) == VV_OK) {
		kind = S_ISREG(st.mode)   ? VV_ENTRY_FILE
		       : S_ISLNK(st.mode) ? VV_ENTRY_LINK
		       : S_ISDIR(st.mode) ? VV_ENTRY_FOLDER
					  : VV_ENTRY_OTHER;
	}
	if (kind == VV_ENTRY_UNKNOWN || kind == VV_ENTRY_OTHER) return VV_OK;
	return vv_string_list_add(names,
				  kind == VV_ENTRY_FOLDER ? vv_asprintf("%s/", entry->name)
							  : vv_strdup(entry->name),
				  err);
}

/* Enters a folder; one that cannot be read counts as empty, as in Git. */
static vv_status push_folder(search *s, const char *path, bool untracked, vv_error *err)
{
	vv_auto(char) *dir = vv_repository_file(s->x->repo, path), *own = vv_strdup(path);
	vv_auto(vv_folder) entries = {0};
	vv_status rc;

	if (!dir || !own || !vv_array_room(s->folders, s->depth, s->cap)) return vv_fail_nomem(err);
	if ((rc = ignore_push(s->ignore, path, err)) < 0) return rc;
	folder *f = &s->folders[s->depth++];
	*f = (folder){.path = vv_take(&own), .untracked = untracked};
	if ((rc = vv_folder_read(&entries, dir, true, err)) == VV_EIO) {
		vv_error_clear(err);
		return VV_OK;
	}
	while (rc == VV_OK && vv_folder_next(&entries)) {
		rc = add_name(&f->names, &entries, err);
	}
	if (f->names.count > 1) {
		qsort(f->names.items, f->names.count, sizeof(char *), vv_text_order);
	}
	return rc;
}

static const git_index_entry *in_index(const search *s, const char *path)
{
	size_t at;
	bool found = git_index_find(&at, s->x->git, path) == 0;

	git_error_clear();
	return found ? git_index_get_byindex(s->x->git, at) : NULL;
}

/* A folder's path ends in '/', which is taken off for the moment. */
static bool is_ignored(const search *s, char *path)
{
	size_t len = strlen(path);
	bool is_folder = path[len - 1] == '/';

	if (s->ignored_too) return false;
	if (is_folder) {
		path[len - 1] = '\0';
	}
	bool ignored = ignore_match(s->ignore, path, is_folder);
	if (is_folder) {
		path[len - 1] = '/';
	}
	return ignored;
}

/* path ends in '/'. */
static bool any_in_index(const search *s, const char *path)
{
	size_t at;
	bool found = git_index_find_prefix(&at, s->x->git, path) == 0;

	git_error_clear();
	return found;
}

static vv_status is_repository(const search *s, const char *path, bool *out, vv_error *err)
{
	vv_auto(char) *dir = vv_repository_file(s->x->repo, path);
	vv_auto(char) *git = vv_path_join(dir, ".git", NULL);

	*out = vv_exists(git);
	return git ? VV_OK : vv_fail_nomem(err);
}

/* May the path (a folder's ends in '/') lie at, below or above the prefix? */
static bool concerns(const search *s, const char *path)
{
	size_t len = strlen(path), want = strlen(s->prefix);

	if (want == 0) return true;
	if (len > want) return strncmp(path, s->prefix, want) == 0 && path[want] == '/';
	if (len == want) return strcmp(path, s->prefix) == 0;
	return path[len - 1] == '/' && strncmp(path, s->prefix, len) == 0;
}

static bool above_prefix(const search *s, const char *path)
{
	size_t len = strlen(path);

	return len <= strlen(s->prefix) && path[len - 1] == '/' &&
	       strncmp(path, s->prefix, len) == 0;
}

/* The next path of the topmost folder, the caller's; where it has no more, it is popped and *path
 * is NULL. */
static vv_status next_path(search *s, char **path, bool *untracked, vv_error *err)
{
	folder *f = &s->folders[s->depth - 1];

	*untracked = f->untracked;
	if (f->next == f->names.count) {
		pop_folder(s);
		return VV_OK;
	}
	*path = vv_path_join(f->path, f->names.items[f->next++], NULL);
	return *path ? VV_OK : vv_fail_nomem(err);
}

/* Is there a file below the untracked folder that is not ignored? Goes down the
 * same stack and back up to where it began. */
static vv_status holds_something(search *s, const char *path, bool *out, vv_error *err)
{
	size_t floor = s->depth;
	vv_status rc = push_folder(s, path, true, err);

	*out = false;
	while (rc == VV_OK && !*out && s->depth > floor) {
		vv_auto(char) *below = NULL;
		bool untracked;

		if ((rc = next_path(s, &below, &untracked, err)) < 0 || !below ||
		    is_ignored(s, below)) {
			continue;
		}
		if (below[strlen(below) - 1] != '/') {
			*out = true;
		} else if ((rc = is_repository(s, below, out, err)) == VV_OK && !*out &&
			   s->depth < DEPTH_MAX) {
			rc = push_folder(s, below, true, err);
		}
	}
	while (s->depth > floor) {
		pop_folder(s);
	}
	return rc;
}

static vv_status visit_folder(search *s, char *path, bool untracked, vv_error *err)
{
	vv_auto(char) *bare = vv_strndup(path, strlen(path) - 1);
	bool something = true, module;
	vv_status rc;

	if (!bare) return vv_fail_nomem(err);
	const git_index_entry *entry = untracked ? NULL : in_index(s, bare);
	/* Where a tracked file became a folder, git status tells only of the file, too, but with -uall. */
	if ((entry && (entry->mode == GIT_FILEMODE_COMMIT || !s->all)) || s->depth >= DEPTH_MAX) {
		return VV_OK;
	}
	if (is_ignored(s, path)) { /* even with tracked files in it: no other is shown */
		return VV_OK;
	}
	bool tracked = !untracked && any_in_index(s, path);
	if (!tracked && ((rc = is_repository(s, path, &module, err)) < 0 || module)) {
		return rc < 0 ? rc : s->fn(s->payload, path, err);
	}
	if (tracked || s->all || above_prefix(s, path)) return push_folder(s, path, !tracked, err);
	rc = holds_something(s, path, &something, err);
	return rc < 0 || !something ? rc : s->fn(s->payload, path, err);
}

static vv_status visit_file(search *s, char *path, bool untracked, vv_error *err)
{
	if ((!untracked && in_index(s, path) != NULL) || is_ignored(s, path)) return VV_OK;
	return s->fn(s->payload, path, err);
}

static void search_clear(search *s)
{
	while (s->depth > 0) {
		pop_folder(s);
	}
	vv_free(s->folders);
	ignore_close(s->ignore);
}

static vv_status walk(search *s, vv_error *err)
{
	vv_index *x = s->x;
	vv_status rc;

	if (!x->repo->workdir) return VV_OK;
	if ((rc = ignore_open(&s->ignore, x->repo, err)) < 0) return rc;
	rc = push_folder(s, "", git_index_entrycount(x->git) == 0, err);
	while (rc == VV_OK && s->depth > 0) {
		vv_auto(char) *path = NULL;
		bool untracked;

		if ((rc = next_path(s, &path, &untracked, err)) == VV_OK && path &&
		    concerns(s, path)) {
			rc = path[strlen(path) - 1] == '/' ? visit_folder(s, path, untracked, err)
							   : visit_file(s, path, untracked, err);
		}
	}
	return rc;
}

VV_AUTO_CLEAR(search, search_clear)

vv_status vv_untracked_each(vv_index *x, const char *prefix, bool all, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(search) s = {.x = x, .prefix = prefix, .all = all, .fn = fn, .payload = payload};

	return walk(&s, err);
}

vv_status vv_unindexed_each(vv_index *x, const char *prefix, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(search) s = {.x = x,
			     .prefix = prefix,
			     .all = true,
			     .ignored_too = true,
			     .fn = fn,
			     .payload = payload};

	return walk(&s, err);
}
