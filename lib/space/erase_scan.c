/*
 * erase_scan: which bytes of a version are cells, and which are around them.
 */
#include "lib/space/erase_scan.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "dataset/format/dialect.h"
#include "dataset/format/quirks.h"
#include "dataset/read/unseen.h"
#include "dataset/table/walk.h"
#include "diff/rows/columns.h"
#include "lib/documents/reader.h"
#include "lib/names/beginning.h"
#include "lib/names/version.h"
#include "lib/rows/where.h"
#include "repo/git/history/expired.h"

/* The values in one column of a row group, or, with column SIZE_MAX, in the bytes of its quirks. */
typedef struct hit {
	size_t column;
	vv_erase_kind kind;
	uint64_t rows;
	vv_erase_found values;
} hit;

/* A row group that was searched. */
typedef struct known_group {
	vv_hash128 name;
	hit *hits;
	size_t count, cap;
} known_group;

/* A blob that was searched. Files with different endings are read differently. */
typedef struct known_blob {
	vv_oid id;
	uint64_t ending; /* hash of the path's extension; of a pointer 0 */
	vv_erase_content *content;
} known_blob;

struct vv_erase_scanner {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_erase_values *values;
	const vv_strings *where;
	vv_arena arena;
	known_group *groups;
	size_t group_count, group_cap;
	vv_hash_index group_index;
	known_blob *blobs;
	size_t blob_count, blob_cap;
	vv_hash_index blob_index;
	vv_erase_content **contents;
	size_t content_count, content_cap;
	vv_string_list renames; /* old, new, old, new ... */
	vv_cid_set *expired;    /* roots; not here */
	vv_cid_set *held;       /* roots; with places */
	vv_cid_set *rest;       /* roots; those that were searched, too, and have none */
	uint64_t met;
};

static void content_free(vv_erase_content *c)
{
	vv_array_clear(c->places, c->count, it, vv_erase_found_clear(&it->values));
	vv_free(c);
}

static void group_clear(known_group *g)
{
	vv_array_clear(g->hits, g->count, it, vv_erase_found_clear(&it->values));
}
VV_AUTO_CLEAR(known_group, group_clear)

vv_status vv_erase_scanner_open(vv_erase_scanner **out, vv_repository *repo,
				vv_dataset_reader *reader, vv_erase_values *values,
				const vv_strings *where, vv_error *err)
{
	vv_erase_scanner *s = vv_calloc(1, sizeof(*s));

	*out = s;
	if (!s || !(s->expired = vv_cid_set_new()) || !(s->held = vv_cid_set_new()) ||
	    !(s->rest = vv_cid_set_new())) {
		return vv_fail_nomem(err);
	}
	s->repo = repo;
	s->reader = reader;
	s->values = values;
	s->where = where;
	return VV_OK;
}

void vv_erase_scanner_close(vv_erase_scanner *s)
{
	if (!s) return;
	vv_array_clear(s->groups, s->group_count, it, group_clear(it));
	vv_array_clear(s->contents, s->content_count, it, content_free(*it));
	vv_hash_index_clear(&s->group_index);
	vv_hash_index_clear(&s->blob_index);
	vv_string_list_clear(&s->renames);
	vv_cid_set_free(s->expired);
	vv_cid_set_free(s->held);
	vv_cid_set_free(s->rest);
	vv_arena_clear(&s->arena);
	vv_free_all(s->blobs, s);
}

const vv_cid_set *vv_erase_scanner_expired(const vv_erase_scanner *s)
{
	return s->expired;
}

bool vv_erase_scanner_has(const vv_erase_scanner *s, const vv_cid *root, bool *held)
{
	*held = vv_cid_set_has(s->held, root);
	return *held || vv_cid_set_has(s->rest, root);
}

void vv_erase_scanner_counts(const vv_erase_scanner *s, uint64_t *groups, uint64_t *met)
{
	*groups = s->group_count;
	*met = s->met;
}

