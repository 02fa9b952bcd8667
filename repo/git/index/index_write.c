/*
 * index_write: writes the index, after making its objects durable.
 *
 * git writes it, since it supports all formats, marks and times of index files. `git update-index` gets the changes. It works on
 * a copy beside the index, which replaces the index under the lock: so changes apply to the current file, and git's changes
 * meanwhile are kept. It records the stat of a file only after it has read the file, a table through our filter; so libgit2
 * records those that prove that the file is as it was read.
 */
#include <assert.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/index/index_file.h"
#include "repo/git/index/index_internal.h"
#include "repo/git/index/worktree.h"
#include "repo/git/quarantine.h"
#include "repo/git/repository_internal.h"
#include "repo/git/run_git.h"

#define STAGES 4

/* --- by git ----------------------------------------------------------------------------- */

/* Writes to the file, if bytes is not NULL, sets its time to that in st, and its permissions; closes it. */
static vv_status end_file(const vv_repository *r, const char *file, int fd, const vv_buf *bytes,
			  const vv_stat *st, vv_error *err)
{
	const struct timespec times[2] = {{st->mtime_sec, (long)st->mtime_nsec},
					  {st->mtime_sec, (long)st->mtime_nsec}};

	if (fd < 0) return (vv_status)fd;
	vv_status rc = bytes ? vv_write_full(fd, vv_buf_cstr(bytes), bytes->len, file, err) : VV_OK;
	if (rc == VV_OK && futimens(fd, times) < 0) {
		rc = vv_fail_errno(err, "cannot set the time of", file);
	}
	rc = rc < 0 ? rc : vv_share_fd(r, fd, file, err);
	return vv_close_after(rc, fd, file, err);
}

vv_status vv_index_put_copy(vv_git_lock *lock, const vv_buf *bytes, const vv_stat *st,
			    vv_error *err)
{
	return end_file(lock->repo, lock->new_path, vv_git_lock_open_new(lock, err), bytes, st,
			err);
}

/* Copies the current index with its time, by which git finds uncertain entries. */
static vv_status copy_now(vv_index *x, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_stat st;
	vv_status rc = vv_lstat(&st, x->repo->index_file, err);

	x->written_on = rc == VV_OK ? st : (vv_stat){0};
	if (rc == VV_ENOTFOUND || (rc == VV_OK && st.size == 0)) return vv_missing_ok(rc, err);
	if (rc < 0 ||
	    (rc = vv_read_regular(&bytes, x->repo->index_file, VV_INDEX_BYTES_MAX, err)) < 0) {
		return rc;
	}
	return vv_index_put_copy(&x->lock, &bytes, &st, err);
}

/* must: another exit code than 0 is a failure. */
static vv_status run_git(const vv_index *x, const char *const *args, const vv_buf *input, bool must,
			 vv_error *err)
{
	vv_auto(char) *file = vv_asprintf("GIT_INDEX_FILE=%s", x->lock.new_path);
	vv_auto(vv_buf) said = VV_BUF_INIT;
	const char *const more[] = {file, NULL};
	const vv_git_call call = {.args = args,
				  .repo = x->repo,
				  .in_worktree = x->repo->workdir != NULL,
				  .more = more,
				  .input = input->data,
				  .len = input->len};
	int code = 0;
	vv_status rc = file ? vv_buf_ok(input, err) : vv_fail_nomem(err);

	if (input->len == 0 || rc < 0 || (rc = vv_git_run(&call, &said, &code, err)) < 0) return rc;
	if (!must || code == 0) return VV_OK;
	(void)vv_git_explain("cannot write the index", &said, code, err);
	return vv_git_name_disk(x->repo, NULL, err);
}

/* All that the index is to have at the path, as `git update-index --index-info` reads it. */
static void put_path(vv_buf *to, const vv_index *x, const char *path)
{
	for (int stage = 0; stage < STAGES; stage++) {
		const git_index_entry *e = git_index_get_bypath(x->git, path, stage);

		if (e) {
			vv_buf_printf(to, "%o %s %d\t%s%c", e->mode, vv_git_shows(&e->id), stage,
				      path, '\0');
		} else if (stage == 0) {
			vv_buf_printf(to, "0 %0*d\t%s%c", GIT_OID_HEXSZ, 0, path, '\0');
		}
	}
}

