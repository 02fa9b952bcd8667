/*
 * What strangers may do to the HTTP server: requests that two programs could read differently, foreign
 * names, pages of other sites, many connections, many wrong secrets.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/sys.h"
#include "tests/unit/transport/http_fixture.h"
#include "transport/http/address.h"
#include "transport/server/auth.h"
#include "transport/server/head.h"

/* --- heads ------------------------------------------------------------------------------------- */

#define POST "POST /varve HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-varve\r\n"
#define GET "GET / HTTP/1.1\r\nHost: x\r\n"
#define ECHO_ONE "\x01\0\0\0\0\0\0\0a"

static void heads_of_two_meanings_are_refused_and_end_the_connection(void **state)
{
	static const char *const bad[] = {
		POST "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		POST "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n",
		POST "Content-Length: 9\r\nContent-Length: 8\r\n\r\n",
		POST "Content-Length: 9\r\nContent-Length: 9\r\n\r\n",
		POST "Content-Length: 9, 9\r\n\r\n",
		POST "Content-Length: +9\r\n\r\n",
		POST "Content-Length: -9\r\n\r\n",
		POST "Content-Length: 0x9\r\n\r\n",
		POST "Content-Length:\r\n\r\n",
		POST "Content-Length : 9\r\n\r\n",
		POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		POST "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
		POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
		"POST /varve HTTP/1.0\r\nContent-Type: application/x-varve\r\n"
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		POST "Content-Type: text/plain\r\nContent-Length: 9\r\n\r\n",
		POST "Transfer-Encoding: chunked\r\n\r\n-1\r\na\r\n0\r\n\r\n",
		POST "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
		GET "Host: x\r\n\r\n",
		GET "Host: y\r\n\r\n",
		GET "Range: bytes=0-1\r\nRange: bytes=2-3\r\n\r\n",
		GET "Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n\r\n",
		GET "X y: z\r\n\r\n",
		GET "X\x7fy: z\r\n\r\n",
		GET "X(y): z\r\n\r\n",
		GET "X: a\x1b[2Jb\r\n\r\n",
		GET "X: a\rb\r\n\r\n",
		GET "no colon\r\n\r\n",
		"GET / HTTP/1.1\r\n X: a\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n",
	};
	hx_server *f = hx_begin();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* hx_say reads until the connection ends */
		const char *got = hx_say(f, bad[i], strlen(bad[i]));

		if (!strstr(got, " 400 ")) {
			fail_msg("%s\n-> %s", bad[i], got);
		}
		assert_null(strstr(got, "200 OK"));
	}
	vv_assert_contains(hx_say(f, GET "Connection: close\r\n\r\n", sizeof(GET) + 20), "200 OK");
	hx_end(f);
}

static void a_request_behind_a_refused_one_is_not_answered(void **state)
{
	static const char two[] = POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
				       "0\r\n\r\nGET /r/raw/HEAD/a HTTP/1.1\r\nHost: x\r\n\r\n";
	hx_server *f = hx_begin();
	const char *got = hx_say(f, two, sizeof(two) - 1);

	(void)state;
	vv_assert_contains(got, " 400 ");
	assert_null(strstr(got + 9, "HTTP/1.1 4"));
	hx_end(f);
}

