/*
 * UnixFS files: nodes as other programs write them, trees of every shape, and leaf lists that give
 * any block of a file back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "base/file.h"
#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/ipfs/car.h"
#include "transport/ipfs/leaf_list.h"

static vv_unixfs_link leaf_of(const char *text, size_t len)
{
	vv_unixfs_link l = {.bytes = len, .total = len};

	assert_int_equal(vv_cid_of(&l.cid, VV_CODEC_RAW, text, len, NULL), VV_OK);
	return l;
}

static void text_is(const vv_cid *cid, const char *expected)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, cid);
	assert_string_equal(text, expected);
}

/* Made with @ipld/dag-pb 4 and ipfs-unixfs 11, which agree with `ipfs add` in 6-byte chunks. */
static void a_node_is_the_one_that_ipfs_writes(void **state)
{
	vv_unixfs_link l[2] = {leaf_of("hello ", 6), leaf_of("world\n", 6)};
	vv_buf node = VV_BUF_INIT;
	uint8_t wanted[98];
	vv_cid cid;

	(void)state;
	assert_true(vv_hex_read(
		wanted, sizeof(wanted),
		"122a0a24015512205e3235a8346e5a4585f8c58562f5052b8fe26a3bb122e1e96c76784964dfc461"
		"12001806122a0a2401551220e258d248fda94c63753607f7c4494ee0fcbe92f1a76bfdac795c9d84"
		"101eb317120018060a080802180c20062006"));
	assert_int_equal(vv_unixfs_node_encode(&node, l, 2, NULL), VV_OK);
	assert_int_equal(node.len, sizeof(wanted));
	assert_memory_equal(node.data, wanted, sizeof(wanted));
	assert_int_equal(vv_cid_of(&cid, VV_CODEC_DAG_PB, node.data, node.len, NULL), VV_OK);
	text_is(&cid, "bafybeievgwqmxi5xni5riojtkcuxod5ae2qwwxk4npgxcigvxk5fg6ott4");
	vv_buf_clear(&node);
}

static void a_node_that_was_read_is_the_one_that_was_written(void **state)
{
	vv_unixfs_link l[3] = {leaf_of("a", 1), leaf_of("bb", 2), leaf_of("", 0)}, *back;
	vv_buf node = VV_BUF_INIT;
	size_t count;
	vv_error err;

	(void)state;
	l[1].cid.codec = VV_CODEC_DAG_PB;
	l[1].bytes = UINT64_C(1) << 40;
	l[1].total = l[1].bytes + 5000;
	assert_int_equal(vv_unixfs_node_encode(&node, l, 3, NULL), VV_OK);
	vv_assert_ok(vv_unixfs_node_decode(&back, &count, node.data, node.len, &err), &err);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(vv_cid_equal(&back[i].cid, &l[i].cid));
		assert_int_equal(back[i].bytes, l[i].bytes);
		assert_int_equal(back[i].total, l[i].total);
	}
	vv_free(back);
	/* Any added, missing or changed byte is refused, or makes another valid node. */
	for (size_t i = 0; i < node.len; i++) {
		vv_buf again = VV_BUF_INIT;

		vv_assert_status(vv_unixfs_node_decode(&back, &count, node.data, i, &err),
				 VV_ECORRUPT, &err);
		node.data[i] ^= 1;
		if (vv_unixfs_node_decode(&back, &count, node.data, node.len, &err) == VV_OK) {
			assert_int_equal(vv_unixfs_node_encode(&again, back, count, NULL), VV_OK);
			assert_memory_equal(again.data, node.data, node.len);
			vv_free(back);
		}
		node.data[i] ^= 1;
		vv_buf_clear(&again);
	}
	vv_buf_clear(&node);
}

static void sizes_past_64_bits_are_refused(void **state)
{
	vv_unixfs_link l[2] = {leaf_of("a", 1), leaf_of("b", 1)};
	vv_buf node = VV_BUF_INIT;
	vv_error err;

	(void)state;
	l[0].bytes = UINT64_MAX;
	vv_assert_status(vv_unixfs_node_encode(&node, l, 2, &err), VV_EREFUSED, &err);
	vv_buf_clear(&node);
}

/* --- a file made of numbered pieces ---------------------------------------------------------- */

