/*
 * info: describes a version of a table: size, form, columns and their values.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/aligned.h"
#include "dataset/rows/table_facts.h"
#include "dataset/schema/header.h"
#include "dataset/table/walk.h"
#include "diff/rows/key_unique.h"
#include "lib/check/list.h"
#include "lib/clone/imported.h"
#include "lib/heads/judge.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_reader.h"
#include "lib/view/column_stats.h"
#include "lib/worktree/added_blocks.h"
#include "repo/git/blob.h"
#include "repo/git/history/refs.h"
#include "repo/git/pointer.h"

/* tables: what of a pointer is shown. */

/* One dataset; not stored: what Git has is the text itself, of which the size alone is known. */
typedef struct listed {
	const char *path;
	bool stored;
	vv_pointer p;
} listed;

static vv_status read_one(listed *out, vv_arena *arena, vv_repository *r, const vv_check_path *path,
			  vv_error *err)
{
	vv_auto(vv_pointer_blob) b = {0};
	const vv_status rc = vv_pointer_blob_read(&b, arena, r, &path->blob, err);

	*out = (listed){.path = path->path, .stored = b.found == VV_OK, .p = b.pointer};
	if (rc < 0 || out->stored) return rc;
	if (b.found == VV_ENOTFOUND) {
		out->p.bytes = b.size;
		return VV_OK;
	}
	(void)vv_error_copy(err, &b.why);
	return vv_prefix(err, "%s", vv_text_shows(path->path));
}

static bool is_table(const listed *l)
{
	return l->stored && strcmp(l->p.kind, "table") == 0;
}

static void put_names(vv_buf *b, const char *const *names, size_t count)
{
	vv_array_each(names, count, name) {
		vv_buf_puts(b, name > names ? ", " : "");
		vv_text_put_words(b, *name, strlen(*name), 0);
	}
}

static void put_line(vv_aligned *lines, const listed *l)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, path = VV_BUF_INIT;

	vv_text_put_words(&path, l->path, strlen(l->path), 0);
	put_names(&key, l->p.key, l->p.key_count);
	vv_aligned_cell(lines, vv_buf_cstr(&path));
	vv_aligned_cell(lines, is_table(l) ? vv_text_count(l->p.rows) : "");
	vv_aligned_cell(lines, is_table(l) ? vv_text_count(l->p.column_count) : "");
	vv_aligned_cell(lines, vv_text_bytes(l->p.bytes));
	vv_aligned_cell(lines, !l->stored     ? "(plain text)"
			       : !is_table(l) ? "(file)"
					      : vv_buf_cstr(&key));
	lines->failed = lines->failed || key.failed || path.failed;
}

static void put_json(vv_json_out *w, const listed *l)
{
	vv_json_open_object(w);
	vv_json_put_members(w, {JSON_TEXT("path", l->path)},
			    {JSON_TEXT("kind", l->stored ? l->p.kind : "text")},
			    {JSON_BOOL("stored", l->stored)}, {JSON_NUMBER("bytes", l->p.bytes)});
	if (is_table(l)) {
		vv_json_put_members(w, {JSON_NUMBER("rowCount", l->p.rows)},
				    {JSON_NUMBER("columnCount", l->p.column_count)},
				    {JSON_NAMES("keyColumns", l->p.key, l->p.key_count)});
	}
	if (l->stored) {
		vv_json_add_string(w, "root", vv_cid_shows(&l->p.root));
	}
	vv_json_close_object(w);
}

/* The side to list: the index, or HEAD of a bare repository. *any false: nothing yet. */
static vv_status find_side(vv_diff_side *out, vv_repository *r, bool *any, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_status rc;

	*out = (vv_diff_side){.kind = VV_SIDE_INDEX};
	*any = true;
	if (!vv_repository_is_bare(r)) return VV_OK;
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	*any = !head.unborn;
	return *any ? vv_diff_side_commit(out, r, &head.commit, NULL, err) : VV_OK;
}

