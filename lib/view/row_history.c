/*
 * row_history: how a row is found again in the version before, and which parents of
 * a commit are worth following for it.
 */
#include "lib/view/row_history.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/descent.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/rowdiff.h"
#include "lib/names/table_at.h"
#include "lib/names/versions.h"
#include "lib/view/changed_keys.h"
#include "lib/view/kept_keys.h"
#include "lib/view/key_place.h"
#include "lib/view/table_pairs.h"
#include "repo/git/merge/lineage.h"

#define KEY_MAX VV_DESCENT_KEY_MAX
#define NOWHERE UINT64_MAX

/* The identity of the row in a version: its key, or, in a table without one, its number. */
typedef struct place {
	const char *const *key; /* names in this version, NULL-ended; none: by its number */
	const char *row;        /* the key's values in this version, parted by commas */
	uint64_t number;
} place;

/* Compares a commit's row with a parent's. */
typedef enum outcome {
	ROW_SAME,    /* or neither has it */
	ROW_DIFFERS, /* details in found */
	NO_TABLE,    /* the parent has none at this path, or none in which the row can be found */
	NOT_HERE     /* the rows of the parent's version are not here */
} outcome;

/* One differing cell, before it is reported. */
typedef struct found {
	outcome outcome;
	place parent; /* where to continue; not with NO_TABLE */
	vv_row_kind kind;
	const char *key, *old_key; /* where it changed */
	vv_row_cell *cells;
	long *columns; /* of the newer version, for each of cells; -1 */
	size_t count;
} found;

struct vv_row_history {
	const char *path; /* the request */
	const place *first;
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_lineage *lineage;
	vv_versions versions;
	vv_changed_keys *changed;
	vv_hash128 *seen; /* commits and places that were looked at */
	size_t seen_count, seen_cap;
	vv_hash_index seen_index;
	vv_arena names;  /* places */
	vv_arena answer; /* the last result of next */
	const vv_progress *progress;
	uint64_t stops; /* places in the history that were looked at */
};

static char *dup_text(vv_arena *a, const char *s)
{
	return vv_arena_strndup(a, s, strlen(s));
}

/* --- places -------------------------------------------------------------------------------- */

static vv_hash128 place_hash(const vv_lineage_file *file, const place *p)
{
	vv_auto(vv_buf) all = VV_BUF_INIT;
	vv_buf_put(&all, &file->commit, sizeof(file->commit));
	vv_buf_put(&all, file->path, strlen(file->path) + 1);
	for (size_t i = 0; p->key[i]; i++) {
		vv_buf_put(&all, p->key[i], strlen(p->key[i]) + 1);
	}
	vv_buf_put(&all, p->row ? p->row : "", p->row ? strlen(p->row) + 1 : 0);
	vv_buf_put(&all, &p->number, sizeof(p->number));
	return vv_xxh3_128(vv_buf_cstr(&all), all.len, vv_hash_seed());
}

