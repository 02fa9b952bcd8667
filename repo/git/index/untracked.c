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
	char **names;
	size_t count, next;
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

	vv_names_free(f->names, f->count);
	vv_free(f->path);
	vv_ignore_pop(s->ignore);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Is it a file, a link or a folder (then with a '/' put after its name)? Others, and
 * ".git", are dropped. */
static vv_status mark_name(const char *dir, char **name, bool *keep, vv_error *err)
{
	char *file = vv_path_join(dir, *name, NULL), *marked;
	size_t len = strlen(*name);
	vv_stat st;
	vv_status rc = VV_OK;

	*keep = false;
	if (!file) {
		return vv_fail_nomem(err);
	}
	if (strcmp(*name, ".git") == 0 || vv_lstat(&st, file, NULL) < 0) {
		goto done;
	}
	if (S_ISDIR(st.mode)) {
		if (!(marked = vv_realloc(*name, len + 2))) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		memcpy(marked + len, "/", 2);
		*name = marked;
	}
	*keep = S_ISREG(st.mode) || S_ISLNK(st.mode) || S_ISDIR(st.mode);
done:
	vv_free(file);
	return rc;
}

static vv_status mark_folders(const char *dir, char **names, size_t *count, vv_error *err)
{
	size_t i, kept = 0;
	vv_status rc = VV_OK;

	for (i = 0; i < *count; i++) {
		bool keep = false;

		if (rc == VV_OK) {
			rc = mark_name(dir, &names[i], &keep, err);
		}
		if (keep) {
			names[kept++] = names[i];
		} else {
			vv_free(names[i]);
		}
	}
	*count = kept;
	return rc;
}

/* Enters a folder; one that cannot be read counts as empty, as in Git. */
static vv_status push_folder(search *s, const char *path, bool untracked, vv_error *err)
{
	char *dir = vv_repository_file(s->x->repo, path);
	folder *f;
	vv_status rc = VV_OK;

	if (!dir) {
		return vv_fail_nomem(err);
	}
	if (!vv_array_room(s->folders, s->depth, s->cap)) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	f = &s->folders[s->depth];
	memset(f, 0, sizeof(*f));
	if (!(f->path = vv_strdup(path))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = vv_ignore_push(s->ignore, path, err)) < 0) {
		vv_free(f->path);
		goto done;
	}
	f->untracked = untracked;
	s->depth++;
	rc = vv_list_dir(&f->names, &f->count, dir, err);
	if (rc == VV_OK) {
		rc = mark_folders(dir, f->names, &f->count, err);
		if (f->count > 1) {
			qsort(f->names, f->count, sizeof(char *), compare_names);
		}
	} else if (rc == VV_EIO || rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		rc = VV_OK;
	}
done:
	vv_free(dir);
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
	bool is_folder = path[len - 1] == '/', ignored;

	if (s->ignored_too) {
		return false;
	}
	if (is_folder) {
		path[len - 1] = '\0';
	}
	ignored = vv_ignore_match(s->ignore, path, is_folder);
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
	char *dir = vv_repository_file(s->x->repo, path);
	char *git = dir ? vv_path_join(dir, ".git", NULL) : NULL;

	*out = git && vv_exists(git);
	vv_free(git);
	vv_free(dir);
	return git ? VV_OK : vv_fail_nomem(err);
}

/* May the path (a folder's ends in '/') lie at, below or above the prefix? */
static bool concerns(const search *s, const char *path)
{
	size_t len = strlen(path), want = strlen(s->prefix);

	if (want == 0) {
		return true;
	}
	if (len > want) {
		return strncmp(path, s->prefix, want) == 0 && path[want] == '/';
	}
	if (len == want) {
		return strcmp(path, s->prefix) == 0;
	}
	return path[len - 1] == '/' && strncmp(path, s->prefix, len) == 0;
}

static bool above_prefix(const search *s, const char *path)
{
	size_t len = strlen(path);

	return len <= strlen(s->prefix) && path[len - 1] == '/' &&
	       strncmp(path, s->prefix, len) == 0;
}

/* Is there a file below the untracked folder that is not ignored? Goes down the
 * same stack and back up to where it began. */