/* Prints tables of the index (of HEAD without a work tree), stored or plain text, as a listing or an array of JSON. */
static vv_status tables_print(vv_dataset_reader *s, bool json, vv_error *err)
{
	static const char *const names[] = {"table", "rows", "columns", "bytes", "key"};
	vv_repository *r = vv_dataset_reader_parts(s)->repo;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_check_list) list = {0};
	vv_auto(vv_diff_side) side = {0};
	vv_auto(vv_aligned) lines = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_json_out w = {.buf = &out, .indent = 1};
	bool any;
	vv_status rc = find_side(&side, r, &any, err);

	if (rc < 0 || (any && (rc = vv_check_list_read(&list, r, s, &side, NULL, 0, NULL,
						       VV_CHECK_ALL_OF, err)) < 0)) {
		return rc;
	}
	vv_aligned_init(&lines, vv_out_limit(), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		vv_aligned_column(&lines, names[i], strlen(names[i]), "", i > 0 && i < 4, i < 4);
	}
	if (json) {
		vv_json_open_array(&w);
	}
	vv_array_each(list.items, list.count, it) {
		listed l;

		if (it->absent || it->not_added) {
			continue;
		}
		if ((rc = read_one(&l, &arena, r, it, err)) < 0) return rc;
		if (json) {
			put_json(&w, &l);
		} else {
			put_line(&lines, &l);
		}
	}
	if (json) {
		vv_json_close_array(&w);
		vv_buf_putc(&out, '\n');
	} else if (vv_aligned_lines(&lines) == 0) {
		vv_note(vv_repository_is_bare(r) ? "no tables in HEAD"
						 : "no tables yet: 'varve add FILE' makes one");
	} else if ((rc = vv_aligned_put(&lines, &out, err)) < 0) {
		return rc;
	}
	if ((rc = vv_buf_ok(&out, err)) == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	return rc;
}

typedef struct options {
	const char *format;
	bool quick, allow_unsigned;
} options;

static const vv_option table[] = {
	OPT_JSON("the output format"),
	OPT_UNSIGNED,
	OPT_FLAG(0, "quick", quick,
		 "read no rows: show only figures that are stored with the table"),
};

static const vv_option_rule option_rules[] = {
	{"--quick", .requires = "PATH"},
	{NULL, NULL, NULL},
};

#define HASHES_MAX (4u << 20)     /* kept for all columns together */
#define HASHES_COLUMN (64u << 10) /* for one: up to this many distinct values are counted exactly */
#define FACTS_AT 11               /* column in which facts begin */
#define KEY_ROWS 2000u            /* in which a column that could be the key is looked for */
#define SHOWN 24                  /* columns of the terminal for one value */

typedef struct info {
	vv_subject *subject;
	vv_table *table;
	vv_column_stats *columns;
	bool quick;
	vv_facts known; /* with quick, in place of columns */
	uint64_t groups;
	bool has_stored;
	uint64_t stored;   /* in the packs: records of its blocks, shared ones counted in full */
	long could_be_key; /* of a table without a key, a column no value of which repeats; -1 */
	const vv_progress *progress;
} info;

static vv_status read_columns(info *f, vv_error *err)
{
	vv_table *t = f->table;
	size_t limit = t->columns ? HASHES_MAX / t->columns : 0;

	f->columns = vv_calloc(t->columns + 1, sizeof(vv_column_stats));
	if (!f->columns) return vv_fail_nomem(err);
	for (size_t c = 0; c < t->columns; c++) {
		vv_column_stats_init(&f->columns[c], &t->schema.fields[c],
				     limit > HASHES_COLUMN ? HASHES_COLUMN : limit);
	}
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	while (vv_group_walk_next(&w)) {
		const vv_batch *b = &w.batch;

		for (size_t c = 0; w.rc == VV_OK && c < b->columns && c < t->columns; c++) {
			for (size_t r = 0; w.rc == VV_OK && r < b->rows; r++) {
				w.rc = vv_column_stats_add(&f->columns[c],
							   &b->cells[r * b->columns + c], err);
			}
		}
		if (w.rc == VV_OK) {
			w.rc = vv_progress_part(f->progress, "reading rows", b->first_row,
						t->root.rows, err);
		}
	}
	return w.rc;
}

/* Without a key all rows are read, if needed. */
static vv_status find_key(info *f, vv_error *err)
{
	vv_auto(vv_key_found) found = {0};
	bool unique = false;
	vv_status rc;

	if (f->table->root.key_count > 0) return VV_OK;
	if ((rc = vv_key_find(&found, f->table, KEY_ROWS, err)) < 0) return rc;
	for (size_t c = 0; c < found.columns && f->could_be_key < 0 && rc == VV_OK; c++) {
		if (found.could[c] && f->columns[c].missing == 0) {
			unique = found.whole;
			rc = unique ? VV_OK
				    : vv_key_unique(&unique, f->table, &c, 1,
						    vv_env_temp_dir(vv_environ()), err);
			f->could_be_key = rc == VV_OK && unique ? (long)c : -1;
		}
	}
	return rc;
}

