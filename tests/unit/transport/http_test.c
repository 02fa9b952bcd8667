/*
 * The HTTP server and the channel that speaks to it, over 127.0.0.1: requests of all sizes,
 * who may push, what goes wrong on the way, and what a strange client says.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mutex.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/worker.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/support.h"
#include "transport/connect.h"
#include "transport/http_server.h"

/* ---- a server whose answer is an echo ---- */

typedef struct fixture {
	vv_http_server *server;
	vv_mutex *lock;
	vv_buf log;
} fixture;

/* A request: 8 bytes of length (little-endian) and so many bytes; the answer is the same.
 * Length 0 is answered with "rw" or "r-" and the user's name; UINT64_MAX fails. */
static vv_status echo(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err)
{
	uint8_t head[8];
	char buf[5000];
	uint64_t left;
	vv_buf all = VV_BUF_INIT;
	vv_status rc;

	(void)payload;
	if ((rc = vv_channel_read(line, head, 8, err)) < 0) {
		return rc;
	}
	left = vv_get_le64(head);
	if (left == UINT64_MAX) {
		return vv_fail(err, VV_ECORRUPT, "the secret path is broken");
	}
	if (left == 0) {
		vv_buf_printf(&all, "%s %s", call->may_write ? "rw" : "r-",
			      call->user ? call->user : "nobody");
		left = all.len;
		vv_put_le64(head, left);
		rc = vv_channel_write(line, head, 8, err);
		rc = rc < 0 ? rc : vv_channel_write(line, all.data, all.len, err);
		vv_buf_clear(&all);
		return rc < 0 ? rc : vv_channel_turn(line, err);
	}
	/* in turns: all is read before anything is said */
	while (left > 0) {
		size_t n = left < sizeof(buf) ? (size_t)left : sizeof(buf);

		if ((rc = vv_channel_read(line, buf, n, err)) < 0) {
			vv_buf_clear(&all);
			return rc;
		}
		vv_buf_put(&all, buf, n);
		left -= n;
	}
	rc = vv_channel_write(line, head, 8, err);
	rc = rc < 0 ? rc : vv_channel_write(line, all.data, all.len, err);
	vv_buf_clear(&all);
	return rc < 0 ? rc : vv_channel_turn(line, err);
}

static void keep_log(void *payload, const char *line)
{
	fixture *f = payload;

	vv_mutex_lock(f->lock);
	vv_buf_puts(&f->log, line);
	vv_buf_putc(&f->log, '\n');
	vv_mutex_unlock(f->lock);
}

static fixture *begin_with(const vv_http_options *more)
{
	const char *paths[] = {"."};
	vv_http_options o = *more;
	vv_http_handlers h = {.answer = echo, .log = keep_log};
	static fixture kept; /* the handlers' payload outlives this call */
	vv_error err;

	o.address = o.address ? o.address : "127.0.0.1:0";
	o.paths = o.paths ? o.paths : paths;
	o.path_count = o.path_count ? o.path_count : 1;
	kept = (fixture){NULL, vv_mutex_new(), VV_BUF_INIT};
	h.payload = &kept;
	vv_assert_ok(vv_http_server_start(&kept.server, &o, &h, &err), &err);
	return &kept;
}

static fixture *begin(void)
{
	vv_http_options o = {0};

	git_begin();
	return begin_with(&o);
}

static void end(fixture *f)
{
	vv_http_server_stop(f->server, 5);
	vv_mutex_free(f->lock);
	vv_buf_clear(&f->log);
}

static unsigned port_of(const fixture *f)
{
	return (unsigned)strtoul(strrchr(vv_http_server_url(f->server), ':') + 1, NULL, 10);
}

static const char *below(const fixture *f, const char *path)
{
	static char url[128];

	(void)snprintf(url, sizeof(url), "%s%s", vv_http_server_url(f->server), path);
	return url;
}

/* ---- the channel ---- */

static vv_status connect_to(vv_channel **out, const char *text, bool write, unsigned idle,
			    vv_error *err)
{
	vv_connect_options o = {.write = write, .idle_sec = idle};
	vv_url url;
	vv_status rc = vv_url_read(&url, text, err);

	if (rc == VV_OK) {
		rc = vv_connect(out, &url, &o, err);
		vv_url_clear(&url);
	}
	return rc;
}

