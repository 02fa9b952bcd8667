/*
 * Versions made to deceive: every block has its right name, but what it says is not
 * what varve would write. The check (fsck --data, receive) refuses each; restoring
 * refuses each that would give other bytes than the cells say.
 *
 * A forgery is a sound version's root with some bytes replaced, and stored anew.
 */
#include "tests/unit/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "dataset/table/bytes.h"
#include "dataset/table/import.h"
#include "dataset/table/mem_sink.h"
#include "dataset/table/table.h"
#include "dataset/table/verify.h"

#define HEADER "id,name\n"
#define ROWS "1,ab\n2,\"cd\"\n3,ef\n" /* the second row's quotes make it a quirk */

typedef struct fixture {
	vv_mem_sink *mem;
	vv_sink sink;
	vv_cid cid;   /* of the sound version */
	vv_buf root;  /* its bytes, to be changed */
	vv_buf group; /* the bytes of its only group */
	vv_cid group_cid;
} fixture;

static vv_cid import_text(const fixture *f, const char *text)
{
	vv_import_options o = {.hints = VV_SNIFF_HINTS_INIT};
	vv_import_result r;
	vv_source source;
	vv_mem_source storage;
	vv_cid cid;
	vv_error err;

	o.secret = 42;
	o.temp_dir = vv_test_dir();
	vv_source_mem(&source, &storage, text, strlen(text), "t.csv");
	vv_assert_ok(vv_import(&r, &source, &f->sink, &o, &err), &err);
	cid = r.cid;
	vv_import_result_clear(&r);
	return cid;
}

static void get(const fixture *f, const vv_cid *cid, vv_buf *out)
{
	vv_error err;

	vv_assert_ok(f->sink.get(f->sink.payload, cid, out, &err), &err);
}

static vv_cid put(const fixture *f, uint8_t codec, const vv_buf *bytes)
{
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_cid_of(&cid, codec, bytes->data, bytes->len, &err), &err);
	vv_assert_ok(f->sink.put(f->sink.payload, &cid, bytes->data, bytes->len, NULL, &err), &err);
	return cid;
}

static vv_cid group_of(const fixture *f, const vv_cid *root)
{
	vv_table t;
	vv_table_reader *r;
	vv_batch b = {0};
	vv_cid cid;
	vv_error err;

	vv_assert_ok(vv_table_open(&t, &f->sink, root, &err), &err);
	vv_assert_ok(vv_table_reader_open(&r, &t, NULL, 0, false, &err), &err);
	assert_int_equal(vv_table_read(r, &b, &err), 1);
	cid = b.cid;
	vv_table_reader_close(r);
	vv_batch_clear(&b);
	vv_table_close(&t);
	return cid;
}

static int setup(void **state)
{
	fixture *f = calloc(1, sizeof *f);
	vv_error err;

	assert_non_null(f);
	vv_assert_ok(vv_mem_sink_new(&f->mem, NULL, NULL, &err), &err);
	vv_mem_sink_use(&f->sink, f->mem);
	f->cid = import_text(f, HEADER ROWS);
	get(f, &f->cid, &f->root);
	f->group_cid = group_of(f, &f->cid);
	get(f, &f->group_cid, &f->group);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	fixture *f = *state;

	vv_buf_clear(&f->root);
	vv_buf_clear(&f->group);
	vv_mem_sink_free(f->mem);
	free(f);
	return 0;
}

/* Where in b the bytes are, which have to be there once and only once. */
static size_t find(const vv_buf *b, const void *bytes, size_t len)
{
	size_t i, found = SIZE_MAX;

	for (i = 0; i + len <= b->len; i++) {
		if (memcmp(b->data + i, bytes, len) == 0) {
			assert_true(found == SIZE_MAX);
			found = i;
		}
	}
	assert_true(found != SIZE_MAX);
	return found;
}

