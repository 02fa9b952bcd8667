/*
 * new_only: recognizes findings in another version by a hash of rule, column and row, counted.
 */
#include "check/past/new_only.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/columns.h"

typedef struct known_entry {
	vv_hash128 name;
	uint64_t count;
} known_entry;

struct vv_known {
	vv_table *base, *t;
	vv_columns columns;
	vv_changed_groups regions;
	bool compared; /* columns and regions are filled */
	bool asked;    /* keys_differ is set */
	bool keys_differ;
	uint64_t seed;
	known_entry *entries;
	size_t count, cap;
	vv_hash_index index; /* of entries */
	vv_buf text;
};

vv_status vv_known_new(vv_known **out, vv_table *base, vv_table *t, uint64_t seed, vv_error *err)
{
	static const vv_columns_options by_place = {0};
	vv_auto(vv_known) *k = vv_calloc(1, sizeof(*k));
	vv_status rc = VV_OK;

	*out = NULL;
	if (!k) return vv_fail_nomem(err);
	k->seed = seed;
	if (base && t && base->root.kind == VV_KIND_TABLE && t->root.kind == VV_KIND_TABLE) {
		if ((rc = vv_columns_match(&k->columns, base, t, &by_place, err)) == VV_OK &&
		    (rc = vv_changed_groups_find(&k->regions, base, t, err)) < 0) {
			vv_columns_clear(&k->columns);
		}
		k->compared = rc == VV_OK;
		k->base = base;
		k->t = t;
	}
	if (rc < 0) return rc;
	return vv_hand_over(out, &k);
}

void vv_known_free(vv_known *k)
{
	if (!k) return;
	if (k->compared) {
		vv_columns_clear(&k->columns);
		vv_changed_groups_clear(&k->regions);
	}
	vv_free(k->entries);
	vv_hash_index_clear(&k->index);
	vv_buf_clear(&k->text);
	vv_free(k);
}

/* Where a row of the base is in the new version, if it is among what both share. */
static bool row_in_new(const vv_known *k, uint64_t row, uint64_t *out)
{
	const vv_segment *s = k->regions.segments;
	const size_t count = k->regions.segment_count;
	const size_t at = vv_first_place(i, count,
					 s[i].old_row <= row && row - s[i].old_row >= s[i].rows);

	if (at == count || row < s[at].old_row) return false;
	*out = s[at].new_row + (row - s[at].old_row);
	return true;
}

/* Is the row of the new version among what both share? */
static bool is_shared(const vv_known *k, uint64_t row)
{
	const vv_changed_group *g = k->regions.new_groups;
	const size_t count = k->regions.new_count;
	const size_t at = vv_first_place(i, count, g[i].row <= row && row - g[i].row >= g[i].rows);

	return at == count || row < g[at].row;
}

/* The column's name in the new version. */
static const char *column_in_new(const vv_known *k, const char *column)
{
	long a = k->compared ? vv_schema_find(&k->base->schema, column, strlen(column)) : -1;
	long b = a >= 0 ? vv_columns_to_new(&k->columns, (size_t)a) : -1;

	return b >= 0 ? k->t->schema.fields[b].name : column;
}

/* --- a key that was found ---------------------------------------------------------------------- */

typedef struct key_hashes {
	uint64_t *items;
	size_t count, cap;
} key_hashes;

static void key_hashes_clear(key_hashes *h)
{
	vv_free(h->items);
}
VV_AUTO_CLEAR(key_hashes, key_hashes_clear)

static bool add_key(key_hashes *h, const vv_cell *cells, const size_t *key, size_t key_count)
{
	uint64_t hash = vv_hash_seed();

	for (size_t i = 0; i < key_count; i++) {
		const vv_cell *c = &cells[key[i]];

		hash = vv_xxh3(c->text ? c->text : "", c->text ? c->len : 0, hash);
	}
	return vv_array_add(h->items, h->count, h->cap, hash);
}

/* The keys of the rows of changed groups, in order, each once. */
static vv_status read_keys(key_hashes *out, vv_table *t, const vv_changed_group *g, size_t count,
			   vv_error *err)
{
	const size_t key_count = t->root.key_count;
	vv_auto_free size_t *key = vv_calloc(key_count + 1, sizeof(*key));

	if (!key) return vv_fail_nomem(err);
	if (!vv_schema_places(key, &t->schema, (const char *const *)t->root.key, key_count)) {
		return VV_OK;
	}
	vv_auto(vv_group_walk) w = vv_group_walk_open(t, key, key_count, err);
	for (size_t i = 0; i < count && vv_group_walk_to(&w, g[i].row); i++) {
		for (size_t r = 0; r < w.batch.rows; r++) {
			if (!add_key(out, w.batch.cells + r * w.batch.columns, key, key_count)) {
				return vv_fail_nomem(err);
			}
		}
	}
	out->count = vv_u64_set(out->items, out->count);
	return w.rc;
}