static vv_status ask(vv_channel *c, uint64_t len, vv_error *err)
{
	uint8_t head[8], back[8];
	char *bytes = vv_malloc(len + 1), *got = vv_malloc(len + 1);
	uint64_t i;
	vv_status rc;

	for (i = 0; i < len; i++) {
		bytes[i] = (char)(i * 31 + i / 251);
	}
	vv_put_le64(head, len);
	if ((rc = vv_channel_write(c, head, 8, err)) == VV_OK &&
	    (rc = vv_channel_write(c, bytes, len, err)) == VV_OK &&
	    (rc = vv_channel_turn(c, err)) == VV_OK &&
	    (rc = vv_channel_read(c, back, 8, err)) == VV_OK) {
		assert_memory_equal(head, back, 8);
		if ((rc = vv_channel_read(c, got, len, err)) == VV_OK) {
			assert_memory_equal(bytes, got, len);
			rc = vv_channel_done(c, err);
		}
	}
	vv_free(bytes);
	vv_free(got);
	return rc;
}

/* Who the server thinks we are. */
static vv_status ask_who(vv_channel *c, char out[64], vv_error *err)
{
	uint8_t head[8] = {0};
	vv_status rc;

	if ((rc = vv_channel_write(c, head, 8, err)) < 0 || (rc = vv_channel_turn(c, err)) < 0 ||
	    (rc = vv_channel_read(c, head, 8, err)) < 0) {
		return rc;
	}
	assert_true(vv_get_le64(head) < 64);
	rc = vv_channel_read(c, out, (size_t)vv_get_le64(head), err);
	out[vv_get_le64(head)] = '\0';
	return rc < 0 ? rc : vv_channel_done(c, err);
}

static void requests_of_every_size_come_back_on_one_channel(void **state)
{
	const uint64_t sizes[] = {1, 100, 65527, 65528, 65529, 200000, 5000000, 3};
	fixture *f = begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		vv_assert_ok(ask(c, sizes[i], &err), &err);
	}
	vv_channel_close(c);
	end(f);
}

static void a_repository_is_found_by_its_name_too(void **state)
{
	fixture *f = begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, below(f, "/r/"), false, 0, &err), &err);
	vv_assert_ok(ask(c, 10, &err), &err);
	vv_channel_close(c);
	end(f);
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

	k->rc = connect_to(&c, k->url, false, 60, &k->err);
	for (unsigned i = 0; k->rc == VV_OK && i < 5; i++) {
		k->rc = ask(c, 1 + i * 60000, &k->err);
	}
	if (k->rc == VV_OK) {
		vv_channel_close(c);
	}
}

static void sixty_four_clients_are_answered_at_once(void **state)
{
	fixture *f = begin();
	client clients[64];
	vv_channel *c;
	vv_error err;
	unsigned i;

	(void)state;
	/* libcurl is loaded by one thread */
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), false, 0, &err), &err);
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
	assert_true(vv_http_server_requests(f->server) >= 64 * 5 - 1);
	end(f);
}

static void what_fails_inside_is_logged_and_not_told(void **state)
{
	fixture *f = begin();
	uint8_t head[8];
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_put_le64(head, UINT64_MAX);
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_assert_ok(vv_channel_write(c, head, 8, &err), &err);
	vv_assert_status(vv_channel_turn(c, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "status 500");
	assert_null(strstr(err.message, "secret path"));
	vv_channel_close(c);
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	vv_assert_contains(vv_buf_cstr(&f->log), "POST /varve 500 ");
	vv_assert_contains(vv_buf_cstr(&f->log), "the secret path is broken");
	end(f);
}

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
	vv_test_write_text(vv_test_path("users"), vv_buf_cstr(&text));
	vv_buf_clear(&text);
	return vv_test_path("users");
}

static fixture *begin_closed(bool closed, bool read_only)
{
	vv_http_options o = {.closed = closed, .read_only = read_only};

	git_begin();
	o.auth_file = write_users();
	return begin_with(&o);
}

static const char *with_user(const fixture *f, const char *user)
{
	static char url[128];

	(void)snprintf(url, sizeof(url), "http://%s@127.0.0.1:%u", user, port_of(f));
	return url;
}

