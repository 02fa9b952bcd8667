/*
 * index: reading Git's index and changing it in memory; which stat makes an entry
 * certain; trees made from the index, and a copy of it to go back to.
 */
#include "repo/git/index/index.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/system/user.h"
#include "base/text.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index_file.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/lock.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/tree_internal.h"

#define TICK_NSEC 20000000 /* more than a kernel tick (10 ms at 100 Hz) */
#define SKIP_WORKTREE GIT_INDEX_ENTRY_SKIP_WORKTREE
#define INTENT_TO_ADD GIT_INDEX_ENTRY_INTENT_TO_ADD

/* --- opening --------------------------------------------------------------------- */

static vv_status read_file(vv_index *x, vv_error *err)
{
	int code = vv_index_file_open(&x->file, x->repo);

	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(x->repo->index_file));
	}
	x->git = x->file->git;
	x->stamp = x->file->stat;
	x->has_stamp = x->stamp.mode != 0;
	return VV_OK;
}

static void drop_edits(vv_index *x)
{
	while (x->edit_count > 0) {
		vv_free(x->edits[--x->edit_count].path);
	}
}

vv_status vv_index_open(vv_index **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_index) *x = vv_calloc(1, sizeof(*x));
	vv_status rc;

	*out = NULL;
	if (!x) return vv_fail_nomem(err);
	x->repo = r;
	if ((rc = read_file(x, err)) < 0) return rc;
	x->here = (vv_open_index){.git = x->git, .before = r->open_index, .listed = true};
	r->open_index = &x->here;
	return vv_hand_over(out, &x);
}

static vv_status read_base(vv_repository *r, git_index *git, const vv_oid *commit, vv_error *err)
{
	vv_auto(git_tree) *tree = NULL;
	git_oid id;
	vv_status rc = vv_commit_tree(r, commit, &id, err);
	int code;

	if (rc < 0) return rc;
	if ((code = git_tree_lookup(&tree, r->git, &id)) < 0 ||
	    (code = git_index_read_tree(git, tree)) < 0) {
		rc = vv_git_fail(err, code, "cannot read a tree");
	}
	return rc;
}

vv_status vv_index_open_tree(vv_index **out, vv_repository *r, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_index) *x = vv_calloc(1, sizeof(*x));
	vv_status rc = VV_OK;
	int code;

	*out = NULL;
	if (!x) return vv_fail_nomem(err);
	x->repo = r;
	if ((code = vv_index_file_new(&x->file)) < 0) {
		return vv_git_fail(err, code, "cannot make an index");
	}
	x->git = x->file->git;
	if (commit && (rc = read_base(r, x->git, commit, err)) < 0) return rc;
	x->here = (vv_open_index){.git = x->git,
				  .before = r->open_index,
				  .listed = true,
				  .alone = true,
				  .attributes = true};
	r->open_index = &x->here;
	return vv_hand_over(out, &x);
}

bool vv_index_is_tree(const vv_index *x)
{
	return x->here.alone;
}

void vv_index_ask_attributes(vv_index *x)
{
	x->here.attributes = true;
}

/* They need not be closed in the order in which they were opened. */
static void unlink_open(vv_index *x)
{
	vv_open_index **at = x->here.listed ? &x->repo->open_index : NULL;

	while (at && *at != &x->here) {
		at = &(*at)->before;
	}
	if (at) {
		*at = x->here.before;
	}
}

void vv_index_close(vv_index *x)
{
	if (!x) return;
	unlink_open(x);
	drop_edits(x);
	vv_git_lock_release(&x->lock);
	vv_free(x->edits);
	vv_index_file_close(x->file);
	vv_free(x);
}

bool vv_index_is_current(const vv_index *x)
{
	vv_stat now;
	bool is = x->here.alone || vv_lstat(&now, x->repo->index_file, NULL) == VV_OK;

	return x->here.alone || (is == x->has_stamp && (!is || vv_stat_equal(&now, &x->stamp)));
}

/* --- looking ----------------------------------------------------------------------- */

