/*
 * index_write: the index on disk, and what becomes durable before it is.
 *
 * Changes are applied to the file as it is under index.lock, not as it was when
 * read, so that what git wrote meanwhile is kept. libgit2 writes the new index beside the old
 * one. An index's own modification time is part of it.
 */
#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index_file.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/index/merge_driver.h"
#include "repo/git/index/worktree.h"
#include "repo/git/quarantine.h"
#include "repo/git/share.h"

#define LOOK_MAX (64u << 20) /* larger files are not hashed under the lock */

/* gitformat-index(5): "DIRC", version 2, no entries, and their SHA-1. */
static const unsigned char empty_index[32] = {
	'D',  'I',  'R',  'C',  0,    0,    0,    2,    0,    0,    0,
	0,    0x39, 0xd8, 0x90, 0x13, 0x9e, 0xe5, 0x35, 0x6c, 0x7e, 0xf5,
	0x72, 0x21, 0x6c, 0xeb, 0xcd, 0x27, 0xaa, 0x41, 0xf9, 0xdf,
};

/* The index as it is now, or an empty one. */
static vv_status read_now(const vv_index *x, vv_buf *bytes, vv_stat *stamp, bool *exists,
			  vv_error *err)
{
	vv_status rc = vv_lstat(stamp, x->repo->index_file, err);

	*exists = rc == VV_OK && stamp->size > 0;
	if (rc == VV_ENOTFOUND || (rc == VV_OK && !*exists)) {
		vv_error_clear(err);
		vv_buf_put(bytes, empty_index, sizeof(empty_index));
		return vv_buf_ok(bytes, err);
	}
	return rc < 0 ? rc : vv_read_file(bytes, x->repo->index_file, VV_INDEX_BYTES_MAX, err);
}

/* --- what is certain ------------------------------------------------------------------ */

/* Is the file as the entry has it, but for the time when it was moved? The index keeps 32 bits of every number. */
static bool is_as_written(const vv_repository *r, const git_index_entry *e, uint32_t size,
			  vv_stat *st)
{
	vv_auto(char) *file = vv_repository_file(r, e->path);
	return file && vv_lstat(st, file, NULL) == VV_OK && (uint32_t)st->size == size &&
	       (uint32_t)st->mtime_sec == (uint32_t)e->mtime.seconds &&
	       st->mtime_nsec == e->mtime.nanoseconds && (uint32_t)st->ino == e->ino &&
	       (uint32_t)st->dev == e->dev;
}

static bool is_as_noted(const vv_index *x, const git_index_entry *e, uint32_t size)
{
	vv_stat st;
	return is_as_written(x->repo, e, size, &st) &&
	       (uint32_t)st.ctime_sec == (uint32_t)e->ctime.seconds &&
	       st.ctime_nsec == e->ctime.nanoseconds;
}

/* Does the file hold what the entry says, by its content? */
static bool is_same(vv_index *x, const git_index_entry *e)
{
	vv_index_entry seen = {.path = e->path, .mode = e->mode};
	vv_file_state state;
	bool pointer = false;

	vv_oid_from_git(&seen.id, &e->id);
	if (vv_merge_is_pointer(x->repo->odb, &e->id, &pointer, VV_IGNORED) < 0) return false;
	if (pointer) {
		return x->repo->judge && x->repo->judge(x->repo->judge_payload, e->path, &seen.id);
	}
	/* with size 0 and no dates: its stat proves nothing */
	return e->file_size <= LOOK_MAX &&
	       vv_index_file_state(x, &seen, &state, VV_IGNORED) == VV_OK && state == VV_FILE_SAME;
}

/* An entry that the old index's date marked as uncertain would look certain under a newer one. As Git
 * does, its file is looked at now; where it has other content, or nobody can tell, size 0 makes
 * Git compare it. Is that so? */
