/*
 * import_key: proves a key during an import, or keeps the proof of the previous version: a new key
 * can repeat one in a group that stayed only where the facts of that group leave room for it.
 */
#include "dataset/table/import_state.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/schema/key.h"
#include "dataset/schema/value.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import_options.h"
#include "dataset/table/table.h"
#include "dataset/table/walk.h"
#include "repo/blocks/reach.h"

/* State to judge pairs of rows with equal hashes. */
typedef struct pair_check {
	import *im;
	const vv_key_candidate *candidate;
	vv_table table; /* borrows the root being made */
	vv_table_reader *reader;
	vv_batch batch;
	const vv_schema *by_value; /* compares values of these types; NULL: texts */
	vv_buf scratch;
	bool duplicate;
	uint64_t first, second;
	uint64_t checked;
} pair_check;

/* Appends the values of a row's key. *whole: none is missing. */
static vv_status put_values(pair_check *p, const vv_cell *cells, vv_buf *out, bool *whole,
			    vv_error *err)
{
	const bool json = vv_form_is_typed(p->table.root.dialect.form);

	*whole = true;
	for (size_t k = 0; k < p->candidate->count; k++) {
		const vv_cell *c = &cells[p->candidate->columns[k]];
		const vv_field *f = &p->by_value->fields[p->candidate->columns[k]];

		*whole = *whole && c->len > 0 && !vv_field_missing(f, c);
		if (!vv_value_put_key(out, &p->scratch, f, c, json)) return vv_fail_nomem(err);
	}
	return vv_buf_ok(out, err);
}

/* Appends the key's texts of a row, each with its state and length before it. */
static vv_status key_text(pair_check *p, uint64_t row, vv_buf *out, vv_error *err)
{
	vv_status rc = vv_table_seek_row(p->reader, row, err);
	if (rc < 0) return rc;
	int got = vv_table_read(p->reader, &p->batch, err);
	if (got <= 0) {
		return got < 0 ? (vv_status)got
			       : vv_fail(err, VV_ECORRUPT, "row %llu is missing",
					 (unsigned long long)row + 1);
	}
	const vv_cell *cells = &p->batch.cells[(row - p->batch.first_row) * p->batch.columns];
	if (p->by_value) {
		bool whole;

		return put_values(p, cells, out, &whole, err);
	}
	for (size_t k = 0; k < p->candidate->count; k++) {
		const vv_cell *c = &cells[p->candidate->columns[k]];
		vv_buf_putc(out, c->state);
		vv_buf_put_varint(out, c->len);
		vv_buf_put(out, c->text, c->len);
	}
	return vv_buf_ok(out, err);
}

static int judge_pair(void *payload, uint64_t first, uint64_t second, vv_error *err)
{
	pair_check *p = payload;
	vv_auto(vv_buf) a = VV_BUF_INIT, b = VV_BUF_INIT;
	vv_status rc = key_text(p, first, &a, err);
	rc = rc < 0 ? rc : key_text(p, second, &b, err);
	if (rc == VV_OK && a.len == b.len && memcmp(a.data, b.data, a.len) == 0) {
		p->duplicate = true;
		p->first = first;
		p->second = second;
	}
	return rc < 0 ? (int)rc : p->duplicate;
}

/* "line 17" or "row 16" for a row of the current import. */
static void put_place(pair_check *p, uint64_t row, vv_buf *out)
{
	vv_error ignored = {0};
	uint64_t offset, line;
	/* without the schema, whose names are in every object, only CSV's places are known */
	if (p->im->source->line && !vv_form_is_typed(p->table.root.dialect.form) &&
	    vv_table_row_offset(&p->table, row, &offset, &ignored) == VV_OK &&
	    p->im->source->line(p->im->source->payload, offset, &line, &ignored) == VV_OK) {
		vv_buf_printf(out, "line %llu", (unsigned long long)line);
	} else {
		vv_buf_printf(out, "row %llu", (unsigned long long)row + 1);
	}
	if (ignored.code == VV_ENOMEM) {
		vv_buf_fail(out);
	}
}

