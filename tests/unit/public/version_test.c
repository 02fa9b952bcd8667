/*
 * Versions: any part of their bytes, and what words mean; option structs of every size.
 */
#include "tests/unit/public/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"

/* A table, a big file, and plain text; stored, staged and in the work tree. */
static varve_repo *begin(vv_prng *r)
{
	const char *const paths[] = {"t.csv", "t.ndjson"};
	varve_repo *repo = begin_repo();
	char *bytes = vv_malloc(300000);

	assert_non_null(bytes);
	known_describe(paths, 2);
	for (size_t i = 0; i < 2; i++) {
		known k = known_random(r, 4000, i ? VARVE_FORMAT_NDJSON : VARVE_FORMAT_CSV);

		known_write(&k, paths[i]);
		known_free(&k);
	}
	vv_prng_bytes(r, bytes, 300000);
	vv_test_write("big.bin", bytes, 300000);
	vv_test_write_text("plain.txt", "a few words\n");
	vv_free(bytes);
	varve("add t.csv t.ndjson plain.txt datapackage.json");
	varve("add --as file big.bin");
	varve("commit -q -m one");
	return repo;
}

static void any_part_of_a_version_is_that_part_of_the_file(void **state)
{
	static const char *const names[] = {"t.csv", "t.ndjson", "big.bin", "plain.txt"};
	static const char *const words[] = {"HEAD:", ":", ""};
	varve_repo *repo;
	varve_error e;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 21);
	repo = begin(&r);
	for (size_t i = 0; i < 12; i++) {
		char word[32];
		size_t len;
		const char *file = vv_test_read(names[i % 4], &len);
		varve_version *v;

		(void)snprintf(word, sizeof(word), "%s%s", words[i / 4], names[i % 4]);
		v = version_of(repo, word);
		assert_int_equal(varve_version_info(v)->bytes, len);
		for (unsigned turn = 0; turn < 30; turn++) {
			vv_buf b = VV_BUF_INIT;
			uint64_t from = turn == 0   ? 0
					: turn == 1 ? len
					: turn == 2 ? UINT64_MAX
						    : vv_prng_below(&r, len + 10);
			uint64_t count = turn % 3 == 0 ? UINT64_MAX : vv_prng_below(&r, len + 10);
			size_t expected = from >= len ? 0 : len - (size_t)from;

			expected = count < expected ? (size_t)count : expected;
			works(varve_version_write(v, from, count, gather, &b, NULL, &e), &e);
			if (b.len != expected) {
				fail_msg("%s from %llu, %llu: %zu bytes", word,
					 (unsigned long long)from, (unsigned long long)count,
					 b.len);
			}
			assert_true(expected == 0 || memcmp(b.data, file + from, expected) == 0);
			vv_buf_clear(&b);
		}
		varve_version_free(v);
	}
	varve_repo_free(repo);
}

/* A reader of documents that finds the table Prices in each. */
static void a_table_of_a_stored_document_is_its_rows(void **state)
{
	static const char prices[] = "id,price\n1,4.5\n2,20\n";
	static const char *const words[] = {"HEAD:b.toy#Prices", ":b.toy#Prices", "b.toy#Prices"};
	varve_repo_options how = VARVE_INIT(varve_repo_options);
	varve_repo *repo;
	varve_txn *txn;
	varve_error e;

	(void)state;
	varve_repo_free(begin_repo());
	sh("printf '#!/bin/sh\\ncase $1 in\\nlist) echo '\\''{\"name\":\"Prices\"}'\\'' ;;\\n"
	   "read) printf \"id,price\\\\n1,4.5\\\\n2,20\\\\n\" ;;\\nesac\\n' > ../toy && chmod +x ../toy && "
	   "git config --global varve.reader.toy.command \"$PWD/../toy\"");
	vv_test_write_text("b.toy", "the bytes of a document, which are longer than its table\n");
	varve("add --as file b.toy");
	varve("commit -q -m one");
	how.flags = VARVE_OPEN_ENVIRON;
	works(varve_repo_open(&repo, ".", &how, &e), &e);
	for (size_t i = 0; i < 3; i++) {
		varve_version *v = version_of(repo, words[i]);

		assert_true(varve_version_info(v)->table);
		for (size_t from = 0; from < sizeof(prices) + 2; from += 3) {
			const size_t len = sizeof(prices) - 1;
			vv_buf b = VV_BUF_INIT;

			works(varve_version_write(v, from, 7, gather, &b, NULL, &e), &e);
			assert_int_equal(b.len, from >= len ? 0 : len - from < 7 ? len - from : 7);
			assert_true(b.len == 0 || memcmp(b.data, prices + from, b.len) == 0);
			vv_buf_clear(&b);
		}
		works(varve_txn_open(&txn, repo, NULL, &e), &e);
		fails_as(varve_txn_put_version(txn, "copy.csv", v, 0, &e), VARVE_EUSAGE, &e);
		varve_txn_free(txn);
		varve_version_free(v);
	}
	varve_repo_free(repo);
}

