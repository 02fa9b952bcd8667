/*
 * index: reading Git's index and changing it in memory; which stat makes an entry
 * certain.
 */
#include "repo/git/index/index.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/tree_internal.h"

#define TICK_NSEC 20000000 /* more than a kernel tick (10 ms at 100 Hz) */
#define SKIP_WORKTREE GIT_INDEX_ENTRY_SKIP_WORKTREE
#define INTENT_TO_ADD GIT_INDEX_ENTRY_INTENT_TO_ADD

/* --- opening --------------------------------------------------------------------- */

static vv_status open_failed(const char *path, int code, vv_error *err)
{
	const git_error *last = git_error_last();
	const char *why = last && last->message ? last->message : "";

	if (strstr(why, "'link'")) {
		git_error_clear();
		(void)vv_fail(err, VV_ENOSUPPORT,
			      "the index '%s' is split, which varve cannot read",
			      vv_text_shows(path));
		return vv_hint(
			err, "git update-index --no-split-index; git config core.splitIndex false");
	}
	if (strstr(why, "'sdir'")) {
		git_error_clear();
		(void)vv_fail(err, VV_ENOSUPPORT,
			      "the index '%s' is sparse, which varve cannot read",
			      vv_text_shows(path));
		return vv_hint(err, "git sparse-checkout reapply --no-sparse-index");
	}
	return vv_git_fail(err, code, "cannot read the index '%s'", vv_text_shows(path));
}

vv_status vv_index_open(vv_index **out, vv_repository *r, vv_error *err)
{
	vv_index *x = vv_calloc(1, sizeof(*x));
	vv_status rc;
	int code;

	*out = NULL;
	if (!x) {
		return vv_fail_nomem(err);
	}
	x->repo = r;
	x->has_stamp = vv_lstat(&x->stamp, r->index_file, NULL) == VV_OK;
	if ((code = git_index_open(&x->git, r->index_file)) < 0) {
		rc = open_failed(r->index_file, code, err);
		vv_index_close(x);
		return rc;
	}
	*out = x;
	return VV_OK;
}

void vv_index_close(vv_index *x)
{
	size_t i;

	if (!x) {
		return;
	}
	for (i = 0; i < x->edit_count; i++) {
		vv_free(x->edits[i].path);
	}
	vv_free(x->edits);
	git_index_free(x->git);
	vv_free(x);
}

/* --- looking ----------------------------------------------------------------------- */

static void to_entry(const git_index_entry *from, vv_index_entry *out)
{
	memset(out, 0, sizeof(*out));
	out->path = from->path;
	vv_oid_from_git(&out->id, &from->id);
	out->mode = from->mode;
	out->stage = GIT_INDEX_ENTRY_STAGE(from);
	out->size = from->file_size;
	out->mtime_sec = from->mtime.seconds;
	out->mtime_nsec = from->mtime.nanoseconds;
	out->ctime_sec = from->ctime.seconds;
	out->ctime_nsec = from->ctime.nanoseconds;
	out->ino = from->ino;
	out->dev = from->dev;
	out->skip_worktree = (from->flags_extended & SKIP_WORKTREE) != 0;
	out->intent_to_add = (from->flags_extended & INTENT_TO_ADD) != 0;
}

size_t vv_index_count(const vv_index *x)
{
	return git_index_entrycount(x->git);
}

void vv_index_at(const vv_index *x, size_t i, vv_index_entry *out)
{
	to_entry(git_index_get_byindex(x->git, i), out);
}

bool vv_index_get(const vv_index *x, const char *path, vv_index_entry *out)
{
	return vv_index_get_stage(x, path, 0, out);
}

bool vv_index_get_stage(const vv_index *x, const char *path, int stage, vv_index_entry *out)
{
	const git_index_entry *e = git_index_get_bypath(x->git, path, stage);

	git_error_clear();
	if (e) {
		to_entry(e, out);
	}
	return e != NULL;
}

bool vv_index_has_conflicts(const vv_index *x)
{
	return git_index_has_conflicts(x->git) != 0;
}

bool vv_time_is_racy(int64_t mtime_sec, int64_t now_sec, uint32_t now_nsec)
{
	if (now_nsec < TICK_NSEC) {
		now_sec--;
	}
	return mtime_sec >= now_sec;
}

/* The index keeps 32 bits of every number. */
static bool same_time(int64_t file_sec, uint32_t file_nsec, int64_t sec, uint32_t nsec)
{
	return (uint32_t)file_sec == (uint32_t)sec &&
	       (nsec == 0 || file_nsec == 0 || file_nsec == nsec);
}

/* Was the entry's file written so shortly before the index that it may have been
 * written again since, with the same times? */
static bool entry_is_racy(const vv_index *x, const vv_index_entry *e)
{
	int64_t sec = (uint32_t)x->stamp.mtime_sec;

	if (!x->has_stamp) {
		return true;
	}
	if (e->mtime_nsec == 0 || x->stamp.mtime_nsec == 0) {
		return e->mtime_sec >= sec;
	}
	if (e->mtime_sec != sec) {
		return e->mtime_sec > sec;
	}
	return (int64_t)e->mtime_nsec + TICK_NSEC >= (int64_t)x->stamp.mtime_nsec;
}