static void without_a_name_one_reads_and_does_not_write(void **state)
{
	fixture *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), false, 0, &err), &err);
	vv_assert_ok(ask_who(c, who, &err), &err);
	assert_string_equal(who, "r- nobody");
	vv_channel_close(c);
	(void)setenv("GIT_TERMINAL_PROMPT", "0", 1);
	(void)setenv("GIT_ASKPASS", "true", 1);
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	end(f);
}

static void name_and_secret_of_the_url_are_used(void **state)
{
	fixture *f = begin_closed(true, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, with_user(f, "ada:correct%20horse"), true, 0, &err), &err);
	vv_assert_ok(ask_who(c, who, &err), &err);
	assert_string_equal(who, "rw ada");
	vv_channel_close(c);
	vv_assert_ok(connect_to(&c, with_user(f, "bob:battery"), false, 0, &err), &err);
	vv_assert_ok(ask_who(c, who, &err), &err);
	assert_string_equal(who, "r- bob");
	vv_channel_close(c);
	end(f);
}

static void a_wrong_secret_is_authentication_failed(void **state)
{
	fixture *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, with_user(f, "ada:wrong"), false, 0, &err), &err);
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "authentication failed");
	assert_null(strstr(err.message, "wrong@"));
	vv_channel_close(c);
	vv_http_server_stop(f->server, 5);
	f->server = NULL;
	vv_assert_contains(vv_buf_cstr(&f->log), "127.0.0.1 - POST /varve 401 ");
	assert_null(strstr(vv_buf_cstr(&f->log), "d3Jvbmc")); /* of the header's base64 */
	end(f);
}

static void who_may_only_read_is_told_so(void **state)
{
	fixture *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, with_user(f, "bob:battery"), true, 0, &err), &err);
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "permission denied");
	vv_assert_contains(err.message, "may read, not write");
	vv_channel_close(c);
	end(f);
}

static void a_read_only_server_takes_no_pushes_from_anybody(void **state)
{
	fixture *f = begin_closed(false, true);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, with_user(f, "ada:correct%20horse"), true, 0, &err), &err);
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "read-only");
	vv_channel_close(c);
	end(f);
}

static void the_credential_helper_is_asked_and_told(void **state)
{
	fixture *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	sh("printf '#!/bin/sh\\necho \"$1\" >> %s/asked\\ncat >> %s/asked\\n"
	   "[ \"$1\" != get ] || printf \"username=ada\\npassword=correct horse\\n\"\\n' > %s/helper"
	   " && chmod +x %s/helper && git config --global credential.helper %s/helper",
	   vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir());
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_ok(ask_who(c, who, &err), &err);
	assert_string_equal(who, "rw ada");
	/* asked once only */
	vv_assert_ok(ask_who(c, who, &err), &err);
	vv_channel_close(c);
	assert_string_equal(out("grep -c '^get$' %s/asked", vv_test_dir()), "1");
	assert_string_equal(out("grep -c '^store$' %s/asked", vv_test_dir()), "1");
	end(f);
}

static void a_helper_s_wrong_secret_is_taken_back(void **state)
{
	fixture *f = begin_closed(false, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	sh("printf '#!/bin/sh\\necho \"$1\" >> %s/asked\\ncat > /dev/null\\n"
	   "[ \"$1\" != get ] || printf \"username=ada\\npassword=no\\n\"\\n' > %s/helper"
	   " && chmod +x %s/helper && git config --global credential.helper %s/helper",
	   vv_test_dir(), vv_test_dir(), vv_test_dir(), vv_test_dir());
	vv_assert_ok(connect_to(&c, vv_http_server_url(f->server), true, 0, &err), &err);
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	assert_string_equal(out("tail -n 1 %s/asked", vv_test_dir()), "erase");
	end(f);
}

static void a_changed_file_of_users_holds_at_once(void **state)
{
	fixture *f = begin_closed(true, false);
	vv_channel *c;
	char who[64];
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, with_user(f, "ada:correct%20horse"), false, 0, &err), &err);
	vv_assert_ok(ask_who(c, who, &err), &err);
	sh("sed -i /^ada/d %s", vv_test_path("users"));
	vv_assert_status(ask_who(c, who, &err), VV_EREFUSED, &err);
	vv_channel_close(c);
	end(f);
}

