/*
 * index_write: the index on disk, and trees made from it.
 *
 * Changes are applied to the file as it is under index.lock, not as it was when
 * read, so that what git wrote meanwhile is kept. The lock file itself is where the
 * new index is put together.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/merge_driver.h"
#include "repo/git/quarantine.h"
#include "repo/git/share.h"
#include "repo/git/tree_internal.h"

#define INDEX_BYTES_MAX ((size_t)4 << 30)
#define LOOK_MAX (64u << 20) /* larger files are not hashed under the lock */
#define INTENT_TO_ADD GIT_INDEX_ENTRY_INTENT_TO_ADD

/* gitformat-index(5): "DIRC", version 2, no entries, and their SHA-1. */
static const unsigned char empty_index[32] = {
	'D',  'I',  'R',  'C',  0,    0,    0,    2,    0,    0,    0,
	0,    0x39, 0xd8, 0x90, 0x13, 0x9e, 0xe5, 0x35, 0x6c, 0x7e, 0xf5,
	0x72, 0x21, 0x6c, 0xeb, 0xcd, 0x27, 0xaa, 0x41, 0xf9, 0xdf,
};

/* Fills the lock file with the index as it is now. */
static vv_status copy_index(const vv_index *x, int fd, const char *lock, vv_stat *stamp,
			    bool *exists, vv_error *err)
{
	vv_buf bytes = VV_BUF_INIT;
	vv_status rc = vv_lstat(stamp, x->repo->index_file, err);

	*exists = rc == VV_OK && stamp->size > 0;
	if (rc == VV_ENOTFOUND || (rc == VV_OK && !*exists)) {
		vv_error_clear(err);
		return vv_write_full(fd, empty_index, sizeof(empty_index), lock, err);
	}
	if (rc < 0 || (rc = vv_read_file(&bytes, x->repo->index_file, INDEX_BYTES_MAX, err)) < 0) {
		return rc;
	}
	rc = vv_write_full(fd, bytes.data, bytes.len, lock, err);
	vv_buf_clear(&bytes);
	return rc;
}

/* --- what is certain ------------------------------------------------------------------ */

/* Is the file just as the entry has it? The index keeps 32 bits of every number. */
static bool is_as_noted(const vv_index *x, const git_index_entry *e, uint32_t size)
{
	char *file = vv_repository_file(x->repo, e->path);
	vv_stat st;
	bool same = file && vv_lstat(&st, file, NULL) == VV_OK && (uint32_t)st.size == size &&
		    (uint32_t)st.mtime_sec == (uint32_t)e->mtime.seconds &&
		    st.mtime_nsec == e->mtime.nanoseconds &&
		    (uint32_t)st.ctime_sec == (uint32_t)e->ctime.seconds &&
		    st.ctime_nsec == e->ctime.nanoseconds && (uint32_t)st.ino == e->ino &&
		    (uint32_t)st.dev == e->dev;

	vv_free(file);
	return same;
}

/* Does the file hold what the entry says, by its content? */
static bool is_same(vv_index *x, const git_index_entry *e)
{
	vv_index_entry seen = {.path = e->path, .mode = e->mode};
	vv_file_state state;
	vv_error ignored;
	bool pointer = false;

	vv_oid_from_git(&seen.id, &e->id);
	if (vv_merge_is_pointer(x->repo->odb, &e->id, &pointer, &ignored) < 0) {
		return false;
	}
	if (pointer) {
		return x->repo->judge && x->repo->judge(x->repo->judge_payload, e->path, &seen.id);
	}
	/* with size 0 and no dates: its stat proves nothing */
	return e->file_size <= LOOK_MAX &&
	       vv_index_file_state(x, &seen, &state, &ignored) == VV_OK && state == VV_FILE_SAME;
}

/* Entries that the old index's date marked as uncertain would look certain under a
 * newer one. As Git does, their content is looked at now; where it is other content, or
 * nobody can tell, size 0 makes Git compare it. */
static vv_status unsettle(vv_index *x, git_index *git, const vv_stat *stamp, const vv_stat *made,
			  vv_error *err)
{
	size_t i, count = git_index_entrycount(git);

	for (i = 0; i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);
		git_index_entry changed;
		int code;

		if (e->file_size == 0 || (uint32_t)e->mtime.seconds < (uint32_t)stamp->mtime_sec ||
		    (uint32_t)e->mtime.seconds >= (uint32_t)made->mtime_sec ||
		    GIT_INDEX_ENTRY_STAGE(e) != 0 ||
		    (is_as_noted(x, e, e->file_size) && is_same(x, e) &&
		     is_as_noted(x, e, e->file_size))) {
			continue;
		}
		changed = *e;
		changed.file_size = 0;
		changed.path = vv_strdup(e->path); /* e goes when it is replaced */
		if (!changed.path) {
			return vv_fail_nomem(err);
		}
		code = git_index_add(git, &changed);
		vv_free((char *)(uintptr_t)changed.path);
		if (code < 0) {
			return vv_git_fail(err, code, "cannot change the index");
		}
	}
	return VV_OK;
}

