/*
 * CAR files: they are written as the specification requires, and can be read back; errors
 * in a hostile file are refused with their place.
 */
#include <string.h>

#include "repo/blocks/cbor.h"
#include "repo/git/repository_init.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/repo/store_fixture.h"
#include "tests/unit/writer_add.h"
#include "transport/ipfs/car.h"

/* ---- bytes as a file ---- */

typedef struct bytes {
	const char *p;
	size_t left, step; /* at most step at a time */
} bytes;

static ssize_t read_some(void *payload, void *buf, size_t len, vv_error *err)
{
	bytes *b = payload;

	(void)err;
	len = len < b->left ? len : b->left;
	len = len < b->step ? len : b->step;
	memcpy(buf, b->p, len);
	b->p += len;
	b->left -= len;
	return (ssize_t)len;
}

static vv_status put_bytes(void *payload, const void *p, size_t len, vv_error *err)
{
	vv_buf_put(payload, p, len);
	return vv_buf_ok(payload, err);
}

/* Reads it all; the number of blocks, or the status. */
static int read_all(const vv_buf *car, size_t step, vv_error *err)
{
	bytes from = {vv_buf_cstr(car), car->len, step};
	vv_car_reader *r;
	vv_buf block = VV_BUF_INIT;
	vv_cid cid;
	int more, count = 0;
	vv_status rc = vv_car_reader_open(&r, read_some, &from, err);

	if (rc < 0) return rc;
	while ((more = vv_car_next(r, &cid, &block, err)) > 0) {
		count++;
	}
	vv_car_reader_close(r);
	vv_buf_clear(&block);
	return more < 0 ? more : count;
}

/* ---- a store with a node over leaves, one of them twice ---- */

static vv_store *small_store(vv_cid *root)
{
	vv_store *s = fx_open(vv_test_path("store"));
	vv_writer *w = fx_writer(s);
	vv_cid links[4];
	vv_buf node = VV_BUF_INIT;
	vv_error err;

	for (unsigned i = 0; i < 3; i++) {
		fx_put(w, i, -1);
		links[i] = fx_cid(i);
	}
	links[3] = links[0];
	fx_node(&node, links, 4);
	vv_assert_ok(vv_test_add(w, root, VV_CODEC_DAG_CBOR, node.data, node.len, NULL, &err),
		     &err);
	vv_assert_ok(vv_writer_commit(w, &err), &err);
	vv_writer_close(w);
	vv_buf_clear(&node);
	return s;
}

static vv_buf small_car(void)
{
	vv_car_write_options o = {.scope = VV_CAR_ALL};
	vv_car_stats stats;
	vv_buf car = VV_BUF_INIT;
	vv_cid root;
	vv_store *s = small_store(&root);
	vv_car_source from = vv_car_source_of(s);
	vv_error err;

	vv_assert_ok(vv_car_write(&from, &root, &o, put_bytes, &car, &stats, &err), &err);
	assert_int_equal(stats.blocks, 4);
	assert_int_equal(stats.bytes, car.len);
	vv_store_close(s);
	return car;
}

static void the_header_is_the_bytes_of_the_specification(void **state)
{
	static const char wanted[] = "\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00";
	vv_buf b = small_car();

	(void)state;
	assert_true(b.len > 59);
	assert_memory_equal(b.data, wanted, sizeof(wanted) - 1);
	assert_memory_equal(b.data + 50, "\x67version\x01", 9);
	vv_buf_clear(&b);
}

static void what_was_written_is_read_in_pieces_of_any_size(void **state)
{
	static const size_t steps[] = {1, 2, 7, 4096, 1u << 20};
	vv_buf car = small_car();
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_int_equal(read_all(&car, steps[i], &err), 4);
	}
	vv_buf_clear(&car);
}

static void a_cut_file_is_refused_unless_it_ends_between_blocks(void **state)
{
	vv_buf car = small_car();
	size_t len = car.len;
	unsigned between = 0;
	vv_error err;

	(void)state;
	for (car.len = 0; car.len < len; car.len++) {
		int got = read_all(&car, 4096, &err);

		if (got >= 0) {
			between++;
		} else {
			assert_int_equal(got, VV_EINPUT);
			vv_assert_contains(err.message, "CAR file");
		}
	}
	assert_int_equal(between, 4); /* after the header and three blocks */
	vv_buf_clear(&car);
}

static void every_changed_byte_behind_the_header_is_seen(void **state)
{
	vv_buf car = small_car();
	vv_error err;

	(void)state;
	for (size_t i = 59; i < car.len; i++) {
		int got;

		car.data[i] ^= 1;
		got = read_all(&car, 4096, &err);
		assert_true(got < 0);
		assert_true(err.message[0] != '\0');
		car.data[i] ^= 1;
	}
	vv_buf_clear(&car);
}

