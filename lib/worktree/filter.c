/*
 * filter: when a pointer may pass, and when data is to be written in its place.
 */
#include "lib/worktree/filter.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint_text.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/read/file_text.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "lib/sync/needed.h"
#include "lib/tables/dataset_import.h"
#include "lib/tables/known_bytes.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/pkt_line.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/merge/conflict_state.h"
#include "repo/git/verb/caller.h"
#include "repo/git/verb/runner.h"

#define HEAD_BYTES 64u
#define PIECE VV_PKT_MAX
#define LOCK_WAIT_MS 60000u

static void read_caller(vv_filter *f)
{
	vv_auto(vv_caller) git = {0};

	vv_caller_find(&git, f->repo);
	f->makes_patch = vv_caller_makes_patch(&git);
	f->hands_out = vv_caller_hands_out(&git);
	f->cleans_text = vv_caller_cleans_text(&git);
	f->renormalizes = vv_caller_has(&git, "--renormalize");
}

vv_status vv_filter_open(vv_filter *f, const vv_env *env, const vv_notes *notes, vv_error *err)
{
	vv_status rc;

	memset(f, 0, sizeof(*f));
	if ((rc = vv_repository_open(&f->repo, NULL, env, err)) < 0) return rc;
	vv_repository_listen(f->repo, notes);
	if ((rc = vv_config_u64(f->repo, "varve.smudgelimit", VV_SMUDGE_LIMIT, &f->smudge_limit,
				err)) < 0) {
		return rc;
	}
	read_caller(f);
	const uint64_t most = vv_runner_smudge_max(f->repo);
	f->by_varve = most < f->smudge_limit;
	f->smudge_limit = f->by_varve ? most : f->smudge_limit;
	return vv_dataset_writer_open(&f->writer, f->repo, NULL, err);
}

void vv_filter_close(vv_filter *f)
{
	vv_needed_free(f->needed);
	vv_attr_list_clear(&f->lines);
	vv_buf_clear(&f->warned);
	vv_free(f->written);
	vv_hash_index_clear(&f->written_index);
	vv_dataset_writer_close(f->writer);
	vv_repository_close(f->repo);
}

/* A stream whose beginning was read already. */
typedef struct input {
	vv_buf head;
	size_t pos;
	vv_filter_read_fn read;
	void *payload;
	vv_xxh3_state *hash; /* of the bytes read so far, */
	uint64_t secret;     /* with the repository's as seed */
	uint64_t given;
	/* bytes read before come again from the file in the work tree, while that is equal */
	int file; /* -1: nothing does */
	uint64_t left;
	vv_hash128 want;
} input;

static ssize_t input_give(input *in, void *buf, size_t len, vv_error *err)
{
	size_t n = in->head.len - in->pos;

	if (n == 0) return in->read(in->payload, buf, len, err);
	n = n < len ? n : len;
	memcpy(buf, in->head.data + in->pos, n);
	in->pos += n;
	return (ssize_t)n;
}

/* Git's pipe is read once: earlier bytes come from the file, which has the same. */
static ssize_t input_read(void *payload, void *buf, size_t len, vv_error *err)
{
	input *in = payload;
	const bool again = in->left > 0;

	len = again && in->left < len ? (size_t)in->left : len;
	ssize_t n = again ? vv_pread_full(in->file, buf, len, in->given, "the file", err)
			  : input_give(in, buf, len, err);
	if (n < 0) return n;
	vv_xxh3_update(in->hash, buf, (size_t)n);
	in->given += (uint64_t)n;
	if (!again) return n;
	in->left -= (uint64_t)n;
	vv_hash128 is = vv_xxh3_digest128(in->hash);
	if ((size_t)n != len || (in->left == 0 && (is.lo != in->want.lo || is.hi != in->want.hi))) {
		return (ssize_t)vv_fail(err, VV_EINPUT,
					"the file differs from the content that git passes");
	}
	return n;
}

/* Takes the file. False: there is none. */
static bool input_begin_again(input *in, int file)
{
	(void)vv_close(in->file, NULL, NULL);
	in->file = file;
	if (in->left == 0) {
		in->want = vv_xxh3_digest128(in->hash);
	}
	in->left += in->given;
	in->given = 0;
	vv_xxh3_reset(in->hash, in->secret);
	return file >= 0;
}

