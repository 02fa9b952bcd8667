/*
 * The HTTP server over 127.0.0.1: requests of all sizes, strange and slow clients, starting and
 * stopping.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/unit/transport/http_fixture.h"

static void requests_of_every_size_come_back_on_one_channel(void **state)
{
	const uint64_t sizes[] = {1, 100, 65527, 65528, 65529, 200000, 5000000, 3};
	hx_server *f = hx_begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		vv_assert_ok(hx_ask(c, sizes[i], &err), &err);
	}
	vv_channel_close(c);
	hx_end(f);
}

static void a_repository_is_found_by_its_name_too(void **state)
{
	hx_server *f = hx_begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(hx_connect(&c, hx_below(f, "/r/"), false, 0, &err), &err);
	vv_assert_ok(hx_ask(c, 10, &err), &err);
	vv_channel_close(c);
	hx_end(f);
}

typedef struct client {
	const char *url;
	vv_worker *worker;
	vv_status rc;
	vv_error err;
} client;

static void be_client(void *payload)
{
	client *k = payload;
	vv_channel *c;

	k->rc = hx_connect(&c, k->url, false, 60, &k->err);
	for (unsigned i = 0; k->rc == VV_OK && i < 5; i++) {
		k->rc = hx_ask(c, 1 + i * 60000, &k->err);
	}
	if (k->rc == VV_OK) {
		vv_channel_close(c);
	}
}

static void sixty_four_clients_are_answered_at_once(void **state)
{
	hx_server *f = hx_begin();
	client clients[64];
	vv_channel *c;
	vv_error err;
	unsigned i;

	(void)state;
	/* libcurl is loaded by one thread */
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_channel_close(c);
	for (i = 0; i < 64; i++) {
		clients[i].url = vv_http_server_url(f->server);
		clients[i].worker = vv_worker_start(be_client, &clients[i]);
		assert_non_null(clients[i].worker);
	}
	for (i = 0; i < 64; i++) {
		vv_worker_join(clients[i].worker);
		vv_assert_ok(clients[i].rc, &clients[i].err);
	}
	/* A request has ended for the server a moment after its client has the answer. */
	for (i = 0; i < 500 && hx_ended(f) < 64 * 5 - 1; i++) {
		(void)nanosleep(&(struct timespec){0, 20000000}, NULL);
	}
	assert_true(hx_ended(f) >= 64 * 5 - 1);
	hx_end(f);
}

static void what_fails_inside_is_logged_and_not_told(void **state)
{
	hx_server *f = hx_begin();
	uint8_t head[8];
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_put_le64(head, UINT64_MAX);
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_assert_ok(vv_channel_write(c, head, 8, &err), &err);
	vv_assert_status(vv_channel_turn(c, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "status 500");
	assert_null(strstr(err.message, "secret path"));
	vv_channel_close(c);
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	vv_assert_contains(vv_buf_cstr(&f->log), "POST /varve 500 ");
	vv_assert_contains(vv_buf_cstr(&f->log), "the secret path is broken");
	hx_end(f);
}

/* ---- strange clients ---- */

static void paths_outside_are_not_found(void **state)
{
	static const char *const paths[] = {
		"/../r/varve",    "/r/../r/raw/HEAD/a", "/%2e%2e/varve",  "/r%2Fvarve",
		"/%2Fetc/passwd", "/etc/passwd",        "/r/.git/config", "/.git/config",
		"//r/varve",      "/r//varve",          "/r/varve/",      "/r/%00/varve",
		"/r\\varve",      "/R/varve",           "/r/varve%0d%0a", "*",
	};
	hx_server *f = hx_begin();
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(text, sizeof(text),
			       "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", paths[i]);
		vv_assert_contains(hx_say(f, text, strlen(text)), "404 Not Found");
	}
	hx_end(f);
}

