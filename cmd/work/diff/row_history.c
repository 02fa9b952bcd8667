/*
 * row_history: knows how a row is found again in the version before, and which parents of
 * a commit are worth following for it.
 */
#include "cmd/work/diff/row_history.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/work/diff/name_list.h"
#include "cmd/work/view/kept_keys.h"
#include "cmd/work/view/key_place.h"
#include "cmd/work/view/table_at.h"
#include "diff/rows/row_by_number.h"
#include "repo/git/merge/renames.h"

#define KEY_MAX 16u

/* A commit that is still to be looked at, and what is known of the row there. */
typedef struct place {
	vv_oid commit, blob;
	const char *path;
	const char *const *key; /* names in this version, NULL-ended */
	const char *row;        /* the key's values in this version, parted by commas */
} place;

/* How a commit's row stands against a parent's. */
typedef enum outcome {
	ROW_SAME,    /* or neither has it */
	ROW_DIFFERS, /* found tells how */
	NO_TABLE     /* the parent has none at this path, or none in which the row can be found */
} outcome;

/* One cell that differs, before it is told. */
typedef struct found {
	outcome outcome;
	place parent; /* where to go on; not with NO_TABLE */
	bool renamed; /* the file */
	vv_row_kind kind;
	vv_row_cell *cells;
	long *columns; /* of the newer version, for each of cells; -1 */
	size_t count;
} found;

struct vv_row_history {
	vv_repository *repo;
	vv_dataset_reader *reader;
	bool first_parent;
	vv_log *log;
	place *pending;
	size_t count, cap;
	vv_arena names;  /* paths and keys */
	vv_arena answer; /* what next gave */
};

static char *dup(vv_arena *a, const char *s)
{
	return vv_arena_strndup(a, s, strlen(s));
}

/* --- places -------------------------------------------------------------------------------- */

static vv_status add_place(vv_row_history *h, const place *p, vv_error *err)
{
	for (size_t i = 0; i < h->count; i++) {
		if (vv_oid_equal(&h->pending[i].commit, &p->commit)) {
			return VV_OK; /* two lines of history meet */
		}
	}
	if (!vv_array_room(h->pending, h->count, h->cap)) {
		return vv_fail_nomem(err);
	}
	h->pending[h->count++] = *p;
	return VV_OK;
}

static bool take_place(vv_row_history *h, const vv_oid *commit, place *out)
{
	for (size_t i = 0; i < h->count; i++) {
		if (vv_oid_equal(&h->pending[i].commit, commit)) {
			*out = h->pending[i];
			h->pending[i] = h->pending[--h->count];
			return true;
		}
	}
	return false;
}

/* Where a path of a commit was in its parent: out->path NULL when nowhere. */
static vv_status find_before(vv_row_history *h, const place *now, const vv_oid *parent, place *out,
			     bool *renamed, vv_error *err)
{
	vv_tree_entry e;
	char *old = NULL;
	vv_status rc;

	*renamed = false;
	*out = (place){.commit = *parent, .path = now->path, .key = now->key, .row = now->row};
	rc = vv_tree_entry_at(h->repo, parent, now->path, &e, err);
	if (rc == VV_ENOTFOUND) {
		vv_error_clear(err);
		out->path = NULL;
		if ((rc = vv_renamed_from(h->repo, parent, &now->commit, now->path, &old, err)) <
			    0 ||
		    !old) {
			return rc;
		}
		out->path = dup(&h->names, old);
		vv_free(old);
		*renamed = true;
		if (!out->path) {
			return vv_fail_nomem(err);
		}
		rc = vv_tree_entry_at(h->repo, parent, out->path, &e, err);
	}
	if (rc == VV_OK) {
		out->blob = e.id;
		vv_tree_entry_clear(&e);
	}
	return rc;
}

/* --- the row in one version ------------------------------------------------------------------ */

