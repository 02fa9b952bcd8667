/*
 * connection: limits the connections of each client of the HTTP server, and ends slow connections.
 * Internal.
 */
#ifndef VV_TRANSPORT_SERVER_CONNECTION_H
#define VV_TRANSPORT_SERVER_CONNECTION_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/threads/ring.h"
#include "transport/http/address.h"
#include "transport/server/state.h"

/* The phases of a connection: reading a request's head, reading its body, making the answer,
 * sending the answer. */
enum { HTTP_HEAD, HTTP_TAKE, HTTP_WORK, HTTP_GIVE };

/* A connection. The connections are in a list, protected by server->lock. */
typedef struct http_connection {
	struct http_connection *previous, *next;
	int fd;            /* the socket */
	vv_address from;   /* the address of the other end, which may be a proxy */
	vv_address client; /* the client of the current request; protected by server->lock */
	bool asks;         /* a request is running; protected by server->lock */
	bool ended;        /* the connection was shut down; protected by server->lock */
	/* the client has too many connections: requests on this one are refused; protected by
	 * server->lock */
	bool surplus;
	/* the rings of a request with a stream; else NULL; protected by server->lock */
	vv_ring *in, *out;
	atomic_int phase;   /* HTTP_HEAD, HTTP_TAKE, HTTP_WORK or HTTP_GIVE */
	atomic_bool served; /* at least one request was answered */
	/* time at which HTTP_HEAD last began, on the clock of vv_monotonic_ms */
	atomic_uint_fast64_t since_ms;
	atomic_uint_fast64_t moved; /* bytes received and sent so far */
	/* for http_connections_watch: value of `moved` at the beginning of the time window */
	uint64_t window_moved;
	/* for http_connections_watch: seconds of the time window in which the server waited for the
	 * client */
	unsigned window_sec;
} http_connection;

/* The callback of libmicrohttpd for the beginning and the end of a connection
 * (MHD_NotifyConnectionCallback). server is a vv_http_server. At the beginning, sets *context to a
 * new http_connection, or to NULL if memory runs out. The functions below accept NULL as a
 * connection. At the end, frees the http_connection. */
void http_connection_notify(void *server, struct MHD_Connection *c, void **context,
			    enum MHD_ConnectionNotificationCode what);

/* Sets the phase of the connection k, an HTTP_... constant. */
void http_connection_phase(http_connection *k, int phase);

/* Records that a request of the client begins on the connection k. Returns true if the request must
 * be refused: the client already has o.per_address running requests, or k is surplus. A refused
 * request counts as running, too, until http_connection_answered. */
bool http_connection_asks(vv_http_server *s, http_connection *k, const vv_address *client);
/* Records that the request of the connection k was answered. */
void http_connection_answered(vv_http_server *s, http_connection *k);

/* Sets the rings of the worker that answers the request of the connection k; NULL: no ring.
 * http_connections_break stops these rings. */
void http_connection_streams(vv_http_server *s, http_connection *k, vv_ring *in, vv_ring *out);

/* Ends connections that are too slow, until the server's ring `clock` is stopped. Runs in a thread
 * of its own. server is a vv_http_server. */
void http_connections_watch(void *server);

/* Shuts down all connections, and stops the rings of all requests. */
void http_connections_break(vv_http_server *s);

#endif
