/*
 * rekeyed: the lists of single rows are short, or both sides changed most of the table.
 */
#include "diff/merge/rekeyed.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/schema/key_words.h"
#include "diff/merge/steps.h"
#include "diff/rows/value.h"

vv_status merge_row_add(uint64_t **list, size_t *count, size_t *cap, uint64_t row, vv_error *err)
{
	return vv_array_add(*list, *count, *cap, row) ? VV_OK : vv_fail_nomem(err);
}

vv_status merge_run_add(merge_run **list, size_t *count, size_t *cap, merge_run r, vv_error *err)
{
	return vv_array_add(*list, *count, *cap, r) ? VV_OK : vv_fail_nomem(err);
}

void merge_list_sort(void *list, size_t count, size_t size,
		     int (*order)(const void *, const void *))
{
	if (count > 1) {
		qsort(list, count, size, order);
	}
}

/* --- rows whose key changed ----------------------------------------------------- */

typedef struct new_keys {
	merge_key_row *list;
	size_t count;
} new_keys;

static int by_key(const void *a, const void *b)
{
	const merge_key_row *x = a, *y = b;
	int c = vv_hash128_order(&x->key, &y->key);
	if (c != 0) return c;
	return x->row < y->row ? -1 : x->row > y->row;
}

vv_status merge_key_hash(merge *m, merge_side *s, uint64_t row, const vv_schema *types,
			 merge_key_row *out, vv_error *err)
{
	const size_t *key = types == &m->compare ? m->key : m->side[MERGE_BASE].key;
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&s->rows, row, &cells, err);
	vv_buf_reset(&m->text);
	for (size_t i = 0; i < m->key_count && rc == VV_OK; i++) {
		vv_value_put_canonical(&m->text, &types->fields[key[i]], &cells[s->key[i]]);
	}
	*out = (merge_key_row){vv_xxh3_128(vv_buf_cstr(&m->text), m->text.len, m->opts->secret),
			       row};
	return rc < 0 ? rc : vv_buf_ok(&m->text, err);
}

static bool is_listed(const uint64_t *list, size_t count, uint64_t row)
{
	return count > 0 && bsearch(&row, list, count, sizeof(*list), vv_u64_order) != NULL;
}

static int by_old_row(const void *a, const void *b)
{
	return vv_u64_order(&((const merge_run *)a)->old_row, &((const merge_run *)b)->old_row);
}

static merge_run *find_pair(const merge_told *t, uint64_t old_row)
{
	const merge_run key = {.old_row = old_row};

	return t->pair_count > 0
		       ? bsearch(&key, t->pairs, t->pair_count, sizeof(*t->pairs), by_old_row)
		       : NULL;
}

static void sort_told(merge_told *t)
{
	merge_list_sort(t->pairs, t->pair_count, sizeof(*t->pairs), by_old_row);
	merge_list_sort(t->gone, t->gone_count, sizeof(*t->gone), vv_u64_order);
	merge_list_sort(t->added, t->added_count, sizeof(*t->added), vv_u64_order);
	merge_list_sort(t->changed, t->changed_count, sizeof(*t->changed), vv_u64_order);
	merge_list_sort(t->rekeyed, t->rekeyed_count, sizeof(*t->rekeyed), vv_u64_order);
}

static void drop_row(uint64_t *list, size_t *count, uint64_t row)
{
	const size_t at = vv_find_place(i, *count, list[i] == row);

	if (at < *count) {
		memmove(&list[at], &list[at + 1], (*count - at - 1) * sizeof(*list));
		(*count)--;
	}
}

/* The pairs need not be in order. */
static merge_run *find_pair_of(const merge_told *t, uint64_t old_row)
{
	return vv_array_find(t->pairs, t->pair_count, it, it->old_row == old_row);
}

/* The row of base is removed on the side, whose row is added. */
static vv_status part_row(merge_told *t, uint64_t old_row, vv_error *err)
{
	merge_run *p = find_pair_of(t, old_row);
	vv_status rc;

	if (!p) return VV_OK;
	if ((rc = merge_row_add(&t->added, &t->added_count, &t->added_cap, p->new_row, err)) < 0 ||
	    (rc = merge_row_add(&t->gone, &t->gone_count, &t->gone_cap, old_row, err)) < 0) {
		return rc;
	}
	drop_row(t->rekeyed, &t->rekeyed_count, old_row);
	drop_row(t->changed, &t->changed_count, old_row);
	*p = t->pairs[--t->pair_count];
	return VV_OK;
}