/* Places of the key's columns; false where one is missing. */
static bool key_places(const vv_table *t, const char *const *key, size_t *out, size_t *count)
{
	*count = 0;
	for (size_t i = 0; key[i]; i++) {
		long at = vv_schema_find(&t->schema, key[i], strlen(key[i]));

		if (at < 0 || i == KEY_MAX) {
			return false;
		}
		out[(*count)++] = (size_t)at;
	}
	return true;
}

static vv_status is_row(const char *row, const vv_cell *cells, const size_t *key, size_t count,
			vv_buf *scratch, bool *is, vv_error *err)
{
	vv_buf_reset(scratch);
	vv_key_words_put(scratch, cells, key, count);
	*is = strcmp(vv_buf_cstr(scratch), row) == 0;
	return vv_buf_ok(scratch, err);
}

static vv_status dup_cell(vv_row_history *h, vv_cell *out, const vv_cell *c, vv_error *err)
{
	*out = *c;
	out->text = NULL;
	if (c->len > 0 && !(out->text = vv_arena_strndup(&h->answer, c->text, c->len))) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static const vv_cell no_cell = {.state = VV_CELL_ABSENT};

static vv_status begin_cells(vv_row_history *h, found *f, size_t most, vv_error *err)
{
	f->count = 0;
	f->cells = vv_arena_calloc(&h->answer, most + 1, sizeof(*f->cells));
	f->columns = vv_arena_calloc(&h->answer, most + 1, sizeof(*f->columns));
	return f->cells && f->columns ? VV_OK : vv_fail_nomem(err);
}

static vv_status add_cell(vv_row_history *h, found *f, const char *name, const char *old_name,
			  const vv_cell *old_cell, const vv_cell *new_cell, vv_cell_change change,
			  long column, vv_error *err)
{
	vv_row_cell *c = &f->cells[f->count];
	vv_status rc;

	c->change = change;
	c->name = dup(&h->answer, name);
	if (old_name && strcmp(old_name, name) != 0) {
		c->old_name = dup(&h->answer, old_name);
		if (!c->old_name) {
			return vv_fail_nomem(err);
		}
	}
	if (!c->name) {
		return vv_fail_nomem(err);
	}
	if ((rc = dup_cell(h, &c->old_cell, old_cell, err)) < 0 ||
	    (rc = dup_cell(h, &c->new_cell, new_cell, err)) < 0) {
		return rc;
	}
	f->columns[f->count++] = column;
	return VV_OK;
}

/* All cells of a row that only one version has. */
static vv_status whole_row(vv_row_history *h, found *f, const vv_table *t, const vv_cell *cells,
			   bool added, vv_error *err)
{
	vv_status rc = begin_cells(h, f, t->columns, err);

	f->outcome = ROW_DIFFERS;
	f->kind = added ? VV_ROW_ADDED : VV_ROW_REMOVED;
	for (size_t i = 0; rc == VV_OK && i < t->columns; i++) {
		rc = add_cell(h, f, t->schema.fields[i].name, NULL, added ? &no_cell : &cells[i],
			      added ? &cells[i] : &no_cell, VV_CELL_CHANGED, added ? (long)i : -1,
			      err);
	}
	return rc;
}

/* The row of a version that has none before it. */
static vv_status find_row(vv_row_history *h, found *f, vv_table *t, const place *now, vv_error *err)
{
	size_t places[KEY_MAX], count;
	vv_key_place p = {.table = t, .key = places, .text = now->row};
	vv_row_by_number by = {0};
	vv_kept_keys keys;
	const vv_cell *cells;
	bool is = false, whole;
	uint64_t row;
	vv_status rc;

	f->outcome = ROW_SAME;
	if (!key_places(t, now->key, places, &count)) {
		return VV_OK;
	}
	p.key_count = count;
	if ((rc = vv_kept_keys_open(&keys, h->repo, now->path, false, err)) == VV_OK) {
		p.keys = &keys.lookup;
		rc = vv_key_place_find(&p, &row, &is, &whole, err);
	}
	vv_kept_keys_close(&keys);
	if (rc < 0 || !is) {
		return rc;
	}
	vv_row_by_number_init(&by, t, 1);
	if ((rc = vv_row_by_number_get(&by, row, &cells, err)) == VV_OK) {
		rc = whole_row(h, f, t, cells, true, err);
	}
	vv_row_by_number_close(&by);
	return rc;
}

/* --- the row in two versions ------------------------------------------------------------------- */

/* Two versions under comparison. */
typedef struct pair {
	vv_table *older, *newer;
	vv_columns columns;
	vv_rowdiff *rows;
} pair;

static vv_status changed_row(vv_row_history *h, found *f, const pair *p, const vv_row_change *c,
			     vv_error *err)
{
	vv_status rc = begin_cells(h, f, p->columns.count, err);

	f->outcome = ROW_DIFFERS;
	f->kind = VV_ROW_CHANGED;
	for (size_t i = 0; rc == VV_OK && i < p->columns.count; i++) {
		const vv_column_pair *q = &p->columns.pairs[i];

		if (c->cells[i] != VV_CELL_SAME && q->a >= 0 && q->b >= 0) {
			rc = add_cell(h, f, p->newer->schema.fields[q->b].name,
				      p->older->schema.fields[q->a].name, &c->old_cells[q->a],
				      &c->new_cells[q->b], (vv_cell_change)c->cells[i], q->b, err);
		}
	}
	return rc;
}

/* Reads the changes until that of the row. */
static vv_status look_for_row(vv_row_history *h, found *f, pair *p, const place *now, vv_error *err)
{
	size_t count, old_key[KEY_MAX];
	const size_t *key = vv_rowdiff_key(p->rows, &count);
	vv_buf scratch = VV_BUF_INIT;
	vv_row_change c;
	bool is = false;
	int more = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && i < KEY_MAX; i++) {
		old_key[i] = (size_t)vv_columns_to_old(&p->columns, key[i]);
	}
	f->outcome = ROW_SAME;
	while (rc == VV_OK && !is && (more = vv_rowdiff_next(p->rows, &c, err)) > 0) {
		const vv_cell *cells = c.new_cells ? c.new_cells : c.old_cells;

		rc = is_row(now->row, cells, c.new_cells ? key : old_key, count, &scratch, &is,
			    err);
		if (rc < 0 || !is) {
			continue;
		}
		if (c.kind == VV_ROW_ADDED || c.kind == VV_ROW_REMOVED) {
			rc = whole_row(h, f, c.new_cells ? p->newer : p->older, cells,
				       c.kind == VV_ROW_ADDED, err);
		} else if (c.kind == VV_ROW_CHANGED && c.changed > 0) {
			rc = changed_row(h, f, p, &c, err);
		}
		if (rc == VV_OK && c.rekeyed) { /* below here it is known by the old one */
			vv_buf_reset(&scratch);
			vv_key_words_put(&scratch, c.old_cells, old_key, count);
			f->parent.row = dup(&h->names, vv_buf_cstr(&scratch));
			rc = f->parent.row ? vv_buf_ok(&scratch, err) : vv_fail_nomem(err);
		}
	}
	vv_buf_clear(&scratch);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

/* What the key's columns are called in the older version; *out NULL when one is not there. */
static vv_status old_names(vv_row_history *h, const pair *p, const char *const *key,
			   const char *const **out, vv_error *err)
{
	size_t places[KEY_MAX], count;
	const char **names;

	*out = NULL;
	if (!key_places(p->newer, key, places, &count)) {
		return VV_OK;
	}
	if (!(names = vv_arena_calloc(&h->names, count + 1, sizeof(*names)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		long at = vv_columns_to_old(&p->columns, places[i]);

		if (at < 0) {
			return VV_OK;
		}
		names[i] = dup(&h->names, p->older->schema.fields[at].name);
		if (!names[i]) {
			return vv_fail_nomem(err);
		}
	}
	*out = names;
	return VV_OK;
}

static vv_status compare_tables(vv_row_history *h, found *f, pair *p, const place *now,
				vv_error *err)
{
	const char *temp = getenv("TMPDIR");
	size_t key_a[KEY_MAX], key_b[KEY_MAX], count_a, count_b;
	vv_columns_options co = {0};
	vv_status rc;

	if (key_places(p->older, now->key, key_a, &count_a) &&
	    key_places(p->newer, now->key, key_b, &count_b) && count_a == count_b) {
		co = (vv_columns_options){.key_a = key_a, .key_b = key_b, .key_count = count_a};
	}
	if ((rc = vv_columns_match(&p->columns, p->older, p->newer, &co, err)) < 0 ||
	    (rc = old_names(h, p, now->key, &f->parent.key, err)) < 0) {
		return rc;
	}
	if (!f->parent.key) {
		char *id = NULL;

		f->outcome = NO_TABLE;
		if ((rc = vv_rev_short(h->repo, &now->commit, &id, err)) == VV_OK) {
			vv_notes_put(
				vv_repository_notes(h->repo),
				"before %s the table has not the columns by which the row is known",
				id);
		}
		vv_free(id);
		return rc;
	}
	const vv_rowdiff_options ro = {.key = now->key,
				       .columns = &p->columns,
				       .rekeyed = true,
				       .temp_dir = temp && *temp ? temp : "/tmp",
				       .pool = vv_dataset_reader_pool(h->reader)};
	if ((rc = vv_rowdiff_open(&p->rows, p->older, p->newer, &ro, err)) == VV_OK) {
		rc = look_for_row(h, f, p, now, err);
	}
	return rc;
}

/* t: the newer version, opened when it is needed and kept for the next parent. */
static vv_status compare(vv_row_history *h, found *f, vv_table_at *t, const place *now,
			 const vv_oid *parent, vv_error *err)
{
	vv_table_at before = {0};
	pair p = {0};
	vv_status rc;

	memset(f, 0, sizeof(*f));
	f->outcome = NO_TABLE;
	if ((rc = find_before(h, now, parent, &f->parent, &f->renamed, err)) < 0 ||
	    !f->parent.path) {
		return rc;
	}
	if (vv_oid_equal(&f->parent.blob, &now->blob)) {
		f->outcome = ROW_SAME;
		return VV_OK;
	}
	rc = vv_table_at_open(&before, h->repo, h->reader, parent, f->parent.path, false, err);
	if (vv_table_at_is_none(rc)) {
		if (rc == VV_EINPUT) {
			vv_notes_put(vv_repository_notes(h->repo),
				     "%s, so that the row's history begins after it", err->message);
		}
		vv_error_clear(err);
		return VV_OK;
	}
	if (rc == VV_OK && !t->open) {
		rc = vv_table_at_open(t, h->repo, h->reader, &now->commit, now->path, false, err);
	}
	if (rc == VV_OK && before.table.root.kind == VV_KIND_TABLE) {
		p.older = &before.table;
		p.newer = &t->table;
		rc = compare_tables(h, f, &p, now, err);
	}
	vv_rowdiff_close(p.rows);
	vv_columns_clear(&p.columns);
	vv_table_at_close(&before);
	return rc;
}

/* --- a commit -------------------------------------------------------------------------------- */

/* Leaves of the change against the first parent what differs from the others, too: the rest
 * came from them. Returns false when nothing is left. */
static bool is_of_merge(found *all, size_t count, found **out)
{
	found *first = NULL;

	for (size_t i = 0; i < count; i++) {
		if (all[i].outcome == ROW_DIFFERS && all[i].kind == VV_ROW_CHANGED) {
			first = first ? first : &all[i];
		}
	}
	if (!first) {
		for (size_t i = 0; i < count && !first; i++) {
			first = all[i].outcome == ROW_DIFFERS ? &all[i] : NULL;
		}
		*out = first;
		return first != NULL;
	}
	for (size_t i = 0; i < count; i++) {
		size_t n = 0;

		if (all[i].outcome != ROW_DIFFERS || all[i].kind != VV_ROW_CHANGED) {
			continue;
		}
		for (size_t c = 0; c < first->count; c++) {
			bool both = false;

			for (size_t k = 0; k < all[i].count; k++) {
				both |= all[i].columns[k] == first->columns[c];
			}
			if (both) {
				first->cells[n] = first->cells[c];
				first->columns[n++] = first->columns[c];
			}
		}
		first->count = n;
	}
	*out = first;
	for (size_t c = 0; c < first->count; c++) {
		if (first->cells[c].change == VV_CELL_CHANGED) {
			return true;
		}
	}
	return false; /* spelling alone is not a change */
}

static void fill_event(vv_row_event *out, const place *now, const found *f)
{
	out->commit = now->commit;
	out->kind = f->kind;
	out->path = now->path;
	out->old_path = f->renamed ? f->parent.path : NULL;
	out->cells = f->cells;
	out->count = f->count;
}

/* Looks at one commit: 1 when it changed the row. */
static int look_at_parents(vv_row_history *h, const place *now, const vv_commit *c, vv_table_at *t,
			   vv_row_event *out, vv_error *err)
{
	size_t count = h->first_parent && c->parent_count > 1 ? 1 : c->parent_count, tables = 0;
	found *all = vv_arena_calloc(&h->answer, count + 1, sizeof(*all)), *told = NULL;
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = compare(h, &all[i], t, now, &c->parents[i], err);
		if (rc == VV_OK && all[i].outcome == ROW_SAME) {
			rc = add_place(h, &all[i].parent, err);
			return rc < 0 ? (int)rc : 0;
		}
		tables += rc == VV_OK && all[i].outcome != NO_TABLE;
	}
	if (rc == VV_OK && tables == 0) { /* the table begins here */
		if (!t->open) {
			rc = vv_table_at_open(t, h->repo, h->reader, &now->commit, now->path, false,
					      err);
		}
		if (rc == VV_OK && (rc = find_row(h, &all[0], &t->table, now, err)) == VV_OK &&
		    all[0].outcome == ROW_DIFFERS) {
			all[0].renamed = false;
			fill_event(out, now, &all[0]);
			return 1;
		}
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		if (all[i].outcome != NO_TABLE) {
			rc = add_place(h, &all[i].parent, err);
		}
	}
	if (rc < 0 || !is_of_merge(all, count, &told)) {
		return rc;
	}
	fill_event(out, now, told);
	return 1;
}

static int look(vv_row_history *h, const place *now, vv_row_event *out, vv_error *err)
{
	vv_table_at t = {0};
	vv_commit c = {0};
	int rc = vv_commit_read(h->repo, &now->commit, &c, err);

	if (rc == VV_OK) {
		rc = look_at_parents(h, now, &c, &t, out, err);
		vv_commit_clear(&c);
	}
	vv_table_at_close(&t);
	return rc;
}

int vv_row_history_next(vv_row_history *h, vv_row_event *out, vv_error *err)
{
	vv_oid id;
	place now;
	int more, told = 0;

	vv_arena_clear(&h->answer);
	memset(out, 0, sizeof(*out));
	while (h->count > 0 && (more = vv_log_next(h->log, &id, err)) != 0) {
		if (more < 0) {
			return more;
		}
		if (take_place(h, &id, &now) && (told = look(h, &now, out, err)) != 0) {
			return told;
		}
	}
	return 0;
}

/* --- beginning -------------------------------------------------------------------------------- */

/* The key by which the row is looked for. */
static vv_status begin_key(vv_row_history *h, place *p, const vv_table *t, const vv_strings *asked,
			   vv_error *err)
{
	vv_name_list given = {NULL, 0};
	size_t count = asked->count > 0 ? 0 : t->root.key_count;
	const char *const *from = (const char *const *)t->root.key;
	const char **names;
	vv_status rc = VV_OK;

	if (asked->count == 0 && t->root.key_count == 0) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key, so that --row cannot name a row",
			vv_text_shows(p->path));
		return vv_hint(err, "name the columns that identify a row: --key A,B");
	}
	if (asked->count > 0) {
		rc = vv_name_list_make(&given, asked, t, NULL, err);
		from = (const char *const *)given.items;
		count = given.count;
	}
	if (rc == VV_OK && count > KEY_MAX) {
		rc = vv_fail(err, VV_EUSAGE, "a key of more than %u columns", KEY_MAX);
	}
	names = vv_arena_calloc(&h->names, count + 1, sizeof(*names));
	if (rc == VV_OK && !names) {
		rc = vv_fail_nomem(err);
	}
	for (size_t n = 0; n < count && rc == VV_OK; n++) {
		if (vv_schema_find(&t->schema, from[n], strlen(from[n])) < 0) {
			rc = vv_fail(err, VV_ENOTFOUND, "no column named '%s' for the key",
				     vv_text_shows(from[n]));
		} else if (!(names[n] = dup(&h->names, from[n]))) {
			rc = vv_fail_nomem(err);
		}
	}
	p->key = names;
	vv_name_list_clear(&given);
	return rc;
}