/* "line 4 and line 9 both have id = '7'" */
static void put_duplicate(pair_check *p, vv_buf *out)
{
	vv_auto(vv_buf) name = VV_BUF_FOR(out), value = VV_BUF_FOR(out), at1 = VV_BUF_FOR(out),
			at2 = VV_BUF_FOR(out);
	import *im = p->im;
	const vv_key_candidate *c = p->candidate;
	const bool sorted = im->sorting &&
			    !im->sorting->sorter; /* row numbers would be useless then */
	vv_error ignored = {0};
	if (!sorted) {
		put_place(p, p->first, &at1);
		put_place(p, p->second, &at2);
	}
	if (vv_table_seek_row(p->reader, p->first, &ignored) == VV_OK &&
	    vv_table_read(p->reader, &p->batch, &ignored) > 0) {
		const vv_cell *cells =
			&p->batch.cells[(p->first - p->batch.first_row) * p->batch.columns];
		for (size_t k = 0; k < c->count; k++) {
			vv_buf_puts(&name, k ? ", " : "");
			vv_text_put_words(&name, im->names[c->columns[k]],
					  im->name_lens[c->columns[k]], 40);
			vv_buf_puts(&value, k ? ", " : "");
			vv_text_put_cut(&value, cells[c->columns[k]].text, cells[c->columns[k]].len,
					40);
		}
	}
	if (sorted) {
		vv_buf_puts(out, "two rows");
	} else {
		vv_buf_printf(out, "%s and %s both", vv_buf_cstr(&at1), vv_buf_cstr(&at2));
	}
	vv_buf_printf(out, " have %s = '%s'", vv_buf_cstr(&name), vv_buf_cstr(&value));
	if (ignored.code == VV_ENOMEM) {
		vv_buf_fail(out);
	}
}

static vv_status report_duplicate(pair_check *p, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	put_duplicate(p, &text);
	return vv_fail(err, VV_ECONFLICT,
		       "%s: %s, so the key is not unique\n"
		       "name more columns (--key a,b), or keep the table without a key (--no-key)",
		       p->im->source->name, vv_buf_cstr(&text));
}

/* ---- what changed ----
 *
 * The cost grows with what changed, not with the table: of rows that both versions have nothing is read, unless
 * there are new keys that the facts of their groups do not exclude.
 */

#define KEYS_MAX (1u << 20) /* of the changed groups of a version: 8 MiB; of more all is read */

/* The keys of some groups of one version. */
typedef struct some_keys {
	vv_table *table;
	uint64_t *groups; /* their numbers, ascending */
	size_t group_count, group_cap;
	uint64_t *hashes;
	size_t count, cap;
	uint64_t empty;
} some_keys;

typedef struct change {
	const size_t *columns;
	size_t column_count;
	uint64_t seed;
	some_keys now, before;
	uint64_t *fresh; /* keys more frequent in now than in before, ascending, each once */
	size_t fresh_count;
	size_t fresh_rows; /* rows of now with these */
	vv_fact bounds;    /* of the first column in rows with these */
	bool harm;
} change;

static void clear_keys(some_keys *k)
{
	vv_free_all(k->groups, k->hashes);
}

/* All groups of the version. *twice: one comes twice, with all its rows. */
static vv_status list_groups(vv_cid_set *out, const vv_table *t, bool *twice, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(t, VV_LIST_DATA, err);
	vv_cid cid;
	size_t count;
	bool added = true;

	while (vv_list_walk_next(&w)) {
		if ((w.rc = vv_cbor_get_array(&w.item.cbor, &count, err)) == VV_OK &&
		    (w.rc = vv_cbor_get_link(&w.item.cbor, &cid, err)) == VV_OK) {
			w.rc = vv_cid_set_add(out, &cid, &added, err);
		}
		*twice |= !added;
	}
	return w.rc;
}

