/*
 * table_diff: chooses the key and columns of a comparison, and calls the writer.
 */
#include "lib/view/table_diff.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/rows/irregular_lines.h"
#include "dataset/table/walk.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"
#include "diff/rows/key_unique.h"
#include "diff/rows/row_change.h"
#include "lib/names/version.h"
#include "lib/rows/where.h"
#include "lib/view/key.h"
#include "lib/view/table_diff_internal.h"
#include "repo/git/index/attributes.h"

/* Columns of a key that are looked at when renamed columns are sought. */
#define SAMPLE_KEY_MAX 16u

typedef struct opened {
	vv_table table;
	bool is_open;
	bool is_text; /* plain text, read as a table */
} opened;

/* Columns that the options name; lists ended by NULL. */
typedef struct named_columns {
	vv_arena lists;
	const char *const *key; /* {NULL} for none; NULL: not given */
	const char *const *only, *const *ignore;
} named_columns;

/* The keys to try, where the tables have no key of their own in common. */
typedef struct tried_keys {
	vv_diff_keys tried;
	bool guessed;
	bool sequence; /* rows are compared as a sequence, unless that finds few of them again */
} tried_keys;

/* --where */
typedef struct row_filter {
	bool given;
	vv_where *old, *now;    /* NULL: no row of this side can match */
	vv_rowdiff_stats stats; /* of the reported rows */
	uint64_t *column_changes;
} row_filter;

/* The result for the writer and the caller. */
typedef struct report {
	vv_diff_table table;
	char *form;
	vv_buf proposal; /* a line about a column that could be the key; empty: none */
	bool begun;      /* the writer has begun the table */
	bool differs;
	bool many; /* more to read than the limit: rows are not compared */
} report;

typedef struct comparison {
	const vv_diff_item *item;
	const vv_diff_how *how;
	opened old_side, new_side;
	vv_sniff_hints form; /* of plain text */
	vv_long_rows wide;   /* of both; zero: they can be read without further columns */
	vv_table *a, *b;     /* NULL: the version does not exist */
	vv_columns columns;
	vv_rowdiff *rows;
	named_columns names;
	tried_keys keys;
	row_filter filter;
	report told;
} comparison;

static vv_subject_options side_options(const comparison *c, const vv_subject *like, bool in_file)
{
	const vv_diff_how *how = c->how;

	return (vv_subject_options){.hints = &c->form,
				    .find_key = !c->item->a, /* a new table's is worth telling */
				    .like = like,
				    .keep = !like,
				    .in_file = in_file,
				    .whole = c->item->whole,
				    .unpack = how->patch == NULL,
				    .as_add = how->patch != NULL,
				    .progress = how->progress,
				    .pool = how->pool};
}

static vv_status open_side(opened *o, vv_subject *s, const vv_subject_options *so, vv_error *err)
{
	if (!s) return VV_OK;
	vv_status rc = vv_subject_open(s, &o->table, so, err);
	/* a changed file whose last version is a dataset is one, too */
	o->is_text = !s->is_dataset && (s->from != VV_FROM_WORK || vv_cid_is_null(&s->parent));
	o->is_open = rc == VV_OK;
	return rc;
}

static void close_side(opened *o)
{
	if (o->is_open) {
		vv_table_close(&o->table);
		o->is_open = false;
	}
}

/* --- key --------------------------------------------------------------- */

static bool same_key(const vv_table *a, const vv_table *b)
{
	return vv_root_names_equal(a->root.key, a->root.key_count, b->root.key, b->root.key_count);
}

/* Plain text has a certain key only if it is declared. */
static bool is_keyless_text(const opened *o)
{
	return o->is_text && o->table.root.key_source != VV_KEY_PACKAGE;
}

/* The keys to try without a user's key. Two datasets with one key use it; else the key of either,
 * or a guessed one. */
static vv_status choose_keys(comparison *c, vv_error *err)
{
	bool text_a = is_keyless_text(&c->old_side), text_b = is_keyless_text(&c->new_side);
	vv_status rc;
	if (c->names.key ||
	    (!text_a && !text_b && c->a->root.key_count > 0 && same_key(c->a, c->b))) {
		return VV_OK;
	}
	c->keys.guessed = true;
	if ((!text_b && (rc = vv_diff_keys_add(&c->keys.tried, c->b, c->a, err)) < 0) ||
	    (!text_a && (rc = vv_diff_keys_add(&c->keys.tried, c->a, c->b, err)) < 0)) {
		return rc;
	}
	/* a table of varve that has no key was looked at when it was added */
	c->keys.sequence = (!text_a && c->a->root.key_count == 0) ||
			   (!text_b && c->b->root.key_count == 0);
	return c->keys.tried.count > 0 || c->keys.sequence
		       ? VV_OK
		       : vv_diff_keys_guess(&c->keys.tried, c->a, c->b, NULL, err);
}