static void a_table_of_a_document_outside_of_repositories_has_no_path(void **state)
{
	varve_version *v;
	varve_error e;

	(void)state;
	git_home();
	vv_test_write_text("b.toy", "a document\n");
	works(varve_version_file(&v, NULL, "b.toy#Prices", &e), &e);
	assert_string_equal(varve_version_info(v)->path, "");
	assert_true(varve_version_info(v)->table);
	varve_version_free(v);
}

static void a_file_outside_of_repositories_is_a_table_by_its_name(void **state)
{
	varve_version *v;
	varve_error e;

	(void)state;
	git_home();
	vv_test_write_text("t.csv", "id\n1\n");
	vv_test_write_text("t.txt", "id\n1\n");
	works(varve_version_file(&v, NULL, "t.csv", &e), &e);
	assert_true(varve_version_info(v)->table);
	assert_int_equal(varve_version_info(v)->bytes, 5);
	varve_version_free(v);
	works(varve_version_file(&v, NULL, "t.txt", &e), &e);
	assert_false(varve_version_info(v)->table);
	varve_version_free(v);
}

static void the_length_of_a_link_is_that_of_its_file(void **state)
{
	varve_repo *repo = begin_repo();
	varve_version *v;
	varve_error e;
	vv_buf b = VV_BUF_INIT;

	(void)state;
	vv_test_write_text("a table with a long name.csv", "id\n1\n");
	sh("ln -s 'a table with a long name.csv' link.csv");
	v = version_of(repo, "link.csv");
	works(varve_version_write(v, 0, UINT64_MAX, gather, &b, NULL, &e), &e);
	assert_int_equal(varve_version_info(v)->bytes, b.len);
	vv_buf_clear(&b);
	varve_version_free(v);
	varve_repo_free(repo);
}

static void folders_and_submodules_are_no_versions(void **state)
{
	static const char *const words[] = {
		"HEAD:folder", ":folder",    "folder", "HEAD:folder/sub",
		":folder/sub", "folder/sub", ":",      "HEAD:"};
	varve_repo *repo = begin_repo();
	varve_version *v;
	varve_error e;

	(void)state;
	sh("mkdir -p folder/sub && echo text > folder/plain.txt && git init -q folder/sub && "
	   "git -C folder/sub commit -q --allow-empty -m sub && "
	   "git -c advice.addEmbeddedRepo=false add folder && git commit -q -m one");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		fails_as(varve_version_find(&v, repo, words[i], &e), VARVE_EUSAGE, &e);
	}
	fails_as(varve_version_find(&v, repo, ":fold", &e), VARVE_ENOTFOUND, &e);
	varve_repo_free(repo);
}

static int expect_total(void *payload, const varve_progress *p)
{
	assert_int_equal(p->total, *(const uint64_t *)payload);
	assert_true(p->done <= p->total);
	return 0;
}

static void the_progress_of_a_part_ends_with_the_file(void **state)
{
	varve_watch watch = VARVE_INIT(varve_watch);
	uint64_t total = 300000 - 1000;
	varve_repo *repo;
	varve_version *v;
	vv_buf b = VV_BUF_INIT;
	varve_error e;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 24);
	repo = begin(&r);
	watch.progress = expect_total;
	watch.payload = &total;
	v = version_of(repo, "HEAD:big.bin");
	works(varve_version_write(v, 1000, UINT64_MAX, gather, &b, &watch, &e), &e);
	assert_int_equal(b.len, total);
	vv_buf_clear(&b);
	varve_version_free(v);
	varve_repo_free(repo);
}