static void input_clear(input *in)
{
	vv_buf_clear(&in->head);
	vv_xxh3_free(in->hash);
	(void)vv_close(in->file, NULL, NULL);
}
VV_AUTO_CLEAR(input, input_clear)

/* Reads on until the head has `want` bytes or all is read. */
static vv_status fill_head(input *in, size_t want, vv_error *err)
{
	while (in->head.len < want) {
		size_t room = want - in->head.len < PIECE ? want - in->head.len : PIECE;

		if (!vv_buf_reserve(&in->head, room)) return vv_buf_ok(&in->head, err);
		ssize_t got = in->read(in->payload, in->head.data + in->head.len, room, err);
		if (got < 0) return (vv_status)got;
		if (got == 0) {
			break;
		}
		in->head.len += (size_t)got;
		in->head.data[in->head.len] = '\0';
	}
	return VV_OK;
}

static bool has_text(vv_filter *f, const vv_oid *blob, const vv_buf *text)
{
	vv_auto(vv_buf) known = VV_BUF_INIT;

	return vv_blob_read(f->repo, blob, VV_POINTER_MAX, &known, VV_IGNORED) == VV_OK &&
	       vv_pointer_is_text(text, vv_buf_cstr(&known), known.len);
}

/* Does Git have this pointer for the path, but for line ends, in the index or in HEAD? */
static vv_status is_known(vv_filter *f, const char *path, const vv_buf *text, bool *out,
			  vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_tree_entry) t = {0};
	vv_index_entry e;
	vv_oid head;
	vv_status rc;

	*out = false;
	if ((rc = vv_index_open(&x, f->repo, err)) < 0) return rc;
	*out = vv_index_get(x, path, &e) && has_text(f, &e.id, text);
	if (!*out && vv_rev_commit(f->repo, "HEAD", &head, VV_IGNORED) == VV_OK &&
	    vv_tree_entry_at(f->repo, &head, path, &t, VV_IGNORED) == VV_OK) {
		*out = has_text(f, &t.id, text);
	}
	return VV_OK;
}

/* Does Git have the pointer already for this path, or is its data stored here? A selection of lines
 * or a text merge may have left a pointer that does not match its root. */
static vv_status may_pass(vv_filter *f, const char *path, const vv_buf *text, const vv_pointer *p,
			  bool *out, vv_error *err)
{
	vv_store *store;
	bool holds = false;
	vv_status rc = is_known(f, path, text, out, err);

	if (rc < 0 || *out) return rc;
	if ((rc = vv_repository_store(f->repo, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, &p->root, out, NULL, err)) < 0 || !*out ||
	    (rc = vv_root_pointer_holds(&holds, store, text->data, text->len, &p->root, err)) < 0 ||
	    holds) {
		return rc;
	}
	vv_fail(err, VV_EREFUSED,
		"%s: this file is a pointer that was edited, or made of lines of two",
		vv_text_shows(path));
	return vv_hint_code(err, VV_HINT_FIX, path);
}

/* A pointer that is damaged, or of a later version, and committed so: git runs the filter for it repeatedly, and an error
 * would block all commands until it is repaired. Any other is refused, with err. */
static vv_status pass_broken(vv_filter *f, const char *path, const vv_buf *text, vv_buf *out,
			     vv_error *err)
{
	bool known = false;
	vv_error why;
	vv_status rc = is_known(f, path, text, &known, &why);

	if (rc < 0) return vv_error_copy(err, &why);
	if (!known) return err->code;
	return vv_buf_write(out, text->data, text->len, err);
}