/* The keys where none was found by the columns' names, now that renamed columns are known. */
static vv_status choose_renamed_keys(comparison *c, vv_error *err)
{
	bool text_a = is_keyless_text(&c->old_side), text_b = is_keyless_text(&c->new_side);
	vv_status rc;
	if (!c->keys.guessed || c->keys.tried.count > 0) return VV_OK;
	if ((!text_b && (rc = vv_diff_keys_add_renamed(&c->keys.tried, c->a, c->b, true,
						       &c->columns, err)) < 0) ||
	    (!text_a && (rc = vv_diff_keys_add_renamed(&c->keys.tried, c->a, c->b, false,
						       &c->columns, err)) < 0)) {
		return rc;
	}
	return c->keys.tried.count > 0 || c->keys.sequence
		       ? VV_OK
		       : vv_diff_keys_guess(&c->keys.tried, c->a, c->b, &c->columns, err);
}

/* Places of the key for finding renamed columns by value: only where both have it. */
static size_t sample_key(const comparison *c, size_t *a, size_t *b, size_t max)
{
	const char *const *names = c->names.key              ? c->names.key
				   : c->keys.tried.count > 0 ? c->keys.tried.lists[0]
							     : NULL;
	size_t n = 0;
	if (!names) {
		if (c->a->root.key_count == 0 || c->a->root.key_count != c->b->root.key_count) {
			return 0;
		}
		names = (const char *const *)c->b->root.key;
	}
	for (; names[n] && n < max; n++) {
		long x = vv_schema_find(&c->a->schema, names[n], strlen(names[n]));
		long y = vv_schema_find(&c->b->schema, names[n], strlen(names[n]));
		for (size_t i = 0; c->how->rename && c->how->rename[i]; i += 2) {
			const char *old_name = c->how->rename[i], *new_name = c->how->rename[i + 1];
			if (strcmp(new_name, names[n]) == 0 || strcmp(old_name, names[n]) == 0) {
				x = vv_schema_find(&c->a->schema, old_name, strlen(old_name));
				y = vv_schema_find(&c->b->schema, new_name, strlen(new_name));
			}
		}
		if (x < 0 || y < 0) return 0;
		a[n] = (size_t)x;
		b[n] = (size_t)y;
	}
	return n;
}

/* --- form -------------------------------------------------------------- */

static bool same_columns(const vv_columns *c)
{
	return !vv_array_find(c->pairs, c->count, it, it->a != it->b || it->renamed);
}

/* The header line without its line end. */
static const char *header_of(const vv_dialect *d, size_t *len)
{
	const char *s = vv_dialect_header(d, len);
	while (*len > 0 && (s[*len - 1] == '\n' || s[*len - 1] == '\r')) {
		--*len;
	}
	return s;
}

/* Do the header lines differ only by the line ends, which are reported anyway, or are those that Git
 * converts? */
static bool same_header(const comparison *c)
{
	const vv_dialect *x = &c->a->root.dialect, *y = &c->b->root.dialect;
	size_t n, m;
	const char *p = header_of(x, &n), *q = header_of(y, &m);
	return !vv_form_is_typed(x->form) && x->newline != y->newline && n == m &&
	       (n == 0 || memcmp(p, q, n) == 0);
}

/* Changes the line ends of a side to those that Git stores: it may convert a text in the work tree. */
static vv_status stored_newline(vv_newline *newline, const opened *o, const vv_subject *s,
				vv_error *err)
{
	bool lf = false;
	vv_status rc = VV_OK;

	if (*newline == VV_CRLF && o->is_text && s->from == VV_FROM_WORK && s->repo && s->path) {
		rc = vv_attr_stores_lf(s->repo, s->path, &lf, err);
	}
	*newline = lf ? VV_LF : *newline;
	return rc;
}

/* Describes changes of the rows' form. */
static vv_status describe_form(comparison *c, vv_error *err)
{
	vv_auto(vv_dialect) to = {0};
	vv_auto(vv_buf) b = VV_BUF_INIT;
	vv_dialect was = c->a->root.dialect; /* owns nothing */
	vv_status rc;

	if ((rc = vv_dialect_dup(&to, &c->b->root.dialect, err)) < 0 ||
	    (rc = stored_newline(&was.newline, &c->old_side, c->item->a, err)) < 0 ||
	    (rc = stored_newline(&to.newline, &c->new_side, c->item->b, err)) < 0) {
		return rc;
	}
	const vv_dialect *from = &was;
	size_t len;
	const char *header = vv_dialect_header(from, &len);
	if (same_header(c) && (rc = vv_dialect_set_header(&to, header, len, err)) < 0) return rc;
	vv_dialect_describe_change(&b, from, &to, same_columns(&c->columns));
	vv_auto(vv_comment_hashes) before = {.items = NULL}, after = {.items = NULL};
	if ((rc = vv_forms_comments(&before, c->a, err)) < 0 ||
	    (rc = vv_forms_comments(&after, c->b, err)) < 0) {
		return rc;
	}
	if (!vv_comment_hashes_equal(&before, &after)) {
		vv_buf_printf(&b, "%scomments between the rows changed", b.len > 0 ? ", " : "");
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK && b.len > 0) {
		c->told.form = vv_buf_detach(&b);
		rc = c->told.form ? VV_OK : vv_fail_nomem(err);
	}
	return rc;
}

/* --- --where ----------------------------------------------------------- */

