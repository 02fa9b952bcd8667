/*
 * The channel over HTTP: failures on the way, and Git's settings.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "tests/unit/transport/http_fixture.h"

/* ---- failures on the way ---- */

static void nobody_listening_is_connection_refused(void **state)
{
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	vv_assert_ok(hx_connect(&c, "http://127.0.0.1:1/x", false, 0, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "connection refused");
	vv_channel_close(c);
}

static void an_unknown_host_is_said(void **state)
{
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	vv_assert_ok(hx_connect(&c, "http://no-such-host.invalid/x", false, 0, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no such host");
	vv_channel_close(c);
}

static void a_name_that_is_not_served_is_no_repository(void **state)
{
	hx_server *f = hx_begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, hx_below(f, "/other"), false, 0, &err), &err);
	vv_assert_status(hx_ask(c, 300000, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no varve repository at");
	vv_channel_close(c);
	hx_end(f);
}

#define HTTP_OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/x-varve\r\n"

static void a_line_that_drops_in_the_middle_is_said(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, HTTP_OK_HEAD "Content-Length: 13\r\n\r\n\x05\0\0", 1);
	err = hx_ask_script(&s, VV_EIO, 0);
	vv_assert_contains(err.message, "' was closed before the end of the answer");
}

static void a_web_page_is_not_varve(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s,
			"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n"
			"<h1>welcome</h1>",
			1);
	err = hx_ask_script(&s, VV_ENOTFOUND, 0);
	vv_assert_contains(err.message, "' is not a varve server");
}

static void what_another_server_says_is_escaped(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s,
			"HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n"
			"\x1b]0;hi\x07 you\n",
			1);
	err = hx_ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "\\x1B]0;hi\\x07 you");
}

static void a_server_that_says_nothing_ends_at_the_idle_limit(void **state)
{
	hx_script s;
	vv_error err;
	uint64_t start;

	(void)state;
	git_home();
	hx_script_begin(&s, "", 1);
	s.hold_ms = 3000;
	start = vv_monotonic_ms();
	err = hx_ask_script(&s, VV_EIO, 1);
	vv_assert_contains(err.message, "1 second");
	assert_true(vv_monotonic_ms() - start < 10000);
}

static void a_refusal_that_drips_ends_at_the_idle_limit(void **state)
{
	hx_script s;
	uint64_t start;

	(void)state;
	git_home();
	hx_script_begin(&s, "HTTP/1.1 404 No\r\nConnection: close\r\n\r\n", 1);
	s.hold_ms = 20000;
	s.drips = true;
	start = vv_monotonic_ms();
	(void)hx_ask_script(&s, VV_EIO, 1);
	assert_true(vv_monotonic_ms() - start < 10000);
}

static void a_redirect_on_the_same_host_is_followed(void **state)
{
	char answer[256];
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, answer, 2);
	(void)snprintf(answer, sizeof(answer),
		       "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%u/y/varve\r\n"
		       "Content-Length: 0\r\nConnection: close\r\n\r\n",
		       s.port);
	s.second = "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	err = hx_ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "permission denied");
	vv_assert_contains(s.heads[0], "POST /x/varve ");
	vv_assert_contains(s.heads[1], "POST /y/varve ");
}

static void a_redirect_to_another_server_is_refused(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s,
			"HTTP/1.1 302 Go\r\nLocation: http://localhost/y/varve\r\n"
			"Content-Length: 0\r\nConnection: close\r\n\r\n",
			1);
	err = hx_ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "redirects to another server");
}

static void a_circle_of_redirects_ends(void **state)
{
	char answer[256];
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, answer, 8);
	(void)snprintf(answer, sizeof(answer),
		       "HTTP/1.1 301 Go\r\nLocation: http://127.0.0.1:%u/x/varve\r\n"
		       "Content-Length: 0\r\nConnection: close\r\n\r\n",
		       s.port);
	err = hx_ask_script(&s, VV_EIO, 0);
	vv_assert_contains(err.message, "' redirects too many times");
}

static void a_redirect_without_a_target_is_a_status(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, "HTTP/1.1 302 Go\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	err = hx_ask_script(&s, VV_EIO, 0);
	vv_assert_contains(err.message, "answered with the HTTP status 302");
}

