/*
 * server: repositories served over HTTP or HTTPS.
 *
 *   POST <repository>/varve          a request of the protocol, and its answer
 *   GET  <repository>/raw/REV/PATH   a version as a file: ETag, ranges
 *   GET  /ipfs/<cid>                 the trustless gateway of IPFS: raw blocks, CARs
 *   GET  /                           which repositories there are
 *
 * <repository> is /<name>; a single one is found at the top as well. What is served is
 * described in docs/http.md. libmicrohttpd is loaded when a server is started, and no
 * sooner. A thread for each connection, and one more for each request whose answer is made
 * while it is sent; between them go rings of 64 KiB, so that memory follows the number of
 * connections and nothing else.
 *
 * Nothing here knows tables: the handlers do, and it is called in threads.
 *
 * A correct caller: blocks SIGTERM and its like, so that no thread gets them;
 * vv_http_server_start; waits for a signal; vv_http_server_stop.
 */
#ifndef VV_TRANSPORT_SERVER_SERVER_H
#define VV_TRANSPORT_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/transfer/reachable.h"
#include "transport/line/channel.h"

typedef struct vv_http_server vv_http_server;

/* Who asks for what. Borrowed during the call. */
typedef struct vv_http_call {
	const char *repository; /* the path to open it at */
	const char *user;       /* NULL: nobody who said who he is */
	const char *peer;       /* address, for messages */
	bool may_write;
	vv_reachable *reach; /* what its branches and tags reach: no more is given */
} vv_http_call;

/* A version of a file. etag is without quotes. */
typedef struct vv_http_file {
	void *handle;
	uint64_t size;
	char etag[64];
	char commit[64];          /* for a header; "" when there is none */
	const char *content_type; /* static */
	bool fixed;               /* its address will never name anything else */
} vv_http_file;

/* VV_EIO once nobody wants more. */
typedef vv_status (*vv_http_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

typedef struct vv_http_handlers {
	/* Reads one request from line and writes its answer. What it fails with is logged; when
	 * nothing was written it becomes the answer, with status 500. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	/* rest: "REV/PATH" as it is in the URL, still encoded. VV_ENOTFOUND and VV_EUSAGE
	 * are 404, VV_EMISSING is 404 as well, with the message, VV_EREFUSED is 413. NULL: no
	 * route raw. */
	vv_status (*file_open)(void *payload, const vv_http_call *call, const char *rest,
			       vv_http_file *out, vv_error *err);
	vv_status (*file_write)(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
				void *out, vv_error *err);
	/* Bytes of memory that writing this part takes at once. NULL: few. */
	vv_status (*file_cost)(void *handle, uint64_t from, uint64_t len, uint64_t *out,
			       vv_error *err);
	void (*file_close)(void *handle);
	/* One line for each request, without a newline and already escaped. */
	void (*log)(void *payload, const char *line);
	void *payload;
} vv_http_handlers;

typedef struct vv_http_options {
	const char *address;      /* "HOST:PORT", "[::1]:PORT", "*:PORT", "PORT" (of
				       * 127.0.0.1); port 0: a free one */
	const char *const *paths; /* repositories */
	size_t path_count;
	const char *tls_cert, *tls_key; /* PEM files; both or none */
	const char *auth_file;          /* auth.h; NULL: nobody may write */
	bool read_only;                 /* whatever the file says */
	bool closed;                    /* reading too needs an entry in the file */
	unsigned connections;           /* at once; 0: 128 */
	unsigned per_address;           /* of them, of one client; 0: half */
	const char *const *hosts;       /* names that it goes by; none: any, but on a loopback
					 * address only addresses and localhost */
	size_t host_count;
	const char *const *proxies; /* networks whose X-Forwarded-For is believed */
	size_t proxy_count;
	unsigned head_sec;       /* the first request's head must be there by then; 0: 20 */
	unsigned keep_sec;       /* each further one's, counted from the answer; 0: 60 */
	unsigned rate_min;       /* of a body, bytes a second at least, over */
	unsigned rate_sec;       /* so many seconds; 0: 64 over 60 */
	uint64_t body_max;       /* bytes of one request; 0: no limit */
	uint64_t request_memory; /* bytes that one request may make us hold; 0: 256 MiB */
	uint64_t memory;         /* and all together; 0: 1 GiB */
} vv_http_options;

/* Opens the repositories, listens. VV_EUSAGE: an address, two repositories of one name;
 * VV_ENOTFOUND; VV_EREFUSED: an address that is taken; VV_ENOSUPPORT: libmicrohttpd is not
 * there. */
vv_status vv_http_server_start(vv_http_server **out, const vv_http_options *o,
			       const vv_http_handlers *handlers, vv_error *err);

/* "http://127.0.0.1:8080"; borrowed. */
const char *vv_http_server_url(const vv_http_server *s);
/* The name of the i-th repository in URLs; NULL after the last. */
const char *vv_http_server_name(const vv_http_server *s, size_t i);
uint64_t vv_http_server_requests(vv_http_server *s); /* ended so far */

/* Takes no more connections, gives what is under way grace_sec to end, breaks off the rest,
 * frees. Accepts NULL. */
void vv_http_server_stop(vv_http_server *s, unsigned grace_sec);

#endif