static bool has_to_be_compared(vv_index *x, const git_index_entry *e, const vv_stat *stamp,
			       const vv_stat *made)
{
	return e->file_size != 0 && (uint32_t)e->mtime.seconds >= (uint32_t)stamp->mtime_sec &&
	       (uint32_t)e->mtime.seconds < (uint32_t)made->mtime_sec &&
	       GIT_INDEX_ENTRY_STAGE(e) == 0 &&
	       !(is_as_noted(x, e, e->file_size) && is_same(x, e) &&
		 is_as_noted(x, e, e->file_size));
}

static vv_status unsettle(vv_index *x, git_index *git, const vv_stat *stamp, const vv_stat *made,
			  vv_error *err)
{
	size_t count = git_index_entrycount(git);

	for (size_t i = 0; i < count; i++) {
		const git_index_entry *e = git_index_get_byindex(git, i);

		if (!has_to_be_compared(x, e, stamp, made)) {
			continue;
		}
		git_index_entry changed = *e;
		changed.file_size = 0;
		changed.path = vv_strdup(e->path); /* e goes when it is replaced */
		if (!changed.path) return vv_fail_nomem(err);
		int code = git_index_add(git, &changed);
		vv_free((char *)(uintptr_t)changed.path);
		if (code < 0) return vv_git_fail(err, code, "cannot change the index");
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
static vv_status seal(const char *path, const vv_stat *made, vv_syncs *files, vv_error *err)
{
	const struct timespec times[2] = {
		{made->mtime_sec, (long)made->mtime_nsec},
		{made->mtime_sec, (long)made->mtime_nsec},
	};
	int fd = vv_open(path, O_RDWR, 0, err);
	vv_status rc = VV_OK;

	if (fd < 0) return (vv_status)fd;
	if (futimens(fd, times) < 0) {
		rc = vv_fail_errno(err, "cannot set the time of", path);
	} else {
		rc = vv_syncs_add(files, fd, path, err);
	}
	vv_status closed = vv_close(fd, path, rc == VV_OK ? err : NULL);
	return rc < 0 ? rc : closed;
}

/* The edits, owned but for their paths, with the file's size where the file is the same still: its
 * date then tells Git to compare. NULL when out of memory. */
static vv_index_edit *settled_edits(const vv_index *x)
{
	vv_index_edit *edits = vv_calloc(x->edit_count + 1, sizeof(*edits));

	for (size_t i = 0; edits && i < x->edit_count; i++) {
		vv_index_edit *edit = &edits[i];

		*edit = x->edits[i];
		if (!edit->remove && edit->entry.file_size == 0 && edit->size > 0 &&
		    is_as_noted(x, &edit->entry, edit->size)) {
			edit->entry.file_size = edit->size;
		}
	}
	return edits;
}

/* The old index, and what becomes of it. */
typedef struct change {
	vv_index_edit *edits;
	vv_stat stamp, made; /* of the old file; of the new one, by the file system's clock */
	bool exists;
} change;

/* By libgit2, which reads the file and writes it anew. */
static vv_status rewrite(vv_index *x, const char *file, const change *c, vv_error *err)
{
	git_index *git = NULL;
	vv_status rc = VV_OK;
	int code;

	if ((code = vv_index_file_read(&git, x->repo, file)) < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(x->repo->index_file));
	}
	if (c->exists) {
		rc = unsettle(x, git, &c->stamp, &c->made, err);
	}
	for (size_t i = 0; rc == VV_OK && i < x->edit_count; i++) {
		rc = vv_index_edit_apply(&c->edits[i], git, err);
	}
	if (rc == VV_OK && (code = git_index_write(git)) < 0) {
		rc = vv_git_fail(err, code, "cannot write the index '%s'",
				 vv_text_shows(x->repo->index_file));
	}
	git_index_free(git);
	return rc;
}

/* A file that may have been written while it was read stays uncertain, as in Git: the index must
 * not be younger than the file. */
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

/* `git stash` and `git checkout` take a file away before they write the new one. */
static vv_status must_be_gone(const vv_index *x, vv_error *err)
{
	for (size_t i = 0; i < x->edit_count; i++) {
		vv_auto(char) *file = NULL;
		vv_stat st;

		if (!x->edits[i].gone) {
			continue;
		}
		if (!(file = vv_repository_file(x->repo, x->edits[i].path))) {
			return vv_fail_nomem(err);
		}
		if (vv_worktree_check_above(x->repo, x->edits[i].path, VV_IGNORED) == VV_OK &&
		    vv_lstat(&st, file, VV_IGNORED) == VV_OK && !S_ISDIR(st.mode)) {
			return vv_fail(
				err, VV_ECONFLICT,
				"'%s' was being written by another program; nothing was staged\n"
				"try again",
				vv_text_shows(x->edits[i].path));
		}
	}
	return VV_OK;
}

/* Fills the new file with the old index. */
static vv_status fill(vv_index *x, int fd, const char *file, change *c, vv_error *err)
{
	vv_auto(vv_buf) old = VV_BUF_INIT;
	vv_status rc;

	if ((rc = must_be_gone(x, err)) < 0 ||
	    (rc = read_now(x, &old, &c->stamp, &c->exists, err)) < 0) {
		return rc;
	}
	x->written_on = c->exists ? c->stamp : (vv_stat){0};
	/* the date that the file system gives to what is written now */
	if (futimens(fd, NULL) < 0) return vv_fail_errno(err, "cannot set the time of", file);
	if ((rc = vv_fstat(&c->made, fd, file, err)) < 0) return rc;
	age(x, &c->made);
	/* only now: what is written after this look has no older date than the index */
	if (!(c->edits = settled_edits(x))) return vv_fail_nomem(err);
	return vv_write_full(fd, old.data, old.len, file, err);
}

/* The new index, complete beside the old one. */
static vv_status stage(vv_index *x, vv_syncs *files, vv_error *err)
{
	const char *file = x->lock.new_path;
	change c = {0};
	int fd = vv_git_lock_open_new(&x->lock, err);

	if (fd < 0) return (vv_status)fd;
	vv_status rc = fill(x, fd, file, &c, err);
	vv_status closed = vv_close(fd, file, rc == VV_OK ? err : NULL);
	rc = rc < 0 ? rc : closed;
	if (rc == VV_OK) {
		rc = rewrite(x, file, &c, err);
	}
	vv_free(c.edits);
	if (rc < 0 || (rc = vv_share(x->repo, file, err)) < 0) return rc;
	return seal(file, &c.made, files, err);
}

/* First the files, with the names that they are made under, then the folders that have their final
 * ones, then the index: three waits with that of vv_repository_settle. */
static vv_status write_locked(vv_index *x, vv_writer *blocks, vv_error *err)
{
	vv_repository *r = x->repo;
	vv_syncs files = {0};
	vv_status rc;

	if ((rc = stage(x, &files, err)) < 0 ||
	    (blocks && (rc = vv_writer_stage(blocks, &files, err)) < 0) ||
	    (rc = vv_quarantine_stage(r, &files, err)) < 0 ||
	    (rc = vv_syncs_wait(&files, err)) < 0 ||
	    (blocks && (rc = vv_writer_place(blocks, &r->later, err)) < 0) ||
	    (rc = vv_quarantine_place(r, err)) < 0) {
		goto done;
	}
	rc = vv_syncs_wait(&r->later, err);
done:
	vv_syncs_clear(&files);
	if (blocks) {
		vv_writer_finish(blocks, rc < 0 ? err : NULL);
	}
	if (rc == VV_OK) {
		rc = vv_git_lock_replace(&x->lock, false, err);
		r->unsettled = r->unsettled || rc == VV_OK;
	}
	if (rc == VV_OK) {
		if (!vv_stat_equal(&x->written_on, &r->index_written)) {
			r->index_from = x->written_on;
		}
		if (vv_lstat(&r->index_written, r->index_file, VV_IGNORED) < 0) {
			r->index_written = (vv_stat){0};
		}
	}
	return rc;
}

vv_status vv_index_try_lock(vv_index *x, vv_error *err)
{
	assert(!x->lock.held);
	return vv_git_lock_try(&x->lock, x->repo, x->repo->index_file, err);
}

vv_status vv_index_lock(vv_index *x, vv_error *err)
{
	assert(!x->lock.held);
	return vv_git_lock_take(&x->lock, x->repo, x->repo->index_file, err);
}

bool vv_index_is_locked(const vv_index *x)
{
	return x->lock.held;
}

void vv_index_unlock(vv_repository *r)
{
	for (vv_open_index *at = r->open_index; at; at = at->before) {
		vv_index *x = (vv_index *)(void *)((char *)at - offsetof(vv_index, here));

		vv_git_lock_release(&x->lock);
	}
}

vv_status vv_index_open_locked(vv_index **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_git_lock) lock = {0};
	vv_status rc;

	*out = NULL;
	if ((rc = vv_git_lock_take(&lock, r, r->index_file, err)) < 0 ||
	    (rc = vv_index_open(out, r, err)) < 0) {
		return rc;
	}
	(*out)->lock = lock;
	lock = (vv_git_lock){0};
	return VV_OK;
}