static void lengths_that_cannot_be_are_refused_before_memory_is_taken(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *says;
	} cases[] = {
		{"\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9,
		 "a section has 9223372036854775807 bytes"},
		{"\x00", 1, "a section has 0 bytes"},
		{"\x80\x00", 2, "expected the length of a block"},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11,
		 "expected the length of a block"},
		{"\xa5\x80\x40", 3, "a section has 1048613 bytes"},
		{"\x05hello", 6, "not a CID that varve supports"},
		{"\x22\x12\x20"
		 "abcdefghijklmnopqrstuvwxyz012345",
		 35, "a CIDv0"},
		{"\x24\x01\x70\x12\x20"
		 "abcdefghijklmnopqrstuvwxyz012345",
		 37, "dag-pb"},
		{"\x04\x01\x55\x00\x00", 5, "an identity CID"},
		{"\x24\x01\x55\x13\x20"
		 "abcdefghijklmnopqrstuvwxyz012345",
		 37, "a hash other than SHA-256"},
		{"\x24\x01\x51\x12\x20"
		 "abcdefghijklmnopqrstuvwxyz012345",
		 37, "a codec other than raw and DAG-CBOR"},
		{"\x24\x01\x55\x12\x20"
		 "abcdefghijklmnopqrstuvwxyz012345",
		 37, "is damaged"},
	};
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_buf car = VV_BUF_INIT;

		vv_buf_put(&car, "\x11\xa2\x65roots\x80\x67version\x01", 18);
		vv_buf_put(&car, cases[i].bytes, cases[i].len);
		assert_int_equal(read_all(&car, 4096, &err), VV_EINPUT);
		vv_assert_contains(err.message, "byte 18 of the CAR file");
		vv_assert_contains(err.message, cases[i].says);
		vv_buf_clear(&car);
	}
}

static void a_node_that_is_not_canonical_is_refused(void **state)
{
	/* the number 1 in two bytes */
	static const char node[] = "\x18\x01";
	vv_buf car = VV_BUF_INIT;
	uint8_t cid_bytes[VV_CID_BYTES];
	vv_cid cid;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, node, 2, &err), &err);
	vv_cid_write(cid_bytes, &cid);
	vv_buf_put(&car, "\x11\xa2\x65roots\x80\x67version\x01\x26", 19);
	vv_buf_put(&car, cid_bytes, sizeof(cid_bytes));
	vv_buf_put(&car, node, 2);
	assert_int_equal(read_all(&car, 4096, &err), VV_EINPUT);
	vv_assert_contains(err.message, "byte 18 of the CAR file: block bafyrei");
	vv_buf_clear(&car);
}

/* The blocks of car in a CARv2, padding before them, index behind. */
static vv_buf version_2(const vv_buf *car, size_t padding, const char *index)
{
	vv_buf out = VV_BUF_INIT;
	uint8_t head[40] = {0x80};

	vv_put_le64(head + 16, 51 + padding);
	vv_put_le64(head + 24, car->len);
	vv_put_le64(head + 32, 51 + padding + car->len);
	vv_buf_put(&out, "\x0a\xa1gversion\x02", 11);
	vv_buf_put(&out, head, sizeof(head));
	for (size_t i = 0; i < padding; i++) {
		vv_buf_putc(&out, 0xff);
	}
	vv_buf_put(&out, car->data, car->len);
	vv_buf_puts(&out, index);
	return out;
}

static void version_2_is_read_and_its_index_is_not_believed(void **state)
{
	static const char *const indexes[] = {"", "\x80\x08 rubbish that names no block"};
	static const size_t paddings[] = {0, 1, 4096};
	vv_buf car = small_car();
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; k < 3; k++) {
			vv_buf two = version_2(&car, paddings[k], indexes[i]);

			assert_int_equal(read_all(&two, 7, &err), 4);
			assert_int_equal(read_all(&two, 1 << 20, &err), 4);
			vv_buf_clear(&two);
		}
	}
	vv_buf_clear(&car);
}

static void a_version_2_whose_places_cannot_be_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint64_t value;
	} lies[] = {{16, 50}, {16, 0},          {16, UINT64_MAX}, {16, 1 << 20},
		    {24, 0},  {24, UINT64_MAX}, {24, 100}};
	vv_buf car = small_car(), two = version_2(&car, 0, "index");
	vv_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		uint8_t kept[8];

		memcpy(kept, two.data + 11 + lies[i].at, 8);
		vv_put_le64((uint8_t *)two.data + 11 + lies[i].at, lies[i].value);
		assert_int_equal(read_all(&two, 100, &err), VV_EINPUT);
		assert_true(err.message[0] != '\0');
		memcpy(two.data + 11 + lies[i].at, kept, 8);
	}
	for (two.len = 51; two.len < 51 + car.len; two.len++) { /* cut off */
		assert_int_equal(read_all(&two, 100, &err) == 4, 0);
	}
	vv_buf_clear(&two);
	two = version_2(&car, 0, "");
	vv_buf_clear(&car);
	car = version_2(&two, 0, ""); /* one in the other */
	assert_int_equal(read_all(&car, 100, &err), VV_EINPUT);
	vv_buf_clear(&two);
	vv_buf_clear(&car);
}

