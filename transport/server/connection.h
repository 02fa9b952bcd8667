/*
 * connection: connections of the HTTP server: limits for each client, and slow ones. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_CONNECTION_H
#define VV_TRANSPORT_SERVER_CONNECTION_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ring.h"
#include "transport/http/address.h"
#include "transport/server/state.h"

/* The phases of a connection. */
enum { HTTP_HEAD, HTTP_TAKE, HTTP_WORK, HTTP_GIVE };

/* A connection, so that slow ones can be ended; in a list under server->lock. */
typedef struct http_connection {
	struct http_connection *previous, *next;
	int fd;
	vv_address from;   /* the other end, be it a proxy */
	vv_address client; /* of the request under way; under server->lock */
	bool asks;         /* one is under way; under server->lock */
	bool ended;        /* it was shut down; under server->lock */
	bool surplus; /* above its client's limit: its requests are refused; under server->lock */
	vv_ring *in, *out; /* of a request with a stream; under server->lock */
	atomic_int phase;
	atomic_bool served;            /* it had an answer already */
	atomic_uint_fast64_t since_ms; /* when HTTP_HEAD began */
	atomic_uint_fast64_t moved;    /* bytes taken and given so far */
	uint64_t window_moved;         /* the watch's: moved when its window began */
	unsigned window_sec;           /* seconds of it in which the client was waited for */
} http_connection;

/* libmicrohttpd's MHD_NotifyConnectionCallback: *context becomes the connection, or NULL without
 * memory for one, which every function here takes. */
void http_connection_notify(void *server, struct MHD_Connection *c, void **context,
			    enum MHD_ConnectionNotificationCode what);

/* Sets the phase of the connection. */
void http_connection_phase(http_connection *k, int phase);

/* A request of client begins: are too many of its requests under way? */
bool http_connection_asks(vv_http_server *s, http_connection *k, const vv_address *client);
void http_connection_answered(vv_http_server *s, http_connection *k);

/* A worker's streams are under way, or no more (NULL): they are broken off with the connection. */
void http_connection_streams(vv_http_server *s, http_connection *k, vv_ring *in, vv_ring *out);

/* Ends those that are too slow, until s->clock is stopped: for a worker. */
void http_connections_watch(void *server);

/* Breaks off every connection and request, now. */
void http_connections_break(vv_http_server *s);

#endif