static vv_status begin_at(vv_row_history *h, const vv_row_history_options *o, const vv_oid *commit,
			  vv_error *err)
{
	place p = {.commit = *commit, .row = o->row};
	vv_table_at t = {0};
	vv_status rc;

	if (!(p.path = dup(&h->names, o->path))) {
		return vv_fail_nomem(err);
	}
	rc = vv_table_at_open(&t, h->repo, h->reader, commit, o->path, o->key->count == 0, err);
	if (rc == VV_OK && t.table.root.kind != VV_KIND_TABLE) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, not as a table",
			     vv_text_shows(o->path));
		vv_hint(err, "'varve add --as table' makes a table of it");
	}
	if (rc == VV_OK) {
		p.blob = t.subject.blob;
		rc = begin_key(h, &p, &t.table, o->key, err);
	}
	vv_table_at_close(&t);
	return rc < 0 ? rc : add_place(h, &p, err);
}

vv_status vv_row_history_open(vv_row_history **out, vv_repository *r, vv_dataset_reader *s,
			      const vv_row_history_options *opts, vv_error *err)
{
	const vv_log_options lo = {.ranges = opts->ranges,
				   .range_count = opts->range_count,
				   .first_parent = opts->first_parent};
	vv_row_history *h = vv_calloc(1, sizeof(*h));
	vv_oid head;
	vv_status rc = VV_OK;

	*out = NULL;
	if (!h) {
		return vv_fail_nomem(err);
	}
	h->repo = r;
	h->reader = s;
	h->first_parent = opts->first_parent;
	for (size_t i = 0; rc == VV_OK && i < opts->range_count; i++) {
		rc = begin_at(h, opts, &opts->ranges[i].include, err);
		if (rc == VV_OK && opts->ranges[i].symmetric) {
			rc = begin_at(h, opts, &opts->ranges[i].exclude, err);
		}
	}
	if (rc == VV_OK && opts->range_count == 0 &&
	    (rc = vv_rev_commit(r, "HEAD", &head, err)) == VV_OK) {
		rc = begin_at(h, opts, &head, err);
	}
	if (rc == VV_OK) {
		rc = vv_log_open(&h->log, r, &lo, err);
	}
	if (rc < 0) {
		vv_row_history_close(h);
		return rc;
	}
	*out = h;
	return VV_OK;
}

void vv_row_history_close(vv_row_history *h)
{
	if (!h) {
		return;
	}
	vv_log_close(h->log);
	vv_free(h->pending);
	vv_arena_clear(&h->names);
	vv_arena_clear(&h->answer);
	vv_free(h);
}
