/*
 * table: classifies files that are not tables, and describes a table's columns from its schema.
 */
#include "cmd/web/model/table.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "lib/names/beginning.h"
#include "lib/names/long_rows.h"
#include "lib/names/version.h"
#include "lib/rows/named_columns.h"
#include "lib/view/table_diff.h"
#include "repo/git/history/history.h"

#define PLAIN_MAX ((uint64_t)64 << 20) /* of a blob that is read whole */
#define TEXT_SHOWN ((size_t)64 << 10)

typedef struct opened {
	vv_web_table shown; /* first: callers have a pointer to it */
	vv_subject subject;
	vv_table table;
	bool is_open;
} opened;

static void close_opened(void *payload)
{
	opened *o = payload;

	if (o->is_open) {
		vv_table_close(&o->table);
	}
	vv_subject_clear(&o->subject);
}

/* --- columns --------------------------------------------------------------------------------- */

static const char *member_text(const vv_field *f, const char *name)
{
	const char *text = f->json ? vv_json_get_string(f->json, name) : NULL;

	return text && *text ? text : NULL;
}

static vv_status read_columns(vv_web_visit *v, opened *o, vv_error *err)
{
	vv_web_table *t = &o->shown;
	const vv_table *table = &o->table;
	size_t *key = vv_arena_calloc(&v->arena, table->root.key_count + 1, sizeof(*key));

	t->column_count = table->columns;
	t->columns = vv_arena_calloc(&v->arena, table->columns + 1, sizeof(*t->columns));
	if (!key || !t->columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < table->columns; i++) {
		const vv_field *f = &table->schema.fields[i];

		t->columns[i] = (vv_web_column){
			.name = f->name,
			.type = vv_type_name(f->type),
			.title = member_text(f, "title"),
			.description = member_text(f, "description"),
			.format = strcmp(f->format, "default") == 0 ? NULL : f->format,
			.unit = member_text(f, "unit"),
			.number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER};
	}
	vv_array_each(table->root.key, table->root.key_count, name) {
		long at = vv_schema_find(&table->schema, *name, strlen(*name));

		if (at >= 0) {
			key[t->key_count++] = (size_t)at;
			t->columns[at].key = true;
		}
	}
	t->key = key;
	t->rows = table->root.rows;
	return VV_OK;
}

vv_status vv_web_column_find(const vv_web_table *t, const char *name, size_t *out, vv_error *err)
{
	return vv_view_column(t->table, name, strlen(name), vv_text_shows(t->path), out, err);
}

/* --- files other than tables
 * ----------------------------------------------------------------------- */

static bool is_image(const char *s, size_t len)
{
	return (len > 8 && memcmp(s, "\x89PNG\r\n\x1a\n", 8) == 0) ||
	       (len > 3 && memcmp(s, "\xff\xd8\xff", 3) == 0) ||
	       (len > 6 && (memcmp(s, "GIF87a", 6) == 0 || memcmp(s, "GIF89a", 6) == 0)) ||
	       (len > 12 && memcmp(s, "RIFF", 4) == 0 && memcmp(s + 8, "WEBP", 4) == 0);
}

/* Is it text, but for a character that was cut in two at the end? */
static bool is_text(const char *s, size_t *len, bool cut)
{
	size_t n = *len;

	if (memchr(s, '\0', n)) return false;
	for (size_t back = 0; cut && back < 4 && !vv_utf8_valid(s, n) && n > 0; back++) {
		n--;
	}
	*len = n;
	return vv_utf8_valid(s, n);
}

static vv_status look_at_bytes(vv_web_visit *v, opened *o, vv_error *err)
{
	vv_web_table *t = &o->shown;
	vv_auto(vv_beginning) b = {.most = TEXT_SHOWN};

	t->kind = VV_WEB_BYTES;
	if (!t->stored && t->bytes > PLAIN_MAX) return VV_OK;
	vv_status rc = vv_subject_text(&o->subject, vv_beginning_take, &b, NULL, err);
	if (b.more) {
		vv_error_clear(err);
		rc = VV_OK;
	}
	if (rc == VV_OK) {
		size_t len = b.bytes.len;
		const char *s = vv_buf_cstr(&b.bytes);

		if (is_image(s, len)) {
			t->kind = VV_WEB_IMAGE;
		} else if (is_text(s, &len, b.more)) {
			t->kind = VV_WEB_TEXT;
			t->text = vv_web_keep(v, s, len);
			t->text_len = v->failed ? 0 : len;
		}
	}
	return rc;
}

/* --- opening --------------------------------------------------------------------------------- */

