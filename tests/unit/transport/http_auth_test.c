/*
 * Permissions to read and push over HTTP, and the login of the channel.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/secret.h"
#include "tests/unit/transport/http_fixture.h"

/* ---- who may ---- */

static const char *write_users(void)
{
	vv_buf text = VV_BUF_INIT;
	vv_error err;

	vv_buf_puts(&text, "# who may\n\nada:rw:");
	vv_assert_ok(vv_secret_hash(&text, "correct horse", 13, &err), &err);
	vv_buf_puts(&text, "\nbob:r:");
	vv_assert_ok(vv_secret_hash(&text, "battery", 7, &err), &err);
	vv_buf_puts(&text, "\n");
	(void)umask(022);
	vv_test_write_text(vv_test_path("users"), vv_buf_cstr(&text));
	vv_buf_clear(&text);
	return vv_test_path("users");
}

static hx_server *begin_closed(bool closed, bool read_only)
{
	vv_http_options o = {.closed = closed, .read_only = read_only};

	git_begin();
	o.auth_file = write_users();
	return hx_begin_with(&o);
}

static const char *with_user(const hx_server *f, const char *user)
{
	static char url[128];

	(void)snprintf(url, sizeof(url), "http://%s@127.0.0.1:%u", user, hx_port(f));
	return url;
}

static void without_a_name_one_reads_and_does_not_write(void **state)
{
	hx_server *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	assert_string_equal(who, "r- nobody");
	vv_channel_close(c);
	(void)setenv("GIT_TERMINAL_PROMPT", "0", 1);
	(void)setenv("GIT_ASKPASS", "true", 1);
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	hx_end(f);
}

static void name_and_secret_of_the_url_are_used(void **state)
{
	hx_server *f = begin_closed(true, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), true, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	assert_string_equal(who, "rw ada");
	vv_channel_close(c);
	vv_assert_ok(hx_connect(&c, with_user(f, "bob:battery"), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	assert_string_equal(who, "r- bob");
	vv_channel_close(c);
	hx_end(f);
}

static void a_wrong_secret_is_authentication_failed(void **state)
{
	hx_server *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:wrong"), false, 0, &err), &err);
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "authentication failed");
	assert_string_equal(err.hint, "check the user and the secret in the URL");
	assert_null(strstr(err.message, "wrong@"));
	vv_channel_close(c);
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	vv_assert_contains(vv_buf_cstr(&f->log), "127.0.0.1 - POST /varve 401 ");
	assert_null(strstr(vv_buf_cstr(&f->log), "d3Jvbmc")); /* of the header's base64 */
	hx_end(f);
}

static void who_may_only_read_is_told_so(void **state)
{
	hx_server *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "bob:battery"), true, 0, &err), &err);
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "permission denied");
	vv_assert_contains(err.message, "this user has no permission to write");
	vv_channel_close(c);
	hx_end(f);
}

static void a_read_only_server_takes_no_pushes_from_anybody(void **state)
{
	hx_server *f = begin_closed(false, true);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), true, 0, &err), &err);
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "read-only");
	vv_channel_close(c);
	hx_end(f);
}

static void the_credential_helper_is_asked_and_told(void **state)
{
	hx_server *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	sh("printf '#!/bin/sh\\necho \"$1\" >> %s/asked\\ncat >> %s/asked\\n"
	   "[ \"$1\" != get ] || printf \"username=ada\\npassword=correct horse\\n\"\\n' > %s/helper"
	   " && chmod +x %s/helper && git config --global credential.helper %s/helper",
	   vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir());
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	assert_string_equal(who, "rw ada");
	/* requested only once */
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	vv_channel_close(c);
	assert_string_equal(out("grep -c '^get$' %s/asked", vv_test_dir()), "1");
	assert_string_equal(out("grep -c '^store$' %s/asked", vv_test_dir()), "1");
	hx_end(f);
}

static void a_helper_s_wrong_secret_is_taken_back(void **state)
{
	hx_server *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	sh("printf '#!/bin/sh\\necho \"$1\" >> %s/asked\\ncat > /dev/null\\n"
	   "[ \"$1\" != get ] || printf \"username=ada\\npassword=no\\n\"\\n' > %s/helper"
	   " && chmod +x %s/helper && git config --global credential.helper %s/helper",
	   vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir());
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	assert_string_equal(out("tail -n 1 %s/asked", vv_test_dir()), "erase");
	hx_end(f);
}