static vv_status clean_pointer(vv_filter *f, const char *path, const vv_buf *text, vv_buf *out,
			       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	bool passes = false;
	vv_status rc;

	if ((rc = vv_pointer_read(&p, &arena, text->data, text->len, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(path));
		if (rc == VV_EINPUT || rc == VV_ENOSUPPORT) {
			rc = pass_broken(f, path, text, out, err);
		}
	} else if ((rc = may_pass(f, path, text, &p, &passes, err)) == VV_OK && !passes) {
		rc = vv_fail(err, VV_EMISSING,
			     "%s: this file is a pointer, and its data is missing here\nfetch its "
			     "blocks, or replace the file by the data",
			     vv_text_shows(path));
	} else if (rc == VV_OK) {
		rc = vv_buf_write(out, text->data, text->len, err);
	}
	return rc;
}

/* Shows the warnings of a version that is new, or that differs in form from the previous one. Git
 * runs the filter repeatedly for a changed file. */
static void warn_of_version(vv_filter *f, const char *path, const vv_dataset_found *staged)
{
	const char *p = vv_buf_cstr(&staged->result.warnings);
	vv_auto(vv_buf) now = VV_BUF_INIT;

	/* add has warned of it; git calls the filter again if the stat in its index may be too old */
	if (vv_cid_equal(&staged->named, &staged->result.cid)) return;
	if (!vv_cid_is_null(&staged->parent) && staged->result.short_rows == 0 &&
	    staged->result.foreign_rows == 0 && !staged->result.schema_changed &&
	    !staged->result.only_bytes &&
	    vv_root_is_sorted(&staged->parent_root) == vv_root_is_sorted(&staged->result.root)) {
		return;
	}
	vv_buf_printf(&now, "%s\n%s", path, p);
	if (strcmp(vv_buf_cstr(&now), vv_buf_cstr(&f->warned)) == 0) return;
	vv_buf_set(&f->warned, now.data, now.len);
	for (vv_line l = {.rest = p}; vv_line_next(&l);) {
		vv_notes_warn(vv_repository_notes(f->repo), "%s: %.*s", vv_text_shows(path),
			      (int)l.len, l.text);
	}
}

/* A table with a row that is too long, of which the import failed (err): as bytes, if they can be had again. */
static vv_status keep_as_bytes(vv_filter *f, const char *path, input *in, vv_dataset_found *staged,
			       vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_source source = {.read = input_read, .payload = in, .name = path};
	vv_auto(char) *file = vv_repository_file(f->repo, path);
	vv_error why = *err, ignored = {0};

	if (!file ||
	    !input_begin_again(in, vv_open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, NULL))) {
		return why.code;
	}
	opts.has_kind = true;
	opts.kind = VV_KIND_FILE;
	vv_dataset_found_clear(staged);
	vv_status rc = vv_dataset_writer_stream(f->writer, path, &source, &opts, staged, &ignored);

	if (rc == VV_OK) {
		vv_import_tell_as_file(&staged->result, &why, path);
		return vv_buf_ok(&staged->result.warnings, err);
	}
	if (rc != VV_EINPUT) {
		*err = ignored;
	}
	return rc;
}

static vv_status store_blocks(vv_filter *f, vv_error *err)
{
	vv_store *store;
	vv_status rc = vv_repository_store(f->repo, &store, err);

	if (rc < 0) return rc;
	if (f->waits_later) {
		vv_store_wait_later(store);
	}
	return vv_dataset_writer_commit(f->writer, err);
}

static vv_status clean_data(vv_filter *f, const char *path, input *in, vv_buf *out, vv_error *err)
{
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_source source = {.read = input_read, .payload = in, .name = path};
	vv_auto(vv_dataset_found) staged = {0};

	/* One filter serves all of a rebase, which checks other versions out between two files. */
	vv_dataset_reader_refresh(vv_dataset_writer_reader(f->writer));
	vv_status rc = vv_dataset_writer_stream(f->writer, path, &source, &opts, &staged, err);
	if (rc < 0 && staged.result.only_bytes) {
		rc = keep_as_bytes(f, path, in, &staged, err);
	}
	if (rc == VV_OK && (rc = store_blocks(f, err)) == VV_OK) {
		warn_of_version(f, path, &staged);
		rc = vv_buf_write(out, staged.pointer.data, staged.pointer.len, err);
	}
	vv_dataset_writer_release(f->writer);
	return rc;
}

