/*
 * textconv: a table as lines that git can compare (diff.varve.textconv): one for each
 * cell, below a line for each row.
 *
 * git passes a file with the table itself (its filter ran already), under a temporary name with the
 * table's ending. The filter remembers its output (known_bytes.h); otherwise the file is imported.
 * The key is that of a dataset of this name in the index. With a key inferred for each version
 * alone, the lines of two versions might share nothing.
 *
 * A document (lib/documents) is its tables, one after the other.
 */
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/read/unseen.h"
#include "lib/names/version.h"
#include "lib/tables/known_bytes.h"
#include "lib/view/table_diff.h"

/* Bytes of a table above which lines represent groups of rows. Git keeps both versions' lines in
 * memory, about three times as long as the table. */
#define ROWS_MAX ((uint64_t)16 << 20)
#define KEY_MAX 16u
#define FLUSH_AT (64u << 10)
#define GROUP_NAME 16u

typedef struct lines {
	vv_repository *repo; /* NULL: outside of one */
	vv_dataset_reader *reader;
	const char *file;
	vv_subject subject;
	vv_table table;
	bool open;
	bool known, as_file; /* the index has a dataset of this name; it is not a table */
	size_t key[KEY_MAX];
	size_t key_count;
	vv_buf out;
	char **names; /* of the columns, escaped */
} lines;

static vv_status flush(lines *l, size_t above, vv_error *err)
{
	vv_status rc = vv_buf_ok(&l->out, err);

	if (rc == VV_OK && l->out.len > above) {
		vv_out_bytes(l->out.data, l->out.len);
		vv_buf_reset(&l->out);
		rc = vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
	}
	return rc;
}

/* --- key -------------------------------------------------------------------------------- */

static bool take_key(lines *l, const char *const *names, size_t count)
{
	const bool has = count <= KEY_MAX &&
			 vv_schema_places(l->key, &l->table.schema, names, count);

	l->key_count = has ? count : 0;
	return has;
}

/* The key of a dataset in the index that ends as the file's name. *settled: it serves. */
static vv_status look_in_index(lines *l, bool *settled, vv_error *err)
{
	vv_auto(vv_index) *x = NULL;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *base = vv_path_base(l->file);
	vv_status rc = l->repo ? vv_index_open(&x, l->repo, err) : VV_OK;

	*settled = false;
	for (vv_index_entry e = {0}; x && rc == VV_OK && !*settled && vv_index_next(x, &e);) {
		vv_pointer p;
		bool is = false;

		if (strcmp(vv_path_base(e.path), base) != 0 || (e.mode & 0170000) != 0100000 ||
		    (rc = vv_dataset_reader_find_pointer(l->reader, &e.id, &arena, &p, &is, err)) <
			    0 ||
		    !is) {
			continue;
		}
		l->known = true;
		l->as_file = strcmp(p.kind, "table") != 0;
		*settled = l->open ? take_key(l, p.key, p.key_count) : true;
	}
	return rc;
}

/* --- opening ---------------------------------------------------------------------------- */

/* A pointer's text, where the blocks were missing here for git's filter. */
static vv_status find_pointer(lines *l, char cid[VV_CID_TEXT + 1], vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_pointer p;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_stat st;
	vv_status rc = vv_lstat(&st, l->file, err);

	cid[0] = '\0';
	if (rc < 0 || st.size > VV_POINTER_MAX || !l->repo) return rc;
	if ((rc = vv_read_regular(&text, l->file, VV_POINTER_MAX, err)) < 0 ||
	    !vv_pointer_looks_like(text.data, text.len)) {
		return rc;
	}
	if ((rc = vv_pointer_read(&p, &arena, text.data, text.len, err)) == VV_OK) {
		vv_cid_text(cid, &p.root);
	}
	return rc;
}

static void close_table(lines *l)
{
	if (l->open) {
		vv_table_close(&l->table);
	}
	l->open = false;
	vv_subject_clear(&l->subject);
}