/* Was the row looked at in this commit before? Lines of history meet, and clocks go wrong. */
static vv_status is_seen(vv_row_history *h, const vv_lineage_file *file, const place *p, bool *seen,
			 vv_error *err)
{
	vv_hash128 hash = place_hash(file, p);

	*seen = vv_hash_find(h->seen, &h->seen_index, hash.lo, i,
			     i->lo == hash.lo && i->hi == hash.hi) != NULL;
	return *seen || vv_hash_add(h->seen, h->seen_count, h->seen_cap, &h->seen_index, hash.lo,
				    hash)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* By what rows are known in the version before, where it is not the same. */
static vv_status keep_key(vv_row_history *h, place *out, const place *now, const char *const *key,
			  vv_error *err)
{
	size_t n = 0;
	const char **names;
	bool same = true;
	for (; key[n]; n++) {
		same = same && now->key[n] && strcmp(key[n], now->key[n]) == 0;
	}
	if (same && !now->key[n]) {
		out->key = now->key;
		return VV_OK;
	}
	if (!(names = vv_arena_calloc(&h->names, n + 1, sizeof(*names)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (!(names[i] = dup_text(&h->names, key[i]))) return vv_fail_nomem(err);
	}
	out->key = names;
	return VV_OK;
}

/* --- the row in one version ------------------------------------------------------------------ */

/* Out of memory: see vv_buf_ok. */
static void put_key(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count)
{
	vv_buf_reset(out);
	vv_key_words_put(out, cells, key, count);
}

static vv_status dup_key(const char **out, vv_arena *a, const vv_cell *cells, const size_t *key,
			 size_t count, vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;
	vv_key_words_put(&words, cells, key, count);
	*out = dup_text(a, vv_buf_cstr(&words));
	return *out ? vv_buf_ok(&words, err) : vv_fail_nomem(err);
}

/* Where the row is in a version; *is false: nowhere. */
static vv_status locate_row(vv_row_history *h, vv_table *t, const char *path, const place *p,
			    uint64_t *row, bool *is, vv_error *err)
{
	size_t places[KEY_MAX], count;
	vv_key_place at = {.table = t, .key = places, .text = p->row};
	vv_auto(vv_kept_keys) keys = {0};
	bool whole;
	vv_status rc;
	*is = false;
	if (!p->key[0]) {
		*row = p->number;
		*is = p->number < t->root.rows;
		return VV_OK;
	}
	if (!vv_descent_key(t, p->key, places, &count)) return VV_OK;
	at.key_count = count;
	if ((rc = vv_kept_keys_open(&keys, h->repo, path, false, err)) == VV_OK) {
		at.keys = &keys.lookup;
		rc = vv_key_place_find(&at, row, is, &whole, err);
	}
	return rc;
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

/* old_cell, new_cell NULL: absent. The rest of the cell is set already. */
static vv_status add_cell(vv_row_history *h, found *f, const vv_row_cell *what, long column,
			  const vv_cell *old_cell, const vv_cell *new_cell, vv_error *err)
{
	vv_row_cell *c = &f->cells[f->count];
	vv_status rc;
	*c = *what;
	c->name = dup_text(&h->answer, what->name);
	c->old_name = what->old_name ? dup_text(&h->answer, what->old_name) : NULL;
	if (!c->name || (what->old_name && !c->old_name)) return vv_fail_nomem(err);
	if ((rc = dup_cell(h, &c->old_cell, old_cell ? old_cell : &no_cell, err)) < 0 ||
	    (rc = dup_cell(h, &c->new_cell, new_cell ? new_cell : &no_cell, err)) < 0) {
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
		const vv_row_cell what = {.name = t->schema.fields[i].name,
					  .change = VV_CELL_CHANGED};
		rc = added ? add_cell(h, f, &what, (long)i, NULL, &cells[i], err)
			   : add_cell(h, f, &what, -1, &cells[i], NULL, err);
	}
	return rc;
}

/* The row of a version that has none before it. */
static vv_status find_row(vv_row_history *h, found *f, vv_table *t, const char *path,
			  const place *now, vv_error *err)
{
	vv_auto(vv_row_by_number) by = {0};
	const vv_cell *cells;
	bool is;
	uint64_t row;
	vv_status rc;
	f->outcome = ROW_SAME;
	if ((rc = locate_row(h, t, path, now, &row, &is, err)) < 0 || !is) return rc;
	vv_row_by_number_init(&by, t, 1, false);
	if ((rc = vv_row_by_number_get(&by, row, &cells, err)) == VV_OK) {
		rc = whole_row(h, f, t, cells, true, err);
	}
	return rc;
}

/* --- the row in two versions ------------------------------------------------------------------- */

/* Two versions under comparison. */
typedef struct pair {
	vv_table *older, *newer;
	const char *path, *old_path;
	vv_descent d;
	vv_row_by_number old_rows, new_rows;
	size_t key[KEY_MAX], old_key[KEY_MAX], key_count, old_key_count;
	vv_hash128 name;       /* for the pair's cached keys */
	vv_changed_keys *keys; /* that get its changed keys; NULL: none */
} pair;

/* The cells that differ, and those whose columns do, of a row that both versions have. c NULL: all its
 * values are the same. */
static vv_status changed_row(vv_row_history *h, found *f, pair *p, const vv_row_change *c,
			     uint64_t old_row, uint64_t new_row, vv_error *err)
{
	const vv_columns *all = &p->d.columns;
	const vv_cell *old_cells = NULL, *new_cells = NULL;
	bool changed = false;
	vv_status rc = begin_cells(h, f, all->count, err);
	if (rc == VV_OK && p->d.columns_differ &&
	    (rc = vv_row_by_number_get(&p->old_rows, old_row, &old_cells, err)) == VV_OK) {
		rc = vv_row_by_number_get(&p->new_rows, new_row, &new_cells, err);
	}
	for (size_t i = 0; rc == VV_OK && i < all->count; i++) {
		const vv_column_pair *q = &all->pairs[i];
		const char *a = q->a < 0 ? NULL : p->older->schema.fields[q->a].name,
			   *b = q->b < 0 ? NULL : p->newer->schema.fields[q->b].name;
		vv_row_cell what = {.name = b ? b : a,
				    .old_name = a && b && strcmp(a, b) != 0 ? a : NULL,
				    .came = !a,
				    .went = !b};
		const vv_cell *x = NULL, *y = NULL;
		if (c && a && b) {
			what.change = (vv_cell_change)c->cells[i];
		}
		if (what.change != VV_CELL_SAME) {
			x = &c->old_cells[q->a];
			y = &c->new_cells[q->b];
		} else if (!a) {
			y = &new_cells[q->b];
		} else if (!b) {
			x = &old_cells[q->a];
		} else if (!what.old_name) {
			continue;
		}
		changed |= what.change != VV_CELL_FORMAT;
		rc = add_cell(h, f, &what, q->b, x, y, err);
	}
	f->kind = VV_ROW_CHANGED;
	f->outcome = changed ? ROW_DIFFERS : ROW_SAME; /* spelling alone is not a change */
	return rc;
}

/* The key of a row that changed it. */
static vv_status changed_key(vv_row_history *h, found *f, const pair *p, const vv_row_change *c,
			     vv_error *err)
{
	const vv_status rc = dup_key(&f->key, &h->answer, c->new_cells, p->key, p->key_count, err);
	return rc < 0 ? rc
		      : dup_key(&f->old_key, &h->names, c->old_cells, p->old_key, p->old_key_count,
				err);
}

static vv_status tell_change(vv_row_history *h, found *f, pair *p, const vv_row_change *c,
			     vv_error *err)
{
	if (c->kind == VV_ROW_ADDED || c->kind == VV_ROW_REMOVED) {
		return whole_row(h, f, c->new_cells ? p->newer : p->older,
				 c->new_cells ? c->new_cells : c->old_cells, c->new_cells != NULL,
				 err);
	}
	vv_status rc = changed_row(h, f, p, c->kind == VV_ROW_CHANGED ? c : NULL, c->old_row,
				   c->new_row, err);
	return rc == VV_OK && c->rekeyed ? changed_key(h, f, p, c, err) : rc;
}

/* A row without a change: its columns may have changed. */
static vv_status same_row(vv_row_history *h, found *f, pair *p, const place *now, vv_error *err)
{
	uint64_t old_row, new_row;
	bool is;
	vv_status rc;
	f->outcome = ROW_SAME;
	if (!p->d.columns_differ ||
	    (rc = locate_row(h, p->newer, p->path, now, &new_row, &is, err)) < 0 || !is ||
	    (rc = locate_row(h, p->older, p->old_path, &f->parent, &old_row, &is, err)) < 0 ||
	    !is) {
		return p->d.columns_differ ? rc : VV_OK;
	}
	return changed_row(h, f, p, NULL, old_row, new_row, err);
}

static void put_changed(pair *p, vv_buf *words, const vv_cell *cells, const size_t *key,
			size_t count)
{
	put_key(words, cells, key, count);
	if (p->keys) {
		vv_changed_keys_add(p->keys, vv_buf_cstr(words));
	}
}

/* Reads the changes until that of the row: the one with its key now, else the one that had it. */
static vv_status look_by_key(vv_row_history *h, found *f, pair *p, const place *now, vv_error *err)
{
	vv_auto(vv_buf) words = VV_BUF_INIT;
	vv_row_change c;
	bool is = false, had = false, copy;
	uint64_t row;
	vv_status rc = VV_OK;
	if (p->keys) {
		vv_changed_keys_begin(p->keys);
	}
	while (!is && vv_rowdiff_next(p->d.rows, &c, &rc, err)) {
		if (c.new_cells) {
			put_changed(p, &words, c.new_cells, p->key, p->key_count);
			is = strcmp(vv_buf_cstr(&words), now->row) == 0;
		}
		if (is &&
		    c.kind == VV_ROW_ADDED) { /* where a key repeats, perhaps another row of it */
			rc = locate_row(h, p->older, p->old_path, &f->parent, &row, &copy, err);
			is = !copy;
		}
		if (!is && c.old_cells && (c.kind == VV_ROW_REMOVED || c.rekeyed)) {
			put_changed(p, &words, c.old_cells, p->old_key, p->old_key_count);
			if (!had && strcmp(vv_buf_cstr(&words), now->row) == 0) {
				had = true;
				rc = tell_change(h, f, p, &c, err);
			}
		}
		rc = rc < 0 ? rc : vv_buf_ok(&words, err);
	}
	const bool ended = !is;
	if (p->keys && rc == VV_OK && ended) {
		rc = vv_changed_keys_keep(p->keys, &p->name, err);
	}
	if (rc == VV_OK && is) {
		f->key = f->old_key = NULL;
		rc = tell_change(h, f, p, &c, err);
		if (rc == VV_OK && c.old_cells) { /* below here it is known by the old one */
			rc = dup_key(&f->parent.row, &h->names, c.old_cells, p->old_key,
				     p->old_key_count, err);
		}
	} else if (rc == VV_OK && had) {
		/* likewise: another row may still have it */
		rc = locate_row(h, p->newer, p->path, now, &row, &is, err);
	}
	if (rc == VV_OK && ended && (is || !had)) {
		f->key = f->old_key = NULL;
		rc = same_row(h, f, p, now, err);
	}
	return rc;
}

/* Identifies the row in the older version, where it has the number old_row. */
static vv_status know_older(vv_row_history *h, found *f, pair *p, uint64_t old_row, vv_error *err)
{
	const vv_cell *cells;
	vv_status rc;
	f->parent.number = old_row;
	f->parent.row = NULL;
	if (!vv_descent_key(p->older, f->parent.key, p->old_key, &p->old_key_count) ||
	    p->old_key_count == 0 || old_row == NOWHERE) {
		return VV_OK;
	}
	f->parent.number = NOWHERE;
	if ((rc = vv_row_by_number_get(&p->old_rows, old_row, &cells, err)) == VV_OK) {
		rc = dup_key(&f->parent.row, &h->names, cells, p->old_key, p->old_key_count, err);
	}
	return rc;
}

/* Rows without a common key: the row is the one with a number. */
static vv_status look_by_number(vv_row_history *h, found *f, pair *p, uint64_t row, vv_error *err)
{
	vv_auto(vv_descent_rest) rest = {0};
	vv_row_change c;
	uint64_t before = 0, next = 0, old_row = NOWHERE; /* before: rows above with changes */
	size_t skip = 0;
	bool is = false;
	vv_status rc = VV_OK;
	while (vv_rowdiff_next(p->d.rows, &c, &rc, err)) {
		before += c.kind != VV_ROW_REMOVED && c.new_row < row;
		if (c.kind != VV_ROW_REMOVED && c.new_row == row) {
			is = true;
			old_row = c.kind == VV_ROW_ADDED ? NOWHERE : c.old_row;
			rc = tell_change(h, f, p, &c, err);
		}
		rc = rc < 0 ? rc : vv_descent_rest_add(&rest, &c, err);
	}
	if (rc == VV_OK && !is) {
		vv_descent_rest_sort(&rest);
		for (uint64_t i = before; i <= row; i++) {
			old_row = vv_descent_rest_next(&rest, &next, &skip);
		}
		rc = changed_row(h, f, p, NULL, old_row, row, err);
	}
	vv_descent_rest_clear(&rest);
	return rc < 0 ? rc : know_older(h, f, p, old_row, err);
}

static vv_status compare_tables(vv_row_history *h, found *f, pair *p, const place *now,
				const vv_oid *commit, vv_error *err)
{
	vv_auto(char) *id = NULL;
	uint64_t row;
	bool is;
	vv_status rc;
	f->parent = (place){.row = now->row, .number = NOWHERE};
	if ((rc = vv_descent_open(&p->d, p->older, p->newer, now->key, false,
				  vv_env_temp_dir(vv_repository_env(h->repo)),
				  vv_dataset_reader_pool(h->reader), err)) < 0 ||
	    (rc = keep_key(h, &f->parent, now, p->d.old_key, err)) < 0) {
		return rc;
	}
	if (p->d.keyed && vv_descent_key(p->newer, now->key, p->key, &p->key_count) &&
	    vv_descent_key(p->older, f->parent.key, p->old_key, &p->old_key_count)) {
		p->keys = p->d.columns_differ || f->parent.key != now->key ? NULL : h->changed;
		return look_by_key(h, f, p, now, err);
	}
	if ((rc = locate_row(h, p->newer, p->path, now, &row, &is, err)) < 0) return rc;
	if (is) return look_by_number(h, f, p, row, err);
	f->outcome = NO_TABLE;
	if ((rc = vv_rev_short(h->repo, commit, &id, err)) == VV_OK) {
		vv_notes_put(vv_repository_notes(h->repo),
			     "versions before %s lack the columns that identify the row", id);
	}
	return rc;
}

static vv_status compare_parent(vv_row_history *h, found *f, const vv_lineage_stop *at,
				const vv_lineage_file *parent, vv_error *err)
{
	pair p = {.path = at->file.path, .old_path = parent->path};
	const place *now = at->trail;
	bool gap;
	vv_status rc;
	*f = (found){.outcome = NO_TABLE};
	if (!parent->path) return VV_OK;
	if (now->row && now->key[0]) {
		if ((rc = vv_changed_keys_name(&p.name, h->repo, parent, &at->file, now->key,
					       err)) < 0) {
			return rc;
		}
		if (vv_changed_keys_lack(h->changed, &p.name, now->row)) {
			*f = (found){.outcome = ROW_SAME, .parent = {now->key, now->row, NOWHERE}};
			return VV_OK;
		}
	}
	/* the older one last: it is the next newer one, and stays open */
	if ((rc = vv_versions_get(&h->versions, &at->file, &p.newer, &gap, err)) < 0 || !p.newer ||
	    (rc = vv_versions_get(&h->versions, parent, &p.older, &gap, err)) < 0 || !p.older) {
		f->outcome = p.newer && gap ? NOT_HERE : NO_TABLE;
		return rc;
	}
	const vv_lineage_file *files[] = {&at->file, parent};
	vv_table *tables[] = {p.newer, p.older};
	if ((rc = vv_versions_widen(&h->versions, files, tables, 2, 0, err)) < 0 || !tables[1]) {
		return rc;
	}
	p.newer = tables[0];
	p.older = tables[1];
	vv_row_by_number_init(&p.old_rows, p.older, 1, false);
	vv_row_by_number_init(&p.new_rows, p.newer, 1, false);
	rc = compare_tables(h, f, &p, now, &at->file.commit, err);
	vv_row_by_number_close(&p.old_rows);
	vv_row_by_number_close(&p.new_rows);
	vv_descent_close(&p.d);
	return rc;
}

/* --- a commit -------------------------------------------------------------------------------- */

static bool is_one_cell(const found *f, size_t i, const found *g, size_t k)
{
	return f->columns[i] == g->columns[k] &&
	       (f->columns[i] >= 0 || strcmp(f->cells[i].name, g->cells[k].name) == 0);
}

/* Leaves of a change against one parent what differs from another, too. */
static void leave_both(found *f, const found *g)
{
	size_t n = 0;
	for (size_t c = 0; c < f->count; c++) {
		for (size_t k = 0; k < g->count; k++) {
			if (is_one_cell(f, c, g, k)) {
				const found *of = f->cells[c].came ? g : f;
				f->cells[n] = of->cells[of == g ? k : c];
				f->columns[n++] = f->columns[c];
				break;
			}
		}
	}
	f->count = n;
}

/* Leaves of the change against the first parent what differs from the others, too: the rest
 * came from them. Returns false when nothing is left. */
static bool is_of_merge(found *all, size_t count, found **out)
{
	found *first = NULL, *any = NULL;
	vv_array_each(all, count, it) {
		if (it->outcome != ROW_DIFFERS) {
			continue;
		}
		any = any ? any : it;
		if (it->kind == VV_ROW_CHANGED && first) {
			leave_both(first, it);
		} else if (it->kind == VV_ROW_CHANGED) {
			first = it;
		}
	}
	*out = first ? first : any;
	/* spelling alone is not a change */
	return first ? vv_array_find(first->cells, first->count, it,
				     it->change != VV_CELL_FORMAT) != NULL
		     : any != NULL;
}

static void fill_event(vv_row_event *out, const vv_lineage_stop *at, const vv_lineage_file *parent,
		       const found *f)
{
	const bool renamed = parent && parent->path && strcmp(parent->path, at->file.path) != 0;

	*out = (vv_row_event){.commit = at->file.commit,
			      .kind = f->kind,
			      .path = at->file.path,
			      .old_path = renamed ? parent->path : NULL,
			      .cells = f->cells,
			      .count = f->count,
			      .key = f->key,
			      .old_key = f->old_key};
}

static vv_status follow_parent(vv_row_history *h, const vv_lineage_file *parent, const place *p,
			       vv_error *err)
{
	place *kept;
	if (p->key[0] ? !p->row : p->number == NOWHERE) {
		return VV_OK; /* it is nowhere, and has no key by which it might have been before */
	}
	if (!(kept = vv_arena_alloc(&h->names, sizeof(*kept)))) return vv_fail_nomem(err);
	*kept = *p;
	return vv_lineage_follow(h->lineage, parent, kept, err);
}

/* Looks at one commit: 1 when it changed the row. */
static int examine_commit(vv_row_history *h, const vv_lineage_stop *at, vv_row_event *out,
			  vv_error *err)
{
	size_t count = at->parent_count, tables = 0;
	bool gap, edge = false;
	found *all = vv_arena_calloc(&h->answer, count + 1, sizeof(*all)), *told = NULL;
	vv_table *t;
	vv_status rc = all ? VV_OK : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = compare_parent(h, &all[i], at, &at->parents[i], err);
		if (rc == VV_OK && all[i].outcome == ROW_SAME) {
			return (int)follow_parent(h, &at->parents[i], &all[i].parent, err);
		}
		edge |= all[i].outcome == NOT_HERE;
		tables += rc == VV_OK && all[i].outcome < NO_TABLE;
	}
	if (rc == VV_OK &&
	    tables == 0) { /* the table, or the part of its history with rows, begins here */
		if ((rc = vv_versions_get(&h->versions, &at->file, &t, &gap, err)) == VV_OK && t &&
		    (rc = find_row(h, &all[0], t, at->file.path, at->trail, err)) == VV_OK &&
		    all[0].outcome == ROW_DIFFERS) {
			fill_event(out, at, NULL, &all[0]);
			out->edge = edge;
			return 1;
		}
		return (int)rc;
	}
	const bool had = vv_array_find(all, rc == VV_OK ? count : 0, it,
				       it->outcome == ROW_DIFFERS && it->kind != VV_ROW_ADDED) !=
			 NULL;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		/* where no parent has the row, its key may have lived before */
		if (all[i].outcome == ROW_DIFFERS && !(had && all[i].kind == VV_ROW_ADDED)) {
			rc = follow_parent(h, &at->parents[i], &all[i].parent, err);
		}
	}
	if (rc < 0 || !is_of_merge(all, count, &told)) return (int)rc;
	fill_event(out, at, &at->parents[told - all], told);
	return 1;
}

int vv_row_history_next(vv_row_history *h, vv_row_event *out, vv_error *err)
{
	vv_lineage_stop at;
	bool seen;
	int more, told = 0;
	vv_arena_clear(&h->answer);
	memset(out, 0, sizeof(*out));
	while (told == 0 && (more = vv_lineage_next(h->lineage, &at, err)) != 0) {
		if (more < 0 || (more = (int)is_seen(h, &at.file, at.trail, &seen, err)) < 0 ||
		    (more = (int)vv_progress_part(h->progress, "reading history", ++h->stops, 0,
						  err)) < 0) {
			return more;
		}
		told = seen ? 0 : examine_commit(h, &at, out, err);
		vv_versions_trim(&h->versions);
	}
	return told;
}

static bool is_same_place(const place *p, const place *q)
{
	return vv_texts_equal(VV_TEXTS(p->key), VV_TEXTS(q->key)) && p->number == q->number &&
	       strcmp(p->row ? p->row : "", q->row ? q->row : "") == 0;
}

/* Two lines of history meet. */
static vv_status join_trails(void *payload VV_UNUSED, void *into, void *more, bool *joined,
			     vv_error *err VV_UNUSED)
{
	*joined = is_same_place(into, more);
	return VV_OK;
}

const vv_gaps *vv_row_history_gaps(const vv_row_history *h)
{
	return &h->versions.gaps;
}

bool vv_row_history_from(vv_row_history *h, vv_oid *commit)
{
	vv_lineage_file at;
	void *trail;
	if (!vv_lineage_only(h->lineage, &at, &trail) || strcmp(at.path, h->path) != 0 ||
	    !is_same_place(trail, h->first)) {
		return false;
	}
	*commit = at.commit;
	return true;
}

/* --- beginning -------------------------------------------------------------------------------- */

/* The key by which the row is looked for. */
static vv_status begin_key(vv_row_history *h, place *p, const vv_table *t,
			   const vv_row_history_options *o, vv_error *err)
{
	const bool given = o->key->count > 0;
	const char *const *from = given ? o->key->items : VV_TEXTS(t->root.key);
	size_t count = 0;

	if (given) {
		count = o->key->count;
	} else if (p->row) {
		count = t->root.key_count;
	}

	if (p->row && count == 0) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' has no key\nspecify the columns that identify a row: --key A,B",
			vv_text_shows(o->path));
	}
	if (o->values > 0 && o->values != count) {
		return vv_fail(err, VV_EUSAGE, "the key has %s, not %zu",
			       vv_text_counted(count, "column", NULL), o->values);
	}
	if (count > KEY_MAX) {
		return vv_fail(err, VV_EUSAGE, "a key can have at most %u columns", KEY_MAX);
	}
	const char **names = vv_arena_calloc(&h->names, count + 1, sizeof(*names));
	if (!names) return vv_fail_nomem(err);
	for (size_t n = 0; n < count; n++) {
		if (!(names[n] = dup_text(&h->names, from[n]))) return vv_fail_nomem(err);
	}
	p->key = names;
	return vv_schema_check_key(&t->schema, names, err);
}

