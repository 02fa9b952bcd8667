/*
 * unpack: decides whether a new file may replace an existing one, and merges.
 */
#include "lib/merge/unpack.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/documents/reader.h"
#include "lib/merge/tables.h"
#include "lib/names/unpacked.h"
#include "lib/names/version.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/last_copy.h"
#include "repo/blocks/decompress.h"
#include "repo/git/blob.h"
#include "repo/git/history/history.h"
#include "repo/git/history/log.h"
#include "repo/git/index/worktree.h"

#define PIECE (64u << 10)
#define MERGED_MAX ((size_t)1 << 31) /* bytes of a file that is merged */

/* The content of a file: of a compressed one all, of a document a table. */
typedef struct inside {
	const char *file, *path; /* of the work tree; as messages call it */
	vv_subject *document;    /* NULL: it is compressed */
	const char *table;
} inside;

/* The destination: a text, a file, or (to < 0) a comparison with one. */
typedef struct outside {
	const char *path;
	int to, same_as;
	bool differs;
	uint64_t bytes;
	vv_buf *text;
} outside;

/* A vv_bytes_fn. */
static vv_status put_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	outside *o = payload;
	char piece[PIECE];

	o->bytes += len;
	if (o->text) {
		return vv_buf_write(o->text, bytes, len, err);
	}
	if (o->to >= 0) return vv_write_full(o->to, bytes, len, o->path, err);
	for (const char *p = bytes; len > 0 && !o->differs;) {
		const size_t n = len < sizeof(piece) ? len : sizeof(piece);
		const ssize_t got = vv_read_full(o->same_as, piece, n, o->path, err);

		if (got < 0) return (vv_status)got;
		o->differs = (size_t)got != n || memcmp(piece, p, n) != 0;
		p += n;
		len -= n;
	}
	return VV_OK;
}

static vv_status pour_compressed(const inside *in, outside *out, vv_error *err)
{
	vv_auto(vv_unpacked) *u = NULL;
	char piece[PIECE];
	vv_source file;
	vv_fd_source storage;
	ssize_t got = 0;
	vv_auto(vv_fd) fd = vv_open_regular(in->file, 0, err);

	if (fd < 0) return (vv_status)fd;
	vv_source_fd(&file, &storage, fd, in->path, 0);
	vv_status rc = vv_unpacked_open(&u, &file, err);

	while (rc == VV_OK && !out->differs &&
	       (got = vv_unpacked_source(u)->read(vv_unpacked_source(u)->payload, piece,
						  sizeof(piece), err)) > 0) {
		rc = put_bytes(out, piece, (size_t)got, err);
	}
	return rc == VV_OK && got < 0 ? (vv_status)got : rc;
}

static vv_status pour_contents(const inside *in, outside *out, vv_error *err)
{
	if (!in->document) return pour_compressed(in, out, err);
	const vv_status rc = vv_subject_take_table(in->document, in->table, err);

	return rc < 0 ? rc : vv_subject_bytes(in->document, put_bytes, out, NULL, err);
}

/* Is the existing file equal to the new one? Then an earlier attempt wrote it. */
static vv_status is_same(bool *same, const inside *in, const char *file, uint64_t size,
			 vv_error *err)
{
	outside out = {.path = in->path, .to = -1, .same_as = vv_open_regular(file, 0, err)};

	if (out.same_as < 0) return (vv_status)out.same_as;
	const vv_status rc = pour_contents(in, &out, err);

	*same = rc == VV_OK && !out.differs && out.bytes == size;
	vv_close(out.same_as, NULL, NULL);
	return rc;
}