/* Reads on while the file has the same bytes. Differing bytes stay in the head. */
static vv_status skip_same(input *in, int fd, const char *path, vv_error *err)
{
	const size_t most = in->head.len < PIECE ? PIECE : in->head.len;
	vv_auto(char) *now = vv_malloc(most);
	vv_status rc = vv_alloc_ok(now, err);

	while (rc == VV_OK && in->head.len > 0 &&
	       vv_pread_full(fd, now, in->head.len, in->given, path, VV_IGNORED) ==
		       (ssize_t)in->head.len &&
	       memcmp(now, in->head.data, in->head.len) == 0) {
		vv_xxh3_update(in->hash, now, in->head.len);
		in->given += in->head.len;
		vv_buf_reset(&in->head);
		rc = fill_head(in, PIECE, err);
	}
	return rc;
}

/* A file that smudge has passed to git. */
typedef struct written_file {
	vv_hash128 path; /* hash of the path */
	vv_oid blob;     /* the pointer */
	vv_oid staged;   /* the path's blob in the index at that time; null: none */
	uint64_t size;
	vv_hash128 bytes; /* hash of the file's bytes, with the repository's secret as seed */
} written_file;

static written_file *find_written(const vv_filter *f, vv_hash128 path)
{
	return vv_hash_find(f->written, &f->written_index, path.lo, it,
			    vv_hash128_equal(it->path, path));
}

static vv_hash128 hash_path(const char *path)
{
	return vv_xxh3_128(path, strlen(path), vv_hash_seed());
}

/* The version that smudge last wrote for the path, or NULL. Meanwhile another program may have staged
 * another version with the same bytes: then that one counts. */
static const written_file *known_written(const vv_filter *f, const char *path, const vv_oid *staged)
{
	const written_file *w = f->written_count > 0 ? find_written(f, hash_path(path)) : NULL;

	return w && (vv_oid_equal(&w->staged, staged) || vv_oid_equal(&w->blob, staged)) ? w : NULL;
}

/* Opens the file; *st: its metadata. -1: there is none. */
static int open_file(const vv_filter *f, const char *path, vv_stat *st)
{
	vv_auto(char) *file = vv_repository_file(f->repo, path);
	vv_auto(vv_fd) fd = file ? vv_open_regular(file, O_NOFOLLOW, VV_IGNORED) : -1;

	return fd >= 0 && vv_fstat(st, fd, path, VV_IGNORED) == VV_OK ? vv_fd_take(&fd) : -1;
}

/* Does git pass the file that smudge has written, or the index's version as the file has it? Neither is imported.
 * Git's recursive merge (checkout -m, am -3, stash pop) writes a file, requests its pointer at once, and fails half
 * way, over local changes, if that is not the merge's. But the index on the disk still has the version before the
 * merge, and the quoting or the schema that an import takes from there may differ from the merge's. */
static vv_status clean_known(vv_filter *f, const char *path, input *in, vv_buf *out, bool *known,
			     vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_index_entry e = {0};
	vv_stat st, after;
	vv_hash128 want = {0, 0}, is;
	bool proved = false;
	vv_status rc;
	int fd = -1;

	if ((rc = vv_index_open(&x, f->repo, err)) < 0) return rc;
	const bool staged = vv_index_get(x, path, &e);
	const vv_oid none = {0}, *blob = NULL;
	const written_file *w = known_written(f, path, staged ? &e.id : &none);
	*known = staged && in->head.len == 0 && vv_oid_is_empty_blob(&e.id);
	if (*known) return VV_OK;
	if (staged) {
		fd = vv_dataset_reader_open_known(vv_dataset_writer_reader(f->writer), path, &e,
						  &st, &proved, &want);
	}
	const bool is_staged = fd >= 0;
	if (!is_staged && w) {
		fd = open_file(f, path, &st);
	}
	if (fd < 0) return VV_OK;
	rc = skip_same(in, fd, path, err);
	is = vv_xxh3_digest128(in->hash);
	if (rc == VV_OK && in->head.len == 0 && in->given == st.size &&
	    vv_fstat(&after, fd, path, VV_IGNORED) == VV_OK && vv_stat_equal(&st, &after)) {
		const bool is_written = w && w->size == st.size && vv_hash128_equal(w->bytes, is);

		if (is_written && !(is_staged && proved)) {
			blob = &w->blob;
		} else if (is_staged && (proved || vv_hash128_equal(is, want))) {
			blob = &e.id;
		} else {
			blob = NULL;
		}
	}
	(void)input_begin_again(in, fd);
	*known = blob && vv_blob_read(f->repo, blob, VV_POINTER_MAX, out, VV_IGNORED) == VV_OK;
	return rc;
}