vv_status vv_web_file_of(vv_web_visit *v, const vv_oid *commit, const char *path, const char **file,
			 vv_error *err)
{
	vv_auto(char) *name = vv_strdup(path);
	char *hash = NULL;
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = name ? vv_tree_entry_at(v->repo, commit, name, &e, err) : vv_fail_nomem(err);

	*file = NULL;
	while (rc == VV_ENOTFOUND && v->documents && (hash = strrchr(name, '#')) && hash > name) {
		*hash = '\0';
		rc = vv_tree_entry_at(v->repo, commit, name, &e, err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc < 0) return rc;
	*file = vv_web_keep_text(v, name);
	return VV_OK;
}

vv_status vv_web_has(vv_web_visit *v, const vv_web_commit *c, const char *path, bool *has,
		     vv_error *err)
{
	const char *file = NULL;

	*has = false;
	if (c->none || c->work) return VV_OK;
	vv_status rc = vv_web_file_of(v, &c->id, path, &file, err);
	*has = file != NULL;
	return rc;
}

static vv_status find_in_work(vv_web_visit *v, opened *o, const char *path, vv_error *err)
{
	struct stat st;
	vv_status rc;

	if ((rc = vv_path_check_plain(path, err)) < 0) {
		return vv_fail(err, VV_ENOTFOUND, "no file '%s' in the work tree",
			       vv_text_shows(path));
	}
	vv_auto(char) *file = vv_repository_file(v->repo, path);
	if (!file) return vv_fail_nomem(err);
	const char *kept = vv_web_keep_text(v, file);
	const size_t len = v->documents ? vv_subject_file_len(file) : 0;
	file[len > 0 ? len : strlen(file)] = '\0';
	if (lstat(file, &st) != 0 || !S_ISREG(st.st_mode)) {
		return vv_fail(err, VV_ENOTFOUND, "no file '%s' in the work tree",
			       vv_text_shows(path));
	}
	o->shown.bytes = (uint64_t)st.st_size;
	(void)snprintf(o->shown.tag, sizeof(o->shown.tag), "w%llx-%llx-%llx",
		       (unsigned long long)st.st_size, (unsigned long long)st.st_mtim.tv_sec,
		       (unsigned long long)st.st_mtim.tv_nsec);
	return vv_subject_find(&o->subject, v->repo, v->reader, &(vv_version_name){.file = kept},
			       err);
}

static vv_status find_in_commit(vv_web_visit *v, opened *o, const char *path, vv_error *err)
{
	const vv_web_commit *c = &o->shown.commit;
	const char *name;
	vv_auto(vv_tree_entry) e = {.path = NULL};
	vv_status rc = vv_web_file_of(v, &c->id, path, &name, err);

	if (rc == VV_OK && !name) {
		return vv_fail(err, VV_ENOTFOUND, "version %s has no file '%s'", c->brief,
			       vv_text_shows(path));
	}
	if (rc < 0 || (rc = vv_tree_entry_at(v->repo, &c->id, name, &e, err)) < 0) return rc;
	if (!S_ISREG(e.mode)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is a folder, a link or a submodule, not a file",
			       vv_text_shows(path));
	}
	if ((rc = vv_subject_find(&o->subject, v->repo, v->reader,
				  &(vv_version_name){.path = path, .commit = &c->id}, err)) < 0) {
		return rc;
	}
	if (o->subject.is_dataset) {
		vv_cid_text(o->shown.tag, &o->subject.root);
		return VV_OK;
	}
	vv_oid_text(o->shown.tag, &o->subject.blob);
	return vv_blob_size(v->repo, &o->subject.blob, &o->shown.bytes, err);
}

/* Should its rows be read, from whatever source? */
static bool may_be_table(const opened *o)
{
	return o->subject.is_dataset ||
	       (vv_diff_is_table_name(o->shown.path, false) && o->shown.bytes <= PLAIN_MAX);
}

/* Its only table becomes the subject's; of several, lists the names. */
static vv_status list_tables(vv_web_visit *v, opened *o, bool *is, vv_error *err)
{
	vv_web_table *t = &o->shown;
	vv_auto(vv_subject_document) d = {.temp = NULL};
	vv_status rc = vv_subject_document_open(&d, is, &o->subject, err);

	if (rc < 0 || !*is) return rc;
	t->tables = vv_arena_calloc(&v->arena, d.document.count + 1, sizeof(*t->tables));
	if (!t->tables) return vv_fail_nomem(err);
	for (; t->table_count < d.document.count; t->table_count++) {
		t->tables[t->table_count] = vv_web_keep_text(
			v, d.document.tables[t->table_count].name);
	}
	if (t->table_count == 1) {
		rc = vv_subject_take_table(&o->subject, t->tables[0], err);
		t->table_count = 0;
	}
	return rc;
}

/* *table: its rows should be read. For an unreadable document: the reason. */
static vv_status look_for_tables(vv_web_visit *v, opened *o, bool *table, vv_error *err)
{
	vv_subject *s = &o->subject;
	const bool named = s->table != NULL;
	bool is = false;
	vv_status rc = VV_OK;

	*table = may_be_table(o);
	if (!named && vv_document_is_name(v->repo, vv_repository_env(v->repo), o->shown.path)) {
		rc = list_tables(v, o, &is, err);
		*table = *table && !is;
	}
	*table = *table || s->table;
	if (rc == VV_EINPUT || rc == VV_EREFUSED || rc == VV_ENOSUPPORT) {
		o->shown.why = vv_web_keep_text(v, err->message);
		vv_error_clear(err);
		rc = VV_OK;
	}
	return rc;
}