static void names_of_hosts_are_told_apart(void **state)
{
	static const struct {
		const char *host;
		bool ours;
	} cases[] = {
		{"localhost", true},
		{"LOCALHOST:8080", true},
		{"localhost.", true},
		{"a.localhost:1", true},
		{"127.0.0.1", true},
		{"127.0.0.1:80", true},
		{"10.1.2.3:80", true},
		{"[::1]", true},
		{"[::1]:8080", true},
		{"data.example", true},
		{"Data.Example:443", true},
		{"data.example.:443", true},
		{"", false},
		{"evil.example", false},
		{"evillocalhost", false},
		{"localhost.evil", false},
		{"127.0.0.1.evil", false},
		{"data.example.evil", false},
		{"xdata.example", false},
		{"localhost:8x", false},
		{"data.example@evil", false},
		{"[::1", false},
		{"[::1]x", false},
		{"1.2.3", false},
		{"0x7f000001", false},
		{"localhost/", false},
		{":80", false},
	};
	const char *names[] = {"data.example"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (vv_http_host_is_ours(cases[i].host, names, 1) != cases[i].ours) {
			fail_msg("'%s'", cases[i].host);
		}
	}
	assert_true(vv_http_origin_is_host("http://a:80", "A:80"));
	assert_false(vv_http_origin_is_host("http://a:80", "a:81"));
	assert_false(vv_http_origin_is_host("null", "null"));
	assert_false(vv_http_origin_is_host("http://a", NULL));
}

static void a_browser_under_a_foreign_name_is_turned_away(void **state)
{
	static const char rebound[] = "GET /r/raw/HEAD/a HTTP/1.1\r\nHost: evil.example\r\n\r\n";
	hx_server *f = hx_begin();

	(void)state;
	vv_assert_contains(hx_say(f, rebound, sizeof(rebound) - 1), " 421 ");
	hx_end(f);
}

static void a_page_of_another_site_cannot_post(void **state)
{
	static const char *const bad[] = {
		"Origin: http://evil.example", "Origin: null",
		"Origin: http://x:81",         "Origin: x",
		"Sec-Fetch-Site: cross-site",  "Sec-Fetch-Site: same-site",
	};
	static const char *const good[] = {"Origin: http://x", "Origin: https://X",
					   "Sec-Fetch-Site: same-origin", "Accept: */*"};
	hx_server *f = hx_begin();
	char text[400];
	size_t len;

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		len = (size_t)snprintf(text, sizeof(text),
				       POST "%s\r\nConnection: close\r\nContent-Length: 9\r\n\r\n",
				       i < 6 ? bad[i] : good[i - 6]);
		memcpy(text + len, ECHO_ONE, 9);
		vv_assert_contains(hx_say(f, text, len + 9), i < 6 ? " 403 " : "200 OK");
	}
	hx_end(f);
}

static vv_status send_split_head(void *payload, const vv_http_call *call, const vv_http_ask *ask,
				 const vv_http_reply *reply, vv_error *err)
{
	const vv_http_head head = {.status = 302, .location = "/a\r\nX-Forged: 1"};
	bool wanted;

	(void)payload;
	(void)call;
	(void)ask;
	return reply->begin(reply->out, &head, &wanted, err);
}

static void keep_line(void *payload, const char *line)
{
	vv_buf_puts(payload, line);
}

/* A fault of the server's own, and not a reason to try again. */
static void a_head_of_a_page_with_a_line_break_is_not_sent(void **state)
{
	static const char ask[] = "GET / HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n"
				  "Connection: close\r\n\r\n";
	static const char *paths[] = {"."}, *hosts[] = {"x"};
	vv_auto(vv_buf) log = VV_BUF_INIT;
	const vv_http_options o = {
		.address = "127.0.0.1:0", .paths = paths, .path_count = 1, .hosts = {hosts, 1}};
	const vv_http_handlers h = {
		.answer = hx_echo, .page = send_split_head, .log = keep_line, .log_payload = &log};
	hx_server f = {0};
	vv_error err;

	(void)state;
	git_begin();
	vv_assert_ok(vv_http_server_start(&f.server, &o, &h, &err), &err);
	const char *got = hx_say(&f, ask, sizeof(ask) - 1);
	vv_http_server_stop(f.server, 5);
	vv_assert_contains(got, " 500 ");
	assert_null(strstr(got, "X-Forged"));
	vv_assert_contains(vv_buf_cstr(&log), "line break");
}

/* --- addresses --------------------------------------------------------------------------------- */