static void no_repository_is_made_in_place_of_a_file(void **state)
{
	varve_repo_options bare = VARVE_INIT(varve_repo_options);
	varve_repo *repo;
	varve_error e;

	(void)state;
	git_home();
	bare.flags = VARVE_INIT_BARE;
	vv_test_write_text("file", "text\n");
	fails_as(varve_repo_init(&repo, "file", NULL, NULL, &e), VARVE_EEXISTS, &e);
	assert_null(repo);
	fails_as(varve_repo_init(&repo, "file", &bare, NULL, &e), VARVE_EEXISTS, &e);
	assert_string_equal(vv_test_read("file", NULL), "text\n");
}

/* `options` of `known` bytes: cut after each multiple of four, size 0, and longer by zeros and by others. */
static void tries_sizes(int (*call)(void *payload, const void *options, varve_error *e),
			void *payload, size_t size_now)
{
	varve_error e;

	for (size_t size = 0; size <= size_now + 16; size += 4) {
		char *options = vv_calloc(1, size_now + 16);
		int wanted = size < sizeof(size_t) ? VARVE_EUSAGE : 0;

		assert_non_null(options);
		memcpy(options, &size, sizeof(size));
		if (size >= sizeof(size_t) && size < size_now) {
			memset(options + size, 0x55, size_now + 16 - size); /* none of it is read */
		}
		fails_as(call(payload, options, &e), wanted, &e);
		if (size > size_now) {
			options[size - 1] = 1;
			fails_as(call(payload, options, &e), VARVE_ENOSUPPORT, &e);
		}
		vv_free(options);
	}
}

/* A flag that nobody knows is refused. */
static void tries_flags(int (*call)(void *payload, const void *options, varve_error *e),
			void *payload, size_t size_now, size_t offset)
{
	char *options = vv_calloc(1, size_now);
	const uint32_t flag = 1u << 31;
	varve_error e;

	assert_non_null(options);
	memcpy(options, &size_now, sizeof(size_now));
	memcpy(options + offset, &flag, sizeof(flag));
	fails_as(call(payload, options, &e), VARVE_ENOSUPPORT, &e);
	vv_free(options);
}

typedef struct given {
	varve_repo *repo;
	varve_version *version;
	varve_table *table;
} given;

#define CALL(name, handle, open, close)                                                            \
	static int name(void *payload, const void *options, varve_error *e)                        \
	{                                                                                          \
		const given *g = payload;                                                          \
		handle *h;                                                                         \
		int rc = open;                                                                     \
		(void)g;                                                                           \
		assert_int_equal(rc < 0, h == NULL);                                               \
		close(h);                                                                          \
		return rc;                                                                         \
	}

static const varve_text ten = {"10", 2};

CALL(call_repo, varve_repo, varve_repo_open(&h, ".", options, e), varve_repo_free)
CALL(call_versions, varve_versions, varve_versions_open(&h, g->repo, options, e),
     varve_versions_free)
CALL(call_table, varve_table, varve_table_open(&h, g->version, options, e), varve_table_free)
CALL(call_rows, varve_rows, varve_rows_open(&h, g->table, options, e), varve_rows_free)
CALL(call_diff, varve_diff, varve_diff_open(&h, g->table, g->table, options, e), varve_diff_free)
CALL(call_changes, varve_changes, varve_changes_open(&h, g->repo, options, e), varve_changes_free)
CALL(call_log, varve_log, varve_log_open(&h, g->repo, options, e), varve_log_free)
CALL(call_history, varve_row_history,
     varve_row_history_open(&h, g->repo, "t.csv", &ten, 1, options, e), varve_row_history_free)
CALL(call_check_file, varve_report, varve_check_file(&h, NULL, "t.csv", options, e),
     varve_report_free)
CALL(call_check, varve_report, varve_check_revision(&h, g->repo, "HEAD", "", options, e),
     varve_report_free)

