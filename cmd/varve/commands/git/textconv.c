/*
 * textconv: a file as git compares it and passes it on (diff.varve.textconv): its bytes.
 *
 * Git's filter ran before: the file that git passes has the table itself, under a temporary name
 * with the table's ending. Editors apply selected lines of git show --textconv to the file, and
 * store the result through the filter, so that any other text than the file's ends up in a table.
 *
 * The words of git decide the rest (repo/git/verb/caller.h). A patch of git diff --binary contains
 * pointers, because git apply compares what git has stored. Where a file goes to another program, a
 * pointer in place of the rows is an error. Elsewhere compressed files and UTF-16 are written as
 * text, and other binary data as one line.
 *
 * A document (lib/documents) is its tables, one after the other, in every case but the patch.
 */
#include <fcntl.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/format/form.h"
#include "dataset/read/file_text.h"
#include "dataset/read/unseen.h"
#include "lib/names/unpacked.h"
#include "lib/names/version.h"
#include "lib/worktree/filter.h"
#include "repo/git/index/attributes.h"
#include "repo/git/pointer.h"
#include "repo/git/verb/caller.h"

#define KEY_MAX 16u
#define FLUSH_AT (64u << 10)
#define PIECE ((size_t)256 << 10)

/* A document whose tables are written. */
typedef struct lines {
	vv_repository *repo; /* NULL: outside of one */
	vv_dataset_reader *reader;
	const char *file;
	vv_subject subject;
	vv_table table;
	bool open;
	size_t key[KEY_MAX];
	size_t key_count;
	vv_buf out;
	char **names; /* of the columns, escaped */
} lines;

static vv_status flush_lines(lines *l, size_t above, vv_error *err)
{
	vv_status rc = vv_buf_ok(&l->out, err);

	if (rc == VV_OK && l->out.len > above) {
		vv_out_bytes(l->out.data, l->out.len);
		vv_buf_reset(&l->out);
		rc = vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
	}
	return rc;
}

/* --- documents ------------------------------------------------------------------------------- */

static bool take_key(lines *l, const char *const *names, size_t count)
{
	const bool has = count <= KEY_MAX &&
			 vv_schema_places(l->key, &l->table.schema, names, count);

	l->key_count = has ? count : 0;
	return has;
}

static void close_table(lines *l)
{
	if (l->open) {
		vv_table_close(&l->table);
	}
	l->open = false;
	vv_subject_clear(&l->subject);
}

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
	bool quoted = c->state == VV_CELL_TEXT && vv_form_is_typed(l->table.root.dialect.form);

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
					      vv_form_is_typed(l->table.root.dialect.form));
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

static vv_status put_rows(lines *l, vv_error *err)
{
	vv_auto(vv_table_reader) *r = NULL;
	vv_auto(vv_batch) b = {0};
	int more = 0;
	vv_status rc = vv_table_reader_open(&r, &l->table, NULL, 0, false, err);

	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		for (size_t i = 0; rc == VV_OK && i < b.rows; i++) {
			put_row(l, &b.cells[i * b.columns]);
			rc = flush_lines(l, FLUSH_AT, err);
		}
	}
	return rc < 0 || more >= 0 ? rc : (vv_status)more;
}

static vv_status put_table(lines *l, vv_error *err)
{
	vv_status rc = name_columns(l, err);

	if (rc < 0) return rc;
	put_head(l);
	if ((rc = put_rows(l, err)) < 0) return rc;
	return flush_lines(l, 0, err);
}

static void free_names(lines *l)
{
	vv_array_clear(l->names, l->open && l->names ? l->table.columns : 0, it, vv_free(*it));
	l->names = NULL;
}

static vv_status put_one(lines *l, const vv_document_table *t, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_subject_take_table(&l->subject, t->name, err)) < 0 ||
	    (rc = vv_subject_open(&l->subject, &l->table, NULL, err)) < 0) {
		return rc;
	}
	l->open = true;
	(void)take_key(l, t->key, vv_texts_count(t->key));
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
	if ((rc = vv_subject_find(&l->subject, l->repo, l->reader,
				  &(vv_version_name){.file = l->file}, err)) < 0 ||
	    (rc = vv_subject_document_open(&d, is, &l->subject, err)) < 0) {
		return rc;
	}
	vv_array_each(d.document.tables, *is ? d.document.count : 0, t) {
		if ((rc = put_one(l, t, err)) < 0) return rc;
	}
	close_table(l);
	return flush_lines(l, 0, err);
}

/* --- the file's bytes ------------------------------------------------------------------------ */

static ssize_t read_file(void *payload, void *buf, size_t len, vv_error *err)
{
	const vv_fd_source *file = payload;

	return vv_read_full(file->fd, buf, len, file->path, err);
}

static vv_status write_out(void *payload VV_UNUSED, const void *bytes, size_t len, vv_error *err)
{
	vv_out_bytes(bytes, len);
	return vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
}

