/*
 * Versions against each other: whatever changed, everything new is told exactly once and before
 * what links to it; entries of lists pair up also where nodes begin at other places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/cid_map.h"
#include "repo/blocks/reach.h"
#include "repo/blocks/resemble.h"
#include "tests/unit/support.h"

/* Blocks in memory; a leaf has no bytes. */
typedef struct world {
	vv_cid_map *places;
	vv_buf *nodes;
	size_t count, cap;
} world;

typedef struct walked {
	const world *w;
	vv_cid_map *told; /* value: its place in the order */
	vv_cid likes[5000];
	unsigned twice, late; /* told twice; after a node that links to it */
} walked;

static void begin(world *w)
{
	memset(w, 0, sizeof(*w));
	w->places = vv_cid_map_new();
	assert_non_null(w->places);
}

static void end(world *w)
{
	for (size_t i = 0; i < w->count; i++) {
		vv_buf_clear(&w->nodes[i]);
	}
	vv_free(w->nodes);
	vv_cid_map_free(w->places);
}

static vv_cid leaf(uint64_t n)
{
	vv_cid cid = {VV_CODEC_RAW, {0}};
	vv_put_le64(cid.digest, n);
	cid.digest[31] = 1;
	return cid;
}

/* weights: NULL: the links alone. */
static vv_cid weighted(world *w, const vv_cid *links, const uint64_t *weights, size_t count)
{
	vv_buf b = VV_BUF_INIT;
	vv_cid cid;
	bool added;
	vv_error err;

	vv_cbor_put_array(&b, count);
	for (size_t i = 0; i < count; i++) {
		if (weights) {
			vv_cbor_put_array(&b, 2);
		}
		vv_cbor_put_link(&b, &links[i]);
		if (weights) {
			vv_cbor_put_uint(&b, weights[i]);
		}
	}
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, b.data, b.len, &err), &err);
	vv_assert_ok(vv_cid_map_put(w->places, &cid, w->count, &added, &err), &err);
	if (!added) {
		vv_buf_clear(&b);
		return cid;
	}
	if (w->count == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		w->nodes = vv_realloc_array(w->nodes, w->cap, sizeof(*w->nodes));
		assert_non_null(w->nodes);
	}
	w->nodes[w->count++] = b;
	return cid;
}

static vv_cid node(world *w, const vv_cid *links, size_t count)
{
	return weighted(w, links, NULL, count);
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const world *w = ((walked *)payload)->w;
	uint64_t at;

	if (!vv_cid_map_get(w->places, cid, &at)) return vv_fail(err, VV_EMISSING, "no such block");
	vv_buf_reset(out);
	vv_buf_put(out, w->nodes[at].data, w->nodes[at].len);
	return vv_buf_ok(out, err);
}

/* --- what a walk tells ------------------------------------------------------------------------- */

static vv_status tell(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	walked *k = payload;
	bool added;
	size_t at = vv_cid_map_count(k->told);

	vv_assert_ok(vv_cid_map_put(k->told, cid, at, &added, err), err);
	k->twice += !added;
	assert_true(at < sizeof(k->likes) / sizeof(k->likes[0]));
	memset(&k->likes[at], 0, sizeof(vv_cid));
	if (like) {
		assert_int_equal(like->codec, cid->codec);
		k->likes[at] = *like;
	}
	return VV_OK;
}

static void start(walked *k, const world *w)
{
	memset(k, 0, sizeof(*k));
	k->w = w;
	k->told = vv_cid_map_new();
	assert_non_null(k->told);
}

static void walk(walked *k, const world *w, const vv_cid *root, const vv_cid *before,
		 bool children_first)
{
	uint64_t missing = 0;
	vv_resemble r = {.get = get,
			 .fn = tell,
			 .payload = k,
			 .seen = vv_cid_set_new(),
			 .children_first = children_first,
			 .missing = &missing};
	vv_error err;

	start(k, w);
	vv_assert_ok(vv_resemble_walk(&r, root, before, &err), &err);
	assert_int_equal(missing, 0);
	vv_cid_set_free(r.seen);
}

static vv_status check_link(void *payload, const vv_cid *link, vv_error *err)
{
	walked *k = payload;
	size_t at;

	(void)err;
	k->late += vv_cid_map_find(k->told, link, &at) && vv_cid_map_value(k->told, at) > k->twice;
	return VV_OK;
}