static void options_of_every_size_are_taken(void **state)
{
	given g;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 22);
	g.repo = begin(&r);
	g.version = version_of(g.repo, "HEAD:t.csv");
	g.table = table_of(g.repo, "HEAD:t.csv");
	tries_sizes(call_repo, &g, sizeof(varve_repo_options));
	tries_sizes(call_versions, &g, sizeof(varve_versions_options));
	tries_sizes(call_table, &g, sizeof(varve_table_options));
	tries_sizes(call_rows, &g, sizeof(varve_rows_options));
	tries_sizes(call_diff, &g, sizeof(varve_diff_options));
	tries_sizes(call_changes, &g, sizeof(varve_changes_options));
	tries_sizes(call_log, &g, sizeof(varve_log_options));
	tries_sizes(call_history, &g, sizeof(varve_row_history_options));
	tries_sizes(call_check, &g, sizeof(varve_check_options));
	tries_flags(call_repo, &g, sizeof(varve_repo_options), offsetof(varve_repo_options, flags));
	tries_flags(call_table, &g, sizeof(varve_table_options),
		    offsetof(varve_table_options, flags));
	tries_flags(call_diff, &g, sizeof(varve_diff_options), offsetof(varve_diff_options, flags));
	tries_flags(call_changes, &g, sizeof(varve_changes_options),
		    offsetof(varve_changes_options, flags));
	tries_flags(call_log, &g, sizeof(varve_log_options), offsetof(varve_log_options, flags));
	tries_flags(call_history, &g, sizeof(varve_row_history_options),
		    offsetof(varve_row_history_options, flags));
	tries_flags(call_check, &g, sizeof(varve_check_options),
		    offsetof(varve_check_options, flags));
	tries_flags(call_check_file, &g, sizeof(varve_check_options),
		    offsetof(varve_check_options, flags));
	varve_version_free(g.version);
	varve_table_free(g.table);
	varve_repo_free(g.repo);
}

static void a_row_history_needs_a_value_for_each_column_of_the_key(void **state)
{
	static const char *const columns[] = {"id", "note", NULL};
	const varve_text values[] = {{"10", 2}, {"x", 1}};
	varve_row_history_options o = VARVE_INIT(varve_row_history_options);
	varve_row_history *h;
	varve_repo *repo;
	varve_error e;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 24);
	repo = begin(&r);
	fails_as(varve_row_history_open(&h, repo, "t.csv", values, 0, NULL, &e), VARVE_EUSAGE, &e);
	fails_as(varve_row_history_open(&h, repo, "t.csv", values, 2, NULL, &e), VARVE_EUSAGE, &e);
	assert_string_equal(e.message, "the key has 1 column, not 2");
	o.key = columns;
	fails_as(varve_row_history_open(&h, repo, "t.csv", values, 1, &o, &e), VARVE_EUSAGE, &e);
	works(varve_row_history_open(&h, repo, "t.csv", values, 2, &o, &e), &e);
	varve_row_history_free(h);
	varve_repo_free(repo);
}

static void a_hint_that_names_a_command_is_a_code_with_arguments(void **state)
{
	const char *args[3], *name;
	varve_version *v;
	varve_repo *repo;
	varve_error e;
	vv_prng r;

	(void)state;
	vv_prng_init(&r, 23);
	repo = begin(&r);
	assert_int_equal(varve_version_find(&v, repo, "nosuch:t.csv", &e), VARVE_ENOTFOUND);
	name = varve_error_hint(&e, args);
	assert_non_null(name);
	assert_string_equal(name, "versions");
	assert_string_equal(e.hint, "");
	assert_string_equal(args[0], "");
	assert_int_equal(varve_version_find(&v, repo, "HEAD:nosuch dir/t.csv", &e),
			 VARVE_ENOTFOUND);
	name = varve_error_hint(&e, args);
	assert_non_null(name);
	assert_string_equal(name, "log-path");
	assert_string_equal(args[0], "nosuch dir/t.csv");
	assert_string_equal(varve_error_hint(&e, NULL), "log-path");
	varve_error_set(&e, VARVE_EIO, "mine");
	assert_null(varve_error_hint(&e, args));
	assert_string_equal(args[2], "");
	e.hint_id = 30000;
	assert_null(varve_error_hint(&e, args));
	assert_null(varve_error_hint(NULL, args));
	varve_repo_free(repo);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(any_part_of_a_version_is_that_part_of_the_file),
	cmocka_unit_test(a_table_of_a_stored_document_is_its_rows),
	cmocka_unit_test(a_table_of_a_document_outside_of_repositories_has_no_path),
	cmocka_unit_test(a_file_outside_of_repositories_is_a_table_by_its_name),
	cmocka_unit_test(the_length_of_a_link_is_that_of_its_file),
	cmocka_unit_test(folders_and_submodules_are_no_versions),
	cmocka_unit_test(the_progress_of_a_part_ends_with_the_file),
	cmocka_unit_test(no_repository_is_made_in_place_of_a_file),
	cmocka_unit_test(options_of_every_size_are_taken),
	cmocka_unit_test(a_row_history_needs_a_value_for_each_column_of_the_key),
	cmocka_unit_test(a_hint_that_names_a_command_is_a_code_with_arguments),
};
VV_TEST_SUITE(version)