/* Copies the source, or writes one line for binary data. */
static vv_status put_source(const vv_source *source, bool as_text, vv_error *err)
{
	vv_auto(vv_xxh3_state) *hash = vv_xxh3_new(0);
	vv_auto(char) *piece = vv_malloc(PIECE);
	bool binary = false;
	uint64_t bytes = 0;
	vv_status rc = VV_OK;
	ssize_t got;

	if (!hash || !piece) return vv_fail_nomem(err);
	while (rc == VV_OK && (got = source->read(source->payload, piece, PIECE, err)) != 0) {
		if (got < 0) return (vv_status)got;
		if (bytes == 0 && as_text) {
			binary = vv_unseen_is_binary(piece, (size_t)got);
		}
		bytes += (uint64_t)got;
		if (binary) {
			vv_xxh3_update(hash, piece, (size_t)got);
		} else {
			rc = write_out(NULL, piece, (size_t)got, err);
		}
	}
	if (binary) {
		vv_out("binary data, %llu bytes, %016llx\n", (unsigned long long)bytes,
		       (unsigned long long)vv_xxh3_digest(hash));
	}
	return rc;
}

/* Decompressed and as UTF-8, where the file's name and bytes permit. */
static vv_status put_text(const vv_source *file, vv_error *err)
{
	const vv_file_text_options how = {.clean = true};
	vv_auto(vv_unpacked) *unpacked = NULL;
	vv_auto(vv_file_text) *text = NULL;
	const vv_source *source = file;
	vv_status rc;

	if (vv_unpacked_open(&unpacked, file, VV_IGNORED) == VV_OK) {
		source = vv_unpacked_source(unpacked);
	}
	if (vv_file_text_open(&text, source, &how, VV_IGNORED) == VV_OK && text) {
		source = vv_file_text_source(text);
	} else if ((rc = source->again(source->payload, err)) < 0) {
		return rc;
	}
	return put_source(source, true, err);
}

/* What git stores: of the work tree's file its pointer; git has passed all else as it is stored. */
static vv_status put_stored(vv_context *c, const char *path, vv_fd_source *file, vv_error *err)
{
	vv_auto(vv_filter) f = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_source source;
	bool tracked = false;
	vv_status rc = VV_OK;

	if (c->repo && !vv_path_is_absolute(path)) {
		rc = vv_attr_tracked(c->repo, path, &tracked, err);
	}
	if (rc == VV_OK && !tracked) {
		vv_source_fd(&source, file, file->fd, path, 0);
		return put_source(&source, false, err);
	}
	if (rc < 0 || (rc = vv_filter_open(&f, vv_environ(), &vv_notes_stderr, err)) < 0 ||
	    (rc = vv_filter_clean(&f, path, read_file, file, &out, err)) < 0) {
		return rc;
	}
	return write_out(NULL, out.data, out.len, err);
}

/* A pointer where rows were to be: git apply, an editor or a program would take it for the table. */
static vv_status refuse_pointer(const vv_fd_source *file, vv_error *err)
{
	char head[VV_POINTER_MAX];
	const ssize_t got = vv_pread_full(file->fd, head, sizeof(head), 0, file->path, err);

	if (got < 0) return (vv_status)got;
	if (!vv_pointer_looks_like(head, (size_t)got)) return VV_OK;
	return vv_fail(
		err, VV_EMISSING,
		"git has only the pointer of this table here: its rows are missing, or are more than "
		"varve.smudgeLimit\n"
		"'varve fetch --data' gets missing rows, 'varve cat' writes large tables");
}

static vv_status put_file(vv_context *c, const vv_caller *git, const char *path, vv_error *err)
{
	vv_auto(vv_fd) fd = vv_open_regular(path, 0, err);
	vv_fd_source file = {.fd = fd, .path = path};
	vv_source source;
	vv_status rc;

	if (fd < 0) return (vv_status)fd;
	if (vv_caller_makes_patch(git)) return put_stored(c, path, &file, err);
	vv_source_fd(&source, &file, fd, path, 0);
	if (!vv_caller_hands_out(git)) return put_text(&source, err);
	if ((rc = refuse_pointer(&file, err)) < 0) return rc;
	return put_source(&source, false, err);
}

/* --- the command -------------------------------------------------------------------------- */

static vv_status convert_file(lines *l, vv_context *c, vv_error *err)
{
	vv_auto(vv_caller) git = {0};
	bool document = false;
	vv_status rc = VV_OK;

	if (vv_context_need(c, VV_NEEDS_REPOSITORY, VV_IGNORED) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) {
		return rc;
	}
	l->repo = c->repo;
	l->reader = c->reader;
	vv_caller_find(&git, c->repo);
	if (!vv_caller_makes_patch(&git)) {
		rc = put_document(l, &document, err);
	}
	if (rc < 0) {
		/* git would abort the whole diff if this failed */
		vv_warn("%s", err->message);
		vv_buf_reset(&l->out);
	}
	return document && rc == VV_OK ? VV_OK : put_file(c, &git, l->file, err);
}

static vv_status run_textconv(vv_context *c, vv_error *err)
{
	lines l = {.file = c->argv[0], .subject.env = vv_environ()};

	vv_status rc = convert_file(&l, c, err);
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