/* Does git pass the text that the index has? It was committed over a pointer, without varve: as with line ends,
 * such text is unmodified until it is edited, or git would refuse to merge or leave the branch. */
static vv_status clean_text(vv_filter *f, const char *path, input *in, vv_buf *out, bool *known,
			    vv_error *err)
{
	vv_dataset_reader *reader = vv_dataset_writer_reader(f->writer);
	vv_auto(vv_index) *x = NULL;
	vv_auto(char) *file = NULL;
	vv_index_entry e;
	vv_stat st;
	vv_oid id;
	uint64_t size;
	bool pointer = true;
	vv_status rc;

	if (f->renormalizes || in->head.len == 0) return VV_OK;
	if ((rc = vv_index_open(&x, f->repo, err)) < 0) return rc;
	if (!vv_index_get(x, path, &e) ||
	    vv_dataset_reader_is_pointer(reader, &e.id, &pointer, VV_IGNORED) < 0 || pointer ||
	    vv_blob_size(f->repo, &e.id, &size, VV_IGNORED) < 0) {
		return VV_OK;
	}
	/* the file is compared first: an edited one is not kept in memory */
	if (!(file = vv_repository_file(f->repo, path))) return vv_fail_nomem(err);
	if (vv_lstat(&st, file, VV_IGNORED) < 0 || st.size != size ||
	    vv_blob_id_of_file(file, &id, VV_IGNORED) < 0 || !vv_oid_equal(&id, &e.id)) {
		return VV_OK;
	}
	if ((rc = fill_head(in, SIZE_MAX, err)) < 0 ||
	    (rc = vv_blob_id(vv_buf_cstr(&in->head), in->head.len, &id, err)) < 0 ||
	    !vv_oid_equal(&id, &e.id)) {
		return rc;
	}
	*known = true;
	return vv_buf_write(out, in->head.data, in->head.len, err);
}

/* Is the stream a pointer that git merged as text? Then the head has all of it. */
static vv_status look_if_torn(input *in, bool *torn, vv_error *err)
{
	vv_status rc;

	*torn = false;
	if (in->head.len == 0 || in->head.data[0] != VV_POINTER_TORN_START) return VV_OK;
	if ((rc = fill_head(in, VV_POINTER_READ + 1, err)) < 0) return rc;
	*torn = vv_pointer_is_torn(in->head.data, in->head.len);
	return VV_OK;
}

vv_status vv_filter_stores(const vv_filter *f, bool *out, vv_error *err)
{
	vv_auto(char) *lock = vv_path_join(vv_repository_gitdir(f->repo), "index.lock", NULL);

	*out = lock && vv_exists(lock);
	return vv_alloc_ok(lock, err);
}

/* git add and git commit -a would resolve a conflict of cells as ours with the merge's file, which has
 * no marks. git status does not run this. */
static vv_status refuse_untouched(vv_filter *f, const char *path, const vv_buf *out, vv_error *err)
{
	vv_auto(char) *record = vv_conflict_file(f->repo, path);
	vv_auto(vv_index) *x = NULL;
	bool stores;
	vv_oid id;
	vv_status rc;

	if (!record) return vv_fail_nomem(err);
	if (!vv_exists(record)) return VV_OK;
	if ((rc = vv_filter_stores(f, &stores, err)) < 0 || !stores) return rc;
	if ((rc = vv_blob_id(vv_buf_cstr(out), out->len, &id, err)) == VV_OK &&
	    (rc = vv_index_open(&x, f->repo, err)) == VV_OK) {
		rc = vv_conflict_refuse_untouched(f->repo, x, path, &id, err);
	}
	return rc;
}