static void put_key_hint(const info *f, vv_buf *b)
{
	if (f->could_be_key < 0) return;
	const vv_field *field = &f->table->schema.fields[f->could_be_key];
	vv_buf_printf(b, "; the values of '%s' are unique", vv_text_shows(field->name));
	if (f->subject->path) {
		/* a document is not added as a table */
		vv_buf_puts(b,
			    f->subject->table ? ": 'varve schema --key " : ": 'varve add --key ");
		vv_text_put_word(b, field->name);
		vv_buf_putc(b, ' ');
		vv_text_put_word(b, f->subject->table ? f->subject->text : f->subject->path);
		vv_buf_puts(b, "' makes it the key");
	}
}

static vv_status count_stored(info *f, vv_error *err)
{
	vv_growth growth;
	vv_store *store;
	vv_status rc;

	if (!f->subject->is_dataset) return VV_OK;
	if ((rc = vv_repository_store(f->subject->repo, &store, err)) < 0) return rc;
	if (f->quick && !vv_store_has(store, &f->subject->root)) return VV_OK; /* read from afar */
	f->has_stored = vv_growth_count(&growth, store, NULL, &f->subject->root, NULL) == VV_OK;
	f->stored = growth.stored;
	return VV_OK;
}

/* added: varve stores the table. */
static const char *key_words(vv_key_source s, bool added)
{
	static const char *const words[] = {[VV_KEY_NONE] = "none",
					    [VV_KEY_INFERRED] = "found, unique when first added",
					    [VV_KEY_DECLARED] = "declared",
					    [VV_KEY_PACKAGE] = "datapackage.json"};

	return s == VV_KEY_INFERRED && !added ? "found, unique" : words[s];
}

/* "  label    text", in as many lines as the terminal wants; the text is escaped already, and is forgotten. */
static void print_text(const char *label, vv_buf *text)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "  %s%-8s%s ", vv_color_on(VV_DIM), label, vv_color_off());
	vv_text_put_wrapped(&b, vv_buf_cstr(text), text->len, FACTS_AT, FACTS_AT, vv_out_limit());
	vv_buf_putc(&b, '\n');
	vv_out_bytes(vv_buf_cstr(&b), b.len);
	vv_buf_reset(text);
}

static void print_fact(const char *label, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void print_fact(const char *label, const char *fmt, ...)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	print_text(label, &text);
}

/* Does varve store the table, or an earlier version of it? */
static bool was_added(const vv_subject *s)
{
	return s->is_dataset || !vv_cid_is_null(&s->parent);
}

/* The reader of a document writes CSV, which the file is not. */
static void put_form(vv_buf *b, const info *f)
{
	if (f->subject->of_document) {
		vv_buf_puts(b, "a table of a document");
	} else {
		vv_dialect_describe(b, &f->table->root.dialect);
	}
}

static void print_form(const info *f, vv_buf *b)
{
	const vv_root *r = &f->table->root;

	put_form(b, f);
	print_text("form", b);
	put_names(b, VV_TEXTS(r->key), r->key_count);
	vv_buf_printf(b, "%s%s%s", r->key_count ? " (" : "",
		      key_words(r->key_source, was_added(f->subject)), r->key_count ? ")" : "");
	put_key_hint(f, b);
	print_text("key", b);
	vv_buf_puts(b, "by ");
	put_names(b, VV_TEXTS(r->cut_columns), r->cut_column_count);
	vv_buf_printf(b, "%s, about %s rows a group", r->cut_column_count ? "" : "whole rows",
		      vv_text_count(r->cut_rows));
	print_text("cut", b);
	if (vv_root_is_sorted(r)) {
		vv_buf_puts(b, "rows are stored by ");
		put_names(b, VV_TEXTS(r->sorted_by), r->sorted_by_count);
		vv_buf_puts(b, ", each with its place in the file");
		print_text("order", b);
	}
	if (r->file_order_declared) {
		print_fact("order", "the file's, as requested; no other is chosen");
	}
}

static const char *kept_how(const vv_subject *s, bool is_table)
{
	const bool packed = is_table && vv_subject_is_packed(s);

	if (s->is_dataset) return packed ? ", in a compressed file" : "";
	if (!vv_cid_is_null(&s->parent)) return ", changed since it was added";
	return packed ? ", compressed, not stored in blocks" : ", not stored in blocks";
}