/* In the index of moved files, those at the top get the time that they have now. */
static vv_status note_moved(const vv_repository *r, git_index *git, vv_error *err)
{
	size_t count = git_index_entrycount(git);
	vv_stat st;

	for (size_t i = 0; i < count; i++) {
		git_index_entry e = *git_index_get_byindex(git, i);
		vv_auto(char) *path = strchr(e.path, '/') ? NULL : vv_strdup(e.path);

		if (!path || !is_as_written(r, &e, e.file_size, &st)) {
			continue;
		}
		e.path = path; /* the entry's goes when it is replaced */
		e.ctime.seconds = (int32_t)(uint32_t)st.ctime_sec;
		e.ctime.nanoseconds = st.ctime_nsec;
		if (git_index_add(git, &e) < 0) {
			return vv_git_fail(err, -1, "cannot change the index");
		}
	}
	return VV_OK;
}

vv_status vv_index_moved(const vv_repository *r, const char *index, vv_error *err)
{
	vv_auto(git_index) *git = NULL;
	vv_syncs files = {0};
	vv_stat made;
	int code = 0;
	vv_status rc = vv_lstat(&made, index, err);

	if (rc < 0) return rc;
	if ((code = git_index_open(&git, index)) == 0 && (rc = note_moved(r, git, err)) == VV_OK) {
		code = git_index_write(git);
	}
	if (code < 0) {
		return vv_git_fail(err, code, "cannot write the index '%s'", vv_text_shows(index));
	}
	if (rc == VV_OK && (rc = seal(index, &made, &files, err)) == VV_OK) {
		rc = vv_syncs_wait(&files, err);
	}
	vv_syncs_clear(&files);
	return rc;
}