static vv_status write_file(const vv_repository *r, const inside *in, const char *file,
			    uint64_t *bytes, vv_error *err)
{
	vv_auto(char) *dir = vv_path_dir(file), *temp_dir = vv_worktree_temp_dir(r, file);
	vv_auto(vv_new_file) f = {.name = file};
	vv_status rc;

	if (!dir || !temp_dir) return vv_fail_nomem(err);
	vv_temp_sweep(temp_dir, VV_WRITE_TEMP); /* of processes that were killed */
	if ((rc = vv_new_file_open(&f, temp_dir, VV_WRITE_TEMP, err)) < 0) return rc;
	outside out = {.path = in->path, .to = f.fd, .same_as = -1};
	if ((rc = pour_contents(in, &out, err)) < 0 || (rc = vv_new_file_end(&f, true, err)) < 0 ||
	    (rc = vv_new_file_place(&f, file, err)) < 0) {
		return rc;
	}
	*bytes = out.bytes;
	return vv_fsync_dir(dir, err);
}

/* --- corrections ------------------------------------------------------------------------ */

/* Unpacks the file of that commit. */
static vv_status pour_old(const vv_unpack *u, const inside *in, const vv_oid *commit, vv_buf *text,
			  vv_error *err)
{
	vv_auto(vv_subject) s = {.text = NULL};
	vv_auto(vv_new_file) raw = {.name = in->path};
	inside old = *in;
	outside out = {.path = in->path, .to = -1, .text = text};
	const vv_version_name name = {.path = in->path, .commit = commit};
	vv_status rc;

	if ((rc = vv_subject_find(&s, u->repo, u->reader, &name, err)) < 0) return rc;
	if (in->document) {
		old.document = &s;
		return pour_contents(&old, &out, err);
	}
	if ((rc = vv_new_file_open(&raw, vv_repository_varvedir(u->repo), VV_WRITE_TEMP, err)) <
		    0 ||
	    (rc = vv_subject_bytes(&s, vv_new_file_put, &raw, NULL, err)) < 0) {
		return rc;
	}
	old.file = raw.temp;
	return pour_contents(&old, &out, err);
}

/* The newest different content of the file in history: the source of the previous unpacking. *known false: history does not
 * have the file. */
static vv_status find_base(vv_buf *base, bool *known, const vv_unpack *u, const inside *in,
			   const vv_buf *now, vv_error *err)
{
	const char *paths[] = {in->path, NULL};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_log) *log = NULL;
	vv_oid id;
	int more = 0;
	vv_status rc = vv_head_read(u->repo, &head, err);
	const vv_range range = {.include = head.commit};
	const vv_log_options o = {.ranges = &range, .range_count = 1, .paths = paths};

	*known = false;
	if (rc < 0 || head.unborn || (rc = vv_log_open(&log, u->repo, &o, err)) < 0) return rc;
	while ((more = vv_log_next(log, &id, err)) > 0) {
		vv_buf_reset(base);
		rc = pour_old(u, in, &id, base, err);
		/* an older one instead would undo that one's changes; an unreadable one was never unpacked */
		if (rc == VV_ENOMEM || rc == VV_EMISSING || rc == VV_EIO) return rc;
		vv_error_clear(err);
		*known = *known || rc == VV_OK;
		if (rc == VV_OK &&
		    (base->len != now->len || memcmp(base->data, now->data, now->len) != 0)) {
			return VV_OK;
		}
	}
	vv_buf_reset(base);
	vv_buf_put(base, vv_buf_cstr(now), now->len);
	return more < 0 ? (vv_status)more : vv_buf_ok(base, err);
}

static vv_status set_side(vv_dataset_merge *m, size_t side, const vv_unpack *u, const vv_buf *text,
			  vv_error *err)
{
	m->sides[side].mode = 0100644;
	return vv_blob_write(u->repo, vv_buf_cstr(text), text->len, &m->sides[side].id, err);
}

/* *done: the file has the new content, merged with local changes since the previous delivery, and
 * *bytes is its length. */
