/*
 * columns: matches the columns of three versions, and chooses those of the result: columns are
 * identified by base's, under any name on either side. Their order is that of the side that moved
 * columns, with new ones after the column that they follow there. Also finds a side's values in
 * columns that the other side dropped: added rows have no other place for these values, so that
 * such a column cannot be dropped silently.
 */
#include "diff/merge/steps.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "diff/merge/state.h"
#include "diff/rows/key_unique.h"
#include "diff/rows/rowdiff.h"
#include "diff/rows/value.h"

/* --- matching ---------------------------------------------------------------- */

static long find_name(const vv_table *t, const char *name)
{
	return vv_schema_find(&t->schema, name, strlen(name));
}

/* Places of columns with these names; false when one is not there. */
static bool find_names(const vv_table *t, const char *const *names, size_t count, size_t *out)
{
	for (size_t i = 0; i < count; i++) {
		long at = find_name(t, names[i]);
		if (at < 0) return false;
		out[i] = (size_t)at;
	}
	return true;
}

static size_t count_names(const char *const *names)
{
	size_t n = 0;
	while (names && names[n]) {
		n++;
	}
	return n;
}

static vv_status make_places(const merge *m, merge_side *s, vv_error *err)
{
	size_t olds = merge_base(m) ? merge_base(m)->columns : 0;
	s->to_base = vv_calloc(s->table->columns + 1, sizeof(*s->to_base));
	s->from_base = vv_calloc(olds + 1, sizeof(*s->from_base));
	s->edited = vv_calloc(olds + 1, sizeof(*s->edited));
	s->filled = vv_calloc(olds + 1, sizeof(*s->filled));
	return s->to_base && s->from_base && s->edited && s->filled ? VV_OK : vv_fail_nomem(err);
}

/* rename: pairs of names known to be one column, or NULL. */
static vv_status match_side(merge *m, merge_side *s, const char *const *rename, vv_error *err)
{
	size_t key_a[VV_KEY_COLUMNS_MAX], key_b[VV_KEY_COLUMNS_MAX],
		olds = merge_base(m) ? merge_base(m)->columns : 0;
	const char *const *key = m->opts->key;
	size_t count = 0;

	if (key) {
		count = count_names(key);
	} else if (merge_base(m)) {
		count = merge_base(m)->root.key_count;
	}
	vv_columns_options opts = {.rename = rename, .no_renames = m->opts->part};
	vv_status rc = VV_OK;
	for (size_t i = 0; i < s->table->columns; i++) {
		s->to_base[i] = -1;
	}
	for (size_t i = 0; i < olds; i++) {
		s->from_base[i] = -1;
	}
	if (!merge_base(m)) return VV_OK;
	key = key ? key : (const char *const *)merge_base(m)->root.key;
	if (count > 0 && count <= VV_KEY_COLUMNS_MAX &&
	    find_names(merge_base(m), key, count, key_a) &&
	    find_names(s->table, key, count, key_b)) {
		opts.key_a = key_a;
		opts.key_b = key_b;
		opts.key_count = count;
	}
	vv_columns_clear(&s->columns);
	if ((rc = vv_columns_match(&s->columns, merge_base(m), s->table, &opts, err)) < 0) {
		return rc;
	}
	s->moved_columns = false;
	vv_array_each(s->columns.pairs, s->columns.count, p) {
		if (p->a >= 0 && p->b >= 0) {
			s->to_base[p->b] = p->a;
			s->from_base[p->a] = p->b;
			s->moved_columns |= p->moved;
		}
	}
	return VV_OK;
}

/* A column renamed on one side, and apparently dropped on the other for a new column of that very
 * name, was renamed by both. */
static vv_status share_renames(merge *m, size_t knows, vv_error *err)
{
	const merge_side *from = &m->side[knows];
	merge_side *to = &m->side[1 - knows];
	size_t n = 0;
	vv_auto_free const char **list = vv_calloc(2 * from->columns.count + 1, sizeof(*list));
	if (!list) return vv_fail_nomem(err);
	vv_array_each(from->columns.pairs, from->columns.count, p) {
		const char *name = p->renamed ? from->table->schema.fields[p->b].name : NULL;
		long there = name && to->from_base[p->a] < 0 ? find_name(to->table, name) : -1;
		if (there >= 0 && to->to_base[there] < 0) {
			list[n++] = merge_base(m)->schema.fields[p->a].name;
			list[n++] = name;
		}
	}
	return n > 0 ? match_side(m, to, list, err) : VV_OK;
}

