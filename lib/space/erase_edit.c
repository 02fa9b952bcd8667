/*
 * erase_edit: which rows and cells change, and the comparison of each new version with its old one.
 */
#include "lib/space/erase_edit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/read/unseen.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/import.h"
#include "dataset/table/root.h"
#include "lib/documents/reader.h"
#include "lib/names/beginning.h"
#include "lib/names/version.h"
#include "lib/rows/where.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/blob.h"

/* A version that was changed, or not. */
typedef struct version {
	const char *path;
	vv_oid old, now;
	vv_cid root; /* of the new version; null: it is not stored as blocks */
	vv_hash128 hash;
	uint64_t bytes; /* of its file */
} version;

struct vv_erase_editor {
	vv_repository *repo;
	vv_erase *found;
	const char *cells;
	vv_dataset_writer *writer;
	vv_arena arena;
	vv_hash_index hit_index; /* of found->hits */
	version *versions;
	size_t count, cap;
	vv_hash_index index;
	vv_erase_left *left;
	size_t left_count, left_cap;
	vv_cid_set *roots;
	vv_erase_done done;
};

/* The rows of a version that change. */
typedef struct row_edits {
	vv_row_edit *items;
	size_t count, cap;
	uint64_t removed, cells;
	vv_arena texts;
} row_edits;

static void row_edits_clear(row_edits *e)
{
	vv_free(e->items);
	vv_arena_clear(&e->texts);
}
VV_AUTO_CLEAR(row_edits, row_edits_clear)

static uint64_t version_hash(const char *path, const vv_oid *blob)
{
	return vv_xxh3(path, strlen(path), vv_hash_seed()) ^
	       vv_xxh3(blob->id, sizeof(blob->id), vv_hash_seed());
}

vv_status vv_erase_editor_open(vv_erase_editor **out, vv_repository *repo, vv_erase *found,
			       const char *cells, vv_error *err)
{
	vv_auto(vv_erase_editor) *x = vv_calloc(1, sizeof(*x));
	vv_status rc;

	*out = NULL;
	if (!x) return vv_fail_nomem(err);
	x->repo = repo;
	x->found = found;
	x->cells = cells;
	if (!(x->roots = vv_cid_set_new())) return vv_fail_nomem(err);
	if ((rc = vv_dataset_writer_open(&x->writer, repo, found->progress, err)) < 0) return rc;
	for (size_t i = 0; i < found->hit_count; i++) {
		const vv_erase_hit *h = &found->hits[i];

		if (!vv_hash_index_add(&x->hit_index, version_hash(h->path, &h->blob), i)) {
			return vv_fail_nomem(err);
		}
	}
	return vv_hand_over(out, &x);
}

void vv_erase_editor_close(vv_erase_editor *x)
{
	if (!x) return;
	vv_dataset_writer_close(x->writer);
	vv_hash_index_clear(&x->hit_index);
	vv_hash_index_clear(&x->index);
	vv_cid_set_free(x->roots);
	vv_arena_clear(&x->arena);
	vv_free_all(x->versions, x->left, x);
}

vv_erase_done vv_erase_editor_done(const vv_erase_editor *x)
{
	return x->done;
}

const vv_erase_left *vv_erase_editor_left(const vv_erase_editor *x, size_t *count)
{
	*count = x->left_count;
	return x->left;
}

vv_status vv_erase_editor_old(const vv_erase_editor *x,
			      vv_status (*fn)(void *payload, const vv_oid *id, vv_error *err),
			      void *payload, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < x->count; i++) {
		if (!vv_oid_equal(&x->versions[i].old, &x->versions[i].now)) {
			rc = fn(payload, &x->versions[i].old, err);
		}
	}
	return rc;
}

const vv_cid_set *vv_erase_editor_roots(const vv_erase_editor *x)
{
	return x->roots;
}

static const char *keep_text(vv_erase_editor *x, const char *text)
{
	return vv_arena_strndup(&x->arena, text, strcspn(text, "\n"));
}

