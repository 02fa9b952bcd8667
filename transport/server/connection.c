/*
 * connection: limits on slow clients, and on connections per client.
 *
 * libmicrohttpd can end connections on which nothing moves at all; but a client that sends or reads a byte now and then
 * would keep one for ever, and one that waits for our work would lose it. So only this code ends them. It checks once a
 * second: a head must be whole in time, and at least rate_min bytes a second must arrive over any rate_sec seconds in
 * which the client has to send. If it has to read, the system's buffer hides its pace: then some bytes must move in
 * five minutes. While we work there is no limit.
 *
 * One client has at most per_address connections; another one replaces an idle one of its own, or is surplus: its
 * request is answered with 429, as long as others do not need its place. When all are used, a new one replaces a
 * surplus one, or the one that has waited longest for a head; one closed so without a request gets the same answer.
 */
#include "transport/server/connection.h"

#include <sys/socket.h>

#include "base/sys.h"
#include "base/system/socket.h"
#include "base/thread.h"

#define CROWDED_SEC 2u /* for a head, when three quarters of all connections are taken */
#define GIVE_SEC 300u

void http_connection_phase(http_connection *k, int phase)
{
	if (!k) return;
	if (phase == HTTP_HEAD) {
		atomic_store(&k->served, true);
		atomic_store(&k->since_ms, vv_monotonic_ms());
	}
	atomic_store(&k->phase, phase);
}

static void end_connection(http_connection *k)
{
	k->ended = true;
	(void)shutdown(k->fd, SHUT_RDWR);
}

/* For lack of space. Answers a connection that had no answer yet, since a recently connected reader is about
 * to send a request; a kept connection may end at any time. */
static void turn_away(http_connection *k)
{
	static const char later[] = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n"
				    "Content-Length: 0\r\nConnection: close\r\n\r\n";

	if (!atomic_load(&k->served)) {
		(void)vv_os_write(vv_os_socket_write, k->fd, later, sizeof(later) - 1);
	}
	end_connection(k);
}

/* k is new. Called with the lock. */
static void keep_share(const vv_http_server *s, http_connection *k)
{
	bool is_proxy = vv_network_has(s->proxies, s->proxy_count, &k->from);
	http_connection *own = NULL, *any = NULL, *surplus = NULL;
	unsigned count = 0, all = 0;

	for (http_connection *o = s->first; o; o = o->next) { /* the oldest one is last */
		bool same = vv_address_same_client(&o->from, &k->from);
		bool waits = o != k && atomic_load(&o->phase) == HTTP_HEAD;

		if (o->ended) {
			continue;
		}
		all++;
		count += same;
		surplus = waits && o->surplus ? o : surplus;
		any = waits ? o : any;
		own = waits && same && atomic_load(&o->served) ? o : own;
	}
	k->surplus = count > s->o.per_address && !is_proxy && !own;
	if (count > s->o.per_address && !is_proxy && own) {
		turn_away(own);
	} else if (k->surplus && all > s->o.connections + s->o.connections / 8) {
		turn_away(k);
	} else if (!k->surplus && all > s->o.connections) {
		turn_away(surplus ? surplus : any ? any : k);
	}
}

static void connection_began(vv_http_server *s, struct MHD_Connection *c, http_connection *k)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		c, MHD_CONNECTION_INFO_CONNECTION_FD);

	k->fd = info ? (int)info->connect_fd : -1;
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (info && info->client_addr) {
		(void)vv_address_of(&k->from, info->client_addr);
	}
	atomic_store(&k->phase, HTTP_HEAD);
	atomic_store(&k->since_ms, vv_monotonic_ms());
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	k->next = s->first;
	if (k->next) {
		k->next->previous = k;
	}
	s->first = k;
	s->connection_count++;
	keep_share(s, k);
}

void http_connection_notify(void *server, struct MHD_Connection *c, void **context,
			    enum MHD_ConnectionNotificationCode what)
{
	vv_http_server *s = server;
	http_connection *k = *context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		k = vv_calloc(1, sizeof(*k));
		*context = k;
		if (k) {
			connection_began(s, c, k);
		}
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
		s->connection_count--;
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

	if (phase == HTTP_HEAD) {
		k->window_sec = 0;
		k->window_moved = moved;
		limit = atomic_load(&k->served) ? s->o.keep_sec : s->o.head_sec;
		if (limit > CROWDED_SEC && s->connection_count * 4 >= s->o.connections * 3) {
			limit = CROWDED_SEC;
		}
		return now_ms > since && now_ms - since > (uint64_t)limit * 1000;
	}
	if (phase == HTTP_WORK ||
	    ++k->window_sec < (phase == HTTP_TAKE ? s->o.rate_sec : GIVE_SEC)) {
		return false;
	}
	bool slow = moved - k->window_moved <
		    (phase == HTTP_TAKE ? (uint64_t)s->o.rate_min * s->o.rate_sec : 1);
	k->window_sec = 0;
	k->window_moved = moved;
	return slow;
}

void http_connections_watch(void *server)
{
	vv_http_server *s = server;
	char none;

	for (;;) {
		(void)vv_ring_read(s->clock, &none, 1, 1000, NULL);
		if (vv_ring_stopped(s->clock)) return;
		vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
		for (http_connection *k = s->first; k; k = k->next) {
			if (k->fd >= 0 && too_slow(s, k, vv_monotonic_ms())) {
				end_connection(k);
			}
		}
	}
}

void http_connections_break(vv_http_server *s)
{
	vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
	for (http_connection *k = s->first; k; k = k->next) {
		if (k->fd >= 0) {
			(void)shutdown(k->fd, SHUT_RDWR);
		}
		if (k->in) {
			vv_ring_stop(k->in);
		}
		if (k->out) {
			vv_ring_stop(k->out);
		}
	}
}

void http_connection_streams(vv_http_server *s, http_connection *k, vv_ring *in, vv_ring *out)
{
	if (k) {
		vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
		k->in = in;
		k->out = out;
	}
}

/* Behind a proxy a client can have more requests under way than connections. */
bool http_connection_asks(vv_http_server *s, http_connection *k, const vv_address *client)
{
	unsigned count = 0;

	if (!k) return false;
	vv_mutex_lock(s->lock);
	for (const http_connection *o = s->first; o; o = o->next) {
		count += o->asks && vv_address_same_client(&o->client, client);
	}
	k->client = *client;
	k->asks = true;
	const bool surplus = k->surplus;
	vv_mutex_unlock(s->lock);
	return surplus || count >= s->o.per_address;
}

void http_connection_answered(vv_http_server *s, http_connection *k)
{
	if (k) {
		vv_auto(vv_locked) lock = vv_mutex_hold(s->lock);
		k->asks = false;
	}
}
