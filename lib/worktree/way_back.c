/*
 * way_back: recognises files, and restores in the right order.
 *
 * The note's list has five parts for each: "path", "index" (the entry alone), "file" (of the Git folder) or "put" (a file that
 * was about to replace the path); the path; its file's identity, by its inode; the name of the kept file, or ""; and the
 * former entries of the index, in the form of `git update-index --index-info`.
 */
#include "lib/worktree/way_back.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/locks/own_file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/history.h"
#include "repo/git/history/refs.h"
#include "repo/git/index/worktree.h"
#include "repo/git/tree.h"
#include "repo/git/verb/later.h"
#include "repo/git/verb/runner.h"

#define KEPT "kept"
#define PARTS 5u
#define NO_ENTRY "-" /* the index has none; "" leaves it alone */
#define STAGES 4

enum { IDENTITY_MAX = 120, COPY_PIECE = 1 << 16, ASIDE_MAX = 1000 };

struct vv_way_back {
	vv_repository *repo;
	vv_later note;
	vv_head head;
	unsigned kept;
	bool ready;
};

static char *kept_place(const vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_statedir(r), KEPT, name, (char *)NULL);
}

static void put_identity(char out[IDENTITY_MAX], const vv_stat *st)
{
	(void)snprintf(out, IDENTITY_MAX,
		       "%" PRIo32 " %" PRIu64 " %" PRId64 ".%09" PRIu32 " %" PRIu64,
		       st->mode & S_IFMT, st->size, st->mtime_sec, st->mtime_nsec, st->ino);
}

/* "": there is none, or a folder. */
static void identify_file(char out[IDENTITY_MAX], const char *file)
{
	vv_stat st;

	out[0] = '\0';
	if (vv_lstat(&st, file, VV_IGNORED) == VV_OK && !S_ISDIR(st.mode)) {
		put_identity(out, &st);
	}
}

static void put_parts(vv_buf *b, const char *const parts[PARTS])
{
	vv_array_each(parts, PARTS, part) {
		vv_buf_put(b, *part, strlen(*part) + 1);
	}
}

static void put_entries(vv_buf *b, const vv_index *x, const char *path)
{
	vv_index_entry e;

	for (int stage = 0; stage < STAGES; stage++) {
		if (stage ? vv_index_get_stage(x, path, stage, &e) : vv_index_get(x, path, &e)) {
			vv_buf_printf(b, "%06" PRIo32 " %s %d\n", e.mode, vv_oid_shows(&e.id),
				      stage);
		}
	}
	vv_buf_puts(b, b->len ? "" : NO_ENTRY);
}

/* --- before -------------------------------------------------------------------------------- */

/* Without the note they are useless. */
static vv_status drop_kept(vv_repository *r, vv_error *err)
{
	vv_auto(char) *kept = kept_place(r, NULL);

	if (!kept) return vv_fail_nomem(err);
	return vv_exists(kept) ? vv_remove_tree(kept, err) : VV_OK;
}

static void way_back_free(vv_way_back *w)
{
	if (w) {
		vv_head_clear(&w->head);
		vv_later_clear(&w->note);
		vv_free(w);
	}
}
VV_AUTO_FREE(vv_way_back, way_back_free)

vv_status vv_way_back_open(vv_way_back **out, vv_repository *r, const char *command,
			   const char *what, vv_error *err)
{
	vv_auto(vv_way_back) *w = vv_calloc(1, sizeof(*w));
	vv_status rc;

	*out = NULL;
	if (!w) return vv_fail_nomem(err);
	w->repo = r;
	if ((rc = vv_later_must_be_free(r, err)) < 0 || (rc = drop_kept(r, err)) < 0 ||
	    (rc = vv_head_read(r, &w->head, err)) < 0) {
		return rc;
	}
	w->note = (vv_later){.what = what,
			     .command = command,
			     .from = w->head.commit,
			     .ref = w->head.branch,
			     .back = true};
	return vv_hand_over(out, &w);
}

