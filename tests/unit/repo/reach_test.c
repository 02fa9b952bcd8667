/*
 * reach: walking graphs of blocks, whole and broken ones.
 */
#include <stdlib.h>
#include <string.h>

#include "repo/blocks/reach.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

/* One writer for a whole test: thousands of nodes in one commit. */
typedef struct graph {
	vv_store *store;
	vv_writer *writer;
} graph;

static graph begin(void)
{
	graph g;

	g.store = fx_open(vv_test_path("store"));
	g.writer = fx_writer(g.store);
	return g;
}

static void end(graph *g)
{
	vv_error err;

	vv_assert_ok(vv_writer_commit(g->writer, &err), &err);
	vv_writer_close(g->writer);
	g->writer = NULL;
}

static vv_cid node(graph *g, const vv_cid *links, size_t count)
{
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	fx_node(&b, links, count);
	vv_assert_ok(vv_test_add(g->writer, &cid, VV_CODEC_DAG_CBOR, b.data, b.len, NULL, &err),
		     &err);
	vv_buf_clear(&b);
	return cid;
}

static vv_cid leaf(graph *g, unsigned n)
{
	fx_put(g->writer, n, -1);
	return fx_cid(n);
}

typedef struct visits {
	vv_cid cids[64];
	vv_status states[64];
	size_t lens[64];
	size_t count;
	size_t stop_at; /* 0: never */
} visits;

static vv_status note(void *payload, const vv_cid *cid, const void *bytes, size_t len,
		      vv_status state, vv_error *err)
{
	visits *v = payload;

	assert_true((bytes == NULL) == (len == 0));
	if (v->count < 64) {
		v->cids[v->count] = *cid;
		v->states[v->count] = state;
		v->lens[v->count] = len;
	}
	v->count++;
	return v->stop_at == v->count ? vv_fail(err, VV_ECONFLICT, "stopped") : VV_OK;
}

static vv_status walk(graph *g, const vv_cid *root, uint64_t budget, bool missing_ok, visits *v,
		      vv_error *err)
{
	vv_walk w = {.store = g->store,
		     .seen = vv_cid_set_new(),
		     .budget = budget,
		     .missing_ok = missing_ok,
		     .visit = v ? note : NULL,
		     .payload = v};
	vv_status rc;

	assert_non_null(w.seen);
	rc = vv_walk_from(&w, root, err);
	vv_cid_set_free(w.seen);
	return rc;
}

static void nodes_come_before_their_children_and_each_once_in_order(void **state)
{
	graph g = begin();
	vv_cid a = leaf(&g, 1), b = leaf(&g, 2), c = leaf(&g, 3);
	vv_cid left_links[] = {a, b}, right_links[] = {b, c, a}, root_links[2];
	vv_cid left = node(&g, left_links, 2), right = node(&g, right_links, 3), root;
	visits v = {.count = 0};
	vv_error err;

	(void)state;
	root_links[0] = left;
	root_links[1] = right;
	root = node(&g, root_links, 2);
	end(&g);
	vv_assert_ok(walk(&g, &root, 6, false, &v, &err), &err);
	assert_int_equal(v.count, 6);
	assert_true(vv_cid_equal(&v.cids[0], &root) && v.lens[0] > 0);
	assert_true(vv_cid_equal(&v.cids[1], &left));
	assert_true(vv_cid_equal(&v.cids[2], &a) && v.lens[2] == 0);
	assert_true(vv_cid_equal(&v.cids[3], &b));
	assert_true(vv_cid_equal(&v.cids[4], &right));
	assert_true(vv_cid_equal(&v.cids[5], &c));
	vv_assert_ok(walk(&g, &root, 6, false, NULL, &err), &err);
	vv_store_close(g.store);
}

static void what_was_seen_is_not_entered_again(void **state)
{
	graph g = begin();
	vv_cid a = leaf(&g, 1), sub = node(&g, &a, 1), root = node(&g, &sub, 1);
	visits v = {.count = 0};
	vv_walk w = {.store = g.store,
		     .seen = vv_cid_set_new(),
		     .budget = 100,
		     .visit = note,
		     .payload = &v};
	vv_error err;

	(void)state;
	end(&g);
	vv_assert_ok(vv_walk_from(&w, &sub, &err), &err);
	assert_int_equal(v.count, 2);
	vv_assert_ok(vv_walk_from(&w, &root, &err), &err);
	assert_int_equal(v.count, 3);
	vv_assert_ok(vv_walk_from(&w, &root, &err), &err);
	assert_int_equal(v.count, 3);
	assert_true(vv_cid_set_has(w.seen, &a));
	assert_int_equal(vv_cid_set_count(w.seen), 3);
	assert_int_equal(w.budget, 97);
	vv_cid_set_free(w.seen);
	vv_store_close(g.store);
}