void vv_index_judge_set(vv_repository *r, vv_index_judge_fn fn, void *payload)
{
	r->judge = fn;
	r->judge_payload = payload;
}

/* --- writing --------------------------------------------------------------------------- */

/* Whatever happens to a file of the work tree from now on happens after the index's date:
 * in that second Git compares contents, and later it sees another date. */
static vv_status seal(const char *path, const vv_stat *made, vv_error *err)
{
	const struct timespec times[2] = {
		{made->mtime_sec, (long)made->mtime_nsec},
		{made->mtime_sec, (long)made->mtime_nsec},
	};
	int fd = vv_open(path, O_RDWR, 0, err);
	vv_status rc = VV_OK, closed;

	if (fd < 0) {
		return (vv_status)fd;
	}
	if (futimens(fd, times) < 0) {
		rc = vv_fail_errno(err, "cannot set the time of", path);
	} else {
		rc = vv_fsync(fd, path, err);
	}
	closed = vv_close(fd, path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

static vv_status apply_edits(const vv_index *x, git_index *git, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->edit_count; i++) {
		vv_index_edit edit = x->edits[i];

		if (!edit.remove && edit.entry.file_size == 0 && edit.size > 0 &&
		    is_as_noted(x, &edit.entry, edit.size)) {
			edit.entry.file_size = edit.size;
		}
		rc = vv_index_apply(git, &edit, err);
	}
	return rc;
}

static vv_status rewrite(vv_index *x, const char *lock, const vv_stat *stamp, const vv_stat *made,
			 bool exists, vv_error *err)
{
	git_index *git = NULL;
	vv_status rc = VV_OK;
	int code;

	if ((code = git_index_open(&git, lock)) < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(x->repo->index_file));
	}
	if (exists) {
		rc = unsettle(x, git, stamp, made, err);
	}
	if (rc == VV_OK) {
		rc = apply_edits(x, git, err);
	}
	if (rc == VV_OK && (code = git_index_write(git)) < 0) {
		rc = vv_git_fail(err, code, "cannot write the index '%s'",
				 vv_text_shows(x->repo->index_file));
	}
	git_index_free(git);
	return rc;
}

/* Files that were written while they were read, as it were, stay uncertain: the index must
 * not be younger than they are. */
static void age(const vv_index *x, vv_stat *made)
{
	for (size_t i = 0; i < x->edit_count; i++) {
		const git_index_entry *e = &x->edits[i].entry;
		int64_t sec = (uint32_t)e->mtime.seconds;

		/* a date in the future changes nothing: it stays uncertain anyway */
		if (!x->edits[i].remove && x->edits[i].young &&
		    (sec < made->mtime_sec ||
		     (sec == made->mtime_sec && e->mtime.nanoseconds < made->mtime_nsec))) {
			made->mtime_sec = sec;
			made->mtime_nsec = e->mtime.nanoseconds;
		}
	}
}

static vv_status write_locked(vv_index *x, int fd, const char *lock, vv_error *err)
{
	vv_stat stamp, made; /* of the old index; of the new one, by the file system's clock */
	bool exists;
	vv_status rc = copy_index(x, fd, lock, &stamp, &exists, err);
	vv_status closed = vv_close(fd, lock, rc == VV_OK ? err : NULL);

	if (rc < 0 || (rc = closed) < 0 || (rc = vv_lstat(&made, lock, err)) < 0) {
		return rc;
	}
	age(x, &made);
	if ((rc = rewrite(x, lock, &stamp, &made, exists, err)) < 0 ||
	    (rc = vv_share(x->repo, lock, err)) < 0 || (rc = seal(lock, &made, err)) < 0) {
		return rc;
	}
	/* The folder is not synced: after a crash the old index is as good. */
	return vv_rename(lock, x->repo->index_file, err);
}