static const char *behind(const char *peer, const char *forwarded)
{
	static const char *const nets[] = {"127.0.0.0/8", "10.1.0.0/16", "fd00::/8", "::1"};
	static char text[64];
	vv_network n[4];
	vv_address a, out;
	vv_error err;

	for (unsigned i = 0; i < 4; i++) {
		vv_assert_ok(vv_network_read(&n[i], nets[i], &err), &err);
	}
	assert_true(vv_address_read(&a, peer, strlen(peer)));
	vv_address_behind(&out, &a, n, 4, forwarded);
	vv_address_text(text, &out);
	return text;
}

static void only_trusted_proxies_say_whom_they_speak_for(void **state)
{
	static const char *const bad[] = {"",           "x",          "1.2.3",
					  "1.2.3.4/33", "::/129",     "1.2.3.4/",
					  "1.2.3.4/x",  "1.2.3.4/-1", "fd00::/8/8"};
	vv_network n;
	vv_error err;

	(void)state;
	assert_string_equal(behind("192.0.2.7", "198.51.100.1"), "192.0.2.7");
	assert_string_equal(behind("127.0.0.1", NULL), "127.0.0.1");
	assert_string_equal(behind("127.0.0.1", "198.51.100.1"), "198.51.100.1");
	assert_string_equal(behind("127.0.0.1", "6.6.6.6, 198.51.100.1"), "198.51.100.1");
	assert_string_equal(behind("127.0.0.1", "6.6.6.6, 198.51.100.1 , 10.1.2.3"),
			    "198.51.100.1");
	assert_string_equal(behind("127.0.0.1", "6.6.6.6, nonsense, 10.1.2.3"), "10.1.2.3");
	assert_string_equal(behind("127.0.0.1", ""), "127.0.0.1");
	assert_string_equal(behind("127.0.0.1", ",,"), "127.0.0.1");
	assert_string_equal(behind("::1", "[2001:db8::5]:4711"), "2001:db8::5");
	assert_string_equal(behind("fd00::1", "198.51.100.1:80"), "198.51.100.1");
	assert_string_equal(behind("10.2.0.1", "198.51.100.1"), "10.2.0.1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		vv_assert_status(vv_network_read(&n, bad[i], &err), VV_EUSAGE, &err);
	}
}

/* --- connections --------------------------------------------------------------------------------- */

static int dial_from(const hx_server *f, const char *source)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	(void)inet_pton(AF_INET, source, &at.sin_addr);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	(void)inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	at.sin_port = htons((uint16_t)hx_port(f));
	assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

static bool is_served(const hx_server *f, const char *source)
{
	static const char text[] = "GET / HTTP/1.0\r\n\r\n";
	struct timeval wait = {5, 0};
	char got[64] = "";
	int fd = dial_from(f, source);

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
	(void)recv(fd, got, sizeof(got) - 1, 0);
	(void)close(fd);
	return strstr(got, "200 OK") != NULL;
}

static void slow_heads_of_one_client_leave_room_for_others(void **state)
{
	hx_server *f = hx_begin();
	uint64_t start;
	int fds[140];

	(void)state;
	for (unsigned i = 0; i < 140; i++) {
		fds[i] = dial_from(f, "127.0.0.1");
		(void)send(fds[i], "GET / HT", 8, MSG_NOSIGNAL);
	}
	start = vv_monotonic_ms();
	for (unsigned i = 0; i < 20; i++) {
		assert_true(is_served(f, "127.0.0.2"));
	}
	assert_true(vv_monotonic_ms() - start < 3000);
	for (unsigned i = 0; i < 140; i++) {
		(void)close(fds[i]);
	}
	hx_end(f);
}

static void slow_heads_of_many_clients_give_way_to_others(void **state)
{
	hx_server *f = hx_begin();
	char source[32];
	int fds[200];

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		(void)snprintf(source, sizeof(source), "127.0.1.%u", i + 1);
		fds[i] = dial_from(f, source);
		(void)send(fds[i], "GET / HT", 8, MSG_NOSIGNAL);
		if (i % 20 == 19) {
			hx_pause(50); /* closing the replaced connections takes a moment */
			assert_true(is_served(f, "127.0.0.2"));
		}
	}
	for (unsigned i = 0; i < 200; i++) {
		(void)close(fds[i]);
	}
	hx_end(f);
}

