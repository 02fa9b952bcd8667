/*
 * grouped: how values are kept (numbers as numbers, texts one after the other), and which of them are equal.
 *
 * Rows of a join are only found by a hash of their values, since SQLite compares the values itself: what SQLite may take for
 * equal must have one hash. So a text that looks like a number is hashed as that number, which a number on the other side is
 * compared with (sqlite.org/datatype3.html, 4.2).
 */
#include "cmd/sql/vtab/grouped.h"

#include <sqlite3ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define COLUMNS 63
#define MOST_BYTES ((uint64_t)128 << 20)
#define NO_GROUP UINT32_MAX
#define FEW_SLOTS 4096
#define MOST_SLOTS (MOST_BYTES / sizeof(uint32_t) / 4)
#define ROW_BYTES (2 * sizeof(uint32_t))                   /* of rows and ids */
#define GROUP_BYTES (sizeof(group) + 2 * sizeof(uint32_t)) /* with the slots of half a table */

/* Rows with the same values; of a join, with the same hash. */
typedef struct group {
	uint32_t hash;
	uint32_t start, count; /* among all rows, once they are sorted */
} group;

/* The values of a column, one for each row; of a column by which rows are grouped, for each group. */
typedef struct column {
	union {
		int64_t *i;
		double *d;
		uint64_t *text; /* where it begins in texts, with its length before */
		void *any;
	} of;
	uint8_t *null;
	size_t cap;
} column;

struct vv_sql_grouped {
	vv_sql_grouping how;
	uint8_t classes[COLUMNS];
	column columns[COLUMNS];
	size_t others[COLUMNS], other_count; /* used columns that are not in `by` */
	bool by[COLUMNS];                    /* columns whose values are those of groups */
	bool odd; /* there are texts that SQLite may take for numbers, and that are not hashed as such */
	uint32_t *rows; /* the number of each row in the version */
	uint32_t *
		ids; /* while they are read the group of each row; then its place among the sorted ones */
	size_t count, cap, ids_cap;
	size_t most; /* of the version */
	group *groups;
	size_t group_count, group_cap;
	uint32_t *order; /* groups in the wanted order; NULL: in order of arrival */
	uint32_t *slots; /* of groups, by hash; a power of two */
	size_t slot_count;
	char *texts;
	size_t texts_len, texts_cap;
};

bool vv_sql_grouped_may(const vv_sql_opened *of, const vv_sql_grouping *how)
{
	uint64_t row = ROW_BYTES + sizeof(uint32_t), used = how->used;

	if (used >> COLUMNS != 0) return false;
	for (size_t i = 0; i < how->count; i++) {
		if (how->by[i] >= COLUMNS || how->by[i] >= of->facts->columns ||
		    varve_table_column(of->table, how->by[i])->type == VARVE_TYPE_DATETIME) {
			return false; /* texts of one moment need not be next to each other */
		}
		used &= ~(UINT64_C(1) << how->by[i]);
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		if ((used >> i & 1) == 0) {
			continue;
		}
		if (i >= of->facts->columns || of->columns[i].class == VV_CLASS_TEXT) return false;
		row += sizeof(double) + 1;
	}
	return of->facts->rows <= MOST_BYTES / row;
}

/* Makes room for one more item of size bytes. */
static int make_room(void *array, size_t *cap, size_t count, size_t size, varve_error *err)
{
	size_t more = *cap > 0 ? *cap * 2 : 1024;
	void *now;

	if (count < *cap) return 0;
	memcpy(&now, array, sizeof(now));
	if (!(now = sqlite3_realloc64(now, more * size))) return vv_sql_error_memory(err);
	memcpy(array, &now, sizeof(now));
	*cap = more;
	return 0;
}

/* ---- values ---- */