static void a_write_that_fails_ends_the_export(void **state)
{
	vv_car_write_options o = {.scope = VV_CAR_ALL};
	vv_cid root, missing;
	vv_store *s = small_store(&root);
	vv_car_source from = vv_car_source_of(s);
	vv_buf car = VV_BUF_INIT;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_cid_of(&missing, VV_CODEC_RAW, "none", 4, &err), &err);
	vv_assert_status(vv_car_write(&from, &missing, &o, put_bytes, &car, NULL, &err),
			 VV_EMISSING, &err);
	vv_buf_clear(&car);
	vv_store_close(s);
}

typedef struct attempt {
	vv_buf car;
	vv_store *store;
	vv_cid root;
} attempt;

static vv_status write_and_read(void *payload, vv_error *err)
{
	attempt *a = payload;
	vv_car_write_options o = {.scope = VV_CAR_ALL};
	vv_car_source from = vv_car_source_of(a->store);
	vv_buf car = VV_BUF_INIT;
	vv_status rc = vv_car_write(&from, &a->root, &o, put_bytes, &car, NULL, err);
	int got = rc < 0 ? (int)rc : read_all(&car, 100, err);

	vv_buf_clear(&car);
	return got < 0 ? (vv_status)got : VV_OK;
}

static void running_out_of_memory_leaves_nothing_behind(void **state)
{
	attempt a = {VV_BUF_INIT, NULL, {0}};

	(void)state;
	a.store = small_store(&a.root);
	vv_fault_each(VV_FAULT_ALLOC, 0, write_and_read, NULL, &a);
	vv_store_close(a.store);
}

/* ---- into a repository ---- */

static vv_repository *begin_incoming(vv_incoming **in)
{
	vv_init_options o = {.program = "varve", .env = vv_test_env()};
	vv_repository *r;
	bool created;
	vv_error err;

	git_begin();
	vv_assert_ok(vv_repository_init(&r, NULL, &o, &created, &err), &err);
	vv_assert_ok(vv_incoming_open(in, r, &err), &err);
	return r;
}

static void all_blocks_are_kept_and_found_complete(void **state)
{
	vv_buf car = small_car();
	bytes from = {car.data, car.len, 1000};
	vv_incoming *in;
	vv_repository *r = begin_incoming(&in);
	vv_car_reader *reader;
	vv_car_stats stats;
	const vv_cid *roots;
	uint64_t kept;
	vv_cid_set *below;
	size_t count;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_car_reader_open(&reader, read_some, &from, &err), &err);
	vv_assert_ok(vv_car_take(reader, in, &stats, &kept, NULL, &err), &err);
	assert_int_equal(stats.blocks, 4);
	assert_int_equal(kept, 4);
	roots = vv_car_roots(reader, &count);
	assert_int_equal(count, 1);
	vv_assert_ok(vv_car_complete(in, roots, count, &below, &err), &err);
	assert_int_equal(vv_cid_set_count(below), 4);
	vv_cid_set_free(below);
	vv_car_reader_close(reader);
	vv_incoming_close(in);
	vv_repository_close(r);
	vv_buf_clear(&car);
}

static void a_missing_leaf_is_named(void **state)
{
	vv_buf car = small_car();
	bytes from = {car.data, car.len, 1000};
	vv_incoming *in;
	vv_repository *r = begin_incoming(&in);
	vv_car_reader *reader;
	vv_buf block = VV_BUF_INIT;
	char text[VV_CID_TEXT + 1];
	const vv_cid *roots;
	vv_cid_set *below;
	size_t count;
	bool kept;
	vv_cid cid;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_car_reader_open(&reader, read_some, &from, &err), &err);
	while (vv_car_next(reader, &cid, &block, &err) > 0) {
		vv_cid other = fx_cid(1);

		if (!vv_cid_equal(&cid, &other)) {
			vv_assert_ok(
				vv_incoming_put(in, &cid, block.data, block.len, NULL, &kept, &err),
				&err);
		}
	}
	roots = vv_car_roots(reader, &count);
	vv_assert_status(vv_car_complete(in, roots, count, &below, &err), VV_EMISSING, &err);
	cid = fx_cid(1);
	vv_cid_text(text, &cid);
	vv_assert_contains(err.message, text);
	vv_car_reader_close(reader);
	vv_buf_clear(&block);
	vv_incoming_close(in);
	vv_repository_close(r);
	vv_buf_clear(&car);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_header_is_the_bytes_of_the_specification),
	cmocka_unit_test(what_was_written_is_read_in_pieces_of_any_size),
	cmocka_unit_test(a_cut_file_is_refused_unless_it_ends_between_blocks),
	cmocka_unit_test(every_changed_byte_behind_the_header_is_seen),
	cmocka_unit_test(lengths_that_cannot_be_are_refused_before_memory_is_taken),
	cmocka_unit_test(a_node_that_is_not_canonical_is_refused),
	cmocka_unit_test(version_2_is_read_and_its_index_is_not_believed),
	cmocka_unit_test(a_version_2_whose_places_cannot_be_is_refused),
	cmocka_unit_test(a_write_that_fails_ends_the_export),
	cmocka_unit_test(running_out_of_memory_leaves_nothing_behind),
	cmocka_unit_test(all_blocks_are_kept_and_found_complete),
	cmocka_unit_test(a_missing_leaf_is_named),
};

VV_TEST_SUITE(car)
