/*
 * state: declares a running HTTP server, with its repositories and counters. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_STATE_H
#define VV_TRANSPORT_SERVER_STATE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"
#include "transport/http/address.h"
#include "transport/ipfs/published_files.h"
#include "transport/server/auth.h"
#include "transport/server/handlers.h"
#include "transport/server/options.h"

struct http_connection; /* connection.h */

typedef struct vv_http_server vv_http_server;

/* A repository of the server. */
typedef struct http_repository {
	char *name; /* the repository's name in URLs, not encoded */
	char *path; /* absolute path with which the repository is opened */
	vv_repository *repo;
	vv_store *store; /* for the gateway; borrowed from repo; all threads may use it */
	vv_reachable *reach;
	vv_published_files *published; /* NULL: the repository has no UnixFS files */
} http_repository;

/* The server. */
struct vv_http_server {
	struct MHD_Daemon *daemon;
	atomic_bool started; /* the daemon was started, and has threads */
	vv_http_options o;
	vv_http_handlers handlers;
	http_repository *repositories;
	/* grows only from 0 to 1, after the repository was opened (http_server_open) */
	atomic_size_t repository_count;
	vv_http_auth *auth; /* the users; NULL: no file of users */
	char *url;
	/* protects the list of connections, and the members that connection.h names */
	vv_mutex *lock;
	struct http_connection *first; /* the list of connections */
	unsigned connection_count;     /* protected by lock */
	vv_network *proxies;
	size_t proxy_count;
	/* refuse requests whose host is not ours (vv_http_host_is_ours with o.hosts) */
	bool only_hosts;
	atomic_bool once_used; /* o.secret_once was used */
	char cookie[32];       /* name of the cookie */
	vv_worker *watch;      /* runs http_connections_watch */
	/* never written; `watch` waits on this ring between its checks, and ends when the ring is
	 * stopped */
	vv_ring *clock;
	atomic_bool stopping;
	atomic_uint active;            /* number of running requests */
	atomic_uint gits;              /* number of running programs git */
	atomic_uint_fast64_t reserved; /* bytes of memory that are reserved for running requests */
	vv_buf tls_cert, tls_key;
	char said[256]; /* the last message of libmicrohttpd before the daemon was started */
};

#endif
