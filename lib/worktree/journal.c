/*
 * journal: writing one: the lines, their chain of checksums, and the files that are kept.
 */
#include "lib/worktree/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/dataset_reader.h"
#include "lib/worktree/journal_internal.h"
#include "repo/git/index/worktree.h"

enum { LOCK_WAIT_MS = 5000, COPY_PIECE = 1 << 16 };

struct vv_journal {
	vv_repository *repo;
	int lock;   /* held until close */
	int log;    /* open for appending once it is ready, else -1 */
	char *path; /* of the log */
	vv_buf text;
	size_t written; /* bytes of text that the log has */
	uint64_t chain;
	uint64_t kept;
	bool sync_puts; /* what some path becomes is known from its put alone */
	vv_index_copy index;
};

/* --- places ------------------------------------------------------------------------------ */

char *vv_journal_place(const vv_repository *r, const char *name)
{
	return vv_path_join(vv_repository_statedir(r), VV_JOURNAL_FOLDER, name, (char *)NULL);
}

char *vv_journal_kept_place(const vv_repository *r, uint64_t number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "kept-%" PRIu64, number);
	return vv_journal_place(r, name);
}

void vv_journal_identity(char out[VV_IDENTITY_MAX], const vv_stat *st)
{
	if (S_ISDIR(st->mode)) { /* what is in it may change its time */
		(void)snprintf(out, VV_IDENTITY_MAX, "folder %" PRIu64 " %" PRIu64, st->ino,
			       st->dev);
		return;
	}
	(void)snprintf(out, VV_IDENTITY_MAX,
		       "%s %" PRIu64 " %" PRId64 ".%09" PRIu32 " %" PRIu64 " %" PRIu64,
		       S_ISLNK(st->mode)   ? "link"
		       : S_ISREG(st->mode) ? "file"
					   : "other",
		       st->size, st->mtime_sec, st->mtime_nsec, st->ino, st->dev);
}

void vv_journal_identity_at(char out[VV_IDENTITY_MAX], const vv_repository *r, const char *path,
			    bool folders)
{
	vv_auto(char) *file = vv_repository_file(r, path);
	vv_stat st;

	out[0] = '\0';
	/* What lies behind a link is not the path. */
	if (file && vv_worktree_check_above(r, path, NULL) == VV_OK &&
	    vv_lstat(&st, file, NULL) == VV_OK && (folders || !S_ISDIR(st.mode))) {
		vv_journal_identity(out, &st);
	}
}

vv_status vv_journal_drop(vv_repository *r, bool durable, vv_error *err)
{
	vv_auto(char) *folder = vv_journal_place(r, NULL),
		      *log = vv_journal_place(r, VV_JOURNAL_LOG);
	vv_status rc = folder && log ? VV_OK : vv_fail_nomem(err);

	/* Without its log it says nothing any more; that must not come back after a power cut. */
	if (rc == VV_OK && (rc = vv_unlink(log, true, err)) == VV_OK && vv_exists(folder)) {
		vv_error ignored;

		rc = durable ? vv_fsync_dir(folder, err) : VV_OK;
		vv_status removed = vv_remove_tree(folder, rc < 0 ? &ignored : err);
		rc = rc < 0 ? rc : removed;
	}
	return rc;
}

/* --- lines ------------------------------------------------------------------------------- */

/* One line is the checksum of its JSON, begun with that of the line before, and the JSON. */
static vv_status put_line(vv_journal *j, const vv_buf *json, vv_error *err)
{
	vv_status rc = vv_buf_ok(json, err);

	if (rc < 0) return rc;
	j->chain = vv_xxh3(json->data, json->len, j->chain);
	vv_buf_printf(&j->text, "%016" PRIx64 " ", j->chain);
	vv_buf_put(&j->text, json->data, json->len);
	vv_buf_putc(&j->text, '\n');
	return vv_buf_ok(&j->text, err);
}

/* Names are bytes: where they are no UTF-8 they stand in hex, under another name. */
static void put_name(vv_json_out *w, const char *name, const char *text)
{
	char key[32];
	vv_auto(vv_buf) hex = VV_BUF_INIT;

	if (vv_utf8_valid(text, strlen(text))) {
		vv_json_add_string(w, name, text);
		return;
	}
	(void)snprintf(key, sizeof(key), "%s_hex", name);
	vv_hex_put(&hex, text, strlen(text));
	vv_json_add_string(w, key, vv_buf_cstr(&hex));
	w->buf->failed = w->buf->failed || hex.failed;
}

static void put_id(vv_json_out *w, const char *name, const vv_oid *id)
{
	vv_json_add_string(w, name, vv_oid_shows(id));
}