static void replace(vv_buf *b, const void *from, size_t from_len, const void *to, size_t to_len)
{
	size_t at = find(b, from, from_len);
	vv_buf made = VV_BUF_INIT;

	vv_buf_put(&made, b->data, at);
	vv_buf_put(&made, to, to_len);
	vv_buf_put(&made, b->data + at + from_len, b->len - at - from_len);
	assert_false(made.failed);
	vv_buf_clear(b);
	*b = made;
}

/* The root's hash of a table of one group with these raw bytes. */
static void hash_of(uint8_t out[16], const char *rows)
{
	uint8_t le[8];
	vv_hash128 h;

	vv_put_le64(le, vv_xxh3(rows, strlen(rows), 0));
	h = vv_xxh3_128(le, sizeof le, 0);
	vv_put_le64(out, h.lo);
	vv_put_le64(out + 8, h.hi);
}

static void forge_hash(fixture *f, const char *rows)
{
	uint8_t was[16], is[16];

	hash_of(was, ROWS);
	hash_of(is, rows);
	replace(&f->root, was, sizeof was, is, sizeof is);
}

static vv_status gather(void *payload, const void *bytes, size_t len, vv_error *err)
{
	vv_buf_put(payload, bytes, len);
	return vv_buf_ok(payload, err);
}

static vv_status check_next(vv_table_checks *checks, const fixture *f, const vv_cid *cid,
			    vv_error *err)
{
	vv_table t;
	vv_status rc = vv_table_open(&t, &f->sink, cid, err);

	if (rc == VV_OK) {
		rc = checks ? vv_table_checks_next(checks, &t, NULL, NULL, err)
			    : vv_table_check(&t, NULL, NULL, err);
		vv_table_close(&t);
	}
	return rc;
}

/* The answer must be the same after the sound version. */
static vv_status check(const fixture *f, const vv_cid *cid, vv_error *err)
{
	vv_table_checks *checks = vv_table_checks_new();
	vv_status rc = check_next(NULL, f, cid, err), again;
	vv_error ignored;

	assert_non_null(checks);
	vv_assert_ok(check_next(checks, f, &f->cid, &ignored), &ignored);
	again = check_next(checks, f, cid, &ignored);
	assert_int_equal(again, rc);
	vv_table_checks_free(checks);
	return rc;
}

static vv_status restore(const fixture *f, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	vv_table t;
	vv_status rc = vv_table_open(&t, &f->sink, cid, err);

	if (rc == VV_OK) {
		rc = vv_table_bytes(&t, gather, out, NULL, NULL, err);
		vv_table_close(&t);
	}
	return rc;
}

/* The root as changed is refused by the check, and gives nothing but the sound bytes. */
static void is_refused(fixture *f, bool may_restore)
{
	vv_cid cid = put(f, VV_CODEC_DAG_CBOR, &f->root);
	vv_buf out = VV_BUF_INIT;
	vv_error err;
	vv_status rc;

	assert_false(vv_cid_equal(&cid, &f->cid));
	vv_assert_status(check(f, &cid, &err), VV_ECORRUPT, &err);
	assert_true(strlen(err.message) > 10);
	vv_error_clear(&err);
	rc = restore(f, &cid, &out, &err);
	if (rc == VV_OK) {
		assert_true(may_restore);
		assert_int_equal(out.len, strlen(HEADER ROWS));
		assert_memory_equal(out.data, HEADER ROWS, out.len);
	} else {
		vv_assert_status(rc, VV_ECORRUPT, &err);
	}
	vv_buf_clear(&out);
}

static void link_group(fixture *f, uint8_t codec, const vv_cid *to)
{
	uint8_t was[VV_CID_BYTES], is[VV_CID_BYTES];
	vv_cid cid = *to;

	vv_cid_write(was, &f->group_cid);
	cid.codec = codec;
	vv_cid_write(is, &cid);
	replace(&f->root, was, sizeof was, is, sizeof is);
}