vv_index_entry vv_index_entry_of(const git_index_entry *from)
{
	const bool skipped = (from->flags_extended & SKIP_WORKTREE) != 0;

	return (vv_index_entry){.path = from->path,
				.id = *vv_from_git(&from->id),
				.mode = from->mode,
				.stage = GIT_INDEX_ENTRY_STAGE(from),
				.size = from->file_size,
				.mtime_sec = from->mtime.seconds,
				.mtime_nsec = from->mtime.nanoseconds,
				.ctime_sec = from->ctime.seconds,
				.ctime_nsec = from->ctime.nanoseconds,
				.ino = from->ino,
				.skip_worktree = skipped,
				.hidden = skipped || (from->flags & GIT_INDEX_ENTRY_VALID) != 0,
				.intent_to_add = (from->flags_extended & INTENT_TO_ADD) != 0};
}

size_t vv_index_count(const vv_index *x)
{
	return git_index_entrycount(x->git);
}

vv_index_entry vv_index_at(const vv_index *x, size_t i)
{
	assert(i < vv_index_count(x));
	return vv_index_entry_of(git_index_get_byindex(x->git, i));
}

bool vv_index_next(const vv_index *x, vv_index_entry *e)
{
	const size_t at = e->next;

	if (at >= vv_index_count(x)) return false;
	*e = vv_index_at(x, at);
	e->next = at + 1;
	return true;
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
		*out = vv_index_entry_of(e);
	}
	return e != NULL;
}

bool vv_index_is_unmerged(const vv_index *x, const char *path)
{
	vv_index_entry e;

	return vv_index_get_stage(x, path, 1, &e) || vv_index_get_stage(x, path, 2, &e) ||
	       vv_index_get_stage(x, path, 3, &e);
}

