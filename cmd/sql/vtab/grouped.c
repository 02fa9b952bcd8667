/*
 * grouped: knows how SQLite orders values (NULL, numbers, texts as bytes), and which of them are equal.
 */
#include "cmd/sql/vtab/grouped.h"

#include <sqlite3ext.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/sql/vtab/error.h"
#include "cmd/sql/vtab/value.h"
SQLITE_EXTENSION_INIT3

#define COLUMNS 63
#define MOST_BYTES ((uint64_t)128 << 20)
#define NO_GROUP UINT32_MAX

/* One of the values by which rows are grouped. */
typedef struct group {
	uint64_t hash;
	bool null;
	union {
		int64_t i;
		double d;
		size_t text; /* where it begins in texts */
	} is;
	size_t len;
	uint32_t count, end; /* rows; where those of a later group begin */
	uint32_t next;       /* group in the order, once they are sorted */
} group;

/* A column of numbers: one for each row. */
typedef struct column {
	union {
		int64_t *i;
		double *d;
		void *any;
	} of;
	uint8_t *null;
} column;

struct vv_sql_grouped {
	size_t by;
	uint8_t classes[COLUMNS];
	column columns[COLUMNS];
	uint32_t *rows; /* the number of each row in the version */
	uint32_t *ids;  /* the group of each row; then its place among the sorted ones */
	size_t count, cap, at;
	group *groups, *now; /* now: that of the row at hand; NULL before the first */
	size_t group_count, group_cap;
	uint32_t *slots; /* of groups, by hash; a power of two */
	size_t slot_count;
	uint32_t first; /* group in the order */
	char *texts;
	size_t texts_len, texts_cap;
};

bool vv_sql_grouped_may(const vv_sql_opened *of, const vv_sql_grouping *how)
{
	uint64_t row = 3 * sizeof(uint32_t);

	if (how->column >= COLUMNS || how->used >> COLUMNS != 0) return false;
	for (size_t i = 0; i < COLUMNS; i++) {
		if (i == how->column || (how->used >> i & 1) == 0) {
			continue;
		}
		if (i >= of->facts->columns || of->columns[i].class == VV_CLASS_TEXT) return false;
		row += sizeof(double) + 1;
	}
	return of->facts->rows <= MOST_BYTES / row;
}

/* Room for one more of what is size bytes. */
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

/* ---- groups ---- */

static uint64_t mix(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93u;
	return h ^ h >> 32;
}

static uint64_t hash_of(const vv_sql_value *v)
{
	uint64_t bits = 0;

	if (v->null) return 1;
	if (v->class == VV_CLASS_INTEGER) return mix((uint64_t)v->i);
	if (v->class == VV_CLASS_REAL) {
		double d = v->d == 0 ? 0 : v->d; /* -0 is 0 */

		memcpy(&bits, &d, sizeof(bits));
		return mix(bits);
	}
	bits = v->len;
	for (size_t i = 0; i < v->len; i++) {
		bits = (bits ^ (uint8_t)v->text[i]) * 0x100000001b3u;
	}
	return mix(bits);
}

static bool is_group(const vv_sql_grouped *g, const group *x, uint64_t hash, const vv_sql_value *v)
{
	if (x->hash != hash || x->null != v->null) return false;
	if (v->null) return true;
	if (v->class == VV_CLASS_INTEGER) return x->is.i == v->i;
	if (v->class == VV_CLASS_REAL) return x->is.d >= v->d && x->is.d <= v->d;
	return x->len == v->len &&
	       (v->len == 0 || memcmp(g->texts + x->is.text, v->text, v->len) == 0);
}

