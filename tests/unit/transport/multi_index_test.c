/*
 * multi_index: which of several packs has a block.
 */
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "tests/unit/support.h"
#include "transport/places/packs/multi_index.h"

#define MANY 5000u

static const uint8_t packs[3][VV_PACK_HASH_LEN] = {{1}, {2, 1}, {2, 2}};

static vv_cid cid_of(uint32_t number)
{
	uint8_t bytes[4];
	vv_cid cid;
	vv_error err;

	vv_put_le32(bytes, number);
	assert_int_equal(vv_cid_of(&cid, VV_CODEC_RAW, bytes, sizeof(bytes), &err), VV_OK);
	return cid;
}

/* Of blocks 0 .. count - 1, each in the pack with its number modulo 3. */
static void make_index(vv_buf *out, uint32_t count)
{
	vv_multi_entry *entries = vv_calloc(count, sizeof(*entries));
	vv_error err;

	assert_non_null(entries);
	for (uint32_t i = 0; i < count; i++) {
		const vv_cid cid = cid_of(i);
		entries[i] = (vv_multi_entry){vv_cid_prefix(&cid), i % 3};
	}
	assert_int_equal(vv_multi_index_write(out, packs, 3, entries, count, &err), VV_OK);
	vv_free(entries);
}

/* As a reader does it: the head, then a part. How many packs it names. */
static size_t look_up(const vv_buf *b, const vv_cid *cid, size_t found[VV_MULTI_FOUND])
{
	vv_multi_index m;
	vv_error err;
	uint64_t from;
	size_t len;

	assert_int_equal(vv_multi_index_begin(&m, b->data, VV_MULTI_BEGIN, &err), VV_OK);
	assert_int_equal(vv_multi_index_read(&m, b->data, m.head_len, &err), VV_OK);
	assert_int_equal(vv_multi_index_range(&m, cid, &from, &len, &err), VV_OK);
	assert_true(from >= m.head_len && from + len <= b->len);
	return vv_multi_index_find(&m, b->data + from, len, cid, found);
}

static void every_block_is_found_by_a_part_and_others_are_not(void **state)
{
	static const uint32_t counts[] = {1, 2, 511, 512, MANY};
	size_t found[VV_MULTI_FOUND];

	(void)state;
	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		vv_buf b = VV_BUF_INIT;
		make_index(&b, counts[k]);
		for (uint32_t i = 0; i < counts[k]; i++) {
			const vv_cid cid = cid_of(i);
			assert_int_equal(look_up(&b, &cid, found), 1);
			assert_int_equal(found[0], i % 3);
		}
		for (uint32_t i = counts[k]; i < counts[k] + 500; i++) {
			const vv_cid cid = cid_of(i);
			assert_int_equal(look_up(&b, &cid, found), 0);
		}
		vv_buf_clear(&b);
	}
}

static void the_first_and_the_last_digest_are_found(void **state)
{
	vv_cid low = {.codec = VV_CODEC_RAW}, high = {.codec = VV_CODEC_RAW};
	size_t found[VV_MULTI_FOUND];
	vv_multi_entry entries[2000];
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	memset(high.digest, 0xff, sizeof(high.digest));
	for (size_t i = 0; i < 2000; i++) {
		entries[i] = (vv_multi_entry){i == 0   ? 0
					      : i == 1 ? UINT64_MAX
						       : (uint64_t)i * (UINT64_MAX / 2000),
					      1};
	}
	assert_int_equal(vv_multi_index_write(&b, packs, 3, entries, 2000, &err), VV_OK);
	assert_int_equal(look_up(&b, &low, found), 1);
	assert_int_equal(look_up(&b, &high, found), 1);
	vv_buf_clear(&b);
}

static void a_part_of_a_large_index_is_small(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_multi_index m;
	vv_error err;
	uint64_t from;
	size_t len;

	(void)state;
	make_index(&b, 100000);
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_OK);
	assert_true(m.head_len < 8192);
	for (uint32_t i = 0; i < 1000; i++) {
		const vv_cid cid = cid_of(i);
		assert_int_equal(vv_multi_index_range(&m, &cid, &from, &len, &err), VV_OK);
		assert_true(len < 8192);
	}
	vv_buf_clear(&b);
}

