/*
 * refs: reading refs and HEAD, through libgit2, which knows loose and packed ones.
 */
#include "repo/git/history/refs.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/refs_internal.h"

void vv_ref_clear(vv_ref *ref)
{
	vv_free(ref->name);
	vv_free(ref->symbolic);
	memset(ref, 0, sizeof(*ref));
}

/* The commit that an object is or, as a tag, leads to; the null id when none. */
static vv_status peel_to_commit(vv_repository *r, const git_oid *id, vv_oid *out, bool *annotated,
				vv_error *err)
{
	git_object *object = NULL, *commit = NULL;
	git_object_t type;
	uint64_t size;
	vv_status rc = vv_object_header(r, id, &type, &size, err);
	int code;

	memset(out, 0, sizeof(*out));
	if (rc < 0) {
		return rc;
	}
	*annotated = type == GIT_OBJECT_TAG;
	if (type == GIT_OBJECT_COMMIT) {
		vv_oid_from_git(out, id);
		return VV_OK;
	}
	if (type != GIT_OBJECT_TAG) {
		return VV_OK;
	}
	if ((code = git_object_lookup(&object, r->git, id, GIT_OBJECT_TAG)) < 0) {
		return vv_git_fail(err, code, "cannot read a tag");
	}
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0) {
		vv_oid_from_git(out, git_object_id(commit));
	}
	git_error_clear();
	git_object_free(commit);
	git_object_free(object);
	return VV_OK;
}

static vv_status fill(vv_repository *r, const git_reference *from, vv_ref *out, vv_error *err)
{
	git_reference *direct = NULL;
	const git_oid *id = git_reference_target(from);
	vv_status rc = VV_OK;
	int code;

	memset(out, 0, sizeof(*out));
	if (!(out->name = vv_strdup(git_reference_name(from)))) {
		return vv_fail_nomem(err);
	}
	if (git_reference_type(from) == GIT_REFERENCE_SYMBOLIC) {
		if (!(out->symbolic = vv_strdup(git_reference_symbolic_target(from)))) {
			return vv_fail_nomem(err);
		}
		/* What cannot be read is not the same as a branch without a commit. */
		code = git_reference_resolve(&direct, from);
		if (code < 0 && code != GIT_ENOTFOUND) {
			return vv_git_fail(err, code, "cannot read the ref '%s'",
					   vv_text_shows(out->symbolic));
		}
		id = code == 0 ? git_reference_target(direct) : NULL;
		git_error_clear();
	}
	if (id) {
		vv_oid_from_git(&out->id, id);
		rc = peel_to_commit(r, id, &out->commit, &out->annotated, err);
		if (rc < 0) {
			(void)vv_prefix(err, "%s", vv_text_shows(out->name));
		}
	}
	git_reference_free(direct);
	return rc;
}

static int compare_refs(const void *x, const void *y)
{
	const git_reference *a = *(git_reference *const *)x, *b = *(git_reference *const *)y;

	return strcmp(git_reference_name(a), git_reference_name(b));
}

typedef struct ref_list {
	git_reference **items;
	size_t count, cap;
	size_t sorted; /* the first so many are sorted by name */
} ref_list;

static void sort_refs(ref_list *l)
{
	if (l->count > 0) {
		qsort(l->items, l->count, sizeof(*l->items), compare_refs);
	}
	l->sorted = l->count;
}

static vv_status add_ref(ref_list *l, git_reference *take_ref, vv_error *err)
{
	if (!vv_array_room(l->items, l->count, l->cap)) {
		git_reference_free(take_ref);
		return vv_fail_nomem(err);
	}
	l->items[l->count++] = take_ref;
	return VV_OK;
}

static int compare_name(const void *name, const void *item)
{
	return strcmp(name, git_reference_name(*(git_reference *const *)item));
}

static bool has_ref(const ref_list *l, const char *name)
{
	return l->sorted > 0 && bsearch(name, l->items, l->sorted, sizeof(*l->items), compare_name);
}

/* Did the disk or the memory keep a ref from being read? One whose content is not a ref is passed over,
 * as libgit2 does; fsck reports it. */
static bool cannot_be_read(int code)
{
	const git_error *e = git_error_last();

	return code != GIT_ENOTFOUND && e &&
	       (e->klass == GIT_ERROR_OS || e->klass == GIT_ERROR_NOMEMORY);
}