static vv_status holds_something(search *s, const char *path, bool *out, vv_error *err)
{
	size_t floor = s->depth;
	vv_status rc = push_folder(s, path, true, err);

	*out = false;
	while (rc == VV_OK && !*out && s->depth > floor) {
		folder *f = &s->folders[s->depth - 1];
		char *below;

		if (f->next == f->count) {
			pop_folder(s);
			continue;
		}
		below = vv_path_join(f->path, f->names[f->next++], NULL);
		if (!below) {
			rc = vv_fail_nomem(err);
			break;
		}
		if (!is_ignored(s, below)) {
			if (below[strlen(below) - 1] != '/') {
				*out = true;
			} else if ((rc = is_repository(s, below, out, err)) == VV_OK && !*out &&
				   s->depth < DEPTH_MAX) {
				rc = push_folder(s, below, true, err);
			}
		}
		vv_free(below);
	}
	while (s->depth > floor) {
		pop_folder(s);
	}
	return rc;
}

static vv_status visit_folder(search *s, char *path, bool untracked, vv_error *err)
{
	char *bare = vv_strndup(path, strlen(path) - 1);
	const git_index_entry *entry;
	bool something = true, module, tracked;
	vv_status rc = VV_OK;

	if (!bare) {
		return vv_fail_nomem(err);
	}
	entry = untracked ? NULL : in_index(s, bare);
	vv_free(bare);
	/* Where a tracked file became a folder, git status tells only of the file, too, but with -uall. */
	if ((entry && (entry->mode == GIT_FILEMODE_COMMIT || !s->all)) || s->depth >= DEPTH_MAX) {
		return VV_OK;
	}
	if (is_ignored(s, path)) { /* even with tracked files in it: no other is shown */
		return VV_OK;
	}
	tracked = !untracked && any_in_index(s, path);
	if (!tracked && ((rc = is_repository(s, path, &module, err)) < 0 || module)) {
		return rc < 0 ? rc : s->fn(s->payload, path, err);
	}
	if (tracked || s->all || above_prefix(s, path)) {
		return push_folder(s, path, !tracked, err);
	}
	if ((rc = holds_something(s, path, &something, err)) == VV_OK && something) {
		rc = s->fn(s->payload, path, err);
	}
	return rc;
}

static vv_status visit_file(search *s, char *path, bool untracked, vv_error *err)
{
	if ((!untracked && in_index(s, path) != NULL) || is_ignored(s, path)) {
		return VV_OK;
	}
	return s->fn(s->payload, path, err);
}

static vv_status walk(search *s, vv_error *err)
{
	vv_index *x = s->x;
	vv_status rc;

	if (!x->repo->workdir) {
		return VV_OK;
	}
	if ((rc = vv_ignore_open(&s->ignore, x->repo, err)) < 0) {
		return rc;
	}
	rc = push_folder(s, "", git_index_entrycount(x->git) == 0, err);
	while (rc == VV_OK && s->depth > 0) {
		folder *f = &s->folders[s->depth - 1];
		bool untracked = f->untracked;
		char *path;

		if (f->next == f->count) {
			pop_folder(s);
			continue;
		}
		path = vv_path_join(f->path, f->names[f->next++], NULL);
		if (!path) {
			rc = vv_fail_nomem(err);
		} else if (!concerns(s, path)) {
			rc = VV_OK;
		} else if (path[strlen(path) - 1] == '/') {
			rc = visit_folder(s, path, untracked, err);
		} else {
			rc = visit_file(s, path, untracked, err);
		}
		vv_free(path);
	}
	while (s->depth > 0) {
		pop_folder(s);
	}
	vv_free(s->folders);
	vv_ignore_close(s->ignore);
	return rc;
}

vv_status vv_untracked_each(vv_index *x, const char *prefix, bool all, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	search s = {.x = x, .prefix = prefix, .all = all, .fn = fn, .payload = payload};

	return walk(&s, err);
}

vv_status vv_unindexed_each(vv_index *x, const char *prefix, vv_path_fn fn, void *payload,
			    vv_error *err)
{
	search s = {.x = x,
		    .prefix = prefix,
		    .all = true,
		    .ignored_too = true,
		    .fn = fn,
		    .payload = payload};

	return walk(&s, err);
}