/* The version stays; why: the reason. */
static vv_status leave_version(vv_erase_editor *x, const char *path, const char *why, vv_error *err)
{
	vv_auto(char) *line = vv_strndup(why, strcspn(why, "\n"));
	if (!line) return vv_fail_nomem(err);
	vv_erase_left *known = vv_array_find(x->left, x->left_count, it,
					     strcmp(it->path, path) == 0 &&
						     strcmp(it->why, line) == 0);

	if (known) {
		known->versions++;
		return VV_OK;
	}
	const vv_erase_left left = {keep_text(x, path), keep_text(x, line), 1};
	return left.path && left.why && vv_array_add(x->left, x->left_count, x->left_cap, left)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* --- the rows that change ----------------------------------------------------------------------------- */

/* A table of which rows are removed. */
typedef struct table_edit {
	vv_erase_editor *x;
	vv_table *t;
	vv_where *where; /* NULL: values are searched */
	bool *asked;     /* of each column: it was asked for */
	row_edits *edits;
} table_edit;

static void table_edit_clear(table_edit *e)
{
	vv_where_free(e->where);
	vv_free(e->asked);
}
VV_AUTO_CLEAR(table_edit, table_edit_clear)

static vv_status add_edit(row_edits *e, const vv_row_edit *edit, vv_error *err)
{
	if (!vv_array_add(e->items, e->count, e->cap, *edit)) return vv_fail_nomem(err);
	e->removed += edit->action == VV_ROW_REMOVE;
	e->cells += edit->action == VV_ROW_SET;
	return VV_OK;
}

/* Returns the cell that replaces a whole one. */
static vv_cell new_cell(const table_edit *e, bool asked)
{
	const char *text = asked && e->x->cells ? e->x->cells : "";
	const bool typed = vv_form_is_typed(e->t->root.dialect.form);

	if (!*text && typed) return (vv_cell){.state = VV_CELL_NULL};
	return (vv_cell){.text = text, .len = (uint32_t)strlen(text)};
}

static bool is_json(const vv_buf *text)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *top;

	return vv_json_read(&top, &arena, text->data, text->len, "", VV_IGNORED) == VV_OK;
}

/* Sets *out to the cell that replaces one with a value inside of it. Sets *is to false if it has none, or none that can
 * be replaced. */
static vv_status mask_cell(vv_cell *out, bool *is, table_edit *e, const vv_cell *cell,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_erase_values *v = e->x->found->values;

	*is = false;
	if (cell->len == 0 || !vv_erase_values_mask(v, cell->text, cell->len, VV_ERASED, &text)) {
		return vv_erase_values_ok(v, err);
	}
	if (cell->state == VV_CELL_LITERAL && !is_json(&text)) return VV_OK;
	const char *copy = vv_arena_strndup(&e->edits->texts, text.data, text.len);
	*out = (vv_cell){.text = copy, .len = (uint32_t)text.len, .state = cell->state};
	*is = true;
	return copy ? VV_OK : vv_fail_nomem(err);
}

/* Edits one row; stops at the first cell for which the row is removed. */
static vv_status edit_row(table_edit *e, uint64_t row, const vv_cell *cells, vv_error *err)
{
	vv_erase_values *v = e->x->found->values;
	const size_t before = e->edits->count;
	vv_status rc;

	for (size_t c = 0; c < e->t->columns; c++) {
		vv_row_edit edit = {.row = row, .action = VV_ROW_SET, .column = c};
		size_t place;
		bool is = cells[c].len > 0 &&
			  vv_erase_values_is(v, cells[c].text, cells[c].len, &place);

		if (is && e->asked[c] && !e->x->cells) {
			e->edits->cells -= e->edits->count - before;
			e->edits->count = before;
			edit.action = VV_ROW_REMOVE;
			return add_edit(e->edits, &edit, err);
		}
		if (is) {
			edit.cell = new_cell(e, e->asked[c]);
		} else if ((rc = mask_cell(&edit.cell, &is, e, &cells[c], err)) < 0) {
			return rc;
		}
		if (is && (rc = add_edit(e->edits, &edit, err)) < 0) return rc;
	}
	return VV_OK;
}

static vv_status edit_batch(table_edit *e, const vv_batch *b, vv_error *err)
{
	vv_status rc;

	for (size_t r = 0; r < b->rows; r++) {
		const vv_cell *cells = b->cells + r * b->columns;
		const vv_row_edit gone = {.row = b->first_row + r, .action = VV_ROW_REMOVE};

		if (!e->where) {
			rc = edit_row(e, b->first_row + r, cells, err);
		} else {
			rc = vv_where_holds(e->where, cells) ? add_edit(e->edits, &gone, err)
							     : VV_OK;
		}
		if (rc < 0) return rc;
	}
	return e->where ? vv_where_ok(e->where, err) : VV_OK;
}

