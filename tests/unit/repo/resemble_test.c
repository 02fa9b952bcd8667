/*
 * resemble: what of a version is new, what it is like, and in which order that is told.
 */
#include <string.h>

#include "repo/blocks/reach.h"
#include "repo/blocks/resemble.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"

typedef struct world {
	vv_store *store;
	vv_writer *writer;
	vv_cid names[256]; /* a letter's block; 0: unused */
	vv_buf told;
	vv_cid_set *seen;
	unsigned stop_at; /* 0: never */
	unsigned count;
} world;

static world begin(void)
{
	world w;

	memset(&w, 0, sizeof w);
	w.store = fx_open(vv_test_path("store"));
	w.writer = fx_writer(w.store);
	w.seen = vv_cid_set_new();
	assert_non_null(w.seen);
	return w;
}

static void commit(world *w)
{
	vv_error err;

	vv_assert_ok(vv_writer_commit(w->writer, &err), &err);
}

static void end(world *w)
{
	vv_writer_close(w->writer);
	vv_store_close(w->store);
	vv_cid_set_free(w->seen);
	vv_buf_clear(&w->told);
}

/* A node named by a letter, linking to what the letters name; lower case letters that
 * have no block yet become leaves. */
static void node(world *w, char name, const char *links)
{
	vv_cid cids[64];
	vv_buf b = VV_BUF_INIT;
	vv_error err;
	size_t i;

	for (i = 0; links[i]; i++) {
		vv_cid *c = &w->names[(unsigned char)links[i]];

		if (vv_cid_is_null(c)) {
			fx_put(w->writer, (unsigned char)links[i], -1);
			*c = fx_cid((unsigned char)links[i]);
		}
		cids[i] = *c;
	}
	fx_node(&b, cids, i);
	vv_assert_ok(vv_test_add(w->writer, &w->names[(unsigned char)name], VV_CODEC_DAG_CBOR,
				 b.data, b.len, NULL, &err),
		     &err);
	vv_buf_clear(&b);
}

static char name_of(const world *w, const vv_cid *cid)
{
	unsigned i;

	for (i = 1; i < 256; i++) {
		if (!vv_cid_is_null(&w->names[i]) && vv_cid_equal(&w->names[i], cid)) {
			return (char)i;
		}
	}
	return '?';
}

static vv_status get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	world *w = payload;

	return vv_writer_get(w->writer, cid, out, err);
}

static vv_status tell(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	world *w = payload;

	vv_buf_putc(&w->told, name_of(w, cid));
	if (like) {
		vv_buf_printf(&w->told, "~%c", name_of(w, like));
	}
	vv_buf_putc(&w->told, ' ');
	w->count++;
	return w->count == w->stop_at ? vv_fail(err, VV_ECONFLICT, "stopped") : VV_OK;
}

static vv_status walk(world *w, char root, char before, bool children_first, uint64_t *missing,
		      vv_error *err)
{
	vv_resemble r = {.get = get,
			 .fn = tell,
			 .payload = w,
			 .seen = w->seen,
			 .children_first = children_first,
			 .missing = missing};

	vv_buf_reset(&w->told);
	return vv_resemble_walk(&r, &w->names[(unsigned char)root],
				before ? &w->names[(unsigned char)before] : NULL, err);
}

static const char *told(world *w, char root, char before, bool children_first)
{
	vv_error err;

	vv_assert_ok(walk(w, root, before, children_first, NULL, &err), &err);
	return vv_buf_cstr(&w->told);
}

static void a_first_version_is_told_whole(void **state)
{
	world w = begin();

	(void)state;
	node(&w, 'A', "abc");
	node(&w, 'B', "bd");
	node(&w, 'R', "AB");
	commit(&w);
	assert_string_equal(told(&w, 'R', 0, false), "R A a b c B d ");
	assert_int_equal(vv_cid_set_count(w.seen), 7);
	assert_string_equal(told(&w, 'R', 0, false), "");
	end(&w);
	w = begin();
	node(&w, 'A', "abc");
	node(&w, 'B', "bd");
	node(&w, 'R', "AB");
	assert_string_equal(told(&w, 'R', 0, true), "a b c A d B R ");
	end(&w);
}

static void links_in_common_anchor_the_rest(void **state)
{
	world w = begin();

	(void)state;
	node(&w, 'A', "abcdef");
	node(&w, 'R', "A");
	node(&w, 'B',
	     /* b became x; y came before d, e went: d, which both have, is no counterpart */
	     "axcydf");
	node(&w, 'S', "B");
	commit(&w);
	assert_string_equal(told(&w, 'S', 'R', false), "S~R B~A x~b y~e ");
	end(&w);
}

/* As gc walks: it keeps by itself what was seen. */
static vv_status mark(void *payload, const vv_cid *cid, const vv_cid *like, bool *enter,
		      vv_error *err)
{
	*enter = true;
	return tell(payload, cid, like, err);
}

static const char *marked(world *w, char root, char before)
{
	vv_resemble r = {.get = get, .fn = tell, .mark = mark, .payload = w};
	vv_error err;

	vv_buf_reset(&w->told);
	vv_assert_ok(vv_resemble_walk(&r, &w->names[(unsigned char)root],
				      &w->names[(unsigned char)before], &err),
		     &err);
	return vv_buf_cstr(&w->told);
}