static void settings_of_git_reach_the_request(void **state)
{
	hx_script s;
	vv_error err;

	(void)state;
	git_home();
	sh("git config --global http.extraHeader 'X-Team: tables'");
	sh("git config --global http.http://127.0.0.1/.userAgent 'ours/1'");
	sh("git config --global http.http://example.com/.userAgent 'theirs/1'");
	hx_script_begin(&s, "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	sh("git config --global http.http://127.0.0.1:%u/.userAgent ours/2", s.port);
	err = hx_ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(s.heads[0], "X-Team: tables\r\n");
	vv_assert_contains(s.heads[0], "User-Agent: ours/2\r\n");
	(void)err;
}

/* Returns the only request to a server that refuses it; the channel is opened with these options. */
static const char *said_to(hx_script *s, const vv_connect_options *o)
{
	char text[64];
	vv_channel *c;
	vv_url url;
	vv_error err;

	hx_script_begin(s, "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	(void)snprintf(text, sizeof(text), "http://127.0.0.1:%u/x", s->port);
	hx_script_run(s);
	vv_assert_ok(vv_url_read(&url, text, &err), &err);
	vv_assert_ok(vv_connect(&c, &url, o, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	vv_url_clear(&url);
	hx_script_end(s);
	return s->heads[0];
}

static void a_stranger_gets_no_secrets(void **state)
{
	hx_script s;

	(void)state;
	git_home();
	sh("printf 'default login ada password secret\\n' > ~/.netrc && chmod 600 ~/.netrc");
	sh("git config --global http.extraHeader 'X-Team: tables'");
	const char *said = said_to(&s, &(vv_connect_options){.env = vv_test_env()});
	vv_assert_contains(said, "Authorization: Basic ");
	vv_assert_contains(said, "X-Team: tables\r\n");
	said = said_to(&s, &(vv_connect_options){.env = vv_test_env(), .stranger = true});
	assert_null(strstr(said, "Authorization"));
	assert_null(strstr(said, "X-Team"));
}

static void the_proxy_of_the_settings_is_asked(void **state)
{
	hx_script s;
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, "HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	sh("git config --global http.proxy http://127.0.0.1:%u", s.port);
	hx_script_run(&s);
	vv_assert_ok(hx_connect(&c, "http://data.example/x", false, 0, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "the proxy requires a login");
	vv_channel_close(c);
	hx_script_end(&s);
	vv_assert_contains(s.heads[0], "POST http://data.example/x/varve ");
}

static void a_proxy_that_refuses_a_tunnel_is_named(void **state)
{
	hx_script s;
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	hx_script_begin(&s, "HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	sh("git config --global http.proxy http://127.0.0.1:%u", s.port);
	hx_script_run(&s);
	vv_assert_ok(hx_connect(&c, "https://data.example/x", false, 0, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "the proxy refused the connection (HTTP status 407)");
	vv_channel_close(c);
	hx_script_end(&s);
	vv_assert_contains(s.heads[0], "CONNECT data.example:443 ");
}

/* ---- this side fails ---- */

static vv_status ask_once(void *payload, vv_error *err)
{
	const hx_script *s = payload;
	char url[64];
	vv_channel *c;
	vv_status rc;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", s->port);
	rc = hx_connect(&c, url, false, 10, err);
	if (rc == VV_OK) {
		rc = hx_ask(c, 5, err);
		vv_channel_close(c);
	}
	return rc;
}

static void running_out_of_memory_is_said_and_leaves_nothing(void **state)
{
	static const char answer[] = HTTP_OK_HEAD "Content-Length: 13\r\nConnection: close\r\n\r\n"
						  "\x05\0\0\0\0\0\0\0\x00\x1f\x3e\x5d\x7c";
	hx_script s;

	(void)state;
	git_home();
	/* proxy and agent are settings that have to be kept */
	sh("git config --global http.userAgent ours/1");
	hx_script_begin(&s, answer, 1000);
	s.answer_len = sizeof(answer) - 1;
	s.hold_ms = 20;
	hx_script_run(&s);
	vv_fault_each(VV_FAULT_ALLOC, 0, ask_once, NULL, &s);
	hx_script_end(&s);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(nobody_listening_is_connection_refused),
	cmocka_unit_test(an_unknown_host_is_said),
	cmocka_unit_test(a_name_that_is_not_served_is_no_repository),
	cmocka_unit_test(a_line_that_drops_in_the_middle_is_said),
	cmocka_unit_test(a_web_page_is_not_varve),
	cmocka_unit_test(what_another_server_says_is_escaped),
	cmocka_unit_test(a_server_that_says_nothing_ends_at_the_idle_limit),
	cmocka_unit_test(a_refusal_that_drips_ends_at_the_idle_limit),
	cmocka_unit_test(a_redirect_on_the_same_host_is_followed),
	cmocka_unit_test(a_redirect_to_another_server_is_refused),
	cmocka_unit_test(a_circle_of_redirects_ends),
	cmocka_unit_test(a_redirect_without_a_target_is_a_status),
	cmocka_unit_test(settings_of_git_reach_the_request),
	cmocka_unit_test(a_stranger_gets_no_secrets),
	cmocka_unit_test(the_proxy_of_the_settings_is_asked),
	cmocka_unit_test(a_proxy_that_refuses_a_tunnel_is_named),
	cmocka_unit_test(running_out_of_memory_is_said_and_leaves_nothing),
};

VV_TEST_SUITE(channel_http)