static long find_old(void *payload, const char *name, size_t len)
{
	const comparison *c = payload;
	long at = vv_schema_find(&c->a->schema, name, len);

	if (at >= 0 || !c->b) return at;
	long other = vv_schema_find(&c->b->schema, name, len);
	return other < 0 ? -1 : vv_columns_to_old(&c->columns, (size_t)other);
}

static long find_new(void *payload, const char *name, size_t len)
{
	const comparison *c = payload;
	long at = vv_schema_find(&c->b->schema, name, len);

	if (at >= 0 || !c->a) return at;
	long other = vv_schema_find(&c->a->schema, name, len);
	return other < 0 ? -1 : vv_columns_to_new(&c->columns, (size_t)other);
}

/* A column may exist on one side only. */
static vv_status read_where(comparison *c, vv_error *err)
{
	const char *path = c->item->path;
	const vv_where_how old = {.find = find_old, .payload = c, .path = path},
			   new = {.find = find_new, .payload = c, .path = path};
	vv_status a = VV_ENOTFOUND, b = VV_ENOTFOUND;

	if (!c->how->where || c->how->where->count == 0) return VV_OK;
	c->filter.given = true;
	if (c->a) {
		a = vv_where_new(&c->filter.old, c->a, c->how->where, &old, err);
	}
	if (c->b && (a == VV_OK || a == VV_ENOTFOUND)) {
		b = vv_where_new(&c->filter.now, c->b, c->how->where, &new, err);
	}
	if (a == VV_OK || b == VV_OK) {
		if (a != VV_OK && a != VV_ENOTFOUND) return a;
		return b != VV_OK && b != VV_ENOTFOUND ? b : VV_OK;
	}
	vv_prefix(err, "%s", vv_text_shows(c->item->path));
	return a != VV_ENOTFOUND ? a : b;
}

static bool row_holds(vv_where *w, const vv_cell *cells)
{
	return w && cells && vv_where_holds(w, cells);
}

/* Does the old or the new row match? */
static vv_status filter_row(bool *out, const row_filter *f, const vv_row_change *r, vv_error *err)
{
	vv_status rc;

	*out = row_holds(f->old, r->old_cells) || row_holds(f->now, r->new_cells);
	if (*out) return VV_OK;
	if (f->old && (rc = vv_where_ok(f->old, err)) < 0) return rc;
	return f->now ? vv_where_ok(f->now, err) : VV_OK;
}

static void count_row(row_filter *f, const vv_row_change *r, size_t columns)
{
	vv_rowdiff_stats *s = &f->stats;
	s->added += r->kind == VV_ROW_ADDED;
	s->removed += r->kind == VV_ROW_REMOVED;
	s->changed += r->kind == VV_ROW_CHANGED && r->changed > 0;
	s->formatted_rows += r->kind == VV_ROW_CHANGED && r->changed == 0;
	s->rekeyed += r->rekeyed;
	s->moved += r->moved;
	s->cells_changed += r->changed;
	s->cells_formatted += r->formatted;
	for (size_t i = 0; r->cells && i < columns; i++) {
		f->column_changes[i] += r->cells[i] == VV_CELL_CHANGED;
	}
}

/* --- writing ------------------------------------------------------------ */

static vv_status begin_table(comparison *c, vv_error *err)
{
	c->told.differs = true;
	if (c->told.begun || !c->how->writer) return VV_OK;
	c->told.begun = true;
	return vv_diff_writer_begin_table(c->how->writer, &c->told.table, err);
}

static vv_status give_row(comparison *c, const vv_row_change *r, vv_error *err)
{
	bool passes = true;
	vv_status rc;

	if (c->filter.given) {
		if ((rc = filter_row(&passes, &c->filter, r, err)) < 0 || !passes) return rc;
		count_row(&c->filter, r, c->columns.count);
	}
	if ((rc = begin_table(c, err)) < 0 || !c->how->writer) return rc;
	return vv_diff_writer_row(c->how->writer, r, err);
}

static uint64_t sheet_row(const vv_subject *s, const vv_table *t)
{
	return s && s->grid && t && vv_dialect_is_bare(&t->root.dialect)
		       ? vv_dialect_prologue_rows(&t->root.dialect) + 1
		       : 0;
}

static void fill_told(comparison *c)
{
	const vv_diff_item *i = c->item;
	c->told.table = (vv_diff_table){
		.path = i->path,
		.old_path = i->old_path,
		.a = c->a,
		.b = c->b,
		.columns = c->a && c->b ? &c->columns : NULL,
		.old_name = i->old_name,
		.new_name = i->new_name,
		.long_rows = c->wide.columns > 0,
		.form_change = c->told.form,
		.conflict = i->conflict,
		.sheet_row = {sheet_row(i->a, c->a), sheet_row(i->b, c->b)},
		.partial = c->filter.given || c->how->only->count || c->how->ignore->count ||
			   c->how->tolerance || c->how->ignore_format,
		.text_to_table = c->a && c->b && c->old_side.is_text != c->new_side.is_text &&
				 c->a->root.bytes > 0 && c->b->root.bytes > 0 && !i->a->no_bytes &&
				 !i->b->no_bytes};
}