/* Prints an imported table's source from .varveconfig of the work tree. */
static void print_source(const info *f)
{
	vv_auto(vv_imported_list) list = {.items = NULL};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const vv_imported *i = NULL;

	if (f->subject->path && f->subject->repo && vv_repository_workdir(f->subject->repo) &&
	    vv_imported_read(&list, f->subject->repo, VV_IGNORED) == VV_OK) {
		i = vv_imported_find(&list, f->subject->path);
	}
	if (!i) return;
	vv_text_put_url(&b, i->url);
	if (i->path) {
		vv_buf_printf(&b, "#%s:%s", i->rev ? i->rev : "HEAD", i->path);
	}
	print_fact("source", "%s", vv_text_shows(vv_buf_cstr(&b)));
	if (i->licence) {
		print_fact("licence", "%s", vv_text_shows(i->licence));
	}
}

/* The signer whose head names this version; verify reports unreadable heads. */
static void print_signer(const info *f)
{
	const vv_subject *s = f->subject;
	vv_auto(vv_buf) line = VV_BUF_INIT;

	if (s->from != VV_FROM_COMMIT ||
	    vv_head_put_of_commit(&line, s->repo, &s->commit, vv_now_sec(), VV_IGNORED) < 0) {
		return;
	}
	if (line.len > 0) {
		print_text("signed", &line);
	} else if (vv_heads_trusted(s->repo)) {
		print_fact("signed", "no: the newest signed head does not have this version");
	}
}

static void print_facts(const info *f)
{
	const vv_root *r = &f->table->root;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool is_table = r->kind == VV_KIND_TABLE;

	vv_out_between(vv_color_on(VV_BOLD), f->subject->text, vv_color_off());
	vv_out("\n");
	print_fact("kind", "%s%s", is_table ? "table" : "file", kept_how(f->subject, is_table));
	if (is_table) {
		print_fact("rows", "%s", vv_text_count(r->rows));
		print_fact("columns", "%s", vv_text_count(f->table->columns));
	}
	print_fact("bytes", "%s (%s)", vv_text_count(vv_root_file_bytes(r)),
		   vv_text_bytes(vv_root_file_bytes(r)));
	if (f->has_stored) {
		print_fact("stored", "%s bytes of blocks (%s), which other versions may share",
			   vv_text_count(f->stored), vv_text_bytes(f->stored));
	}
	print_fact(is_table ? "groups" : "chunks", "%s", vv_text_count(f->groups));
	if (is_table) {
		print_form(f, &b);
	}
	if (f->subject->is_dataset) {
		print_fact("root", "%s", vv_cid_shows(&f->table->cid));
	}
	print_signer(f);
	print_source(f);
}

/* Columns of the listing, so that they line up. */
enum { NAME, TYPE, MISSING, DISTINCT, MIN, MAX, EXAMPLES, FIELDS };
static const char *const headings[FIELDS] = {"column", "type", "missing", "distinct",
					     "min",    "max",  "examples"};

/* Users find a line by its name: it may have a third of the width. */
static size_t name_width(void)
{
	unsigned limit = vv_out_limit();

	if (limit == 0) return SIZE_MAX;
	return limit < 120 ? limit / 3 : 40;
}

/* "number (missing: NA, .)": the empty text, which is missing in all tables unless a schema changes that, is not named. */
static void put_type(vv_buf *b, const vv_field *field)
{
	const char *before = " (missing: ";

	vv_buf_puts(b, vv_type_name(field->type));
	for (const char **m = field->missing; *m; m++) {
		if (**m) {
			vv_buf_puts(b, before);
			vv_text_put_cut(b, *m, strlen(*m), SHOWN);
			before = ", ";
		}
	}
	vv_buf_puts(b, *before == ',' ? ")" : "");
}