static void no_more_packs_are_named_than_there_is_room_for(void **state)
{
	vv_multi_entry entries[8];
	size_t found[VV_MULTI_FOUND];
	const vv_cid cid = cid_of(1);
	vv_buf b = VV_BUF_INIT;
	vv_error err;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		entries[i] = (vv_multi_entry){vv_cid_prefix(&cid), 2};
	}
	assert_int_equal(vv_multi_index_write(&b, packs, 3, entries, 8, &err), VV_OK);
	assert_int_equal(look_up(&b, &cid, found), VV_MULTI_FOUND);
	vv_buf_clear(&b);
}

static void a_head_that_is_cut_or_cannot_be_is_refused(void **state)
{
	/* the place and its new content: the magic, the counts, a pack out of order, fans that fall or are out of range */
	static const struct {
		size_t at;
		uint32_t value;
	} wrong[] = {{0, 0},
		     {8, 0},
		     {8, 65537},
		     {12, 0},
		     {12, (1u << 20) + 1},
		     {16 + 16, 0},
		     {16 + 48, MANY},
		     {16 + 48 + 4, MANY + 1}};
	vv_buf b = VV_BUF_INIT;
	vv_multi_index m;
	vv_error err;
	uint8_t before[4];

	(void)state;
	make_index(&b, MANY);
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_OK);
	const size_t head = m.head_len;
	for (size_t len = 0; len < head; len++) {
		assert_int_equal(vv_multi_index_read(&m, b.data, len, &err), VV_ECORRUPT);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t *p = (uint8_t *)b.data + wrong[i].at;
		memcpy(before, p, 4);
		vv_put_le32(p, wrong[i].value);
		assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_ECORRUPT);
		memcpy(p, before, 4);
	}
	/* the last fan must have all */
	vv_put_le32((uint8_t *)b.data + head - 4, MANY - 1);
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_ECORRUPT);
	vv_buf_clear(&b);
}

static void fans_and_entries_that_lie_lead_to_nothing(void **state)
{
	vv_buf b = VV_BUF_INIT;
	vv_multi_index m;
	vv_error err;
	const vv_cid cid = cid_of(3);
	size_t found[VV_MULTI_FOUND], len;
	uint64_t from;

	(void)state;
	make_index(&b, 10000);
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_OK);
	/* all entries in the first fan: more than one can have */
	for (size_t i = 0; i < (size_t)1 << m.bits; i++) {
		vv_put_le32((uint8_t *)b.data + 16 + 48 + 4 * i, 10000);
	}
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_OK);
	const vv_cid low = {.codec = VV_CODEC_RAW};
	assert_int_equal(vv_multi_index_range(&m, &low, &from, &len, &err), VV_ECORRUPT);
	vv_buf_clear(&b);
	/* packs that there are not, and a part that ends within an entry */
	make_index(&b, 300);
	assert_int_equal(vv_multi_index_read(&m, b.data, b.len, &err), VV_OK);
	for (size_t at = m.head_len; at < b.len; at += 12) {
		vv_put_le32((uint8_t *)b.data + at + 8, 3);
	}
	assert_int_equal(look_up(&b, &cid, found), 0);
	assert_int_equal(vv_multi_index_find(&m, b.data + m.head_len, 11, &cid, found), 0);
	vv_buf_clear(&b);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(every_block_is_found_by_a_part_and_others_are_not),
	cmocka_unit_test(the_first_and_the_last_digest_are_found),
	cmocka_unit_test(a_part_of_a_large_index_is_small),
	cmocka_unit_test(no_more_packs_are_named_than_there_is_room_for),
	cmocka_unit_test(a_head_that_is_cut_or_cannot_be_is_refused),
	cmocka_unit_test(fans_and_entries_that_lie_lead_to_nothing),
};

VV_TEST_SUITE(multi_index)