vv_status vv_erase_scanner_rename(vv_erase_scanner *s, const char *name, const char *other,
				  vv_error *err)
{
	const vv_status rc = vv_string_list_add(&s->renames, vv_strdup(name), err);

	return rc < 0 ? rc : vv_string_list_add(&s->renames, vv_strdup(other), err);
}

static vv_status copy_text(const char **out, vv_erase_scanner *s, const char *text, vv_error *err)
{
	*out = vv_arena_strndup(&s->arena, text, strlen(text));
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* Notes why a part of the content was not searched; the first reason stays. */
static vv_status note_gap(vv_erase_scanner *s, vv_erase_content *c, const char *why, vv_error *err)
{
	return c->gap ? VV_OK : copy_text(&c->gap, s, why, err);
}

/* The content cannot be read; rc is returned only if the search cannot go on. */
static vv_status note_failure(vv_erase_scanner *s, vv_erase_content *c, vv_status rc,
			      const vv_error *why, vv_error *err)
{
	if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, why);
	vv_auto(char) *line = vv_strdup(why->message);
	if (!line) return vv_fail_nomem(err);
	line[strcspn(line, "\n")] = '\0';
	return note_gap(s, c, line, err);
}

static vv_status find_place(vv_erase_place **out, vv_erase_content *c, vv_erase_kind kind,
			    const char *table, const char *column, vv_error *err)
{
	const vv_erase_place new = {.kind = kind, .table = table, .column = column};

	*out = vv_array_find(c->places, c->count, it,
			     it->kind == kind && it->table == table && it->column == column);
	if (*out) return VV_OK;
	if (!vv_array_add(c->places, c->count, c->cap, new)) return vv_fail_nomem(err);
	*out = &c->places[c->count - 1];
	return VV_OK;
}

static vv_status add_text(vv_erase_scanner *s, vv_erase_content *c, const char *table,
			  const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_erase_found) found = {0};
	vv_erase_place *place;
	vv_status rc;

	if (!s->values || !vv_erase_values_in(s->values, text, len, &found)) return VV_OK;
	if ((rc = find_place(&place, c, VV_ERASE_TEXT, table, NULL, err)) < 0) return rc;
	vv_erase_found_join(&place->values, &found);
	return VV_OK;
}

/* --- a row group ------------------------------------------------------------------------------------ */

/* The result for a cell. */
typedef struct cell_found {
	bool whole, part;
} cell_found;

typedef struct column_search {
	vv_erase_scanner *s;
	hit whole, part;
} column_search;

static cell_found search_cell(column_search *x, const vv_cell *cell)
{
	vv_erase_values *v = x->s->values;
	cell_found found = {false, false};
	size_t place;

	if (cell->len == 0) return found;
	if (vv_erase_values_is(v, cell->text, cell->len, &place)) {
		vv_erase_found_add(&x->whole.values, place);
		found.whole = true;
		return found;
	}
	if (cell->len > vv_erase_values_least(v) || cell->state == VV_CELL_LITERAL) {
		found.part = vv_erase_values_in(v, cell->text, cell->len, &x->part.values);
	}
	return found;
}

static void count_rows(column_search *x, cell_found found, uint64_t rows)
{
	x->whole.rows += found.whole ? rows : 0;
	x->part.rows += found.part ? rows : 0;
}

static void search_shared(column_search *x, const vv_group_run *run, size_t rows)
{
	cell_found found[256] = {{false, false}};
	bool done[256] = {false};

	for (size_t r = 0; r < rows; r++) {
		const size_t which = run->index ? run->index[r] : 0;

		if (!done[which]) {
			found[which] = search_cell(x, &run->cells[which]);
			done[which] = true;
		}
		count_rows(x, found[which], 1);
	}
}

static void search_cells(column_search *x, const vv_cell *cells, size_t stride, size_t rows)
{
	for (size_t r = 0; r < rows; r++) {
		count_rows(x, search_cell(x, &cells[r * stride]), 1);
	}
}