/* "100644 1f7a7a...": a mode and an id; "0": there is nothing. */
static void put_version(vv_json_out *w, const char *name, uint32_t mode, const vv_oid *id)
{
	char text[VV_OID_TEXT + 16], hex[VV_OID_TEXT + 1];

	vv_oid_text(hex, id);
	(void)snprintf(text, sizeof(text), mode ? "%" PRIo32 " %s" : "0", mode, hex);
	vv_json_add_string(w, name, text);
}

static void put_flag(vv_json_out *w, const char *name, bool on)
{
	if (on) {
		vv_json_add_bool(w, name, true);
	}
}

/* Begins the object of a line in b. */
static vv_json_out begin_line(vv_buf *b)
{
	vv_json_out w = vv_json_begin_object(b, 0);
	return w;
}

/* Closes the object and writes it. */
static vv_status end_line(vv_journal *j, vv_json_out *w, const vv_buf *b, vv_error *err)
{
	vv_json_close_object(w);
	return put_line(j, b, err);
}

static vv_status put_head(vv_journal *j, const char *branch, const vv_oid *commit, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = begin_line(&b);

	put_id(&w, "head", commit);
	if (branch) {
		put_name(&w, "branch", branch);
	}
	return end_line(j, &w, &b, err);
}

static vv_status put_first_line(vv_journal *j, const vv_journal_options *o, vv_error *err)
{
	static const char *const ends[] = {"head", "index", "close"};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = begin_line(&b);

	vv_json_add_u64(&w, "journal", VV_JOURNAL_VERSION);
	vv_json_add_string(&w, "command", o->command);
	put_name(&w, "what", o->what);
	vv_json_add_u64(&w, "pid", (uint64_t)getpid());
	vv_json_add_string(&w, "end", ends[o->end]);
	return end_line(j, &w, &b, err);
}

/* --- beginning --------------------------------------------------------------------------- */

static vv_status lock(vv_journal *j, vv_error *err)
{
	const char *folder = vv_repository_statedir(j->repo);
	vv_auto(char) *file = vv_path_join(folder, VV_JOURNAL_LOCK, (char *)NULL);
	vv_status rc = file ? vv_mkdirs(folder, err) : vv_fail_nomem(err);

	if (rc == VV_OK) {
		j->lock = vv_lock(file, true, LOCK_WAIT_MS, err);
		rc = j->lock < 0 ? (vv_status)j->lock : VV_OK;
	}
	if (rc == VV_ELOCKED) {
		vv_fail(err, rc,
			"another varve is changing files of this work tree\n"
			"try again when it is done");
	}
	return rc;
}

static void journal_free(vv_journal *j)
{
	if (j->lock >= 0) {
		vv_unlock(j->lock);
	}
	vv_close(j->log, NULL, NULL);
	vv_buf_clear(&j->text);
	vv_index_copy_clear(&j->index);
	vv_free_all(j->path, j);
}

vv_status vv_journal_open(vv_journal **out, vv_repository *r, const vv_journal_options *opts,
			  vv_error *err)
{
	vv_journal *j = vv_calloc(1, sizeof(*j));
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*out = NULL;
	if (!j) return vv_fail_nomem(err);
	j->repo = r;
	j->lock = j->log = -1;
	if ((rc = lock(j, err)) < 0 ||
	    /* One that another varve left since this one looked. */
	    (rc = vv_journal_put_right(r, false, NULL, err)) < 0 ||
	    (rc = put_first_line(j, opts, err)) < 0 || (rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = put_head(j, head.branch, &head.commit, err)) < 0) {
		goto done;
	}
	if (!(j->path = vv_journal_place(r, VV_JOURNAL_LOG))) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	*out = j;
	j = NULL;
done:
	if (j) {
		journal_free(j);
	}
	return rc;
}

/* --- what is kept ------------------------------------------------------------------------ */

static vv_status copy_file(const char *from, const char *to, vv_error *err)
{
	vv_auto(char) *piece = vv_malloc(COPY_PIECE);
	int in = piece ? vv_open(from, O_RDONLY | O_NOFOLLOW, 0, err) : (int)vv_fail_nomem(err);
	int out = in < 0 ? -1 : vv_open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666, err);
	vv_status rc = in < 0 ? (vv_status)in : out < 0 ? (vv_status)out : VV_OK;
	struct stat st;
	ssize_t n = 1;

	while (rc == VV_OK && (n = vv_read_full(in, piece, COPY_PIECE, from, err)) > 0) {
		rc = vv_write_full(out, piece, (size_t)n, to, err);
	}
	rc = n < 0 ? (vv_status)n : rc;
	if (rc == VV_OK && (fstat(in, &st) < 0 || fchmod(out, st.st_mode & 07777) < 0)) {
		rc = vv_fail_errno(err, "cannot set the mode of", to);
	}
	if (rc == VV_OK) {
		rc = vv_fsync(out, to, err);
	}
	vv_close(in, NULL, NULL);
	vv_close(out, NULL, NULL);
	return rc;
}