static void a_bad_file_of_users_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"ada\n", "line 1: not of the form"},
		{"# x\nada:w:scrypt$\n", "line 2: the rights are r or rw"},
		{"ada:rw:geheim\n", "line 1: not a hash"},
		{":rw:x\n", "line 1: a name has"},
		{"a\tb:rw:x\n", "line 1: a control character"},
		{"ada:rw:scrypt$30$8$1$00$00\n", "not a hash"},
	};
	const char *paths[] = {"."};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 1};
	vv_http_handlers h = {.answer = echo};
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

/* ---- what goes wrong on the way ---- */

static void nobody_listening_is_connection_refused(void **state)
{
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	vv_assert_ok(connect_to(&c, "http://127.0.0.1:1/x", false, 0, &err), &err);
	vv_assert_status(ask(c, 5, &err), VV_EIO, &err);
	vv_assert_contains(err.message, "connection refused");
	vv_channel_close(c);
}

static void an_unknown_host_is_said(void **state)
{
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	vv_assert_ok(connect_to(&c, "http://no-such-host.invalid/x", false, 0, &err), &err);
	vv_assert_status(ask(c, 5, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "there is no such host");
	vv_channel_close(c);
}

static void a_name_that_is_not_served_is_no_repository(void **state)
{
	fixture *f = begin();
	vv_channel *c;
	vv_error err;

	(void)state;
	vv_assert_ok(connect_to(&c, below(f, "/other"), false, 0, &err), &err);
	vv_assert_status(ask(c, 300000, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no varve repository at");
	vv_channel_close(c);
	end(f);
}

/* ---- a server that says what the test wants ---- */

typedef struct scripted {
	int listener;
	unsigned port;
	const char *answer;   /* of every request */
	const char *second;   /* of the second and later ones; may be NULL */
	unsigned answers;     /* connections to take */
	unsigned hold_ms;     /* before the connection is closed */
	char heads[4][2048];  /* what the requests began with */
	vv_worker *worker;
} scripted;

static void pause_ms(unsigned ms)
{
	(void)poll(NULL, 0, (int)ms);
}

static void play(void *payload)
{
	scripted *s = payload;
	unsigned i;

	for (i = 0; i < s->answers; i++) {
		int fd = accept(s->listener, NULL, NULL);
		const char *answer = i > 0 && s->second ? s->second : s->answer;
		size_t have = 0;

		if (fd < 0) {
			return;
		}
		while (have < sizeof(s->heads[0]) - 1 && !strstr(s->heads[i & 3], "\r\n\r\n")) {
			ssize_t n = read(fd, s->heads[i & 3] + have, sizeof(s->heads[0]) - 1 - have);

			if (n <= 0) {
				break;
			}
			have += (size_t)n;
			s->heads[i & 3][have] = '\0';
		}
		(void)!write(fd, answer, strlen(answer));
		pause_ms(s->hold_ms);
		(void)close(fd);
	}
}

static void begin_script(scripted *s, const char *answer, unsigned answers)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->answer = answer;
	s->answers = answers;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
}

static void run_script(scripted *s)
{
	s->worker = vv_worker_start(play, s);
	assert_non_null(s->worker);
}

static void end_script(scripted *s)
{
	(void)shutdown(s->listener, SHUT_RDWR);
	vv_worker_join(s->worker);
	(void)close(s->listener);
}

/* Asks the scripted server; the error. */
static vv_error ask_script(scripted *s, vv_status wanted, unsigned idle)
{
	char url[64];
	vv_channel *c;
	vv_error err;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", s->port);
	run_script(s);
	vv_assert_ok(connect_to(&c, url, false, idle, &err), &err);
	vv_assert_status(ask(c, 5, &err), wanted, &err);
	vv_channel_close(c);
	end_script(s);
	return err;
}

#define HTTP_OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/x-varve\r\n"

static void a_line_that_drops_in_the_middle_is_said(void **state)
{
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s, HTTP_OK_HEAD "Content-Length: 13\r\n\r\n\x05\0\0", 1);
	err = ask_script(&s, VV_EIO, 0);
	vv_assert_contains(err.message, "was closed in the middle");
}

static void a_web_page_is_not_varve(void **state)
{
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s,
		     "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 15\r\n\r\n"
		     "<h1>welcome</h1>",
		     1);
	err = ask_script(&s, VV_ENOTFOUND, 0);
	vv_assert_contains(err.message, "answers, but not as varve does");
}