static vv_status search_column(column_search *x, vv_batch *b, size_t column, vv_error *err)
{
	vv_group_run run;
	vv_status rc;

	if (!b->by_row) {
		search_cells(x, b->cells + column, b->columns, b->rows);
		return VV_OK;
	}
	if ((rc = vv_group_run_look(&run, &b->group, column, &b->arena, err)) < 0) return rc;
	if (run.form != VV_RUN_CELLS && run.form != VV_RUN_SHARED) {
		if (!vv_erase_values_numeric(x->s->values)) return VV_OK;
		rc = vv_group_run_of(&run, &b->group, column, false, &b->arena, err);
		if (rc < 0) return rc;
	}
	if (run.form == VV_RUN_SHARED) {
		search_shared(x, &run, b->rows);
	} else {
		search_cells(x, run.cells, run.stride, b->rows);
	}
	return VV_OK;
}

/* Takes the values of *h, which are then empty. */
static vv_status add_hit(known_group *g, hit *h, vv_error *err)
{
	if (h->values.count == 0 && h->rows == 0) return VV_OK;
	vv_erase_found_sort(&h->values);
	if (h->values.failed || !vv_array_add(g->hits, g->count, g->cap, *h)) {
		return vv_fail_nomem(err);
	}
	h->values = (vv_erase_found){0};
	return VV_OK;
}

/* The bytes of rows that are stored beside the cells have comments, too. */
static vv_status search_quirks(known_group *g, vv_erase_scanner *s, const vv_buf *bytes,
			       vv_error *err)
{
	vv_auto(vv_erase_found) values = {0};
	hit h = {.column = SIZE_MAX, .kind = VV_ERASE_TEXT};
	vv_quirks q;
	vv_quirk quirk;
	int more;

	if (bytes->len == 0) return VV_OK;
	vv_quirks_init(&q, bytes->data, bytes->len);
	while ((more = vv_quirks_next(&q, &quirk, err)) > 0) {
		if (quirk.kind == VV_QUIRK_RAW) {
			(void)vv_erase_values_in(s->values, quirk.raw, quirk.raw_len, &values);
		}
	}
	if (more < 0) return (vv_status)more;
	h.values = values;
	values = (vv_erase_found){0};
	const vv_status rc = add_hit(g, &h, err);
	vv_erase_found_clear(&h.values);
	return rc;
}

static vv_status search_values(known_group *g, vv_erase_scanner *s, vv_batch *b, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < b->columns && rc == VV_OK; i++) {
		column_search x = {.s = s,
				   .whole = {.column = i, .kind = VV_ERASE_CELL},
				   .part = {.column = i, .kind = VV_ERASE_PART}};

		if ((rc = search_column(&x, b, i, err)) == VV_OK &&
		    (rc = add_hit(g, &x.whole, err)) == VV_OK) {
			rc = add_hit(g, &x.part, err);
		}
		vv_erase_found_clear(&x.whole.values);
		vv_erase_found_clear(&x.part.values);
	}
	if (rc < 0 || (rc = search_quirks(g, s, &b->quirks, err)) < 0) return rc;
	return vv_erase_values_ok(s->values, err);
}

static vv_status search_rows(known_group *g, vv_where *w, vv_batch *b, vv_error *err)
{
	hit h = {.column = SIZE_MAX, .kind = VV_ERASE_CELL};
	size_t count;
	const size_t *columns = vv_where_columns(w, &count);
	vv_status rc;

	if (b->by_row && (rc = vv_batch_columns(b, columns, count, err)) < 0) return rc;
	for (size_t r = 0; r < b->rows; r++) {
		h.rows += vv_where_holds(w, b->cells + r * b->columns);
	}
	return (rc = vv_where_ok(w, err)) < 0 ? rc : add_hit(g, &h, err);
}

/* --- a table ---------------------------------------------------------------------------------------- */

/* A table that is searched. */
typedef struct table_search {
	vv_erase_scanner *s;
	vv_erase_content *content;
	const char *name; /* of a table of a document; NULL */
	vv_table *t;
	vv_where *where;
	vv_table_reader *reader; /* NULL: not opened yet */
	vv_batch batch;
	uint64_t seed; /* of the names of groups: what else their result depends on */
	bool layout;
	const char **columns;
} table_search;