/* Pieces of these lengths; the bytes depend on the place alone. */
typedef struct pieces {
	const size_t *lens;
	size_t count;
	bool liar; /* range returns other bytes */
} pieces;

static char byte_at(uint64_t at)
{
	return (char)(at * 2654435761u >> 7);
}

static vv_status give(uint64_t from, uint64_t len, vv_file_out_fn fn, void *out, vv_error *err)
{
	char *bytes = vv_malloc((size_t)len + 1);
	vv_status rc;

	for (uint64_t i = 0; i < len; i++) {
		bytes[i] = byte_at(from + i);
	}
	rc = len > 0 ? fn(out, bytes, (size_t)len, err) : VV_OK;
	vv_free(bytes);
	return rc;
}

static vv_status all_pieces(void *payload, vv_store *store, const vv_cid *root, vv_file_out_fn fn,
			    void *out, vv_error *err)
{
	const pieces *p = payload;
	vv_status rc = VV_OK;
	uint64_t at = 0;

	(void)store;
	(void)root;
	for (size_t i = 0; rc == VV_OK && i < p->count; i++) {
		rc = give(at, p->lens[i], fn, out, err);
		at += p->lens[i];
	}
	return rc;
}

static vv_status some_bytes(void *payload, vv_store *store, const vv_cid *root, uint64_t from,
			    uint64_t len, vv_file_out_fn fn, void *out, vv_error *err)
{
	const pieces *p = payload;

	(void)store;
	(void)root;
	return give(from + (p->liar ? 1 : 0), len, fn, out, err);
}

/* Follows the links from the root down, and appends the bytes of all leaves in order to out. */
static void read_file(vv_leaf_blocks *b, const vv_cid *cid, vv_buf *out, uint64_t *blocks)
{
	vv_buf block = VV_BUF_INIT;
	vv_unixfs_link *links;
	size_t count;
	vv_error err;

	(*blocks)++;
	vv_assert_ok(vv_leaf_blocks_get(b, cid, &block, &err), &err);
	if (cid->codec == VV_CODEC_RAW) {
		assert_true(block.len <= VV_BLOCK_MAX);
		vv_buf_put(out, vv_buf_cstr(&block), block.len);
	} else {
		vv_assert_ok(vv_unixfs_node_decode(&links, &count, block.data, block.len, &err),
			     &err);
		for (size_t i = 0; i < count; i++) {
			size_t before = out->len;

			read_file(b, &links[i].cid, out, blocks);
			assert_int_equal(out->len - before, links[i].bytes);
		}
		vv_free(links);
	}
	vv_buf_clear(&block);
}

static void make_list(vv_leaf_blocks *b, const vv_file_maker *maker, const vv_cid *version)
{
	char *path = vv_leaf_list_path(vv_test_path("lists"), version);
	vv_error err;

	b->from = (vv_leaf_source){NULL, maker};
	vv_assert_ok(vv_leaf_list_need(&b->list, path, &b->from, version, &err), &err);
	vv_free(path);
}

static void file_comes_back(const size_t *lens, size_t count, uint64_t blocks)
{
	pieces p = {lens, count, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p};
	vv_leaf_blocks b;
	vv_buf file = VV_BUF_INIT;
	vv_cid version;
	uint64_t seen = 0, bytes = 0;

	for (size_t i = 0; i < count; i++) {
		bytes += lens[i];
	}
	assert_int_equal(vv_cid_of(&version, VV_CODEC_DAG_CBOR, lens, count * sizeof(*lens), NULL),
			 VV_OK);
	make_list(&b, &maker, &version);
	assert_int_equal(vv_leaf_list_bytes(b.list), bytes);
	read_file(&b, vv_leaf_list_file(b.list), &file, &seen);
	assert_int_equal(seen, blocks);
	assert_int_equal(file.len, bytes);
	for (size_t i = 0; i < file.len; i++) {
		if (file.data[i] != byte_at(i)) {
			fail_msg("byte %zu", i);
		}
	}
	vv_leaf_list_close(b.list);
	vv_buf_clear(&file);
}

static void a_file_of_one_leaf_is_that_leaf(void **state)
{
	static const size_t one[] = {17};

	(void)state;
	file_comes_back(one, 1, 1);
	file_comes_back(one, 0, 1);
}