static void two_links_are_found_again_whichever_of_them_is_the_smaller(void **state)
{
	world w = begin();

	(void)state;
	node(&w, 'A', "ab");
	node(&w, 'B', "xab");
	node(&w, 'C', "ba");
	node(&w, 'D', "yba");
	commit(&w);
	assert_string_equal(marked(&w, 'B', 'A'), "B~A x~a ");
	assert_string_equal(marked(&w, 'D', 'C'), "D~C y~b ");
	end(&w);
}

static void what_has_no_counterpart_resembles_nothing(void **state)
{
	world w = begin();

	(void)state;
	node(&w, 'A', "a");
	node(&w, 'R', "A");
	node(&w, 'B', "xyz");
	node(&w, 'C', "v");
	node(&w, 'S', "BCw"); /* w stands where nothing stood */
	commit(&w);
	assert_string_equal(told(&w, 'S', 'R', true), "x~a y z B~A v C w S~R ");
	end(&w);
}

static void a_leaf_is_not_like_a_node(void **state)
{
	world w = begin();

	(void)state;
	node(&w, 'A', "a");
	node(&w, 'R', "A");
	node(&w, 'S', "x");
	commit(&w);
	assert_string_equal(told(&w, 'S', 'R', false), "S~R x ");
	end(&w);
}

static void missing_nodes_are_counted_or_stop_it(void **state)
{
	world w = begin();
	uint64_t missing = 0;
	vv_error err;

	(void)state;
	node(&w, 'A', "a");
	node(&w, 'R', "Ab");
	w.names['M'] = fx_cid(999);
	w.names['M'].codec = VV_CODEC_DAG_CBOR;
	node(&w, 'S', "Mb");
	commit(&w);
	vv_assert_status(walk(&w, 'S', 0, false, NULL, &err), VV_EMISSING, &err);
	vv_cid_set_free(w.seen);
	w.seen = vv_cid_set_new();
	vv_assert_ok(walk(&w, 'S', 'R', true, &missing, &err), &err);
	assert_string_equal(vv_buf_cstr(&w.told), "M~A S~R ");
	assert_int_equal(missing, 1);
	/* What an older version lacks only makes that nothing resembles it. */
	assert_string_equal(told(&w, 'A', 'M', true), "a A~M ");
	end(&w);
}

static void an_answer_of_the_caller_ends_it(void **state)
{
	world w = begin();
	vv_error err;

	(void)state;
	node(&w, 'R', "abc");
	commit(&w);
	w.stop_at = 2;
	vv_assert_status(walk(&w, 'R', 0, false, NULL, &err), VV_ECONFLICT, &err);
	assert_string_equal(vv_buf_cstr(&w.told), "R a ");
	end(&w);
}

static void a_deep_graph_needs_no_stack(void **state)
{
	world w = begin();
	vv_cid at, *c = &w.names['R'];
	unsigned i;
	vv_error err;

	(void)state;
	node(&w, 'R', "a");
	for (i = 0; i < 20000; i++) {
		vv_buf b = VV_BUF_INIT;
		vv_cid twice[2];

		twice[0] = twice[1] = *c; /* a graph that repeats itself 2^20000 times */
		fx_node(&b, twice, 2);
		vv_assert_ok(vv_test_add(w.writer, &at, VV_CODEC_DAG_CBOR, b.data, b.len, c, &err),
			     &err);
		*c = at;
		vv_buf_clear(&b);
	}
	commit(&w);
	vv_assert_ok(walk(&w, 'R', 0, true, NULL, &err), &err);
	assert_int_equal(w.count, 20002);
	end(&w);
}

typedef struct attempt {
	world *w;
	const vv_cid *root, *before;
} attempt;

static vv_status try_walk(void *payload, vv_error *err)
{
	attempt *a = payload;
	vv_resemble r = {.get = get, .fn = tell, .payload = a->w, .children_first = true};
	vv_status rc;

	a->w->seen = vv_cid_set_new();
	if (!a->w->seen) return vv_fail_nomem(err);
	vv_buf_clear(&a->w->told);
	r.seen = a->w->seen;
	rc = vv_resemble_walk(&r, a->root, a->before, err);
	if (rc == VV_OK) {
		rc = vv_buf_ok(&a->w->told, err);
	}
	vv_cid_set_free(a->w->seen);
	a->w->seen = NULL;
	return rc;
}

static void without_memory_it_says_so(void **state)
{
	world w = begin();
	attempt a = {&w, &w.names['S'], &w.names['R']};

	(void)state;
	node(&w, 'A', "abcdef");
	node(&w, 'R', "A");
	node(&w, 'B', "axcydf");
	node(&w, 'S', "B");
	commit(&w);
	vv_cid_set_free(w.seen);
	w.seen = NULL;
	vv_fault_each(VV_FAULT_ALLOC, 0, try_walk, NULL, &a);
	assert_string_equal(vv_buf_cstr(&w.told), "x~b y~e B~A S~R ");
	end(&w);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_first_version_is_told_whole),
	cmocka_unit_test(links_in_common_anchor_the_rest),
	cmocka_unit_test(two_links_are_found_again_whichever_of_them_is_the_smaller),
	cmocka_unit_test(what_has_no_counterpart_resembles_nothing),
	cmocka_unit_test(a_leaf_is_not_like_a_node),
	cmocka_unit_test(missing_nodes_are_counted_or_stop_it),
	cmocka_unit_test(an_answer_of_the_caller_ends_it),
	cmocka_unit_test(a_deep_graph_needs_no_stack),
	cmocka_unit_test(without_memory_it_says_so),
};

VV_TEST_SUITE(resemble)