/* ---- the tests ---- */

static void the_sound_version_is_accepted(void **state)
{
	fixture *f = *state;
	uint8_t hash[16];
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	vv_assert_ok(check(f, &f->cid, &err), &err);
	vv_assert_ok(restore(f, &f->cid, &out, &err), &err);
	assert_int_equal(out.len, strlen(HEADER ROWS));
	vv_buf_clear(&out);
	hash_of(hash, ROWS);
	(void)find(&f->root, hash, sizeof hash);
	(void)find(&f->root, "2,\"cd\"\n", 7);
}

static void cells_of_another_table_are_refused(void **state)
{
	fixture *f = *state;
	vv_cid other = import_text(f, HEADER "1,xx\n2,\"cd\"\n3,ef\n");
	vv_cid group = group_of(f, &other);

	assert_false(vv_cid_equal(&group, &f->group_cid));
	link_group(f, VV_CODEC_RAW, &group);
	is_refused(f, false);
}

static void a_raw_line_that_says_other_cells_is_refused(void **state)
{
	fixture *f = *state;

	replace(&f->root, "2,\"cd\"\n", 7, "2,\"cx\"\n", 7);
	forge_hash(f, "1,ab\n2,\"cx\"\n3,ef\n");
	is_refused(f, false);
}

static void a_raw_line_that_is_two_rows_is_refused(void **state)
{
	fixture *f = *state;

	replace(&f->root, "2,\"cd\"\n", 7, "2,cd\n9\n", 7);
	forge_hash(f, "1,ab\n2,cd\n9\n3,ef\n");
	is_refused(f, false);
}

static void a_raw_line_that_swallows_the_next_row_is_refused(void **state)
{
	fixture *f = *state;

	replace(&f->root, "2,\"cd\"\n", 7, "2,\"cd\n1", 7);
	forge_hash(f, "1,ab\n2,\"cd\n13,ef\n");
	is_refused(f, false);
}

static void a_wrong_hash_is_refused(void **state)
{
	fixture *f = *state;

	forge_hash(f, "1,ab\n2,cd\n3,ef\n");
	is_refused(f, false);
}

/* "ab", "cd", "ef" is text of one length: form 0, length 2. Form 2 gives each its own. */
static void a_group_written_another_way_is_refused(void **state)
{
	fixture *f = *state;
	vv_buf group = VV_BUF_INIT;
	vv_cid cid;
	size_t at;

	vv_buf_put(&group, f->group.data, f->group.len);
	replace(&group,
		"\x02\x00\x02"
		"abcdef",
		9,
		"\x02\x02\x02\x02\x02"
		"abcdef",
		11);
	/* The column's length stands before the encodings: magic, rows, columns, lengths. */
	at = 4 + 1 + 1 + 1;
	assert_int_equal(group.data[at], 9);
	group.data[at] = 11;
	cid = put(f, VV_CODEC_RAW, &group);
	vv_buf_clear(&group);
	link_group(f, VV_CODEC_RAW, &cid);
	is_refused(f, true);
}

static void a_group_with_a_tail_is_refused(void **state)
{
	fixture *f = *state;
	vv_cid cid;

	vv_buf_putc(&f->group, '\0');
	cid = put(f, VV_CODEC_RAW, &f->group);
	link_group(f, VV_CODEC_RAW, &cid);
	is_refused(f, true);
}

static void a_chunk_in_a_group_s_place_is_refused(void **state)
{
	fixture *f = *state;
	vv_cid cid;

	f->group.data[2] = 'c'; /* "vvg" -> "vvc" */
	cid = put(f, VV_CODEC_RAW, &f->group);
	link_group(f, VV_CODEC_RAW, &cid);
	is_refused(f, false);
}

static void a_node_in_a_group_s_place_is_refused(void **state)
{
	fixture *f = *state;

	link_group(f, VV_CODEC_DAG_CBOR, &f->cid);
	is_refused(f, false);
}