static void a_piece_too_long_for_a_block_is_cut(void **state)
{
	static const size_t lens[] = {20, VV_BLOCK_MAX, 2 * VV_BLOCK_MAX + 1, 5};

	(void)state;
	file_comes_back(lens, 4, 1 + 1 + 3 + 1 + 1);
}

static void trees_are_balanced_at_every_width(void **state)
{
	static const struct {
		uint64_t leaves, nodes;
	} shapes[] = {{2, 1}, {1023, 1}, {1024, 1}, {1025, 3}, {2048, 3}, {2049, 4}};
	size_t lens[2049];

	(void)state;
	for (size_t i = 0; i < 2049; i++) {
		lens[i] = 1 + i % 7;
	}
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		file_comes_back(lens, shapes[i].leaves, shapes[i].leaves + shapes[i].nodes);
	}
}

static vv_status count_node(void *payload, const vv_unixfs_link *link, unsigned height,
			    vv_error *err)
{
	uint64_t *counts = payload;

	(void)link;
	(void)err;
	counts[height]++;
	return VV_OK;
}

static void a_third_height_begins_after_a_million_leaves(void **state)
{
	uint64_t counts[VV_UNIXFS_HEIGHT + 2] = {0}, n = 1024 * 1024 + 1;
	vv_unixfs_tree *t = vv_unixfs_tree_new(count_node, counts);
	vv_unixfs_link leaf = leaf_of("x", 1), root;
	vv_error err;

	(void)state;
	for (uint64_t i = 0; i < n; i++) {
		vv_assert_ok(vv_unixfs_tree_add(t, &leaf, &err), &err);
	}
	vv_assert_ok(vv_unixfs_tree_finish(t, &root, &err), &err);
	assert_int_equal(counts[1], 1025);
	assert_int_equal(counts[2], 2);
	assert_int_equal(counts[3], 1);
	assert_int_equal(root.bytes, n);
	vv_unixfs_tree_free(t);
}

/* --- CARs of parts --------------------------------------------------------------------------- */

static vv_status put_car(void *out, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(out, bytes, len);
	return vv_buf_ok(out, err);
}

/* Which leaves (by number) and how many nodes are in the CAR of this part? "2 nodes: 3 4" */
static char *blocks_of(vv_leaf_blocks *b, const vv_car_write_options *o)
{
	vv_car_source source = {vv_leaf_blocks_get, b};
	vv_buf car = VV_BUF_INIT, text = VV_BUF_INIT, leaves = VV_BUF_INIT;
	const uint8_t *p, *end;
	vv_leaf_place at;
	unsigned nodes = 0;
	uint64_t len;
	vv_error err;

	vv_assert_ok(
		vv_car_write(&source, vv_leaf_list_file(b->list), o, put_car, &car, NULL, &err),
		&err);
	p = (const uint8_t *)car.data;
	end = p + car.len;
	assert_true(vv_varint_read(&p, end, &len));
	for (p += len; p < end; p += len) {
		vv_cid cid;

		assert_true(vv_varint_read(&p, end, &len));
		cid.codec = p[1];
		memcpy(cid.digest, p + 4, sizeof(cid.digest));
		assert_int_equal(vv_leaf_list_find(b->list, &cid, &at, &err), 1);
		if (at.height > 0) {
			nodes++;
		} else {
			vv_buf_printf(&leaves, " %llu", (unsigned long long)at.number);
		}
	}
	vv_buf_printf(&text, "%u:%s", nodes, vv_buf_cstr(&leaves));
	vv_buf_clear(&car);
	vv_buf_clear(&leaves);
	return vv_buf_detach(&text);
}

/* A file of 1026 bytes in leaves of 256 and one of 2. What the CARs of
 * ranges must have is what ipfs/gateway-conformance expects of such a file. */