static void a_changed_file_of_users_holds_at_once(void **state)
{
	hx_server *f = begin_closed(true, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	sh("sed -i /^ada/d %s", vv_test_path("users"));
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	hx_end(f);
}

/* As Kubernetes hands out secrets: users leads to data/users, and data to a folder. */
static void who_is_taken_out_behind_a_link_that_is_swapped_is_out_at_once(void **state)
{
	hx_server *f;
	vv_http_options o = {.closed = true};
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	git_begin();
	(void)write_users();
	sh("cd %s && mkdir one two && mv users one/users && sed /^ada/d one/users > two/users && "
	   "touch -d '2001-01-01' one/users two/users && ln -s one data && ln -s data/users users",
	   vv_test_dir());
	o.auth_file = vv_test_path("users");
	f = hx_begin_with(&o);
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	sh("cd %s && ln -s two next && mv -T next data", vv_test_dir());
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	hx_end(f);
}

/* Same size, same time, another file. */
static void who_is_taken_out_of_a_file_that_is_replaced_is_out_at_once(void **state)
{
	hx_server *f = begin_closed(true, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	sh("cd %s && sed s/^ada/abe/ users > next && touch -r users next && mv next users",
	   vv_test_dir());
	vv_assert_status(hx_ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	hx_end(f);
}

static void a_file_of_users_that_turns_bad_leaves_the_rules_and_is_logged_once(void **state)
{
	hx_server *f = begin_closed(true, false);
	const char *first;
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, with_user(f, "ada:correct%20horse"), false, 0, &err), &err);
	vv_assert_ok(hx_ask_who(c, who, &err), &err);
	sh("echo x >> %s", vv_test_path("users"));
	for (unsigned i = 0; i < 3; i++) {
		vv_assert_ok(hx_ask_who(c, who, &err), &err);
	}
	vv_channel_close(c);
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	first = strstr(vv_buf_cstr(&f->log),
		       "the changed user file is not used, and the previous users still apply: ");
	assert_non_null(first);
	assert_null(
		strstr(first + 1,
		       "the changed user file is not used, and the previous users still apply:"));
	hx_end(f);
}

static void files_that_others_can_change_or_secrets_they_can_read_are_refused(void **state)
{
	static const struct {
		const char *mode;
		bool as_key;
		const char *says, *hint;
	} bad[] = {
		{"0622", false, "other users can write to '", "chmod go-w"},
		{"0620", false, "other users can write to '", "chmod go-w"},
		{"0602", false, "other users can write to '", "chmod go-w"},
		{"0644", true, "all users can read", "chmod o-r"},
		{"0660", true, "other users can write to '", "chmod go-w"},
	};
	const char *paths[] = {"."};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 1};
	vv_http_handlers h = {.answer = hx_echo};
	vv_http_server *s;
	vv_error err;

	(void)state;
	git_begin();
	(void)write_users();
	vv_test_write_text(vv_test_path("cert"), "-----BEGIN CERTIFICATE-----\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sh("chmod %s %s", bad[i].mode, vv_test_path("users"));
		o.auth_file = bad[i].as_key ? NULL : vv_test_path("users");
		o.tls_cert = bad[i].as_key ? vv_test_path("cert") : NULL;
		o.tls_key = bad[i].as_key ? vv_test_path("users") : NULL;
		vv_assert_status(vv_http_server_start(&s, &o, &h, &err), VV_EREFUSED, &err);
		vv_assert_contains(err.message, bad[i].says);
		vv_assert_contains(err.hint, bad[i].hint);
	}
	assert_null(s);
	sh("chmod 0644 %s", vv_test_path("users"));
}

static void a_bad_file_of_users_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"ada\n", "line 1: expected NAME:RIGHTS:HASH"},
		{"# x\nada:w:scrypt$\n", "line 2: the rights must be r or rw"},
		{"ada:rw:geheim\n", "line 1: expected a hash"},
		{":rw:x\n", "line 1: a name must have"},
		{"a\tb:rw:x\n", "line 1: a control character"},
		{"ada:rw:scrypt$30$8$1$00$00\n", "expected a hash"},
	};
	const char *paths[] = {"."};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 1};
	vv_http_handlers h = {.answer = hx_echo};
	vv_http_server *s;
	vv_error err;

	(void)state;
	git_begin();
	o.auth_file = vv_test_path("users");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vv_test_write_text(o.auth_file, bad[i].text);
		vv_assert_status(vv_http_server_start(&s, &o, &h, &err), VV_EINPUT, &err);
		vv_assert_contains(err.message, bad[i].says);
	}
	assert_null(s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(without_a_name_one_reads_and_does_not_write),
	cmocka_unit_test(name_and_secret_of_the_url_are_used),
	cmocka_unit_test(a_wrong_secret_is_authentication_failed),
	cmocka_unit_test(who_may_only_read_is_told_so),
	cmocka_unit_test(a_read_only_server_takes_no_pushes_from_anybody),
	cmocka_unit_test(the_credential_helper_is_asked_and_told),
	cmocka_unit_test(a_helper_s_wrong_secret_is_taken_back),
	cmocka_unit_test(a_changed_file_of_users_holds_at_once),
	cmocka_unit_test(who_is_taken_out_behind_a_link_that_is_swapped_is_out_at_once),
	cmocka_unit_test(who_is_taken_out_of_a_file_that_is_replaced_is_out_at_once),
	cmocka_unit_test(a_file_of_users_that_turns_bad_leaves_the_rules_and_is_logged_once),
	cmocka_unit_test(files_that_others_can_change_or_secrets_they_can_read_are_refused),
	cmocka_unit_test(a_bad_file_of_users_is_named_with_its_line),
};

VV_TEST_SUITE(http_auth)