/* --- tables without a key ----------------------------------------------- */

#define LABEL_ROWS 2000u

/* The place in the new version of a column that the first rows of the old one fit as well. */
static bool fits_old(const comparison *c, const vv_key_found *old, size_t place)
{
	long at = vv_columns_to_old(&c->columns, place);
	return at >= 0 && (size_t)at < old->columns && old->could[at];
}

/* Proposes a column that is unique in both versions and would identify rows better. */
static void propose_key(comparison *c, const vv_key_found *old, const vv_key_found *new)
{
	if (!c->how->propose || c->names.key || c->item->conflict || new->column == SIZE_MAX ||
	    !fits_old(c, old, new->column)) {
		return;
	}
	const vv_field *f = &c->b->schema.fields[new->column];
	vv_buf_printf(&c->told.proposal, "%s has no key, but the values of '%s' are unique%s",
		      vv_text_shows(c->item->path), vv_text_name(f->name, f->name_len),
		      old->whole && new->whole ? "" : " in its first rows");
	const vv_hint_words_fn words = c->how->notes ? c->how->notes->words : NULL;
	(void)vv_hint_put(&c->told.proposal, ": ", words, VV_HINT_DIFF_KEY, f->name);
	if (!c->item->b || !c->item->b->table) { /* documents get no key */
		(void)vv_hint_put(&c->told.proposal, ", ", words, VV_HINT_ADD_KEY_FOUND, f->name,
				  c->item->path);
	}
}

/* Finds the column that identifies rows of tables without a key for people. */
static vv_status find_label(comparison *c, vv_error *err)
{
	vv_table *newer = c->b ? c->b : c->a;
	vv_auto(vv_key_found) old = {.could = NULL}, new = {.could = NULL};
	vv_status rc;
	if (c->told.table.key_count > 0 || !c->how->writer || c->how->counts || c->how->bound > 0) {
		return VV_OK;
	}
	if ((rc = vv_key_find(&new, newer, LABEL_ROWS, err)) < 0) return rc;
	c->told.table.has_label = new.telling != SIZE_MAX;
	c->told.table.label = new.telling;
	if (c->a && c->b && c->how->propose && new.column != SIZE_MAX &&
	    (rc = vv_key_find(&old, c->a, LABEL_ROWS, err)) == VV_OK) {
		propose_key(c, &old, &new);
	}
	return rc;
}

/* Writes the rows of a table that only one side has, up to the limit. */
static vv_status give_rows(comparison *c, vv_table *t, vv_error *err)
{
	const bool removed = c->a != NULL;
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, NULL, 0, err);
	const vv_batch *b = &w.batch;
	uint64_t left = c->filter.given || c->how->limit == 0 ? UINT64_MAX : c->how->limit;
	while (left > 0 && vv_group_walk_next(&w)) {
		for (size_t i = 0; i < b->rows && w.rc == VV_OK && left > 0; i++, left--) {
			const vv_cell *cells = &b->cells[i * b->columns];
			uint64_t row = b->first_row + i;
			vv_row_change change = {
				.place = row, .old_row = UINT64_MAX, .new_row = UINT64_MAX};

			if (removed) {
				change.kind = VV_ROW_REMOVED;
				change.old_row = row;
				change.old_cells = cells;
			} else {
				change.kind = VV_ROW_ADDED;
				change.new_row = row;
				change.new_cells = cells;
			}
			w.rc = give_row(c, &change, err);
		}
	}
	return w.rc;
}

/* A table that only one side has. */
static vv_status compare_whole(comparison *c, vv_error *err)
{
	vv_table *t = c->a ? c->a : c->b;
	bool removed = c->a != NULL;
	vv_auto_free size_t *key = vv_calloc(t->root.key_count + 1, sizeof(*key));
	vv_status rc = VV_OK;
	if (!key) return vv_fail_nomem(err);
	c->told.table.key_count = vv_table_key_places(key, t) ? t->root.key_count : 0;
	c->told.table.key = key;
	if ((rc = find_label(c, err)) < 0) return rc;
	const uint64_t rows = t->root.rows, differ = c->filter.given ? 0 : rows;
	if (removed) {
		c->filter.stats = (vv_rowdiff_stats){.removed = differ, .old_rows = rows};
	} else {
		c->filter.stats = (vv_rowdiff_stats){.added = differ, .new_rows = rows};
	}
	rc = c->filter.given ? VV_OK : begin_table(c, err);
	if (rc == VV_OK && (c->filter.given || (c->how->writer && !c->how->counts))) {
		rc = give_rows(c, t, err);
	}
	return rc < 0 || !c->told.begun
		       ? rc
		       : vv_diff_writer_end_table(c->how->writer, &c->filter.stats, err);
}

static bool columns_differ(const comparison *c)
{
	return !vv_columns_same(&c->columns) || c->columns.key_changed ||
	       c->columns.missing_changed ||
	       vv_array_find(c->columns.pairs, c->columns.count, it, it->reconstrained);
}