static vv_status copy_file(const char *from, const char *to, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(COPY_PIECE);
	vv_auto(vv_fd) in = piece ? vv_open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, err)
				  : (int)vv_fail_nomem(err);
	vv_auto(vv_fd) out = in < 0 ? -1 : vv_open_own(to, O_WRONLY | O_CREAT | O_TRUNC, err);
	vv_status rc = VV_OK;

	if (in < 0) {
		rc = (vv_status)in;
	} else if (out < 0) {
		rc = (vv_status)out;
	}
	struct stat st;
	ssize_t n = 1;

	while (rc == VV_OK && (n = vv_read_full(in, piece, COPY_PIECE, from, err)) > 0) {
		rc = vv_write_full(out, piece, (size_t)n, to, err);
	}
	rc = n < 0 ? (vv_status)n : rc;
	if (rc == VV_OK && (fstat(in, &st) < 0 || fchmod(out, st.st_mode & 07777) < 0)) {
		rc = vv_fail_errno(err, "cannot set the mode of", to);
	}
	return rc < 0 ? rc : vv_fsync(out, to, err);
}

static vv_status copy_link(const char *from, const char *to, vv_error *err)
{
	char text[4096];
	const ssize_t len = readlink(from, text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = '\0';
	return len < 0 || symlink(text, to) < 0 ? vv_fail_errno(err, "cannot copy", from) : VV_OK;
}

/* Makes a hard link to the file: varve and Git never change it in place. If links are not supported it is copied. */
static vv_status keep_file(vv_way_back *w, const char *file, char name[24], vv_error *err)
{
	(void)snprintf(name, 24, "%u", ++w->kept);
	vv_auto(char) *to = kept_place(w->repo, name);
	vv_stat st;
	vv_status rc;

	if ((rc = vv_mkdirs_above(to, err)) < 0 || link(file, to) == 0 ||
	    (rc = vv_lstat(&st, file, err)) < 0) {
		return rc;
	}
	return S_ISLNK(st.mode) ? copy_link(file, to, err) : copy_file(file, to, err);
}

static vv_status add_record(vv_way_back *w, const char *kind, const char *path, const char *file,
			    const char *entries, vv_error *err)
{
	char is[IDENTITY_MAX] = "", kept[24] = "";
	const char *const parts[PARTS] = {kind, path, is, kept, entries};
	vv_status rc = VV_OK;

	if (file) {
		identify_file(is, file);
		rc = is[0] ? keep_file(w, file, kept, err) : VV_OK;
	}
	put_parts(&w->note.changed, parts);
	return rc < 0 ? rc : vv_buf_ok(&w->note.changed, err);
}

vv_status vv_way_back_path(vv_way_back *w, const vv_index *x, const char *path, bool file,
			   vv_error *err)
{
	vv_auto(char) *place = file ? vv_repository_file(w->repo, path) : NULL;
	vv_auto(vv_buf) entries = VV_BUF_INIT;

	if (file && !place) return vv_fail_nomem(err);
	/* A file behind a symbolic link is not the path's. */
	const bool there = file && vv_worktree_check_above(w->repo, path, VV_IGNORED) == VV_OK;
	if (x) {
		put_entries(&entries, x, path);
	}
	const vv_status rc = vv_buf_ok(&entries, err);
	if (rc < 0) return rc;
	return add_record(w, file ? "path" : "index", path, there ? place : NULL,
			  vv_buf_cstr(&entries), err);
}

vv_status vv_way_back_file(vv_way_back *w, const char *name, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(w->repo), name, (char *)NULL);

	return file ? add_record(w, "file", name, file, "", err) : vv_fail_nomem(err);
}

/* Called before a file replaces a path: identifies it as varve's. */
static vv_status on_put(void *payload, const char *path, const vv_stat *st, vv_error *err)
{
	vv_way_back *w = payload;
	const size_t before = w->note.changed.len;
	char is[IDENTITY_MAX];
	const char *const parts[PARTS] = {"put", path, is, "", ""};

	put_identity(is, st);
	put_parts(&w->note.changed, parts);
	const vv_status rc = vv_buf_ok(&w->note.changed, err);
	return rc < 0 ? rc
		      : vv_later_append(w->repo, w->note.changed.data + before,
					w->note.changed.len - before, err);
}

