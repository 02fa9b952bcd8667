/*
 * server_internal: what the sources of the HTTP server share.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/ring.h"
#include "base/thread.h"
#include "repo/git/repository.h"
#include "transport/server/auth.h"
#include "transport/server/server.h"
#include "transport/server/words.h"

/* The functions of libmicrohttpd, found when it is loaded. */
typedef struct http_mhd {
	__typeof__(&MHD_start_daemon) start_daemon;
	__typeof__(&MHD_stop_daemon) stop_daemon;
	__typeof__(&MHD_quiesce_daemon) quiesce_daemon;
	__typeof__(&MHD_create_response_from_buffer) response_from_buffer;
	__typeof__(&MHD_create_response_from_callback) response_from_callback;
	__typeof__(&MHD_add_response_header) add_header;
	__typeof__(&MHD_queue_response) queue;
	__typeof__(&MHD_destroy_response) destroy_response;
	__typeof__(&MHD_lookup_connection_value) value;
	__typeof__(&MHD_get_connection_info) info;
	__typeof__(&MHD_is_feature_supported) supports;
} http_mhd;
vv_status http_mhd_load(const http_mhd **out, vv_error *err);

typedef struct http_repository {
	char *name; /* in URLs */
	char *path; /* to open it at */
	vv_repository *repo;
	vv_store *store; /* for the gateway; its functions may be called from any thread */
} http_repository;

struct http_request;

/* What a connection is waited for. */
enum { HTTP_HEAD, HTTP_TAKE, HTTP_WORK, HTTP_GIVE };

/* A connection, so that slow ones can be ended; in a list under server->lock. */
typedef struct http_connection {
	struct http_connection *previous, *next;
	int fd;
	struct http_request *request; /* under way; under server->lock */
	atomic_int phase;
	atomic_bool served;            /* it had an answer already */
	atomic_uint_fast64_t since_ms; /* when HTTP_HEAD began */
	atomic_uint_fast64_t moved;    /* bytes taken and given so far */
	uint64_t window_moved;         /* the watch's: moved when its window began */
	unsigned window_sec;           /* seconds of it in which the client was waited for */
} http_connection;

struct vv_http_server {
	const http_mhd *mhd;
	struct MHD_Daemon *daemon;
	vv_http_options o; /* strings are not kept beyond the start */
	vv_http_handlers handlers;
	http_repository *repositories;
	size_t repository_count;
	vv_http_auth *auth;
	char *url;
	vv_mutex *lock; /* connections, their list */
	http_connection *first;
	vv_worker *watch;
	vv_ring *clock; /* nobody writes to it: waiting on it is the watch's pause */
	atomic_bool stopping;
	atomic_uint active; /* requests under way */
	atomic_uint_fast64_t requests;
	vv_buf tls_cert, tls_key;
	char said[256]; /* libmicrohttpd's last words */
};

/* Bytes on their way between a worker's thread and the connection's. */
typedef struct http_stream {
	vv_worker *worker;
	vv_ring *in, *out; /* in: only for POST */
	vv_status (*run)(struct http_request *q, vv_error *err);
	vv_status rc; /* when the worker has been joined, or out ended */
	vv_error err;
} http_stream;

typedef struct http_request {
	vv_http_server *server;
	http_connection *connection;
	struct MHD_Connection *mhd;
	char method[8];
	char *path; /* still encoded, without the query */
	char peer[64];
	bool is_known; /* user */
	vv_http_user user;
	bool may_write;
	const http_repository *repository; /* POST and raw */
	const char *rest;                  /* raw: behind "raw/", in path */
	bool begun;                        /* the head has been judged */
	bool counted;                      /* in active */
	unsigned status;
	uint64_t in_bytes, out_bytes, start_ms;
	http_stream stream;
	char problem[160]; /* for the log: what went wrong behind the head */
	/* GET of a file */
	vv_http_file file;
	bool has_file;
	uint64_t from, len;
	/* GET of a CAR */
	vv_store *store;
	vv_cid cid;
	bool alone;
} http_request;

/* request.c */
const char *http_header(const http_request *q, const char *name); /* NULL: not there */
/* A parameter, decoded and appended; false: not there. *bad: it cannot be decoded. */
bool http_parameter(const http_request *q, const char *name, vv_buf *out, bool *bad);
enum MHD_Result http_send(http_request *q, unsigned status, struct MHD_Response *response);
/* An answer that is a line of text. */
enum MHD_Result http_say(http_request *q, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
enum MHD_Result http_say_error(http_request *q, const vv_error *err);
void http_add(const http_request *q, struct MHD_Response *response, const char *name,
	      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void http_log(http_request *q);

/* stream.c. Starts the worker; false with q->stream.err set. */
bool http_stream_start(http_request *q, vv_status (*run)(http_request *q, vv_error *err),
		       bool with_body);
/* From here on the stream's bytes are the answer's body; size MHD_SIZE_UNKNOWN or what will
 * come exactly. NULL: out of memory. */
struct MHD_Response *http_stream_response(http_request *q, uint64_t size);
vv_status http_stream_out(void *request, const void *bytes, size_t len, vv_error *err);
void http_stream_finish(http_request *q);         /* breaks it off if need be, joins, frees */
vv_channel *http_stream_channel(http_request *q); /* for the worker; NULL: out of memory */

/* The routes; each queues a response. http_varve_* is POST: begin at the head (continue:
 * *more true), body for each piece, end behind the last. */
enum MHD_Result http_varve_begin(http_request *q, bool *more);
enum MHD_Result http_varve_body(http_request *q, const char *bytes, size_t *len);
enum MHD_Result http_varve_end(http_request *q);
enum MHD_Result http_raw(http_request *q);
enum MHD_Result http_gateway(http_request *q, const char *rest);

/* watch.c: connections that are slower than they may be. */
void http_watch_connection(void *server, struct MHD_Connection *c, void **context,
			   enum MHD_ConnectionNotificationCode what);
void http_watch_run(void *server);
void http_watch_break(vv_http_server *s); /* every connection and request, now */
void http_watch_request(http_request *q, bool begins);
void http_phase(http_request *q, int phase);

/* listen.c: a socket that listens at the address; *url says how to reach it. <0. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

#endif