static void warn_repeats(const comparison *c, const vv_rowdiff_stats *s)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	size_t shown = 0;
	if (s->repeated_keys == 0 || !c->how->writer || c->how->bound > 0) return;
	for (; shown < VV_REPEATS_SHOWN && s->repeated[shown]; shown++) {
		vv_buf_printf(&b, "%s'%s'", shown > 0 ? ", " : "", s->repeated[shown]);
	}
	vv_notes_warn(
		c->how->notes,
		"%s: %s key%s more than once (%s%s); rows of one key are matched in their order",
		vv_text_shows(c->item->path), vv_text_count(s->repeated_keys),
		s->repeated_keys == 1 ? " occurs" : "s occur", vv_buf_cstr(&b),
		s->repeated_keys > shown ? ", ..." : "");
}

static vv_status open_rows_by(comparison *c, const char *const *key, vv_error *err)
{
	const vv_diff_how *how = c->how;
	vv_rowdiff_options ro = {.key = key,
				 .columns = &c->columns,
				 .ignore_format = how->ignore_format,
				 .tolerance = how->tolerance,
				 .only = c->names.only,
				 .ignore = c->names.ignore,
				 .rekeyed = true,
				 .moves = how->moves,
				 .only_needed = how->writer && how->writer->kind->only_needed &&
						!c->filter.given,
				 .temp_dir = how->temp_dir ? how->temp_dir : "/tmp",
				 .pool = how->pool,
				 .progress = how->progress};
	return vv_rowdiff_open(&c->rows, c->a, c->b, &ro, err);
}

static const char *const no_key[] = {NULL};

/* Counts the rows removed and added under this key. */
static vv_status count_lone(comparison *c, const char *const *key, uint64_t lone[2], vv_error *err)
{
	vv_row_change row;
	vv_status rc = open_rows_by(c, key, err);

	if (rc < 0) return rc;
	while (vv_rowdiff_next(c->rows, &row, &rc, err)) {
	}
	const vv_rowdiff_stats *s = vv_rowdiff_stats_get(c->rows);
	lone[0] = s->removed;
	lone[1] = s->added;
	vv_rowdiff_close(c->rows);
	c->rows = NULL;
	return rc;
}

/* Guesses a key if most rows are lone in a sequence, which hides what changed in rows that were also sorted. Drops a key of
 * which a column seems to be rewritten if it leaves more rows lone than a sequence. */
static vv_status judge_keys(comparison *c, vv_error *err)
{
	vv_diff_keys *k = &c->keys.tried;
	const bool guess = c->keys.sequence && k->count == 0;
	uint64_t by_place[2] = {0}, by_key[2] = {0};
	vv_status rc;

	if (!guess && !k->rewritten) return VV_OK;
	if ((rc = count_lone(c, no_key, by_place, err)) < 0) return rc;
	if (guess && by_place[0] * 2 > c->a->root.rows && by_place[1] * 2 > c->b->root.rows) {
		rc = vv_diff_keys_guess(k, c->a, c->b, &c->columns, err);
	}
	if (rc < 0 || !k->rewritten) return rc;
	if ((rc = count_lone(c, k->lists[0], by_key, err)) < 0) return rc;
	if (by_key[0] + by_key[1] > by_place[0] + by_place[1]) {
		vv_diff_keys_clear(k);
	}
	return VV_OK;
}

/* Guessed keys that turn out to repeat more than now and then are none. */
static vv_status open_rows(comparison *c, vv_error *err)
{
	vv_status rc;

	if (!c->keys.guessed) return open_rows_by(c, c->names.key, err);
	if ((rc = judge_keys(c, err)) < 0) return rc;
	vv_array_each(c->keys.tried.lists, c->keys.tried.count, key) {
		if ((rc = open_rows_by(c, *key, err)) < 0) return rc;
		const vv_rowdiff_stats *s = vv_rowdiff_stats_get(c->rows);
		if (s->repeated_keys * 100 <= s->old_rows + s->new_rows) return VV_OK;
		vv_rowdiff_close(c->rows);
		c->rows = NULL;
	}
	return open_rows_by(c, no_key, err);
}

static vv_status check_names(const comparison *c, const vv_strings *l, const char *option,
			     vv_error *err)
{
	vv_array_each(l->items, l->count, name) {
		if (vv_schema_find(&c->a->schema, *name, strlen(*name)) < 0 &&
		    vv_schema_find(&c->b->schema, *name, strlen(*name)) < 0) {
			return vv_fail(err, VV_ENOTFOUND,
				       "%s: neither version of '%s' has a column '%s'", option,
				       vv_text_shows(c->item->path), vv_text_shows(*name));
		}
	}
	return VV_OK;
}

/* Sets *out to the names, ended by NULL; NULL: there are none. */
static vv_status end_list(comparison *c, const char *const **out, const vv_strings *l,
			  vv_error *err)
{
	*out = NULL;
	if (l->count == 0) return VV_OK;
	const char **list = vv_arena_calloc(&c->names.lists, l->count + 1, sizeof(*list));
	if (!list) return vv_fail_nomem(err);
	memcpy(list, l->items, l->count * sizeof(*list));
	*out = list;
	return VV_OK;
}