static vv_status merge_one(const vv_unpack *u, const inside *in, const char *to, const char *file,
			   bool *done, uint64_t *bytes, vv_error *err)
{
	vv_auto(vv_buf) base = VV_BUF_INIT, ours = VV_BUF_INIT, now = VV_BUF_INIT,
			what = VV_BUF_INIT;
	vv_auto(vv_dataset_merged) merged = {0};
	outside out = {.path = in->path, .to = -1, .text = &now};
	vv_dataset_merge m = {.repo = u->repo,
			      .writer = u->writer,
			      .path = to,
			      .names = {"the previous file", "here", "the delivery"}};
	vv_index_entry e;
	vv_stat st;
	vv_status rc;

	if (!vv_index_get(u->index, to, &e)) return VV_OK;
	if ((rc = pour_contents(in, &out, err)) < 0 ||
	    (rc = find_base(&base, done, u, in, &now, err)) < 0 || !*done ||
	    (rc = vv_read_regular(&ours, file, MERGED_MAX, err)) < 0) {
		return rc;
	}
	*done = ours.len != base.len || memcmp(ours.data, base.data, base.len) != 0;
	if (!*done) return VV_OK;
	m.sides[VV_OURS] = (vv_index_side){.mode = e.mode, .id = e.id};
	if ((rc = set_side(&m, VV_BASE, u, &base, err)) < 0 ||
	    (rc = set_side(&m, VV_THEIRS, u, &now, err)) < 0 ||
	    (rc = vv_dataset_merge_run(&merged, &m, err)) < 0) {
		return rc;
	}
	if (merged.record.count > 0 || merged.record.left_out > 0) {
		vv_conflict_record_describe(&what, &merged.record);
		return vv_fail(err, VV_ECONFLICT,
			       "both '%s' and '%s' changed %s; '%s' was not written\nto use the "
			       "content of '%s', first remove '%s'",
			       vv_text_shows(to), vv_text_shows(in->path), vv_buf_cstr(&what),
			       vv_text_shows(to), vv_text_shows(in->path), vv_text_shows(to));
	}
	if ((rc = vv_dataset_writer_commit(u->writer, err)) < 0 ||
	    (rc = vv_dataset_merge_write(&m, &merged.result.id, &st, err)) < 0) {
		return rc;
	}
	*bytes = st.size;
	return VV_OK;
}

/* Writes it to the path to, if nothing is lost by that. */
static vv_status unpack_one(const vv_unpack *u, const inside *in, const char *to, vv_error *err)
{
	vv_auto(char) *file = vv_repository_file(u->repo, to);
	vv_stat st;
	uint64_t bytes = 0;
	bool same = false, merged = false;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) == VV_OK) {
		bytes = st.size;
		if (!S_ISREG(st.mode)) {
			return vv_fail(err, VV_EREFUSED, "'%s' is not a regular file",
				       vv_text_shows(to));
		}
		if ((rc = is_same(&same, in, file, st.size, err)) < 0 ||
		    (!same &&
		     (rc = vv_checkout_give_way(u->repo, u->reader, u->index, to, err)) < 0)) {
			return rc;
		}
	}
	if (!same && bytes > 0 && (rc = merge_one(u, in, to, file, &merged, &bytes, err)) < 0) {
		return rc;
	}
	if (!same && !merged && (rc = write_file(u->repo, in, file, &bytes, err)) < 0) return rc;
	return u->made(u->payload, to, bytes, err);
}

/* --- documents ----------------------------------------------------------------- */

/* "book.xlsx" and "Prices": "book.Prices.csv"; a file's only table, which readers call "data", is "book.csv". *cleaned: its name has
 * characters that are not for files. */
static vv_status put_name(vv_buf *out, bool *cleaned, const char *path, const char *table,
			  vv_error *err)
{
	const size_t ext = strlen(vv_path_ext(path));

	*cleaned = false;
	vv_buf_put(out, path, strlen(path) - ext - (ext > 0));
	vv_buf_puts(out, strcmp(table, "data") == 0 ? "" : ".");
	for (const char *p = strcmp(table, "data") == 0 ? "" : table; *p; p++) {
		const bool odd = (unsigned char)*p < ' ' || strchr("/\\\177", *p);

		*cleaned |= odd;
		vv_buf_putc(out, odd ? '_' : *p);
	}
	vv_buf_puts(out, ".csv");
	return vv_buf_ok(out, err);
}