static int store_value(vv_sql_grouped *g, size_t i, size_t place, const vv_sql_value *v,
		       varve_error *err)
{
	column *c = &g->columns[i];
	uint32_t len = (uint32_t)v->len;
	size_t cap = c->cap;
	int rc = make_room(&c->of.any, &cap, place, sizeof(double), err);

	if (rc < 0 || (rc = make_room(&c->null, &c->cap, place, 1, err)) < 0) return rc;
	c->null[place] = v->null;
	if (v->null) return 0;
	if (v->class == VV_CLASS_INTEGER) {
		c->of.i[place] = v->i;
	} else if (v->class == VV_CLASS_REAL) {
		c->of.d[place] = v->d;
	} else {
		while (g->texts_cap - g->texts_len < sizeof(len) + v->len) {
			if ((rc = make_room(&g->texts, &g->texts_cap, g->texts_cap, 1, err)) < 0) {
				return rc;
			}
		}
		c->of.text[place] = g->texts_len;
		memcpy(g->texts + g->texts_len, &len, sizeof(len));
		if (len > 0) {
			memcpy(g->texts + g->texts_len + sizeof(len), v->text, len);
		}
		g->texts_len += sizeof(len) + len;
	}
	return 0;
}

static void recall_value(vv_sql_value *out, const vv_sql_grouped *g, size_t i, size_t place)
{
	const column *c = &g->columns[i];
	uint32_t len;

	out->class = g->classes[i];
	out->null = c->null[place];
	if (out->null) return;
	if (out->class == VV_CLASS_INTEGER) {
		out->i = c->of.i[place];
	} else if (out->class == VV_CLASS_REAL) {
		out->d = c->of.d[place];
	} else {
		memcpy(&len, g->texts + c->of.text[place], sizeof(len));
		out->text = g->texts + c->of.text[place] + sizeof(len);
		out->len = len;
	}
}