/* --- secrets --------------------------------------------------------------------------------------- */

typedef struct guess {
	hx_server *f;
	vv_worker *worker;
} guess;

static void guess_wrong(void *payload)
{
	static const char text[] = "GET / HTTP/1.0\r\nAuthorization: Basic YWRhOndyb25n\r\n\r\n";
	guess *g = payload;
	char got[200];
	int fd = dial_from(g->f, "127.0.0.1");

	(void)send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
	while (recv(fd, got, sizeof(got), 0) > 0) {
	}
	(void)close(fd);
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text++;
	}
	return n;
}

static void sixty_wrong_secrets_do_not_hold_up_others(void **state)
{
	static const char right[] = "GET / HTTP/1.0\r\nAuthorization: Basic YWRhOnJpZ2h0\r\n\r\n";
	vv_http_options o = {0};
	vv_buf text = VV_BUF_INIT;
	guess guesses[60];
	char got[64] = "";
	const char *log;
	uint64_t start;
	hx_server *f;
	vv_error err;
	int fd;

	(void)state;
	git_begin();
	vv_buf_puts(&text, "ada:rw:");
	vv_assert_ok(vv_secret_hash(&text, "right", 5, &err), &err);
	vv_test_write_text(vv_test_path("users"), vv_buf_cstr(&text));
	vv_buf_clear(&text);
	sh("chmod 0600 %s", vv_test_path("users"));
	o.auth_file = vv_test_path("users");
	f = hx_begin_with(&o);
	start = vv_monotonic_ms();
	for (unsigned i = 0; i < 60; i++) {
		guesses[i].f = f;
		guesses[i].worker = vv_worker_start(guess_wrong, &guesses[i]);
		assert_non_null(guesses[i].worker);
	}
	fd = dial_from(f, "127.0.0.2");
	(void)send(fd, right, sizeof(right) - 1, MSG_NOSIGNAL);
	(void)recv(fd, got, sizeof(got) - 1, 0);
	(void)close(fd);
	vv_assert_contains(got, "200 OK");
	for (unsigned i = 0; i < 60; i++) {
		vv_worker_join(guesses[i].worker);
	}
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	log = vv_buf_cstr(&f->log);
	/* a few were checked; the rest was sent away */
	assert_in_range(count_of(log, " 401 in "), 1, VV_LOGIN_WRONG);
	assert_int_equal(count_of(log, " 401 in ") + count_of(log, " 429 in "), 60);
	assert_true(vv_monotonic_ms() - start < 30000);
	hx_end(f);
}

static void a_name_at_a_client_has_so_many_tries_and_locks_out_no_other(void **state)
{
	vv_login *l = vv_login_new();
	vv_login_who ada = {.name = 1}, bob = {.name = 1}, beside = {.name = 2};
	vv_error err;

	(void)state;
	assert_non_null(l);
	assert_true(vv_address_read(&ada.client, "192.0.2.1", 9) &&
		    vv_address_read(&bob.client, "192.0.2.2", 9));
	for (unsigned i = 0; i < VV_LOGIN_WRONG; i++) {
		vv_assert_ok(vv_login_begin(l, &ada, &err), &err);
		vv_login_end(l, &ada, true);
	}
	vv_assert_status(vv_login_begin(l, &ada, &err), VV_ELOCKED, &err);
	beside.client = ada.client;
	vv_assert_ok(vv_login_begin(l, &beside, &err), &err);
	vv_login_end(l, &beside, false);
	for (unsigned i = 0; i < 3 * VV_LOGIN_WRONG; i++) {
		vv_assert_ok(vv_login_begin(l, &bob, &err), &err);
		vv_login_end(l, &bob, false);
	}
	/* 1,000 others do not make the server forget it */
	for (unsigned i = 0; i < 1000; i++) {
		vv_login_who other = {.name = i % 7};
		char text[32];

		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i / 250, i % 250);
		assert_true(vv_address_read(&other.client, text, strlen(text)));
		vv_assert_ok(vv_login_begin(l, &other, &err), &err);
		vv_login_end(l, &other, i % 2 == 0);
	}
	vv_assert_status(vv_login_begin(l, &ada, &err), VV_ELOCKED, &err);
	vv_login_free(l);
}