static void fill_line(vv_buf *cells, const info *f, size_t column)
{
	const vv_column_stats *s = &f->columns[column];
	bool exact;
	uint64_t distinct = vv_column_stats_distinct(s, &exact);

	vv_text_put_words(&cells[NAME], s->field->name, s->field->name_len, name_width());
	put_type(&cells[TYPE], s->field);
	if (s->misfits) {
		vv_buf_printf(&cells[TYPE], " (%s %s not)", vv_text_count(s->misfits),
			      s->misfits == 1 ? "is" : "are");
	}
	vv_buf_puts(&cells[MISSING], vv_text_count(s->missing));
	vv_buf_printf(&cells[DISTINCT], "%s%s", exact ? "" : "about ", vv_text_count(distinct));
	vv_text_put_cut(&cells[MIN], vv_buf_cstr(&s->min), s->min.len, SHOWN);
	vv_text_put_cut(&cells[MAX], vv_buf_cstr(&s->max), s->max.len, SHOWN);
	vv_array_each(s->examples, s->example_count, it) {
		vv_buf_puts(&cells[EXAMPLES], it > s->examples ? ", " : "");
		vv_text_put_cut(&cells[EXAMPLES], vv_buf_cstr(it), it->len, SHOWN);
	}
}

/* A listing of the columns: fill puts the cells of a line. The first `fixed` columns are neither cut nor left out; those
 * of the bits `right` have numbers. */