static bool is_as_told(const vv_index *x, git_index *now, const char *path)
{
	bool is = true;

	for (int stage = 0; stage < STAGES && is; stage++) {
		const git_index_entry *a = git_index_get_bypath(x->git, path, stage),
				      *b = git_index_get_bypath(now, path, stage);

		is = !a == !b && (!a || (a->mode == b->mode && git_oid_equal(&a->id, &b->id)));
	}
	return is;
}

/* Reads the new file, as git wrote it, in place of *now. */
static vv_status read_new(git_index **now, const vv_index *x, vv_error *err)
{
	git_index_free(vv_take(now));
	int code = vv_index_file_read(now, x->repo, x->lock.new_path);
	if (code < 0) {
		return vv_git_fail(err, code, "cannot read the index '%s'",
				   vv_text_shows(x->repo->index_file));
	}
	git_error_clear();
	return VV_OK;
}

/* The paths at which the new index is not as the changes have it. */
static const char *list_other(const vv_index *x, git_index *now, vv_buf *to)
{
	const char *first = NULL;

	for (size_t i = 0; i < x->edit_count; i++) {
		if (!is_as_told(x, now, x->edits[i].path)) {
			first = first ? first : x->edits[i].path;
			put_path(to, x, x->edits[i].path);
		}
	}
	git_error_clear();
	return first;
}

/* The writer that has the store's lock; NULL: none has it. */
static vv_writer *locking_writer(const vv_repository *r)
{
	vv_writer *blocks = r->store ? vv_store_writer(r->store) : NULL;

	return blocks && !vv_writer_is_settled(blocks) ? blocks : NULL;
}

static bool has_extension(const vv_buf *bytes, const char *name)
{
	const char *at = vv_buf_cstr(bytes), *end = at + bytes->len;

	while ((at = memchr(at, name[0], (size_t)(end - at))) &&
	       strncmp(at, name, strlen(name)) != 0) {
		at++;
	}
	return at != NULL;
}

/* *out: libgit2 can write this index without dropping a part of it. */
static vv_status libgit2_keeps_all(bool *out, git_index *now, const char *file, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc = vv_read_regular(&bytes, file, VV_INDEX_BYTES_MAX, err);

	*out = git_index_path(now) && !has_extension(&bytes, "UNTR") &&
	       !has_extension(&bytes, "FSMN");
	return rc;
}

static int put_stat(git_index *now, const git_index_entry *from)
{
	const git_index_entry *at = git_index_get_bypath(now, from->path, 0);
	git_index_entry to = *from;

	if (!at) return 0;
	to.flags = at->flags;
	to.flags_extended = at->flags_extended;
	return git_index_add(now, &to);
}