/* The names in the options, for these two tables. */
static vv_status take_names(comparison *c, vv_error *err)
{
	const vv_diff_how *how = c->how;
	vv_status rc;
	if ((rc = check_names(c, how->only, "--columns", err)) < 0 ||
	    (rc = check_names(c, how->ignore, "--ignore-column", err)) < 0 ||
	    (rc = end_list(c, &c->names.only, how->only, err)) < 0 ||
	    (rc = end_list(c, &c->names.ignore, how->ignore, err)) < 0 ||
	    (rc = end_list(c, &c->names.key, how->key, err)) < 0) {
		return rc;
	}
	const bool is_none = how->key->count == 1 && strcmp(how->key->items[0], "none") == 0 &&
			     vv_schema_find(&c->a->schema, "none", 4) < 0 &&
			     vv_schema_find(&c->b->schema, "none", 4) < 0;
	c->names.key = is_none ? no_key : c->names.key;
	return VV_OK;
}

static vv_status match_columns(comparison *c, vv_error *err)
{
	size_t key_a[SAMPLE_KEY_MAX], key_b[SAMPLE_KEY_MAX];
	vv_columns_options co = {.no_renames = c->how->no_renames,
				 .rename = c->how->rename,
				 .key_a = key_a,
				 .key_b = key_b,
				 .key_count = sample_key(c, key_a, key_b, SAMPLE_KEY_MAX)};
	const vv_status rc = vv_columns_match(&c->columns, c->a, c->b, &co, err);

	/* those that no header names have no type of their own */
	vv_array_each(c->columns.pairs, c->wide.columns > 0 ? c->columns.count : 0, p) {
		p->retyped &= p->a < (long)c->wide.named || p->b < (long)c->wide.named;
	}
	return rc;
}

/* Is there more to read than may be? Then only the columns and the form are reported. */
static vv_status look_at_bound(comparison *c, vv_error *err)
{
	const vv_rowdiff_stats nothing = {.old_rows = c->a->root.rows, .new_rows = c->b->root.rows};
	uint64_t cells = 0;
	vv_status rc = VV_OK;
	if (c->how->bound > 0) {
		rc = vv_rowdiff_cost(&cells, c->a, c->b, &c->columns, err);
	}
	if (rc < 0 || cells <= c->how->bound) return rc;
	c->told.many = true;
	fill_told(c);
	if ((rc = begin_table(c, err)) == VV_OK && c->how->writer) {
		rc = vv_diff_writer_end_table(c->how->writer, &nothing, err);
	}
	return rc;
}

static vv_status compare_both(comparison *c, vv_error *err)
{
	vv_row_change change;
	vv_status rc;
	if ((rc = take_names(c, err)) < 0 || (rc = choose_keys(c, err)) < 0 ||
	    (rc = match_columns(c, err)) < 0 || (rc = choose_renamed_keys(c, err)) < 0 ||
	    (rc = describe_form(c, err)) < 0 || (rc = read_where(c, err)) < 0 ||
	    (rc = look_at_bound(c, err)) < 0 || c->told.many || (rc = open_rows(c, err)) < 0) {
		return rc;
	}
	c->filter.column_changes = vv_calloc(c->columns.count + 1,
					     sizeof(*c->filter.column_changes));
	if (!c->filter.column_changes) return vv_fail_nomem(err);
	/* which of two texts has a key is a matter of finding, no change of the table */
	c->columns.key_changed &= !c->old_side.is_text && !c->new_side.is_text;
	fill_told(c);
	c->told.table.reordered = vv_rowdiff_stats_get(c->rows)->reordered;
	c->told.table.key = vv_rowdiff_key(c->rows, &c->told.table.key_count);
	if ((rc = find_label(c, err)) < 0) return rc;
	const vv_rowdiff_stats *s = vv_rowdiff_stats_get(c->rows);
	bool form = c->told.form && !c->how->ignore_format;
	if (columns_differ(c) || form || s->reordered || c->item->old_path || c->item->conflict) {
		rc = begin_table(c, err);
	} else if (c->told.table.text_to_table && c->how->writer) {
		rc = begin_table(c, err);
		c->told.differs = false;
	}
	while (!(c->how->only_whether && c->told.differs) &&
	       vv_rowdiff_next(c->rows, &change, &rc, err)) {
		rc = give_row(c, &change, err);
	}
	if (rc < 0) return rc;
	warn_repeats(c, s);
	table_diff_note_rewritten(c->item, c->how, c->b, s);
	if (c->told.proposal.len > 0 && s->added + s->removed + s->changed > 0) {
		vv_notes_put(c->how->notes, "hint: %s", vv_buf_cstr(&c->told.proposal));
	}
	if (!c->told.begun) return VV_OK;
	if (!c->filter.given) return vv_diff_writer_end_table(c->how->writer, s, err);
	c->filter.stats.old_rows = s->old_rows;
	c->filter.stats.new_rows = s->new_rows;
	c->filter.stats.keyed = s->keyed;
	c->filter.stats.column_changes = c->filter.column_changes;
	return vv_diff_writer_end_table(c->how->writer, &c->filter.stats, err);
}

