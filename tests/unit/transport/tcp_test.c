/*
 * Connecting to a host with several addresses.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "transport/line/tcp.h"

static unsigned port; /* of both addresses */

static struct addrinfo *two; /* the newest list of its two addresses */

/* Replaces libc's, which resolves other hosts: two.example has 127.0.0.1 and 127.0.0.2, in this order. */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *wanted,
		struct addrinfo **out)
{
	int (*libc)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	struct addrinfo *first = NULL;

	if (!host || strcmp(host, "two.example") != 0) {
		*(void **)(void *)&libc = dlsym(RTLD_NEXT, "getaddrinfo");
		return libc(host, service, wanted, out);
	}
	for (uint32_t i = 2; i >= 1; i--) {
		struct addrinfo *a = calloc(1, sizeof(*a) + sizeof(struct sockaddr_in));
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)(a + 1);

		*in = (struct sockaddr_in){.sin_family = AF_INET,
					   .sin_port = htons((uint16_t)port),
					   .sin_addr.s_addr = htonl(0x7F000000u + i)};
		*a = (struct addrinfo){.ai_family = AF_INET,
				       .ai_socktype = SOCK_STREAM,
				       .ai_addr = (struct sockaddr *)(void *)in,
				       .ai_addrlen = sizeof(*in),
				       .ai_next = first};
		first = a;
	}
	*out = two = first;
	return 0;
}

void freeaddrinfo(struct addrinfo *list)
{
	void (*libc)(struct addrinfo *);

	if (list != two) {
		*(void **)(void *)&libc = dlsym(RTLD_NEXT, "freeaddrinfo");
		libc(list);
		return;
	}
	two = NULL;
	while (list) {
		struct addrinfo *next = list->ai_next;

		free(list);
		list = next;
	}
}

static int listen_at(uint32_t address, int backlog)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(address)};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	port = ntohs(in.sin_port);
	return fd;
}

static void assert_peer(int fd, uint32_t address)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);

	assert_true(fd >= 0);
	assert_int_equal(getpeername(fd, (struct sockaddr *)&in, &len), 0);
	assert_int_equal(ntohl(in.sin_addr.s_addr), address);
}

static void an_address_that_answers_nothing_does_not_hide_the_next(void **state)
{
	enum { FULL = 8 };
	int waiting[FULL], silent, open, fd;
	vv_error err;

	(void)state;
	port = 0;
	silent = listen_at(0x7F000001u, 0);
	open = listen_at(0x7F000002u, 1);
	/* No process accepts: when the queue is full, Linux drops further connections. */
	for (int i = 0; i < FULL; i++) {
		struct sockaddr_in in = {.sin_family = AF_INET,
					 .sin_port = htons((uint16_t)port),
					 .sin_addr.s_addr = htonl(0x7F000001u)};

		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(waiting[i], (struct sockaddr *)&in, sizeof(in));
	}
	const uint64_t begun = vv_monotonic_ms();
	fd = vv_tcp_connect("two.example", port, 20, NULL, &err);
	assert_peer(fd, 0x7F000002u);
	assert_true(vv_monotonic_ms() - begun < 10000);
	(void)close(fd);
	for (int i = 0; i < FULL; i++) {
		(void)close(waiting[i]);
	}
	(void)close(silent);
	(void)close(open);
}

static void the_first_address_that_answers_counts(void **state)
{
	int first, second, fd;
	vv_error err;

	(void)state;
	port = 0;
	first = listen_at(0x7F000001u, 4);
	second = listen_at(0x7F000002u, 4);
	fd = vv_tcp_connect("two.example", port, 20, NULL, &err);
	assert_peer(fd, 0x7F000001u);
	(void)close(fd);
	(void)close(first);
	fd = vv_tcp_connect("two.example", port, 20, NULL, &err);
	assert_peer(fd, 0x7F000002u);
	(void)close(fd);
	(void)close(second);
}

static void an_address_where_nothing_listens_is_named(void **state)
{
	vv_error err;

	(void)state;
	port = 0;
	(void)close(listen_at(0x7F000001u, 1));
	assert_int_equal(vv_tcp_connect("two.example", port, 20, NULL, &err), VV_EIO);
	vv_assert_contains(err.message, "cannot connect to 'two.example'");
	vv_assert_contains(err.message, "refused");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_address_that_answers_nothing_does_not_hide_the_next),
	cmocka_unit_test(the_first_address_that_answers_counts),
	cmocka_unit_test(an_address_where_nothing_listens_is_named),
};

VV_TEST_SUITE(tcp)