/* Records stats in the new index. Appends to *left the paths of the files that git must read. */
static vv_status put_stats(const vv_index *x, git_index *now, vv_buf *left, vv_error *err)
{
	const char *file = x->lock.new_path;
	bool writes, changed = false;
	int code = 0;
	vv_stat st;
	vv_status rc;

	if ((rc = vv_lstat(&st, file, err)) < 0 ||
	    (rc = libgit2_keeps_all(&writes, now, file, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < x->edit_count && code >= 0; i++) {
		const vv_index_edit *edit = &x->edits[i];
		const git_index_entry *e = git_index_get_bypath(x->git, edit->path, 0);

		if (!edit->look || !e) {
			continue;
		}
		if (writes && vv_stat_wait(&edit->st)) {
			code = put_stat(now, e);
			changed = true;
		} else {
			vv_buf_put(left, edit->path, strlen(edit->path) + 1);
		}
	}
	if (code < 0 || (changed && (code = git_index_write(now)) < 0)) {
		return vv_git_fail(err, code, "cannot write the index");
	}
	git_error_clear();
	/* git has found out, at that time, which entries of others are uncertain */
	return changed ? end_file(x->repo, file, vv_open(file, O_RDONLY | O_NONBLOCK, 0, err), NULL,
				  &st, err)
		       : VV_OK;
}

/* The index gets the time of the last move, if that was in a later second: what changed a file after that, before or after the
 * look at it, gave it that second at least, and git looks into files that are as young as the index. */
vv_status vv_index_note_moved(bool *noted, const vv_repository *r, const char *file, vv_error *err)
{
	vv_auto(git_index) *now = NULL;
	vv_stat made, top, st;
	int code = git_index_open(&now, file);
	vv_status rc;

	git_error_clear();
	*noted = false;
	if (code < 0) return VV_OK;
	if ((rc = vv_lstat(&made, file, err)) < 0 || (rc = vv_lstat(&top, r->workdir, err)) < 0 ||
	    (rc = libgit2_keeps_all(noted, now, file, err)) < 0 || !*noted) {
		return rc;
	}
	for (size_t i = 0; i < git_index_entrycount(now) && code >= 0; i++) {
		git_index_entry e = *git_index_get_byindex(now, i);
		vv_auto(char) *path = vv_repository_file(r, e.path);

		if (!path) return vv_fail_nomem(err);
		if (vv_lstat(&st, path, VV_IGNORED) < 0 || S_ISDIR(st.mode)) {
			continue;
		}
		const vv_index_entry known = vv_index_entry_of(&e);
		*noted = *noted && vv_index_has_written(&known, &st);
		if ((rc = vv_index_fill_ctime(&e, r, &st, err)) < 0) return rc;
		code = git_index_add(now, &e);
	}
	if (!*noted && code >= 0) return VV_OK;
	if (code < 0 || (code = git_index_write(now)) < 0) {
		return vv_git_fail(err, code, "cannot write the index");
	}
	git_error_clear();
	return end_file(r, file, vv_open(file, O_RDONLY | O_NONBLOCK, 0, err), NULL,
			top.mtime_sec > made.mtime_sec ? &top : &made, err);
}

/* The new index, complete beside the old one. A file that changed while git looked at it keeps the entry that it was given, without
 * a stat: so do all where git could not look. */
static vv_status write_new(vv_index *x, vv_error *err)
{
	/* git looks at uncertain entries of others, too: where the filter refuses a file it was changed. */
	static const char *const give_alone[] = {"-c",           "filter.varve.process=",
						 "-c",           "filter.varve.required=false",
						 "update-index", "-z",
						 "--index-info", NULL},
				 *const *const give_looking = give_alone + 2;
	static const char *const look[] = {"update-index", "--ignore-skip-worktree-entries", "-z",
					   "--stdin", NULL};
	/* While a gc runs the writer cannot let go of the store, and git's filter would wait for it. */
	const bool looks = !locking_writer(x->repo);
	bool reads = false; /* was a file read, whose stat the index is to have? */
	const char *const *give = looks ? give_looking : give_alone;
	vv_auto(vv_buf) given = VV_BUF_INIT, looked = VV_BUF_INIT, again = VV_BUF_INIT,
			refused = VV_BUF_INIT;
	vv_auto(git_index) *now = NULL;
	const char *first;
	vv_status rc;

	for (size_t i = 0; i < x->edit_count; i++) {
		put_path(&given, x, x->edits[i].path);
		reads |= x->edits[i].look;
	}
	git_error_clear();
	if ((rc = copy_now(x, err)) < 0 || (rc = run_git(x, give, &given, true, err)) < 0 ||
	    (rc = read_new(&now, x, err)) < 0 ||
	    (reads && (rc = put_stats(x, now, &looked, err)) < 0) ||
	    (looks && ((rc = run_git(x, look, &looked, false, err)) < 0 ||
		       (looked.len > 0 && (rc = read_new(&now, x, err)) < 0))) ||
	    !(first = list_other(x, now, &again)) ||
	    (rc = run_git(x, give, &again, true, err)) < 0 || (rc = read_new(&now, x, err)) < 0 ||
	    !(first = list_other(x, now, &refused))) {
		return rc;
	}
	return vv_fail(err, VV_EREFUSED, "git does not accept '%s' in the index",
		       vv_text_shows(first));
}

/* --- writing --------------------------------------------------------------------------- */

/* `git stash` and `git checkout` take a file away before they write the new one. */
static vv_status must_be_gone(const vv_index *x, vv_error *err)
{
	vv_array_each(x->edits, x->edit_count, edit) {
		vv_auto(char) *file = NULL;
		vv_stat st;

		if (!edit->gone) {
			continue;
		}
		if (!(file = vv_repository_file(x->repo, edit->path))) {
			return vv_fail_nomem(err);
		}
		if (vv_worktree_check_above(x->repo, edit->path, VV_IGNORED) == VV_OK &&
		    vv_lstat(&st, file, VV_IGNORED) == VV_OK && !S_ISDIR(st.mode)) {
			return vv_fail(
				err, VV_ECONFLICT,
				"'%s' was being written by another program; nothing was staged\n"
				"try again",
				vv_text_shows(edit->path));
		}
	}
	return VV_OK;
}

/* Blocks and objects get their names; their folders are in r->later. */
static vv_status store_objects(vv_repository *r, vv_error *err)
{
	vv_writer *blocks = locking_writer(r);
	vv_auto(vv_syncs) files = {0};
	vv_status rc;

	if ((!blocks || (rc = vv_writer_stage(blocks, &files, err)) == VV_OK) &&
	    (rc = vv_quarantine_stage(r, &files, err)) == VV_OK &&
	    (rc = vv_syncs_wait(&files, err)) == VV_OK &&
	    (!blocks || (rc = vv_writer_place(blocks, &r->later, err)) == VV_OK)) {
		rc = vv_quarantine_place(r, err);
	}
	if (blocks) {
		vv_writer_finish(blocks, rc < 0 ? err : NULL);
		(void)vv_writer_settle(blocks);
	}
	return rc;
}

/* First the files, with the names that they are made under, then the new index and the folders that have their final names:
 * three waits with that of vv_repository_settle. git's filter waits for the store, so that is let go before. */
static vv_status write_locked(vv_index *x, vv_error *err)
{
	vv_repository *r = x->repo;
	vv_status rc;

	if ((rc = must_be_gone(x, err)) < 0 || (rc = store_objects(r, err)) < 0 ||
	    (rc = write_new(x, err)) < 0) {
		return rc;
	}
	if (!vv_exists(x->lock.new_path)) return vv_syncs_wait(&r->later, err);
	if ((rc = vv_syncs_add_path(&r->later, x->lock.new_path, err)) < 0 ||
	    (rc = vv_syncs_wait(&r->later, err)) < 0 ||
	    (rc = vv_git_lock_replace(&x->lock, false, err)) < 0) {
		return rc;
	}
	r->unsettled = true;
	if (!vv_stat_equal(&x->written_on, &r->index_written)) {
		r->index_from = x->written_on;
	}
	if (vv_lstat(&r->index_written, r->index_file, VV_IGNORED) < 0) {
		r->index_written = (vv_stat){0};
	}
	return VV_OK;
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

	if ((rc = vv_git_lock_take(&lock, r, r->index_file, err)) < 0 ||
	    (rc = vv_index_open(out, r, err)) < 0) {
		return rc;
	}
	(*out)->lock = lock;
	lock = (vv_git_lock){0};
	return VV_OK;
}

vv_status vv_index_write(vv_index *x, vv_error *err)
{
	vv_error local;
	vv_status rc = VV_OK;

	err = err ? err : &local;
	if (x->edit_count == 0) {
		rc = store_objects(x->repo, err);
		rc = rc < 0 ? rc : vv_syncs_wait(&x->repo->later, err);
	} else if (x->lock.held || (rc = vv_index_lock(x, err)) == VV_OK) {
		rc = write_locked(x, err);
	}
	if (rc == VV_OK && x->edit_count > 0) {
		while (x->edit_count > 0) {
			vv_free(x->edits[--x->edit_count].path);
		}
		x->has_stamp = vv_lstat(&x->stamp, x->repo->index_file, NULL) == VV_OK;
	}
	vv_git_lock_release(&x->lock);
	return rc;
}