/* Is it an entry that this process set, and so judged, itself? */
static bool is_edited(const vv_index *x, const char *path)
{
	size_t i;

	for (i = x->edit_count; i > 0; i--) {
		if (!x->edits[i - 1].remove && strcmp(x->edits[i - 1].path, path) == 0) {
			return true;
		}
	}
	return false;
}

static bool same_kind(uint32_t entry_mode, uint32_t st_mode)
{
	if ((entry_mode & 0170000) == 0120000) {
		return S_ISLNK(st_mode);
	}
	return S_ISREG(st_mode) && ((entry_mode & 0100) != 0) == ((st_mode & 0100) != 0);
}

bool vv_index_stat_clean(const vv_index *x, const vv_index_entry *e, const vv_stat *st)
{
	if (e->intent_to_add || e->stage != 0 || e->size != (uint32_t)st->size ||
	    (e->size == 0 && st->size != 0)) {
		return false;
	}
	if (!same_kind(e->mode, st->mode) || e->ino != (uint32_t)st->ino ||
	    !same_time(st->mtime_sec, st->mtime_nsec, e->mtime_sec, e->mtime_nsec) ||
	    !same_time(st->ctime_sec, st->ctime_nsec, e->ctime_sec, e->ctime_nsec)) {
		return false;
	}
	return is_edited(x, e->path) || !entry_is_racy(x, e);
}

/* --- changing ------------------------------------------------------------------------ */

vv_status vv_index_apply(git_index *git, const vv_index_edit *edit, vv_error *err)
{
	/* A side of a conflict joins the others. */
	int code = GIT_INDEX_ENTRY_STAGE(&edit->entry) != 0
			   ? 0
			   : git_index_conflict_remove(git, edit->path);

	if (code < 0 && code != GIT_ENOTFOUND) {
		return vv_git_fail(err, code, "cannot change the index at '%s'",
				   vv_text_shows(edit->path));
	}
	if (edit->remove) {
		code = git_index_remove(git, edit->path, 0);
	} else {
		code = git_index_add(git, &edit->entry);
	}
	if (code < 0 && !(edit->remove && code == GIT_ENOTFOUND)) {
		vv_status rc = vv_git_fail(err, code, "cannot change the index at '%s'",
					   vv_text_shows(edit->path));

		return rc;
	}
	git_error_clear();
	return VV_OK;
}

/* Was the file written less than a tick ago? Then its date does not prove that it still is
 * what was read of it. (Dates in the future: so said to be sure.) */
static bool is_young(const vv_stat *st)
{
	int64_t sec;
	uint32_t nsec;

	vv_now(&sec, &nsec);
	sec -= st->mtime_sec;
	return sec < 0 || (sec < 2 && sec * 1000000000 + nsec - st->mtime_nsec < TICK_NSEC);
}

static vv_status add_edit(vv_index *x, const char *path, bool remove, const git_index_entry *entry,
			  const vv_stat *st, vv_error *err)
{
	vv_index_edit *edit;
	vv_status rc;

	if (x->edit_count == x->edit_cap) {
		size_t cap = x->edit_cap ? x->edit_cap * 2 : 16;
		vv_index_edit *edits = vv_realloc_array(x->edits, cap, sizeof(*edits));

		if (!edits) {
			return vv_fail_nomem(err);
		}
		x->edits = edits;
		x->edit_cap = cap;
	}
	edit = &x->edits[x->edit_count];
	memset(edit, 0, sizeof(*edit));
	if (!(edit->path = vv_strdup(path))) {
		return vv_fail_nomem(err);
	}
	edit->remove = remove;
	edit->size = st ? (uint32_t)st->size : 0;
	edit->young = st && is_young(st);
	if (entry) {
		edit->entry = *entry;
	}
	edit->entry.path = edit->path;
	if ((rc = vv_index_apply(x->git, edit, err)) < 0) {
		vv_free(edit->path);
	} else {
		x->edit_count++;
	}
	return rc;
}

static void fill_stat(const vv_repository *r, git_index_entry *e, const char *path,
		      const vv_stat *st)
{
	char *file = vv_repository_file(r, path);
	vv_stat now_st;
	int64_t sec;
	uint32_t nsec;
	bool racy;

	e->mtime.seconds = (int32_t)(uint32_t)st->mtime_sec;
	e->mtime.nanoseconds = st->mtime_nsec;
	e->ctime.seconds = (int32_t)(uint32_t)st->ctime_sec;
	e->ctime.nanoseconds = st->ctime_nsec;
	e->dev = (uint32_t)st->dev;
	e->ino = (uint32_t)st->ino;
	e->uid = st->uid;
	e->gid = st->gid;
	/* The clock first, then the file once more: equal then means that any later
	 * change gets a later second, which Git will see. */
	vv_now(&sec, &nsec);
	racy = !file || vv_lstat(&now_st, file, NULL) < 0 || !vv_stat_equal(&now_st, st) ||
	       vv_time_is_racy(st->mtime_sec, sec, nsec);
	e->file_size = racy ? 0 : (uint32_t)st->size;
	vv_free(file);
}