static int widen_slots(vv_sql_grouped *g, varve_error *err)
{
	size_t count = g->slot_count > 0 ? g->slot_count * 2 : 4096;
	uint32_t *slots;

	if (g->group_count * 2 < g->slot_count) return 0;
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

static int add_group(vv_sql_grouped *g, size_t slot, uint64_t hash, const vv_sql_value *v,
		     varve_error *err)
{
	if (make_room(&g->groups, &g->group_cap, g->group_count, sizeof(*g->groups), err) < 0) {
		return err->code;
	}
	group *x = &g->groups[g->group_count];
	*x = (group){.hash = hash, .null = v->null, .len = v->len};
	if (v->null) {
		x->len = 0;
	} else if (v->class == VV_CLASS_INTEGER) {
		x->is.i = v->i;
	} else if (v->class == VV_CLASS_REAL) {
		x->is.d = v->d == 0 ? 0 : v->d;
	} else {
		while (g->texts_cap < g->texts_len + v->len) {
			if (make_room(&g->texts, &g->texts_cap, g->texts_cap, 1, err) < 0) {
				return err->code;
			}
		}
		x->is.text = g->texts_len;
		if (v->len > 0) {
			memcpy(g->texts + g->texts_len, v->text, v->len);
		}
		g->texts_len += v->len;
	}
	g->slots[slot] = (uint32_t)g->group_count++;
	return 0;
}

static int find_group(uint32_t *out, vv_sql_grouped *g, const vv_sql_value *v, varve_error *err)
{
	uint64_t hash = hash_of(v);
	int rc = widen_slots(g, err);

	if (rc < 0) return rc;
	size_t at = hash & (g->slot_count - 1);
	while (g->slots[at] != NO_GROUP && !is_group(g, &g->groups[g->slots[at]], hash, v)) {
		at = (at + 1) & (g->slot_count - 1);
	}
	if (g->slots[at] == NO_GROUP && (rc = add_group(g, at, hash, v, err)) < 0) return rc;
	*out = g->slots[at];
	g->groups[*out].count++;
	return 0;
}

/* ---- reading ---- */

static int widen(vv_sql_grouped *g, uint64_t used, varve_error *err)
{
	size_t cap = g->cap;
	int rc = make_room(&g->rows, &g->cap, g->count, sizeof(*g->rows), err);

	size_t unused = cap;
	if (rc == 0) {
		rc = make_room(&g->ids, &unused, g->count, sizeof(*g->ids), err);
	}
	for (size_t i = 0; i < COLUMNS && rc == 0; i++) {
		column *c = &g->columns[i];

		if (i == g->by || (used >> i & 1) == 0) {
			continue;
		}
		unused = cap;
		rc = make_room(&c->of.any, &unused, g->count, sizeof(double), err);
		unused = cap;
		if (rc == 0) {
			rc = make_room(&c->null, &unused, g->count, 1, err);
		}
	}
	return rc;
}

static int take_row(vv_sql_grouped *g, vv_sql_scan *scan, const size_t *others, size_t other_count,
		    varve_error *err)
{
	vv_sql_value v;
	int rc = vv_sql_scan_read(&v, scan, g->by, err);

	if (rc < 0 || (rc = find_group(&g->ids[g->count], g, &v, err)) < 0) return rc;
	for (size_t i = 0; i < other_count; i++) {
		column *c = &g->columns[others[i]];

		if ((rc = vv_sql_scan_read(&v, scan, others[i], err)) < 0) return rc;
		c->null[g->count] = v.null;
		if (v.null) {
			continue;
		}
		if (v.class == VV_CLASS_INTEGER) {
			c->of.i[g->count] = v.i;
		} else {
			c->of.d[g->count] = v.d;
		}
	}
	g->rows[g->count++] = (uint32_t)vv_sql_scan_row(scan);
	return 0;
}

static int read_rows(vv_sql_grouped *g, vv_sql_scan *scan, uint64_t used, varve_error *err)
{
	size_t others[COLUMNS], other_count = 0;
	int rc = 0, more;

	for (size_t i = 0; i < COLUMNS; i++) {
		if (i != g->by && (used >> i & 1) != 0) {
			others[other_count++] = i;
		}
	}
	while (rc == 0 && (more = vv_sql_scan_next(scan, err)) != 0) {
		if (more < 0) return more;
		if (g->count == g->cap && (rc = widen(g, used, err)) < 0) {
			break;
		}
		rc = take_row(g, scan, others, other_count, err);
	}
	return rc;
}

/* ---- the order ---- */

typedef struct sorting {
	const group *group;
	const char *texts;
	uint8_t class;
} sorting;

static int compare(const void *a, const void *b)
{
	const sorting *s = a, *t = b;
	const group *x = s->group, *y = t->group;
	size_t len = x->len < y->len ? x->len : y->len;

	if (x->null || y->null) return y->null - x->null;
	if (s->class == VV_CLASS_INTEGER) return (x->is.i > y->is.i) - (x->is.i < y->is.i);
	if (s->class == VV_CLASS_REAL) return (x->is.d > y->is.d) - (x->is.d < y->is.d);
	int order = len > 0 ? memcmp(s->texts + x->is.text, s->texts + y->is.text, len) : 0;
	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

/* Groups in their order, each with the place where its rows begin in end. */
static int sort_groups(vv_sql_grouped *g, bool descending, varve_error *err)
{
	sorting *sorted = sqlite3_malloc64((g->group_count + 1) * sizeof(*sorted));
	uint32_t start = 0, *next = &g->first;

	if (!sorted) return vv_sql_error_memory(err);
	for (size_t i = 0; i < g->group_count; i++) {
		sorted[i] = (sorting){&g->groups[i], g->texts, g->classes[g->by]};
	}
	qsort(sorted, g->group_count, sizeof(*sorted), compare);
	for (size_t i = 0; i < g->group_count; i++) {
		size_t at = descending ? g->group_count - 1 - i : i,
		       id = (size_t)(sorted[at].group - g->groups);

		g->groups[id].end = start;
		start += g->groups[id].count;
		*next = (uint32_t)id;
		next = &g->groups[id].next;
	}
	sqlite3_free(sorted);
	return 0;
}

/* Moves each item of an array to its place. Reading it back in the order is one walk then, where a walk through the rows would
 * miss the cache with each of them. */
static int move(void *array, const vv_sql_grouped *g, size_t size, varve_error *err)
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

static int sort(vv_sql_grouped *g, bool descending, varve_error *err)
{
	int rc = sort_groups(g, descending, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < g->count; i++) {
		g->ids[i] = g->groups[g->ids[i]].end++;
	}
	rc = move(&g->rows, g, sizeof(*g->rows), err);
	for (size_t i = 0; i < COLUMNS && rc == 0; i++) {
		column *c = &g->columns[i];

		if (c->of.any && (rc = move(&c->of.any, g, sizeof(double), err)) == 0) {
			rc = move(&c->null, g, 1, err);
		}
	}
	return rc;
}

int vv_sql_grouped_open(vv_sql_grouped **out, vv_sql_scan *scan, const vv_sql_opened *of,
			const vv_sql_grouping *how, varve_error *err)
{
	vv_sql_grouped *g = sqlite3_malloc64(sizeof(*g));

	*out = NULL;
	if (!g) return vv_sql_error_memory(err);
	*g = (vv_sql_grouped){.by = how->column};
	for (size_t i = 0; i < COLUMNS && i < of->facts->columns; i++) {
		g->classes[i] = of->columns[i].class;
	}
	int rc = of->facts->rows < UINT32_MAX
			 ? read_rows(g, scan, how->used, err)
			 : vv_sql_error_format(err, VARVE_ENOSUPPORT, "too many rows to group");
	if (rc < 0 || (rc = sort(g, how->descending, err)) < 0) {
		vv_sql_grouped_close(g);
		return rc;
	}
	*out = g;
	return 0;
}

bool vv_sql_grouped_next(vv_sql_grouped *g)
{
	if (g->at == g->count) return false;
	if (!g->now || g->at == g->now->end) {
		g->now = &g->groups[g->now ? g->now->next : g->first];
	}
	g->at++;
	return true;
}

uint64_t vv_sql_grouped_row(const vv_sql_grouped *g)
{
	return g->rows[g->at - 1];
}

void vv_sql_grouped_read(vv_sql_value *out, const vv_sql_grouped *g, size_t i)
{
	size_t row = g->at - 1;
	const group *x = g->now;
	const column *c = &g->columns[i];

	out->class = g->classes[i];
	if (i != g->by) {
		out->null = !c->null || c->null[row];
		if (out->null) return;
		out->i = out->class == VV_CLASS_INTEGER ? c->of.i[row] : 0;
		out->d = out->class == VV_CLASS_REAL ? c->of.d[row] : 0;
		return;
	}
	out->null = x->null;
	if (x->null) return;
	if (out->class == VV_CLASS_TEXT) {
		out->text = g->texts + x->is.text;
		out->len = x->len;
	} else {
		out->i = out->class == VV_CLASS_INTEGER ? x->is.i : 0;
		out->d = out->class == VV_CLASS_REAL ? x->is.d : 0;
	}
}

void vv_sql_grouped_close(vv_sql_grouped *g)
{
	if (g) {
		for (size_t i = 0; i < COLUMNS; i++) {
			sqlite3_free(g->columns[i].of.any);
			sqlite3_free(g->columns[i].null);
		}
		sqlite3_free(g->rows);
		sqlite3_free(g->ids);
		sqlite3_free(g->groups);
		sqlite3_free(g->slots);
		sqlite3_free(g->texts);
		sqlite3_free(g);
	}
}