static void a_missing_block_ends_the_walk_or_is_told(void **state)
{
	graph g = begin();
	vv_cid here = leaf(&g, 1), away = fx_cid(2), gone = {VV_CODEC_DAG_CBOR, {9}};
	vv_cid links[] = {here, away, gone}, root = node(&g, links, 3);
	char text[VV_CID_TEXT + 1];
	visits v = {.count = 0};
	vv_error err;

	(void)state;
	end(&g);
	vv_cid_text(text, &away);
	vv_assert_status(walk(&g, &root, 10, false, &v, &err), VV_EMISSING, &err);
	vv_assert_contains(err.message, text);
	v.count = 0;
	vv_assert_ok(walk(&g, &root, 10, true, &v, &err), &err);
	assert_int_equal(v.count, 4);
	assert_int_equal(v.states[1], VV_OK);
	assert_int_equal(v.states[2], VV_EMISSING);
	assert_int_equal(v.states[3], VV_EMISSING);
	vv_store_close(g.store);
}

static void a_node_that_is_no_dag_cbor_is_corrupt(void **state)
{
	graph g = begin();
	vv_cid bad, root;
	visits v = {.count = 0};
	vv_error err;

	(void)state;
	vv_assert_ok(vv_test_add(g.writer, &bad, VV_CODEC_DAG_CBOR, "\x9f\xff", 2, NULL, &err),
		     &err);
	root = node(&g, &bad, 1);
	end(&g);
	vv_assert_status(walk(&g, &root, 10, false, &v, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, "bafyrei");
	v.count = 0;
	vv_assert_ok(walk(&g, &root, 10, true, &v, &err), &err);
	assert_int_equal(v.states[1], VV_ECORRUPT);
	assert_int_equal(v.lens[1], 0);
	vv_store_close(g.store);
}

static void a_visitor_can_stop_the_walk(void **state)
{
	graph g = begin();
	vv_cid links[] = {leaf(&g, 1), leaf(&g, 2)}, root = node(&g, links, 2);
	visits v = {.stop_at = 2};
	vv_error err;

	(void)state;
	end(&g);
	vv_assert_status(walk(&g, &root, 10, false, &v, &err), VV_ECONFLICT, &err);
	assert_string_equal(err.message, "stopped");
	assert_int_equal(v.count, 2);
	vv_store_close(g.store);
}

static void the_budget_counts_blocks_and_is_kept(void **state)
{
	graph g = begin();
	vv_cid links[] = {leaf(&g, 1), leaf(&g, 2)}, root = node(&g, links, 2);
	visits v = {.count = 0};
	vv_error err;

	(void)state;
	end(&g);
	vv_assert_ok(walk(&g, &root, 3, false, &v, &err), &err);
	vv_assert_status(walk(&g, &root, 2, false, &v, &err), VV_EREFUSED, &err);
	vv_assert_status(walk(&g, &root, 0, false, &v, &err), VV_EREFUSED, &err);
	vv_store_close(g.store);
}

/* Each level names the one below a thousand times: 1000^40 paths, 41 blocks. */
static void a_graph_that_repeats_itself_is_walked_once(void **state)
{
	graph g = begin();
	vv_cid links[1000], cid = leaf(&g, 1);
	visits v = {.count = 0};
	unsigned level, i;
	vv_error err;

	(void)state;
	for (level = 0; level < 40; level++) {
		for (i = 0; i < 1000; i++) {
			links[i] = cid;
		}
		cid = node(&g, links, 1000);
	}
	end(&g);
	vv_assert_ok(walk(&g, &cid, 41, false, &v, &err), &err);
	assert_int_equal(v.count, 41);
	vv_store_close(g.store);
}

static void a_deep_graph_needs_no_deep_stack(void **state)
{
	graph g = begin();
	vv_cid cid = leaf(&g, 1);
	visits v = {.count = 0};
	unsigned level;
	vv_error err;

	(void)state;
	for (level = 0; level < 20000; level++) {
		cid = node(&g, &cid, 1);
	}
	end(&g);
	vv_assert_ok(walk(&g, &cid, 20001, false, &v, &err), &err);
	assert_int_equal(v.count, 20001);
	v.count = 0;
	vv_assert_status(walk(&g, &cid, 20000, false, &v, &err), VV_EREFUSED, &err);
	vv_store_close(g.store);
}

static void a_wide_node_is_refused_within_the_budget(void **state)
{
	graph g = begin();
	vv_cid *links = calloc(20000, sizeof *links), root;
	visits v = {.count = 0};
	unsigned i;
	vv_error err;

	(void)state;
	assert_non_null(links);
	for (i = 0; i < 20000; i++) {
		links[i].codec = VV_CODEC_RAW;
		links[i].digest[0] = (uint8_t)i;
		links[i].digest[1] = (uint8_t)(i >> 8);
	}
	root = node(&g, links, 20000);
	end(&g);
	vv_assert_status(walk(&g, &root, 1000, true, &v, &err), VV_EREFUSED, &err);
	v.count = 0;
	vv_assert_ok(walk(&g, &root, 20001, true, &v, &err), &err);
	assert_int_equal(v.count, 20001);
	free(links);
	vv_store_close(g.store);
}

static void completeness_names_the_first_block_that_is_not_here(void **state)
{
	graph g = begin();
	vv_cid a = leaf(&g, 1), away = fx_cid(2), missing;
	vv_cid links[] = {a, away}, whole = node(&g, &a, 1), holed = node(&g, links, 2);
	bool complete = false;
	vv_error err;

	(void)state;
	end(&g);
	vv_assert_ok(vv_store_complete(g.store, &whole, &complete, &missing, &err), &err);
	assert_true(complete);
	vv_assert_ok(vv_store_complete(g.store, &holed, &complete, &missing, &err), &err);
	assert_false(complete);
	assert_true(vv_cid_equal(&missing, &away));
	vv_assert_ok(vv_store_complete(g.store, &away, &complete, NULL, &err), &err);
	assert_false(complete);
	vv_store_close(g.store);
}

static void what_many_versions_have_in_common_is_looked_at_once(void **state)
{
	graph g = begin();
	vv_cid links[101], common, holed, away = fx_cid(200);
	vv_cid versions[4], broken[2];
	vv_completing c = {.store = NULL};
	bool complete = false;
	unsigned i;
	vv_error err;

	(void)state;
	for (i = 0; i < 100; i++) {
		links[i] = leaf(&g, i);
	}
	common = node(&g, links, 100);
	links[100] = away;
	holed = node(&g, links, 101);
	for (i = 0; i < 4; i++) {
		vv_cid both[2] = {common, leaf(&g, 110 + i)};
		versions[i] = node(&g, both, 2);
	}
	for (i = 0; i < 2; i++) {
		vv_cid both[2] = {leaf(&g, 120 + i), holed};
		broken[i] = node(&g, both, 2);
	}
	end(&g);
	c.store = g.store;
	for (i = 0; i < 4; i++) {
		vv_assert_ok(vv_completing_add(&c, &versions[i], &complete, &err), &err);
		assert_true(complete);
		assert_int_equal(c.looked, 103 + 2 * i);
		/* What is missing is missing in each that has it, however much of the rest is known. */
		vv_assert_ok(vv_completing_add(&c, &broken[i % 2], &complete, &err), &err);
		assert_false(complete);
		assert_true(c.looked <= 103 + 2 * i + 104);
		c.looked = 103 + 2 * i;
	}
	vv_assert_ok(vv_completing_add(&c, &versions[0], &complete, &err), &err);
	assert_true(complete);
	assert_int_equal(c.looked, 109);
	vv_completing_clear(&c);
	vv_store_close(g.store);
}

static void a_set_holds_what_was_added(void **state)
{
	vv_cid_set *set = vv_cid_set_new();
	vv_cid cid = {VV_CODEC_RAW, {0}};
	bool added;
	unsigned i;
	vv_error err;

	(void)state;
	assert_non_null(set);
	for (i = 0; i < 5000; i++) {
		/* Many share their first bytes. */
		cid.digest[8] = (uint8_t)i;
		cid.digest[9] = (uint8_t)(i >> 8);
		assert_false(vv_cid_set_has(set, &cid));
		vv_assert_ok(vv_cid_set_add(set, &cid, &added, &err), &err);
		assert_true(added);
		vv_assert_ok(vv_cid_set_add(set, &cid, &added, &err), &err);
		assert_false(added);
	}
	assert_int_equal(vv_cid_set_count(set), 5000);
	cid.codec = VV_CODEC_DAG_CBOR;
	assert_false(vv_cid_set_has(set, &cid));
	vv_cid_set_free(set);
	vv_cid_set_free(NULL);
}

static vv_status walk_again(void *payload, vv_error *err)
{
	graph *g = payload;
	vv_cid root = fx_cid(0);
	vv_walk w = {.store = g->store, .seen = vv_cid_set_new(), .budget = 100};
	vv_status rc = w.seen ? vv_walk_from(&w, &root, err) : vv_fail_nomem(err);

	vv_cid_set_free(w.seen);
	return rc;
}

static void failing_allocations_are_errors(void **state)
{
	graph g = begin();

	(void)state;
	(void)leaf(&g, 0);
	end(&g);
	vv_fault_each(VV_FAULT_ALLOC, 0, walk_again, NULL, &g);
	vv_store_close(g.store);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nodes_come_before_their_children_and_each_once_in_order),
	cmocka_unit_test(what_was_seen_is_not_entered_again),
	cmocka_unit_test(a_missing_block_ends_the_walk_or_is_told),
	cmocka_unit_test(a_node_that_is_no_dag_cbor_is_corrupt),
	cmocka_unit_test(a_visitor_can_stop_the_walk),
	cmocka_unit_test(the_budget_counts_blocks_and_is_kept),
	cmocka_unit_test(a_graph_that_repeats_itself_is_walked_once),
	cmocka_unit_test(a_deep_graph_needs_no_deep_stack),
	cmocka_unit_test(a_wide_node_is_refused_within_the_budget),
	cmocka_unit_test(completeness_names_the_first_block_that_is_not_here),
	cmocka_unit_test(what_many_versions_have_in_common_is_looked_at_once),
	cmocka_unit_test(a_set_holds_what_was_added),
	cmocka_unit_test(failing_allocations_are_errors),
};

VV_TEST_SUITE(reach)
