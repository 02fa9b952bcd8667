/* Tests of dataset/table/mem_sink.h: blocks that pass through one command. */
#include "tests/unit/support.h"

#include <errno.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/table/mem_sink.h"

#define BLOCK (512u << 10)
#define BLOCKS 130u /* 65 MB: more than is kept in memory */

static void fill(char *block, unsigned n)
{
	memset(block, (int)('a' + n % 26), BLOCK);
	memcpy(block, &n, sizeof(n));
}

static void blocks_come_back_from_memory_and_from_the_file(void **state)
{
	vv_mem_sink *m;
	vv_sink sink;
	vv_error err;
	vv_cid *cids = vv_calloc(BLOCKS, sizeof(vv_cid));
	vv_buf got = VV_BUF_INIT;
	char *block = vv_malloc(BLOCK);
	unsigned i;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&m, NULL, vv_test_dir(), &err), &err);
	vv_mem_sink_use(&sink, m);
	for (i = 0; i < BLOCKS; i++) {
		fill(block, i);
		vv_assert_ok(vv_cid_of(&cids[i], VV_CODEC_RAW, block, BLOCK, &err), &err);
		vv_assert_ok(sink.put(sink.payload, &cids[i], block, BLOCK, NULL, &err), &err);
		vv_assert_ok(sink.put(sink.payload, &cids[i], block, BLOCK, NULL, &err), &err);
	}
	for (i = BLOCKS; i-- > 0;) {
		fill(block, i);
		vv_assert_ok(sink.get(sink.payload, &cids[i], &got, &err), &err);
		assert_int_equal(got.len, BLOCK);
		assert_memory_equal(got.data, block, BLOCK);
	}
	/* The file has no name any more. */
	assert_int_equal(vv_test_count_entries(vv_test_dir()), 0);
	vv_mem_sink_free(m);
	vv_buf_clear(&got);
	vv_free(block);
	vv_free(cids);
}

static void a_block_that_was_not_put_is_missing(void **state)
{
	vv_mem_sink *m;
	vv_sink sink;
	vv_error err;
	vv_cid cid;
	vv_buf got = VV_BUF_INIT;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&m, NULL, NULL, &err), &err);
	vv_mem_sink_use(&sink, m);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, "x", 1, &err), &err);
	vv_assert_status(sink.get(sink.payload, &cid, &got, &err), VV_EMISSING, &err);
	vv_mem_sink_free(m);
	vv_buf_clear(&got);
}

static vv_status put_many(void *payload, vv_error *err)
{
	vv_mem_sink *m = NULL;
	vv_buf got = VV_BUF_INIT;
	vv_sink sink;
	vv_cid cid;
	vv_status rc;
	unsigned i;

	(void)payload;
	if ((rc = vv_mem_sink_new(&m, NULL, vv_test_dir(), err)) < 0) return rc;
	vv_mem_sink_use(&sink, m);
	for (i = 0; rc == VV_OK && i < 600; i++) {
		if ((rc = vv_cid_of(&cid, VV_CODEC_RAW, &i, sizeof(i), err)) == VV_OK &&
		    (rc = sink.put(sink.payload, &cid, &i, sizeof(i), NULL, err)) == VV_OK) {
			rc = sink.get(sink.payload, &cid, &got, err);
		}
	}
	vv_mem_sink_free(m);
	vv_buf_clear(&got);
	return rc;
}

static void every_failing_allocation_is_reported(void **state)
{
	(void)state;
	vv_fault_each(VV_FAULT_ALLOC, ENOMEM, put_many, NULL, NULL);
}

static void a_full_disk_is_reported(void **state)
{
	vv_mem_sink *m;
	vv_sink sink;
	vv_error err;
	vv_cid cid;
	char *block = vv_malloc(BLOCK);
	vv_status rc = VV_OK;
	unsigned i;

	(void)state;
	vv_assert_ok(vv_mem_sink_new(&m, NULL, vv_test_dir(), &err), &err);
	vv_mem_sink_use(&sink, m);
	vv_fault_set_lasting(VV_FAULT_WRITE, 1, ENOSPC);
	for (i = 0; rc == VV_OK && i < BLOCKS; i++) {
		fill(block, i);
		vv_assert_ok(vv_cid_of(&cid, VV_CODEC_RAW, block, BLOCK, &err), &err);
		rc = sink.put(sink.payload, &cid, block, BLOCK, NULL, &err);
	}
	assert_true(vv_fault_clear());
	vv_assert_status(rc, VV_EIO, &err);
	vv_mem_sink_free(m);
	vv_free(block);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(blocks_come_back_from_memory_and_from_the_file),
	cmocka_unit_test(a_block_that_was_not_put_is_missing),
	cmocka_unit_test(every_failing_allocation_is_reported),
	cmocka_unit_test(a_full_disk_is_reported),
};

VV_TEST_SUITE(mem_sink)
