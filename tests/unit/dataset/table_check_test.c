/*
 * What the check of many versions, one after the other, still finds when it reads only
 * once what they have in common.
 */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "dataset/read/scan_cache.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
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
	put_plain_rows(&first, 45000, 45000);
	put_plain_rows(&second, 45000, 11111);
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

/* Adds the item of a list that has this number; its weight. */
static uint64_t add_item(fixture *f, vv_list_builder *to, vv_list_kind kind, const vv_buf *from,
			 size_t number)
{
	vv_list_reader *r;
	vv_list_item item;
	uint64_t weight;
	vv_error err;

	vv_assert_ok(vv_list_reader_open(&r, kind, &f->sink, from->data, from->len, &err), &err);
	vv_assert_ok(vv_list_seek_index(r, number, &err), &err);
	assert_int_equal(vv_list_next(r, &item, &err), 1);
	weight = item.weight;
	vv_assert_ok(vv_list_builder_add(to, item.bytes, item.len, weight, &err), &err);
	vv_list_reader_close(r);
	return weight;
}

/* A sound root apart from its groups: those of `from` with these numbers. The rows, bytes and hash
 * are those of the groups' bytes one after the other. */
static vv_cid put_groups(fixture *f, const vv_import_result *from, const size_t *numbers,
			 size_t count, const vv_dialect *dialect)
{
	static const vv_list_kind kinds[3] = {VV_LIST_DATA, VV_LIST_LAYOUT, VV_LIST_FACTS};
	const vv_buf *const tops[3] = {&from->root.data, &from->root.layout, &from->root.facts};
	vv_root forged = from->root; /* borrows */
	vv_list_builder *to[3];
	vv_buf made[3] = {{0}};
	vv_xxh3_state *hash = vv_xxh3_new(0);
	vv_error err;
	vv_cid cid;

	assert_non_null(hash);
	forged.rows = 0;
	forged.bytes = from->root.dialect.prologue.len;
	for (size_t k = 0; k < 3; k++) {
		vv_assert_ok(vv_list_builder_new(&to[k], kinds[k], &f->sink, NULL, &err), &err);
	}
	for (size_t i = 0; i < count; i++) {
		uint8_t le[8];

		forged.rows += add_item(f, to[0], kinds[0], tops[0], numbers[i]);
		forged.bytes += add_item(f, to[1], kinds[1], tops[1], numbers[i]);
		add_item(f, to[2], kinds[2], tops[2], numbers[i]);
		vv_put_le64(le, from->cache->entries[numbers[i]].raw_hash);
		vv_xxh3_update(hash, le, sizeof(le));
	}
	for (size_t k = 0; k < 3; k++) {
		vv_assert_ok(vv_list_builder_finish(to[k], &made[k], &err), &err);
		vv_list_builder_free(to[k]);
	}
	forged.hash = vv_xxh3_digest128(hash);
	if (dialect) {
		forged.dialect = *dialect;
	}
	vv_xxh3_free(hash);
	vv_buf block = VV_BUF_INIT;
	forged.data = made[0];
	forged.layout = made[1];
	forged.facts = made[2];
	vv_assert_ok(vv_root_encode(&block, &forged, &err), &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	vv_buf_clear(&block);
	for (size_t k = 0; k < 3; k++) {
		vv_buf_clear(&made[k]);
	}
	return cid;
}

static void groups_are_proved_where_they_stand(void **state)
{
	fixture *f = *state;
	vv_import_result a;
	vv_buf text = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	put_plain_rows(&text, 45000, 45000);
	import_text(f, &a, &text, NULL);
	const size_t last = (size_t)a.groups - 1;
	const size_t other_order[] = {2, 1, 3, last}, end_inside[] = {0, last, 1, last},
		     middle_last[] = {0, 1};
	vv_assert_ok(check_next(f, &a.cid, &err), &err);
	/* Groups begin anew after each cut, so these are what their bytes give. */
	cid = put_groups(f, &a, other_order, 4, NULL);
	vv_assert_ok(check_next(f, &cid, &err), &err);
	cid = put_groups(f, &a, middle_last, 2, NULL);
	vv_assert_ok(check_next(f, &cid, &err), &err);
	/* But nothing was cut where the file ended. */
	cid = put_groups(f, &a, end_inside, 4, NULL);
	vv_assert_status(check_next(f, &cid, &err), VV_ECORRUPT, &err);
	vv_import_result_clear(&a);
	vv_buf_clear(&text);
}

static void a_group_is_proved_in_its_dialect_alone(void **state)
{
	fixture *f = *state;
	const size_t all[] = {0, 1};
	vv_import_result a;
	vv_buf text = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;

	put_plain_rows(&text, 45000, 45000);
	import_text(f, &a, &text, NULL);
	vv_assert_ok(check_next(f, &a.cid, &err), &err);
	vv_dialect d = a.root.dialect; /* borrows */
	cid = put_groups(f, &a, all, 2, &d);
	vv_assert_ok(check_next(f, &cid, &err), &err);
	d.delimiter = ';'; /* the same lengths, and other bytes */
	cid = put_groups(f, &a, all, 2, &d);
	vv_assert_status(check_next(f, &cid, &err), VV_ECORRUPT, &err);
	d = a.root.dialect;
	d.final_newline = false;
	cid = put_groups(f, &a, all, 2, &d);
	vv_assert_status(check_next(f, &cid, &err), VV_ECORRUPT, &err);
	vv_import_result_clear(&a);
	vv_buf_clear(&text);
}

/* Blank lines between groups belong to the group behind them, and a row end may be longer with them. */
static void blank_lines_between_proved_groups_do_no_harm(void **state)
{
	fixture *f = *state;
	vv_import_result a, b;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_error err;

	put_plain_rows(&first, 45000, 45000);
	import_text(f, &a, &first, NULL);
	assert_true(a.groups > 10);
	size_t end = (size_t)(a.root.dialect.prologue.len + a.cache->entries[0].raw_len +
			      a.cache->entries[1].raw_len);
	vv_buf_put(&second, first.data, end);
	vv_buf_puts(&second, "\n\n");
	vv_buf_put(&second, first.data + end, first.len - end);
	import_text(f, &b, &second, NULL);
	vv_assert_ok(check_next(f, &a.cid, &err), &err);
	vv_assert_ok(check_next(f, &b.cid, &err), &err);
	vv_assert_ok(check_next(f, &a.cid, &err), &err);
	vv_import_result_clear(&a);
	vv_import_result_clear(&b);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

typedef struct counted_reads {
	fixture *f;
	size_t leaves;
} counted_reads;

static vv_status count_get(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	counted_reads *c = payload;

	c->leaves += cid->codec == VV_CODEC_RAW;
	return c->f->sink.get(c->f->sink.payload, cid, out, err);
}

static size_t leaves_read(fixture *f, vv_table_checks *checks, const vv_cid *cid)
{
	counted_reads c = {f, 0};
	const vv_sink source = {.get = count_get, .payload = &c};
	vv_table t;
	vv_error err;

	vv_assert_ok(vv_table_open(&t, &source, cid, &err), &err);
	vv_assert_ok(vv_table_checks_next(checks, &t, NULL, NULL, &err), &err);
	vv_table_close(&t);
	return c.leaves;
}

static void what_was_proved_is_not_read_again(void **state)
{
	fixture *f = *state;
	vv_import_result a, b;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_table_checks *later;
	const char *file = vv_test_path("pairs");
	vv_error err;

	put_plain_rows(&first, 45000, 45000);
	put_plain_rows(&second, 45000, 11111);
	import_text(f, &a, &first, NULL);
	import_text(f, &b, &second, &a);
	vv_assert_ok(vv_table_checks_load(f->checks, file, 42, &err), &err);
	assert_int_equal(leaves_read(f, f->checks, &a.cid), a.groups);
	assert_int_equal(leaves_read(f, f->checks, &a.cid), 0);
	assert_int_equal(leaves_read(f, f->checks, &b.cid), b.groups_new);
	vv_assert_ok(vv_table_checks_save(f->checks, &err), &err);
	for (uint64_t secret = 42; secret < 44; secret++) {
		later = vv_table_checks_new();
		assert_non_null(later);
		vv_assert_ok(vv_table_checks_load(later, file, secret, &err), &err);
		assert_int_equal(leaves_read(f, later, &b.cid), secret == 42 ? 0 : b.groups);
		vv_table_checks_free(later);
	}
	vv_import_result_clear(&a);
	vv_import_result_clear(&b);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

static void what_was_proved_is_kept_before_the_run_ends(void **state)
{
	fixture *f = *state;
	vv_import_result a, b;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_table_checks *killed = vv_table_checks_new(), *later = vv_table_checks_new();
	const char *file = vv_test_path("kept-pairs");
	vv_error err;

	put_plain_rows(&first, 340000, 340000);
	put_plain_rows(&second, 340000, 11111);
	import_text(f, &a, &first, NULL);
	import_text(f, &b, &second, &a);
	assert_true(a.groups > 100);
	assert_true(killed && later);
	vv_assert_ok(vv_table_checks_load(killed, file, 42, &err), &err);
	assert_int_equal(leaves_read(f, killed, &a.cid), a.groups);
	/* It never gets to its end, nor to vv_table_checks_save. */
	vv_assert_ok(vv_table_checks_load(later, file, 42, &err), &err);
	assert_int_equal(leaves_read(f, later, &a.cid), 0);
	assert_int_equal(leaves_read(f, later, &b.cid), b.groups_new);
	vv_table_checks_free(killed);
	vv_table_checks_free(later);
	vv_import_result_clear(&a);
	vv_import_result_clear(&b);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

/* The root of a version with the facts of another. */
static vv_cid put_lie(fixture *f, const vv_import_result *from, const vv_buf *facts)
{
	vv_root lie = from->root; /* borrows */
	vv_buf block = VV_BUF_INIT;
	vv_error err;
	vv_cid cid;
	lie.facts = *facts;
	vv_assert_ok(vv_root_encode(&block, &lie, &err), &err);
	vv_assert_ok(vv_cid_of(&cid, VV_CODEC_DAG_CBOR, block.data, block.len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, block.data, block.len, NULL, &err), &err);
	vv_buf_clear(&block);
	return cid;
}

static void facts_that_the_rows_do_not_give_are_found(void **state)
{
	fixture *f = *state;
	vv_import_result a, b;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_error err;
	vv_cid lie;
	put_plain_rows(&first, 45000, 45000);
	put_plain_rows(&second, 45000, 11111);
	import_text(f, &a, &first, NULL);
	import_text(f, &b, &second, NULL);
	for (int round = 0; round < 2; round++) {
		vv_assert_ok(check_next(f, &a.cid, &err), &err);
		vv_assert_ok(check_next(f, &b.cid, &err), &err);
		lie = put_lie(f, &a, &b.root.facts);
		vv_assert_status(check_next(f, &lie, &err), VV_ECORRUPT, &err);
		vv_assert_contains(err.message, "facts");
		lie = put_lie(f, &b, &a.root.facts);
		vv_assert_status(check_next(f, &lie, &err), VV_ECORRUPT, &err);
		vv_assert_contains(err.message, "facts");
	}
	vv_import_result_clear(&a);
	vv_import_result_clear(&b);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

static void facts_are_taken_over_with_their_groups(void **state)
{
	fixture *f = *state;
	vv_import_result plain, next, fresh;
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_error err;
	put_plain_rows(&first, 45000, 45000);
	put_plain_rows(&second, 45000, 11111);
	import_text(f, &plain, &first, NULL);
	import_text(f, &next, &second, &plain);
	assert_true(next.groups_reused > 10);
	plain.cache = (vv_scan_cache_free(plain.cache), NULL);
	import_text(f, &fresh, &second, &plain);
	assert_int_equal(fresh.groups_reused, 0);
	assert_true(vv_cid_equal(&next.cid, &fresh.cid));
	vv_assert_ok(check_next(f, &next.cid, &err), &err);
	vv_import_result_clear(&plain);
	vv_import_result_clear(&next);
	vv_import_result_clear(&fresh);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(groups_are_proved_where_they_stand, setup, teardown),
	cmocka_unit_test_setup_teardown(a_group_is_proved_in_its_dialect_alone, setup, teardown),
	cmocka_unit_test_setup_teardown(blank_lines_between_proved_groups_do_no_harm, setup,
					teardown),
	cmocka_unit_test_setup_teardown(facts_that_the_rows_do_not_give_are_found, setup, teardown),
	cmocka_unit_test_setup_teardown(facts_are_taken_over_with_their_groups, setup, teardown),
	cmocka_unit_test_setup_teardown(what_was_proved_is_not_read_again, setup, teardown),
	cmocka_unit_test_setup_teardown(what_was_proved_is_kept_before_the_run_ends, setup,
					teardown),
	cmocka_unit_test_setup_teardown(a_forged_version_is_found_also_between_sound_ones, setup,
					teardown),
};

VV_TEST_SUITE(table_check)
