/*
 * tcp: the addresses of a host are tried one after the other, each with a short start on the next, so that one
 * that answers nothing does not hide those behind it (RFC 8305).
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

#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "transport/line/channel.h"
#include "transport/line/pipe.h"

/* left: decides who frees memory that an abandoned thread still uses. */

struct vv_left {
	atomic_int users; /* both threads; who leaves last frees it */
	vv_ring *ended;   /* never written: waiting on it is the wait for its stop */
	void (*run)(void *payload), (*clear)(void *payload);
	void *payload;
};

void vv_left_end(vv_left *l)
{
	if (atomic_fetch_sub(&l->users, 1) > 1) return;
	l->clear(l->payload);
	vv_ring_free(l->ended);
	vv_free(l);
}

static void run_left(void *payload)
{
	vv_left *l = payload;

	l->run(l->payload);
	vv_ring_stop(l->ended);
	vv_left_end(l);
}

vv_left *vv_left_start(void (*run)(void *payload), void (*clear)(void *payload), void *payload)
{
	vv_left *l = vv_calloc(1, sizeof(*l));

	if (!l || !(l->ended = vv_ring_new(1))) {
		vv_free(l);
		clear(payload);
		return NULL;
	}
	atomic_init(&l->users, 2);
	l->run = run;
	l->clear = clear;
	l->payload = payload;
	if (!vv_thread_leave(run_left, l)) {
		run_left(l); /* no thread is to be had: it takes as long as it takes */
	}
	return l;
}

bool vv_left_wait(vv_left *l, uint64_t deadline_ms, const atomic_bool *stopped)
{
	char none;
	uint64_t now;

	while (!vv_ring_stopped(l->ended) && (now = vv_monotonic_ms()) < deadline_ms &&
	       !(stopped && atomic_load(stopped))) {
		const uint64_t left = deadline_ms - now;
		(void)vv_ring_read(l->ended, &none, 1,
				   (unsigned)(left < VV_STOP_STEP_MS ? left : VV_STOP_STEP_MS),
				   NULL);
	}
	return vv_ring_stopped(l->ended);
}

/* lookup: getaddrinfo in such a thread. */

typedef struct question {
	vv_resolver_fn resolver;
	char *host, service[16];
	struct addrinfo wanted, *list;
	int code, number; /* of getaddrinfo, and errno */
} question;

static void clear_question(void *payload)
{
	question *q = payload;

	if (q->list) {
		freeaddrinfo(q->list);
	}
	vv_free_all(q->host, q);
}

static void resolve_host(void *payload)
{
	question *q = payload;

	q->code = q->resolver(q->host, q->service, &q->wanted, &q->list);
	q->number = errno;
}

static vv_status fail_lookup(const char *host, int code, int number, vv_error *err)
{
	if (code == EAI_MEMORY) return vv_fail_nomem(err);
	if (code == EAI_AGAIN || code == EAI_SYSTEM) {
		return vv_fail(
			err, VV_EIO,
			"cannot look up the host '%s': %s\ncheck the name and the network: the "
			"name server failed or did not answer",
			vv_text_shows(host),
			code == EAI_SYSTEM ? strerror(number) : gai_strerror(code));
	}
	return vv_fail(err, VV_ENOTFOUND, "no such host '%s' (%s)", vv_text_shows(host),
		       gai_strerror(code));
}

vv_status vv_lookup_run(struct addrinfo **out, const vv_lookup *l, vv_error *err)
{
	question *q = vv_calloc(1, sizeof(*q));

	*out = NULL;
	if (!q) return vv_fail_nomem(err);
	q->resolver = l->resolver ? l->resolver : getaddrinfo;
	q->wanted.ai_socktype = SOCK_STREAM;
	(void)snprintf(q->service, sizeof(q->service), "%u", l->port);
	if (!(q->host = vv_strdup(l->host))) {
		vv_free(q);
		return vv_fail_nomem(err);
	}
	vv_left *thread = vv_left_start(resolve_host, clear_question, q);
	if (!thread) return vv_fail_nomem(err);
	vv_status rc = VV_OK;
	if (!vv_left_wait(thread, l->deadline_ms, l->stopped)) {
		rc = l->stopped && atomic_load(l->stopped)
			     ? vv_fail_stopped(err, l->host)
			     : fail_lookup(l->host, EAI_SYSTEM, ETIMEDOUT, err);
	} else if (q->code != 0) {
		rc = fail_lookup(l->host, q->code, q->number, err);
	} else {
		*out = vv_take(&q->list);
	}
	vv_left_end(thread);
	return rc;
}