/* A key by columns of base, where both sides have them all. */
static bool key_of_base(merge *m, const size_t *places, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		long x = m->side[0].from_base[places[i]], y = m->side[1].from_base[places[i]];
		if (x < 0 || y < 0) return false;
		m->side[MERGE_BASE].key[i] = places[i];
		m->side[0].key[i] = (size_t)x;
		m->side[1].key[i] = (size_t)y;
	}
	m->key_count = count;
	return count > 0;
}

/* The same from names, as base or one of the sides calls them. */
static bool key_of_names(merge *m, int version, const char *const *names, size_t count)
{
	size_t places[VV_KEY_COLUMNS_MAX];
	if (count == 0 || count > VV_KEY_COLUMNS_MAX ||
	    !find_names(m->side[version].table, names, count, places)) {
		return false;
	}
	for (size_t i = 0; version < 2 && i < count; i++) {
		long b = m->side[version].to_base[places[i]];
		if (b < 0) return false;
		places[i] = (size_t)b;
	}
	return key_of_base(m, places, count);
}

static bool key_of_version(merge *m, int version)
{
	const vv_root *r = &m->side[version].table->root;
	return key_of_names(m, version, (const char *const *)r->key, r->key_count);
}

/* Without base: columns of the same name on both sides. */
static bool key_of_both(merge *m, const char *const *names, size_t count)
{
	bool found = count > 0 && count <= VV_KEY_COLUMNS_MAX &&
		     find_names(m->side[0].table, names, count, m->side[0].key) &&
		     find_names(m->side[1].table, names, count, m->side[1].key);
	m->key_count = found ? count : 0;
	return found;
}

static bool same_keys(const vv_root *a, const vv_root *b)
{
	return vv_root_names_equal(a->key, a->key_count, b->key, b->key_count);
}

/* Is the key that was chosen one in every version? */
static vv_status key_is_unique(merge *m, bool *out, vv_error *err)
{
	vv_status rc = vv_key_unique(out, merge_base(m), m->side[MERGE_BASE].key, m->key_count,
				     m->opts->temp_dir, err);
	for (size_t i = 0; i < 2 && rc == VV_OK && *out; i++) {
		rc = vv_key_unique(out, m->side[i].table, m->side[i].key, m->key_count,
				   m->opts->temp_dir, err);
	}
	return rc;
}

/* A side lost base's key: the rows are known by the key that a side has since, if it is one in all
 * versions. Without any they cannot be merged, unless one side has base's rows unchanged. */
static vv_status choose_other_key(merge *m, vv_error *err)
{
	for (int i = 0; i < 2; i++) {
		bool unique = false;
		vv_status rc = key_of_version(m, i) ? key_is_unique(m, &unique, err) : VV_OK;
		if (rc < 0 || unique) return rc;
	}
	m->key_count = 0;
	m->key_lost = !vv_tables_same_data(merge_base(m), m->side[0].table) &&
		      !vv_tables_same_data(merge_base(m), m->side[1].table);
	return VV_OK;
}

/* Do all versions have a column that one of them has under this name? */
static bool in_all_versions(const merge *m, const char *name)
{
	bool in_all = false;
	for (int v = 0; v < 3 && !in_all; v++) {
		const vv_table *t = m->side[v].table;
		const long at = t ? find_name(t, name) : -1;
		const long b = at < 0 || v == 2 ? at : m->side[v].to_base[at];
		in_all = b >= 0 && m->side[0].from_base[b] >= 0 && m->side[1].from_base[b] >= 0;
	}
	return in_all || (!merge_base(m) && find_name(m->side[0].table, name) >= 0 &&
			  find_name(m->side[1].table, name) >= 0);
}

static vv_status no_such_key(const merge *m, const char *const *key, vv_error *err)
{
	const char *const *missing = vv_ended_find(key, it, !in_all_versions(m, *it));
	const char *name = missing ? *missing : key[0];
	return vv_fail(err, VV_ENOTFOUND, "key column '%s' is not in all versions",
		       vv_text_name(name, strlen(name)));
}

