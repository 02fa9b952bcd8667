/*
 * Rows written back as Arrow: a version that is read and written is the same one, and a stream is released whatever happens.
 */
#include "tests/unit/public/fixture.h"

#include <stdio.h>
#include <string.h>

#include "varve/arrow.h"

static varve_txn *begin(varve_repo *repo)
{
	varve_txn *txn;
	varve_error e;

	works(varve_txn_open(&txn, repo, NULL, &e), &e);
	return txn;
}

static int put_back(varve_arrow_changes *n, varve_txn *txn, varve_table *t, const char *path,
		    const varve_put_arrow_options *o, varve_error *e)
{
	varve_arrow_options reading = VARVE_INIT(varve_arrow_options);
	struct ArrowArrayStream stream;
	int rc;

	reading.misfit = VARVE_MISFIT_NULL;
	works(varve_table_arrow(&stream, NULL, t, &reading, e), e);
	rc = varve_txn_put_arrow(n, txn, path, &stream, o, e);
	assert_null(stream.release);
	return rc;
}

static void what_was_read_is_written_as_it_was(void **state)
{
	static const char *const files[] = {"t.csv", "t.tsv", "t.ndjson", "t.json"};
	static const int formats[] = {VARVE_FORMAT_CSV, VARVE_FORMAT_TSV, VARVE_FORMAT_NDJSON,
				      VARVE_FORMAT_JSON};
	vv_prng r;
	varve_repo *repo = begin_repo();

	(void)state;
	vv_prng_init(&r, 5);
	known_describe(files, 4);
	for (size_t i = 0; i < 4; i++) {
		known k = known_random(&r, 3000, formats[i]);
		varve_arrow_changes n;
		const varve_txn_result *result;
		varve_table *t;
		varve_txn *txn;
		varve_error e;

		known_write(&k, files[i]);
		varve("add --as table %s", files[i]);
		varve("commit -qm %s", files[i]);
		t = table_of(repo, files[i]);
		txn = begin(repo);
		works(put_back(&n, txn, t, files[i], NULL, &e), &e);
		assert_int_equal(n.added + n.removed + n.changed + n.cells, 0);
		assert_int_equal(varve_txn_next(txn, &result, &e), 1);
		assert_int_equal(result->state, ' ');
		varve_txn_free(txn);
		varve_table_free(t);
		known_free(&k);
	}
	varve_repo_free(repo);
}

static void put_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	assert_int_equal(fclose(f), 0);
}

static void rows_that_are_appended_stand_above_the_lines_below_a_table(void **state)
{
	varve_put_arrow_options o = VARVE_INIT(varve_put_arrow_options);
	varve_repo *repo = begin_repo();
	char id[VARVE_ID_SIZE];

	(void)state;
	put_text("t.csv", "# a\nid,v\n1,a\n2,b\n\nSource: x\n");
	put_text("u.csv", "id,v\n3,c\n");
	varve("add t.csv u.csv");
	varve("commit -qm one");
	o.mode = VARVE_ARROW_APPEND;
	varve_arrow_changes n;
	varve_table *t = table_of(repo, "u.csv");
	varve_txn *txn = begin(repo);
	varve_error e;
	works(put_back(&n, txn, t, "t.csv", &o, &e), &e);
	assert_int_equal(n.added, 1);
	works(varve_txn_commit(id, txn, "two", NULL, &e), &e);
	varve_txn_free(txn);
	varve_table_free(t);
	vv_buf got = VV_BUF_INIT;
	varve_version *v = version_of(repo, "HEAD:t.csv");
	works(varve_version_write(v, 0, UINT64_MAX, gather, &got, NULL, &e), &e);
	assert_string_equal(vv_buf_cstr(&got), "# a\nid,v\n1,a\n2,b\n3,c\n\nSource: x\n");
	varve_version_free(v);
	vv_buf_clear(&got);
	varve_repo_free(repo);
}

static void a_stream_is_released_by_a_call_that_fails(void **state)
{
	varve_put_arrow_options o = VARVE_INIT(varve_put_arrow_options);
	varve_repo *repo = begin_repo();
	known k;
	vv_prng r;
	varve_table *t;
	varve_txn *txn;
	varve_error e;

	(void)state;
	vv_prng_init(&r, 5);
	k = known_random(&r, 10, VARVE_FORMAT_CSV);
	known_write(&k, "t.csv");
	varve("add t.csv");
	varve("commit -qm one");
	t = table_of(repo, "t.csv");
	txn = begin(repo);
	fails_as(put_back(NULL, txn, t, "new.txt", NULL, &e), VARVE_EUSAGE, &e);
	o.mode = 77;
	fails_as(put_back(NULL, txn, t, "t.csv", &o, &e), VARVE_ENOSUPPORT, &e);
	o.mode = 0;
	o.expect = "nosuch";
	fails_as(put_back(NULL, txn, t, "t.csv", &o, &e), VARVE_ENOTFOUND, &e);
	works(put_back(NULL, txn, t, "new.csv", NULL, &e), &e);
	varve_txn_free(txn);
	varve_table_free(t);
	known_free(&k);
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_was_read_is_written_as_it_was),
	cmocka_unit_test(rows_that_are_appended_stand_above_the_lines_below_a_table),
	cmocka_unit_test(a_stream_is_released_by_a_call_that_fails),
};
VV_TEST_SUITE(put_arrow)