/* Waits until the descriptor is ready; otherwise sets errno. */
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

/* --- connecting --- */

#define TRIES_MAX 16u
#define START_MS 250u /* RFC 8305, 5 */

/* Connections that are being made. */
typedef struct tries {
	struct pollfd fds[TRIES_MAX];
	nfds_t count;
	int number; /* errno of the last one that failed */
} tries;

static void drop_try(tries *t, nfds_t i, int number)
{
	(void)close(t->fds[i].fd);
	t->fds[i] = t->fds[--t->count];
	t->number = number;
}

static void begin_try(tries *t, const struct addrinfo *a)
{
	int fd = vv_os_socket(a->ai_family, a->ai_socktype, a->ai_protocol);

	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		t->number = errno;
		return;
	}
	t->fds[t->count++] = (struct pollfd){.fd = fd, .events = POLLOUT};
	if (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS && errno != EINTR) {
		drop_try(t, t->count - 1, errno);
	}
}

/* The first that is connected, taken out; else -1. Those that failed are dropped. */
static int take_connected(tries *t)
{
	for (nfds_t i = t->count; i-- > 0;) {
		int problem = 0, fd = t->fds[i].fd;
		socklen_t len = sizeof(problem);

		if (t->fds[i].revents == 0) {
			continue;
		}
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &problem, &len) == 0 && problem == 0) {
			t->fds[i] = t->fds[--t->count];
			return fd;
		}
		drop_try(t, i, problem ? problem : errno);
	}
	return -1;
}

/* A connection to one of the addresses, or -1 with t->number. */
static int connect_any(tries *t, const struct addrinfo *next, const vv_lookup *l)
{
	uint64_t turn = 0; /* of the next address */

	for (;;) {
		uint64_t now = vv_monotonic_ms(), until = l->deadline_ms;

		if (l->stopped && atomic_load(l->stopped)) {
			t->number = ECANCELED;
			return -1;
		}
		if (now >= until) {
			t->number = ETIMEDOUT;
			return -1;
		}
		if (next && t->count < TRIES_MAX && (now >= turn || t->count == 0)) {
			begin_try(t, next);
			next = next->ai_next;
			turn = now + START_MS;
			continue;
		}
		if (t->count == 0) return -1;
		if (next && t->count < TRIES_MAX && turn < until) {
			until = turn;
		}
		if (l->stopped && until > now + VV_STOP_STEP_MS) {
			until = now + VV_STOP_STEP_MS;
		}
		if (poll(t->fds, t->count, (int)(until - now)) <= 0) {
			continue;
		}
		int fd = take_connected(t);
		if (fd >= 0) return fd;
	}
}

vv_status vv_tcp_await(int fd, const char *name, unsigned seconds, const atomic_bool *stopped,
		       vv_error *err)
{
	if (wait_ready(fd, POLLIN, vv_monotonic_ms() + (uint64_t)seconds * 1000, stopped)) {
		return VV_OK;
	}
	if (errno == ECANCELED) return vv_fail_stopped(err, name);
	if (errno == ETIMEDOUT) return vv_fail_idle(err, name, seconds);
	return vv_fail_errno(err, "cannot wait for", name);
}

int vv_tcp_connect(const char *host, unsigned port, unsigned seconds, const atomic_bool *stopped,
		   vv_error *err)
{
	const vv_lookup lookup = {.host = host,
				  .port = port,
				  .deadline_ms = vv_monotonic_ms() + (uint64_t)seconds * 1000,
				  .stopped = stopped};
	struct addrinfo *list;
	tries t = {.count = 0};
	vv_status rc;

	if ((rc = vv_lookup_run(&list, &lookup, err)) < 0) return (int)rc;
	int fd = connect_any(&t, list, &lookup), one = 1;
	freeaddrinfo(list);
	const int number = t.number;
	while (t.count > 0) {
		drop_try(&t, t.count - 1, number);
	}
	if (fd >= 0) {
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		return fd;
	}
	(void)vv_fail(err, VV_EIO, "cannot connect to '%s', port %u: %s", vv_text_shows(host), port,
		      strerror(number));
	if (number == ECONNREFUSED) {
		(void)vv_hint(err, "check the port: no program listens on it");
	} else if (number == ETIMEDOUT) {
		(void)vv_hint(err,
			      "check that the host can be reached from this machine: no answer "
			      "within %s",
			      vv_text_counted(seconds, "second", NULL));
	}
	return (int)VV_EIO;
}