vv_status vv_index_check_module(const vv_index *x, const char *path, vv_error *err)
{
	vv_auto(char) *above = vv_strdup(path);
	vv_index_entry e;

	if (!above) return vv_fail_nomem(err);
	for (char *slash = strchr(above, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (vv_index_get(x, above, &e) && (e.mode & 0170000) == 0160000) {
			return vv_fail(err, VV_EREFUSED,
				       "'%s' is in the submodule '%s'\n"
				       "run the command in '%s', which is a repository of its own",
				       vv_text_shows(path), vv_text_shows(above),
				       vv_text_shows(above));
		}
		*slash = '/';
	}
	return VV_OK;
}

vv_status vv_index_check_free(const vv_index *x, const char *path, vv_error *err)
{
	vv_status rc;
	size_t at;

	vv_auto(char) *part = vv_asprintf("%s/", path);
	if ((rc = vv_alloc_ok(part, err)) < 0 || (rc = vv_index_check_module(x, path, err)) < 0) {
		return rc;
	}
	if (git_index_find_prefix(&at, x->git, part) == 0) {
		rc = vv_fail(err, VV_EEXISTS,
			     "'%s' cannot be added: the index has a folder of this name",
			     vv_text_shows(path));
	}
	for (char *slash = strchr(part, '/'); slash && slash[1] && rc == VV_OK;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (git_index_find(&at, x->git, part) == 0) {
			rc = vv_fail(err, VV_EEXISTS,
				     "'%s' cannot be added: the index has the file '%s'",
				     vv_text_shows(path), vv_text_shows(part));
		}
		*slash = '/';
	}
	git_error_clear();
	return rc;
}

bool vv_index_has_conflicts(const vv_index *x)
{
	return git_index_has_conflicts(x->git) != 0;
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

	if (!x->has_stamp) return true;
	if (e->mtime_nsec == 0 || x->stamp.mtime_nsec == 0) return e->mtime_sec >= sec;
	if (e->mtime_sec != sec) return e->mtime_sec > sec;
	return (int64_t)e->mtime_nsec + TICK_NSEC >= (int64_t)x->stamp.mtime_nsec;
}

static bool same_kind(uint32_t entry_mode, uint32_t st_mode)
{
	if ((entry_mode & 0170000) == 0120000) return S_ISLNK(st_mode);
	return S_ISREG(st_mode) && ((entry_mode & 0100) != 0) == ((st_mode & 0100) != 0);
}

bool vv_index_has_written(const vv_index_entry *e, const vv_stat *st)
{
	return !e->intent_to_add && e->stage == 0 && e->size == (uint32_t)st->size &&
	       (e->size != 0 || st->size == 0) && same_kind(e->mode, st->mode) &&
	       (e->ino == (uint32_t)st->ino || !vv_os_git_has_inodes()) &&
	       same_time(st->mtime_sec, st->mtime_nsec, e->mtime_sec, e->mtime_nsec);
}

bool vv_index_stat_clean(const vv_index *x, const vv_index_entry *e, const vv_stat *st)
{
	return vv_index_has_written(e, st) &&
	       (same_time(st->ctime_sec, st->ctime_nsec, e->ctime_sec, e->ctime_nsec) ||
		!vv_os_git_has_inodes()) &&
	       !entry_is_racy(x, e);
}

/* --- changing ------------------------------------------------------------------------ */

static vv_status apply_entry(git_index *git, const char *path, const git_index_entry *entry_or_null,
			     vv_error *err)
{
	/* A side of a conflict joins the others. */
	int code = entry_or_null && GIT_INDEX_ENTRY_STAGE(entry_or_null) != 0
			   ? 0
			   : git_index_conflict_remove(git, path);

	if (code == 0 || code == GIT_ENOTFOUND) {
		code = entry_or_null ? git_index_add(git, entry_or_null)
				     : git_index_remove(git, path, 0);
	}
	if (code < 0 && (entry_or_null || code != GIT_ENOTFOUND)) {
		return vv_git_fail(err, code, "cannot change the index at '%s'",
				   vv_text_shows(path));
	}
	git_error_clear();
	return VV_OK;
}

static vv_status add_edit(vv_index *x, const char *path, git_index_entry *entry_or_null,
			  const vv_stat *look, vv_error *err)
{
	if (!vv_array_room(x->edits, x->edit_count, x->edit_cap)) return vv_fail_nomem(err);
	vv_index_edit *edit = &x->edits[x->edit_count];

	*edit = (vv_index_edit){
		.path = vv_strdup(path), .look = look != NULL, .st = look ? *look : (vv_stat){0}};
	if (!edit->path) return vv_fail_nomem(err);
	if (entry_or_null) {
		entry_or_null->path = edit->path;
	}
	int code = vv_index_file_own(&x->file, x->repo);
	x->git = x->here.git = x->file->git;
	vv_status rc = code < 0 ? vv_git_fail(err, code, "cannot change the index")
				: apply_entry(x->git, edit->path, entry_or_null, err);
	if (rc < 0) {
		vv_free(edit->path);
	} else {
		x->edit_count++;
	}
	return rc;
}

vv_status vv_index_fill_ctime(git_index_entry *e, const vv_repository *r, const vv_stat *st,
			      vv_error *err)
{
	int64_t seconds = st->ctime_sec;
	uint32_t ns = st->ctime_nsec;

	if (!vv_os_git_has_inodes()) {
		vv_auto(char) *file = vv_repository_file(r, e->path);

		if (!file) return vv_fail_nomem(err);
		(void)vv_os_made(file, &seconds, &ns);
	}
	e->ctime = (git_index_time){(int32_t)(uint32_t)seconds, ns};
	return VV_OK;
}

static void fill_stat(git_index_entry *e, const vv_stat *st)
{
	e->mtime.seconds = (int32_t)(uint32_t)st->mtime_sec;
	e->mtime.nanoseconds = st->mtime_nsec;
	e->file_size = (uint32_t)st->size;
	if (vv_os_git_has_inodes()) {
		e->dev = (uint32_t)st->dev;
		e->ino = (uint32_t)st->ino;
		e->uid = st->uid;
		e->gid = st->gid;
	}
}

vv_status vv_index_set(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
		       const vv_stat *st, vv_error *err)
{
	git_index_entry e = {.mode = mode, .id = *vv_to_git(id), .path = path};
	vv_status rc = st ? vv_index_fill_ctime(&e, x->repo, st, err) : VV_OK;

	if (rc < 0) return rc;
	if (st) {
		fill_stat(&e, st);
	}
	return add_edit(x, path, &e, st, err);
}

vv_status vv_index_set_conflict(vv_index *x, const char *path, const vv_index_side sides[3],
				vv_error *err)
{
	vv_status rc = add_edit(x, path, NULL, NULL, err);

	for (size_t i = 0; rc == VV_OK && i < 3; i++) {
		if (sides[i].mode == 0) {
			continue;
		}
		git_index_entry e = {.mode = sides[i].mode,
				     .id = *vv_to_git(&sides[i].id),
				     .flags = (uint16_t)((i + 1) << GIT_INDEX_ENTRY_STAGESHIFT)};
		rc = add_edit(x, path, &e, NULL, err);
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
	return add_edit(x, path, NULL, NULL, err);
}

vv_status vv_index_remove_gone(vv_index *x, const char *path, vv_error *err)
{
	vv_status rc = vv_index_remove(x, path, err);

	if (rc == VV_OK) {
		x->edits[x->edit_count - 1].gone = true;
	}
	return rc;
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

		if (GIT_INDEX_ENTRY_STAGE(e) == 0 && !(e->flags_extended & INTENT_TO_ADD)) return e;
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

static vv_status give_added(compared *c, const git_index_entry *e, vv_error *err)
{
	const vv_change change = {
		.path = e->path, .new_mode = e->mode, .new_id = *vv_from_git(&e->id)};

	c->next++;
	return c->fn(c->payload, &change, err);
}

/* Merges the commit's sorted entries with the index's. */
static vv_status compare_entry(void *payload, const vv_change *in_tree, vv_error *err)
{
	compared *c = payload;
	const git_index_entry *e;
	vv_status rc;
	int order = 1;

	while ((e = next_plain(c)) && (order = strcmp(e->path, in_tree->path)) < 0) {
		if ((rc = give_added(c, e, err)) < 0) return rc;
	}
	vv_change change = {
		.path = in_tree->path, .old_mode = in_tree->new_mode, .old_id = in_tree->new_id};
	if (!e || order > 0) {
		return in_conflict(c, in_tree->path) ? VV_OK : c->fn(c->payload, &change, err);
	}
	c->next++;
	change.new_mode = e->mode;
	change.new_id = *vv_from_git(&e->id);
	if (change.old_mode == change.new_mode && vv_oid_equal(&change.old_id, &change.new_id)) {
		return VV_OK;
	}
	return c->fn(c->payload, &change, err);
}

vv_status vv_index_changes(vv_repository *r, const vv_index *x_or_null,
			   const vv_oid *commit_or_null, vv_change_fn fn, void *payload,
			   vv_error *err)
{
	vv_auto(vv_index) *own = NULL;
	const vv_index *x = x_or_null;
	const git_index_entry *e;
	git_oid tree;
	vv_status rc;

	if (!x && (rc = vv_index_open(&own, r, err)) < 0) return rc;
	x = x ? x : own;
	compared c = {
		.git = x->git, .count = git_index_entrycount(x->git), .fn = fn, .payload = payload};
	if (commit_or_null && (rc = vv_commit_tree(r, commit_or_null, &tree, err)) < 0) return rc;
	if (commit_or_null && (rc = vv_tree_diff(r, NULL, &tree, "", compare_entry, &c, err)) < 0) {
		return rc;
	}
	while ((e = next_plain(&c))) {
		if ((rc = give_added(&c, e, err)) < 0) return rc;
	}
	return VV_OK;
}

/* --- trees --------------------------------------------------------------------------- */

static vv_status write_tree(vv_repository *r, git_index *git, vv_oid *tree, vv_error *err)
{
	git_repository *to;
	vv_status rc = vv_quarantine_repository(r, &to, err);

	if (rc < 0) return rc;
	int code = git_index_write_tree_to(vv_to_git_out(tree), git, to);
	if (code == GIT_EUNMERGED) {
		git_error_clear();
		(void)vv_fail(err, VV_ECONFLICT, "there are unresolved conflicts");
		return vv_hint_code(err, VV_HINT_CONFLICTS);
	}
	return code < 0 ? vv_git_fail(err, code, "cannot make a tree from the index") : VV_OK;
}

/* Copies entries that are really staged. */
static vv_status copy_entries(git_index *from, git_index *to, vv_error *err)
{
	size_t count = git_index_entrycount(from);

	for (size_t i = 0; i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(from, i);
		int code;

		if (e->flags_extended & INTENT_TO_ADD) {
			continue;
		}
		if (GIT_INDEX_ENTRY_STAGE(e) != 0) {
			return vv_fail(err, VV_ECONFLICT, "'%s' is in conflict",
				       vv_text_shows(e->path));
		}
		if ((code = git_index_add(to, e)) < 0) {
			return vv_git_fail(err, code, "cannot copy '%s' from the index",
					   vv_text_shows(e->path));
		}
	}
	return VV_OK;
}

static bool has_intents(git_index *git)
{
	size_t count = git_index_entrycount(git);

	for (size_t i = 0; i < count; i++) {
		if (git_index_get_byindex(git, i)->flags_extended & INTENT_TO_ADD) return true;
	}
	return false;
}

vv_status vv_index_write_tree(vv_index *x, vv_oid *tree, vv_error *err)
{
	vv_auto(git_index) *plain = NULL;
	vv_status rc;
	int code;

	if (!has_intents(x->git)) return write_tree(x->repo, x->git, tree, err);
	if ((code = git_index_new(&plain)) < 0) {
		return vv_git_fail(err, code, "cannot make a tree from the index");
	}
	rc = copy_entries(x->git, plain, err);
	return rc < 0 ? rc : write_tree(x->repo, plain, tree, err);
}

vv_status vv_index_write_commit(vv_oid *out, vv_index *x, const vv_oid *parent, const char *message,
				vv_error *err)
{
	vv_oid tree;
	const vv_commit_options o = {.message = message,
				     .tree = &tree,
				     .parents = parent,
				     .parent_count = 1,
				     .no_sign = true};
	vv_status rc = vv_index_write_tree(x, &tree, err);

	return rc < 0 ? rc : vv_commit_write(x->repo, &o, out, err);
}

#define ATTEMPTS 5 /* to read it while others rename over it */

vv_status vv_index_copy_take(vv_index_copy *out, vv_repository *r, vv_error *err)
{
	vv_stat after;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < ATTEMPTS; i++) {
		rc = vv_lstat(&out->before, r->index_file, err);
		if (rc == VV_ENOTFOUND) {
			out->taken = true;
			return VV_OK;
		}
		vv_buf_reset(&out->bytes);
		if (rc < 0 ||
		    (rc = vv_read_regular(&out->bytes, r->index_file, VV_INDEX_BYTES_MAX, err)) <
			    0 ||
		    (rc = vv_lstat(&after, r->index_file, err)) < 0) {
			return rc;
		}
		if (vv_stat_equal(&out->before, &after)) {
			out->taken = out->existed = true;
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ELOCKED,
		       "other programs keep changing the index '%s'\ntry again "
		       "later",
		       vv_text_shows(r->index_file));
}

/* If another process wrote between the copy and this write, the copy would undo that, too: then there is no last
 * written file, and vv_index_copy_restore fails. */
void vv_index_copy_mark(vv_index_copy *c, vv_repository *r)
{
	vv_stat now;

	c->marked = c->taken && vv_lstat(&now, r->index_file, NULL) == VV_OK;
	if (!c->marked) return;
	const bool unchanged = c->existed && vv_stat_equal(&now, &c->before),
		   own = vv_stat_equal(&now, &r->index_written) &&
			 vv_stat_equal(&r->index_from, &c->before);
	c->written = unchanged || own ? now : (vv_stat){0};
}

void vv_index_copy_mark_hook(vv_index_copy *c, vv_repository *r)
{
	vv_stat now;

	if (c->marked && !vv_stat_equal(&c->written, &(vv_stat){0}) &&
	    vv_lstat(&now, r->index_file, NULL) == VV_OK) {
		c->written = now;
	}
}

static vv_status put_back(const vv_index_copy *c, vv_git_lock *lock, vv_error *err)
{
	vv_auto(vv_syncs) files = {0};
	vv_status rc = vv_index_put_copy(lock, &c->bytes, &c->before, err);

	if (rc < 0) return rc;
	/* the right index, not durable, is better than the other */
	vv_status synced = vv_syncs_add_path(&files, lock->new_path, err);
	synced = synced < 0 ? synced : vv_syncs_wait(&files, err);
	rc = vv_git_lock_replace(lock, false, synced == VV_OK ? err : NULL);
	return synced < 0 ? synced : rc;
}

/* Under the lock. */
static vv_status restore_copy(const vv_index_copy *c, const vv_repository *r, vv_git_lock *lock,
			      vv_error *err)
{
	vv_stat now;

	if (vv_lstat(&now, r->index_file, NULL) < 0 || !vv_stat_equal(&now, &c->written)) {
		return vv_fail(
			err, VV_ECONFLICT,
			"another program changed the index in the meantime, so the changes stay "
			"staged");
	}
	return c->existed ? put_back(c, lock, err) : vv_unlink(r->index_file, false, err);
}

vv_status vv_index_copy_restore(const vv_index_copy *c, vv_repository *r, vv_error *err)
{
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc;

	if (!c->marked || (c->existed && vv_stat_equal(&c->before, &c->written))) return VV_OK;
	return (rc = vv_git_lock_take(&lock, r, r->index_file, err)) < 0
		       ? rc
		       : restore_copy(c, r, &lock, err);
}

void vv_index_copy_clear(vv_index_copy *c)
{
	vv_buf_clear(&c->bytes);
	memset(c, 0, sizeof(*c));
}
