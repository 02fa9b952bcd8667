/*
 * Nodes and entries of lists: those of a wrong shape are refused.
 */
#include "tests/unit/dataset/memory.h"

#include "repo/blocks/cbor.h"
#include "tests/unit/dataset/list_node_check.h"

typedef struct draft {
	const char *of;
	unsigned level, count, parts;
	uint8_t codec;
	uint64_t weight, below;
	size_t cut_at; /* this entry's link ends a node */
} draft;

static void put_draft(vv_buf *b, const draft *d)
{
	vv_buf_reset(b);
	vv_cbor_put_map(b, 4);
	vv_cbor_put_key(b, "v");
	vv_cbor_put_text(b, "list", 4);
	vv_cbor_put_key(b, "of");
	vv_cbor_put_text(b, d->of, strlen(d->of));
	vv_cbor_put_key(b, "items");
	vv_cbor_put_array(b, d->count);
	for (unsigned i = 0; i < d->count; i++) {
		vv_cid cid;

		memset(&cid, 0x11, sizeof cid);
		cid.codec = d->codec;
		if (i + 1 == d->cut_at) {
			memset(cid.digest, 0, 8);
		}
		vv_cbor_put_array(b, d->parts);
		vv_cbor_put_link(b, &cid);
		if (d->parts > 1) {
			vv_cbor_put_uint(b, d->weight);
		}
		for (unsigned k = 2; k < d->parts; k++) {
			vv_cbor_put_uint(b, d->below);
		}
	}
	vv_cbor_put_key(b, "level");
	vv_cbor_put_uint(b, d->level);
}

static void nodes_of_a_wrong_shape_are_refused(void **state)
{
	static const draft good = {"data", 0, 20, 2, VV_CODEC_RAW, 9, 0, 20};
	static const draft upper = {"data", 1, 20, 3, VV_CODEC_DAG_CBOR, 9, 9, 0};
	static const draft wrong[] = {
		{"rows", 0, 20, 2, VV_CODEC_RAW, 9, 0, 0},
		{"data", 0, 0, 2, VV_CODEC_RAW, 9, 0, 0},
		{"data", 0, 257, 2, VV_CODEC_RAW, 9, 0, 0},
		{"data", 0, 20, 1, VV_CODEC_RAW, 9, 0, 0},
		{"data", 0, 20, 3, VV_CODEC_RAW, 9, 1, 0},
		{"data", 0, 20, 2, VV_CODEC_DAG_CBOR, 9, 0, 0},
		{"data", 0, 20, 2, VV_CODEC_RAW, 0, 0, 0},
		{"data", 0, 20, 2, VV_CODEC_RAW, 9, 0, 17},
		{"chunks", 0, 20, 3, VV_CODEC_RAW, 9, 9, 0},
		{"layout", 0, 20, 2, VV_CODEC_RAW, 9, 0, 0},
		{"data", 1, 20, 2, VV_CODEC_DAG_CBOR, 9, 0, 0},
		{"data", 1, 20, 3, VV_CODEC_RAW, 9, 9, 0},
		{"data", 1, 20, 3, VV_CODEC_DAG_CBOR, 9, 0, 0},
		{"data", 1, 20, 3, VV_CODEC_DAG_CBOR, 9, 10, 0},
		{"data", 1, 20, 3, VV_CODEC_DAG_CBOR, UINT64_MAX, 9, 0},
		{"data", 16, 20, 3, VV_CODEC_DAG_CBOR, 9, 9, 0},
	};
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	put_draft(&b, &good);
	vv_assert_ok(list_node_check(b.data, b.len, &err), &err);
	put_draft(&b, &upper);
	vv_assert_ok(list_node_check(b.data, b.len, &err), &err);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		put_draft(&b, &wrong[i]);
		vv_assert_status(list_node_check(b.data, b.len, &err), VV_ECORRUPT, &err);
	}
	vv_buf_clear(&b);
}

static void put_chunk_top(vv_buf *b, uint64_t bytes)
{
	vv_cid cid;

	memset(&cid, 0x22, sizeof cid);
	cid.codec = VV_CODEC_RAW;
	vv_cbor_put_map(b, 2);
	vv_cbor_put_key(b, "items");
	vv_cbor_put_array(b, 1);
	vv_cbor_put_array(b, 2);
	vv_cbor_put_link(b, &cid);
	vv_cbor_put_uint(b, bytes);
	vv_cbor_put_key(b, "level");
	vv_cbor_put_uint(b, 0);
}