static vv_status write_patch(comparison *c, vv_error *err)
{
	const vv_diff_item *i = c->item;
	bool written = false;
	vv_patch_write_options o = *c->how->patch;
	vv_status rc;
	if (c->a && c->b) {
		if ((rc = take_names(c, err)) < 0 || (rc = choose_keys(c, err)) < 0 ||
		    (rc = match_columns(c, err)) < 0 || (rc = describe_form(c, err)) < 0) {
			return rc;
		}
		if (c->names.key) {
			o.key = c->names.key;
		} else if (c->keys.tried.count > 0) {
			o.key = c->keys.tried.lists[0];
		} else {
			o.key = NULL;
		}
		o.columns = &c->columns;
	}
	fill_told(c);
	o.path = i->path;
	o.old_path = i->old_path;
	o.told = &c->told.table;
	rc = vv_patch_write(c->a, c->b, &o, &written, err);
	*c->how->sections += written;
	c->told.differs = written;
	return rc;
}

/* Are both files of which no version is stored? Of a patch the bytes count, not the rows alone. */
static vv_status are_files(const comparison *c, bool *out, vv_error *err)
{
	const vv_diff_item *i = c->item;
	vv_status rc;

	*out = false;
	if (!i->a || !i->b || c->how->patch) return VV_OK;
	if ((rc = vv_subject_settle(i->a, err)) < 0 || (rc = vv_subject_settle(i->b, err)) < 0) {
		return rc;
	}
	*out = vv_subject_is_file(i->a) && vv_subject_is_file(i->b);
	return VV_OK;
}

/* In a patch a text has the line ends that Git stores, as those of the work tree depend on the machine. Git leaves a
 * text alone that it has with CRLF. */
static vv_status reads_as_lf(const comparison *c, bool *out, vv_error *err)
{
	const vv_subject *b = c->item->b;

	*out = false;
	if (!c->how->patch || !b || !b->repo || !b->path || b->from != VV_FROM_WORK ||
	    !c->old_side.is_open || !c->old_side.is_text ||
	    c->old_side.table.root.dialect.newline == VV_CRLF) {
		return VV_OK;
	}
	return vv_attr_stores_lf(b->repo, b->path, out, err);
}

static vv_status open_sides(comparison *c, bool in_file, bool *unreadable, vv_error *err)
{
	const vv_diff_item *i = c->item;
	const vv_subject_options old = side_options(c, NULL, in_file);
	vv_subject_options new = side_options(c, i->a, in_file);

	if (i->a && i->b) {
		vv_subject_begin(i->b, &new);
	}
	vv_status rc = open_side(&c->old_side, i->a, &old, err);
	*unreadable = rc == VV_EINPUT && !i->a->is_dataset;
	if (rc < 0) return rc;
	new.in_file = in_file && i->a && i->a->own.in_file;
	new.before = c->old_side.is_open ? &c->old_side.table.root : NULL;
	if ((rc = reads_as_lf(c, &new.as_lf, err)) < 0) return rc;
	if ((rc = open_side(&c->new_side, i->b, &new, err)) < 0) {
		*unreadable = rc == VV_EINPUT && !i->b->is_dataset;
	}
	return rc;
}

/* Which of several equal groups belongs to which depends on the names that they are stored by: those in files have
 * others. And a group of a JSON table has no other than that. */
static vv_status are_told_apart(const comparison *c, bool *out, vv_error *err)
{
	bool old_repeats = true, new_repeats = true;
	vv_status rc;

	if (c->item->b->own.in_file &&
	    ((rc = vv_table_repeats_groups(&old_repeats, &c->old_side.table, err)) < 0 ||
	     (rc = vv_table_repeats_groups(&new_repeats, &c->new_side.table, err)) < 0)) {
		return rc;
	}
	*out = !old_repeats && !new_repeats;
	return VV_OK;
}

/* Where no difference of rows was found, the files may differ. Rows of a document have no writing of their own. */
static vv_status tell_respelled(const comparison *c, vv_diff_answer *out, vv_error *err)
{
	const vv_diff_how *how = c->how;

	if (c->item->b->table || c->told.begun || c->told.differs || c->told.many ||
	    c->filter.given || how->only_whether || how->ignore_format ||
	    (how->only && how->only->count) || (how->ignore && how->ignore->count)) {
		return VV_OK;
	}
	return table_diff_respelled(c->item, vv_form_is_typed(c->b->root.dialect.form), out, err);
}

static void forget_sides(comparison *c)
{
	close_side(&c->old_side);
	close_side(&c->new_side);
	if (c->item->b) {
		vv_subject_forget(c->item->b);
	}
	if (c->item->a) {
		vv_subject_forget(c->item->a);
	}
}

static vv_status reopen_sides(comparison *c, bool in_file, bool *unreadable, vv_error *err)
{
	forget_sides(c);
	return open_sides(c, in_file, unreadable, err);
}

/* A version cannot be opened, for the reason *err. If it has rows with more cells than the header names, opens both with further
 * columns. */