static vv_status keep_others(some_keys *k, const vv_cid_set *own, const vv_cid_set *other,
			     vv_error *err)
{
	for (size_t i = 0; i < vv_cid_set_count(own); i++) {
		if (vv_cid_set_has(other, vv_cid_set_at(own, i))) {
			continue;
		}
		if (!vv_array_add(k->groups, k->group_count, k->group_cap, i)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* Which groups only one of the two has. */
static vv_status find_groups(change *c, vv_error *err)
{
	vv_auto(vv_cid_set) *now = vv_cid_set_new(), *before = vv_cid_set_new();
	bool repeated = false;
	vv_status rc = now && before ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || (rc = list_groups(now, c->now.table, &c->harm, err)) < 0 || c->harm ||
	    (rc = list_groups(before, c->before.table, &repeated, err)) < 0) {
		return rc;
	}
	c->harm = repeated; /* numbers in the set are not those of groups then */
	if ((rc = keep_others(&c->now, now, before, err)) < 0 ||
	    (rc = keep_others(&c->before, before, now, err)) < 0) {
		return rc;
	}
	/* the whole version alone is read once, and not three times */
	c->harm |= c->now.group_count > 1 && c->now.group_count == vv_cid_set_count(now);
	return VV_OK;
}

typedef vv_status (*row_fn)(change *c, some_keys *k, const vv_cell *cells, uint64_t hash,
			    bool usable, vv_error *err);

static vv_status each_row(change *c, some_keys *k, const vv_batch *b, row_fn fn, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < b->rows && !c->harm; i++) {
		const vv_cell *cells = &b->cells[i * b->columns];
		bool usable;
		uint64_t hash = vv_key_hash(cells, c->columns, c->column_count, c->seed, &usable);

		rc = fn(c, k, cells, hash, usable, err);
	}
	return rc;
}

static vv_status each_group(change *c, some_keys *k, row_fn fn, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(k->table, c->columns, c->column_count, err);

	for (size_t i = 0; w.rc == VV_OK && i < k->group_count && !c->harm; i++) {
		w.rc = vv_table_seek_group(w.reader, k->groups[i], err);
		if (vv_group_walk_next(&w)) {
			w.rc = each_row(c, k, &w.batch, fn, err);
		}
	}
	return w.rc;
}

static vv_status keep_hash(change *c, some_keys *k, const vv_cell *cells VV_UNUSED, uint64_t hash,
			   bool usable, vv_error *err)
{
	if (!usable) {
		k->empty++;
		return VV_OK;
	}
	if (k->count == KEYS_MAX) {
		c->harm = true;
		return VV_OK;
	}
	return vv_array_add(k->hashes, k->count, k->cap, hash) ? VV_OK : vv_fail_nomem(err);
}

static bool has_hash(const uint64_t *hashes, size_t count, uint64_t hash)
{
	return count > 0 && bsearch(&hash, hashes, count, sizeof(hash), vv_u64_order) != NULL;
}

/* Each row of before takes an equal key out of now, as both have most keys. */
static vv_status find_fresh(change *c, vv_error *err)
{
	some_keys *now = &c->now, *before = &c->before;
	vv_auto(vv_hash_index) index = {0};
	vv_auto_free bool *used = vv_calloc(before->count + 1, sizeof(*used));
	size_t place, count = 0;

	if (!used || !vv_hash_index_reserve(&index, before->count)) return vv_fail_nomem(err);
	for (size_t i = 0; i < before->count; i++) {
		(void)vv_hash_index_add(&index, before->hashes[i], i); /* has room */
	}
	for (size_t i = 0; i < now->count; i++) {
		const uint64_t hash = now->hashes[i];
		vv_hash_probe probe = vv_hash_probe_begin(&index, hash);
		bool old = false;

		while (!old && vv_hash_probe_next(&probe, &place)) {
			old = !used[place] && before->hashes[place] == hash;
		}
		if (old) {
			used[place] = true;
		} else {
			now->hashes[count++] = hash; /* its front is free by then */
		}
	}
	c->fresh = now->hashes;
	c->fresh_count = vv_u64_set(c->fresh, count);
	return VV_OK;
}

static vv_status widen_bounds(change *c, some_keys *k VV_UNUSED, const vv_cell *cells,
			      uint64_t hash, bool usable, vv_error *err VV_UNUSED)
{
	if (usable && has_hash(c->fresh, c->fresh_count, hash)) {
		c->fresh_rows++;
		(void)vv_fact_add(&c->bounds, &cells[c->columns[0]], 1, 1);
	}
	return VV_OK;
}

static vv_status compare_key(change *c, some_keys *k VV_UNUSED, const vv_cell *cells VV_UNUSED,
			     uint64_t hash, bool usable, vv_error *err VV_UNUSED)
{
	c->harm |= usable && has_hash(c->fresh, c->fresh_count, hash);
	return VV_OK;
}

static bool text_before(const vv_fact *a, const vv_fact *b)
{
	return !a->open &&
	       vv_fact_text_order(a->high.bytes, a->high.len, b->low.bytes, b->low.len) < 0;
}

/* Can rows of these facts have a new key? */
static bool may_meet(void *payload, const uint8_t *facts, size_t len)
{
	const change *c = payload;
	const vv_fact *b = &c->bounds;
	vv_fact f;

	vv_facts_column(&f, facts, len, c->columns[0]);
	if (f.missing == VV_MISSING_ALL) return false;
	if (f.unknown || b->unknown) return true;
	return (f.numbers && b->numbers && vv_fact_number_order(&f.greatest, &b->least) >= 0 &&
		vv_fact_number_order(&b->greatest, &f.least) >= 0) ||
	       (f.texts && b->texts && !text_before(&f, b) && !text_before(b, &f));
}

/* Groups that both have and that may have a new key, in place of those that now alone has. */
static vv_status find_neighbours(change *c, some_keys *out, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(c->now.table, VV_LIST_FACTS, err);
	size_t changed = 0;
	int more;

	if (w.rc < 0) return w.rc;
	while ((more = vv_list_next_that_may(w.reader, may_meet, c, &w.item, err)) > 0) {
		const uint64_t index = w.item.index;

		while (changed < c->now.group_count && c->now.groups[changed] < index) {
			changed++;
		}
		if (changed < c->now.group_count && c->now.groups[changed] == index) {
			continue;
		}
		if (!vv_array_add(out->groups, out->group_count, out->group_cap, index)) {
			return vv_fail_nomem(err);
		}
	}
	return (vv_status)more;
}

static vv_status check_changes(change *c, some_keys *stayed, vv_error *err)
{
	vv_status rc = find_groups(c, err);

	if (rc < 0 || c->harm || (rc = each_group(c, &c->now, keep_hash, err)) < 0 || c->harm ||
	    c->now.count == 0) {
		c->harm |= rc == VV_OK && c->now.empty > 0;
		return rc;
	}
	/* Without the old rows all of these keys count as new. */
	rc = each_group(c, &c->before, keep_hash, err);
	if (rc == VV_EMISSING) {
		vv_error_clear(err);
		c->before.count = 0;
	} else if (rc < 0) {
		return rc;
	}
	c->harm |= c->now.empty > c->before.empty;
	if (c->harm || (rc = find_fresh(c, err)) < 0 || c->fresh_count == 0 ||
	    (rc = each_group(c, &c->now, widen_bounds, err)) < 0) {
		return rc;
	}
	c->harm |= c->fresh_rows > c->fresh_count; /* two rows have one */
	if (c->harm || (rc = find_neighbours(c, stayed, err)) < 0) return rc;
	return each_group(c, stayed, compare_key, err);
}

/* columns: the key's places, the same in both. *out false: certainly no row of now that before lacks has an empty
 * key, or another row's key. True: only the whole version decides. VV_EMISSING: rows are missing here. */
static vv_status key_may_be_lost(bool *out, vv_table *now, vv_table *before, const size_t *columns,
				 size_t count, uint64_t seed, vv_error *err)
{
	change c = {.columns = columns,
		    .column_count = count,
		    .seed = seed,
		    .now = {.table = now},
		    .before = {.table = before}};
	some_keys stayed = {.table = now};
	vv_status rc = check_changes(&c, &stayed, err);

	*out = c.harm;
	clear_keys(&c.now);
	clear_keys(&c.before);
	clear_keys(&stayed);
	return rc;
}

/* ---- a declared key ---- */

/* In larger tables the rows are read only if the version before may have had the key and this one lost it;
 * in smaller ones always. */
#define SMALL_ROWS 200000u

vv_status import_proof_new(const import *im, vv_key_proof **out, vv_error *err)
{
	const uint64_t memory = im->opts->memory ? im->opts->memory : 24u << 20;

	return vv_key_proof_new(out, (size_t)memory, im->opts->temp_dir, err);
}

static vv_status hash_row(pair_check *p, const vv_cell *cells, uint64_t *out, bool *usable,
			  vv_error *err)
{
	const vv_key_candidate *c = p->candidate;
	vv_auto(vv_buf) key = VV_BUF_INIT;

	if (!p->by_value) {
		*out = vv_key_hash(cells, c->columns, c->count, p->im->key_seed, usable);
		return VV_OK;
	}
	const vv_status rc = put_values(p, cells, &key, usable, err);
	*out = vv_xxh3(vv_buf_cstr(&key), key.len, p->im->key_seed);
	return rc;
}

static vv_status add_keys(pair_check *p, vv_key_proof *proof, uint64_t *empty, vv_error *err)
{
	uint64_t hashes[256];
	int more;
	vv_status rc = VV_OK;
	while (rc == VV_OK && (more = vv_table_read(p->reader, &p->batch, err)) != 0) {
		const vv_batch *b = &p->batch;
		size_t n = 0;
		if (more < 0) return (vv_status)more;
		for (size_t i = 0; i < b->rows && rc == VV_OK; i++) {
			bool usable;
			if ((rc = hash_row(p, &b->cells[i * b->columns], &hashes[n], &usable,
					   err)) < 0) {
				return rc;
			}
			if (!usable) { /* counted, and like no other */
				hashes[n] = p->im->key_seed +
					    (b->first_row + i) * 0x9e3779b97f4a7c15u;
				(*empty)++;
			}
			n++;
			if (n == sizeof(hashes) / sizeof(hashes[0]) || i + 1 == b->rows) {
				rc = vv_key_proof_add(proof, hashes, n, b->first_row + i + 1 - n,
						      err);
				n = 0;
			}
		}
	}
	return rc;
}

/* The version before, when it had this key, so that it was looked at then; else NULL. columns: how many it had. */
static vv_status find_before(const import *im, const vv_key_candidate *c, const vv_root **out,
			     size_t *columns, vv_error *err)
{
	/* of sorted rows the parent is the file, whose groups are not kept */
	const vv_root *old = im->sorting ? im->sorting->near : im->opts->parent;
	bool same = old && old->kind == VV_KIND_TABLE && old->key_count == c->count;
	vv_auto(vv_schema) schema = {0};

	*out = NULL;
	if (!same) return VV_OK;
	vv_status rc = vv_schema_read(&schema, old->schema.data, old->schema.len,
				      "the previous version", err);
	for (size_t k = 0; rc == VV_OK && same && k < c->count; k++) {
		long at = vv_schema_find(&schema, old->key[k], strlen(old->key[k]));

		same = at >= 0 && (size_t)at == c->columns[k];
	}
	*out = same ? old : NULL;
	*columns = schema.count;
	return rc;
}

/* *out: could no change of this version have affected the key? */
static vv_status is_as_before(const import *im, const vv_key_candidate *c, vv_table *now, bool *out,
			      vv_error *err)
{
	const vv_root *old;
	size_t columns;
	bool harm;
	vv_status rc = find_before(im, c, &old, &columns, err);

	*out = false;
	if (rc < 0 || !old) return rc;
	if ((*out = vv_buf_equal(&old->data, &now->root.data)) ||
	    (now->root.rows <= SMALL_ROWS && old->key_source != VV_KEY_INFERRED)) {
		return VV_OK;
	}
	vv_table before = {.source = *im->sink, .root = *old, .columns = columns};
	rc = key_may_be_lost(&harm, now, &before, c->columns, c->count, im->key_seed, err);
	*out = rc == VV_OK && !harm;
	return rc;
}

/* All rows. */
static vv_status look_at_rows(pair_check *p, uint64_t *empty, vv_error *err)
{
	const vv_key_candidate *c = p->candidate;

	vv_auto(vv_key_proof) *proof = NULL;
	vv_status rc = import_proof_new(p->im, &proof, err);

	if (rc == VV_OK &&
	    (rc = vv_table_reader_open(&p->reader, &p->table, c->columns, c->count, false, err)) ==
		    VV_OK &&
	    (rc = add_keys(p, proof, empty, err)) == VV_OK) {
		rc = vv_key_proof_pairs(proof, judge_pair, p, err);
	}
	return rc;
}

/* May different texts of the column be one value? Inferred integers have no zeros in front. */
static bool has_spellings(const import *im, const vv_field *f)
{
	return f->type != VV_TYPE_STRING && f->type != VV_TYPE_ANY &&
	       (im->opts->schema || (f->type != VV_TYPE_INTEGER && f->type != VV_TYPE_DATE));
}

/* Reads the types of the new version. *typed: different texts of the key may be one value. */
static vv_status read_types(const import *im, const vv_key_candidate *c, vv_schema *out,
			    bool *typed, vv_error *err)
{
	const vv_bytes *json = &im->out->root.schema;
	vv_status rc = vv_schema_read(out, json->data, json->len, im->source->name, err);

	*typed = false;
	for (size_t k = 0; rc == VV_OK && out->count == im->columns && k < c->count; k++) {
		*typed = *typed || has_spellings(im, &out->fields[c->columns[k]]);
	}
	return rc;
}

/* Checks whether the key is valid in this version. If it is not: a declared key gets a warning and stays; key_lost gets
 * the reason why a found key does not stay. */
static vv_status look_at_key(import *im, const vv_key_candidate *c, vv_key_source source,
			     vv_error *err)
{
	const bool found = source == VV_KEY_INFERRED;
	pair_check p = {.im = im, .candidate = c};
	vv_buf *out = found ? &im->out->key_lost : &im->out->warnings;
	vv_auto(vv_schema) types = {0};
	uint64_t empty = 0;
	bool fine, typed = false;
	vv_error why = {0};

	if (source == VV_KEY_NONE || !im->sink->put || c->count == 0 || (found && im->opts->as) ||
	    (im->sorting && im->sorting->sorter)) { /* once they are sorted */
		return VV_OK;
	}
	p.table = (vv_table){.source = *im->sink, .root = im->out->root, .columns = im->columns};
	vv_status rc = is_as_before(im, c, &p.table, &fine, &why);
	if (rc == VV_OK && !fine && (rc = read_types(im, c, &types, &typed, &why)) == VV_OK) {
		p.by_value = typed ? &types : NULL;
		rc = look_at_rows(&p, &empty, &why);
	}
	if (rc == VV_OK && empty > 0) {
		vv_buf_printf(out, "%s row%s no value in the key%s", vv_text_count(empty),
			      empty == 1 ? " has" : "s have", found ? "" : "\n");
	}
	if (rc == VV_OK && p.duplicate && out->len == 0) {
		put_duplicate(&p, out);
		vv_buf_puts(out, found ? "" : ": the key does not identify rows\n");
	}
	if (rc < 0 && !found) { /* in a lazy clone rows may be elsewhere */
		vv_buf_printf(out, "its key was not checked: %s\n", why.message);
	}
	vv_table_reader_close(p.reader);
	vv_batch_clear(&p.batch);
	vv_buf_clear(&p.scratch);
	return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
}

/* *unique: is candidate k a key of all rows? Its duplicate is left in p. */
static vv_status prove_candidate(import *im, size_t k, pair_check *p, bool *unique, vv_error *err)
{
	*p = (pair_check){.im = im, .candidate = &im->candidates[k]};
	*unique = false;
	if (im->holes[k] && im->opts->key == NULL) return VV_OK;
	p->table = (vv_table){.source = *im->sink, .root = im->out->root, .columns = im->columns};
	vv_status rc = vv_table_reader_open(&p->reader, &p->table, NULL, 0, false, err);
	rc = rc < 0 ? rc : vv_key_proof_pairs(im->proofs[k], judge_pair, p, err);
	*unique = rc == VV_OK && !p->duplicate;
	return rc;
}

static vv_status set_key(import *im, const vv_key_candidate *c, vv_key_source source, vv_error *err)
{
	vv_root *root = &im->out->root;
	root->key_source = source;
	return import_copy_names(im, &root->key, &root->key_count, c->columns, c->count, err);
}

static bool is_of_key(const vv_key_candidate *c, size_t column)
{
	return vv_array_has(c->columns, c->count, column);
}

/* Are the types of the key only inferred, from this file? */
static bool may_be_text(const import *im, const vv_key_candidate *c)
{
	return !im->opts->schema && !vv_form_is_typed(im->out->root.dialect.form) &&
	       !vv_array_find(c->columns, c->count, it, import_field_before(im, *it) != NULL);
}

/* Types that were inferred give way: the key's columns are text. */
static vv_status make_text(pair_check *p, const vv_schema *s, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto_free vv_new_field *fields = vv_calloc(s->count + 1, sizeof(*fields));
	vv_buf *out = &p->im->out->warnings;
	vv_status rc;

	if (!fields) return vv_fail_nomem(err);
	for (size_t i = 0; i < s->count; i++) {
		fields[i] = vv_new_field_like(&s->fields[i]);
		if (is_of_key(p->candidate, i) && has_spellings(p->im, &s->fields[i])) {
			fields[i] = (vv_new_field){.name = s->fields[i].name,
						   .name_len = s->fields[i].name_len,
						   .type = VV_TYPE_STRING,
						   .declared = true,
						   .again = true};
		}
	}
	if ((rc = vv_schema_refit(&text, s, fields, s->count, err)) < 0) return rc;
	put_duplicate(p, out);
	vv_buf_puts(out, " in different spellings: the key is text\n");
	return vv_bytes_set(&p->im->out->root.schema, text.data, text.len, err);
}

/* A declared key whose texts are unique: are its values, too? p: the pair that is not, or none. */
static vv_status prove_values(import *im, const vv_key_candidate *c, pair_check *p, bool *unique,
			      vv_error *err)
{
	vv_auto(vv_schema) s = {0};
	uint64_t empty = 0;
	bool typed;
	vv_status rc = read_types(im, c, &s, &typed, err);

	if (rc < 0 || !typed) return rc;
	vv_table_reader_close(p->reader);
	p->reader = NULL;
	p->by_value = &s;
	rc = look_at_rows(p, &empty, err);
	*unique = !p->duplicate;
	if (rc == VV_OK && p->duplicate && may_be_text(im, c)) {
		*unique = true;
		rc = make_text(p, &s, err);
	}
	p->by_value = NULL;
	vv_buf_clear(&p->scratch);
	return rc;
}

/* The key of a package stays the key even if it is not unique. */
static vv_status keep_package_key(pair_check *p, vv_error *err)
{
	vv_buf *out = &p->im->out->warnings;
	vv_buf_puts(out, "the primaryKey of datapackage.json is not unique: ");
	put_duplicate(p, out);
	vv_buf_putc(out, '\n');
	return set_key(p->im, p->candidate, VV_KEY_PACKAGE, err);
}

/* The parent's key, in the names of now; none when a column of it is gone. */
static vv_status keep_key(import *im, vv_error *err)
{
	const vv_root *p = im->opts->parent;
	vv_key_candidate c = {.count = 0};
	for (size_t k = 0; k < p->key_count; k++) {
		const size_t at = import_place_of_old(im, p->key[k]);
		if (at == SIZE_MAX || c.count == VV_KEY_COLUMNS_MAX) {
			vv_buf_printf(
				&im->out->warnings,
				"the file no longer has the key column '%s': the table no longer "
				"has a key\n",
				vv_text_name(p->key[k], strlen(p->key[k])));
			return VV_OK;
		}
		c.columns[c.count++] = at;
	}
	im->out->root.key_source = p->key_count == 0 ? p->key_source : VV_KEY_NONE;
	vv_status rc = c.count == 0 ? VV_OK : look_at_key(im, &c, p->key_source, err);
	return rc < 0 || c.count == 0 || im->out->key_lost.len > 0
		       ? rc
		       : set_key(im, &c, p->key_source, err);
}

/* The key that was found in the version before could not stay: which one is it now? */
static void say_new_key(import *im)
{
	vv_root *now = &im->out->root;
	const vv_root *old = im->opts->parent;
	vv_buf *out = &im->out->warnings;

	if (im->opts->key || !old || old->kind != VV_KIND_TABLE) return;
	now->key_source = VV_KEY_INFERRED; /* without columns: later versions look for them */
	if (old->key_count == 0 && now->key_count == 0) return;
	if (im->opts->key_lost) {
		vv_buf_puts(out, im->opts->key_lost);
	} else if (old->key_count == 0) {
		vv_buf_puts(out, "no value repeats");
	} else {
		vv_buf_printf(out, "the key '%s'", vv_text_name(old->key[0], strlen(old->key[0])));
		for (size_t k = 1; k < old->key_count; k++) {
			vv_buf_printf(out, ", '%s'",
				      vv_text_name(old->key[k], strlen(old->key[k])));
		}
		vv_buf_puts(out, " is gone");
	}
	vv_buf_puts(out,
		    now->key_count > 0 ? ": the key is now " : ": the table no longer has a key");
	for (size_t k = 0; k < now->key_count; k++) {
		vv_buf_printf(out, "%s'%s'", k > 0 ? ", " : "",
			      vv_text_name(now->key[k], strlen(now->key[k])));
	}
	vv_buf_putc(out, '\n');
}

/* Has it all columns of the key that was found in the version before? One mistaken row must not replace the key by another
 * column: rows would be named by values that are edited. */
static bool extends_old(const import *im, const vv_key_candidate *c)
{
	const vv_root *p = im->opts->parent;
	size_t found = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_field *old = import_field_before(im, c->columns[i]);

		for (size_t k = 0; old && k < p->key_count; k++) {
			found += strcmp(old->name, p->key[k]) == 0;
		}
	}
	return found == p->key_count;
}