/* No table may have the name, and none has it: git's bytes pass unchanged. */
static vv_status is_left_to_git(vv_filter *f, const char *path, bool *out, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	const char *fault = vv_path_fault(path);
	vv_index_entry e;
	bool table = false, known, stores;
	vv_status rc;

	if (!fault) return VV_OK;
	if ((rc = vv_index_open(&x, f->repo, err)) < 0 ||
	    ((known = vv_index_get(x, path, &e)) &&
	     (rc = vv_dataset_reader_is_pointer(vv_dataset_writer_reader(f->writer), &e.id, &table,
						err)) < 0) ||
	    (rc = vv_filter_stores(f, &stores, err)) < 0) {
		return rc;
	}
	*out = !table;
	if (!known && stores) {
		vv_notes_warn(vv_repository_notes(f->repo), VV_ADD_LEFT, vv_text_shows(path),
			      fault);
	}
	return VV_OK;
}

static vv_status refuse_encoding(vv_filter *f, const char *path, vv_error *err)
{
	bool stores;
	vv_error why;
	vv_status rc = VV_OK;

	if (!f->lines.others &&
	    (rc = vv_attr_list_read(&f->lines, f->repo, NULL, VV_ATTR_TEXT_LINES, err)) < 0) {
		return rc;
	}
	if (!vv_attr_beaten_recodes(&f->lines, path) ||
	    vv_attr_check_encoding(f->repo, path, &why) == VV_OK) {
		return VV_OK;
	}
	rc = vv_filter_stores(f, &stores, err);
	return rc < 0 || !stores ? rc : vv_error_copy(err, &why);
}

vv_status vv_filter_clean(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			  vv_buf *out, vv_error *err)
{
	vv_auto(input) in = {.read = read, .payload = payload, .file = -1};
	bool torn = false, known = false, as_it_is = f->cleans_text || vv_add_never(path);
	vv_status rc;

	(void)vv_repository_secret(f->repo, &in.secret,
				   VV_IGNORED); /* without it no bytes are known */
	if (!(in.hash = vv_xxh3_new(in.secret))) return vv_fail_nomem(err);
	if (!as_it_is && ((rc = is_left_to_git(f, path, &as_it_is, err)) < 0 ||
			  (rc = fill_head(&in, HEAD_BYTES, err)) < 0)) {
		return rc;
	}
	if (as_it_is) {
		rc = fill_head(&in, SIZE_MAX, err);
		rc = rc < 0 ? rc : vv_buf_write(out, in.head.data, in.head.len, err);
	} else if ((rc = fill_head(&in, HEAD_BYTES, err)) == VV_OK &&
		   vv_pointer_looks_like(in.head.data, in.head.len) &&
		   (rc = fill_head(&in, VV_POINTER_READ + 1, err)) == VV_OK &&
		   in.head.len <= VV_POINTER_READ) {
		vv_pointer_tidy(&in.head);
		rc = clean_pointer(f, path, &in.head, out, err);
	} else if (rc == VV_OK && (rc = look_if_torn(&in, &torn, err)) == VV_OK) {
		if (torn) {
			(void)vv_pointer_refuse_torn(in.head.data, in.head.len, path, err);
			rc = pass_broken(f, path, &in.head, out, err);
		} else {
			rc = clean_text(f, path, &in, out, &known, err);
			rc = rc < 0 || known ? rc : clean_known(f, path, &in, out, &known, err);
			rc = rc < 0 || known ? rc : clean_data(f, path, &in, out, err);
		}
	}
	if (rc == VV_OK && vv_pointer_looks_like(out->data, out->len)) {
		rc = refuse_encoding(f, path, err);
	}
	return rc < 0 ? rc : refuse_untouched(f, path, out, err);
}

void vv_smudge_clear(vv_smudge *s)
{
	vv_buf_clear(&s->content);
	memset(s, 0, sizeof(*s));
}

void vv_filter_rest(vv_filter *f)
{
	if (f->needed) {
		vv_needed_rest(f->needed);
	}
}

vv_status vv_filter_wait(vv_filter *f, vv_error *err)
{
	vv_store *store;

	if (!f->waits_later) return VV_OK;
	vv_status rc = vv_repository_store(f->repo, &store, err);
	return rc < 0 ? rc : vv_store_wait(store, LOCK_WAIT_MS, err);
}

