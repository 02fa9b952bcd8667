/*
 * run_git: which failures git's words mean, and a host's lines for people.
 */
#include "repo/git/run_git.h"

#include "tests/unit/support.h"

static vv_status code_of(const char *said)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_error err;

	vv_buf_puts(&text, said);
	(void)vv_git_explain("it failed", &text, 128, &err);
	return err.login ? VV_EAUTH : err.code;
}

static void the_status_of_a_server_is_read_where_git_has_it(void **state VV_UNUSED)
{
	assert_int_equal(
		code_of("fatal: unable to access 'http://h/x.git/': The requested URL returned error: 401\n"),
		VV_EAUTH);
	assert_int_equal(
		code_of("fatal: unable to access 'http://h/x.git/': The requested URL returned error: 403\n"),
		VV_EREFUSED);
	assert_int_equal(
		code_of("error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403\n"),
		VV_EREFUSED);
	assert_int_equal(code_of("fatal: Authentication failed for 'http://h/x.git/'\n"), VV_EAUTH);
	assert_int_equal(
		code_of("ERROR: Permission to a/b.git denied to c.\nfatal: Could not read from remote repository.\n"),
		VV_EREFUSED);
	assert_int_equal(code_of("fatal: repository 'http://h/x.git/' not found\n"), VV_ENOTFOUND);
	assert_int_equal(code_of("fatal: couldn't find 'x': the host does not exist\n"),
			 VV_ENOTFOUND);
}

static void numbers_and_words_in_paths_and_urls_are_not_the_servers(void **state VV_UNUSED)
{
	assert_int_equal(
		code_of("fatal: '/srv/401/x.git' does not appear to be a git repository\n"),
		VV_ENOTFOUND);
	assert_int_equal(code_of("fatal: repository 'http://h/403/denied/x.git/' not found\n"),
			 VV_ENOTFOUND);
	assert_int_equal(
		code_of("fatal: unable to access 'http://h/not found/403.git/': Empty reply from server\n"),
		VV_EIO);
	assert_int_equal(
		code_of("error: cannot open http://h/rejected/401: Connection reset by peer\n"),
		VV_EIO);
	assert_int_equal(
		code_of("fatal: unable to access 'http://h:1403/x.git/': Failed to connect to h port 1403 after 401 ms\n"),
		VV_EIO);
}

static void what_a_host_overwrote_by_carriage_returns_is_left_out(void **state VV_UNUSED)
{
	vv_auto(vv_buf) said = VV_BUF_INIT, lines = VV_BUF_INIT;

	vv_buf_puts(&said, "remote: \rremote: Processing: refs: 1 (/)        \rremote: "
			   "Processing: refs: 1, done    \n"
			   "remote: checked: 10%\rchecked: 100%\r\n"
			   "remote: \n"
			   "error: a line of git\n"
			   "remote: SUCCESS        \n");
	vv_git_remote_lines(&said, &lines);
	assert_string_equal(vv_buf_cstr(&lines),
			    "Processing: refs: 1, done\nchecked: 100%\n\nSUCCESS\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_status_of_a_server_is_read_where_git_has_it),
	cmocka_unit_test(numbers_and_words_in_paths_and_urls_are_not_the_servers),
	cmocka_unit_test(what_a_host_overwrote_by_carriage_returns_is_left_out),
};

VV_TEST_SUITE(run_git)