/* How many were told after a node that links to them. */
static unsigned late(walked *k)
{
	unsigned twice = k->twice;
	vv_error err;

	k->late = 0;
	for (size_t i = 0; i < vv_cid_map_count(k->told); i++) {
		const vv_cid *cid = vv_cid_map_cid(k->told, i);
		uint64_t at;
		if (cid->codec == VV_CODEC_DAG_CBOR && vv_cid_map_get(k->w->places, cid, &at)) {
			k->twice = (unsigned)i; /* borrowed: the place of the node */
			vv_assert_ok(vv_cbor_links(k->w->nodes[at].data, k->w->nodes[at].len,
						   check_link, k, &err),
				     &err);
		}
	}
	k->twice = twice;
	return k->late;
}

/* Everything below new that is not below old is told, once; nothing else than what is below
 * new; with children_first no node before what it links to. */
static void assert_difference(const world *w, const vv_cid *new_root, const vv_cid *old_root,
			      bool exact)
{
	static walked all_new, all_old, diff;
	size_t at;

	walk(&all_new, w, new_root, NULL, true);
	walk(&all_old, w, old_root, NULL, true);
	assert_int_equal(late(&all_new), 0);
	for (int first = 0; first <= 1; first++) {
		walk(&diff, w, new_root, old_root, first == 1);
		assert_int_equal(diff.twice, 0);
		assert_true(first == 0 || late(&diff) == 0);
		for (size_t i = 0; i < vv_cid_map_count(all_new.told); i++) {
			const vv_cid *cid = vv_cid_map_cid(all_new.told, i);
			assert_true(vv_cid_map_find(all_old.told, cid, &at) ||
				    vv_cid_map_find(diff.told, cid, &at));
		}
		for (size_t i = 0; i < vv_cid_map_count(diff.told); i++) {
			const vv_cid *cid = vv_cid_map_cid(diff.told, i);
			assert_true(vv_cid_map_find(all_new.told, cid, &at));
			assert_true(!exact || !vv_cid_map_find(all_old.told, cid, &at));
		}
		vv_cid_map_free(diff.told);
	}
	vv_cid_map_free(all_new.told);
	vv_cid_map_free(all_old.told);
}

/* --- versions ------------------------------------------------------------------------------------ */

#define ENTRIES_MAX 1500u

/* A list as datasets have it: nodes end after entries that say so by themselves. */
static vv_cid list_of(world *w, const uint64_t *entries, size_t count)
{
	static vv_cid level[ENTRIES_MAX], next[ENTRIES_MAX];
	size_t n = 0, start_at = 0;

	for (size_t i = 0; i < count; i++) {
		level[i] = leaf(entries[i]);
	}
	while (count > 1 || n == 0) {
		n = 0;
		start_at = 0;
		for (size_t i = 0; i < count; i++) {
			uint64_t mixed = (vv_get_le64(level[i].digest) + 1) * 0x9e3779b97f4a7c15u;
			if (mixed >> 60 == 0 || i + 1 == count || i - start_at == 40) {
				next[n++] = node(w, level + start_at, i + 1 - start_at);
				start_at = i + 1;
			}
		}
		memcpy(level, next, n * sizeof(vv_cid));
		count = n;
	}
	return level[0];
}

static size_t change(uint64_t *entries, size_t count, vv_prng *r, uint64_t *fresh)
{
	for (uint64_t edits = 1 + vv_prng_below(r, 30); edits > 0; edits--) {
		size_t at = (size_t)vv_prng_below(r, count);
		switch (vv_prng_below(r, 3)) {
		case 0:
			entries[at] = (*fresh)++;
			break;
		case 1:
			if (count < ENTRIES_MAX) {
				memmove(entries + at + 1, entries + at,
					(count - at) * sizeof(*entries));
				entries[at] = (*fresh)++;
				count++;
			}
			break;
		default:
			if (count > 1) {
				memmove(entries + at, entries + at + 1,
					(count - at - 1) * sizeof(*entries));
				count--;
			}
		}
	}
	return count;
}