/* Git fetched the commit without its blocks. The work tree's file is of another version: under this
 * commit it would be a local change, and the next commit would undo another user's work. So it
 * fetches the data, or leaves the pointer with a warning. */
static bool fetch_blocks(vv_filter *f, const char *path, const vv_cid *root, vv_error *why)
{
	vv_auto(vv_buf) hint = VV_BUF_INIT;

	memset(why, 0, sizeof(*why));
	if ((f->needed || (f->needed = vv_needed_new(f->repo))) &&
	    vv_needed_fetch(f->needed, root, why) == VV_OK) {
		return true;
	}
	if (why->code == VV_OK) {
		vv_fail_nomem(why);
	}
	if (f->hands_out) return false;
	if (why->gap == VV_GAP_EXPIRED) {
		vv_notes_put(vv_repository_notes(f->repo),
			     "varve: %s: %s; only the pointer was written", vv_text_shows(path),
			     why->message);
		return false;
	}
	(void)vv_hint_put(&hint, "; ", vv_repository_words(f->repo), VV_HINT_RESTORE_DATA, path);
	vv_notes_put(vv_repository_notes(f->repo),
		     "varve: %s: blocks are missing here (%s); only the pointer was written%s",
		     vv_text_shows(path), why->message, vv_buf_cstr(&hint));
	return false;
}

/* git passes the pointer in the encoding that an attribute sets for the file. */
static vv_status decode_pointer(vv_buf *content, vv_error *err)
{
	const vv_file_text_options how = {.clean = true};
	vv_auto(vv_file_text) *text = NULL;
	vv_mem_source memory;
	vv_source source;

	if (content->len < HEAD_BYTES || !memchr(content->data, 0, HEAD_BYTES)) return VV_OK;
	vv_source_mem(&source, &memory, content->data, content->len, "");
	if (vv_file_text_open(&text, &source, &how, VV_IGNORED) < 0 || !text) return VV_OK;
	const char *sample = vv_buf_cstr(vv_file_text_sample(text));
	sample += strncmp(sample, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	if (!vv_pointer_looks_like(sample, strlen(sample))) return VV_OK;
	content->len = 0;
	vv_buf_puts(content, sample);
	return vv_buf_ok(content, err);
}

vv_status vv_filter_smudge(vv_filter *f, const char *path, vv_filter_read_fn read, void *payload,
			   vv_smudge *out, vv_error *err)
{
	input in = {.read = read, .payload = payload, .file = -1};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) hint = VV_BUF_INIT;
	vv_pointer p;
	vv_store *store;
	vv_error why = {.message = "they were not fetched"};
	bool complete = false;

	vv_status rc = fill_head(&in, SIZE_MAX, err);
	rc = rc < 0 ? rc : decode_pointer(&in.head, err);
	*out = (vv_smudge){.content = in.head};
	if (rc == VV_OK && out->content.len <= VV_POINTER_READ) {
		vv_pointer_tidy(&out->content);
	}
	if (rc < 0 || out->content.len > VV_POINTER_MAX ||
	    !vv_pointer_looks_like(out->content.data, out->content.len)) {
		return rc;
	}
	rc = vv_pointer_read(&p, &arena, out->content.data, out->content.len, &why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_notes_put(vv_repository_notes(f->repo), "varve: %s: %s", vv_text_shows(path),
			     why.message);
		return VV_OK;
	}
	if (f->makes_patch || (p.bytes > f->smudge_limit && f->by_varve)) return rc;
	if (p.bytes > f->smudge_limit && f->hands_out) {
		return vv_fail(err, VV_EREFUSED, "%s: %s exceed varve.smudgeLimit",
			       vv_text_shows(path), vv_text_bytes(p.bytes));
	}
	if (p.bytes > f->smudge_limit) {
		(void)vv_hint_put(&hint, "; ", vv_repository_words(f->repo), VV_HINT_RESTORE_DATA,
				  path);
		vv_notes_put(
			vv_repository_notes(f->repo),
			"varve: %s: %s exceed varve.smudgeLimit; only the pointer was written%s",
			vv_text_shows(path), vv_text_bytes(p.bytes), vv_buf_cstr(&hint));
		return rc;
	}
	if ((rc = vv_repository_store(f->repo, &store, err)) < 0 ||
	    (rc = vv_store_complete(store, &p.root, &complete, NULL, err)) < 0) {
		return rc;
	}
	if (!complete && !(f->by_varve && vv_runner_is_here_only(vv_repository_env(f->repo)))) {
		complete = fetch_blocks(f, path, &p.root, &why);
	}
	if (!complete && f->hands_out) {
		return vv_fail(err, VV_EMISSING, "%s: blocks are missing here (%s)",
			       vv_text_shows(path), why.message);
	}
	out->materialise = complete;
	out->root = p.root;
	return rc;
}

