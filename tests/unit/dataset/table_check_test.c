/*
 * What the check of many versions, one after the other, still finds when it reads only
 * once what they have in common.
 */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "dataset/format/mem_sink.h"
#include "dataset/table/import.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_table_checks *checks;
} fixture;

static int setup(void **state)
{
	fixture *f = calloc(1, sizeof(*f));
	vv_error err;
	assert_non_null(f);
	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->checks = vv_table_checks_new();
	assert_non_null(f->checks);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;
	vv_table_checks_free(f->checks);
	vv_mem_sink_free(f->mem);
	free(f);
	return 0;
}

static void import_text(fixture *f, vv_import_result *out, const vv_buf *text,
			const vv_import_result *parent)
{
	vv_import_options o = {
		.hints = VV_SNIFF_HINTS_INIT, .secret = 42, .temp_dir = vv_test_dir()};
	vv_source source;
	vv_mem_source storage;
	vv_error err;
	vv_source_mem(&source, &storage, text->data, text->len, "t.csv");
	o.parent = parent ? &parent->root : NULL;
	o.cache = parent ? parent->cache : NULL;
	vv_assert_ok(vv_import(out, &source, &f->sink, &o, &err), &err);
}

static void put_plain_rows(vv_buf *b, unsigned count, unsigned changed)
{
	vv_buf_puts(b, "id,name,price\n");
	for (unsigned i = 0; i < count; i++) {
		vv_buf_printf(b, "%u,%s %u,%u.%02u\n", i, i == changed ? "changed" : "item",
			      i * 31 % 1009, i * 7 % 900, i * 13 % 100);
	}
}

/* The root of one version with the groups, or the line forms, of another. */
static vv_cid put_mixed(fixture *f, const vv_import_result *from, const vv_buf *data,
			const vv_buf *layout)
{
	vv_root mixed = from->root; /* borrows */
	vv_buf block = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;
	mixed.data = *data;
	mixed.layout = *layout;
	vv_assert_ok(vv_root_encode(&block, &mixed, &err), &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	vv_buf_clear(&block);
	return cid;
}

static vv_status check_next(fixture *f, const vv_cid *cid, vv_error *err)
{
	vv_table t;
	vv_status rc = vv_table_open(&t, &f->sink, cid, err);
	if (rc == VV_OK) {
		rc = vv_table_checks_next(f->checks, &t, NULL, NULL, err);
		vv_table_close(&t);
	}
	return rc;
}

static void a_forged_version_is_found_also_between_sound_ones(void **state)
{
	fixture *f = *state;
	vv_import_result a, b;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_error err;
	vv_cid forged;
	put_plain_rows(&first, 20000, 20000);
	put_plain_rows(&second, 20000, 11111);
	import_text(f, &a, &first, NULL);
	import_text(f, &b, &second, &a);
	assert_true(a.groups > 10 && b.groups_reused > 10);
	for (int round = 0; round < 2; round++) {
		vv_assert_ok(check_next(f, &a.cid, &err), &err);
		vv_assert_ok(check_next(f, &b.cid, &err), &err);
		/* The hash of a, the cells of b; and the other way round. */
		forged = put_mixed(f, &a, &b.root.data, &a.root.layout);
		vv_assert_status(check_next(f, &forged, &err), VV_ECORRUPT, &err);
		forged = put_mixed(f, &b, &a.root.data, &a.root.layout);
		vv_assert_status(check_next(f, &forged, &err), VV_ECORRUPT, &err);
		forged = put_mixed(f, &a, &a.root.data, &b.root.layout);
		vv_assert_status(check_next(f, &forged, &err), VV_ECORRUPT, &err);
	}
	vv_import_result_clear(&b);
	vv_import_result_clear(&a);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_forged_version_is_found_also_between_sound_ones, setup,
					teardown),
};

VV_TEST_SUITE(table_check)