static void table_search_clear(table_search *x)
{
	vv_where_free(x->where);
	vv_table_reader_close(x->reader);
	vv_batch_clear(&x->batch);
}
VV_AUTO_CLEAR(table_search, table_search_clear)

static vv_status add_group_hits(table_search *x, const known_group *g, vv_error *err)
{
	vv_status rc;

	vv_array_each(g->hits, g->count, h) {
		const char *column = h->column < x->t->columns ? x->columns[h->column] : NULL;
		vv_erase_place *place;

		if ((rc = find_place(&place, x->content, h->kind, x->name, column, err)) < 0) {
			return rc;
		}
		place->rows += h->rows;
		vv_erase_found_join(&place->values, &h->values);
	}
	return VV_OK;
}

static vv_status load_group(table_search *x, uint64_t index, vv_error *err)
{
	size_t count = 0;
	const size_t *wanted = x->where ? vv_where_columns(x->where, &count) : NULL;
	vv_status rc = VV_OK;

	if (!x->reader) {
		rc = vv_table_reader_open(&x->reader, x->t, wanted, count, x->layout, err);
	}
	if (rc < 0 || (rc = vv_table_seek_group(x->reader, index, err)) < 0) return rc;
	const int more = vv_table_read_rows(x->reader, &x->batch, err);
	if (more == 0) return vv_fail(err, VV_ECORRUPT, "a row group is missing in a list");
	return more < 0 ? (vv_status)more : VV_OK;
}

static vv_status search_group(table_search *x, const vv_list_item *item, const vv_list_item *form,
			      vv_error *err)
{
	vv_erase_scanner *s = x->s;
	vv_hash128 name = vv_xxh3_128(item->bytes, item->len, x->seed);
	vv_status rc;

	if (form) {
		const uint64_t more = vv_xxh3(form->bytes, form->len, name.lo);

		name.lo ^= more;
		name.hi += more;
	}
	s->met++;
	const known_group *known = vv_hash_find(s->groups, &s->group_index, name.lo, it,
						it->name.lo == name.lo && it->name.hi == name.hi);
	if (known) return add_group_hits(x, known, err);
	vv_auto(known_group) g = {.name = name};
	if ((rc = load_group(x, item->index, err)) < 0) return rc;
	rc = x->where ? search_rows(&g, x->where, &x->batch, err)
		      : search_values(&g, s, &x->batch, err);
	if (rc < 0 || (rc = add_group_hits(x, &g, err)) < 0) return rc;
	if (!vv_hash_add(s->groups, s->group_count, s->group_cap, &s->group_index, name.lo, g)) {
		return vv_fail_nomem(err);
	}
	g = (known_group){.hits = NULL};
	return VV_OK;
}

static vv_status search_groups(table_search *x, vv_error *err)
{
	vv_auto(vv_list_walk) forms = {0};
	vv_auto(vv_list_walk) w = vv_list_walk_open(x->t, VV_LIST_DATA, err);

	if (x->layout) {
		forms = vv_list_walk_open(x->t, VV_LIST_LAYOUT, err);
	}
	while (vv_list_walk_next(&w)) {
		if (x->layout && !vv_list_walk_beside(&forms, &w)) {
			return forms.rc;
		}
		w.rc = search_group(x, &w.item, x->layout ? &forms.item : NULL, err);
	}
	return w.rc;
}

/* The schema of the version or of its table, and the lines around the rows. */
static vv_status search_around(table_search *x, vv_error *err)
{
	const vv_root *root = &x->t->root;
	const vv_bytes parts[] = {root->schema, root->dialect.prologue, root->dialect.epilogue};
	vv_status rc;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		rc = add_text(x->s, x->content, x->name, (const char *)parts[i].data, parts[i].len,
			      err);
		if (rc < 0) return rc;
	}
	return VV_OK;
}