static vv_status find_asked(table_edit *e, vv_error *err)
{
	const vv_erase *f = e->x->found;

	if (!(e->asked = vv_calloc(e->t->columns + 1, sizeof(*e->asked)))) {
		return vv_fail_nomem(err);
	}
	for (size_t c = 0; c < e->t->columns; c++) {
		const char *name = c < e->t->schema.count ? e->t->schema.fields[c].name : "";

		e->asked[c] = !f->columns ||
			      vv_text_is_among(name, VV_TEXTS(f->names.items), f->names.count);
	}
	return VV_OK;
}

static vv_status find_edits(row_edits *out, vv_erase_editor *x, vv_table *t, vv_error *err)
{
	vv_auto(table_edit) e = {.x = x, .t = t, .edits = out};
	vv_auto(vv_table_reader) *reader = NULL;
	vv_auto(vv_batch) batch = {0};
	vv_status rc = find_asked(&e, err);
	int more;

	if (rc < 0 ||
	    (x->found->where &&
	     (rc = vv_erase_scanner_where(&e.where, x->found->scanner, t, err)) < 0) ||
	    (rc = vv_table_reader_open(&reader, t, NULL, 0, false, err)) < 0) {
		return rc;
	}
	while ((more = vv_table_read(reader, &batch, err)) > 0) {
		if ((rc = edit_batch(&e, &batch, err)) < 0) return rc;
	}
	return (vv_status)more;
}

/* --- the proof that the other rows are the same -------------------------------------------------------- */

/* Reads a table row by row. */
typedef struct row_reader {
	vv_table_reader *reader;
	vv_batch batch;
	size_t at;
} row_reader;

static void row_reader_clear(row_reader *r)
{
	vv_table_reader_close(r->reader);
	vv_batch_clear(&r->batch);
}
VV_AUTO_CLEAR(row_reader, row_reader_clear)

/* Sets *cells to those of the next row; returns 1, 0 at the end, or a negative status. */
static int next_row(row_reader *r, const vv_cell **cells, vv_error *err)
{
	while (r->at >= r->batch.rows) {
		const int more = vv_table_read(r->reader, &r->batch, err);

		if (more <= 0) return more;
		r->at = 0;
	}
	*cells = r->batch.cells + r->at++ * r->batch.columns;
	return 1;
}

static vv_status fail_changed_row(vv_error *err)
{
	return vv_fail(err, VV_ECORRUPT,
		       "a row that stays would change, so the version is unchanged");
}

static bool is_set(const row_edits *e, size_t at, uint64_t row, size_t column)
{
	while (at < e->count && e->items[at].row == row) {
		if (e->items[at++].column == column) return true;
	}
	return false;
}

static bool same_cells(const vv_cell *a, const vv_cell *b, size_t columns, const row_edits *e,
		       size_t at, uint64_t row)
{
	for (size_t c = 0; c < columns; c++) {
		if (!vv_cell_equal(&a[c], &b[c]) && !is_set(e, at, row, c)) return false;
	}
	return true;
}

/* Compares all rows of old that are not removed with those of new, but for the cells that were set. */
static vv_status prove_rows(vv_table *old, vv_table *new, const row_edits *e, vv_error *err)
{
	vv_auto(row_reader) a = {.reader = NULL}, b = {.reader = NULL};
	const vv_cell *was, *is;
	uint64_t row = 0;
	size_t at = 0;
	int more;
	vv_status rc;

	if (old->columns != new->columns || new->root.rows + e->removed != old->root.rows) {
		return fail_changed_row(err);
	}
	if ((rc = vv_table_reader_open(&a.reader, old, NULL, 0, false, err)) < 0 ||
	    (rc = vv_table_reader_open(&b.reader, new, NULL, 0, false, err)) < 0) {
		return rc;
	}
	for (; (more = next_row(&a, &was, err)) > 0; row++) {
		while (at < e->count && e->items[at].row < row) {
			at++;
		}
		if (at < e->count && e->items[at].row == row &&
		    e->items[at].action == VV_ROW_REMOVE) {
			continue;
		}
		if ((more = next_row(&b, &is, err)) < 0) return (vv_status)more;
		if (more == 0 || !same_cells(was, is, old->columns, e, at, row)) {
			return fail_changed_row(err);
		}
	}
	return (vv_status)more;
}