/* git may pass the same bytes to our textconv next, or, if the file is as young as its index, to
 * vv_filter_clean. */
static vv_status give_table(vv_filter *f, const char *path, vv_table *t, vv_bytes_fn fn,
			    void *payload, vv_error *err)
{
	vv_dataset_reader *r = vv_dataset_writer_reader(f->writer);
	vv_bytes_options opts = {.pool = vv_dataset_reader_pool(r), .old_fd = -1};
	/* groups in key order are not pieces of the file */
	const bool cached = t->root.kind == VV_KIND_TABLE && !vv_root_is_sorted(&t->root) &&
			    !vv_root_is_encoded(&t->root) && t->root.bytes >= VV_KNOWN_BYTES_MIN;
	vv_auto(vv_scan_cache) *cache = NULL;
	vv_status rc;

	if (vv_repository_secret(f->repo, &opts.secret, VV_IGNORED) < 0) {
		return vv_table_file(t, fn, payload, &opts, err);
	}
	if (cached && !(opts.cache = cache = vv_scan_cache_new())) return vv_fail_nomem(err);
	if ((rc = vv_known_bytes_write(f->repo, t, fn, payload, &opts, err)) == VV_OK && cache) {
		cache->root = t->cid;
		(void)vv_dataset_reader_scan_cache_save(r, path, cache, true, VV_IGNORED);
	}
	return rc;
}

/* A file's bytes on their way to git. */
typedef struct hashed {
	vv_bytes_fn fn;
	void *payload;
	vv_xxh3_state *hash;
	uint64_t size;
} hashed;

static vv_status give_hashed(void *payload, const void *bytes, size_t len, vv_error *err)
{
	hashed *h = payload;

	vv_xxh3_update(h->hash, bytes, len);
	h->size += len;
	return h->fn(h->payload, bytes, len, err);
}

/* Records the file for clean_known; without that, it is imported. */
static void note_written(vv_filter *f, const char *path, const vv_smudge *s, uint64_t size,
			 vv_hash128 bytes)
{
	written_file now = {.path = hash_path(path), .size = size, .bytes = bytes};
	written_file *before = find_written(f, now.path);
	vv_auto(vv_index) *x = NULL;
	vv_index_entry e;

	if (vv_blob_id(vv_buf_cstr(&s->content), s->content.len, &now.blob, VV_IGNORED) < 0 ||
	    vv_index_open(&x, f->repo, VV_IGNORED) < 0) {
		return;
	}
	if (vv_index_get(x, path, &e)) {
		now.staged = e.id;
	}
	if (before) {
		*before = now;
	} else {
		(void)vv_hash_add(f->written, f->written_count, f->written_cap, &f->written_index,
				  now.path.lo, now);
	}
}

vv_status vv_filter_bytes(vv_filter *f, const char *path, const vv_smudge *s, vv_bytes_fn fn,
			  void *payload, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	uint64_t secret = 0;
	vv_status rc;

	if (!s->materialise) return fn(payload, vv_buf_cstr(&s->content), s->content.len, err);
	(void)vv_repository_secret(f->repo, &secret, VV_IGNORED);
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(secret);
	hashed h = {fn, payload, hash, 0};
	if (!hash) return vv_fail_nomem(err);
	if ((rc = vv_dataset_open_stored(&t, f->repo, &s->root, err)) == VV_OK &&
	    (rc = give_table(f, path, &t, give_hashed, &h, err)) == VV_OK) {
		note_written(f, path, s, h.size, vv_xxh3_digest128(hash));
	}
	return rc;
}