static void a_head_that_is_too_large_is_refused(void **state)
{
	hx_server *f = hx_begin();
	vv_buf text = VV_BUF_INIT;
	const char *got;

	(void)state;
	vv_buf_puts(&text, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_printf(&text, "X-%u: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", i);
	}
	vv_buf_puts(&text, "\r\n");
	got = hx_say(f, text.data, text.len);
	assert_true(*got == '\0' || strstr(got, " 413 ") || strstr(got, " 431 "));
	vv_buf_clear(&text);
	vv_assert_contains(hx_say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	hx_end(f);
}

static void noise_is_answered_with_400_or_closed(void **state)
{
	hx_server *f = hx_begin();
	vv_prng r;
	char noise[600];
	const char *got;

	(void)state;
	vv_prng_init(&r, 7);
	for (unsigned i = 0; i < 50; i++) {
		vv_prng_bytes(&r, noise, sizeof(noise));
		if (i % 2 == 0) {
			memcpy(noise, "POST /varve HTTP/1.1\r\n", 22);
		}
		got = hx_say(f, noise, sizeof(noise));
		assert_null(strstr(got, "200 OK"));
	}
	vv_assert_contains(hx_say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	hx_end(f);
}

static void a_post_of_another_type_is_refused_at_its_head(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
				   "Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n";
	hx_server *f = hx_begin();

	(void)state;
	vv_assert_contains(hx_say(f, text, sizeof(text) - 1), "415 Unsupported");
	hx_end(f);
}

static void a_body_cut_short_leaves_the_server_well(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 1000\r\n\r\n\x40\0\0\0\0\0\0\0abc";
	hx_server *f = hx_begin();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		(void)hx_say(f, text, sizeof(text) - 1);
	}
	vv_assert_contains(hx_say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	hx_end(f);
}

static void who_sends_a_head_byte_by_byte_is_ended_and_others_are_served(void **state)
{
	vv_http_options o = {.head_sec = 2};
	hx_server *f;
	uint64_t start;
	int fd;

	(void)state;
	git_begin();
	f = hx_begin_with(&o);
	fd = hx_dial(f);
	start = vv_monotonic_ms();
	while (send(fd, "X", 1, MSG_NOSIGNAL) == 1 && vv_monotonic_ms() - start < 15000) {
		vv_assert_contains(hx_say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
		hx_pause(200);
	}
	assert_true(vv_monotonic_ms() - start < 8000);
	(void)close(fd);
	hx_end(f);
}

static void who_sends_a_body_byte_by_byte_is_ended(void **state)
{
	static const char head[] = "POST /varve HTTP/1.1\r\nHost: x\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 1000\r\n\r\n";
	vv_http_options o = {.rate_sec = 2};
	hx_server *f;
	uint64_t start;
	int fd;

	(void)state;
	git_begin();
	f = hx_begin_with(&o);
	fd = hx_dial(f);
	assert_int_equal(send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL), sizeof(head) - 1);
	start = vv_monotonic_ms();
	while (send(fd, "X", 1, MSG_NOSIGNAL) == 1 && vv_monotonic_ms() - start < 20000) {
		hx_pause(100);
	}
	assert_in_range(vv_monotonic_ms() - start, 1000, 12000);
	(void)close(fd);
	hx_end(f);
}

static void work_that_takes_longer_than_every_limit_is_answered(void **state)
{
	vv_http_options o = {.rate_sec = 1, .head_sec = 1, .keep_sec = 1};
	hx_server *f;
	uint8_t head[8];
	char who[16];
	vv_channel *c;
	vv_error err;

	(void)state;
	git_begin();
	f = hx_begin_with(&o);
	vv_assert_ok(hx_connect(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_put_le64(head, UINT64_MAX - 4);
	vv_assert_ok(vv_channel_write(c, head, 8, &err), &err);
	vv_assert_ok(vv_channel_turn(c, &err), &err);
	vv_assert_ok(vv_channel_read(c, head, 8, &err), &err);
	assert_int_equal(vv_get_le64(head), 9);
	vv_assert_ok(vv_channel_read(c, who, 9, &err), &err);
	vv_assert_ok(vv_channel_done(c, &err), &err);
	/* the kept connection was closed meanwhile, without a notice */
	hx_pause(3500);
	vv_assert_ok(hx_ask(c, 300000, &err), &err);
	hx_pause(3500);
	vv_assert_ok(hx_ask(c, 100, &err), &err);
	vv_channel_close(c);
	hx_end(f);
}

static void more_connections_than_allowed_do_no_lasting_harm(void **state)
{
	vv_http_options o = {.connections = 4, .head_sec = 2};
	hx_server *f;
	int fds[20];
	unsigned i;

	(void)state;
	git_begin();
	f = hx_begin_with(&o);
	for (i = 0; i < 20; i++) {
		fds[i] = hx_dial(f);
	}
	for (i = 0; i < 20; i++) {
		(void)close(fds[i]);
	}
	for (i = 0; i < 50 && !strstr(hx_say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK"); i++) {
		hx_pause(100);
	}
	assert_true(i < 50);
	hx_end(f);
}

static void stopping_breaks_off_what_does_not_end(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 1000\r\n\r\nabc";
	hx_server *f = hx_begin();
	uint64_t start;
	int fd = hx_dial(f);

	(void)state;
	assert_int_equal(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), sizeof(text) - 1);
	hx_pause(300);
	start = vv_monotonic_ms();
	vv_http_server_stop(f->server, 1);
	assert_in_range(vv_monotonic_ms() - start, 900, 6000);
	(void)close(fd);
	f->server = NULL;
	hx_end(f);
}

static void a_server_without_memory_answers_again_when_there_is_some(void **state)
{
	static const char post[] = "POST /varve HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 9\r\n\r\n\x01\0\0\0\0\0\0\0a";
	static const char get[] = "GET /ipfs/bafkqaaa?format=car HTTP/1.1\r\nHost: x\r\n"
				  "Connection: close\r\n\r\n";
	hx_server *f = hx_begin();
	unsigned failed = 0;

	(void)state;
	vv_assert_contains(hx_say(f, post, sizeof(post) - 1), "200 OK");
	vv_assert_contains(hx_say(f, get, sizeof(get) - 1), "200 OK");
	for (unsigned n = 1; n < 40; n++) {
		vv_fault_set(VV_FAULT_ALLOC, n, 0);
		failed += strstr(hx_say(f, post, sizeof(post) - 1), "200 OK") == NULL;
		failed += strstr(hx_say(f, get, sizeof(get) - 1), "200 OK") == NULL;
		(void)vv_fault_clear();
	}
	assert_true(failed > 5);
	vv_assert_contains(hx_say(f, post, sizeof(post) - 1), "200 OK");
	vv_assert_contains(hx_say(f, get, sizeof(get) - 1), "200 OK");
	hx_end(f);
}

/* ---- starting ---- */

static vv_error start_fails(const vv_http_options *o, vv_status wanted)
{
	vv_http_handlers h = {.answer = hx_echo};
	vv_http_server *s;
	vv_error err;

	vv_assert_status(vv_http_server_start(&s, o, &h, &err), wanted, &err);
	assert_null(s);
	return err;
}

static void addresses_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"",     "x",     "127.0.0.1", "127.0.0.1:", ":80", "a:b", "::1:80", "1.2.3.4:65536",
		"h:-1", "h: 80", "[::1]",     "h:80:90"};
	const char *paths[] = {"."};
	vv_http_options o = {.paths = paths, .path_count = 1};

	(void)state;
	git_begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o.address = bad[i];
		vv_assert_contains(start_fails(&o, VV_EUSAGE).message,
				   "is not an address to listen on");
	}
}

static void an_address_that_is_taken_is_said(void **state)
{
	const char *paths[] = {"."};
	vv_http_options o = {.paths = paths, .path_count = 1};
	hx_server *f = hx_begin();

	(void)state;
	o.address = vv_http_server_url(f->server) + strlen("http://");
	vv_assert_contains(start_fails(&o, VV_EREFUSED).message, "another program already listens");
	hx_end(f);
}

static void what_is_no_repository_is_not_served(void **state)
{
	const char *paths[] = {"sub"};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 1};

	(void)state;
	git_begin();
	sh("mkdir sub");
	vv_assert_contains(start_fails(&o, VV_ENOTFOUND).message, "is inside a repository");
	paths[0] = "nowhere";
	(void)start_fails(&o, VV_ENOTFOUND);
}