static vv_status open_file(lines *l, bool find_key, vv_error *err)
{
	const vv_subject_options how = {.find_key = find_key};
	vv_status rc;

	close_table(l);
	/* Always as a file outside of the work tree, so that both versions are read alike. */
	if ((rc = vv_subject_find_file(&l->subject, NULL, NULL, l->file, err)) == VV_OK) {
		rc = vv_subject_open(&l->subject, &l->table, &how, err);
	}
	l->open = rc == VV_OK;
	return rc;
}

static vv_status open_version(lines *l, const char *cid, vv_error *err)
{
	const vv_subject_options how = {.find_key = false};
	vv_status rc;

	if ((rc = vv_subject_find(&l->subject, l->repo, l->reader, cid, err)) == VV_OK &&
	    (rc = vv_subject_open(&l->subject, &l->table, &how, err)) == VV_OK) {
		l->open = true;
		(void)take_key(l, (const char *const *)l->table.root.key, l->table.root.key_count);
	}
	return rc;
}

/* The version that the filter wrote into this file. *settled: it is open, with its key. */
static vv_status open_known(lines *l, bool *settled, vv_error *err)
{
	char text[VV_CID_TEXT + 1];
	vv_cid cid;
	bool found = false;
	vv_status rc = l->repo ? vv_known_bytes_find(l->repo, l->file, &cid, &found, err) : VV_OK;

	*settled = false;
	if (rc < 0 || !found) return rc;
	vv_cid_text(text, &cid);
	if (open_version(l, text, VV_IGNORED) < 0) {
		close_table(l); /* the bytes are here anyway */
		return VV_OK;
	}
	if ((rc = look_in_index(l, settled, err)) == VV_OK && !*settled) {
		*settled = take_key(l, (const char *const *)l->table.root.key,
				    l->table.root.key_count);
	}
	if (l->as_file || !*settled) {
		*settled = false;
		close_table(l);
	}
	return rc;
}

/* VV_ENOTFOUND: no table. */
static vv_status open_table(lines *l, vv_error *err)
{
	char cid[VV_CID_TEXT + 1];
	bool settled;
	vv_status rc;

	if ((rc = find_pointer(l, cid, err)) < 0) return rc;
	if (cid[0]) return open_version(l, cid, err);
	if ((rc = open_known(l, &settled, err)) < 0 || settled) return rc;
	if ((rc = look_in_index(l, &settled, err)) < 0) return rc;
	if (l->as_file || (!l->known && !vv_diff_is_table_name(l->file, false))) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is not a table", vv_text_shows(l->file));
	}
	if ((rc = open_file(l, false, err)) < 0 || (rc = look_in_index(l, &settled, err)) < 0 ||
	    settled) {
		return rc;
	}
	if ((rc = open_file(l, true, err)) == VV_OK) {
		(void)take_key(l, (const char *const *)l->table.root.key, l->table.root.key_count);
	}
	return rc;
}

/* --- lines ------------------------------------------------------------------------------ */