static vv_status copy_columns(table_search *x, vv_error *err)
{
	vv_arena *a = &x->s->arena;
	vv_status rc;

	if (!(x->columns = vv_arena_calloc(a, x->t->columns + 1, sizeof(*x->columns)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < x->t->columns; i++) {
		const char *name = i < x->t->schema.count ? x->t->schema.fields[i].name : "";

		if ((rc = copy_text(&x->columns[i], x->s, name, err)) < 0) return rc;
	}
	if (!x->name) {
		x->content->table = true;
		x->content->columns = x->columns;
	}
	return x->t->root.key_count == 1 && !x->name
		       ? copy_text(&x->content->key, x->s, x->t->root.key[0], err)
		       : VV_OK;
}

/* Finds a column by its name, or by a name that it had or got by renaming. */
static long find_column(void *payload, const char *name, size_t len)
{
	const table_search *x = payload;
	const vv_string_list *all = &x->s->renames;
	const vv_schema *schema = &x->t->schema;
	long found = vv_schema_find(schema, name, len);

	for (size_t i = 0; found < 0 && i + 1 < all->count; i += 2) {
		if (strlen(all->items[i]) == len && memcmp(all->items[i], name, len) == 0) {
			found = vv_schema_find(schema, all->items[i + 1],
					       strlen(all->items[i + 1]));
		}
	}
	return found;
}

vv_status vv_erase_scanner_where(vv_where **out, vv_erase_scanner *s, vv_table *t, vv_error *err)
{
	table_search x = {.s = s, .t = t};
	const vv_where_how how = {.find = find_column, .payload = &x};

	return vv_where_new(out, t, s->where, &how, err);
}

static vv_status compile_where(table_search *x, vv_error *err)
{
	x->seed = vv_xxh3(x->t->root.schema.data, x->t->root.schema.len, x->seed);
	return vv_erase_scanner_where(&x->where, x->s, x->t, err);
}

/* Searches an open table. name: of a table of a document, in the arena; else NULL. */
static vv_status search_table(vv_erase_scanner *s, vv_erase_content *c, vv_table *t,
			      const char *name, vv_error *err)
{
	vv_auto(table_search) x = {.s = s,
				   .content = c,
				   .name = name,
				   .t = t,
				   .seed = vv_hash_seed(),
				   .layout = !s->where && t->root.layout.len > 0};
	vv_status rc = copy_columns(&x, err);

	if (rc < 0 || (s->where && (rc = compile_where(&x, err)) < 0) ||
	    (rc = search_around(&x, err)) < 0) {
		return rc;
	}
	return search_groups(&x, err);
}

/* --- a document ------------------------------------------------------------------------------------- */

static vv_status search_document_table(vv_erase_scanner *s, vv_erase_content *c,
				       vv_subject *subject, const char *name, vv_error *err)
{
	const vv_subject_options how = {.one_of_many = true};
	vv_auto(vv_table) t = {0};
	const char *copy;
	vv_status rc;

	if ((rc = copy_text(&copy, s, name, err)) < 0 ||
	    (rc = vv_subject_take_table(subject, name, err)) < 0 ||
	    (rc = vv_subject_open(subject, &t, &how, err)) < 0) {
		return rc;
	}
	return search_table(s, c, &t, copy, err);
}

/* Searches all tables of a document. Sets *is to false if no reader reads the content. */
static vv_status search_document(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
				 bool *is, vv_error *err)
{
	vv_auto(vv_subject_document) d = {0};
	vv_auto(vv_string_list) names = {0};
	vv_error why = {0};
	vv_status rc = vv_subject_document_open(&d, is, subject, &why);

	if (rc < 0) {
		*is = true;
		return note_failure(s, c, rc, &why, err);
	}
	for (size_t i = 0; *is && i < d.document.count; i++) {
		rc = vv_string_list_add(&names, vv_strdup(d.document.tables[i].name), err);
		if (rc < 0) return rc;
	}
	if (!*is) return VV_OK;
	c->document = true;
	for (size_t i = 0; i < names.count; i++) {
		rc = search_document_table(s, c, subject, names.items[i], &why);
		if (rc < 0 && (rc = note_failure(s, c, rc, &why, err)) < 0) return rc;
		vv_subject_forget(subject);
	}
	return VV_OK;
}

/* --- bytes ------------------------------------------------------------------------------------------ */

static bool starts_with(const vv_buf *b, const char *text, size_t len)
{
	return b->len >= len && memcmp(b->data, text, len) == 0;
}

/* Returns the reason why bytes were searched without being decoded; NULL: they are text. */
static const char *unread_bytes(const vv_buf *b, const char *path)
{
	const vv_unseen *u = vv_unseen_find(vv_buf_cstr(b), b->len);

	if (starts_with(b, "\0GITCRYPT", 9) || starts_with(b, "age-encryption.org/", 19) ||
	    starts_with(b, "-----BEGIN PGP MESSAGE", 22)) {
		return "encrypted: searched as bytes only";
	}
	if (u && strcmp(u->what, "compressed") == 0) return "compressed: searched as bytes only";
	if ((u && vv_unseen_kind(u, path)) || starts_with(b, "%PDF-", 5)) {
		return "a document that no reader read: searched as bytes only";
	}
	if (vv_unseen_is_binary(vv_buf_cstr(b), b->len)) return "binary: searched as bytes only";
	return vv_utf8_valid(vv_buf_cstr(b), b->len) ? NULL : "not UTF-8: searched as bytes only";
}

/* Text may have values in a spelling that only its reading as a table finds. */
static bool needs_reading(const vv_erase_scanner *s, const vv_buf *b)
{
	return s->where || vv_erase_values_escaped(s->values) || memchr(b->data, '\\', b->len) ||
	       !vv_utf8_valid(b->data, b->len) || memchr(b->data, '\0', b->len);
}

static vv_status search_text_table(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
				   vv_error *err)
{
	const vv_subject_options how = {.one_of_many = true};
	vv_auto(vv_table) t = {0};
	vv_error why = {0};
	vv_status rc = vv_subject_open(subject, &t, &how, &why);

	if (rc == VV_OK && t.root.kind == VV_KIND_TABLE) {
		rc = search_table(s, c, &t, NULL, &why);
	}
	if (rc == VV_EINPUT || rc == VV_EUSAGE || rc == VV_ENOTFOUND) {
		/* not a table, or without the columns of a condition */
		return s->where ? note_failure(s, c, rc, &why, err) : VV_OK;
	}
	return rc < 0 ? note_failure(s, c, rc, &why, err) : VV_OK;
}

static bool is_in_cells(const vv_erase_content *c, size_t place)
{
	vv_array_each(c->places, c->count, it) {
		if (vv_erase_found_has(&it->values, place)) return true;
	}
	return false;
}

/* Values that the bytes have outside of the cells that were searched. */
static vv_status add_rest(vv_erase_content *c, const vv_erase_found *found, vv_error *err)
{
	vv_auto(vv_erase_found) rest = {0};
	vv_erase_place *place;
	vv_status rc;

	vv_array_each(found->items, found->count, it) {
		if (!is_in_cells(c, *it)) {
			vv_erase_found_add(&rest, *it);
		}
	}
	if (rest.count == 0) return rest.failed ? vv_fail_nomem(err) : VV_OK;
	if ((rc = find_place(&place, c, VV_ERASE_TEXT, NULL, NULL, err)) < 0) return rc;
	vv_erase_found_join(&place->values, &rest);
	return VV_OK;
}

static vv_status search_bytes(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
			      const vv_buf *b, vv_error *err)
{
	vv_auto(vv_erase_found) found = {0};
	const vv_env *env = vv_repository_env(s->repo);
	bool document = false;
	vv_status rc = VV_OK;

	if (b->len == 0) return VV_OK;
	if (vv_document_may_be(s->repo, env, vv_buf_cstr(b), b->len, subject->path) &&
	    (rc = search_document(s, c, subject, &document, err)) < 0) {
		return rc;
	}
	if (s->values) {
		(void)vv_erase_values_in(s->values, vv_buf_cstr(b), b->len, &found);
		vv_erase_found_sort(&found);
		if ((rc = vv_erase_values_ok(s->values, err)) < 0) return rc;
	}
	if (!document && vv_ending_of(subject->path) && (found.count > 0 || needs_reading(s, b)) &&
	    (rc = search_text_table(s, c, subject, err)) < 0) {
		return rc;
	}
	const char *unread = document || c->table || s->where ? NULL
							      : unread_bytes(b, subject->path);
	if (unread && (rc = note_gap(s, c, unread, err)) < 0) return rc;
	return add_rest(c, &found, err);
}

/* --- a version -------------------------------------------------------------------------------------- */

static vv_status search_subject_bytes(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
				      vv_error *err)
{
	vv_auto(vv_beginning) b = {.most = VV_ERASE_FILE_MAX};
	vv_error why = {0};
	vv_status rc = vv_subject_bytes(subject, vv_beginning_take, &b, NULL, &why);

	if (b.more) {
		rc = vv_fail(&why, VV_EREFUSED, "larger than %s: not searched",
			     vv_text_bytes(VV_ERASE_FILE_MAX));
	}
	return rc < 0 ? note_failure(s, c, rc, &why, err)
		      : search_bytes(s, c, subject, &b.bytes, err);
}

static vv_status note_missing(vv_erase_scanner *s, vv_erase_content *c, const vv_cid *root,
			      vv_error *err)
{
	vv_store *store;
	bool expired;
	vv_status rc = vv_repository_store(s->repo, &store, err);

	if (rc < 0 || (rc = vv_expired_find(&expired, NULL, s->repo, root, err)) < 0) return rc;
	if (!expired) return note_gap(s, c, "its rows are not here", err);
	/* without its root, no other block of it can be read, and gc removes them */
	if (vv_store_has(store, root)) return note_gap(s, c, "some of its rows have expired", err);
	c->expired = !c->gap;
	rc = vv_cid_set_note(s->expired, root, err);
	return rc < 0 ? rc : note_gap(s, c, "its rows have expired, and are gone from here", err);
}

/* A version that varve stores: *is is set to true if it was searched as a table. */
static vv_status search_stored(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
			       bool *is, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	vv_error why = {0};
	vv_status rc = vv_dataset_open_stored(&t, s->repo, &subject->root, &why);

	*is = rc < 0 || t.root.kind == VV_KIND_TABLE;
	if (rc == VV_OK && *is) {
		rc = search_table(s, c, &t, NULL, &why);
	}
	if (rc == VV_EMISSING) return note_missing(s, c, &subject->root, err);
	return rc < 0 ? note_failure(s, c, rc, &why, err) : VV_OK;
}

static vv_status search_subject(vv_erase_scanner *s, vv_erase_content *c, vv_subject *subject,
				vv_error *err)
{
	vv_error why = {0};
	bool is = false;
	vv_status rc;

	if (vv_subject_is_broken(subject, &why)) {
		return note_failure(s, c, VV_EINPUT, &why, err);
	}
	if (subject->lfs) return note_gap(s, c, "in Git LFS: its object was not searched", err);
	if (subject->is_dataset && (rc = search_stored(s, c, subject, &is, err)) < 0) return rc;
	if (!is && (rc = search_subject_bytes(s, c, subject, err)) < 0) return rc;
	if (!subject->is_dataset) return VV_OK;
	return vv_cid_set_note(c->count > 0 ? s->held : s->rest, &subject->root, err);
}

static vv_status new_content(vv_erase_content **out, vv_erase_scanner *s, vv_error *err)
{
	vv_erase_content *c = vv_calloc(1, sizeof(*c));

	*out = c;
	if (!c) return vv_fail_nomem(err);
	if (vv_array_add(s->contents, s->content_count, s->content_cap, c)) return VV_OK;
	vv_free(c);
	return vv_fail_nomem(err);
}

vv_status vv_erase_scan_blob(const vv_erase_content **out, vv_erase_scanner *s, const char *path,
			     const vv_oid *blob, vv_error *err)
{
	const char *ext = vv_path_ext(path);
	const uint64_t ending = vv_xxh3(ext, strlen(ext), vv_hash_seed());
	const uint64_t hash = vv_xxh3(blob->id, sizeof(blob->id), ending);
	const known_blob *known = vv_hash_find(s->blobs, &s->blob_index, hash, it,
					       it->ending == ending && vv_oid_equal(&it->id, blob));
	vv_auto(vv_subject) subject = {0};
	vv_error why = {0};
	const vv_version_name name = {.path = path, .blob = blob};
	known_blob new = {*blob, ending, NULL};
	vv_status rc;

	*out = known ? known->content : NULL;
	if (known) return VV_OK;
	if ((rc = new_content(&new.content, s, err)) < 0) return rc;
	rc = vv_subject_find(&subject, s->repo, s->reader, &name, &why);
	rc = rc < 0 ? note_failure(s, new.content, rc, &why, err)
		    : search_subject(s, new.content, &subject, err);
	if (rc < 0) return rc;
	*out = new.content;
	return vv_hash_add(s->blobs, s->blob_count, s->blob_cap, &s->blob_index, hash, new)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status vv_erase_scan_file(const vv_erase_content **out, vv_erase_scanner *s, const char *path,
			     vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_workdir(s->repo), path, NULL);
	const vv_version_name name = {.file = file};
	vv_auto(vv_subject) subject = {0};
	vv_error why = {0};
	vv_erase_content *c;
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	if ((rc = new_content(&c, s, err)) < 0) return rc;
	*out = c;
	rc = vv_subject_find(&subject, s->repo, s->reader, &name, &why);
	if (rc == VV_OK) {
		rc = vv_subject_settle(&subject, &why);
	}
	return rc < 0 ? note_failure(s, c, rc, &why, err) : search_subject(s, c, &subject, err);
}

/* --- renamed columns -------------------------------------------------------------------------------- */

static vv_status open_blob(vv_subject *subject, vv_table *t, vv_erase_scanner *s, const char *path,
			   const vv_oid *blob, vv_error *err)
{
	const vv_subject_options how = {.one_of_many = true, .stored = true};
	const vv_version_name name = {.path = path, .blob = blob};
	const vv_status rc = vv_subject_find(subject, s->repo, s->reader, &name, err);

	return rc < 0 ? rc : vv_subject_open(subject, t, &how, err);
}

static vv_status add_renames(vv_string_list *names, vv_table *a, vv_table *b, vv_error *err)
{
	static const vv_columns_options usual = {.no_renames = false};
	vv_auto(vv_columns) columns = {0};
	vv_status rc = vv_columns_match(&columns, a, b, &usual, err);

	for (size_t i = 0; rc == VV_OK && i < columns.count; i++) {
		const vv_column_pair *p = &columns.pairs[i];

		if (!p->renamed || p->a < 0 || p->b < 0) {
			continue;
		}
		if ((rc = vv_string_list_add(names, vv_strdup(a->schema.fields[p->a].name), err)) ==
		    VV_OK) {
			rc = vv_string_list_add(names, vv_strdup(b->schema.fields[p->b].name), err);
		}
	}
	return rc;
}

vv_status vv_erase_renames(vv_string_list *names, vv_erase_scanner *s, const char *path,
			   const vv_oid *older, const vv_oid *newer, vv_error *err)
{
	vv_auto(vv_subject) old_subject = {0}, new_subject = {0};
	vv_auto(vv_table) a = {0}, b = {0};
	vv_status rc = open_blob(&old_subject, &a, s, path, older, err);

	if (rc == VV_OK && (rc = open_blob(&new_subject, &b, s, path, newer, err)) == VV_OK &&
	    a.root.kind == VV_KIND_TABLE && b.root.kind == VV_KIND_TABLE) {
		rc = add_renames(names, &a, &b, err);
	}
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_ECANCELLED, err);
}

vv_status vv_erase_names_close(vv_string_list *names, const vv_string_list *renames, vv_error *err)
{
	vv_status rc;

	for (size_t done = 0; done < names->count; done++) {
		for (size_t i = 0; i < renames->count; i++) {
			const char *other = renames->items[i ^ 1u];

			if (strcmp(renames->items[i], names->items[done]) != 0 ||
			    vv_text_is_among(other, VV_TEXTS(names->items), names->count)) {
				continue;
			}
			if ((rc = vv_string_list_add(names, vv_strdup(other), err)) < 0) return rc;
		}
	}
	return VV_OK;
}