/* form: that of plain text; NULL: detected */
static vv_status open_content(vv_web_visit *v, opened *o, const vv_sniff_hints *form, vv_error *err)
{
	/* Rows that are kept in key order are shown so: putting them into the file's order is work for a
	 * command, not for every page. */
	const vv_subject_options how = {
		.hints = form, .find_key = true, .stored = true, .unpack = true};
	vv_web_table *t = &o->shown;
	bool table;
	vv_status rc;

	t->stored = o->subject.is_dataset;
	if (vv_subject_is_broken(&o->subject, err)) return VV_EINPUT;
	if ((rc = look_for_tables(v, o, &table, err)) < 0) return rc;
	const char *of = o->subject.table;
	t->of_document = of != NULL;
	if (t->stored && !of) {
		t->identity = t->tag;
	} else {
		const char *wide = form ? "long rows" : "";

		t->identity = vv_web_text(v, "%s %s %s", t->tag, t->commit.hex, of ? of : wide);
	}
	if (table) {
		rc = vv_subject_open(&o->subject, &o->table, &how, err);
		o->is_open = rc == VV_OK;
		if (rc < 0 && (t->stored || of ||
			       (rc != VV_EINPUT && rc != VV_EREFUSED && rc != VV_EUSAGE &&
				rc != VV_ENOSUPPORT))) {
			return rc;
		}
		if (rc < 0) {
			t->why = vv_web_keep_text(v, err->message);
			vv_hint_word(err, vv_hint_words);
			t->why_hint = vv_web_keep_text(v, err->hint);
		}
		vv_error_clear(err);
	}
	if (o->is_open) {
		t->bytes = vv_root_file_bytes(&o->table.root);
		t->table = &o->table;
	}
	if (o->is_open && o->table.root.kind == VV_KIND_TABLE) {
		t->kind = VV_WEB_TABLE;
		return read_columns(v, o, err);
	}
	return look_at_bytes(v, o, err);
}

static vv_status open_table(vv_web_visit *v, const vv_web_commit *c, const char *path,
			    const vv_sniff_hints *form, opened **out, vv_error *err)
{
	opened *o = vv_arena_calloc(&v->arena, 1, sizeof(*o));
	vv_status rc;

	*out = NULL;
	if (!o) return vv_fail_nomem(err);
	if ((rc = vv_web_visit_last(v, close_opened, o, err)) < 0) return rc;
	o->shown.commit = *c;
	o->shown.path = vv_web_keep_text(v, path);
	if (c->none) return vv_fail(err, VV_ENOTFOUND, "the version before the first has no files");
	if ((rc = c->work ? find_in_work(v, o, o->shown.path, err)
			  : find_in_commit(v, o, o->shown.path, err)) < 0 ||
	    (rc = open_content(v, o, form, err)) < 0) {
		return rc;
	}
	*out = o;
	return VV_OK;
}

vv_status vv_web_table_open(vv_web_visit *v, const vv_web_commit *c, const char *path,
			    vv_web_table **out, vv_error *err)
{
	opened *o = NULL;
	const vv_status rc = open_table(v, c, path, NULL, &o, err);

	*out = o ? &o->shown : NULL;
	return rc;
}

/* Is it text of which no version is stored, and which pages read whole? */
static bool is_plain(const opened *o)
{
	const vv_web_table *t = &o->shown;

	return may_be_table(o) && !t->stored && !t->of_document &&
	       vv_cid_is_null(&o->subject.parent);
}

vv_status vv_web_tables_widen(vv_web_visit *v, vv_web_table *sides[2], vv_error *err)
{
	vv_sniff_hints form = VV_SNIFF_HINTS_INIT;
	opened *wide[2];
	const vv_subject *versions[2];
	vv_long_rows rows;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		const opened *o =
			(const opened *)(const void *)sides[i]; /* shown is its first member */

		if (!is_plain(o)) return VV_OK;
		versions[i] = &o->subject;
	}
	if ((rc = vv_long_rows_read(&rows, versions, 2, NULL, err)) < 0 || rows.columns == 0) {
		return rc;
	}
	form.columns = rows.columns;
	for (size_t i = 0; i < 2; i++) {
		const vv_web_table *t = sides[i];

		rc = open_table(v, &t->commit, t->path, &form, &wide[i], err);
		if (rc < 0 || wide[i]->shown.kind != VV_WEB_TABLE) return rc;
	}
	for (size_t i = 0; i < 2; i++) {
		sides[i] = &wide[i]->shown;
	}
	return VV_OK;
}

bool vv_web_table_is_edited(const vv_web_table *t)
{
	return t->kind == VV_WEB_TABLE && !t->of_document && t->key_count > 0;
}