/* The same where an earlier version lost the key: of other rows, one with the first column or an id. */
static bool may_follow(const import *im, const vv_key_candidate *c)
{
	const vv_root *p = im->opts->parent;

	if (im->opts->key_lost) return extends_old(im, c);
	if (im->opts->key || !p || p->kind != VV_KIND_TABLE || p->key_count > 0) return true;
	return vv_array_find(c->columns, c->count, it,
			     *it == 0 || vv_key_is_id(im->names[*it], im->name_lens[*it])) &&
	       !vv_buf_equal(&p->data, &im->out->root.data);
}

vv_status import_finish_key(import *im, vv_error *err)
{
	const vv_import_options *opts = im->opts;
	vv_status rc = VV_OK;
	pair_check p;
	bool unique;
	if (im->candidate_count == 0) {
		if (opts->key) {
			const vv_key_candidate *c = &im->candidates[0];

			rc = c->count > 0 ? set_key(im, c, opts->key_source, err) : VV_OK;
			return rc < 0 ? rc : look_at_key(im, c, opts->key_source, err);
		}
		if (opts->key_lost) {
			say_new_key(im);
			return VV_OK;
		}
		return opts->parent && opts->parent->kind == VV_KIND_TABLE ? keep_key(im, err)
									   : VV_OK;
	}
	for (size_t k = 0; k < im->candidate_count; k++) {
		if (!may_follow(im, &im->candidates[k])) {
			continue;
		}
		rc = prove_candidate(im, k, &p, &unique, err);
		if (rc == VV_OK && unique && opts->key) {
			rc = prove_values(im, &im->candidates[k], &p, &unique, err);
		}
		if (rc == VV_OK && unique) {
			rc = set_key(im, &im->candidates[k],
				     opts->key ? opts->key_source : VV_KEY_INFERRED, err);
			if (rc == VV_OK && opts->key && im->holes[k]) {
				rc = look_at_key(im, &im->candidates[k], opts->key_source, err);
			}
		} else if (rc == VV_OK && opts->key) {
			rc = opts->key_source == VV_KEY_PACKAGE ? keep_package_key(&p, err)
								: report_duplicate(&p, err);
		}
		vv_table_reader_close(p.reader);
		vv_batch_clear(&p.batch);
		if (rc < 0 || unique) {
			break;
		}
	}
	if (rc == VV_OK) {
		say_new_key(im);
	}
	return rc;
}