static void two_repositories_of_one_name_are_refused(void **state)
{
	const char *paths[] = {".", "a/r"};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 2};

	(void)state;
	git_begin();
	sh("git init -q a/r");
	vv_assert_contains(start_fails(&o, VV_EUSAGE).message,
			   "two repositories would have the name 'r'");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(requests_of_every_size_come_back_on_one_channel),
	cmocka_unit_test(a_repository_is_found_by_its_name_too),
	cmocka_unit_test(sixty_four_clients_are_answered_at_once),
	cmocka_unit_test(what_fails_inside_is_logged_and_not_told),
	cmocka_unit_test(paths_outside_are_not_found),
	cmocka_unit_test(a_head_that_is_too_large_is_refused),
	cmocka_unit_test(noise_is_answered_with_400_or_closed),
	cmocka_unit_test(a_post_of_another_type_is_refused_at_its_head),
	cmocka_unit_test(a_body_cut_short_leaves_the_server_well),
	cmocka_unit_test(who_sends_a_head_byte_by_byte_is_ended_and_others_are_served),
	cmocka_unit_test(who_sends_a_body_byte_by_byte_is_ended),
	cmocka_unit_test(work_that_takes_longer_than_every_limit_is_answered),
	cmocka_unit_test(more_connections_than_allowed_do_no_lasting_harm),
	cmocka_unit_test(stopping_breaks_off_what_does_not_end),
	cmocka_unit_test(a_server_without_memory_answers_again_when_there_is_some),
	cmocka_unit_test(addresses_that_are_none_are_refused),
	cmocka_unit_test(an_address_that_is_taken_is_said),
	cmocka_unit_test(what_is_no_repository_is_not_served),
	cmocka_unit_test(two_repositories_of_one_name_are_refused),
};

VV_TEST_SUITE(http)