/* One data entry of 10 rows with out-of-line cells at these places. */
static vv_status add_outs(const uint64_t (*place)[2], size_t count, uint64_t said, vv_error *err)
{
	vv_list_builder *b = NULL;
	vv_buf item = VV_BUF_INIT;
	vv_cid cid;
	memory m;
	vv_status rc;

	memory_init(&m);
	memset(&cid, 0x33, sizeof cid);
	cid.codec = VV_CODEC_RAW;
	vv_cbor_put_array(&item, 3);
	vv_cbor_put_link(&item, &cid);
	vv_cbor_put_uint(&item, 10);
	vv_cbor_put_array(&item, count);
	for (size_t i = 0; i < count; i++) {
		vv_cbor_put_array(&item, 4);
		vv_cbor_put_uint(&item, place[i][0]);
		vv_cbor_put_uint(&item, place[i][1]);
		vv_cbor_put_uint(&item, said);
		put_chunk_top(&item, 300000);
	}
	vv_assert_ok(vv_list_builder_new(&b, VV_LIST_DATA, &m.sink, NULL, err), err);
	rc = vv_list_builder_add(b, item.data, item.len, 10, err);
	vv_list_builder_free(b);
	vv_buf_clear(&item);
	memory_clear(&m);
	return rc;
}

static void places_of_long_cells_must_be_in_order_and_within_the_group(void **state)
{
	static const uint64_t good[][2] = {{0, 3}, {0, 4}, {9, 0}};
	static const uint64_t wrong[][2][2] = {{{1, 1}, {1, 1}},
					       {{1, 2}, {1, 1}},
					       {{2, 0}, {1, 1}},
					       {{0, 0}, {10, 0}},
					       {{0, 0}, {0, 16384}}};
	vv_error err;

	(void)state;
	vv_assert_ok(add_outs(good, 3, 300000, &err), &err);
	vv_assert_status(add_outs(good, 3, 300001, &err), VV_ECORRUPT, &err);
	vv_assert_status(add_outs(good, 0, 300000, &err), VV_ECORRUPT, &err);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		vv_assert_status(add_outs(wrong[i], 2, 300000, &err), VV_ECORRUPT, &err);
	}
}

static vv_status add_quirks(uint64_t total, bool chunks, vv_error *err)
{
	vv_list_builder *b = NULL;
	vv_buf item = VV_BUF_INIT;
	uint8_t *quirks = calloc(1, (size_t)total + 1);
	memory m;
	vv_status rc;

	memory_init(&m);
	vv_cbor_put_array(&item, 2);
	vv_cbor_put_uint(&item, 5);
	if (chunks) {
		vv_cbor_put_array(&item, 2);
		vv_cbor_put_uint(&item, total);
		put_chunk_top(&item, total);
	} else {
		vv_cbor_put_bytes(&item, quirks, (size_t)total);
	}
	vv_assert_ok(vv_list_builder_new(&b, VV_LIST_LAYOUT, &m.sink, NULL, err), err);
	rc = vv_list_builder_add(b, item.data, item.len, 5, err);
	vv_list_builder_free(b);
	vv_buf_clear(&item);
	memory_clear(&m);
	free(quirks);
	return rc;
}

static void long_quirks_are_chunks_and_short_ones_are_not(void **state)
{
	vv_error err;

	(void)state;
	vv_assert_ok(add_quirks(1, false, &err), &err);
	vv_assert_ok(add_quirks(262144, false, &err), &err);
	vv_assert_ok(add_quirks(262145, true, &err), &err);
	vv_assert_status(add_quirks(0, false, &err), VV_ECORRUPT, &err);
	vv_assert_status(add_quirks(262145, false, &err), VV_ECORRUPT, &err);
	vv_assert_status(add_quirks(262144, true, &err), VV_ECORRUPT, &err);
}

static void heavy_entries_end_a_node_early(void **state)
{
	vv_list_builder *b = NULL;
	vv_buf item = VV_BUF_INIT;
	uint8_t *quirks = calloc(1, 100000);
	vv_error err;
	vv_buf list = VV_BUF_INIT;
	memory m;

	(void)state;
	memory_init(&m);
	vv_assert_ok(vv_list_builder_new(&b, VV_LIST_LAYOUT, &m.sink, NULL, &err), &err);
	for (unsigned i = 0; i < 10; i++) {
		vv_buf_reset(&item);
		vv_cbor_put_array(&item, 2);
		vv_cbor_put_uint(&item, 5);
		vv_cbor_put_bytes(&item, quirks, 100000);
		vv_assert_ok(vv_list_builder_add(b, item.data, item.len, 5, &err), &err);
	}
	vv_assert_ok(vv_list_builder_finish(b, &list, &err), &err);
	assert_int_equal(m.count, 2); /* 3 + 3 + 3 and 1, the first three being equal */
	for (size_t i = 0; i < m.count; i++) {
		vv_assert_ok(list_node_check(m.block[i].bytes, m.block[i].len, &err), &err);
	}
	vv_list_builder_free(b);
	vv_buf_clear(&list);
	vv_buf_clear(&item);
	free(quirks);
	memory_clear(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nodes_of_a_wrong_shape_are_refused),
	cmocka_unit_test(places_of_long_cells_must_be_in_order_and_within_the_group),
	cmocka_unit_test(long_quirks_are_chunks_and_short_ones_are_not),
	cmocka_unit_test(heavy_entries_end_a_node_early),
};

VV_TEST_SUITE(list_node)