/* Nothing to change in the index. */
static vv_status write_objects(vv_index *x, vv_writer *blocks, vv_error *err)
{
	vv_status rc = blocks ? vv_writer_commit(blocks, err) : VV_OK;

	return rc < 0 ? rc : vv_quarantine_flush(x->repo, err);
}

vv_status vv_index_write_with(vv_index *x, vv_writer *blocks, vv_error *err)
{
	vv_error local;
	vv_status rc = VV_OK;

	err = err ? err : &local;
	if (x->edit_count == 0) {
		rc = write_objects(x, blocks, err);
		goto done;
	}
	if ((!x->lock.held &&
	     (rc = vv_git_lock_take(&x->lock, x->repo, x->repo->index_file, err)) < 0) ||
	    (rc = write_locked(x, blocks, err)) < 0) {
		goto done;
	}
	for (size_t i = 0; i < x->edit_count; i++) {
		vv_free(x->edits[i].path);
	}
	x->edit_count = 0;
	x->has_stamp = vv_lstat(&x->stamp, x->repo->index_file, NULL) == VV_OK;
done:
	vv_git_lock_release(&x->lock);
	return rc;
}

vv_status vv_index_write(vv_index *x, vv_error *err)
{
	return vv_index_write_with(x, NULL, err);
}