static void a_file_that_a_client_may_not_have_made_now_is_asked_for_later(void **state)
{
	static const char *const wanted[][3] = {
		{"GET", "file", " 200 "},
		{"GET", "later", " 429 "},
		{"HEAD", "later", " 200 "}, /* nothing is made for it */
		{"GET", "large", " 413 "},
	};
	hx_server *f = hx_begin();
	char ask[256];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const char *got;

		(void)snprintf(ask, sizeof(ask),
			       "%s /raw/HEAD/%s HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2\r\n"
			       "If-Range: \"other\"\r\nConnection: close\r\n\r\n",
			       wanted[i][0], wanted[i][1]);
		got = hx_say(f, ask, strlen(ask));
		vv_assert_contains(got, wanted[i][2]);
		assert_true(strstr(got, "Retry-After: 5") || i != 1);
		assert_true(strstr(got, "has had its share; try again later") || i != 1);
	}
	hx_end(f);
}

static void only_this_machine_s_own_addresses_are_loopback(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {{"127.0.0.1", true},  {"127.9.9.9", true}, {"[::1]:80", true},
		     {"192.0.2.1", false}, {"::2", false},      {"1::1", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_address a;
		assert_true(vv_address_read(&a, cases[i].text, strlen(cases[i].text)));
		assert_int_equal(vv_address_is_loopback(&a), cases[i].is);
	}
}

/* A client of IPv6 has a network of its own; the addresses of IPv4 are not one such network. */
static void clients_of_both_protocols_are_told_apart(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {{"192.0.2.1", "192.0.2.1", true},
		     {"192.0.2.1", "192.0.2.2", false},
		     {"192.0.2.1", "::1", false},
		     {"::ffff:192.0.2.1", "192.0.2.1", true},
		     {"2001:db8::1", "2001:db8::2", true},
		     {"2001:db8::1", "2001:db8:0:1::1", false},
		     {"::1", "::2", true}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vv_address a, b;

		assert_true(vv_address_read(&a, cases[i].a, strlen(cases[i].a)));
		assert_true(vv_address_read(&b, cases[i].b, strlen(cases[i].b)));
		assert_int_equal(vv_address_same_client(&a, &b), cases[i].same);
		assert_int_equal(vv_address_same_client(&b, &a), cases[i].same);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_file_that_a_client_may_not_have_made_now_is_asked_for_later),
	cmocka_unit_test(heads_of_two_meanings_are_refused_and_end_the_connection),
	cmocka_unit_test(a_request_behind_a_refused_one_is_not_answered),
	cmocka_unit_test(names_of_hosts_are_told_apart),
	cmocka_unit_test(a_browser_under_a_foreign_name_is_turned_away),
	cmocka_unit_test(a_page_of_another_site_cannot_post),
	cmocka_unit_test(a_head_of_a_page_with_a_line_break_is_not_sent),
	cmocka_unit_test(only_trusted_proxies_say_whom_they_speak_for),
	cmocka_unit_test(slow_heads_of_one_client_leave_room_for_others),
	cmocka_unit_test(slow_heads_of_many_clients_give_way_to_others),
	cmocka_unit_test(sixty_wrong_secrets_do_not_hold_up_others),
	cmocka_unit_test(a_name_at_a_client_has_so_many_tries_and_locks_out_no_other),
	cmocka_unit_test(only_this_machine_s_own_addresses_are_loopback),
	cmocka_unit_test(clients_of_both_protocols_are_told_apart),
};

VV_TEST_SUITE(http_guard)