static vv_status name_columns(lines *l, vv_error *err)
{
	if (!(l->names = vv_calloc(l->table.columns + 1, sizeof(*l->names)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < l->table.columns; i++) {
		vv_buf name = VV_BUF_INIT;

		vv_text_put_words(&name, l->table.schema.fields[i].name,
				  l->table.schema.fields[i].name_len, 0);
		l->names[i] = vv_buf_detach(&name);
		if (!l->names[i]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static void put_head(lines *l)
{
	for (size_t i = 0; i < l->table.columns; i++) {
		vv_buf_printf(&l->out, "column %s%s\n", l->names[i],
			      vv_array_has(l->key, l->key_count, i) ? " (key)" : "");
	}
	vv_buf_puts(&l->out, "form ");
	vv_dialect_describe(&l->out, &l->table.root.dialect);
	vv_buf_puts(&l->out, "\n\n");
}

/* JSON distinguishes strings from other values. */
static void put_value(lines *l, const vv_cell *c)
{
	bool quoted = c->state == VV_CELL_TEXT && l->table.root.dialect.form != VV_FORM_CSV;

	if (c->state == VV_CELL_NULL) {
		vv_buf_puts(&l->out, "null");
		return;
	}
	vv_buf_puts(&l->out, quoted ? "\"" : "");
	vv_text_put_escaped(&l->out, c->text ? c->text : "", c->len);
	vv_buf_puts(&l->out, quoted ? "\"" : "");
}

/* Does the cell get a line? An empty CSV cell does not. */
static bool has_value(const lines *l, const vv_cell *c)
{
	return c->state != VV_CELL_ABSENT && (c->len > 0 || c->state != VV_CELL_TEXT ||
					      l->table.root.dialect.form != VV_FORM_CSV);
}

static void put_key(lines *l, const vv_cell *cells)
{
	vv_array_each(l->key, l->key_count, at) {
		vv_buf_printf(&l->out, "%s%s=", at > l->key ? ", " : "", l->names[*at]);
		put_value(l, &cells[*at]);
	}
}

static void put_row(lines *l, const vv_cell *cells)
{
	vv_buf_puts(&l->out, "row ");
	if (l->key_count == 0) {
		for (size_t i = 0; i < l->table.columns; i++) {
			vv_buf_puts(&l->out, i > 0 ? " | " : "");
			put_value(l, &cells[i]);
		}
		vv_buf_putc(&l->out, '\n');
		return;
	}
	put_key(l, cells);
	vv_buf_putc(&l->out, '\n');
	for (size_t i = 0; i < l->table.columns; i++) {
		if (!vv_array_has(l->key, l->key_count, i) && has_value(l, &cells[i])) {
			vv_buf_printf(&l->out, "  %s: ", l->names[i]);
			put_value(l, &cells[i]);
			vv_buf_putc(&l->out, '\n');
		}
	}
}

/* Groups are cut by content: groups common to two versions make the same line. */
static void put_group(lines *l, const vv_batch *b)
{
	vv_buf_printf(&l->out, "%zu rows ", b->rows);
	if (b->rows > 0 && l->key_count > 0) {
		vv_buf_puts(&l->out, "from ");
		put_key(l, b->cells);
		vv_buf_putc(&l->out, ' ');
	}
	vv_buf_printf(&l->out, "%s\n", vv_cid_shows(&b->cid) + VV_CID_TEXT - GROUP_NAME);
}

static vv_status put_rows(lines *l, bool groups, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	int more = 0;

	vv_status rc = vv_table_reader_open(&r, &l->table,
					    groups && l->key_count > 0 ? l->key : NULL,
					    groups ? l->key_count : 0, false, err);
	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; !groups && rc == VV_OK && i < b.rows; i++) {
			put_row(l, &b.cells[i * b.columns]);
			rc = flush(l, FLUSH_AT, err);
		}
		if (groups) {
			put_group(l, &b);
			rc = flush(l, FLUSH_AT, err);
		}
	}
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status put_table(lines *l, vv_error *err)
{
	bool groups = l->table.root.bytes > ROWS_MAX;
	vv_status rc = name_columns(l, err);

	if (rc < 0) return rc;
	put_head(l);
	if (groups) {
		vv_buf_printf(&l->out,
			      "too large to be shown by row: each line is a group of rows\n"
			      "('varve diff' and 'git diff' show rows and cells)\n\n");
	}
	if ((rc = put_rows(l, groups, err)) < 0) return rc;
	return flush(l, 0, err);
}

/* --- documents ----------------------------------------------------------------------------- */

static void free_names(lines *l)
{
	vv_array_clear(l->names, l->open && l->names ? l->table.columns : 0, it, vv_free(*it));
	l->names = NULL;
}

static vv_status put_one(lines *l, const vv_document_table *t, vv_error *err)
{
	const char *const *key = t->key;
	size_t count = 0;
	vv_status rc;

	if ((rc = vv_subject_take_table(&l->subject, t->name, err)) < 0 ||
	    (rc = vv_subject_open(&l->subject, &l->table, NULL, err)) < 0) {
		return rc;
	}
	l->open = true;
	while (key && key[count]) {
		count++;
	}
	(void)take_key(l, key, count);
	vv_buf_puts(&l->out, "table ");
	vv_text_put_escaped(&l->out, t->name, strlen(t->name));
	vv_buf_putc(&l->out, '\n');
	rc = put_table(l, err);
	vv_buf_putc(&l->out, '\n');
	free_names(l);
	vv_table_close(&l->table);
	l->open = false;
	return rc;
}

/* *is: it is one, and has been written. */
static vv_status put_document(lines *l, bool *is, vv_error *err)
{
	vv_auto(vv_subject_document) d = {.temp = NULL};
	vv_status rc;

	*is = false;
	if (!vv_document_is_name(l->repo, vv_environ(), l->file)) return VV_OK;
	close_table(l);
	l->subject.env = vv_environ();
	if ((rc = vv_subject_find_file(&l->subject, l->repo, l->reader, l->file, err)) < 0 ||
	    (rc = vv_subject_document_open(&d, is, &l->subject, err)) < 0) {
		return rc;
	}
	vv_array_each(d.document.tables, *is ? d.document.count : 0, t) {
		if ((rc = put_one(l, t, err)) < 0) return rc;
	}
	close_table(l);
	return flush(l, 0, err);
}

/* --- files other than tables
 * ------------------------------------------------------------------- */

typedef struct plain {
	bool begun, binary;
	uint64_t bytes;
	vv_xxh3_state *hash;
} plain;

static vv_status put_plain(void *payload, const void *bytes, size_t len, vv_error *err)
{
	plain *p = payload;

	if (!p->begun) {
		p->begun = true;
		p->binary = vv_unseen_is_binary(bytes, len);
	}
	p->bytes += len;
	vv_xxh3_update(p->hash, bytes, len);
	if (!p->binary) {
		vv_out_bytes(bytes, len);
	}
	return vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
}

static vv_status put_as_it_is(lines *l, vv_error *err)
{
	plain p = {.hash = vv_xxh3_new(0)};
	vv_status rc = p.hash ? VV_OK : vv_fail_nomem(err);

	close_table(l);
	if (rc == VV_OK &&
	    (rc = vv_subject_find_file(&l->subject, NULL, NULL, l->file, err)) == VV_EINPUT) {
		vv_error_clear(err); /* a pointer: its text is what there is */
		rc = VV_OK;
	}
	if (rc == VV_OK) {
		l->subject.is_dataset = false;
		l->subject.on_disk = true;
		rc = vv_subject_bytes(&l->subject, put_plain, &p, NULL, err);
	}
	if (rc == VV_OK && p.binary) {
		vv_out("binary data, %llu bytes, %016llx\n", (unsigned long long)p.bytes,
		       (unsigned long long)vv_xxh3_digest(p.hash));
	}
	vv_xxh3_free(p.hash);
	return rc;
}

/* --- the command -------------------------------------------------------------------------- */

static vv_status convert(lines *l, vv_context *c, vv_error *err)
{
	vv_status rc;

	if (vv_context_need(c, VV_NEEDS_REPOSITORY, VV_IGNORED) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) {
		return rc;
	}
	l->repo = c->repo;
	l->reader = c->reader;
	bool document;
	if ((rc = put_document(l, &document, err)) == VV_OK && document) return VV_OK;
	if (rc < 0) {
		vv_warn("%s", err->message);
		vv_buf_reset(&l->out);
	} else {
		rc = open_table(l, err);
	}
	if (rc == VV_OK && l->table.root.kind == VV_KIND_TABLE) return put_table(l, err);
	/* git would give up the whole diff if this failed */
	return rc == VV_ENOMEM ? rc : put_as_it_is(l, err);
}

static vv_status run_textconv(vv_context *c, vv_error *err)
{
	lines l = {.file = c->argv[0], .subject.env = vv_environ()};

	vv_status rc = convert(&l, c, err);
	free_names(&l);
	close_table(&l);
	vv_buf_clear(&l.out);
	return vv_out_failed() ? VV_OK : rc;
}

const vv_command vv_cmd_textconv = {
	.name = "textconv",
	.group = "care",
	.summary = "called by git log -p and git show for each version of a table",
	.usage = "FILE",
	.example = "$ git config diff.varve.textconv 'varve textconv --'",
	.arguments = "path",
	.hidden = true,
	.takes = "a file; git calls it",
	.least = 1,
	.most = 1,
	.gets = true,
	.run = run_textconv,
};