static vv_status open_wide(comparison *c, bool in_file, bool *unreadable, vv_error *err)
{
	vv_error why;
	vv_status rc = table_diff_widen(&c->wide, c->item, &c->form, &why);

	c->form.columns = c->wide.columns;
	if (rc == VV_OK && c->wide.columns == 0) return VV_EINPUT;
	if (rc == VV_OK && c->how->patch) {
		*unreadable = false; /* no line in place of the file's part of the patch */
		return table_diff_refuse_patch(err);
	}
	rc = rc < 0 ? rc : reopen_sides(c, in_file, unreadable, &why);
	if (rc < 0) return vv_error_copy(err, &why);
	vv_error_clear(err);
	return VV_OK;
}

/* Opens both sides; if one is not stored as a table and cannot be read as one, *unreadable is true
 * and err has the reason. */
static vv_status open_both(comparison *c, bool *unreadable, vv_error *err)
{
	const vv_diff_item *i = c->item;
	bool in_file, apart = true;
	vv_status rc;

	*unreadable = false;
	if ((rc = are_files(c, &in_file, err)) < 0) return rc;
	rc = open_sides(c, in_file, unreadable, err);
	if (*unreadable && (rc = open_wide(c, in_file, unreadable, err)) < 0) return rc;
	if (rc == VV_OK && in_file && i->a->own.in_file &&
	    (rc = are_told_apart(c, &apart, err)) == VV_OK && !apart) {
		rc = reopen_sides(c, false, unreadable, err);
	}
	c->a = c->old_side.is_open ? &c->old_side.table : NULL;
	c->b = c->new_side.is_open ? &c->new_side.table : NULL;
	return rc;
}

static bool is_file(const vv_table *t)
{
	return t && t->root.kind == VV_KIND_FILE;
}

static void comparison_clear(comparison *c)
{
	vv_rowdiff_close(c->rows);
	vv_columns_clear(&c->columns);
	vv_diff_keys_clear(&c->keys.tried);
	vv_buf_clear(&c->told.proposal);
	vv_arena_clear(&c->names.lists);
	vv_free(c->told.form);
	vv_where_free(c->filter.old);
	vv_where_free(c->filter.now);
	vv_free(c->filter.column_changes);
	if (c->wide.columns > 0) { /* another comparison of them knows nothing of the columns */
		forget_sides(c);
	}
	close_side(&c->old_side);
	close_side(&c->new_side);
}
VV_AUTO_CLEAR(comparison, comparison_clear)

static vv_status compare_tables(vv_diff_answer *out, const vv_diff_item *item,
				const vv_diff_how *how, vv_error *err)
{
	static const vv_sniff_hints nothing = VV_SNIFF_HINTS_INIT;
	vv_auto(comparison) c = {.item = item,
				 .how = how,
				 .form = how->written ? *how->written : nothing,
				 .told.proposal = VV_BUF_INIT};
	bool stored = (item->a && item->a->is_dataset) || (item->b && item->b->is_dataset),
	     unreadable = false;
	vv_status rc;
	if (item->open_a && item->open_b) {
		c.a = item->open_a;
		c.b = item->open_b;
		rc = compare_both(&c, err);
		out->differs = c.told.differs;
		out->many = c.told.many;
		return rc;
	}
	if (table_diff_is_document(item)
		    ? how->only_whether || how->patch || (item->whole && !stored)
		    : !stored && !item->compared &&
			      !vv_diff_is_table_name(item->path, item->named)) {
		return table_diff_text(item, how, out, NULL, err);
	}
	if ((rc = open_both(&c, &unreadable, err)) < 0) {
		if (unreadable && table_diff_is_document(item) &&
		    !(item->a ? item->a : item->b)->table) {
			/* A reader's failure was reported when its tables were listed. */
			vv_error_clear(err);
			return table_diff_text(item, how, out, NULL, err);
		}
		if (unreadable && !item->named) {
			char why[sizeof(err->message)];
			memcpy(why, err->message, sizeof(why));
			return table_diff_text(item, how, out, why, err);
		}
		return rc;
	}
	if (is_file(c.a) || is_file(c.b)) return table_diff_files(item, c.a, c.b, out, err);
	if (how->patch) {
		rc = write_patch(&c, err);
	} else if (c.a && c.b) {
		if ((rc = compare_both(&c, err)) == VV_OK) {
			rc = tell_respelled(&c, out, err);
		}
	} else if ((rc = read_where(&c, err)) == VV_OK) {
		fill_told(&c);
		rc = compare_whole(&c, err);
	}
	out->differs = c.told.differs;
	out->many = c.told.many;
	return rc;
}

vv_status vv_diff_item_compare(vv_diff_answer *out, const vv_diff_item *item,
			       const vv_diff_how *how, vv_error *err)
{
	out->differs = out->many = out->respelled = false;
	out->line = (vv_buf)VV_BUF_INIT;
	if (!item->a && !item->b && !item->open_a) { /* mode 0: git shows it as a submodule */
		out->differs = true;
		vv_buf_printf(&out->line, "%s: not shown: its mode in the tree is invalid",
			      vv_text_shows(item->path));
		return vv_buf_ok(&out->line, err);
	}
	vv_status rc = compare_tables(out, item, how, err);
	if (rc < 0) {
		vv_buf_clear(&out->line);
	}
	return rc;
}