static void a_car_of_a_part_has_the_blocks_that_it_needs_and_no_more(void **state)
{
	static const size_t lens[] = {256, 256, 256, 256, 2};
	static const struct {
		vv_car_part part;
		const char *blocks;
	} cases[] = {
		{{.given = true, .to_end = true}, "1: 0 1 2 3 4"},                    /* 0:* */
		{{.given = true, .from = 512, .to_end = true}, "1: 2 3 4"},           /* 512:* */
		{{.given = true, .from = 512, .to = 1023}, "1: 2 3"},                 /* 512:1023 */
		{{.given = true, .from = 512, .to_back = true, .to = 256}, "1: 2 3"}, /* 512:-256 */
		{{.given = true, .from_back = true, .from = 5, .to_end = true}, "1: 3 4"},
		{{.given = true, .from_back = true, .from = 9999, .to_end = true}, "1: 0 1 2 3 4"},
		{{.given = true, .from_back = true, .from = 9999, .to_back = true, .to = 3},
		 "1: 0 1 2 3"},
		{{.given = true, .from = 0, .to = 0}, "1: 0"},
		{{.given = true, .from = 255, .to = 256}, "1: 0 1"},
		{{.given = true, .from = 1026, .to = 2000}, "1:"}, /* nothing: the root alone */
		{{.given = true, .from = 1000, .to = UINT64_MAX}, "1: 3 4"},
		{{.given = true, .from = 10, .to = 9}, "1:"},
		{{.given = true, .from = 0, .to_back = true, .to = 1027}, "1:"},
	};
	pieces p = {lens, 5, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p};
	vv_car_write_options o = {.scope = VV_CAR_BLOCK};
	vv_leaf_blocks b;
	vv_cid version;
	char *got;

	(void)state;
	assert_int_equal(vv_cid_of(&version, VV_CODEC_DAG_CBOR, "6", 1, NULL), VV_OK);
	make_list(&b, &maker, &version);
	got = blocks_of(&b, &o);
	assert_string_equal(got, "1:");
	vv_free(got);
	o.scope = VV_CAR_ENTITY;
	got = blocks_of(&b, &o);
	assert_string_equal(got, "1: 0 1 2 3 4");
	vv_free(got);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o.part = cases[i].part;
		got = blocks_of(&b, &o);
		assert_string_equal(got, cases[i].blocks);
		vv_free(got);
	}
	vv_leaf_list_close(b.list);
}

static void only_the_nodes_above_a_part_are_in_its_car(void **state)
{
	size_t lens[2050];
	pieces p = {lens, 2050, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p};
	vv_car_write_options o = {.scope = VV_CAR_ENTITY,
				  .part = {.given = true, .from = 10 * 1030, .to = 10 * 1031}};
	vv_leaf_blocks b;
	vv_cid version;
	char *got;

	(void)state;
	for (size_t i = 0; i < 2050; i++) {
		lens[i] = 10;
	}
	assert_int_equal(vv_cid_of(&version, VV_CODEC_DAG_CBOR, "7", 1, NULL), VV_OK);
	make_list(&b, &maker, &version);
	got = blocks_of(&b, &o);
	assert_string_equal(got, "2: 1030 1031");
	vv_free(got);
	vv_leaf_list_close(b.list);
}

static void equal_pieces_are_equal_leaves_of_other_versions(void **state)
{
	static const size_t before[] = {10, 40, 60}, after[] = {10, 40, 61};
	pieces p = {before, 3, false}, q = {after, 3, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p},
		      other = {all_pieces, some_bytes, NULL, &q};
	vv_unixfs_link first, second;
	vv_leaf_blocks a, b;
	vv_leaf_place at;
	vv_cid one, two;
	char bytes[50];
	vv_error err;

	(void)state;
	assert_int_equal(vv_cid_of(&one, VV_CODEC_DAG_CBOR, "1", 1, NULL), VV_OK);
	assert_int_equal(vv_cid_of(&two, VV_CODEC_DAG_CBOR, "2", 1, NULL), VV_OK);
	make_list(&a, &maker, &one);
	make_list(&b, &other, &two);
	for (unsigned i = 0; i < 50; i++) {
		bytes[i] = byte_at(i);
	}
	first = leaf_of(bytes, 10);
	second = leaf_of(bytes + 10, 40);
	assert_int_equal(vv_leaf_list_find(a.list, &first.cid, &at, &err), 1);
	assert_int_equal(vv_leaf_list_find(b.list, &first.cid, &at, &err), 1);
	assert_int_equal(vv_leaf_list_find(b.list, &second.cid, &at, &err), 1);
	assert_int_equal(at.from, 10);
	assert_int_equal(at.len, 40);
	assert_int_equal(vv_leaf_list_find(a.list, vv_leaf_list_file(b.list), &at, &err), 0);
	vv_leaf_list_close(a.list);
	vv_leaf_list_close(b.list);
}

