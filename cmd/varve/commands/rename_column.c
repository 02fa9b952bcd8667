/*
 * rename_column: another name for a column: in the file, in the schema, and in the stored version,
 * whose rows remain unchanged.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/format/form.h"
#include "dataset/read/scan_cache.h"
#include "dataset/rows/line_edit.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/import.h"
#include "lib/names/version.h"
#include "lib/rows/named_columns.h"
#include "lib/tables/dataset_writer.h"
#include "lib/worktree/column_rename.h"
#include "lib/worktree/schema_edit.h"
#include "lib/worktree/way_back.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"
#include "repo/git/index/worktree.h"

typedef struct rename_job {
	vv_context *c;
	vv_subject subject;
	vv_table table;
	bool text; /* in Git, as 'varve track --text' keeps it: the file alone changes */
	const char *from, *to;
	size_t place;     /* of the column */
	vv_new_file file; /* until it is in place */
	vv_stat before;
} rename_job;

static void job_clear(rename_job *j)
{
	vv_new_file_clear(&j->file);
	vv_table_close(&j->table);
	vv_subject_clear(&j->subject);
}
VV_AUTO_CLEAR(rename_job, job_clear)

static vv_status check_names(rename_job *j, vv_error *err)
{
	size_t len = strlen(j->to);
	vv_status rc;

	if ((rc = vv_view_column(&j->table, j->from, strlen(j->from), "rename-column", &j->place,
				 err)) < 0) {
		return rc;
	}
	if (len == 0 || !vv_utf8_valid(j->to, len)) {
		return vv_fail(err, VV_EUSAGE, "a column's name must be UTF-8 text, and not empty");
	}
	if (vv_schema_find(&j->table.schema, j->to, len) >= 0) {
		return vv_fail(err, VV_EEXISTS, "a column '%s' already exists",
			       vv_text_shows(j->to));
	}
	if (!vv_form_is_typed(j->table.root.dialect.form) && !j->table.root.dialect.header) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' has no header line to change\nadd one at the top of the file, then run 'varve add'",
			vv_text_shows(j->subject.text));
	}
	return VV_OK;
}

/* Is the file text that varve compares? j->text: just as the index has it. */
static vv_status find_text(rename_job *j, bool *out, vv_error *err)
{
	const vv_subject *s = &j->subject;
	vv_file_state state = VV_FILE_MODIFIED;
	vv_index_entry e;
	vv_status rc = vv_attr_compared(j->c->repo, s->path, out, err);

	if (rc == VV_OK && *out && (rc = vv_context_need(j->c, VV_NEEDS_INDEX, err)) == VV_OK &&
	    vv_index_get(j->c->index, s->path, &e)) {
		rc = vv_index_file_state(j->c->index, &e, &state, err);
	}
	j->text = *out && state == VV_FILE_SAME;
	return rc;
}

/* Opens the version in the index. The file must equal it, since its stored rows are reused. */
static vv_status open_version(rename_job *j, const char *path, vv_error *err)
{
	vv_subject *s = &j->subject;
	bool compared = false;
	vv_status rc;

	if ((rc = vv_subject_find(s, j->c->repo, j->c->reader, &(vv_version_name){.word = path},
				  err)) < 0 ||
	    (rc = vv_subject_settle(s, err)) < 0) {
		return rc;
	}
	if (s->from != VV_FROM_WORK) {
		return vv_fail(err, VV_EUSAGE,
			       "only a file of the work tree can be changed, not '%s'",
			       vv_text_shows(path));
	}
	if (!s->is_dataset && (rc = find_text(j, &compared, err)) < 0) return rc;
	if ((!s->is_dataset || !s->on_disk) && !j->text) {
		vv_fail(err, VV_EUSAGE, "'%s' is %s", vv_text_shows(path),
			s->is_dataset ? "only a pointer, and its data is missing here"
			: vv_cid_is_null(&s->parent) && !compared ? "not a table yet"
								  : "changed since it was added");
		return vv_hint(err,
			       s->is_dataset ? "'varve restore %s' first" : "'varve add %s' first",
			       vv_hint_path(s->path));
	}
	if ((rc = vv_subject_open(s, &j->table, NULL, err)) < 0) return rc;
	if (j->table.root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' is kept as a file: it has no columns",
			       vv_text_shows(path));
	}
	return check_names(j, err);
}

static vv_status rename_in(char **names, size_t count, const char *from, const char *to,
			   vv_error *err)
{
	vv_array_each(names, count, it) {
		if (strcmp(*it, from) == 0) {
			char *name = vv_strdup(to);

			if (!name) return vv_fail_nomem(err);
			vv_free(*it);
			*it = name;
		}
	}
	return VV_OK;
}