vv_status vv_way_back_ready(vv_way_back *w, vv_error *err)
{
	vv_auto(char) *kept = kept_place(w->repo, NULL);
	vv_status rc;

	if (!kept) return vv_fail_nomem(err);
	if ((w->kept > 0 && (rc = vv_fsync_dir(kept, err)) < 0) ||
	    (rc = vv_later_write(w->repo, &w->note, err)) < 0) {
		return rc;
	}
	w->ready = true;
	vv_worktree_watch_set(w->repo, on_put, w);
	return VV_OK;
}

/* --- back ---------------------------------------------------------------------------------- */

typedef struct backing {
	vv_repository *repo;
	const vv_buf *list;
	vv_index *index;
	vv_oid moved; /* where others moved HEAD to; null: nowhere */
	vv_buf info;  /* entries of the index */
	size_t left;
} backing;

static void backing_clear(backing *b)
{
	vv_index_close(b->index);
	vv_buf_clear(&b->info);
}
VV_AUTO_CLEAR(backing, backing_clear)

typedef struct record {
	const char *kind, *path, *is, *kept, *entries;
} record;

/* The last one may have been cut off. */
static bool next_record(const vv_buf *list, size_t *at, record *out)
{
	const char *parts[PARTS];

	vv_array_each(parts, PARTS, part) {
		const char *end = *at < list->len ? memchr(list->data + *at, '\0', list->len - *at)
						  : NULL;

		if (!end) return false;
		*part = list->data + *at;
		*at = (size_t)(end - list->data) + 1;
	}
	*out = (record){.kind = parts[0],
			.path = parts[1],
			.is = parts[2],
			.kept = parts[3],
			.entries = parts[4]};
	return true;
}

/* Is the record one that put_parts writes? Its names must not lead out of their folders. */
static bool is_sound(const record *r)
{
	static const char *const kinds[] = {"path", "index", "file", "put"};
	const bool known = vv_array_find(kinds, sizeof(kinds) / sizeof(kinds[0]), kind,
					 strcmp(*kind, r->kind) == 0) != NULL;

	return known && vv_path_check_plain(r->path, VV_IGNORED) == VV_OK &&
	       strspn(r->kept, "0123456789") == strlen(r->kept);
}

static bool is_sound_list(const vv_buf *list)
{
	record r;

	for (size_t at = 0; next_record(list, &at, &r);) {
		if (!is_sound(&r)) return false;
	}
	return true;
}

static bool was_put(const backing *b, const char *path, const char *is)
{
	record r;

	for (size_t at = 0; next_record(b->list, &at, &r);) {
		if (strcmp(r.kind, "put") == 0 && strcmp(r.path, path) == 0 &&
		    strcmp(r.is, is) == 0) {
			return true;
		}
	}
	return false;
}

/* Moves the kept file to its place; a missing one was moved already. */
static vv_status bring_kept(const backing *b, const char *kept, const char *file, vv_error *err)
{
	vv_auto(char) *from = kept_place(b->repo, kept), *dir = vv_path_dir(file);
	vv_status rc;

	if (!from || !dir) return vv_fail_nomem(err);
	if (!vv_exists(from)) return VV_OK;
	if ((rc = vv_mkdirs_above(file, err)) == VV_OK &&
	    (rc = vv_rename(from, file, err)) == VV_OK) {
		rc = vv_fsync_dir(dir, err);
	}
	return rc;
}

/* *left: it was changed since, and is not touched. */
static vv_status put_file_back(backing *b, const record *r, bool *left, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(b->repo, r->path);
	vv_auto(char) *dir = file ? vv_path_dir(file) : NULL;
	char now[IDENTITY_MAX];

	if (!dir) return vv_fail_nomem(err);
	identify_file(now, file);
	*left = vv_worktree_check_above(b->repo, r->path, VV_IGNORED) < 0 ||
		(now[0] && strcmp(now, r->is) != 0 && !was_put(b, r->path, now));
	if (*left) return VV_OK;
	vv_temp_sweep(dir, ".varve-");
	vv_temp_sweep(dir, VV_WRITE_TEMP);
	if (!r->kept[0]) {
		return !now[0] && vv_exists(file) ? VV_OK
						  : vv_worktree_remove(b->repo, r->path, err);
	}
	if (now[0] && strcmp(now, r->is) == 0) return VV_OK;
	vv_status rc = vv_worktree_make_room(b->repo, r->path, err);
	return rc < 0 ? rc : bring_kept(b, r->kept, file, err);
}

