/*
 * server_internal: what the sources of the HTTP server share.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_INTERNAL_H
#define VV_TRANSPORT_SERVER_SERVER_INTERNAL_H

#include <stdatomic.h>

#include "base/thread.h"
#include "repo/git/repository.h"
#include "transport/server/request.h"

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
	__typeof__(&MHD_get_connection_values_n) values;
	__typeof__(&MHD_get_connection_info) info;
	__typeof__(&MHD_is_feature_supported) supports;
} http_mhd;

typedef struct http_repository {
	char *name; /* in URLs */
	char *path; /* to open it at */
	vv_repository *repo;
	vv_store *store; /* for the gateway; its functions may be called from any thread */
	vv_reachable *reach;
} http_repository;

/* What a connection is waited for. */
enum { HTTP_HEAD, HTTP_TAKE, HTTP_WORK, HTTP_GIVE };

/* A connection, so that slow ones can be ended; in a list under server->lock. */
typedef struct http_connection {
	struct http_connection *previous, *next;
	int fd;
	vv_address from;       /* the other end, be it a proxy */
	vv_address client;     /* of the request under way; under server->lock */
	bool asks;             /* one is under way; under server->lock */
	bool ended;            /* it was shut down; under server->lock */
	http_request *request; /* with a stream; under server->lock */
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
	unsigned connection_count; /* under lock */
	vv_network *proxies;
	size_t proxy_count;
	char **hosts;
	size_t host_count;
	bool only_hosts; /* requests to other names are refused */
	vv_worker *watch;
	vv_ring *clock; /* nobody writes to it: waiting on it is the watch's pause */
	atomic_bool stopping;
	atomic_uint active;            /* requests under way */
	atomic_uint_fast64_t reserved; /* bytes of memory for them */
	atomic_uint_fast64_t requests;
	vv_buf tls_cert, tls_key;
	char said[256]; /* libmicrohttpd's last words */
};

/* The routes; each queues a response. http_varve_* is POST: begin at the head (continue:
 * *more true), body for each piece, end after the last. */
enum MHD_Result http_varve_begin(http_request *q, bool *more);
enum MHD_Result http_varve_body(http_request *q, const char *bytes, size_t *len);
enum MHD_Result http_varve_end(http_request *q);
enum MHD_Result http_raw(http_request *q);
enum MHD_Result http_gateway(http_request *q, const char *rest);

/* So much memory for the request, until it ends. 0, or the status to answer with: it is too much at
 * all (413), or now (503). */
unsigned http_reserve(http_request *q, uint64_t bytes);

/* What the connection is waited for from now on; one without any is of no account. */
void http_phase(http_request *q, int phase);
/* A worker's streams are under way, or no more: they are broken off with the connection. */
void http_watch_request(http_request *q, bool begins);

/* listen.c: a socket that listens at the address; *url says how to reach it. <0. */
int http_listen(char **url, const char *address, bool tls, vv_error *err);

#endif