static vv_status copy_link(const char *from, const char *to, vv_error *err)
{
	char text[4096];
	ssize_t len = readlink(from, text, sizeof(text) - 1);

	if (len >= 0) {
		text[len] = '\0';
	}
	(void)unlink(to);
	return len < 0 || symlink(text, to) < 0 ? vv_fail_errno(err, "cannot copy", from) : VV_OK;
}

vv_status vv_journal_keep_file(const char *from, const char *to, vv_error *err)
{
	vv_stat st;
	vv_status rc;

	/* The same file under another name: nothing that varve or Git does changes it in place. */
	if (link(from, to) == 0) return VV_OK;
	if (errno == EEXIST && ((rc = vv_unlink(to, true, err)) < 0 || link(from, to) == 0)) {
		return rc;
	}
	if ((rc = vv_lstat(&st, from, err)) < 0) return rc;
	return S_ISLNK(st.mode) ? copy_link(from, to, err) : copy_file(from, to, err);
}

static vv_status make_folder(vv_journal *j, vv_error *err)
{
	vv_auto(char) *folder = vv_journal_place(j->repo, NULL);
	return folder ? vv_mkdirs(folder, err) : vv_fail_nomem(err);
}

static vv_status sync_folder(vv_journal *j, vv_error *err)
{
	vv_auto(char) *folder = vv_journal_place(j->repo, NULL);
	return folder ? vv_fsync_dir(folder, err) : vv_fail_nomem(err);
}

static vv_status keep(vv_journal *j, const char *file, vv_error *err)
{
	vv_auto(char) *to = vv_journal_kept_place(j->repo, j->kept + 1);
	vv_status rc = to ? make_folder(j, err) : vv_fail_nomem(err);

	if (rc == VV_OK && (rc = vv_journal_keep_file(file, to, err)) == VV_OK) {
		j->kept++;
	}
	return rc;
}

/* --- paths ------------------------------------------------------------------------------- */

static void put_index(vv_json_out *w, const vv_index *x, const char *path)
{
	static const char *const names[] = {"index", "base", "ours", "theirs"};

	for (int stage = 0; stage < 4; stage++) {
		vv_index_entry e;

		if (stage ? vv_index_get_stage(x, path, stage, &e) : vv_index_get(x, path, &e)) {
			put_version(w, names[stage], e.mode, &e.id);
		}
	}
}

/* What Git or the store has is not kept as well, but for small files: one might be the pointer
 * of a table, or have line ends of its own, and is to come back as it was. */
static bool comes_from_git(const vv_journal_change *c, const vv_stat *st)
{
	return c->old_mode != 0 && (st->size > VV_POINTER_MAX || S_ISLNK(st->mode));
}

vv_status vv_journal_path(vv_journal *j, const vv_index *x, const vv_journal_change *c,
			  vv_error *err)
{
	const char *at = c->from ? c->from : c->path;
	vv_auto(char) *file = vv_repository_file(j->repo, at);
	char was[VV_IDENTITY_MAX];
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_stat st;
	bool kept = false;
	vv_status rc = file ? VV_OK : vv_fail_nomem(err);

	if (rc < 0) return rc;
	vv_journal_identity_at(was, j->repo, at, c->from != NULL);
	if (was[0] && !c->from && !c->index_only && (rc = vv_lstat(&st, file, err)) == VV_OK &&
	    !comes_from_git(c, &st)) {
		rc = keep(j, file, err);
		kept = rc == VV_OK;
	}
	vv_json_out w = begin_line(&b);
	put_name(&w, "path", c->path);
	if (c->from) {
		put_name(&w, "from", c->from);
	}
	vv_json_add_string(&w, "was", was);
	if (kept) {
		vv_json_add_u64(&w, "kept", j->kept);
	}
	if (c->old_mode) {
		put_version(&w, "old", c->old_mode, &c->old_id);
	}
	if (c->known) {
		put_version(&w, "new", c->new_mode, &c->new_id);
	}
	put_flag(&w, "index_only", c->index_only);
	put_flag(&w, "work_only", c->work_only);
	put_flag(&w, "conflict", c->conflict);
	if (!c->work_only) {
		put_index(&w, x, c->path);
	}
	if (rc == VV_OK) {
		rc = end_line(j, &w, &b, err);
	}
	j->sync_puts = j->sync_puts || !(c->known || c->index_only || c->from);
	return rc;
}