static void a_root_in_a_longer_spelling_is_refused(void **state)
{
	fixture *f = *state;

	replace(&f->root,
		"\x64"
		"data",
		5,
		"\x78\x04"
		"data",
		6);
	is_refused(f, true);
}

static void a_root_with_a_tail_is_refused(void **state)
{
	fixture *f = *state;

	vv_buf_putc(&f->root, '\0');
	is_refused(f, true);
}

static void a_wrong_number_of_bytes_is_refused(void **state)
{
	fixture *f = *state;

	assert_int_equal(strlen(HEADER ROWS), 0x19);
	replace(&f->root, "bytes\x18\x19", 7, "bytes\x18\x1a", 7);
	is_refused(f, false);
}

static void a_wrong_length_of_a_group_is_refused(void **state)
{
	fixture *f = *state;

	assert_int_equal(strlen(ROWS), 0x11);
	replace(&f->root, "\x82\x11", 2, "\x82\x12", 2);
	is_refused(f, false);
}

static void a_root_cut_anywhere_is_refused(void **state)
{
	fixture *f = *state;
	vv_buf whole = f->root;
	size_t len;

	for (len = 0; len < whole.len; len++) {
		f->root = (vv_buf)VV_BUF_INIT;
		vv_buf_put(&f->root, whole.data, len);
		is_refused(f, false);
		vv_buf_clear(&f->root);
	}
	f->root = whole;
}

/* Whatever byte is changed: the check refuses, or it is a table as varve makes them
 * (another spelling of a column's name in the schema, say), whose bytes come back. */
static void no_changed_byte_restores_what_the_check_refuses(void **state)
{
	fixture *f = *state;
	unsigned bit, accepted = 0, refused = 0;
	size_t at;

	for (at = 0; at < f->root.len; at++) {
		for (bit = 0; bit < 8; bit++) {
			vv_buf out = VV_BUF_INIT;
			vv_error err;
			vv_cid cid;

			if (!vv_test_sampled(8 * at + bit, 3)) {
				continue;
			}
			f->root.data[at] = (char)(f->root.data[at] ^ (1 << bit));
			cid = put(f, VV_CODEC_DAG_CBOR, &f->root);
			if (check(f, &cid, &err) == VV_OK) {
				accepted++;
				vv_assert_ok(restore(f, &cid, &out, &err), &err);
				assert_int_equal(out.len, strlen(HEADER ROWS));
			} else {
				refused++;
				if (restore(f, &cid, &out, &err) == VV_OK) {
					assert_int_equal(out.len, strlen(HEADER ROWS));
					assert_memory_equal(out.data + strlen(HEADER), ROWS,
							    strlen(ROWS));
				}
			}
			vv_buf_clear(&out);
			f->root.data[at] = (char)(f->root.data[at] ^ (1 << bit));
		}
	}
	assert_true(refused > 4 * accepted);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	TEST(the_sound_version_is_accepted),
	TEST(cells_of_another_table_are_refused),
	TEST(a_raw_line_that_says_other_cells_is_refused),
	TEST(a_raw_line_that_is_two_rows_is_refused),
	TEST(a_raw_line_that_swallows_the_next_row_is_refused),
	TEST(a_wrong_hash_is_refused),
	TEST(a_group_written_another_way_is_refused),
	TEST(a_group_with_a_tail_is_refused),
	TEST(a_chunk_in_a_group_s_place_is_refused),
	TEST(a_node_in_a_group_s_place_is_refused),
	TEST(a_root_in_a_longer_spelling_is_refused),
	TEST(a_root_with_a_tail_is_refused),
	TEST(a_wrong_number_of_bytes_is_refused),
	TEST(a_wrong_length_of_a_group_is_refused),
	TEST(a_root_cut_anywhere_is_refused),
	TEST(no_changed_byte_restores_what_the_check_refuses),
};

VV_TEST_SUITE(forged)
