/*
 * untracked: walking the work tree for files that the index does not have. Tables
 * are never opened: only names are looked at.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/ignore.h"
#include "repo/git/index/index_internal.h"

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
	vv_ignore *ignore; /* one level a folder */
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
	vv_ignore_pop(s->ignore);
}

/* A file, a link, or a folder, which gets a '/' after its name. Others, and ".git", are left out. */
static vv_status add_name(vv_string_list *names, const vv_folder *entry, vv_error *err)
{
	vv_buf marked = VV_BUF_INIT;
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
	vv_buf_printf(&marked, "%s%s", entry->name, kind == VV_ENTRY_FOLDER ? "/" : "");
	return vv_string_list_add(names, vv_buf_detach(&marked), err);
}

/* Enters a folder; one that cannot be read counts as empty, as in Git. */
static vv_status push_folder(search *s, const char *path, bool untracked, vv_error *err)
{
	vv_auto(char) *dir = vv_repository_file(s->x->repo, path), *own = vv_strdup(path);
	vv_auto(vv_folder) entries = {0};
	vv_status rc;

	if (!dir || !own || !vv_array_room(s->folders, s->depth, s->cap)) return vv_fail_nomem(err);
	if ((rc = vv_ignore_push(s->ignore, path, err)) < 0) return rc;
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
	bool ignored = vv_ignore_match(s->ignore, path, is_folder);
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
	vv_ignore_close(s->ignore);
}

static vv_status walk(search *s, vv_error *err)
{
	vv_index *x = s->x;
	vv_status rc;

	if (!x->repo->workdir) return VV_OK;
	if ((rc = vv_ignore_open(&s->ignore, x->repo, err)) < 0) return rc;
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