/* What is at a path below refs/: a folder is to be looked into, a file is a ref. */
static vv_status look_at(ref_list *l, vv_repository *r, const char *prefix, char *take_name,
			 char ***todo, size_t *todo_count, size_t *todo_cap, vv_error *err)
{
	size_t len = strlen(take_name), prefix_len = strlen(prefix);
	char *path = vv_path_join(r->commondir, take_name, NULL);
	git_reference *ref = NULL;
	vv_stat st;
	vv_status rc = VV_OK;
	int code;

	if (!path) {
		vv_free(take_name);
		return vv_fail_nomem(err);
	}
	if (strncmp(take_name, prefix, len < prefix_len ? len : prefix_len) != 0 ||
	    vv_lstat(&st, path, NULL) < 0) {
		goto done;
	}
	if (S_ISDIR(st.mode)) {
		if (!vv_array_room(*todo, *todo_count, *todo_cap)) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		(*todo)[(*todo_count)++] = take_name;
		take_name = NULL;
	} else if (len >= prefix_len && S_ISREG(st.mode) && !vv_path_ends(take_name, ".lock") &&
		   !has_ref(l, take_name)) {
		code = git_reference_lookup(&ref, r->git, take_name);
		rc = code == 0              ? add_ref(l, ref, err)
		     : cannot_be_read(code) ? vv_git_fail(err, code, "cannot read the ref '%s'",
							  vv_text_shows(take_name))
					    : VV_OK;
	}
	git_error_clear();
done:
	vv_free(take_name);
	vv_free(path);
	return rc;
}

/* libgit2 stops listing refs at a symbolic link to nothing, which a lock that varve holds is. */
static vv_status add_loose(ref_list *l, vv_repository *r, const char *prefix, vv_error *err)
{
	char **todo = NULL, *dir = vv_strdup("refs");
	size_t todo_count = 0, todo_cap = 0;
	vv_status rc = dir ? VV_OK : vv_fail_nomem(err);

	while (rc == VV_OK && dir) {
		char *path = vv_path_join(r->commondir, dir, NULL), **names = NULL;
		size_t count = 0;

		rc = path ? vv_list_dir(&names, &count, path, err) : vv_fail_nomem(err);
		if (rc == VV_ENOTFOUND) {
			vv_error_clear(err);
			rc = VV_OK;
		}
		for (size_t i = 0; rc == VV_OK && i < count; i++) {
			char *name = vv_path_join(dir, names[i], NULL);

			rc = name ? look_at(l, r, prefix, name, &todo, &todo_count, &todo_cap, err)
				  : vv_fail_nomem(err);
		}
		vv_names_free(names, count);
		vv_free(path);
		vv_free(dir);
		dir = todo_count > 0 ? todo[--todo_count] : NULL;
	}
	vv_free(dir);
	vv_names_free(todo, todo_count);
	return rc;
}

/* The caller frees the items and their array, also on failure. */
static vv_status list_refs(ref_list *l, vv_repository *r, const char *prefix, vv_error *err)
{
	git_reference_iterator *it = NULL;
	git_reference *ref;
	size_t len = strlen(prefix);
	vv_status rc = VV_OK;
	int code = git_reference_iterator_new(&it, r->git);

	memset(l, 0, sizeof(*l));
	while (code == 0 && rc == VV_OK && (code = git_reference_next(&ref, it)) == 0) {
		if (strncmp(git_reference_name(ref), prefix, len) != 0) {
			git_reference_free(ref);
			continue;
		}
		rc = add_ref(l, ref, err);
	}
	if (rc == VV_OK && code < 0 && code != GIT_ITEROVER) {
		rc = vv_git_fail(err, code, "cannot list the refs");
	}
	git_error_clear();
	git_reference_iterator_free(it);
	sort_refs(l);
	if (rc == VV_OK && (rc = add_loose(l, r, prefix, err)) == VV_OK && l->count > l->sorted) {
		sort_refs(l);
	}
	return rc;
}

vv_status vv_refs_each(vv_repository *r, const char *prefix, vv_ref_fn fn, void *payload,
		       vv_error *err)
{
	ref_list l;
	size_t i;
	vv_status rc = list_refs(&l, r, prefix, err);

	for (i = 0; i < l.count; i++) {
		vv_ref ref = {0};

		if (rc == VV_OK && (rc = fill(r, l.items[i], &ref, err)) == VV_OK) {
			rc = fn(payload, &ref, err);
		}
		vv_ref_clear(&ref);
		git_reference_free(l.items[i]);
	}
	vv_free(l.items);
	return rc;
}