static void random_versions_of_lists_differ_by_what_is_new(void **state)
{
	static uint64_t entries[ENTRIES_MAX + 1];

	(void)state;
	for (unsigned seed = 1; seed <= 40; seed++) {
		uint64_t fresh = 1000000;
		vv_prng r;
		world w;
		begin(&w);
		vv_prng_init(&r, seed);
		size_t count = 1 + (size_t)vv_prng_below(&r, seed % 4 == 0 ? 20 : 1000);
		for (size_t i = 0; i < count; i++) {
			entries[i] = i;
		}
		vv_cid old_root = list_of(&w, entries, count);
		for (int step = 0; step < 3; step++) {
			count = change(entries, count, &r, &fresh);
			vv_cid new_root = list_of(&w, entries, count);
			assert_difference(&w, &new_root, &old_root, false);
			assert_difference(&w, &old_root, &new_root, false);
			old_root = new_root;
		}
		end(&w);
	}
}

/* Nodes of anything met before, on any level. */
static void random_graphs_differ_by_what_is_new(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		if (!vv_test_sampled(seed, 3)) {
			continue;
		}
		vv_cid made[120], links[8];
		size_t count = 20;
		vv_prng r;
		world w;
		begin(&w);
		vv_prng_init(&r, seed);
		for (size_t i = 0; i < count; i++) {
			made[i] = leaf(i);
		}
		while (count < 120) {
			size_t n = 1 + (size_t)vv_prng_below(&r, 7);
			for (size_t i = 0; i < n; i++) {
				links[i] = made[vv_prng_below(&r, count)];
			}
			made[count++] = node(&w, links, n);
		}
		for (int i = 0; i < 20; i++) {
			const vv_cid *a = &made[80 + vv_prng_below(&r, 40)],
				     *b = &made[80 + vv_prng_below(&r, 40)];
			assert_difference(&w, a, b, false);
		}
		end(&w);
	}
}

static const vv_cid *like_of(const walked *k, const vv_cid *cid)
{
	size_t at;
	assert_true(vv_cid_map_find(k->told, cid, &at));
	return &k->likes[at];
}

static void entries_pair_up_where_nodes_begin_elsewhere(void **state)
{
	vv_cid e[33], nodes[9], old_root, new_root;
	static walked k;
	world w;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < 32; i++) {
		e[i] = leaf(i);
	}
	for (unsigned i = 0; i < 8; i++) {
		nodes[i] = node(&w, e + (size_t)i * 4, 4);
	}
	old_root = node(&w, nodes, 8);
	/* One entry more at the start: every node begins elsewhere; and two entries changed. */
	memmove(e + 1, e, 32 * sizeof(e[0]));
	e[0] = leaf(100);
	e[11] = leaf(110);
	e[20] = leaf(119);
	for (unsigned i = 0; i < 8; i++) {
		nodes[i] = node(&w, e + (size_t)i * 4, 4);
	}
	nodes[8] = node(&w, e + 32, 1);
	new_root = node(&w, nodes, 9);
	walk(&k, &w, &new_root, &old_root, true);
	assert_int_equal(vv_cid_map_count(k.told), 1 + 9 + 3);
	const vv_cid ten = leaf(10), nineteen = leaf(19), made[] = {leaf(110), leaf(119)};
	assert_true(vv_cid_equal(like_of(&k, &made[0]), &ten));
	assert_true(vv_cid_equal(like_of(&k, &made[1]), &nineteen));
	assert_int_equal(late(&k), 0);
	vv_cid_map_free(k.told);
	assert_difference(&w, &new_root, &old_root, true);
	end(&w);
}

static void a_node_that_fell_in_two_moves_no_other_along(void **state)
{
	vv_cid e[32], nodes[9], was[8], old_root, new_root;
	static walked k;
	world w;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < 32; i++) {
		e[i] = leaf(i);
	}
	for (unsigned i = 0; i < 8; i++) {
		was[i] = node(&w, e + (size_t)i * 4, 4);
	}
	old_root = node(&w, was, 8);
	/* An entry of every node is another, so that no node is the same; the first is two now. */
	for (unsigned i = 0; i < 8; i++) {
		e[i * 4] = leaf(100 + i);
	}
	nodes[0] = node(&w, e, 2);
	nodes[1] = node(&w, e + 2, 2);
	for (unsigned i = 1; i < 8; i++) {
		nodes[i + 1] = node(&w, e + (size_t)i * 4, 4);
	}
	new_root = node(&w, nodes, 9);
	walk(&k, &w, &new_root, &old_root, true);
	assert_true(vv_cid_equal(like_of(&k, &nodes[0]), &was[0]));
	for (unsigned i = 1; i < 9; i++) {
		assert_true(vv_cid_equal(like_of(&k, &nodes[i]), &was[i - 1]));
	}
	assert_int_equal(late(&k), 0);
	vv_cid_map_free(k.told);
	end(&w);
}