/* --- the new version ------------------------------------------------------------------------------------ */

/* The bytes of a new version, in a file without a name. */
typedef struct new_bytes {
	int fd;
	char *name;
	uint64_t len;
	vv_xxh3_state *hash;
} new_bytes;

static void new_bytes_clear(new_bytes *n)
{
	(void)vv_close(n->fd, NULL, NULL);
	vv_xxh3_free(n->hash);
	vv_free(n->name);
}
VV_AUTO_CLEAR(new_bytes, new_bytes_clear)

static vv_status new_bytes_open(new_bytes *n, vv_erase_editor *x, vv_error *err)
{
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(x->repo), "cache", (char *)NULL);
	vv_status rc;

	if (!dir || !(n->hash = vv_xxh3_new(0))) return vv_fail_nomem(err);
	if ((rc = vv_mkdirs(dir, err)) < 0) return rc;
	n->fd = vv_temp_open_unlinked(&n->name, dir, ".varve-erase-", err);
	return n->fd < 0 ? (vv_status)n->fd : VV_OK;
}

static vv_status put_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	new_bytes *n = payload;

	vv_xxh3_update(n->hash, bytes, len);
	n->len += len;
	return vv_write_full(n->fd, bytes, len, n->name, err);
}

/* Imports the bytes as the version `v` of a table, with all that the root of old declares. A column with new cells may
 * get another type, as by 'varve add': otherwise the file in the work tree would count as changed. */
static vv_status import_version(version *v, vv_erase_editor *x, vv_table *old, const new_bytes *n,
				const row_edits *edits, vv_error *err)
{
	vv_import_options io = {
		.kind = VV_KIND_TABLE,
		.hints = VV_SNIFF_HINTS_INIT,
		.as = edits->cells == 0 ? &old->root : NULL,
		.parent = &old->root,
		.find_encoding = true,
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(x->writer))};
	vv_auto(vv_import_result) result = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_table) new = {0};
	vv_fd_source storage;
	vv_source source;
	vv_sink sink;
	vv_status rc = vv_repository_secret(x->repo, &io.secret, err);

	if (rc < 0) return rc;
	if (lseek(n->fd, 0, SEEK_SET) < 0) return vv_fail(err, VV_EIO, "cannot seek in a file");
	vv_source_fd(&source, &storage, n->fd, v->path, n->len);
	if ((rc = vv_dataset_writer_sink(x->writer, &sink, err)) < 0 ||
	    (rc = vv_import(&result, &source, &sink, &io, err)) < 0 ||
	    (rc = vv_dataset_writer_open_version(x->writer, &new, &result.cid, err)) < 0 ||
	    (rc = prove_rows(old, &new, edits, err)) < 0 ||
	    (rc = vv_root_pointer(&text, &result.cid, &result.root, err)) < 0 ||
	    (rc = vv_blob_write(x->repo, vv_buf_cstr(&text), text.len, &v->now, err)) < 0) {
		return rc;
	}
	v->root = result.cid;
	v->bytes = n->len;
	v->hash = vv_xxh3_digest128(n->hash);
	return VV_OK;
}

static void count_edits(vv_erase_editor *x, const row_edits *e)
{
	x->done.rows += e->removed;
	x->done.cells += e->cells;
}

static vv_status edit_stored_table(version *v, vv_erase_editor *x, vv_table *t, vv_error *err)
{
	vv_auto(row_edits) edits = {0};
	vv_auto(new_bytes) n = {.fd = -1};
	vv_status rc = find_edits(&edits, x, t, err);

	if (rc < 0 || edits.count == 0) return rc;
	if ((rc = new_bytes_open(&n, x, err)) < 0 ||
	    (rc = vv_rows_edit(t, NULL, edits.items, edits.count, put_bytes, &n, err)) < 0 ||
	    (rc = import_version(v, x, t, &n, &edits, err)) < 0) {
		return rc;
	}
	count_edits(x, &edits);
	return VV_OK;
}

/* --- text ------------------------------------------------------------------------------------------------ */