/* Sets k->keys_differ if the key was only found, and most changed rows of the base have a different
 * key in the new version: such a key does not identify rows. */
static vv_status compare_keys(vv_known *k, vv_error *err)
{
	vv_auto(key_hashes) old = {0}, now = {0};
	size_t same = 0, at = 0;
	vv_status rc;

	k->asked = true;
	if (!k->compared || k->base->root.key_source != VV_KEY_INFERRED ||
	    k->base->root.key_count == 0 || k->t->root.key_source != VV_KEY_INFERRED) {
		return VV_OK;
	}
	if ((rc = read_keys(&old, k->base, k->regions.old_groups, k->regions.old_count, err)) < 0 ||
	    (rc = read_keys(&now, k->t, k->regions.new_groups, k->regions.new_count, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < old.count; i++) {
		while (at < now.count && now.items[at] < old.items[i]) {
			at++;
		}
		same += at < now.count && now.items[at] == old.items[i];
	}
	k->keys_differ = 2 * same < old.count;
	return VV_OK;
}

/* --- the identity of a finding ----------------------------------------------------------------- */

static void put_part(vv_buf *b, char kind, const char *s, size_t len)
{
	vv_buf_putc(b, kind);
	vv_buf_put_varint(b, len);
	vv_buf_put(b, s, len);
}

/* The identity of a finding. old: it is the base's. */
static vv_status name_of(vv_known *k, vv_hash128 *out, const vv_finding *f, bool old, vv_error *err)
{
	const char *column = "";

	if (f->column) {
		column = old ? column_in_new(k, f->column) : f->column;
	}
	uint64_t row = 0;
	vv_status rc = k->asked ? VV_OK : compare_keys(k, err);

	if (rc < 0) return rc;
	const bool by_key = f->key && !(k->keys_differ && f->row > 0);
	vv_buf_reset(&k->text);
	put_part(&k->text, 'r', f->rule, strlen(f->rule));
	put_part(&k->text, f->column ? 'c' : '-', column, strlen(column));
	if (vv_rule_is_written(f->rule) && f->expected) {
		put_part(&k->text, 'e', f->expected, strlen(f->expected));
	}
	if (f->row == 0 && vv_rule_is_written(f->rule) && !f->key) {
		/* about the whole table: its count differs each time */
	} else if (by_key) {
		put_part(&k->text, 'k', f->key, f->key_len);
		if (f->row > 0 && f->value) { /* of a group of rows it differs each time */
			put_part(&k->text, 'v', f->value, f->value_len);
		}
	} else if (f->row > 0 && k->compared &&
		   (old ? row_in_new(k, f->row - 1, &row)
			: (row = f->row - 1, is_shared(k, row)))) {
		vv_buf_putc(&k->text, 's');
		vv_buf_put_varint(&k->text, row);
	} else if (f->value) {
		put_part(&k->text, 'v', f->value, f->value_len);
	} else if (f->row > 0) {
		put_part(&k->text, 'n', "", 0);
	}
	if ((rc = vv_buf_ok(&k->text, err)) < 0) return rc;
	*out = vv_xxh3_128(k->text.data, k->text.len, k->seed);
	return VV_OK;
}

/* NULL: it is not known. */
static known_entry *find_entry(const vv_known *k, const vv_hash128 *name)
{
	return vv_hash_find(k->entries, &k->index, name->lo, e, vv_hash128_equal(e->name, *name));
}

vv_status vv_known_add(vv_known *k, const vv_finding *f, vv_error *err)
{
	vv_hash128 name;
	known_entry *e;
	vv_status rc = name_of(k, &name, f, true, err);

	if (rc < 0) return rc;
	if ((e = find_entry(k, &name)) != NULL) {
		e->count++;
		return VV_OK;
	}
	return vv_hash_add(k->entries, k->count, k->cap, &k->index, name.lo, (known_entry){name, 1})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

int vv_known_take(vv_known *k, const vv_finding *f, vv_error *err)
{
	vv_hash128 name;
	vv_status rc = name_of(k, &name, f, false, err);

	if (rc < 0) return rc;
	known_entry *e = find_entry(k, &name);
	if (!e || e->count == 0) return 0;
	e->count--;
	return 1;
}