vv_status vv_journal_file(vv_journal *j, const char *name, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_gitdir(j->repo), name, (char *)NULL);
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_json_out w = begin_line(&b);
	bool there = file && vv_exists(file);
	vv_status rc = !file ? vv_fail_nomem(err) : there ? keep(j, file, err) : VV_OK;

	put_name(&w, "file", name);
	if (there) {
		vv_json_add_u64(&w, "kept", j->kept);
	}
	return rc < 0 ? rc : end_line(j, &w, &b, err);
}

/* --- ready ------------------------------------------------------------------------------- */

static vv_status append(vv_journal *j, bool durable, vv_error *err)
{
	vv_status rc = vv_write_full(j->log, j->text.data + j->written, j->text.len - j->written,
				     j->path, err);

	if (rc == VV_OK && durable) {
		rc = vv_fsync(j->log, j->path, err);
	}
	if (rc == VV_OK) {
		j->written = j->text.len;
	} else { /* half a line must not come before others */
		(void)vv_sys_ops.ftruncate(j->log, (off_t)j->written);
	}
	return rc;
}

/* Before a file takes a path's place: once it is there the journal knows it as varve's. */
static vv_status on_put(void *payload, const char *path, const vv_stat *st, vv_error *err)
{
	vv_journal *j = payload;
	char identity[VV_IDENTITY_MAX];
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_journal_identity(identity, st);
	vv_json_out w = vv_json_begin_object(&b, 0);
	put_name(&w, "put", path);
	vv_json_add_string(&w, "is", identity);
	vv_json_close_object(&w);
	vv_status rc = put_line(j, &b, err);
	return rc < 0 ? rc : append(j, j->sync_puts, err);
}

vv_status vv_journal_ready(vv_journal *j, vv_error *err)
{
	static const char ready[] = "{\"ready\":true}";
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_puts(&line, ready);
	vv_status rc = put_line(j, &line, err);
	if (rc < 0 || j->log >= 0) return rc < 0 ? rc : append(j, true, err);
	/* The pointers that it names, too: by them files are known again after a power cut. */
	if ((rc = vv_repository_flush(j->repo, err)) < 0 ||
	    (rc = vv_index_copy_take(&j->index, j->repo, err)) < 0 ||
	    (rc = make_folder(j, err)) < 0 ||
	    (rc = vv_fsync_dir(vv_repository_statedir(j->repo), err)) < 0 ||
	    (j->kept > 0 && (rc = sync_folder(j, err)) < 0) || /* before the log names them */
	    (rc = vv_write_file(j->path, j->text.data, j->text.len, true, err)) < 0) {
		return rc;
	}
	j->written = j->text.len;
	j->log = vv_open(j->path, O_WRONLY | O_APPEND, 0, err);
	if (j->log < 0) return (vv_status)j->log;
	vv_worktree_watch_set(j->repo, on_put, j);
	return VV_OK;
}

vv_status vv_journal_index(vv_journal *j, vv_index *x, vv_error *err)
{
	vv_status rc = vv_index_write(x, err);

	if (j) {
		vv_index_copy_mark(&j->index, j->repo);
	}
	return rc;
}

/* Where the index cannot be written any more, the old one may still take its place; but not where
 * HEAD has moved, or cannot be read. */
static vv_status take_back(vv_journal *j)
{
	vv_journal_found found = {0};
	vv_status rc = vv_journal_put_right(j->repo, true, &found, VV_IGNORED);

	if (rc < 0 && found.undone) { /* not durable is better than not at all */
		(void)vv_index_copy_restore(&j->index, j->repo, VV_IGNORED);
		rc = vv_journal_put_right(j->repo, true, NULL, VV_IGNORED);
	}
	return rc;
}

vv_status vv_journal_close(vv_journal *j, vv_status rc, vv_error *err)
{
	vv_error later;
	vv_status settled;

	if (!j) return rc;
	if (j->log >= 0) {
		vv_worktree_watch_set(j->repo, NULL, NULL);
	}
	vv_index_unlock(j->repo); /* the way back writes another one */
	if (rc < 0 && j->log >= 0) {
		/* The failure that led here is the one to be told. */
		if (take_back(j) < 0) {
			vv_hint(err, "the next command that changes something "
				     "here undoes it, unless HEAD has moved");
		}
	} else if (rc >= 0 && j->log >= 0 && (settled = vv_repository_settle(j->repo, err)) < 0) {
		rc = settled; /* it stays, and says what was done */
	} else if (vv_journal_drop(j->repo, true, &later) < 0) {
		vv_notes_warn(vv_repository_notes(j->repo), "%s", later.message);
	}
	journal_free(j);
	return rc;
}