static void a_leaf_whose_bytes_come_out_otherwise_is_not_given(void **state)
{
	static const size_t lens[] = {10, 40};
	pieces p = {lens, 2, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p};
	vv_unixfs_link leaf;
	vv_leaf_blocks b;
	vv_buf out = VV_BUF_INIT;
	vv_cid version;
	char bytes[10];
	vv_error err;

	(void)state;
	assert_int_equal(vv_cid_of(&version, VV_CODEC_DAG_CBOR, "3", 1, NULL), VV_OK);
	make_list(&b, &maker, &version);
	for (unsigned i = 0; i < 10; i++) {
		bytes[i] = byte_at(i);
	}
	leaf = leaf_of(bytes, 10);
	vv_assert_ok(vv_leaf_blocks_get(&b, &leaf.cid, &out, &err), &err);
	p.liar = true;
	vv_assert_status(vv_leaf_blocks_get(&b, &leaf.cid, &out, &err), VV_ECORRUPT, &err);
	vv_assert_status(vv_leaf_blocks_get(&b, &version, &out, &err), VV_EMISSING, &err);
	vv_leaf_list_close(b.list);
	vv_buf_clear(&out);
}

static void a_damaged_list_is_refused_and_made_again(void **state)
{
	static const size_t lens[] = {10, 40, 7};
	pieces p = {lens, 3, false};
	vv_file_maker maker = {all_pieces, some_bytes, NULL, &p};
	vv_leaf_source from = {NULL, &maker};
	vv_buf bytes = VV_BUF_INIT;
	vv_leaf_list *l;
	vv_cid version, other, file;
	char *path;
	vv_error err;

	(void)state;
	assert_int_equal(vv_cid_of(&version, VV_CODEC_DAG_CBOR, "4", 1, NULL), VV_OK);
	assert_int_equal(vv_cid_of(&other, VV_CODEC_DAG_CBOR, "5", 1, NULL), VV_OK);
	path = vv_leaf_list_path(vv_test_path("lists"), &version);
	vv_assert_status(vv_leaf_list_open(&l, path, &version, &err), VV_ENOTFOUND, &err);
	vv_assert_ok(vv_leaf_list_need(&l, path, &from, &version, &err), &err);
	file = *vv_leaf_list_file(l);
	vv_leaf_list_close(l);
	vv_assert_status(vv_leaf_list_open(&l, path, &other, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_read_file(&bytes, path, 1 << 20, &err), &err);
	for (size_t i = 0; i < bytes.len; i += 3) {
		bytes.data[i] ^= 0x10;
		vv_assert_ok(vv_write_file(path, bytes.data, bytes.len, false, &err), &err);
		vv_assert_status(vv_leaf_list_open(&l, path, &version, &err), VV_ECORRUPT, &err);
		bytes.data[i] ^= 0x10;
	}
	vv_assert_ok(vv_write_file(path, bytes.data, bytes.len / 2, false, &err), &err);
	vv_assert_status(vv_leaf_list_open(&l, path, &version, &err), VV_ECORRUPT, &err);
	vv_assert_ok(vv_leaf_list_need(&l, path, &from, &version, &err), &err);
	assert_true(vv_cid_equal(&file, vv_leaf_list_file(l)));
	vv_leaf_list_close(l);
	vv_buf_clear(&bytes);
	vv_free(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_node_is_the_one_that_ipfs_writes),
	cmocka_unit_test(a_node_that_was_read_is_the_one_that_was_written),
	cmocka_unit_test(sizes_past_64_bits_are_refused),
	cmocka_unit_test(a_file_of_one_leaf_is_that_leaf),
	cmocka_unit_test(a_piece_too_long_for_a_block_is_cut),
	cmocka_unit_test(trees_are_balanced_at_every_width),
	cmocka_unit_test(a_third_height_begins_after_a_million_leaves),
	cmocka_unit_test(a_car_of_a_part_has_the_blocks_that_it_needs_and_no_more),
	cmocka_unit_test(only_the_nodes_above_a_part_are_in_its_car),
	cmocka_unit_test(equal_pieces_are_equal_leaves_of_other_versions),
	cmocka_unit_test(a_leaf_whose_bytes_come_out_otherwise_is_not_given),
	cmocka_unit_test(a_damaged_list_is_refused_and_made_again),
};

VV_TEST_SUITE(unixfs)
