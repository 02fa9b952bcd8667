/*
 * Parallel requests to sources: one that sleeps delays no other, and gets no request for a while.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "tests/unit/repo/git_fixture.h"
#include "tests/unit/transport/small_history.h"
#include "transport/line/tcp.h"
#include "transport/protocol/ask.h"
#include "transport/protocol/connect.h"

/* A machine that sleeps: its kernel accepts connections, and no program answers. */
typedef struct sleeper {
	int fd;
	char url[64];
	vv_channel *line;
	unsigned asked;
} sleeper;

static void begin_sleeping(sleeper *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);

	*s = (sleeper){.fd = socket(AF_INET, SOCK_STREAM, 0)};
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s->fd, 8), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/r",
		       (unsigned)ntohs(a.sin_port));
}

/* A hello is what shows whether anybody is there: over http nothing is sent before. */
static vv_status open_line(void *payload, const vv_connect_options *o, vv_error *err)
{
	sleeper *s = payload;
	uint8_t byte;
	vv_url url;
	vv_status rc;

	s->asked++;
	vv_assert_ok(vv_url_read(&url, s->url, err), err);
	if ((rc = vv_connect(&s->line, &url, o, err)) < 0 ||
	    (rc = vv_channel_write(s->line, "M", 1, err)) < 0 ||
	    (rc = vv_channel_turn(s->line, err)) < 0) {
		goto done;
	}
	rc = vv_channel_read(s->line, &byte, 1, err);
done:
	vv_channel_close(s->line);
	s->line = NULL;
	vv_url_clear(&url);
	return rc;
}

static vv_status answer(void *payload, const vv_connect_options *o, vv_error *err)
{
	(void)err;
	assert_non_null(o->repo);
	++*(unsigned *)payload;
	return VV_OK;
}

static uint64_t ask_all(vv_repository *r, vv_ask *asks, size_t count, unsigned idle_sec)
{
	const vv_connect_options o = {.repo = r, .idle_sec = idle_sec};
	const uint64_t start = vv_monotonic_ms();
	vv_ask *list[8];
	vv_error err;

	for (size_t i = 0; i < count; i++) {
		list[i] = &asks[i];
		vv_assert_ok(vv_ask_prepare(&asks[i], &o, &err), &err);
	}
	vv_assert_ok(vv_ask_all(list, count, r, &err), &err);
	for (size_t i = 0; i < count; i++) {
		vv_ask_clear(&asks[i]);
	}
	return vv_monotonic_ms() - start;
}

static void those_that_sleep_cost_two_seconds_together_and_then_nothing(void **state)
{
	sleeper web, far;
	unsigned answers = 0;

	(void)state;
	git_home();
	vv_repository *r = small_repository("r");
	begin_sleeping(&web);
	begin_sleeping(&far);
	vv_ask asks[] = {{.url = web.url, .open = open_line, .payload = &web},
			 {.url = "here", .open = answer, .payload = &answers},
			 {.url = far.url, .open = open_line, .payload = &far}};

	assert_in_range(ask_all(r, asks, 3, 0), 1900, 3500);
	assert_int_equal(asks[0].status, VV_EIO);
	assert_true(asks[0].silent);
	assert_int_equal(asks[1].status, VV_OK);
	assert_int_equal(asks[2].status, VV_EIO);
	assert_true(asks[2].silent);

	/* a silent source gets no further request */
	assert_in_range(ask_all(r, asks, 3, 0), 0, 1000);
	assert_int_equal(asks[0].status, VV_EIO);
	assert_false(asks[0].silent);
	assert_int_equal(web.asked, 1);
	assert_int_equal(far.asked, 1);
	assert_int_equal(answers, 2);

	/* but with an explicit time to wait */
	assert_in_range(ask_all(r, asks, 2, 1), 900, 1800);
	assert_int_equal(web.asked, 2);
	assert_true(asks[0].silent);

	/* or names it */
	asks[2].named = true;
	assert_in_range(ask_all(r, &asks[2], 1, 0), 1900, 3500);
	assert_int_equal(far.asked, 2);
	(void)close(web.fd);
	(void)close(far.fd);
	vv_repository_close(r);
}

static void a_server_that_should_begin_and_does_not_is_given_up(void **state)
{
	atomic_bool stopped = false;
	sleeper s;
	vv_error err;
	vv_url url;
	int fd;

	(void)state;
	begin_sleeping(&s);
	vv_assert_ok(vv_url_read(&url, s.url, &err), &err);
	assert_true((fd = vv_tcp_connect(url.host, url.port, 2, &stopped, &err)) >= 0);
	const uint64_t start = vv_monotonic_ms();
	assert_int_equal(vv_tcp_await(fd, s.url, 1, &stopped, &err), VV_EIO);
	assert_in_range(vv_monotonic_ms() - start, 900, 1800);
	atomic_store(&stopped, true);
	assert_int_equal(vv_tcp_await(fd, s.url, 60, &stopped, &err), VV_EIO);
	assert_in_range(vv_monotonic_ms() - start, 900, 3000);
	(void)close(fd);
	(void)close(s.fd);
	vv_url_clear(&url);
}

static vv_status refuse(void *payload, const vv_connect_options *o, vv_error *err)
{
	(void)o;
	++*(unsigned *)payload;
	return vv_fail(err, VV_EREFUSED, "go away");
}

static void one_that_refuses_is_asked_again(void **state)
{
	unsigned asked = 0;

	(void)state;
	git_home();
	vv_repository *r = small_repository("r");
	vv_ask ask = {.url = "x", .open = refuse, .payload = &asked};
	(void)ask_all(r, &ask, 1, 0);
	assert_int_equal(ask.status, VV_EREFUSED);
	assert_false(ask.silent);
	(void)ask_all(r, &ask, 1, 0);
	assert_int_equal(asked, 2);
	vv_repository_close(r);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(those_that_sleep_cost_two_seconds_together_and_then_nothing),
	cmocka_unit_test(a_server_that_should_begin_and_does_not_is_given_up),
	cmocka_unit_test(one_that_refuses_is_asked_again),
};

VV_TEST_SUITE(ask)
