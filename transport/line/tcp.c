/*
 * tcp: knows how the addresses of a host are tried, all within one limit of time.
 */
#include "transport/line/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/line/lookup.h"
#include "transport/line/pipe.h"

/* Until the descriptor is ready; else errno says what was in the way. */
static bool wait_ready(int fd, short events, uint64_t deadline, const atomic_bool *stopped)
{
	for (;;) {
		struct pollfd p = {fd, events, 0};
		uint64_t now = vv_monotonic_ms(), left = now < deadline ? deadline - now : 0;

		if (stopped && atomic_load(stopped)) {
			errno = ECANCELED;
			return false;
		}
		int ready = poll(&p, 1,
				 (int)(stopped && left > VV_STOP_STEP_MS ? VV_STOP_STEP_MS : left));
		if (ready > 0) return true;
		if (ready == 0 && left == 0) {
			errno = ETIMEDOUT;
			return false;
		}
		if (ready < 0 && errno != EINTR) return false;
	}
}

/* Waits until the connection is made; errno says what was in its way. */
static bool wait_connected(int fd, uint64_t deadline, const atomic_bool *stopped)
{
	int problem = 0;
	socklen_t len = sizeof(problem);

	if (!wait_ready(fd, POLLOUT, deadline, stopped)) return false;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) < 0) return false;
	errno = problem;
	return problem == 0;
}

static int connect_one(const struct addrinfo *a, uint64_t deadline, const atomic_bool *stopped)
{
	int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol), one = 1;

	if (fd < 0) return -1;
	int flags = fcntl(fd, F_GETFL);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && flags >= 0 &&
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	    (connect(fd, a->ai_addr, a->ai_addrlen) == 0 ||
	     ((errno == EINPROGRESS || errno == EINTR) && wait_connected(fd, deadline, stopped)))) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		return fd;
	}
	int number = errno;
	(void)close(fd);
	errno = number;
	return -1;
}

vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err)
{
	if (wait_ready(fd, POLLIN, vv_monotonic_ms() + (uint64_t)seconds * 1000, stopped)) {
		return VV_OK;
	}
	return errno == ECANCELED   ? vv_fail_stopped(err, name)
	       : errno == ETIMEDOUT ? vv_fail_idle(err, name, seconds)
				    : vv_fail_errno(err, "cannot wait for", name);
}

int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err)
{
	const vv_lookup lookup = {.host = host,
				  .port = port,
				  .deadline_ms = vv_monotonic_ms() + (uint64_t)seconds * 1000,
				  .stopped = stopped};
	const uint64_t deadline = lookup.deadline_ms;
	struct addrinfo *list;
	int fd = -1, number = 0;
	vv_status rc;

	if ((rc = vv_lookup_run(&list, &lookup, err)) < 0) return (int)rc;
	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = connect_one(a, deadline, stopped);
		number = fd < 0 ? errno : 0;
	}
	freeaddrinfo(list);
	if (fd >= 0) return fd;
	(void)vv_fail(err, VV_EIO, "cannot connect to '%s', port %u: %s", vv_text_shows(host), port,
		      strerror(number));
	if (number == ECONNREFUSED) {
		(void)vv_hint(err, "nothing listens there: is that the right port?");
	} else if (number == ETIMEDOUT) {
		(void)vv_hint(err,
			      "no answer within %u seconds: can the host be reached from here?",
			      seconds);
	}
	return (int)VV_EIO;
}