/* Makes the table's root the one that the renamed file is to be read as. */
static vv_status change_root(rename_job *j, vv_error *err)
{
	vv_root *r = &j->table.root;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_status rc;

	if ((rc = vv_rename_in_schema(&b, r->schema.data, r->schema.len, j->place, j->from, j->to,
				      err)) < 0 ||
	    (rc = vv_bytes_set(&r->schema, b.data, b.len, err)) < 0 ||
	    (rc = rename_in(r->key, r->key_count, j->from, j->to, err)) < 0 ||
	    (rc = rename_in(r->cut_columns, r->cut_column_count, j->from, j->to, err)) < 0 ||
	    (rc = rename_in(r->sorted_by, r->sorted_by_count, j->from, j->to, err)) < 0) {
		return rc;
	}
	return vv_form_is_typed(r->dialect.form)
		       ? VV_OK
		       : vv_header_rename(&r->dialect, &j->table.schema, j->place, j->to, err);
}

static vv_status write_new_file(rename_job *j, vv_error *err)
{
	vv_auto(char) *folder = vv_worktree_temp_dir(j->c->repo, j->subject.file);
	vv_new_file *f = &j->file;
	vv_status rc;

	if (!folder) return vv_fail_nomem(err);
	if ((rc = vv_lstat(&j->before, j->subject.file, err)) < 0) return rc;
	vv_temp_sweep(folder, VV_WRITE_TEMP);
	if ((rc = vv_new_file_open(f, folder, VV_WRITE_TEMP, err)) < 0 ||
	    (rc = vv_column_rename(&j->table, j->place, j->to, vv_new_file_put, f, err)) < 0 ||
	    (rc = vv_new_file_mode(f, j->before.mode, err)) < 0) {
		return rc;
	}
	return vv_new_file_end(f, true, err);
}

/* Imports the new file as the renamed version and writes its pointer. */
static vv_status store_version(rename_job *j, vv_oid *blob, vv_error *err)
{
	vv_import_options io = {.kind = VV_KIND_TABLE,
				.hints = VV_SNIFF_HINTS_INIT,
				.parent = &j->table.root,
				.as = &j->table.root,
				.pool = vv_dataset_reader_pool(j->c->reader)};
	vv_auto(vv_scan_cache) *cache = NULL;
	vv_auto(vv_import_result) result = {0};
	vv_source source;
	vv_fd_source storage;
	vv_sink sink;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc;

	vv_auto(vv_fd) fd = vv_open(j->file.temp, O_RDONLY | O_NONBLOCK, 0, err);
	if (fd < 0) return (vv_status)fd;
	vv_source_fd(&source, &storage, fd, j->subject.text, 0);
	if ((rc = vv_dataset_reader_scan_cache(j->c->reader, j->subject.path, &j->table.cid, &cache,
					       &io.secret, err)) < 0) {
		return rc;
	}
	io.cache = cache; /* of the same rows, under another name of a column */
	if ((rc = vv_dataset_writer_sink(j->c->writer, &sink, err)) < 0 ||
	    (rc = vv_import(&result, &source, &sink, &io, err)) < 0 ||
	    (rc = vv_root_pointer(&text, &result.cid, &result.root, err)) < 0 ||
	    (rc = vv_dataset_writer_commit(j->c->writer, err)) < 0) {
		return rc;
	}
	return vv_blob_write(j->c->repo, vv_buf_cstr(&text), text.len, blob, err);
}

/* Writes the new name into the datapackage.json that describes the table, too. */
static vv_status change_package(rename_job *j, vv_buf *out, char **package, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	bool describes;
	vv_status rc;

	if ((rc = vv_schema_package(package, &describes, &j->subject, err)) < 0 || !describes) {
		vv_free(*package);
		*package = NULL;
		return rc;
	}
	vv_package_edit edit = {.path = j->subject.path,
				.package_path = *package,
				.rename_from = j->from,
				.rename_to = j->to};
	if ((rc = vv_schema_package_text(&text, &j->subject, *package, err)) == VV_OK) {
		rc = vv_package_apply(out, vv_buf_cstr(&text), text.len, &edit, err);
	}
	/* A resource without a schema has no names to change. */
	if (rc == VV_EUSAGE || rc == VV_ENOTFOUND) {
		vv_free(*package);
		*package = NULL;
		rc = VV_OK;
	}
	return rc;
}

/* Records the files that will change, before any change. */
static vv_status note_way_back(rename_job *j, vv_way_back **out, const char *package, vv_error *err)
{
	vv_index_entry e;
	vv_status rc = vv_context_need(j->c, VV_NEEDS_INDEX, err);

	if (rc < 0) return rc;
	const vv_index *x = j->c->index;
	if (!vv_index_get(x, j->subject.path, &e)) {
		return vv_fail(err, VV_ECONFLICT, "'%s' was removed from the index meanwhile",
			       vv_text_shows(j->subject.path));
	}
	if ((rc = vv_way_back_open(out, j->c->repo, "rename-column", "'varve rename-column'",
				   err)) < 0 ||
	    (rc = vv_way_back_path(*out, x, j->subject.path, true, err)) < 0 ||
	    (package && (rc = vv_way_back_path(*out, x, package, true, err)) < 0)) {
		return rc;
	}
	return vv_way_back_ready(*out, err);
}

