/*
 * lookup: a host's addresses, and a name server that does not answer.
 */
#include "transport/line/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>

#include "base/sys.h"
#include "tests/unit/support.h"

static int asleep(const char *host, const char *service, const struct addrinfo *wanted,
		  struct addrinfo **out)
{
	(void)host;
	(void)service;
	(void)wanted;
	(void)out;
	(void)poll(NULL, 0, 3000);
	return EAI_AGAIN;
}

static int nobody(const char *host, const char *service, const struct addrinfo *wanted,
		  struct addrinfo **out)
{
	(void)host;
	(void)service;
	(void)wanted;
	(void)out;
	return EAI_NONAME;
}

static void an_address_is_found(void **state)
{
	const vv_lookup l = {
		.host = "127.0.0.1", .port = 7, .deadline_ms = vv_monotonic_ms() + 10000};
	struct addrinfo *list;
	vv_error err;

	(void)state;
	vv_assert_ok(vv_lookup_run(&list, &l, &err), &err);
	assert_int_equal(list->ai_family, AF_INET);
	assert_int_equal(ntohs(((const struct sockaddr_in *)(const void *)list->ai_addr)->sin_port),
			 7);
	freeaddrinfo(list);
}

static void a_name_server_that_is_silent_is_given_up(void **state)
{
	const uint64_t start = vv_monotonic_ms();
	const vv_lookup l = {
		.host = "a.example", .port = 7, .deadline_ms = start + 300, .resolver = asleep};
	struct addrinfo *list;
	vv_error err;

	(void)state;
	vv_assert_status(vv_lookup_run(&list, &l, &err), VV_EIO, &err);
	assert_null(list);
	vv_assert_contains(err.message, "a.example");
	assert_in_range(vv_monotonic_ms() - start, 290, 2500);
}

static void who_is_stopped_looks_up_nothing_more(void **state)
{
	const uint64_t start = vv_monotonic_ms();
	atomic_bool stopped;
	const vv_lookup l = {.host = "a.example",
			     .port = 7,
			     .deadline_ms = start + 10000,
			     .stopped = &stopped,
			     .resolver = asleep};
	struct addrinfo *list;
	vv_error err;

	(void)state;
	atomic_init(&stopped, true);
	vv_assert_status(vv_lookup_run(&list, &l, &err), VV_EIO, &err);
	assert_true(vv_monotonic_ms() - start < 2500);
}

static void a_host_that_is_not_there_is_named(void **state)
{
	const vv_lookup l = {.host = "a.example",
			     .port = 7,
			     .deadline_ms = vv_monotonic_ms() + 10000,
			     .resolver = nobody};
	struct addrinfo *list;
	vv_error err;

	(void)state;
	vv_assert_status(vv_lookup_run(&list, &l, &err), VV_ENOTFOUND, &err);
	vv_assert_contains(err.message, "no such host 'a.example'");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_address_is_found),
	cmocka_unit_test(a_name_server_that_is_silent_is_given_up),
	cmocka_unit_test(who_is_stopped_looks_up_nothing_more),
	cmocka_unit_test(a_host_that_is_not_there_is_named),
};

VV_TEST_SUITE(lookup)