/* How many tables of the document are written to that name. */
static vv_status count_tables(size_t *out, const vv_document *d, const char *path, const char *name,
			      vv_error *err)
{
	bool cleaned;
	vv_status rc;

	*out = 0;
	vv_array_each(d->tables, d->count, it) {
		vv_auto(vv_buf) other = VV_BUF_INIT;

		if ((rc = put_name(&other, &cleaned, path, it->name, err)) < 0) return rc;
		*out += strcmp(vv_buf_cstr(&other), name) == 0;
	}
	return VV_OK;
}

/* Notes each file named like an unpacked table that the document does not have. */
static vv_status tell_left(const vv_unpack *u, const vv_document *d, const char *path,
			   vv_error *err)
{
	const size_t ext = strlen(vv_path_ext(path)), stem = strlen(path) - ext - (ext > 0);
	size_t made;
	vv_status rc = VV_OK;

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(u->index, &e);) {
		if (strncmp(e.path, path, stem) != 0 || e.path[stem] != '.' ||
		    strchr(e.path + stem, '/') || strlen(e.path + stem) <= strlen("..csv") ||
		    strcmp(vv_path_ext(e.path), "csv") != 0) {
			continue;
		}
		vv_auto(char) *file = vv_repository_file(u->repo, e.path);

		rc = count_tables(&made, d, path, e.path, err);
		if (rc == VV_OK && made == 0 && vv_exists(file)) {
			vv_notes_warn(vv_repository_notes(u->repo),
				      "'%s' was not updated, as '%s' has no table of that name; "
				      "remove the file if it is not needed",
				      vv_text_shows(e.path), vv_text_shows(path));
		}
	}
	return rc;
}

static vv_status unpack_tables(const vv_unpack *u, inside *in, const vv_document *d, vv_error *err)
{
	bool cleaned;
	size_t same = 1;
	vv_status rc;

	vv_array_each(d->tables, d->count, it) {
		vv_auto(vv_buf) to = VV_BUF_INIT;

		in->table = it->name;
		if (it->beside) {
			continue;
		}
		if ((rc = put_name(&to, &cleaned, in->path, in->table, err)) < 0 ||
		    (cleaned &&
		     (rc = count_tables(&same, d, in->path, vv_buf_cstr(&to), err)) < 0)) {
			return rc;
		}
		if (same > 1) {
			return vv_fail(err, VV_EREFUSED,
				       "two tables of '%s' would be written to '%s'",
				       vv_text_shows(in->path), vv_text_shows(vv_buf_cstr(&to)));
		}
		if ((rc = unpack_one(u, in, vv_buf_cstr(&to), err)) < 0) return rc;
	}
	return tell_left(u, d, in->path, err);
}

static vv_status unpack_document(const vv_unpack *u, inside *in, vv_error *err)
{
	vv_auto(vv_subject) s = {.text = NULL};
	vv_auto(vv_subject_document) d = {.temp = NULL};
	bool is;
	vv_status rc;

	if ((rc = vv_subject_find(&s, u->repo, u->reader, &(vv_version_name){.file = in->file},
				  err)) < 0 ||
	    (rc = vv_subject_settle(&s, err)) < 0 ||
	    (rc = vv_subject_document_open(&d, &is, &s, err)) < 0) {
		return rc;
	}
	if (!is && !vv_document_is_name(u->repo, vv_repository_env(u->repo), in->path)) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is neither a document, such as a workbook, nor a compressed file (.gz, .zst, .xz or .bz2)",
			vv_text_shows(in->path));
	}
	if (!is) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"%s: no reader for this kind of file is installed\n" VV_READER_INSTALL,
			vv_text_shows(in->path));
	}
	in->document = &s;
	return unpack_tables(u, in, &d.document, err);
}

vv_status vv_unpack_run(const vv_unpack *u, const char *path, vv_error *err)
{
	const size_t plain = vv_decompress_name(path);
	vv_auto(char) *to = vv_strndup(path, plain), *file = vv_repository_file(u->repo, path);
	inside in = {.file = file, .path = path};

	if (!file || !to) return vv_fail_nomem(err);
	return plain > 0 && path[plain - 1] != '/' ? unpack_one(u, &in, to, err)
						   : unpack_document(u, &in, err);
}