static void what_another_server_says_is_escaped(void **state)
{
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s,
		     "HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\n"
		     "\x1b]0;hi\x07 you\n",
		     1);
	err = ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "\\x1B]0;hi\\x07 you");
}

static void a_server_that_says_nothing_ends_at_the_idle_limit(void **state)
{
	scripted s;
	vv_error err;
	uint64_t start;

	(void)state;
	git_home();
	begin_script(&s, "", 1);
	s.hold_ms = 3000;
	start = vv_monotonic_ms();
	err = ask_script(&s, VV_EIO, 1);
	vv_assert_contains(err.message, "1 second");
	assert_true(vv_monotonic_ms() - start < 10000);
}

static void a_redirect_on_the_same_host_is_followed(void **state)
{
	char answer[256];
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s, answer, 2);
	(void)snprintf(answer, sizeof(answer),
		       "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:%u/y/varve\r\n"
		       "Content-Length: 0\r\nConnection: close\r\n\r\n",
		       s.port);
	s.second = "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	err = ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "permission denied");
	vv_assert_contains(s.heads[0], "POST /x/varve ");
	vv_assert_contains(s.heads[1], "POST /y/varve ");
}

static void a_redirect_to_another_server_is_refused(void **state)
{
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s,
		     "HTTP/1.1 302 Go\r\nLocation: http://localhost/y/varve\r\n"
		     "Content-Length: 0\r\nConnection: close\r\n\r\n",
		     1);
	err = ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(err.message, "redirects to another server");
}

static void a_circle_of_redirects_ends(void **state)
{
	char answer[256];
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s, answer, 8);
	(void)snprintf(answer, sizeof(answer),
		       "HTTP/1.1 301 Go\r\nLocation: http://127.0.0.1:%u/x/varve\r\n"
		       "Content-Length: 0\r\nConnection: close\r\n\r\n",
		       s.port);
	err = ask_script(&s, VV_EIO, 0);
	vv_assert_contains(err.message, "without an end");
}