/* NULL first, as SQLite sorts. */
static int compare_values(const vv_sql_value *x, const vv_sql_value *y)
{
	size_t len = x->len < y->len ? x->len : y->len;

	if (x->null || y->null) return y->null - x->null;
	if (x->class == VV_CLASS_INTEGER) return (x->i > y->i) - (x->i < y->i);
	if (x->class == VV_CLASS_REAL) return (x->d > y->d) - (x->d < y->d);
	int order = len > 0 ? memcmp(x->text, y->text, len) : 0;
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* ---- hashes ---- */

static uint64_t mix_hash(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t hash_double(double d)
{
	uint64_t bits;

	d = d == 0 ? 0 : d; /* -0 is 0 */
	memcpy(&bits, &d, sizeof(bits));
	return mix_hash(bits);
}

static uint64_t hash_bytes(const char *text, size_t len)
{
	uint64_t h = len;

	vv_array_each(text, len, c) {
		h = (h ^ (uint8_t)*c) * 0x100000001b3u;
	}
	return mix_hash(h);
}

#define NULL_HASH 1u

static uint64_t hash_of(const vv_sql_value *v)
{
	if (v->null) return NULL_HASH;
	if (v->class == VV_CLASS_INTEGER) return mix_hash((uint64_t)v->i);
	return v->class == VV_CLASS_REAL ? hash_double(v->d) : hash_bytes(v->text, v->len);
}

#define MOST_DIGITS 15
#define MOST_POWER 22

/* Digits with a point at most, from *at on; without leading zeros they are at most MOST_DIGITS: more is reported by *count. */
static double read_digits(unsigned *count, unsigned *fraction, const char **at, const char *end)
{
	int64_t n = 0;
	unsigned significant = 0;
	bool point = false;

	for (*count = *fraction = 0;
	     *at < end && (**at == '.' ? !point : **at >= '0' && **at <= '9'); (*at)++) {
		if (**at == '.') {
			point = true;
			continue;
		}
		significant += n > 0 || **at != '0';
		n = significant <= MOST_DIGITS ? n * 10 + (**at - '0') : n;
		*fraction += point;
		(*count)++;
	}
	*count = significant > MOST_DIGITS ? significant : *count > 0;
	return (double)n;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The number that SQLite reads in a text, if it reads one; *odd: its double is not certain here. */
static bool read_number(double *out, bool *odd, const char *s, size_t len)
{
	const char *end = s + len;
	unsigned count, fraction;
	int power = 0;

	while (s < end && is_space(*s)) {
		s++;
	}
	while (s < end && is_space(end[-1])) {
		end--;
	}
	bool minus = s < end && *s == '-';
	s += s < end && (*s == '-' || *s == '+');
	*out = read_digits(&count, &fraction, &s, end);
	if (count == 0) return false;
	if (s < end && (*s == 'e' || *s == 'E')) {
		bool down = ++s < end && *s == '-';

		s += s < end && (*s == '-' || *s == '+');
		if (s == end) return false;
		for (; s < end && *s >= '0' && *s <= '9'; s++) {
			power = power < 1000 ? power * 10 + (*s - '0') : power;
		}
		power = down ? -power : power;
	}
	power -= (int)fraction;
	*odd = count > MOST_DIGITS || power < -MOST_POWER || power > MOST_POWER;
	if (s < end) return false; /* "2026-11-17" */
	double scale = 1;
	for (int i = power < 0 ? -power : power; i > 0 && !*odd; i--) {
		scale *= 10; /* exact up to here, so that the result is the nearest double */
	}
	*out = power < 0 ? *out / scale : *out * scale;
	*out = minus ? -*out : *out;
	return true;
}

/* The same hash for texts that SQLite may treat as equal, numbers among them; *odd: uncertain. */
static uint64_t hash_text(bool *odd, const char *text, size_t len)
{
	double d;
	bool is_odd = false;
	vv_sql_time t;

	if (vv_sql_time_read(&t, text, len)) {
		return hash_bytes(t.head, t.head_len) ^ hash_bytes(t.tail, t.tail_len);
	}
	if (!read_number(&d, &is_odd, text, len)) return hash_bytes(text, len);
	*odd |= is_odd;
	return is_odd ? hash_bytes(text, len) : hash_double(d);
}

/* ---- groups ---- */

static bool is_group(const vv_sql_grouped *g, size_t place, const vv_sql_value *values)
{
	vv_sql_value own;

	for (size_t i = 0; i < g->how.count && !g->how.join; i++) {
		recall_value(&own, g, g->how.by[i], place);
		if (compare_values(&own, &values[i]) != 0) return false;
	}
	return true;
}

static int widen_slots(vv_sql_grouped *g, varve_error *err)
{
	size_t count = g->slot_count > 0 ? g->slot_count * 2 : FEW_SLOTS;
	uint32_t *slots;

	if (g->group_count * 4 < g->slot_count * 3) return 0;
	while (g->how.join && count * 3 < (uint64_t)g->most * 4 && count < MOST_SLOTS) {
		count *= 2; /* most rows have a group of their own */
	}
	if (!(slots = sqlite3_malloc64(count * sizeof(*slots)))) return vv_sql_error_memory(err);
	memset(slots, 0xff, count * sizeof(*slots));
	for (size_t i = 0; i < g->group_count; i++) {
		size_t at = g->groups[i].hash & (count - 1);

		while (slots[at] != NO_GROUP) {
			at = (at + 1) & (count - 1);
		}
		slots[at] = (uint32_t)i;
	}
	sqlite3_free(g->slots);
	g->slots = slots;
	g->slot_count = count;
	return 0;
}

/* The slot of a group with this hash and these values, or the empty one where it belongs. */
static size_t slot_of(const vv_sql_grouped *g, uint32_t hash, const vv_sql_value *values)
{
	size_t at = hash & (g->slot_count - 1);

	while (g->slots[at] != NO_GROUP &&
	       (g->groups[g->slots[at]].hash != hash || !is_group(g, g->slots[at], values))) {
		at = (at + 1) & (g->slot_count - 1);
	}
	return at;
}

static int find_group(uint32_t *out, vv_sql_grouped *g, uint32_t hash, const vv_sql_value *values,
		      varve_error *err)
{
	int rc = widen_slots(g, err);

	if (rc < 0) return rc;
	size_t at = slot_of(g, hash, values);
	if (g->slots[at] == NO_GROUP) {
		if ((rc = make_room(&g->groups, &g->group_cap, g->group_count, sizeof(*g->groups),
				    err)) < 0) {
			return rc;
		}
		for (size_t i = 0; i < g->how.count && !g->how.join && rc == 0; i++) {
			rc = store_value(g, g->how.by[i], g->group_count, &values[i], err);
		}
		if (rc < 0) return rc;
		g->groups[g->group_count] = (group){.hash = hash};
		g->slots[at] = (uint32_t)g->group_count++;
	}
	*out = g->slots[at];
	g->groups[*out].count++;
	return 0;
}

/* ---- reading ---- */

static void drop_columns(vv_sql_grouped *g)
{
	vv_array_each(g->columns, COLUMNS, c) {
		sqlite3_free(c->of.any);
		sqlite3_free(c->null);
		*c = (column){.cap = 0};
	}
	sqlite3_free(g->texts);
	g->texts = NULL;
	g->texts_len = g->texts_cap = g->other_count = 0;
}

/* The row's values by which it is grouped, as one hash. 1; 0: no row of a join is equal to it. */
static int hash_row(uint32_t *out, vv_sql_value *values, vv_sql_grouped *g, vv_sql_scan *scan,
		    varve_error *err)
{
	uint64_t hash = 0;

	for (size_t i = 0; i < g->how.count; i++) {
		vv_sql_value *v = &values[i];
		int rc = vv_sql_scan_read(v, scan, g->how.by[i], err);

		if (rc < 0) return rc;
		if (v->null && g->how.join && !g->how.is[i]) return 0;
		hash = mix_hash(hash) ^ (g->how.join && !v->null && v->class == VV_CLASS_TEXT
						 ? hash_text(&g->odd, v->text, v->len)
						 : hash_of(v));
	}
	*out = (uint32_t)mix_hash(hash);
	return 1;
}

static int take_row(vv_sql_grouped *g, vv_sql_scan *scan, varve_error *err)
{
	vv_sql_value values[VV_GROUPING_COLUMNS], v;
	uint32_t hash;
	int rc = hash_row(&hash, values, g, scan, err);

	if (rc <= 0) return rc;
	if ((rc = make_room(&g->rows, &g->cap, g->count, sizeof(*g->rows), err)) < 0 ||
	    (rc = make_room(&g->ids, &g->ids_cap, g->count, sizeof(*g->ids), err)) < 0 ||
	    (rc = find_group(&g->ids[g->count], g, hash, values, err)) < 0) {
		return rc;
	}
	vv_array_each(g->others, g->other_count, other) {
		if ((rc = vv_sql_scan_read(&v, scan, *other, err)) < 0 ||
		    (rc = store_value(g, *other, g->count, &v, err)) < 0) {
			return rc;
		}
	}
	g->rows[g->count++] = (uint32_t)vv_sql_scan_row(scan);
	return 0;
}

static uint64_t bytes_of(const vv_sql_grouped *g)
{
	return g->count * (ROW_BYTES + g->other_count * (sizeof(double) + 1)) +
	       g->group_count * GROUP_BYTES + g->texts_len;
}

static int read_rows(vv_sql_grouped *g, vv_sql_scan *scan, varve_error *err)
{
	int rc, more;

	while ((more = vv_sql_scan_next(scan, err)) > 0) {
		if ((rc = take_row(g, scan, err)) < 0) return rc;
		if (g->how.join && bytes_of(g) > MOST_BYTES) {
			drop_columns(g);
			if (bytes_of(g) > MOST_BYTES) {
				return vv_sql_error_format(err, VARVE_EREFUSED,
							   "too many rows to join in memory");
			}
		}
	}
	return more;
}

/* ---- the order ---- */

typedef struct sorting {
	const vv_sql_grouped *of;
	uint32_t group;
} sorting;

static int compare_groups(const void *a, const void *b)
{
	const sorting *s = a, *t = b;
	const vv_sql_grouping *how = &s->of->how;
	int order = 0;

	for (size_t i = 0; i < how->count && order == 0; i++) {
		vv_sql_value x, y;

		recall_value(&x, s->of, how->by[i], s->group);
		recall_value(&y, t->of, how->by[i], t->group);
		order = compare_values(&x, &y);
		order = how->descending[i] ? -order : order;
	}
	return order;
}

static int sort_groups(vv_sql_grouped *g, varve_error *err)
{
	sorting *sorted = sqlite3_malloc64((g->group_count + 1) * sizeof(*sorted));

	g->order = sqlite3_malloc64((g->group_count + 1) * sizeof(*g->order));
	if (!sorted || !g->order) {
		sqlite3_free(sorted);
		return vv_sql_error_memory(err);
	}
	for (size_t i = 0; i < g->group_count; i++) {
		sorted[i] = (sorting){g, (uint32_t)i};
	}
	qsort(sorted, g->group_count, sizeof(*sorted), compare_groups);
	for (size_t i = 0; i < g->group_count; i++) {
		g->order[i] = sorted[i].group;
	}
	sqlite3_free(sorted);
	return 0;
}

static group *group_at(const vv_sql_grouped *g, size_t place)
{
	return &g->groups[g->order ? g->order[place] : place];
}

/* Moves each item of an array to its place. Reading it back in the order is one walk then, where a walk through the rows would
 * miss the cache with each of them. */
static int move_array(void *array, const vv_sql_grouped *g, size_t size, varve_error *err)
{
	uint8_t *old, *now = sqlite3_malloc64((g->count + 1) * size);

	if (!now) return vv_sql_error_memory(err);
	memcpy(&old, array, sizeof(old));
	for (size_t i = 0; i < g->count; i++) {
		if (size == sizeof(uint64_t)) {
			memcpy(now + g->ids[i] * sizeof(uint64_t), old + i * sizeof(uint64_t),
			       sizeof(uint64_t));
		} else {
			memcpy(now + g->ids[i] * size, old + i * size, size);
		}
	}
	sqlite3_free(old);
	memcpy(array, &now, sizeof(now));
	return 0;
}

static int sort_rows(vv_sql_grouped *g, varve_error *err)
{
	uint32_t start = 0;
	int rc = g->how.join ? 0 : sort_groups(g, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < g->group_count; i++) {
		group *x = group_at(g, i);

		x->start = start;
		start += x->count;
		x->count = 0;
	}
	vv_array_each(g->ids, g->count, id) {
		group *x = &g->groups[*id];
		*id = x->start + x->count++;
	}
	rc = move_array(&g->rows, g, sizeof(*g->rows), err);
	for (size_t i = 0; i < g->other_count && rc == 0 && g->count > 0; i++) {
		column *c = &g->columns[g->others[i]];

		if ((rc = move_array(&c->of.any, g, sizeof(double), err)) == 0) {
			rc = move_array(&c->null, g, 1, err);
		}
	}
	sqlite3_free(g->ids);
	g->ids = NULL;
	return rc;
}

/* Which columns are kept, and where. */
static void plan_columns(vv_sql_grouped *g, const vv_sql_opened *of)
{
	uint64_t used = g->how.used;

	for (size_t i = 0; i < COLUMNS && i < of->facts->columns; i++) {
		g->classes[i] = of->columns[i].class;
	}
	vv_array_each(g->how.by, g->how.join ? 0 : g->how.count, at) {
		g->by[*at] = true;
	}
	if (g->how.join && used >> (of->facts->columns < COLUMNS ? of->facts->columns : COLUMNS)) {
		used = 0; /* columns as written, or beyond what can be kept */
	}
	for (size_t i = 0; i < COLUMNS; i++) {
		if ((used >> i & 1) != 0 && !g->by[i]) {
			g->others[g->other_count++] = i;
		}
	}
}

int vv_sql_grouped_open(vv_sql_grouped **out, vv_sql_scan *scan, const vv_sql_opened *of,
			const vv_sql_grouping *how, varve_error *err)
{
	vv_sql_grouped *g = sqlite3_malloc64(sizeof(*g));

	*out = NULL;
	if (!g) return vv_sql_error_memory(err);
	*g = (vv_sql_grouped){.how = *how, .most = of->facts->rows};
	plan_columns(g, of);
	int rc;

	if (of->facts->rows < UINT32_MAX) {
		rc = read_rows(g, scan, err);
	} else {
		rc = vv_sql_error_format(err, how->join ? VARVE_EREFUSED : VARVE_ENOSUPPORT,
					 "too many rows to group");
	}
	if (rc < 0 || (rc = sort_rows(g, err)) < 0) {
		vv_sql_grouped_close(g);
		return rc;
	}
	*out = g;
	return 0;
}

void vv_sql_grouped_all(vv_sql_grouped_at *at, const vv_sql_grouped *g)
{
	*at = (vv_sql_grouped_at){.end = (uint32_t)g->count};
}

/* A value of SQLite, where a column of numbers is compared with it: 1; 0: no number is equal to it; -1: not certain. */
static int hash_number(uint64_t *out, bool integers, sqlite3_value *value)
{
	const double most = 9e18;
	int type = sqlite3_value_numeric_type(value);
	double d = type == SQLITE_FLOAT ? sqlite3_value_double(value) : 0;

	if (type == SQLITE_INTEGER) {
		*out = integers ? mix_hash((uint64_t)sqlite3_value_int64(value))
				: hash_double((double)sqlite3_value_int64(value));
		return 1;
	}
	if (type != SQLITE_FLOAT) return 0;
	if (integers && !(d > -most && d < most)) return -1;
	*out = integers ? mix_hash((uint64_t)(int64_t)d) : hash_double(d);
	return !integers || (double)(int64_t)d == d;
}

/* As hash_number, of a column of any class. Converting a text to a number changes it, so that a copy is
 * converted. */
static int hash_value(uint64_t *out, const vv_sql_grouped *g, size_t i, sqlite3_value *value,
		      bool is)
{
	int type = sqlite3_value_type(value);
	bool odd = false, text = g->classes[i] == VV_CLASS_TEXT;

	*out = NULL_HASH;
	if (type == SQLITE_NULL) return is;
	if (type == SQLITE_BLOB) return -1;
	if (text && type != SQLITE_TEXT) {
		*out = hash_double(sqlite3_value_double(value));
		return g->odd ? -1 : 1;
	}
	if (text) {
		const char *bytes = (const char *)sqlite3_value_text(value);
		size_t len = (size_t)sqlite3_value_bytes(value);
		double d;

		if (!bytes) return -1;
		*out = hash_text(&odd, bytes, len);
		return odd || (g->odd && read_number(&d, &odd, bytes, len)) ? -1 : 1;
	}
	if (type != SQLITE_TEXT) return hash_number(out, g->classes[i] == VV_CLASS_INTEGER, value);
	sqlite3_value *copy = sqlite3_value_dup(value);
	int found = copy ? hash_number(out, g->classes[i] == VV_CLASS_INTEGER, copy) : -1;
	sqlite3_value_free(copy);
	return found;
}

bool vv_sql_grouped_find(vv_sql_grouped_at *at, const vv_sql_grouped *g, sqlite3_value **values)
{
	uint64_t hash = 0, one;
	bool certain = true, any = true;

	for (size_t i = 0; i < g->how.count && any; i++) {
		int found = hash_value(&one, g, g->how.by[i], values[i], g->how.is[i]);

		certain = certain && found >= 0;
		any = found != 0;
		hash = found > 0 ? mix_hash(hash) ^ one : hash;
	}
	at->row = at->end = 0;
	if (!any || g->group_count == 0) return true;
	if (!certain) return false;
	hash = mix_hash(hash);
	/* Two versions mostly have their rows in one order: the next one is found without a miss of the cache. */
	uint32_t found = at->group < g->group_count && g->groups[at->group].hash == (uint32_t)hash
				 ? at->group
				 : g->slots[slot_of(g, (uint32_t)hash, NULL)];
	if (found != NO_GROUP) {
		at->row = g->groups[found].start;
		at->end = at->row + g->groups[found].count;
		at->group = found + 1;
	}
	return true;
}

bool vv_sql_grouped_next(vv_sql_grouped_at *at, const vv_sql_grouped *g)
{
	if (at->row == at->end) return false;
	at->row++;
	while (!g->how.join &&
	       at->row > group_at(g, at->group)->start + group_at(g, at->group)->count) {
		at->group++;
	}
	return true;
}

uint64_t vv_sql_grouped_row(const vv_sql_grouped_at *at, const vv_sql_grouped *g)
{
	return g->rows[at->row - 1];
}

bool vv_sql_grouped_read(vv_sql_value *out, const vv_sql_grouped_at *at, const vv_sql_grouped *g,
			 size_t i)
{
	if (i >= COLUMNS || !g->columns[i].of.any) return false;
	recall_value(out, g, i,
		     g->by[i] ? (size_t)(group_at(g, at->group) - g->groups) : at->row - 1);
	return true;
}

void vv_sql_grouped_close(vv_sql_grouped *g)
{
	if (g) {
		drop_columns(g);
		sqlite3_free(g->rows);
		sqlite3_free(g->ids);
		sqlite3_free(g->groups);
		sqlite3_free(g->order);
		sqlite3_free(g->slots);
		sqlite3_free(g);
	}
}