/* Chooses the key: the requested one, base's, or one that a side added. */
static vv_status choose_key(merge *m, vv_error *err)
{
	const char *const *key = m->opts->key;
	size_t count = count_names(key);
	const vv_root *x = &m->side[0].table->root, *y = &m->side[1].table->root;
	if (key && count == 0) return VV_OK;
	if (key) {
		bool found = merge_base(m) ? key_of_names(m, 2, key, count) ||
						     key_of_names(m, 0, key, count) ||
						     key_of_names(m, 1, key, count)
					   : key_of_both(m, key, count);
		return found ? VV_OK : no_such_key(m, key, err);
	}
	if (!merge_base(m)) {
		const vv_root *r = x->key_count > 0 ? x : y;
		if (x->key_count == 0 || y->key_count == 0 || same_keys(x, y)) {
			key_of_both(m, (const char *const *)r->key, r->key_count);
		}
		return VV_OK;
	}
	if (key_of_version(m, 2)) return VV_OK;
	if (merge_base(m)->root.key_count > 0) return choose_other_key(m, err);
	if (!key_of_version(m, 0)) {
		key_of_version(m, 1);
	}
	return VV_OK;
}

bool merge_has_key_of_base(const merge *m, size_t side)
{
	bool all = true;
	for (size_t i = 0; i < merge_base(m)->root.key_count; i++) {
		long at = find_name(merge_base(m), merge_base(m)->root.key[i]);
		all &= at >= 0 && m->side[side].from_base[at] >= 0;
	}
	return all;
}

vv_status merge_columns_match(merge *m, vv_error *err)
{
	vv_status rc;
	for (size_t i = 0; i < 2; i++) {
		if ((rc = make_places(m, &m->side[i], err)) < 0 ||
		    (rc = match_side(m, &m->side[i], NULL, err)) < 0) {
			return rc;
		}
	}
	if ((rc = share_renames(m, 0, err)) < 0 || (rc = share_renames(m, 1, err)) < 0) return rc;
	return choose_key(m, err);
}

/* --- which columns the result has ---------------------------------------------- */

static const vv_field *field_of(const merge *m, int version, long place)
{
	return &m->side[version].table->schema.fields[place];
}

static bool same_name(const vv_field *a, const vv_field *b)
{
	return a->name_len == b->name_len && memcmp(a->name, b->name, a->name_len) == 0;
}

static vv_status conflict_column(merge *m, vv_conflict_kind kind, const char *column, vv_error *err,
				 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static vv_status conflict_column(merge *m, vv_conflict_kind kind, const char *column, vv_error *err,
				 const char *fmt, ...)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	vv_buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return merge_conflict_text(m, kind, column, &text, err);
}

static void add_column(merge *m, long b, long x, long y, const vv_field *named)
{
	m->columns[m->column_count++] = (merge_column){
		.side = {x, y, b}, .name = named->name, .name_len = named->name_len, .takes = -1};
}

static const vv_column_pair *pair_of(const merge_side *s, long b)
{
	return vv_array_find(s->columns.pairs, s->columns.count, it, it->a == b);
}

/* Does the keeper's row have a value that base's lacks, in a column that counts for a row removed by
 * the other side? */
static vv_status has_news(merge *m, size_t keeper, const vv_cell *was, uint64_t row, bool *out,
			  vv_error *err)
{
	merge_side *s = &m->side[keeper];
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&s->rows, row, &cells, err);
	if (rc < 0) return rc;
	for (size_t i = 0; i < s->table->columns && !*out; i++) {
		const long b = s->to_base[i];
		const vv_field *was_field = b >= 0 ? field_of(m, 2, b) : NULL;
		if (!was_field) {
			*out = merge_has_value(s, &cells[i]);
		} else if (m->side[1 - keeper].from_base[b] >= 0 ||
			   merge_decided(m, VV_CONFLICT_COLUMN_REMOVED, was_field->name,
					 was_field->name_len) == (int)keeper) {
			*out = vv_value_compare(&m->scratch, was_field, &was[b],
						field_of(m, (int)keeper, (long)i),
						&cells[i]) == VV_OTHER;
		}
	}
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

/* JSON: has a row that the other side removed a member of the column, and is it in the result, since the keeper changed
 * it? */
