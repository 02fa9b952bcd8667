/*
 * blocks_config: what of .varveconfig counts as "there is none", and what as a failure.
 */
#include "tests/unit/repo/git_fixture.h"

#include "lib/remotes/blocks_config.h"

static vv_error err;

static vv_status read_head(vv_blocks_config *out)
{
	vv_repository *r = open_here();
	const vv_oid head = rev(r, "HEAD");
	const vv_status rc = vv_blocks_config_read(out, r, &head, &err);

	vv_repository_close(r);
	return rc;
}

static void a_file_that_cannot_be_reached_is_not_taken_for_none(void **state)
{
	vv_blocks_config c;

	(void)state;
	git_begin();
	sh("echo x > a; git add .; git commit -qm one");
	vv_assert_ok(read_head(&c), &err);
	assert_int_equal(c.store_count, 0);
	sh("printf '[store \"s\"]\\n\\turl = s3://b/p\\n' > .varveconfig; git add .; git commit -qm two");
	vv_assert_ok(read_head(&c), &err);
	assert_int_equal(c.store_count, 1);
	vv_blocks_config_clear(&c);
	const char *tree = out("t=$(git rev-parse 'HEAD^{tree}'); "
			       "echo .git/objects/$(echo $t | cut -c1-2)/$(echo $t | cut -c3-)");
	sh("chmod u+w %s; echo x > %s", tree, tree);
	assert_true(read_head(&c) < 0);
	assert_int_equal(c.store_count, 0);
	sh("rm %s", tree);
	vv_assert_status(read_head(&c), VV_EMISSING, &err);
}

static vv_status refuse_word(void *payload, const char *what, vv_error *e)
{
	const vv_status *code = payload;

	return *code < 0 ? vv_fail(e, *code, "refused: %s", what) : VV_OK;
}

static void what_the_caller_refuses_of_an_unknown_name_is_not_passed_over(void **state)
{
	vv_status code = VV_EINPUT;
	vv_repository *r;

	(void)state;
	git_begin();
	sh("printf '[blocks]\\n\\tulr = x\\n' > .varveconfig");
	r = open_here();
	vv_assert_status(vv_blocks_config_unknown(r, refuse_word, &code, &err), VV_EINPUT, &err);
	assert_string_equal(err.message, "refused: .varveconfig: this varve does not know 'ulr'; "
					 "did you mean 'url'?");
	sh("echo '[' >> .varveconfig");
	code = VV_OK;
	vv_assert_ok(vv_blocks_config_unknown(r, refuse_word, &code, &err), &err);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_that_cannot_be_reached_is_not_taken_for_none),
	cmocka_unit_test(what_the_caller_refuses_of_an_unknown_name_is_not_passed_over),
};

VV_TEST_SUITE(blocks_config)