static vv_status open_text(vv_subject *s, vv_table *t, vv_erase_editor *x, const char *path,
			   const vv_oid *blob, vv_error *err)
{
	const vv_version_name name = {.path = path, .blob = blob};
	const vv_subject_options how = {.one_of_many = true};
	const vv_status rc = vv_subject_find(s, x->repo, vv_dataset_writer_reader(x->writer), &name,
					     err);

	return rc < 0 ? rc : vv_subject_open(s, t, &how, err);
}

/* Edits the rows of a table that is text in Git's history. */
static vv_status edit_text_table(version *v, vv_erase_editor *x, vv_table *t, vv_error *err)
{
	vv_auto(row_edits) edits = {0};
	vv_auto(vv_beginning) text = {.most = VV_ERASE_FILE_MAX};
	vv_auto(vv_subject) subject = {0};
	vv_auto(vv_table) new = {0};
	vv_oid now;
	vv_status rc = find_edits(&edits, x, t, err);

	if (rc < 0 || edits.count == 0) return rc;
	rc = vv_rows_edit(t, NULL, edits.items, edits.count, vv_beginning_take, &text, err);
	if (text.more) {
		return vv_fail(err, VV_EREFUSED, "larger than %s",
			       vv_text_bytes(VV_ERASE_FILE_MAX));
	}
	if (rc < 0 ||
	    (rc = vv_blob_write(x->repo, vv_buf_cstr(&text.bytes), text.bytes.len, &now, err)) <
		    0 ||
	    (rc = open_text(&subject, &new, x, v->path, &now, err)) < 0 ||
	    (rc = prove_rows(t, &new, &edits, err)) < 0) {
		return rc;
	}
	v->now = now;
	count_edits(x, &edits);
	return VV_OK;
}

/* Returns the reason why a value in the bytes cannot be replaced; NULL: it can. */
static const char *unknown_bytes(const vv_erase_editor *x, const vv_buf *b, const char *path)
{
	if (vv_document_may_be(x->repo, vv_repository_env(x->repo), vv_buf_cstr(b), b->len, path)) {
		return "a document: its reader cannot write it";
	}
	if (b->len >= 5 && memcmp(b->data, "%PDF-", 5) == 0) {
		return "a document: offsets in it would be wrong";
	}
	if (vv_unseen_is_binary(vv_buf_cstr(b), b->len) || vv_unseen_find(b->data, b->len)) {
		return "binary, compressed or encrypted";
	}
	return vv_utf8_valid(vv_buf_cstr(b), b->len) ? NULL : "not UTF-8";
}

static vv_status edit_text(version *v, vv_erase_editor *x, const vv_buf *b, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *why = unknown_bytes(x, b, v->path);
	vv_status rc;

	if (why) return vv_fail(err, VV_ENOSUPPORT, "%s", why);
	if (!x->found->values || b->len == 0 ||
	    !vv_erase_values_mask(x->found->values, b->data, b->len, VV_ERASED, &text)) {
		return VV_OK;
	}
	if ((rc = vv_erase_values_ok(x->found->values, err)) < 0) return rc;
	return vv_blob_write(x->repo, text.data, text.len, &v->now, err);
}

static vv_status edit_git_blob(version *v, vv_erase_editor *x, vv_error *err)
{
	vv_auto(vv_subject) subject = {0};
	vv_auto(vv_table) t = {0};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_error why = {0};
	vv_status rc = vv_blob_read(x->repo, &v->old, VV_ERASE_FILE_MAX, &b, err);

	if (rc < 0) return rc;
	if (vv_ending_of(v->path) && !unknown_bytes(x, &b, v->path)) {
		rc = open_text(&subject, &t, x, v->path, &v->old, &why);
		if (rc == VV_OK && t.root.kind == VV_KIND_TABLE) {
			return edit_text_table(v, x, &t, err);
		}
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, &why);
	}
	return edit_text(v, x, &b, err);
}

/* --- a version --------------------------------------------------------------------------------------------- */

static vv_status edit_stored(version *v, vv_erase_editor *x, const vv_subject *subject,
			     vv_error *err)
{
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_dataset_open(&t, x->repo, &subject->root, err);

	if (rc < 0) return rc;
	if (t.root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_ENOSUPPORT, "kept as a file of bytes, not as a table");
	}
	if ((rc = edit_stored_table(v, x, &t, err)) < 0 || vv_cid_is_null(&v->root)) return rc;
	return vv_cid_set_note(x->roots, &subject->root, err);
}