static void settings_of_git_reach_the_request(void **state)
{
	scripted s;
	vv_error err;

	(void)state;
	git_home();
	sh("git config --global http.extraHeader 'X-Team: tables'");
	sh("git config --global http.http://127.0.0.1/.userAgent 'ours/1'");
	sh("git config --global http.http://example.com/.userAgent 'theirs/1'");
	begin_script(&s, "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	sh("git config --global http.http://127.0.0.1:%u/.userAgent ours/2", s.port);
	err = ask_script(&s, VV_EREFUSED, 0);
	vv_assert_contains(s.heads[0], "X-Team: tables\r\n");
	vv_assert_contains(s.heads[0], "User-Agent: ours/2\r\n");
	(void)err;
}

static void the_proxy_of_the_settings_is_asked(void **state)
{
	scripted s;
	vv_channel *c;
	vv_error err;

	(void)state;
	git_home();
	begin_script(&s, "HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 1);
	sh("git config --global http.proxy http://127.0.0.1:%u", s.port);
	run_script(&s);
	vv_assert_ok(connect_to(&c, "http://data.example/x", false, 0, &err), &err);
	vv_assert_status(ask(c, 5, &err), VV_EREFUSED, &err);
	vv_assert_contains(err.message, "the proxy asks who you are");
	vv_channel_close(c);
	end_script(&s);
	vv_assert_contains(s.heads[0], "POST http://data.example/x/varve ");
}

/* ---- strange clients ---- */

static int dial(const fixture *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_port = htons((uint16_t)port_of(f));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Sends text on a new connection; the start of what comes back ("" when it is closed). */
static const char *say(const fixture *f, const char *text, size_t len)
{
	static char got[4096];
	size_t have = 0;
	int fd = dial(f);
	ssize_t n;

	while (len > 0 && (n = send(fd, text, len, MSG_NOSIGNAL)) > 0) {
		text += n;
		len -= (size_t)n;
	}
	(void)shutdown(fd, SHUT_WR);
	while (have < sizeof(got) - 1 && (n = read(fd, got + have, sizeof(got) - 1 - have)) > 0) {
		have += (size_t)n;
	}
	got[have] = '\0';
	(void)close(fd);
	return got;
}

static void paths_outside_are_not_found(void **state)
{
	static const char *const paths[] = {
		"/../r/varve",     "/r/../r/raw/HEAD/a", "/%2e%2e/varve",     "/r%2Fvarve",
		"/%2Fetc/passwd",  "/etc/passwd",        "/r/.git/config",    "/.git/config",
		"//r/varve",       "/r//varve",          "/r/varve/",         "/r/%00/varve",
		"/r\\varve",       "/R/varve",           "/r/varve%0d%0a",    "*",
	};
	fixture *f = begin();
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		(void)snprintf(text, sizeof(text),
			       "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", paths[i]);
		vv_assert_contains(say(f, text, strlen(text)), "404 Not Found");
	}
	end(f);
}

static void a_head_that_is_too_large_is_refused(void **state)
{
	fixture *f = begin();
	vv_buf text = VV_BUF_INIT;
	const char *got;

	(void)state;
	vv_buf_puts(&text, "GET / HTTP/1.1\r\nHost: x\r\n");
	for (unsigned i = 0; i < 5000; i++) {
		vv_buf_printf(&text, "X-%u: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n", i);
	}
	vv_buf_puts(&text, "\r\n");
	got = say(f, text.data, text.len);
	assert_true(*got == '\0' || strstr(got, " 413 ") || strstr(got, " 431 "));
	vv_buf_clear(&text);
	vv_assert_contains(say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	end(f);
}

static void noise_is_answered_with_400_or_closed(void **state)
{
	fixture *f = begin();
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
		got = say(f, noise, sizeof(noise));
		assert_null(strstr(got, "200 OK"));
	}
	vv_assert_contains(say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	end(f);
}

static void a_post_of_another_type_is_refused_at_its_head(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
				   "Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n";
	fixture *f = begin();

	(void)state;
	vv_assert_contains(say(f, text, sizeof(text) - 1), "415 Unsupported");
	end(f);
}

static void a_body_cut_short_leaves_the_server_well(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 1000\r\n\r\n\x40\0\0\0\0\0\0\0abc";
	fixture *f = begin();

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		(void)say(f, text, sizeof(text) - 1);
	}
	vv_assert_contains(say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
	end(f);
}

static void who_sends_a_head_byte_by_byte_is_ended_and_others_are_served(void **state)
{
	vv_http_options o = {.head_sec = 2};
	fixture *f;
	uint64_t start;
	int fd;

	(void)state;
	git_begin();
	f = begin_with(&o);
	fd = dial(f);
	start = vv_monotonic_ms();
	while (send(fd, "X", 1, MSG_NOSIGNAL) == 1 && vv_monotonic_ms() - start < 15000) {
		vv_assert_contains(say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK");
		pause_ms(200);
	}
	assert_true(vv_monotonic_ms() - start < 8000);
	(void)close(fd);
	end(f);
}

static void more_connections_than_allowed_do_no_lasting_harm(void **state)
{
	vv_http_options o = {.connections = 4, .head_sec = 2};
	fixture *f;
	int fds[20];
	unsigned i;

	(void)state;
	git_begin();
	f = begin_with(&o);
	for (i = 0; i < 20; i++) {
		fds[i] = dial(f);
	}
	for (i = 0; i < 20; i++) {
		(void)close(fds[i]);
	}
	for (i = 0; i < 50 && !strstr(say(f, "GET / HTTP/1.0\r\n\r\n", 18), "200 OK"); i++) {
		pause_ms(100);
	}
	assert_true(i < 50);
	end(f);
}

static void stopping_breaks_off_what_does_not_end(void **state)
{
	static const char text[] = "POST /varve HTTP/1.1\r\nHost: x\r\n"
				   "Content-Type: application/x-varve\r\n"
				   "Content-Length: 1000\r\n\r\nabc";
	fixture *f = begin();
	uint64_t start;
	int fd = dial(f);

	(void)state;
	assert_int_equal(send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL), sizeof(text) - 1);
	pause_ms(300);
	start = vv_monotonic_ms();
	vv_http_server_stop(f->server, 1);
	assert_in_range(vv_monotonic_ms() - start, 900, 6000);
	(void)close(fd);
	f->server = NULL;
	end(f);
}

/* ---- starting ---- */

static vv_error start_fails(const vv_http_options *o, vv_status wanted)
{
	vv_http_handlers h = {.answer = echo};
	vv_http_server *s;
	vv_error err;

	vv_assert_status(vv_http_server_start(&s, o, &h, &err), wanted, &err);
	assert_null(s);
	return err;
}

static void addresses_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {"",      "x",        "127.0.0.1",   "127.0.0.1:",
					  ":80",   "a:b",      "::1:80",      "1.2.3.4:65536",
					  "h:-1",  "h: 80",    "[::1]",       "h:80:90"};
	const char *paths[] = {"."};
	vv_http_options o = {.paths = paths, .path_count = 1};

	(void)state;
	git_begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		o.address = bad[i];
		vv_assert_contains(start_fails(&o, VV_EUSAGE).message, "no address to listen at");
	}
}

static void an_address_that_is_taken_is_said(void **state)
{
	const char *paths[] = {"."};
	vv_http_options o = {.paths = paths, .path_count = 1};
	fixture *f = begin();

	(void)state;
	o.address = vv_http_server_url(f->server) + strlen("http://");
	vv_assert_contains(start_fails(&o, VV_EREFUSED).message, "somebody else listens");
	end(f);
}

static void what_is_no_repository_is_not_served(void **state)
{
	const char *paths[] = {"sub"};
	vv_http_options o = {.address = "127.0.0.1:0", .paths = paths, .path_count = 1};

	(void)state;
	git_begin();
	sh("mkdir sub");
	vv_assert_contains(start_fails(&o, VV_ENOTFOUND).message, "lies in a repository");
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
	vv_assert_contains(start_fails(&o, VV_EUSAGE).message, "served as 'r'");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(requests_of_every_size_come_back_on_one_channel),
	cmocka_unit_test(a_repository_is_found_by_its_name_too),
	cmocka_unit_test(sixty_four_clients_are_answered_at_once),
	cmocka_unit_test(what_fails_inside_is_logged_and_not_told),
	cmocka_unit_test(without_a_name_one_reads_and_does_not_write),
	cmocka_unit_test(name_and_secret_of_the_url_are_used),
	cmocka_unit_test(a_wrong_secret_is_authentication_failed),
	cmocka_unit_test(who_may_only_read_is_told_so),
	cmocka_unit_test(a_read_only_server_takes_no_pushes_from_anybody),
	cmocka_unit_test(the_credential_helper_is_asked_and_told),
	cmocka_unit_test(a_helper_s_wrong_secret_is_taken_back),
	cmocka_unit_test(a_changed_file_of_users_holds_at_once),
	cmocka_unit_test(a_bad_file_of_users_is_named_with_its_line),
	cmocka_unit_test(nobody_listening_is_connection_refused),
	cmocka_unit_test(an_unknown_host_is_said),
	cmocka_unit_test(a_name_that_is_not_served_is_no_repository),
	cmocka_unit_test(a_line_that_drops_in_the_middle_is_said),
	cmocka_unit_test(a_web_page_is_not_varve),
	cmocka_unit_test(what_another_server_says_is_escaped),
	cmocka_unit_test(a_server_that_says_nothing_ends_at_the_idle_limit),
	cmocka_unit_test(a_redirect_on_the_same_host_is_followed),
	cmocka_unit_test(a_redirect_to_another_server_is_refused),
	cmocka_unit_test(a_circle_of_redirects_ends),
	cmocka_unit_test(settings_of_git_reach_the_request),
	cmocka_unit_test(the_proxy_of_the_settings_is_asked),
	cmocka_unit_test(paths_outside_are_not_found),
	cmocka_unit_test(a_head_that_is_too_large_is_refused),
	cmocka_unit_test(noise_is_answered_with_400_or_closed),
	cmocka_unit_test(a_post_of_another_type_is_refused_at_its_head),
	cmocka_unit_test(a_body_cut_short_leaves_the_server_well),
	cmocka_unit_test(who_sends_a_head_byte_by_byte_is_ended_and_others_are_served),
	cmocka_unit_test(more_connections_than_allowed_do_no_lasting_harm),
	cmocka_unit_test(stopping_breaks_off_what_does_not_end),
	cmocka_unit_test(addresses_that_are_none_are_refused),
	cmocka_unit_test(an_address_that_is_taken_is_said),
	cmocka_unit_test(what_is_no_repository_is_not_served),
	cmocka_unit_test(two_repositories_of_one_name_are_refused),
};

int main(int argc, char **argv)
{
	return vv_test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