/* The new file takes the old one's place. */
static vv_status put_in_place(rename_job *j, vv_error *err)
{
	vv_stat now;
	vv_status rc;

	if ((rc = vv_lstat(&now, j->subject.file, err)) < 0) return rc;
	/* not its ctime: the file has a second name by now */
	if (now.ino != j->before.ino || now.size != j->before.size ||
	    now.mtime_sec != j->before.mtime_sec || now.mtime_nsec != j->before.mtime_nsec) {
		return vv_fail(err, VV_EINPUT, "'%s' changed meanwhile; nothing was done",
			       vv_text_shows(j->subject.text));
	}
	rc = vv_worktree_watch(j->c->repo, j->subject.path, j->file.temp, err);
	return rc < 0 ? rc : vv_new_file_place(&j->file, j->subject.file, err);
}

static vv_status stage_result(rename_job *j, const vv_oid *blob, const char *package, vv_error *err)
{
	vv_index *x = j->c->index;
	vv_index_entry e;
	vv_stat st;
	vv_status rc;

	if ((rc = vv_lstat(&st, j->subject.file, err)) < 0) return rc;
	if (!vv_index_get(x, j->subject.path, &e)) {
		return vv_fail(err, VV_ECONFLICT, "'%s' was removed from the index meanwhile",
			       vv_text_shows(j->subject.path));
	}
	vv_stat_cache_drop(vv_dataset_reader_parts(j->c->reader)->stats, j->subject.path);
	rc = j->text ? vv_index_add_file(x, j->subject.path, err)
		     : vv_index_set(x, j->subject.path, e.mode, blob, &st, err);
	if (rc == VV_OK && (!package || (rc = vv_index_add_file(x, package, err)) == VV_OK)) {
		rc = vv_index_write(x, err);
	}
	return rc;
}

/* File, description and index change, all or none. */
static vv_status change_files(rename_job *j, const vv_oid *blob, const char *package,
			      const vv_buf *package_text, vv_error *err)
{
	vv_way_back *back = NULL;
	vv_status rc;

	if ((rc = note_way_back(j, &back, package, err)) < 0 || (rc = put_in_place(j, err)) < 0) {
		return vv_way_back_close(back, rc, err);
	}
	if (package &&
	    (rc = vv_schema_package_write(&j->subject, package, package_text, err)) < 0) {
		return vv_way_back_close(back, rc, err);
	}
	rc = stage_result(j, blob, package, err);
	return vv_way_back_close(back, rc, err);
}

static vv_status rename_column(rename_job *j, vv_error *err)
{
	vv_auto(vv_buf) package_text = VV_BUF_INIT;
	vv_auto(char) *package = NULL;
	vv_oid blob;
	vv_status rc;

	if ((rc = change_package(j, &package_text, &package, err)) < 0 ||
	    (rc = write_new_file(j, err)) < 0 || (rc = change_root(j, err)) < 0) {
		return rc;
	}
	rc = j->text ? vv_blob_id_of_file(j->file.temp, &blob, err) : store_version(j, &blob, err);
	if (rc < 0 || (rc = change_files(j, &blob, package, &package_text, err)) < 0) return rc;
	vv_note("renamed column '%s' to '%s' in %s%s%s, and staged it", vv_text_shows(j->from),
		vv_text_shows(j->to), vv_text_shows(j->subject.text), package ? " and " : "",
		vv_text_shows(package));
	return VV_OK;
}

static vv_status run_rename_column(vv_context *c, vv_error *err)
{
	vv_auto(rename_job) j = {
		.c = c, .subject = {.env = vv_environ()}, .from = c->argv[1], .to = c->argv[2]};
	vv_status rc = open_version(&j, c->argv[0], err);

	if (rc == VV_OK) {
		rc = rename_column(&j, err);
		vv_dataset_writer_release(c->writer);
	}
	return rc;
}

const vv_command vv_cmd_rename_column = {
	.name = "rename-column",
	.group = "change",
	.summary = "rename a column in the file and its schema; no row is stored again",
	.usage = "PATH OLD NEW",
	.example = "$ varve rename-column prices.csv prc price\n"
		   "renamed column 'prc' to 'price' in prices.csv, and staged it",
	.arguments = "path",
	.takes = "PATH OLD NEW",
	.least = 3,
	.most = 3,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_WRITER,
	.run = run_rename_column,
};