vv_status vv_index_set(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
		       const vv_stat *st, vv_error *err)
{
	git_index_entry e;

	memset(&e, 0, sizeof(e));
	e.mode = mode;
	vv_oid_to_git(&e.id, id);
	if (st) {
		fill_stat(x->repo, &e, path, st);
	}
	return add_edit(x, path, false, &e, st, err);
}

vv_status vv_index_set_conflict(vv_index *x, const char *path, const vv_index_side sides[3],
				vv_error *err)
{
	vv_status rc = add_edit(x, path, true, NULL, NULL, err);
	size_t i;

	for (i = 0; rc == VV_OK && i < 3; i++) {
		git_index_entry e;

		if (sides[i].mode == 0) {
			continue;
		}
		memset(&e, 0, sizeof(e));
		e.mode = sides[i].mode;
		vv_oid_to_git(&e.id, &sides[i].id);
		e.flags = (uint16_t)((i + 1) << GIT_INDEX_ENTRY_STAGESHIFT);
		rc = add_edit(x, path, false, &e, NULL, err);
	}
	return rc;
}

vv_status vv_index_remove(vv_index *x, const char *path, vv_error *err)
{
	size_t at;
	int code = git_index_find(&at, x->git, path);

	git_error_clear();
	if (code < 0) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not in the index", vv_text_shows(path));
	}
	return add_edit(x, path, true, NULL, NULL, err);
}

/* --- trees ----------------------------------------------------------------------------- */

typedef struct compared {
	const git_index *git;
	size_t next, count;
	vv_change_fn fn;
	void *payload;
} compared;

static const git_index_entry *next_plain(compared *c)
{
	for (; c->next < c->count; c->next++) {
		const git_index_entry *e = git_index_get_byindex((git_index *)(uintptr_t)c->git,
								 c->next);

		if (GIT_INDEX_ENTRY_STAGE(e) == 0 && !(e->flags_extended & INTENT_TO_ADD)) {
			return e;
		}
	}
	return NULL;
}

static bool in_conflict(const compared *c, const char *path)
{
	size_t at;
	int code = git_index_find(&at, (git_index *)(uintptr_t)c->git, path);
	const git_index_entry *e = code == 0 ? git_index_get_byindex((git_index *)(uintptr_t)c->git,
								     at)
					     : NULL;

	git_error_clear();
	return e && GIT_INDEX_ENTRY_STAGE(e) != 0;
}

static vv_status added(compared *c, const git_index_entry *e, vv_error *err)
{
	vv_change change = {0};

	change.path = e->path;
	change.new_mode = e->mode;
	vv_oid_from_git(&change.new_id, &e->id);
	c->next++;
	return c->fn(c->payload, &change, err);
}

/* Merges the commit's sorted entries with the index's. */
static vv_status compare_entry(void *payload, const vv_change *in_tree, vv_error *err)
{
	compared *c = payload;
	const git_index_entry *e;
	vv_change change = {0};
	vv_status rc;
	int order = 1;

	while ((e = next_plain(c)) && (order = strcmp(e->path, in_tree->path)) < 0) {
		if ((rc = added(c, e, err)) < 0) {
			return rc;
		}
	}
	change.path = in_tree->path;
	change.old_mode = in_tree->new_mode;
	change.old_id = in_tree->new_id;
	if (!e || order > 0) {
		return in_conflict(c, in_tree->path) ? VV_OK : c->fn(c->payload, &change, err);
	}
	c->next++;
	change.new_mode = e->mode;
	vv_oid_from_git(&change.new_id, &e->id);
	if (change.old_mode == change.new_mode && vv_oid_equal(&change.old_id, &change.new_id)) {
		return VV_OK;
	}
	return c->fn(c->payload, &change, err);
}

vv_status vv_index_changes(vv_repository *r, const vv_oid *commit_or_null, vv_change_fn fn,
			   void *payload, vv_error *err)
{
	vv_index *x = NULL;
	compared c = {0};
	const git_index_entry *e;
	git_oid tree;
	vv_status rc;

	if ((rc = vv_index_open(&x, r, err)) < 0) {
		return rc;
	}
	c.git = x->git;
	c.count = git_index_entrycount(x->git);
	c.fn = fn;
	c.payload = payload;
	if (commit_or_null &&
	    ((rc = vv_commit_tree(r, commit_or_null, &tree, err)) < 0 ||
	     (rc = vv_tree_diff(r, NULL, &tree, "", compare_entry, &c, err)) < 0)) {
		goto done;
	}
	while (rc == VV_OK && (e = next_plain(&c))) {
		rc = added(&c, e, err);
	}
done:
	vv_index_close(x);
	return rc;
}