static vv_status edit_version(version *v, vv_erase_editor *x, vv_error *err)
{
	vv_auto(vv_subject) subject = {0};
	const vv_version_name name = {.path = v->path, .blob = &v->old};
	vv_status rc = vv_subject_find(&subject, x->repo, vv_dataset_writer_reader(x->writer),
				       &name, err);

	if (rc < 0) return rc;
	if (vv_subject_is_broken(&subject, err)) return err->code;
	if (subject.lfs) return vv_fail(err, VV_ENOSUPPORT, "in Git LFS");
	return subject.is_dataset ? edit_stored(v, x, &subject, err) : edit_git_blob(v, x, err);
}

static bool was_found(const vv_erase_editor *x, const char *path, const vv_oid *blob)
{
	return vv_hash_find(x->found->hits, &x->hit_index, version_hash(path, blob), it,
			    vv_oid_equal(&it->blob, blob) && strcmp(it->path, path) == 0) != NULL;
}

vv_status vv_erase_edit_blob(vv_oid *out, vv_erase_editor *x, const char *path, const vv_oid *blob,
			     vv_error *err)
{
	const uint64_t hash = version_hash(path, blob);
	const version *known = vv_hash_find(x->versions, &x->index, hash, it,
					    vv_oid_equal(&it->old, blob) &&
						    strcmp(it->path, path) == 0);
	version v = {.old = *blob, .now = *blob};
	vv_error why = {0};
	vv_status rc;

	*out = known ? known->now : *blob;
	if (known || !was_found(x, path, blob)) return VV_OK;
	if (!(v.path = vv_arena_strndup(&x->arena, path, strlen(path)))) return vv_fail_nomem(err);
	rc = edit_version(&v, x, &why);
	if (rc == VV_ENOMEM || rc == VV_ECANCELLED || rc == VV_EIO) {
		return vv_error_copy(err, &why);
	}
	if (rc < 0 && (rc = leave_version(x, path, why.message, err)) < 0) return rc;
	*out = v.now;
	x->done.versions += !vv_oid_equal(&v.now, &v.old);
	if (!vv_hash_add(x->versions, x->count, x->cap, &x->index, hash, v)) {
		return vv_fail_nomem(err);
	}
	return vv_progress_part(x->found->progress, "versions", x->count, 0, err);
}

/* --- the end ------------------------------------------------------------------------------------------------- */

typedef struct read_back {
	vv_xxh3_state *hash;
	uint64_t bytes;
} read_back;

static vv_status hash_piece(void *payload, const void *bytes, size_t len, vv_error *err VV_UNUSED)
{
	read_back *o = payload;

	vv_xxh3_update(o->hash, bytes, len);
	o->bytes += len;
	return VV_OK;
}

static vv_status compare_version(vv_erase_editor *x, const version *v, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	const vv_bytes_options opts = {
		.pool = vv_dataset_reader_pool(vv_dataset_writer_reader(x->writer)), .old_fd = -1};
	read_back o = {.hash = vv_xxh3_new(0)};
	vv_status rc = o.hash ? vv_dataset_open_stored(&t, x->repo, &v->root, err)
			      : vv_fail_nomem(err);

	if (rc == VV_OK) {
		rc = vv_table_file(&t, hash_piece, &o, &opts, err);
	}
	const vv_hash128 is = o.hash ? vv_xxh3_digest128(o.hash) : (vv_hash128){0};
	vv_xxh3_free(o.hash);
	if (rc < 0 || (o.bytes == v->bytes && vv_hash128_equal(is, v->hash))) return rc;
	return vv_fail(err, VV_ECORRUPT,
		       "%s: the stored version differs from the one that was made",
		       vv_text_shows(v->path));
}

vv_status vv_erase_editor_finish(vv_erase_editor *x, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_dataset_writer_commit(x->writer, err)) < 0 ||
	    (rc = vv_repository_flush(x->repo, err)) < 0) {
		return rc;
	}
	vv_dataset_writer_release(x->writer);
	vv_array_each(x->versions, x->count, v) {
		if (!vv_cid_is_null(&v->root) && (rc = compare_version(x, v, err)) < 0) return rc;
	}
	return VV_OK;
}