vv_status vv_ref_get(vv_repository *r, const char *name, vv_ref *out, vv_error *err)
{
	git_reference *ref = NULL;
	vv_status rc;
	int code;

	memset(out, 0, sizeof(*out));
	code = git_reference_lookup(&ref, r->git, name);
	if (code == GIT_ENOTFOUND) {
		git_error_clear();
		return vv_fail(err, VV_ENOTFOUND, "no ref named '%s'", vv_text_shows(name));
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the ref '%s'", vv_text_shows(name));
	}
	rc = fill(r, ref, out, err);
	git_reference_free(ref);
	if (rc < 0) {
		vv_ref_clear(out);
	}
	return rc;
}

/* --- HEAD ----------------------------------------------------------------- */

void vv_head_clear(vv_head *h)
{
	vv_free(h->branch);
	memset(h, 0, sizeof(*h));
}

bool vv_head_is(vv_repository *r, const char *branch_or_null, const vv_oid *commit)
{
	vv_head head = {0};
	bool is;

	if (vv_oid_is_null(commit)) {
		return false;
	}
	if (vv_head_read(r, &head, NULL) < 0) { /* the disk that failed the move fails this too */
		return vv_oid_equal(&r->moved_to, commit);
	}
	is = vv_oid_equal(&head.commit, commit) &&
	     (!branch_or_null || (head.branch && strcmp(head.branch, branch_or_null) == 0));
	vv_head_clear(&head);
	return is;
}

vv_status vv_head_read(vv_repository *r, vv_head *out, vv_error *err)
{
	vv_ref ref = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_ref_get(r, "HEAD", &ref, err)) < 0) {
		return rc;
	}
	out->branch = ref.symbolic;
	ref.symbolic = NULL;
	out->commit = ref.commit;
	out->detached = !out->branch;
	out->unborn = vv_oid_is_null(&ref.id);
	vv_ref_clear(&ref);
	return VV_OK;
}

/* --- branches ---------------------------------------------------------------- */

/* Does a file of a worktree's Git folder name the branch? */
static bool file_names(const char *gitdir, const char *file, const char *start, const char *branch)
{
	char *path = vv_path_join(gitdir, file, NULL);
	vv_buf text = VV_BUF_INIT;
	const char *p;
	size_t len = strlen(start);
	bool same = false;

	if (path && vv_read_file(&text, path, 4096, NULL) == VV_OK) {
		p = vv_buf_cstr(&text);
		while (text.len > 0 && isspace((unsigned char)text.data[text.len - 1])) {
			text.data[--text.len] = '\0';
		}
		same = strncmp(p, start, len) == 0 &&
		       strcmp(p + len + strspn(p + len, " "), branch) == 0;
	}
	vv_buf_clear(&text);
	vv_free(path);
	return same;
}

static bool worktree_has(const char *gitdir, const char *branch)
{
	return file_names(gitdir, "HEAD", "ref:", branch) ||
	       file_names(gitdir, "rebase-merge/head-name", "", branch) ||
	       file_names(gitdir, "rebase-apply/head-name", "", branch);
}

/* The work tree of a linked worktree's Git folder; its own path when unknown. */
static char *linked_path(const char *gitdir)
{
	char *file = vv_path_join(gitdir, "gitdir", NULL), *out = NULL;
	vv_buf text = VV_BUF_INIT;

	if (file && vv_read_file(&text, file, 8192, NULL) == VV_OK) {
		while (text.len > 0 && text.data[text.len - 1] == '\n') {
			text.len--;
		}
		if (text.len > 5 && memcmp(text.data + text.len - 5, "/.git", 5) == 0) {
			text.len -= 5;
		}
		if (text.len > 0) {
			out = vv_strndup(text.data, text.len);
		}
	}
	vv_buf_clear(&text);
	vv_free(file);
	return out ? out : vv_strdup(gitdir);
}

vv_status vv_branch_checked_out(vv_repository *r, const char *branch_ref, char **out, vv_error *err)
{
	char *list = vv_path_join(r->commondir, "worktrees", NULL), **names = NULL;
	size_t count = 0, i;
	vv_status rc = VV_OK;

	*out = NULL;
	if (!list) {
		return vv_fail_nomem(err);
	}
	if (!git_repository_is_bare(r->git) && worktree_has(r->commondir, branch_ref)) {
		*out = vv_path_dir(r->commondir);
		goto done;
	}
	if (!vv_exists(list) || (rc = vv_list_dir(&names, &count, list, err)) < 0) {
		goto done;
	}
	for (i = 0; i < count && !*out && rc == VV_OK; i++) {
		char *gitdir = vv_path_join(list, names[i], NULL);

		if (!gitdir) {
			rc = vv_fail_nomem(err);
		} else if (worktree_has(gitdir, branch_ref)) {
			*out = linked_path(gitdir);
		}
		vv_free(gitdir);
	}
done:
	vv_names_free(names, count);
	vv_free(list);
	return rc;
}