typedef void (*fill_fn)(vv_buf *cells, const info *f, size_t column);
static vv_status print_listing(const info *f, const char *const *names, size_t count,
			       unsigned right, unsigned fixed, fill_fn fill, vv_error *err)
{
	vv_auto(vv_aligned) lines = {0};
	vv_buf cells[FIELDS] = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc;

	vv_aligned_init(&lines, vv_out_limit(), 2);
	for (size_t i = 0; i < count; i++) {
		vv_aligned_column(&lines, names[i], strlen(names[i]), "", right >> i & 1,
				  fixed >> i & 1);
	}
	for (size_t c = 0; c < f->table->columns; c++) {
		vv_array_each(cells, count, cell) {
			vv_buf_reset(cell);
		}
		fill(cells, f, c);
		vv_array_each(cells, count, it) {
			vv_aligned_cell(&lines, vv_buf_cstr(it));
			lines.failed = lines.failed || it->failed;
		}
	}
	if ((rc = vv_aligned_put(&lines, &out, err)) == VV_OK) {
		vv_out("\n");
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	vv_array_each(cells, count, item) {
		vv_buf_clear(item);
	}
	return rc;
}

static vv_status print_columns(const info *f, vv_error *err)
{
	const unsigned right = 1u << MISSING | 1u << DISTINCT;

	return print_listing(f, headings, FIELDS, right, right | 1u << TYPE | 1u << NAME, fill_line,
			     err);
}

/* ---- by facts alone ---- */

static const char *const missing_words[] =
	{[VV_MISSING_NONE] = "none", [VV_MISSING_SOME] = "some", [VV_MISSING_ALL] = "all"};

static void put_bound(vv_buf *out, const vv_fact_text *t)
{
	vv_text_put_cut(out, t->bytes, t->len, SHOWN);
}

/* "A to B", a cell of the listing; empty without such values. */
static void put_bounds(vv_buf *numbers, vv_buf *texts, const vv_fact *f)
{
	if (f->numbers) {
		vv_fact_number_put(numbers, &f->least);
		vv_buf_puts(numbers, " to ");
		vv_fact_number_put(numbers, &f->greatest);
	}
	if (f->texts) {
		put_bound(texts, &f->low);
		vv_buf_puts(texts, f->open ? " and after it" : " to ");
		if (!f->open) {
			put_bound(texts, &f->high);
		}
	}
	if (f->unknown) {
		vv_buf_puts(texts, "(not known)");
	}
}

static void fill_known(vv_buf *cells, const info *f, size_t column)
{
	const vv_field *field = &f->table->schema.fields[column];
	vv_fact fact = vv_table_fact(&f->known, column);

	vv_text_put_words(&cells[0], field->name, field->name_len, name_width());
	put_type(&cells[1], field);
	vv_buf_puts(&cells[2], missing_words[fact.missing]);
	put_bounds(&cells[3], &cells[4], &fact);
}

static vv_status print_known(const info *f, vv_error *err)
{
	static const char *const names[] = {"column", "type", "missing", "numbers", "texts"};

	return print_listing(f, names, sizeof(names) / sizeof(names[0]), 0, 7, fill_known, err);
}

/* A field from the schema: the name, which is UTF-8 (and the header's bytes if these are not), the type, missing values. */
static void json_field(vv_json_out *w, const vv_field *field, const vv_cell *label)
{
	vv_json_put_members(w, {JSON_TEXT_LEN("name", field->name, field->name_len)},
			    {JSON_TEXT_LEN_WHEN(!vv_utf8_valid(label->text, label->len), "header",
						label->text, label->len)},
			    {JSON_TEXT("type", vv_type_name(field->type))},
			    {JSON_ARRAY("missingValues")});
	for (const char **m = field->missing; *m; m++) {
		vv_json_string(w, *m);
	}
	vv_json_close_array(w);
}

static void json_known(vv_json_out *w, const vv_field *field, const vv_cell *label,
		       const vv_fact *f)
{
	vv_auto(vv_buf) least = VV_BUF_INIT, greatest = VV_BUF_INIT;

	if (f->numbers) {
		vv_fact_number_put(&least, &f->least);
		vv_fact_number_put(&greatest, &f->greatest);
	}
	vv_json_open_object(w);
	json_field(w, field, label);
	vv_json_put_members(
		w, {JSON_TEXT("anyMissing", missing_words[f->missing])},
		{JSON_BOOL("bounded", !f->unknown)},
		{JSON_TEXT_WHEN(f->numbers, "least", vv_buf_cstr(&least))},
		{JSON_TEXT_WHEN(f->numbers, "greatest", vv_buf_cstr(&greatest))},
		{JSON_TEXT_LEN_WHEN(f->texts, "low", f->low.bytes, f->low.len)},
		{JSON_TEXT_LEN_WHEN(f->texts, "high", f->open ? NULL : f->high.bytes, f->high.len)},
		{JSON_END});
}

static void json_column(vv_json_out *w, const vv_column_stats *s, const vv_cell *label)
{
	bool exact;
	uint64_t distinct = vv_column_stats_distinct(s, &exact);

	vv_json_open_object(w);
	json_field(w, s->field, label);
	vv_json_put_members(
		w, {JSON_NUMBER("valueCount", s->values)}, {JSON_NUMBER("missing", s->missing)},
		{JSON_NUMBER("misfits", s->misfits)}, {JSON_NUMBER("distinct", distinct)},
		{JSON_BOOL("distinctExact", exact)},
		{JSON_TEXT_LEN("min", s->any ? vv_buf_cstr(&s->min) : NULL, s->min.len)},
		{JSON_TEXT_LEN("max", s->any ? vv_buf_cstr(&s->max) : NULL, s->max.len)},
		{JSON_ARRAY("examples")});
	vv_array_each(s->examples, s->example_count, example) {
		vv_json_string_len(w, vv_buf_cstr(example), example->len);
	}
	vv_json_close_array(w);
	vv_json_close_object(w);
}

/* labels: each column's header cell */
static void json_table(vv_json_out *w, const info *f, const vv_cell *labels)
{
	static const char *const sources[] = {"none", "inferred", "declared", "package"};
	const vv_root *r = &f->table->root;
	vv_auto(vv_buf) form = VV_BUF_INIT;

	put_form(&form, f);
	vv_json_put_members(
		w, {JSON_NUMBER("rowCount", r->rows)}, {JSON_TEXT("form", vv_buf_cstr(&form))},
		{JSON_NAMES("keyColumns", r->key, r->key_count)},
		{JSON_TEXT("couldBeKey", f->could_be_key >= 0
						 ? f->table->schema.fields[f->could_be_key].name
						 : NULL)},
		{JSON_TEXT("keySource", sources[r->key_source])}, {JSON_OBJECT("cut")},
		{JSON_NAMES("columnNames", r->cut_columns, r->cut_column_count)},
		{JSON_NUMBER("targetRows", r->cut_rows)}, {JSON_END},
		{JSON_NAMES("sortedBy", r->sorted_by, r->sorted_by_count)},
		{JSON_BOOL("fileOrderDeclared", r->file_order_declared)}, {JSON_ARRAY("columns")});
	for (size_t c = 0; c < f->table->columns; c++) {
		vv_fact fact = vv_table_fact(&f->known, c);

		if (f->quick) {
			json_known(w, &f->table->schema.fields[c], &labels[c], &fact);
		} else {
			json_column(w, &f->columns[c], &labels[c]);
		}
	}
	vv_json_close_array(w);
}

/* As log and status have it: how varve stores the file, even if it was changed since. */
static const char *kind_of(const info *f)
{
	if (!was_added(f->subject)) return "text";
	return f->table->root.kind == VV_KIND_TABLE ? "table" : "file";
}

static vv_status print_json(const info *f, vv_error *err)
{
	const vv_root *r = &f->table->root;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const vv_cell *labels = NULL;
	vv_status rc = r->kind == VV_KIND_TABLE ? vv_header_labels(&labels, &arena, &r->dialect,
								   &f->table->schema, err)
						: VV_OK;

	if (rc < 0) return rc;
	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(
		&w, {JSON_TEXT("name", f->subject->text)}, {JSON_TEXT("kind", kind_of(f))},
		{JSON_BOOL("stored", f->subject->is_dataset)},
		{JSON_TEXT("root", vv_cid_shows(&f->table->cid))},
		{JSON_NUMBER("bytes", vv_root_file_bytes(r))},
		{JSON_NUMBER_OR_NULL(f->has_stored, "storedBytes", f->stored)},
		{JSON_NUMBER(r->kind == VV_KIND_TABLE ? "groups" : "chunks", f->groups)});
	if (r->kind == VV_KIND_TABLE) {
		json_table(&w, f, labels);
	}
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

static vv_status print_info(const options *o, vv_subject *s, const vv_progress *progress,
			    vv_error *err)
{
	vv_subject_options so = {
		.find_key = true, .stored = true, .unpack = true, .progress = progress};
	vv_auto(vv_table) t = {0};
	vv_status rc;

	if ((rc = vv_subject_open(s, &t, &so, err)) < 0) return rc;
	info f = {.could_be_key = -1,
		  .subject = s,
		  .table = &t,
		  .progress = progress,
		  .quick = o->quick && t.root.kind == VV_KIND_TABLE};
	if ((rc = vv_table_groups(&t, &f.groups, err)) == VV_OK) {
		rc = f.quick ? vv_table_facts(&f.known, &t, err) : count_stored(&f, err);
	}
	if (rc == VV_OK && !f.quick && t.root.kind == VV_KIND_TABLE &&
	    (rc = read_columns(&f, err)) == VV_OK) {
		rc = find_key(&f, err);
	}
	if (rc == VV_ECORRUPT || rc == VV_EMISSING || (rc == VV_EUSAGE && f.quick)) {
		vv_prefix(err, "%s", vv_text_shows(s->text));
	}
	if (rc == VV_OK) {
		if (vv_wants_json(o->format)) {
			rc = print_json(&f, err);
		} else {
			print_facts(&f);
			if (t.root.kind == VV_KIND_TABLE && t.columns > 0) {
				rc = f.quick ? print_known(&f, err) : print_columns(&f, err);
			}
		}
	}
	vv_array_each(f.columns, t.columns, column) {
		vv_column_stats_clear(column);
	}
	vv_free(f.columns);
	vv_facts_clear(&f.known);
	return rc;
}

static vv_status run_info(vv_context *c, vv_error *err)
{
	vv_status rc;

	vv_auto(vv_subject) s = {.env = vv_environ()};
	if (c->argc == 0) {
		const char *format = ((const options *)c->options)->format;

		return (rc = vv_context_need(c, VV_NEEDS_REPOSITORY | VV_NEEDS_READER, err)) < 0
			       ? rc
			       : tables_print(c->reader, vv_wants_json(format), err);
	}
	if (((const options *)c->options)->quick && c->demand) {
		vv_on_demand_alone(c->demand, true);
	}
	if ((rc = vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.word = c->argv[0]},
				  err)) == VV_OK) {
		rc = print_info(c->options, &s, c->progress, err);
	}
	return rc;
}

static const vv_absent_option absent[] = {
	{"columns schema stats counts count rows size v verbose", .use = ""},
	{.names = NULL},
};

const vv_command vv_cmd_info = {
	.name = "info",
	.group = "look",
	.summary = "show a table: size, format, columns and their values; or list all",
	.usage = "[--json] [--quick] [[URL#]REV:]PATH | CID\n"
		 "[--json]",
	.example = "$ varve info prices.csv\n"
		   "prices.csv\n"
		   "  kind     table\n"
		   "  rows     47,123\n"
		   "  ...\n"
		   "\n"
		   "  column  type     missing  distinct  min   max    examples\n"
		   "  id      integer        0    47,123  1     47123  1, 2, 3\n"
		   "  price   number         0     1,842  0.10  999.9  9.99, 12.50, 3.00",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.takes = "one PATH, REV:PATH or CID",
	.least = 0,
	.most = 1,
	.rules = option_rules,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_READER,
	.urls = VV_URLS_VERSIONS,
	.gets = true,
	.run = run_info,
};