static vv_status mark(void *payload, const vv_cid *cid, const vv_cid *like, bool *first,
		      vv_error *err)
{
	*first = true;
	return tell(payload, cid, like, err);
}

/* Level by level, or as gc walks. */
static void assert_likes(const world *w, const vv_cid *root, const vv_cid *before,
			 const vv_cid *links, const vv_cid *likes, size_t count)
{
	static walked k;
	vv_error err;

	for (int how = 0; how < 2; how++) {
		vv_resemble r = {.get = get, .mark = mark, .payload = &k};

		if (how == 0) {
			walk(&k, w, root, before, false);
		} else {
			start(&k, w);
			vv_assert_ok(vv_resemble_walk(&r, root, before, &err), &err);
		}
		for (size_t i = 0; i < count; i++) {
			assert_true(vv_cid_equal(like_of(&k, &links[i]), &likes[i]));
		}
		vv_cid_map_free(k.told);
	}
}

static void entries_pair_up_by_weight_where_one_fell_in_two(void **state)
{
	const uint64_t was[] = {100, 100, 100, 7}, is[] = {40, 62, 100, 98, 7};
	vv_cid old_leaf[4], new_leaf[5];
	world w;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < 5; i++) {
		new_leaf[i] = leaf(10 + i);
		old_leaf[i < 4 ? i : 0] = leaf(i < 4 ? i : 0);
	}
	const vv_cid old_root = weighted(&w, old_leaf, was, 4);
	const vv_cid new_root = weighted(&w, new_leaf, is, 5);
	const vv_cid likes[] = {old_leaf[0], old_leaf[0], old_leaf[1], old_leaf[2], old_leaf[3]};
	const vv_cid back[] = {new_leaf[1], new_leaf[2], new_leaf[3], new_leaf[4]};
	assert_likes(&w, &new_root, &old_root, new_leaf, likes, 5);
	assert_likes(&w, &old_root, &new_root, old_leaf, back, 4);
	end(&w);
}

static void entries_that_all_changed_pair_up_where_nodes_begin_elsewhere(void **state)
{
	vv_cid old_leaf[32], new_leaf[32], nodes[11], old_root, new_root;
	world w;

	(void)state;
	begin(&w);
	for (unsigned i = 0; i < 32; i++) {
		old_leaf[i] = leaf(i);
		new_leaf[i] = leaf(100 + i);
	}
	for (unsigned i = 0; i < 8; i++) {
		nodes[i] = node(&w, old_leaf + (size_t)i * 4, 4);
	}
	old_root = node(&w, nodes, 8);
	for (unsigned i = 0; i < 11; i++) {
		nodes[i] = node(&w, new_leaf + (size_t)i * 3, i < 10 ? 3 : 2);
	}
	new_root = node(&w, nodes, 11);
	assert_likes(&w, &new_root, &old_root, new_leaf, old_leaf, 32);
	end(&w);
}

static void a_block_on_two_levels_is_told_before_all_that_link_to_it(void **state)
{
	world w;

	(void)state;
	begin(&w);
	const vv_cid a = leaf(1), b = leaf(2), c = leaf(3);
	const vv_cid low = node(&w, &a, 1), old_low = node(&w, &b, 1);
	const vv_cid mid_links[] = {low, c};
	const vv_cid mid = node(&w, mid_links, 2);
	const vv_cid top[] = {mid, low}; /* low is a child of the root and of mid */
	const vv_cid root = node(&w, top, 2), old_root = node(&w, &old_low, 1);
	assert_difference(&w, &root, &old_root, true);
	end(&w);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_versions_of_lists_differ_by_what_is_new),
	cmocka_unit_test(random_graphs_differ_by_what_is_new),
	cmocka_unit_test(entries_pair_up_where_nodes_begin_elsewhere),
	cmocka_unit_test(a_node_that_fell_in_two_moves_no_other_along),
	cmocka_unit_test(entries_pair_up_by_weight_where_one_fell_in_two),
	cmocka_unit_test(entries_that_all_changed_pair_up_where_nodes_begin_elsewhere),
	cmocka_unit_test(a_block_on_two_levels_is_told_before_all_that_link_to_it),
};

VV_TEST_SUITE(resemble_levels)