/* Two rows have one key, and it is not known where one of them is: both count as added. */
static vv_status part_both(merge *m, merge_told t[2], uint64_t old_row, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < 2; i++) {
		const merge_run *p = find_pair_of(&t[i], old_row);

		if ((p && (rc = merge_apart_add(m, i, p->new_row, err)) < 0) ||
		    (rc = part_row(&t[i], old_row, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* The keys of all rows that a side added, and of those whose key it changed. */
static vv_status list_new_keys(merge *m, merge_side *s, const merge_told *t, new_keys *out,
			       vv_error *err)
{
	vv_status rc = VV_OK;
	out->list = vv_calloc(t->added_count + t->rekeyed_count + 1, sizeof(*out->list));
	if (!out->list) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->added_count; i++) {
		if ((rc = merge_key_hash(m, s, t->added[i], &merge_base(m)->schema,
					 &out->list[out->count++], err)) < 0) {
			break;
		}
	}
	for (size_t i = 0; i < t->pair_count && t->rekeyed_count > 0 && rc == VV_OK; i++) {
		if (is_listed(t->rekeyed, t->rekeyed_count, t->pairs[i].old_row)) {
			rc = merge_key_hash(m, s, t->pairs[i].new_row, &merge_base(m)->schema,
					    &out->list[out->count++], err);
		}
	}
	merge_list_sort(out->list, out->count, sizeof(*out->list), by_key);
	return rc;
}

/* The row that brings the key; NULL: none. */
static const merge_key_row *find_key(const new_keys *k, const vv_hash128 *key)
{
	size_t lo = vv_first_place(i, k->count, vv_hash128_order(&k->list[i].key, key) < 0);
	return lo < k->count && vv_hash128_order(&k->list[lo].key, key) == 0 ? &k->list[lo] : NULL;
}

/* Do the two keys that both sides bring stay one row's, because the other row gets another key, or is in
 * conflict with it? */
static vv_status stays_whole(merge *m, size_t which, const merge_told *others,
			     const merge_run *pair, const merge_key_row *other, bool *stays,
			     vv_error *err)
{
	*stays = false;
	if (!is_listed(others->added, others->added_count, other->row)) return VV_OK;
	const bool both = !is_listed(others->gone, others->gone_count, pair->old_row);
	return merge_renumbered_clash(m, which, pair->new_row, other->row, both, stays, err);
}

/* Has this row of base the same key in the side? */
static vv_status is_alike(merge *m, merge_side *s, const merge_told *t, uint64_t old_row,
			  const vv_hash128 *key, bool *out, vv_error *err)
{
	merge_key_row own;
	vv_status rc = VV_OK;
	*out = false;
	const merge_run *p = is_listed(t->rekeyed, t->rekeyed_count, old_row)
				     ? find_pair(t, old_row)
				     : NULL;
	if (!p) return VV_OK;
	rc = merge_key_hash(m, s, p->new_row, &merge_base(m)->schema, &own, err);
	*out = rc == VV_OK && vv_hash128_order(&own.key, key) == 0;
	return rc;
}

/* Does the row of base, whose key changed, count as removed and added after all? So it does where the other side brings
 * the new key as well, with another row: the two are rows of one key. */
static vv_status judge_rekeyed(merge *m, size_t which, merge_told t[2], const new_keys keys[2],
			       const merge_run *p, bool *parts, vv_error *err)
{
	merge_side *s = &m->side[which];
	bool stays = false;
	merge_key_row key;
	vv_status rc;

	*parts = false;
	if (!is_listed(t[which].rekeyed, t[which].rekeyed_count, p->old_row)) return VV_OK;
	rc = merge_key_hash(m, s, p->new_row, &merge_base(m)->schema, &key, err);
	if (rc < 0) return rc;
	const merge_key_row *other = find_key(&keys[1 - which], &key.key);
	if (!other) return VV_OK;
	rc = is_alike(m, &m->side[1 - which], &t[1 - which], p->old_row, &key.key, &stays, err);
	if (rc == VV_OK && !stays) {
		rc = stays_whole(m, which, &t[1 - which], p, other, &stays, err);
	}
	*parts = rc == VV_OK && !stays;
	return rc;
}

/* Has the side another row with the key of the row of base? */
static vv_status has_key_again(merge *m, const new_keys *own, uint64_t old_row, bool *out,
			       vv_error *err)
{
	merge_key_row key;
	vv_status rc = merge_key_hash(m, &m->side[MERGE_BASE], old_row, &merge_base(m)->schema,
				      &key, err);

	*out = rc == VV_OK && find_key(own, &key.key);
	return rc;
}

static vv_status part_rekeyed(merge *m, size_t which, merge_told t[2], const new_keys keys[2],
			      vv_error *err)
{
	vv_auto_free uint64_t *rows = vv_calloc(t[which].rekeyed_count + 1, sizeof(*rows));
	size_t count = 0;
	bool parts, again;
	vv_status rc = rows ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; i < t[which].pair_count && rc == VV_OK; i++) {
		const merge_run *p = &t[which].pairs[i];

		rc = judge_rekeyed(m, which, t, keys, p, &parts, err);
		if (rc == VV_OK && parts) {
			rows[count++] = p->old_row;
		}
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		/* else the other side's row and the one with its key would both be in the result */
		if ((rc = has_key_again(m, &keys[which], rows[i], &again, err)) == VV_OK) {
			rc = again ? part_both(m, t, rows[i], err)
				   : part_row(&t[which], rows[i], err);
		}
	}
	sort_told(&t[0]);
	sort_told(&t[1]);
	return rc;
}

static vv_status settle_rekeyed(merge *m, merge_told t[2], vv_error *err)
{
	new_keys keys[2] = {0};
	vv_status rc = VV_OK;
	if (t[0].rekeyed_count + t[1].rekeyed_count == 0) return VV_OK;
	sort_told(&t[0]);
	sort_told(&t[1]);
	for (size_t i = 0; i < 2; i++) {
		if ((rc = list_new_keys(m, &m->side[i], &t[i], &keys[i], err)) < 0) {
			break;
		}
	}
	for (size_t i = 0; i < 2 && rc == VV_OK; i++) {
		rc = part_rekeyed(m, i, t, keys, err);
	}
	vv_free_all(keys[0].list, keys[1].list);
	return rc;
}

/* --- rows that an earlier merge renumbered ---------------------------------- */

/* A move that the history has, with rows. */
typedef struct move {
	const vv_merge_move *of;
	uint64_t old_row,
		new_row; /* of base, and of the side; MERGE_NONE: it has no row with the key */
	bool held;       /* the side had a row with base's key */
} move;

/* The rows of both sides that earlier merges may have moved. */
typedef struct moving {
	merge *m;
	merge_told *t; /* of both sides */
	vv_merge_moves found;
	uint64_t *rows;    /* of base; changed or removed on both sides */
	const char **keys; /* of these rows */
	size_t count, cap, keys_cap;
	move *moves;    /* of the side under way; one for each of found.list */
	uint64_t *lost; /* of base; of such moves that found no row */
	size_t lost_count, lost_cap;
	vv_hash_index by_old, by_new; /* moves of the side, by key */
	vv_buf key;
} moving;

static void moving_clear(moving *g)
{
	vv_merge_moves_clear(&g->found);
	vv_free_all(g->rows, g->keys, g->moves, g->lost);
	vv_hash_index_clear(&g->by_old);
	vv_hash_index_clear(&g->by_new);
	vv_buf_clear(&g->key);
}
VV_AUTO_CLEAR(moving, moving_clear)

static bool is_touched(const merge_told *t, uint64_t old_row)
{
	return is_listed(t->changed, t->changed_count, old_row) ||
	       is_listed(t->gone, t->gone_count, old_row);
}

static vv_status read_key(moving *g, size_t version, uint64_t row, vv_error *err)
{
	merge_side *s = &g->m->side[version];
	const vv_cell *cells;
	vv_status rc = vv_row_by_number_get(&s->rows, row, &cells, err);

	if (rc < 0) return rc;
	vv_buf_reset(&g->key);
	vv_key_json_put(&g->key, cells, s->key, g->m->key_count);
	return vv_buf_ok(&g->key, err);
}

static vv_status add_candidate(moving *g, uint64_t row, vv_error *err)
{
	const size_t count = g->count;
	vv_status rc = read_key(g, MERGE_BASE, row, err);
	char *key;

	if (rc < 0) return rc;
	if (!(key = vv_arena_strndup(&g->found.arena, vv_buf_cstr(&g->key), g->key.len)) ||
	    !vv_array_room(g->keys, count, g->keys_cap)) {
		return vv_fail_nomem(err);
	}
	g->keys[count] = key;
	return merge_row_add(&g->rows, &g->count, &g->cap, row, err);
}

/* Adds the row if it may be another thing in a side, of which few cells are equal. */
static vv_status judge_candidate(moving *g, uint64_t row, vv_error *err)
{
	bool may = false;

	for (size_t i = 0; i < 2 && !may; i++) {
		const merge_run *p = find_pair(&g->t[i], row);

		if (!p) {
			may = g->t[i].added_count > 0;
		} else if (!is_listed(g->t[i].rekeyed, g->t[i].rekeyed_count, row)) {
			vv_status rc = merge_may_be_other(g->m, i, p, &may, err);
			if (rc < 0) return rc;
		}
	}
	return may ? add_candidate(g, row, err) : VV_OK;
}

/* Only rows that both sides changed can get a change of another row. */
static vv_status find_candidates(moving *g, vv_error *err)
{
	const merge_told *t = &g->t[0];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < t->changed_count && rc == VV_OK; i++) {
		if (is_touched(&g->t[1], t->changed[i])) {
			rc = judge_candidate(g, t->changed[i], err);
		}
	}
	for (size_t i = 0; i < t->gone_count && rc == VV_OK; i++) {
		if (is_listed(g->t[1].changed, g->t[1].changed_count, t->gone[i])) {
			rc = judge_candidate(g, t->gone[i], err);
		}
	}
	return rc;
}

static uint64_t hash_text(const char *text)
{
	return vv_xxh3(text, strlen(text), vv_hash_seed());
}

static vv_status index_moves(moving *g, size_t which, vv_error *err)
{
	const bool ours = which == g->m->ours;

	vv_hash_index_reset(&g->by_old);
	vv_hash_index_reset(&g->by_new);
	for (size_t i = 0; i < g->found.count; i++) {
		const vv_merge_move *of = &g->found.list[i];

		g->moves[i] = (move){.of = of, .old_row = MERGE_NONE, .new_row = MERGE_NONE};
		if (of->ours == ours &&
		    (!vv_hash_index_add(&g->by_old, hash_text(of->key), i) ||
		     (of->to && !vv_hash_index_add(&g->by_new, hash_text(of->to), i)))) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status find_old(moving *g, uint64_t row, vv_error *err)
{
	vv_status rc = read_key(g, MERGE_BASE, row, err);
	const char *key = vv_buf_cstr(&g->key);
	move *found = vv_hash_find(g->moves, &g->by_old, hash_text(key), it,
				   strcmp(it->of->key, key) == 0);

	if (rc == VV_OK && found) {
		found->old_row = row;
	}
	return rc;
}

static vv_status find_new(moving *g, size_t which, uint64_t row, vv_error *err)
{
	vv_status rc = read_key(g, which, row, err);
	const char *key = vv_buf_cstr(&g->key);
	move *found = vv_hash_find(g->moves, &g->by_new, hash_text(key), it,
				   strcmp(it->of->to, key) == 0);

	if (rc == VV_OK && found) {
		found->new_row = row;
	}
	return rc;
}

/* The rows of the moves: only rows that the comparison reported. */
static vv_status find_moved(moving *g, size_t which, vv_error *err)
{
	const merge_told *t = &g->t[which];
	vv_status rc = index_moves(g, which, err);

	for (size_t i = 0; i < t->pair_count && rc == VV_OK; i++) {
		if ((rc = find_old(g, t->pairs[i].old_row, err)) == VV_OK) {
			rc = find_new(g, which, t->pairs[i].new_row, err);
		}
	}
	for (size_t i = 0; i < t->gone_count && rc == VV_OK; i++) {
		rc = find_old(g, t->gone[i], err);
	}
	for (size_t i = 0; i < t->added_count && rc == VV_OK; i++) {
		rc = find_new(g, which, t->added[i], err);
	}
	return rc;
}

static vv_status join_row(moving *g, size_t which, const move *v, vv_error *err)
{
	merge_told *t = &g->t[which];
	const merge_run pair = {v->old_row, v->new_row, 1};
	vv_status rc;

	drop_row(t->added, &t->added_count, v->new_row);
	drop_row(t->gone, &t->gone_count, v->old_row);
	if ((rc = merge_run_add(&t->pairs, &t->pair_count, &t->pair_cap, pair, err)) < 0 ||
	    (rc = merge_row_add(&t->rekeyed, &t->rekeyed_count, &t->rekeyed_cap, v->old_row, err)) <
		    0 ||
	    (rc = merge_row_add(&t->changed, &t->changed_count, &t->changed_cap, v->old_row, err)) <
		    0) {
		return rc;
	}
	return merge_mark_edited(g->m, which, &pair, err);
}

/* Which side rows the rows of base are: first, they are none. */
static vv_status move_rows(moving *g, size_t which, vv_error *err)
{
	merge_told *t = &g->t[which];
	vv_status rc = find_moved(g, which, err);

	for (size_t i = 0; i < g->found.count && rc == VV_OK; i++) {
		move *v = &g->moves[i];

		if (v->old_row != MERGE_NONE) {
			v->held = find_pair_of(t, v->old_row) != NULL;
			rc = part_row(t, v->old_row, err);
		}
	}
	for (size_t i = 0; i < g->found.count && rc == VV_OK; i++) {
		move *v = &g->moves[i];
		const bool is_free = v->new_row != MERGE_NONE &&
				     vv_find_place(k, t->added_count, t->added[k] == v->new_row) <
					     t->added_count;

		if (v->old_row != MERGE_NONE && is_free) {
			rc = join_row(g, which, v, err);
		} else if (v->old_row != MERGE_NONE && v->held) {
			rc = merge_row_add(&g->lost, &g->lost_count, &g->lost_cap, v->old_row, err);
		}
	}
	return rc;
}

/* After all moves: rows of base that are another row in one side, and changed in the other. */
static vv_status part_lost(moving *g, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < g->lost_count && rc == VV_OK; i++) {
		const uint64_t row = g->lost[i];

		for (size_t k = 0; k < 2 && rc == VV_OK; k++) {
			if (find_pair_of(&g->t[k], row) &&
			    vv_find_place(n, g->t[k].changed_count, g->t[k].changed[n] == row) <
				    g->t[k].changed_count) {
				rc = part_both(g->m, g->t, row, err);
			}
		}
	}
	return rc;
}

/* Where history cannot be read, most of a row's cells being others is taken as another row. */
static vv_status part_unknown(moving *g, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < g->count && rc == VV_OK; i++) {
		bool other = false;

		for (size_t k = 0; k < 2 && rc == VV_OK && !other; k++) {
			const merge_run *p = find_pair_of(&g->t[k], g->rows[i]);

			rc = p ? merge_is_other_row(g->m, k, p, &other, err) : VV_OK;
		}
		if (rc == VV_OK && other) {
			rc = part_both(g->m, g->t, g->rows[i], err);
		}
	}
	return rc;
}

/* Changes of the other side belong to the row, not to its key. */
static vv_status settle_renumbered(merge *m, merge_told t[2], vv_error *err)
{
	vv_auto(moving) g = {.m = m, .t = t};
	const char *key[VV_KEY_COLUMNS_MAX + 1] = {NULL};
	vv_status rc;

	if (!merge_base(m) || m->key_count == 0 || m->opts->part || m->opts->one_row ||
	    !m->opts->moves || merge_all_side(m) >= 0) {
		return VV_OK;
	}
	sort_told(&t[0]);
	sort_told(&t[1]);
	if ((rc = find_candidates(&g, err)) < 0 || g.count == 0) return rc;
	for (size_t i = 0; i < m->key_count; i++) {
		key[i] = merge_base(m)->schema.fields[m->side[MERGE_BASE].key[i]].name;
	}
	if ((rc = m->opts->moves(m->opts->payload, key, g.keys, g.count, &g.found, err)) < 0) {
		return rc;
	}
	g.moves = vv_calloc(g.found.count + 1, sizeof(*g.moves));
	if (!g.moves) return vv_fail_nomem(err);
	for (size_t i = 0; g.found.count > 0 && i < 2 && rc == VV_OK; i++) {
		rc = move_rows(&g, i, err);
	}
	rc = rc < 0 ? rc : part_lost(&g, err);
	rc = rc < 0 || !g.found.part ? rc : part_unknown(&g, err);
	return rc;
}

static void sort_apart(merge *m)
{
	vv_array_each(m->apart, 2, a) {
		merge_list_sort(a->rows, a->count, sizeof(*a->rows), vv_u64_order);
	}
}

vv_status merge_rekeyed_settle(merge *m, merge_told t[2], vv_error *err)
{
	vv_status rc = settle_renumbered(m, t, err);

	sort_apart(m);
	rc = rc < 0 ? rc : settle_rekeyed(m, t, err);
	sort_apart(m);
	return rc;
}