static bool is_entry_as_before(const backing *b, const record *r)
{
	vv_auto(vv_buf) now = VV_BUF_INIT;

	put_entries(&now, b->index, r->path);
	return !r->entries[0] || strcmp(vv_buf_cstr(&now), r->entries) == 0;
}

static void put_entry_back(backing *b, const record *r)
{
	vv_buf_printf(&b->info, "0 %s\t%s%c", vv_oid_shows(&(vv_oid){{0}}), r->path, '\0');
	for (vv_line l = {.rest = r->entries};
	     strcmp(r->entries, NO_ENTRY) != 0 && vv_line_next(&l);) {
		vv_buf_printf(&b->info, "%.*s\t%s%c", (int)l.len, l.text, r->path, '\0');
	}
}

/* Does the commit to which another process moved HEAD contain the command's index entry? Then it must
 * stay. */
static bool is_committed(const backing *b, const record *r)
{
	vv_auto(vv_tree_entry) at = {0};
	vv_index_entry e;

	if (vv_oid_is_null(&b->moved) || is_entry_as_before(b, r)) return false;
	const vv_status rc = vv_tree_entry_at(b->repo, &b->moved, r->path, &at, VV_IGNORED);
	return vv_index_get(b->index, r->path, &e) ? rc == VV_OK && vv_oid_equal(&at.id, &e.id)
						   : rc == VV_ENOTFOUND;
}

static vv_status put_record_back(backing *b, const record *r, vv_error *err)
{
	bool left = false;
	vv_status rc = VV_OK;

	if (strcmp(r->kind, "file") == 0) {
		vv_auto(char) *file = vv_path_join(vv_repository_gitdir(b->repo), r->path,
						   (char *)NULL);

		if (!file) return vv_fail_nomem(err);
		return r->kept[0] ? bring_kept(b, r->kept, file, err) : vv_unlink(file, true, err);
	}
	if (is_committed(b, r)) return VV_OK;
	if (strcmp(r->kind, "path") == 0) {
		rc = put_file_back(b, r, &left, err);
	}
	if (left) {
		b->left++;
		vv_notes_put(vv_repository_notes(b->repo), "    %s: edited since, so not restored",
			     vv_text_shows(r->path));
	} else if (rc == VV_OK && !is_entry_as_before(b, r)) {
		put_entry_back(b, r);
	}
	return rc;
}

/* New files are removed first: they may be in the way of old ones. */
static vv_status put_all_back(backing *b, vv_error *err)
{
	static const char *const args[] = {"update-index", "-z", "--index-info", NULL};
	vv_status rc = vv_index_open(&b->index, b->repo, err);
	record r;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t at = 0; rc == VV_OK && next_record(b->list, &at, &r);) {
			if (strcmp(r.kind, "put") != 0 && (r.kept[0] != '\0') == (pass == 1)) {
				rc = put_record_back(b, &r, err);
			}
		}
	}
	if (rc < 0 || (rc = vv_buf_ok(&b->info, err)) < 0 || b->info.len == 0) return rc;
	vv_auto(vv_runner) git = {.repo = b->repo,
				  .args = args,
				  .undoes = true,
				  .input = b->info.data,
				  .len = b->info.len};
	if ((rc = vv_runner_run(&git, err)) < 0) return rc;
	return git.code == 0 ? VV_OK : vv_runner_fail(&git, "the index was not restored", err);
}

/* Files that did not go back are not thrown away. */
static vv_status put_aside(vv_repository *r, vv_error *err)
{
	vv_auto(char) *kept = kept_place(r, NULL);

	for (unsigned i = 1; kept && i < ASIDE_MAX && vv_exists(kept); i++) {
		vv_auto(char) *aside = vv_asprintf("%s-%u", kept, i);

		if (!aside) return vv_fail_nomem(err);
		if (!vv_exists(aside)) {
			vv_notes_put(vv_repository_notes(r),
				     "hint: the previous content of the files is in '%s'",
				     vv_text_shows(aside));
			return vv_rename(kept, aside, err);
		}
	}
	return kept ? VV_OK : vv_fail_nomem(err);
}