static vv_status stays_in_row(merge *m, long b, size_t keeper, bool *out, vv_error *err)
{
	merge_side *s = &m->side[keeper], *other = &m->side[1 - keeper];
	const vv_merge_rows rule = merge_rows_rule(m, keeper);
	*out = false;
	if (!vv_form_is_typed(other->table->root.dialect.form) || other->gone == 0 ||
	    rule == VV_MERGE_ROWS_DELETE || (rule == VV_MERGE_ROWS_CONFLICT && keeper != m->ours)) {
		return VV_OK;
	}
	for (uint64_t row = 0; row < merge_base(m)->root.rows && !*out; row++) {
		const uint64_t kept = merge_to_side(other, row) == MERGE_NONE
					      ? merge_to_side(s, row)
					      : MERGE_NONE;
		const vv_cell *cells;
		if (kept == MERGE_NONE) {
			continue;
		}
		vv_status rc = vv_row_by_number_get(&m->side[MERGE_BASE].rows, row, &cells, err);
		if (rc == VV_OK && cells[b].state != VV_CELL_ABSENT) {
			rc = has_news(m, keeper, cells, kept, out, err);
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* A column that one side dropped: gone, unless the other one changed it. */
static vv_status dropped_column(merge *m, long b, size_t keeper, vv_error *err)
{
	const merge_side *s = &m->side[keeper];
	const vv_column_pair *p = pair_of(s, b);
	const vv_field *was = field_of(m, 2, b);
	const char *what = NULL;

	if (s->edited[b]) {
		what = "edited its cells";
	} else if (s->filled[b]) {
		what = "added rows with values in this "
		       "column";
	} else if (p->renamed) {
		what = "renamed it";
	} else if (p->retyped || p->reconstrained) {
		what = "changed its definition";
	}
	if (!what) {
		bool stays;
		vv_status rc = stays_in_row(m, b, keeper, &stays, err);
		if (rc == VV_OK && stays) {
			long places[2] = {-1, -1};
			places[keeper] = s->from_base[b];
			add_column(m, b, places[0], places[1], was);
			m->columns[m->column_count - 1].single = true;
			m->partial = true;
		}
		return rc;
	}
	int decided = merge_decided(m, VV_CONFLICT_COLUMN_REMOVED, was->name, was->name_len);
	if (decided == 2 || (decided < 0 ? m->ours : (size_t)decided) == keeper) {
		long places[2] = {-1, -1};
		places[keeper] = s->from_base[b];
		add_column(m, b, places[0], places[1],
			   decided == 2 ? was : field_of(m, (int)keeper, places[keeper]));
		m->columns[m->column_count - 1].takes = decided;
		m->columns[m->column_count - 1].contested = decided < 0;
		m->partial = true;
	}
	if (decided >= 0) return VV_OK;
	return conflict_column(
		m, VV_CONFLICT_COLUMN_REMOVED, was->name, err, "%s dropped column '%s', %s %s",
		m->ours == keeper ? "theirs" : "ours", vv_text_name(was->name, was->name_len),
		m->ours == keeper ? "ours" : "theirs", what);
}

/* Reports a column renamed by one side to the name of another column on the other side, since one
 * of the two loses its name. */
static vv_status tell_taken_name(merge *m, size_t by, long b, vv_error *err)
{
	const vv_field *f = field_of(m, (int)by, m->side[by].from_base[b]);
	const merge_side *other = &m->side[1 - by];
	long there = vv_schema_find(&other->table->schema, f->name, f->name_len);
	if (there < 0 || other->to_base[there] == b ||
	    merge_decided(m, VV_CONFLICT_COLUMN, f->name, f->name_len) >= 0) {
		return VV_OK;
	}
	return conflict_column(m, VV_CONFLICT_COLUMN, f->name, err,
			       "two columns would have the name '%s'",
			       vv_text_name(f->name, f->name_len));
}

/* A column of base that both have: its name. */
static vv_status common_column(merge *m, long b, vv_error *err)
{
	long x = m->side[0].from_base[b], y = m->side[1].from_base[b];
	const vv_field *fb = field_of(m, 2, b), *fx = field_of(m, 0, x), *fy = field_of(m, 1, y);
	int side = merge_pick(same_name(fx, fy), same_name(fx, fb), same_name(fy, fb));
	side = side < 0 ? merge_decided(m, VV_CONFLICT_COLUMN, fb->name, fb->name_len) : side;
	bool clash = side < 0;
	side = clash ? (int)m->ours : side;
	add_column(m, b, x, y, side == 2 ? fb : side == 0 ? fx : fy);
	m->columns[m->column_count - 1].contested = clash;
	if (!clash) return VV_OK;
	const vv_field *ours = m->ours == 0 ? fx : fy, *theirs = m->ours == 0 ? fy : fx;
	vv_status rc = conflict_column(
		m, VV_CONFLICT_COLUMN, fb->name, err,
		"column '%s' was renamed to '%s' by ours and to '%s' by theirs",
		vv_text_name(fb->name, fb->name_len), vv_text_name(ours->name, ours->name_len),
		vv_text_name(theirs->name, theirs->name_len));
	if (rc < 0 || (rc = tell_taken_name(m, 0, b, err)) < 0) return rc;
	return tell_taken_name(m, 1, b, err);
}

/* Both added it, and it was decided for what there was before. */
static bool taken_back(const merge *m, size_t x_place)
{
	const vv_field *f = field_of(m, 0, (long)x_place);
	for (size_t i = 0; i < m->key_count; i++) {
		if (m->side[0].key[i] == x_place) {
			return false; /* rows are known by it */
		}
	}
	return merge_decided(m, VV_CONFLICT_COLUMN, f->name, f->name_len) == 2;
}

static void added_columns(merge *m)
{
	const vv_table *x = m->side[0].table, *y = m->side[1].table;
	for (size_t i = 0; i < x->columns; i++) {
		if (m->side[0].to_base[i] >= 0) {
			continue;
		}
		long other = vv_schema_find(&y->schema, x->schema.fields[i].name,
					    x->schema.fields[i].name_len);
		other = other >= 0 && m->side[1].to_base[other] < 0 ? other : -1;
		if (other < 0 || !taken_back(m, i)) {
			add_column(m, -1, (long)i, other, &x->schema.fields[i]);
		}
	}
	for (size_t i = 0; i < y->columns; i++) {
		const vv_field *f = &y->schema.fields[i];
		long other = m->side[1].to_base[i] >= 0
				     ? -1
				     : vv_schema_find(&x->schema, f->name, f->name_len);
		bool both = other >= 0 && m->side[0].to_base[other] < 0;
		if (m->side[1].to_base[i] < 0 && !both) {
			add_column(m, -1, -1, (long)i, f);
		}
	}
}

static int name_order(const merge_column *a, const merge_column *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int c = memcmp(a->name, b->name, n);
	if (c != 0) return c;
	return a->name_len < b->name_len ? -1 : a->name_len > b->name_len;
}

static int by_name(const void *a, const void *b)
{
	const merge_column *x = *(merge_column *const *)a, *y = *(merge_column *const *)b;
	int c = name_order(x, y);
	if (c != 0) return c;
	return x < y ? -1 : x > y;
}

/* A version's field for a column of the result; NULL: it lacks the column. */
static const vv_field *called_by(const merge *m, const merge_column *c, int version)
{
	long place = c->side[version];
	return place >= 0 ? field_of(m, version, place) : NULL;
}

/* Returns to the version's name, if different. */
static void step_to(const merge *m, merge_column *c, int version)
{
	const vv_field *f = called_by(m, c, version);
	if (f && f->name_len == c->name_len && memcmp(f->name, c->name, f->name_len) == 0) return;
	c->dropped = !f;
	if (f) {
		c->name = f->name;
		c->name_len = f->name_len;
	}
}

/* If two columns have one name, those step back whose name is not from ours, or from the decided
 * version (while decide is set). */
static vv_status step_back(merge *m, merge_column *a, merge_column *b, bool decide, vv_error *err)
{
	const char *name = a->name;
	size_t len = a->name_len;
	int decided = decide ? merge_decided(m, VV_CONFLICT_COLUMN, name, len) : -1,
	    version = decided < 0 ? (int)m->ours : decided;
	step_to(m, a, version);
	step_to(m, b, version);
	if (decided >= 0 || a->contested || b->contested) {
		return VV_OK; /* with the sides exchanged it may not come to this */
	}
	return conflict_column(m, VV_CONFLICT_COLUMN, name, err,
			       "two columns would have the name "
			       "'%s'",
			       vv_text_name(name, len));
}

/* No two columns of the result may have one name. */
static vv_status part_names(merge *m, vv_error *err)
{
	vv_auto_free merge_column **list = vv_calloc(m->column_count + 1, sizeof(*list));
	bool again = true;
	vv_status rc = VV_OK;
	if (!list) return vv_fail_nomem(err);
	/* Names of one version are different, so that this ends; where decisions for several
	 * contradict each other, ours' names end it. */
	for (size_t round = 0; again && rc == VV_OK; round++) {
		size_t n = 0;
		again = false;
		vv_array_each(m->columns, m->column_count, column) {
			if (!column->dropped) {
				list[n++] = column;
			}
		}
		qsort(list, n, sizeof(*list), by_name);
		for (size_t i = 1; i < n && !again && rc == VV_OK; i++) {
			if (name_order(list[i], list[i - 1]) == 0) {
				rc = step_back(m, list[i - 1], list[i], round < 2 * m->column_count,
					       err);
				again = true;
			}
		}
	}
	size_t kept = 0;
	for (size_t i = 0; i < m->column_count; i++) {
		if (!m->columns[i].dropped) {
			m->columns[kept++] = m->columns[i];
		}
	}
	m->column_count = kept;
	return rc;
}

/* Which column of the result each version's column is. */
static vv_status index_columns(merge *m, vv_error *err)
{
	for (size_t v = 0; v < MERGE_VERSIONS; v++) {
		const size_t count = m->side[v].table ? m->side[v].table->columns : 0;
		long *list = vv_arena_calloc(&m->arena, count + 1, sizeof(*list));
		if (!list) return vv_fail_nomem(err);
		for (size_t i = 0; i < count; i++) {
			list[i] = -1;
		}
		m->column_of[v] = list;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		for (size_t v = 0; v < 2; v++) {
			if (c->side[v] >= 0) {
				m->column_of[v][c->side[v]] = (long)i;
				m->side[v].own_columns |= c->side[MERGE_BASE] < 0;
			}
		}
		if (c->side[MERGE_BASE] >= 0) {
			m->column_of[MERGE_BASE][c->side[MERGE_BASE]] = (long)i;
		}
	}
	for (size_t i = 0; i < m->key_count; i++) {
		m->key[i] = (size_t)m->column_of[0][m->side[0].key[i]];
	}
	return VV_OK;
}

/* The columns that a side added, without those that were decided to go. */
static vv_status find_counting(merge *m, size_t v, vv_error *err)
{
	merge_side *s = &m->side[v];
	for (size_t i = 0; merge_base(m) && i < s->table->columns; i++) {
		const vv_field *f = field_of(m, (int)v, (long)i);
		bool decided = m->column_of[v][i] < 0 &&
			       merge_decided(m, VV_CONFLICT_COLUMN, f->name, f->name_len) >= 0;
		if (s->to_base[i] >= 0 || decided) {
			continue;
		}
		if (!s->counts && !(s->counts = vv_arena_calloc(&m->arena, s->table->columns,
								sizeof(*s->counts)))) {
			return vv_fail_nomem(err);
		}
		s->counts[i] = true;
	}
	return VV_OK;
}

/* --- their order --------------------------------------------------------------- */

/* The columns in order, built up. */
typedef struct order {
	merge *m;
	merge_column *from; /* in gathered order */
	merge_column *out;
	size_t count;
	size_t *base_list; /* numbers of those that base has, in the order of the result */
	size_t base_count;
	size_t next[2]; /* the column of either side that comes next in a run of new ones */
} order;

static void order_take(order *o, size_t number)
{
	if (!o->from[number].done) {
		o->from[number].done = true;
		o->out[o->count++] = o->from[number];
	}
}

/* The next new column of a side's run; -1 at its end, which is the next column that
 * base has as well. */
static long order_peek(order *o, size_t side)
{
	const merge_side *s = &o->m->side[side];
	for (; o->next[side] < s->table->columns; o->next[side]++) {
		long number = o->m->column_of[side][o->next[side]];
		if (number < 0 || (s->to_base[o->next[side]] < 0 && o->from[number].done)) {
			continue; /* not in the result, or already there */
		}
		return s->to_base[o->next[side]] < 0 ? number : -1;
	}
	return -1;
}

/* New columns of both sides after one place: each side's in its order, the smaller name
 * of the two that come next first. */
static void take_new(order *o, const size_t start[2])
{
	o->next[0] = start[0];
	o->next[1] = start[1];
	for (;;) {
		long x = order_peek(o, 0), y = order_peek(o, 1);
		if (x < 0 && y < 0) return;
		bool first = y < 0 || (x >= 0 && name_order(&o->from[x], &o->from[y]) <= 0);
		order_take(o, (size_t)(first ? x : y));
	}
}

static void list_as_base(order *o)
{
	for (size_t i = 0; i < o->m->column_count; i++) {
		if (o->from[i].side[MERGE_BASE] >= 0) {
			o->base_list[o->base_count++] = i;
		}
	}
}

/* As a side has them; those that it dropped after the column that they follow in base. */
static void list_as_side(order *o, size_t side)
{
	const merge_side *s = &o->m->side[side];
	size_t i = 0;
	for (; i < o->m->column_count && o->from[i].side[MERGE_BASE] >= 0 &&
	       o->from[i].side[side] < 0;
	     i++) {
		o->base_list[o->base_count++] = i;
	}
	for (size_t k = 0; k < s->table->columns; k++) {
		long number = s->to_base[k] >= 0 ? o->m->column_of[side][k] : -1;
		if (number < 0) {
			continue;
		}
		o->base_list[o->base_count++] = (size_t)number;
		for (i = (size_t)number + 1;
		     i < o->m->column_count && o->from[i].side[MERGE_BASE] >= 0 &&
		     o->from[i].side[side] < 0;
		     i++) {
			o->base_list[o->base_count++] = i;
		}
	}
}

static vv_status order_init(order *o, merge *m, vv_error *err)
{
	const size_t room = m->column_count + 1;
	*o = (order){.m = m,
		     .from = m->columns,
		     .out = vv_arena_calloc(&m->arena, room, sizeof(*o->out)),
		     .base_list = vv_arena_calloc(&m->arena, room, sizeof(*o->base_list))};
	return o->out && o->base_list ? VV_OK : vv_fail_nomem(err);
}

static vv_status merge_columns_order(merge *m, vv_error *err)
{
	order o = {0};
	vv_status rc = order_init(&o, m, err);
	if (rc < 0) return rc;
	if (m->side[0].moved_columns || m->side[1].moved_columns) {
		list_as_side(&o, m->side[0].moved_columns ? 0 : 1);
	} else {
		list_as_base(&o);
	}
	take_new(&o, (const size_t[2]){0, 0});
	for (size_t i = 0; i < o.base_count; i++) {
		const merge_column *c = &m->columns[o.base_list[i]];
		size_t start[2];
		for (size_t v = 0; v < 2; v++) {
			start[v] = c->side[v] >= 0 ? (size_t)c->side[v] + 1
						   : m->side[v].table->columns;
		}
		order_take(&o, o.base_list[i]);
		take_new(&o, start);
	}
	m->columns = o.out;
	return VV_OK;
}

vv_status merge_columns_choose(merge *m, vv_error *err)
{
	size_t olds = merge_base(m) ? merge_base(m)->columns : 0;
	vv_status rc = VV_OK;
	m->columns = vv_arena_calloc(
		&m->arena, olds + m->side[0].table->columns + m->side[1].table->columns + 1,
		sizeof(*m->columns));
	if (!m->columns) return vv_fail_nomem(err);
	for (size_t b = 0; b < olds && rc == VV_OK; b++) {
		long x = m->side[0].from_base[b], y = m->side[1].from_base[b];
		if (x >= 0 && y >= 0) {
			rc = common_column(m, (long)b, err);
		} else if (x >= 0 || y >= 0) {
			rc = dropped_column(m, (long)b, x >= 0 ? 0 : 1, err);
		}
	}
	added_columns(m);
	if (rc < 0 || (rc = part_names(m, err)) < 0) return rc;
	if (m->column_count > VV_COLUMNS_MAX) {
		return vv_fail(err, VV_EREFUSED,
			       "the merged table would have %zu columns, and the limit is %u",
			       m->column_count, VV_COLUMNS_MAX);
	}
	if ((rc = index_columns(m, err)) < 0 || (rc = merge_columns_order(m, err)) < 0 ||
	    (rc = index_columns(m, err)) < 0 || (rc = find_counting(m, 0, err)) < 0) {
		return rc;
	}
	return find_counting(m, 1, err);
}

/* --- dropped columns ----------------------------------------------------------- */

/* One side looked at: its columns that the other side dropped. */
typedef struct dropped {
	merge *m;
	merge_side *side;
	bool *gone;  /* for each column of the side: base has it, the other side does not */
	bool any;    /* there is one, */
	bool all;    /* they are all that it has, */
	bool edited; /* this side edited cells of one */
	bool lost;
} dropped;

static vv_status list_gone(dropped *d, const merge_side *other, vv_error *err)
{
	const merge_side *s = d->side;
	d->gone = vv_calloc(s->table->columns + 1, sizeof(*d->gone));
	if (!d->gone) return vv_fail_nomem(err);
	d->all = true;
	for (size_t i = 0; i < s->table->columns; i++) {
		long b = s->to_base[i];
		d->gone[i] = b >= 0 && other->from_base[b] < 0;
		d->any |= d->gone[i];
		d->all &= d->gone[i];
		d->edited |= d->gone[i] && s->edited[b];
	}
	return VV_OK;
}

/* Has the row a value in a column that stays? */
static bool row_survives(const dropped *d, const vv_cell *cells)
{
	const size_t columns = d->side->table->columns;

	return vv_find_place(i, columns, !d->gone[i] && merge_has_value(d->side, &cells[i])) <
	       columns;
}

static void look_at_added(dropped *d, const vv_cell *cells)
{
	bool says = false;
	for (size_t i = 0; i < d->side->table->columns; i++) {
		if (d->gone[i] && merge_has_value(d->side, &cells[i])) {
			d->side->filled[d->side->to_base[i]] = true;
			says = true;
		}
	}
	d->lost |= says && !row_survives(d, cells);
}

static vv_status look_at_changed(dropped *d, uint64_t old_row, vv_error *err)
{
	merge *m = d->m;
	merge_side *s = d->side;
	uint64_t row = merge_to_side(s, old_row);
	const vv_cell *was, *cells;
	vv_status rc;
	bool says = false;
	if (row == MERGE_NONE) return VV_OK;
	if ((rc = vv_row_by_number_get(&m->side[MERGE_BASE].rows, old_row, &was, err)) < 0 ||
	    (rc = vv_row_by_number_get(&s->rows, row, &cells, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < s->table->columns; i++) {
		says |= d->gone[i] && merge_has_value(s, &cells[i]) &&
			vv_value_compare(&m->scratch, &merge_base(m)->schema.fields[s->to_base[i]],
					 &was[s->to_base[i]], &s->table->schema.fields[i],
					 &cells[i]) == VV_OTHER;
	}
	d->lost |= says && !row_survives(d, cells);
	return m->scratch.failed ? vv_fail_nomem(err) : VV_OK;
}

static vv_status look_at_rows(dropped *d, vv_error *err)
{
	merge_side *s = d->side;
	const vv_cell *cells;
	vv_status rc = VV_OK;
	for (size_t i = 0; i < s->block_count && rc == VV_OK; i++) {
		for (uint64_t k = 0; k < s->blocks[i].rows && rc == VV_OK; k++) {
			if ((rc = vv_row_by_number_get(&s->rows, s->blocks[i].row + k, &cells,
						       err)) == VV_OK) {
				look_at_added(d, cells);
			}
		}
	}
	for (size_t i = 0; d->edited && i < s->changed_count && rc == VV_OK; i++) {
		rc = look_at_changed(d, s->changed[i], err);
	}
	return rc;
}

vv_status merge_dropped_look(merge *m, const char **why, vv_error *err)
{
	vv_status rc = VV_OK;
	size_t empty = 0;
	*why = NULL;
	for (size_t i = 0; merge_base(m) && i < 2 && rc == VV_OK; i++) {
		dropped d = {.m = m, .side = &m->side[i]};
		rc = list_gone(&d, &m->side[1 - i], err);
		if (rc == VV_OK && d.any) {
			rc = look_at_rows(&d, err);
		}
		*why = d.lost ? "a row has values only in columns that the other side dropped"
			      : *why;
		empty += d.all;
		vv_free(d.gone);
	}
	*why = empty == 2 ? "each side dropped the columns that the other one kept" : *why;
	return rc;
}
