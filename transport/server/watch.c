/*
 * watch: knows how slow a client may be.
 *
 * libmicrohttpd can end connections on which nothing moves at all; but who sends or takes a
 * byte now and then would hold one for ever, and who waits for work of ours would lose it. So
 * this alone ends them. It looks once a second: a head must be whole in time, and at least
 * rate_min bytes a second must come over any rate_sec seconds in which the client has to send.
 * Where it has to take, the system's buffer hides how fast it does: there something must move
 * in five minutes. While we work nobody is too slow.
 */
#include <sys/socket.h>

#include "base/sys.h"
#include "transport/server/server_internal.h"

#define GIVE_SEC 300u

void http_phase(http_request *q, int phase)
{
	if (q->connection) {
		if (phase == HTTP_HEAD) {
			atomic_store(&q->connection->served, true);
			atomic_store(&q->connection->since_ms, vv_monotonic_ms());
		}
		atomic_store(&q->connection->phase, phase);
	}
}

void http_watch_connection(void *server, struct MHD_Connection *c, void **context,
			   enum MHD_ConnectionNotificationCode what)
{
	vv_http_server *s = server;
	http_connection *k = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info = s->mhd->info(
			c, MHD_CONNECTION_INFO_CONNECTION_FD);

		k = vv_calloc(1, sizeof(*k));
		*context = k;
		if (!k) {
			return;
		}
		k->fd = info ? info->connect_fd : -1;
		atomic_store(&k->phase, HTTP_HEAD);
		atomic_store(&k->since_ms, vv_monotonic_ms());
		vv_mutex_lock(s->lock);
		k->next = s->first;
		if (k->next) {
			k->next->previous = k;
		}
		s->first = k;
		vv_mutex_unlock(s->lock);
	} else if (k) {
		vv_mutex_lock(s->lock);
		if (k->previous) {
			k->previous->next = k->next;
		} else {
			s->first = k->next;
		}
		if (k->next) {
			k->next->previous = k->previous;
		}
		vv_mutex_unlock(s->lock);
		vv_free(k);
		*context = NULL;
	}
}

/* Too slow? Called once a second. */
static bool too_slow(const vv_http_server *s, http_connection *k, uint64_t now_ms)
{
	int phase = atomic_load(&k->phase);
	uint64_t moved = atomic_load(&k->moved), since = atomic_load(&k->since_ms);
	unsigned limit;
	bool slow;

	if (phase == HTTP_HEAD) {
		k->window_sec = 0;
		k->window_moved = moved;
		limit = atomic_load(&k->served) ? s->o.keep_sec : s->o.head_sec;
		return now_ms > since && now_ms - since > (uint64_t)limit * 1000;
	}
	if (phase == HTTP_WORK ||
	    ++k->window_sec < (phase == HTTP_TAKE ? s->o.rate_sec : GIVE_SEC)) {
		return false;
	}
	slow = moved - k->window_moved <
	       (phase == HTTP_TAKE ? (uint64_t)s->o.rate_min * s->o.rate_sec : 1);
	k->window_sec = 0;
	k->window_moved = moved;
	return slow;
}

void http_watch_run(void *server)
{
	vv_http_server *s = server;
	http_connection *k;
	char none;

	for (;;) {
		(void)vv_ring_read(s->clock, &none, 1, 1000, NULL);
		if (vv_ring_stopped(s->clock)) {
			return;
		}
		vv_mutex_lock(s->lock);
		for (k = s->first; k; k = k->next) {
			if (k->fd >= 0 && too_slow(s, k, vv_monotonic_ms())) {
				(void)shutdown(k->fd, SHUT_RDWR);
			}
		}
		vv_mutex_unlock(s->lock);
	}
}

void http_watch_break(vv_http_server *s)
{
	http_connection *k;

	vv_mutex_lock(s->lock);
	for (k = s->first; k; k = k->next) {
		if (k->fd >= 0) {
			(void)shutdown(k->fd, SHUT_RDWR);
		}
		if (k->request && k->request->stream.in) {
			vv_ring_stop(k->request->stream.in);
		}
		if (k->request && k->request->stream.out) {
			vv_ring_stop(k->request->stream.out);
		}
	}
	vv_mutex_unlock(s->lock);
}

void http_watch_request(http_request *q, bool begins)
{
	if (q->connection) {
		vv_mutex_lock(q->server->lock);
		q->connection->request = begins ? q : NULL;
		vv_mutex_unlock(q->server->lock);
	}
}