static bool is_at(const vv_head *head, const vv_later *note)
{
	return vv_oid_equal(&head->commit, &note->from) &&
	       (head->branch && note->ref ? strcmp(head->branch, note->ref) == 0
					  : head->branch == note->ref);
}

/* Is HEAD the commit that a transaction made? */
static bool is_next(vv_repository *r, const vv_later *note)
{
	vv_auto(vv_head) head = {0};
	vv_auto(vv_commit) c = {0};

	return strcmp(note->command, VV_WAY_BACK_COMMIT) == 0 &&
	       vv_head_read(r, &head, VV_IGNORED) == VV_OK &&
	       vv_commit_read(r, &head.commit, &c, VV_IGNORED) == VV_OK &&
	       (vv_oid_is_null(&note->from)
			? c.parent_count == 0
			: c.parent_count > 0 && vv_oid_equal(&c.parents[0], &note->from));
}

/* failed: the command itself just failed, so its uncommitted changes are undone even if another process moved HEAD. */
static vv_status go_back(vv_repository *r, const vv_later *note, bool failed, vv_recovered *out,
			 vv_error *err)
{
	vv_auto(backing) b = {.repo = r, .list = &note->changed};
	vv_auto(vv_head) head = {0};
	vv_status rc = vv_head_read(r, &head, err);

	if (rc < 0) return rc;
	if (failed || is_at(&head, note)) {
		*out = VV_RECOVERED_UNDONE;
	} else if (is_next(r, note)) {
		*out = VV_RECOVERED_COMPLETE;
	} else {
		*out = VV_RECOVERED_NOTHING;
	}
	if (!is_at(&head, note)) {
		b.moved = head.commit;
	}
	if (*out == VV_RECOVERED_UNDONE && (rc = put_all_back(&b, err)) < 0) return rc;
	rc = b.left > 0 || *out == VV_RECOVERED_NOTHING ? put_aside(r, err) : VV_OK;
	rc = rc < 0 ? rc : vv_later_drop(r, err);
	return rc < 0 ? rc : drop_kept(r, err);
}

vv_status vv_way_back_close(vv_way_back *w, vv_status rc, vv_error *err)
{
	vv_error later = {0};
	vv_recovered done;
	vv_status settled = rc;

	if (!w) return rc;
	if (w->ready) {
		vv_worktree_watch_set(w->repo, NULL, NULL);
		vv_index_unlock(w->repo); /* the way back writes another one */
		/* If that fails, all changes are done, see its message. */
		settled = rc < 0 ? rc : vv_repository_settle(w->repo, err);
	}
	if (rc < 0 && w->ready) { /* reports the original failure */
		if (go_back(w->repo, &w->note, true, &done, &later) < 0) {
			vv_hint(err, "the next command that changes this work tree undoes the "
				     "changes, unless HEAD has moved");
		}
	} else if ((w->ready && vv_later_drop(w->repo, &later) < 0) ||
		   drop_kept(w->repo, &later) < 0) {
		vv_notes_warn(vv_repository_notes(w->repo), "%s", later.message);
	}
	way_back_free(w);
	return settled < 0 ? settled : rc;
}

vv_status vv_way_back_recover(vv_repository *r, vv_recovered *out, char was[32], vv_error *err)
{
	vv_auto(vv_later) note = {0};
	vv_status rc = vv_later_read(&note, r, err);

	*out = VV_RECOVERED_NOTHING;
	if (rc == VV_ENOTFOUND) return drop_kept(r, err);
	if (rc < 0 || note.alive || !note.back) return rc;
	if (!is_sound_list(&note.changed)) return vv_later_fail_damaged(r, err);
	vv_later_sweep_locks(&note, r);
	if ((rc = go_back(r, &note, false, out, err)) < 0) {
		return vv_prefix(err, "%s was interrupted and cannot be undone",
				 vv_text_shows(note.what));
	}
	(void)snprintf(was, 32, "%s", note.command);
	vv_notes_put(vv_repository_notes(r), "%s was interrupted; %s", vv_text_shows(note.what),
		     *out == VV_RECOVERED_UNDONE ? "its changes were undone"
		     : *out == VV_RECOVERED_COMPLETE
			     ? "it had already completed"
			     : "it was not undone, since HEAD has moved on");
	return VV_OK;
}
