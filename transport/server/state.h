/*
 * state: a running HTTP server: its repositories and counters. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_STATE_H
#define VV_TRANSPORT_SERVER_STATE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/ring.h"
#include "base/thread.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"
#include "transport/http/address.h"
#include "transport/ipfs/published_files.h"
#include "transport/server/auth.h"
#include "transport/server/handlers.h"
#include "transport/server/options.h"

struct http_connection; /* connection.h */

typedef struct vv_http_server vv_http_server;

typedef struct http_repository {
	char *name; /* in URLs */
	char *path; /* to open it at */
	vv_repository *repo;
	vv_store *store; /* for the gateway; its functions may be called from any thread */
	vv_reachable *reach;
	vv_published_files *published; /* NULL: no UnixFS here */
} http_repository;

struct vv_http_server {
	struct MHD_Daemon *daemon;
	atomic_bool started; /* the daemon; then it has threads */
	vv_http_options o;   /* strings are not kept beyond the start */
	vv_http_handlers handlers;
	http_repository *repositories;
	size_t repository_count;
	vv_http_auth *auth;
	char *url;
	vv_mutex *lock; /* connections, their list */
	struct http_connection *first;
	unsigned connection_count; /* under lock */
	vv_network *proxies;
	size_t proxy_count;
	char **hosts;
	size_t host_count;
	bool only_hosts; /* requests to other names are refused */
	char **origins;  /* sites whose pages may read answers, "*": all */
	size_t origin_count;
	char *secret;      /* requests need it, or its cookie; NULL: open to all */
	char *secret_once; /* the same, but only the first time */
	atomic_bool once_used;
	char cookie[32]; /* the cookie's name */
	vv_worker *watch;
	vv_ring *clock; /* never written: waiting on it is the watch's pause */
	atomic_bool stopping;
	atomic_uint active;            /* requests under way */
	atomic_uint_fast64_t reserved; /* bytes of memory for them */
	vv_buf tls_cert, tls_key;
	char said[256]; /* libmicrohttpd's last words */
};

#endif
