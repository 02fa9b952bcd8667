/*
 * Receipts: a chain of lines in which nothing can be changed unseen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/small_history.h"
#include "transport/protocol/receipt.h"

#define LOG "r/varve/receipts"

static vv_repository *begin(void)
{
	git_home();
	return small_repository("r");
}

static void add(vv_repository *r, const char *peer, unsigned blocks, unsigned root)
{
	const vv_supplier s[] = {{.name = "gave nothing"},
				 {.name = peer, .blocks = blocks, .bytes = 10, .ms = 3}};
	const vv_cid roots[] = {small_root(root), small_root(root + 100)};
	vv_error err;

	vv_assert_ok(vv_receipts_add(r, s, 2, roots, 2, &err), &err);
}

typedef struct told {
	char text[500];
	unsigned count;
} told;

static vv_status tell(void *payload, const vv_receipt *receipt, vv_error *err)
{
	told *t = payload;
	size_t len = strlen(t->text);

	(void)err;
	assert_int_equal(strlen(receipt->time), 20);
	(void)snprintf(t->text + len, sizeof(t->text) - len, "%s:%llu ", receipt->peer,
		       (unsigned long long)receipt->blocks);
	t->count++;
	return VV_OK;
}

static vv_status of(vv_repository *r, unsigned root, told *t, vv_error *err)
{
	const vv_cid cid = small_root(root);

	memset(t, 0, sizeof(*t));
	return vv_receipts_of(r, &cid, tell, t, err);
}

static void assert_told(vv_repository *r, unsigned root, const char *text)
{
	told t;
	vv_error err;

	vv_assert_ok(of(r, root, &t, &err), &err);
	assert_string_equal(t.text, text);
}

static void who_delivered_what_is_told_oldest_first(void **state)
{
	vv_repository *r = begin();

	(void)state;
	assert_told(r, 1, ""); /* no log yet */
	add(r, "/first", 5, 1);
	add(r, "/second", 7, 2);
	add(r, "/third", 9, 1);
	assert_told(r, 1, "/first:5 /third:9 ");
	assert_told(r, 2, "/second:7 ");
	assert_told(r, 101, "/first:5 /third:9 ");
	assert_told(r, 3, "");
	assert_string_equal(out("wc -l < " LOG), "3"); /* none for a peer that sent nothing */
	vv_repository_close(r);
}

static void each_line_names_the_one_before(void **state)
{
	vv_repository *r = begin();

	(void)state;
	add(r, "/first", 5, 1);
	add(r, "/second", 7, 1);
	const char *hash = out("head -n 1 " LOG " | tr -d '\\n' | sha256sum | cut -c 1-64");
	assert_int_equal(strlen(hash), 64);
	vv_assert_contains(out("tail -n 1 " LOG), hash);
	vv_repository_close(r);
}

static void secrets_of_urls_are_not_noted(void **state)
{
	vv_repository *r = begin();

	(void)state;
	add(r, "https://user:secret@example.org/data", 5, 1);
	assert_int_equal(sh_code("grep -q secret " LOG), 1);
	assert_int_equal(sh_code("grep -q example.org " LOG), 0);
	vv_repository_close(r);
}

static void a_torn_last_line_is_no_line_and_goes_with_the_next(void **state)
{
	vv_repository *r = begin();

	(void)state;
	add(r, "/first", 5, 1);
	add(r, "/second", 7, 1);
	sh("head -c -20 " LOG " > torn && cp torn " LOG);
	assert_told(r, 1, "/first:5 ");
	add(r, "/third", 9, 1);
	assert_told(r, 1, "/first:5 /third:9 ");
	assert_string_equal(out("wc -l < " LOG), "2");
	/* Nothing but a torn line. */
	sh("head -c 30 " LOG " > torn && cp torn " LOG);
	assert_told(r, 1, "");
	add(r, "/fourth", 11, 1);
	assert_told(r, 1, "/fourth:11 ");
	vv_repository_close(r);
}

static void assert_broken(vv_repository *r, const char *says)
{
	told t;
	vv_error err;

	vv_assert_status(of(r, 1, &t, &err), VV_ECORRUPT, &err);
	vv_assert_contains(err.message, says);
}

static void lines_that_were_changed_or_taken_out_are_noticed(void **state)
{
	vv_repository *r = begin();

	(void)state;
	add(r, "/first", 5, 1);
	add(r, "/second", 7, 1);
	add(r, "/third", 9, 1);
	sh("cp " LOG " good");
	sh("sed -i '2s/second/seconx/' " LOG);
	assert_broken(r, "line 3");
	sh("sed 2d good > " LOG);
	assert_broken(r, "line 2");
	sh("sed 1d good > " LOG);
	assert_broken(r, "line 1");
	sh("sed '2s/.*/nonsense/' good > " LOG);
	assert_broken(r, "line 2");
	sh("cat good good > " LOG);
	assert_broken(r, "line 4");
	sh("sed 's/^/ /' good > " LOG);
	assert_broken(r, "line 2");
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(who_delivered_what_is_told_oldest_first),
	cmocka_unit_test(each_line_names_the_one_before),
	cmocka_unit_test(secrets_of_urls_are_not_noted),
	cmocka_unit_test(a_torn_last_line_is_no_line_and_goes_with_the_next),
	cmocka_unit_test(lines_that_were_changed_or_taken_out_are_noticed),
};

VV_TEST_SUITE(receipt)