static vv_status begin_at(vv_row_history *h, const vv_row_history_options *o, const vv_oid *commit,
			  vv_error *err)
{
	place *p = vv_arena_calloc(&h->names, 1, sizeof(*p));
	vv_auto(vv_table_at) t = {0};

	if (!p || (o->row && !(p->row = dup_text(&h->names, o->row)))) return vv_fail_nomem(err);
	p->number = o->row ? NOWHERE : o->number;
	vv_status rc = vv_table_at_open(
		&t, h->repo, h->reader, &(vv_version_name){.path = o->path, .commit = commit},
		&(vv_subject_options){
			.find_key = o->key->count == 0, .unpack = true, .long_rows = true},
		err);
	if (rc == VV_OK && t.table.root.kind != VV_KIND_TABLE) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is kept as a file, not as a table",
			     vv_text_shows(o->path));
		vv_hint_code(err, VV_HINT_ADD_AS_TABLE, o->path);
	}
	if (rc == VV_OK) {
		rc = begin_key(h, p, &t.table, o, err);
	}
	h->first = p;
	return rc < 0 ? rc : vv_lineage_begin(h->lineage, commit, o->path, p, err);
}

vv_status vv_row_history_open(vv_row_history **out, vv_repository *r, vv_dataset_reader *s,
			      const vv_row_history_options *opts, vv_error *err)
{
	const vv_lineage_options lo = {.ranges = opts->ranges,
				       .range_count = opts->range_count,
				       .first_parent = opts->first_parent,
				       .join = join_trails,
				       .tables = vv_table_lineage(s)};
	vv_auto(vv_row_history) *h = vv_calloc(1, sizeof(*h));
	vv_oid head;

	*out = NULL;
	if (!h) return vv_fail_nomem(err);
	*h = (vv_row_history){.repo = r,
			      .reader = s,
			      .progress = opts->progress,
			      .versions = {.repo = r, .reader = s}};
	h->path = dup_text(&h->names, opts->path);
	vv_status rc = h->path ? vv_lineage_open(&h->lineage, r, &lo, err) : vv_fail_nomem(err);
	rc = rc < 0 ? rc : vv_changed_keys_open(&h->changed, r, err);
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
	if (rc < 0) return rc;
	return vv_hand_over(out, &h);
}

void vv_row_history_close(vv_row_history *h)
{
	if (!h) return;
	vv_changed_keys_close(h->changed);
	vv_versions_close(&h->versions);
	vv_lineage_close(h->lineage);
	vv_hash_index_clear(&h->seen_index);
	vv_free(h->seen);
	vv_arena_clear(&h->names);
	vv_arena_clear(&h->answer);
	vv_free(h);
}