vv_status vv_index_write(vv_index *x, vv_error *err)
{
	vv_buf name = VV_BUF_INIT;
	char *lock = NULL;
	vv_status rc;
	size_t i;
	int fd;

	if ((rc = vv_quarantine_flush(x->repo, err)) < 0 || x->edit_count == 0) {
		return rc;
	}
	vv_buf_printf(&name, "%s.lock", x->repo->index_file);
	if (!(lock = vv_buf_detach(&name))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((fd = vv_git_lock(lock, err)) < 0) {
		rc = (vv_status)fd;
		goto done;
	}
	if ((rc = write_locked(x, fd, lock, err)) < 0) {
		(void)vv_unlink(lock, true, NULL);
		goto done;
	}
	for (i = 0; i < x->edit_count; i++) {
		vv_free(x->edits[i].path);
	}
	x->edit_count = 0;
	x->has_stamp = vv_lstat(&x->stamp, x->repo->index_file, NULL) == VV_OK;
done:
	vv_buf_clear(&name);
	vv_free(lock);
	return rc;
}

/* --- trees --------------------------------------------------------------------------- */

static vv_status write_tree(vv_repository *r, git_index *git, vv_oid *tree, vv_error *err)
{
	git_repository *to;
	git_oid id;
	vv_status rc = vv_quarantine_repository(r, &to, err);
	int code;

	if (rc < 0) {
		return rc;
	}
	code = git_index_write_tree_to(&id, git, to);
	if (code == GIT_EUNMERGED) {
		git_error_clear();
		(void)vv_fail(err, VV_ECONFLICT, "there are conflicts that are not resolved");
		return vv_hint(err, "list them with 'varve conflicts'");
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot make a tree from the index");
	}
	vv_oid_from_git(tree, &id);
	return VV_OK;
}

static bool below(const char *path, const char *top)
{
	size_t len = strlen(top);

	return len == 0 ||
	       (strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/'));
}

/* Copies entries that are at or below top (NULL: all) and really staged. */
static vv_status copy_entries(git_index *from, git_index *to, const char *top, vv_error *err)
{
	size_t i, count = git_index_entrycount(from);

	for (i = 0; i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(from, i);
		int code;

		if ((top && !below(e->path, top)) || (e->flags_extended & INTENT_TO_ADD)) {
			continue;
		}
		if (GIT_INDEX_ENTRY_STAGE(e) != 0) {
			return vv_fail(err, VV_ECONFLICT, "'%s' is in conflict",
				       vv_text_shows(e->path));
		}
		if ((code = git_index_add(to, e)) < 0) {
			return vv_git_fail(err, code, "cannot take '%s' from the index",
					   vv_text_shows(e->path));
		}
	}
	return VV_OK;
}

static bool has_intents(git_index *git)
{
	size_t i, count = git_index_entrycount(git);

	for (i = 0; i < count; i++) {
		if (git_index_get_byindex(git, i)->flags_extended & INTENT_TO_ADD) {
			return true;
		}
	}
	return false;
}

vv_status vv_index_write_tree(vv_index *x, vv_oid *tree, vv_error *err)
{
	git_index *plain = NULL;
	vv_status rc;
	int code;

	if (!has_intents(x->git)) {
		return write_tree(x->repo, x->git, tree, err);
	}
	if ((code = git_index_new(&plain)) < 0) {
		return vv_git_fail(err, code, "cannot make a tree from the index");
	}
	if ((rc = copy_entries(x->git, plain, NULL, err)) == VV_OK) {
		rc = write_tree(x->repo, plain, tree, err);
	}
	git_index_free(plain);
	return rc;
}

static vv_status remove_below(git_index *git, const char *top, vv_error *err)
{
	size_t i = git_index_entrycount(git);

	while (i-- > 0) {
		const git_index_entry *e = git_index_get_byindex(git, i);
		int code = below(e->path, top)
				   ? git_index_remove(git, e->path, GIT_INDEX_ENTRY_STAGE(e))
				   : 0;

		if (code < 0) {
			return vv_git_fail(err, code, "cannot make a tree");
		}
	}
	return VV_OK;
}

static vv_status read_base(vv_repository *r, git_index *git, const vv_oid *commit, vv_error *err)
{
	git_tree *tree = NULL;
	git_oid id;
	vv_status rc = vv_commit_tree(r, commit, &id, err);
	int code;

	if (rc < 0) {
		return rc;
	}
	if ((code = git_tree_lookup(&tree, r->git, &id)) < 0 ||
	    (code = git_index_read_tree(git, tree)) < 0) {
		rc = vv_git_fail(err, code, "cannot read a tree");
	}
	git_tree_free(tree);
	return rc;
}

vv_status vv_index_write_tree_only(vv_index *x, const vv_oid *base_commit, const char *const *paths,
				   size_t count, vv_oid *tree, vv_error *err)
{
	git_index *git = NULL;
	vv_status rc = VV_OK;
	size_t i;
	int code;

	if ((code = git_index_new(&git)) < 0) {
		return vv_git_fail(err, code, "cannot make a tree");
	}
	if (base_commit) {
		rc = read_base(x->repo, git, base_commit, err);
	}
	for (i = 0; rc == VV_OK && i < count; i++) {
		if ((rc = remove_below(git, paths[i], err)) == VV_OK) {
			rc = copy_entries(x->git, git, paths[i], err);
		}
	}
	if (rc == VV_OK) {
		rc = write_tree(x->repo, git, tree, err);
	}
	git_index_free(git);
	return rc;
}
