/*
 * lookup: who frees what a thread that was left behind still uses.
 */
#include "transport/line/lookup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/ring.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/thread.h"
#include "transport/line/channel.h"

/* What both threads use; who leaves last frees it. */
typedef struct question {
	atomic_int users;
	vv_ring *ended; /* nobody writes to it: waiting on it is the wait for its stop */
	vv_resolver_fn resolver;
	char *host, service[16];
	struct addrinfo wanted, *list;
	int code, number; /* of getaddrinfo, and errno */
} question;

static void leave(question *q)
{
	if (atomic_fetch_sub(&q->users, 1) > 1) return;
	if (q->list) {
		freeaddrinfo(q->list);
	}
	vv_ring_free(q->ended);
	vv_free(q->host);
	vv_free(q);
}

static void resolve(void *payload)
{
	question *q = payload;

	q->code = q->resolver(q->host, q->service, &q->wanted, &q->list);
	q->number = errno;
	vv_ring_stop(q->ended);
	leave(q);
}

static vv_status fail_lookup(const char *host, int code, int number, vv_error *err)
{
	if (code == EAI_MEMORY) return vv_fail_nomem(err);
	if (code == EAI_AGAIN || code == EAI_SYSTEM) {
		(void)vv_fail(err, VV_EIO, "cannot look up the host '%s': %s", vv_text_shows(host),
			      code == EAI_SYSTEM ? strerror(number) : gai_strerror(code));
		return vv_hint(err, "no answer from the name server: is this machine connected?");
	}
	return vv_fail(err, VV_ENOTFOUND, "no such host '%s' (%s)", vv_text_shows(host),
		       gai_strerror(code));
}

static vv_status wait_for(question *q, const vv_lookup *l, vv_error *err)
{
	char none;

	while (!vv_ring_stopped(q->ended)) {
		const uint64_t now = vv_monotonic_ms();
		if (l->stopped && atomic_load(l->stopped)) return vv_fail_stopped(err, l->host);
		if (now >= l->deadline_ms) {
			(void)vv_fail(err, VV_EIO,
				      "cannot look up the host '%s': no answer in time",
				      vv_text_shows(l->host));
			return vv_hint(
				err, "no answer from the name server: is this machine connected?");
		}
		const uint64_t left = l->deadline_ms - now;
		(void)vv_ring_read(q->ended, &none, 1,
				   (unsigned)(left < VV_STOP_STEP_MS ? left : VV_STOP_STEP_MS),
				   NULL);
	}
	return VV_OK;
}

vv_status vv_lookup_run(struct addrinfo **out, const vv_lookup *l, vv_error *err)
{
	question *q = vv_calloc(1, sizeof(*q));
	vv_status rc;

	*out = NULL;
	if (!q) return vv_fail_nomem(err);
	atomic_init(&q->users, 1);
	q->resolver = l->resolver ? l->resolver : getaddrinfo;
	q->wanted.ai_socktype = SOCK_STREAM;
	(void)snprintf(q->service, sizeof(q->service), "%u", l->port);
	q->host = vv_strdup(l->host);
	q->ended = vv_ring_new(1);
	if (!q->host || !q->ended) {
		leave(q);
		return vv_fail_nomem(err);
	}
	atomic_store(&q->users, 2);
	if (!vv_thread_leave(resolve, q)) {
		resolve(q); /* no thread is to be had: it takes as long as it takes */
	}
	if ((rc = wait_for(q, l, err)) == VV_OK && q->code != 0) {
		rc = fail_lookup(l->host, q->code, q->number, err);
	} else if (rc == VV_OK) {
		*out = q->list;
		q->list = NULL;
	}
	leave(q);
	return rc;
}
