/*
 * request: declares a request to the HTTP server. The functions read its head, queue its answer,
 * and pass bytes between the connection's thread and a worker's thread.
 */
#ifndef VV_TRANSPORT_SERVER_REQUEST_H
#define VV_TRANSPORT_SERVER_REQUEST_H

#include <microhttpd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/thread.h"
#include "base/threads/ring.h"
#include "repo/blocks/cid.h"
#include "repo/blocks/squeeze.h"
#include "repo/blocks/store.h"
#include "transport/http/address.h"
#include "transport/ipfs/dag_path.h"
#include "transport/ipfs/published_files.h"
#include "transport/line/channel.h"
#include "transport/server/auth.h"
#include "transport/server/connection.h"
#include "transport/server/handlers.h"
#include "transport/server/state.h"
#include "transport/server/words.h"

typedef struct http_request http_request;

/* The stream of a request: a worker (a thread) that reads the request's body and makes the answer's
 * body. */
typedef struct http_stream {
	vv_worker *worker;
	/* in: the request's body, NULL if the worker does not read it; out: the answer's body */
	vv_ring *in, *out;
	vv_status (*run)(http_request *q, vv_error *err);
	vv_squeeze *squeeze; /* compresses the output; NULL: uncompressed */
	/* the worker's result; valid after the worker was joined, or after `out` was ended or
	 * stopped */
	vv_status rc;
	vv_error err;
} http_stream;

/* A request from its first header line to the end of its answer. */
struct http_request {
	vv_http_server *server;
	http_connection *connection; /* NULL: memory ran out when the connection began */
	struct MHD_Connection *mhd;
	char method[8];
	char *path; /* still encoded, without the query */
	/* the client's address; behind a trusted proxy, the address that the proxy names */
	vv_address client;
	/* the client's address as text */
	char peer[64];
	bool is_known; /* the user was checked: `user` is valid */
	vv_http_user user;
	bool may_write; /* the user may push */
	/* the repository of the routes varve and raw, and of a page; NULL: no repository */
	const http_repository *repository;
	/* for the routes raw and ipfs: the part of path after "raw/", "/ipfs/"; for the route git:
	 * "info/refs", "git-upload-pack" or "git-receive-pack" */
	const char *rest;
	const char *answer_type; /* Content-Type, for http_body_end */
	char git_protocol[96];   /* for the route git: a variable for git's environment */
	/* for a page: base: the beginning of the paths of the repository's URLs, NULL: the part of
	 * path before `below`; below: the rest of the path */
	const char *base, *below;
	const char *allow;  /* the methods that the route allows */
	bool begun;         /* the worker of a POST request was started, and takes the body */
	bool is_form;       /* with `begun`: the body has the fields of a form, for a page */
	bool is_too_many;   /* the client has too many running requests */
	bool closes;        /* the connection is closed after the answer */
	bool may_code;      /* answers of this type may be compressed: they have the header Vary */
	bool is_view;       /* rows are sent instead of the file's bytes */
	const char *coding; /* content coding of the answer: "gzip" or "zstd"; NULL: uncompressed */
	bool shared;        /* pages of the origins in server->o.origins may read the answer */
	unsigned status;    /* status of the queued answer */
	/* for the log: bytes of the bodies received and sent, and the time at which the request
	 * began (vv_monotonic_ms) */
	uint64_t in_bytes, out_bytes, start_ms;
	uint64_t reserved; /* bytes of memory reserved for the request */
	http_stream stream;
	/* an error, for the log; "": no error */
	char problem[VV_MESSAGE_MAX];
	struct http_page_work *page; /* for a page: private data of page.c */
	/* for a GET request of a file: */
	vv_http_file file;
	bool has_file;      /* `file` is open */
	uint64_t from, len; /* the requested range */
	/* for a GET request of a block, a CAR or a UnixFS file: */
	vv_car_source blocks;
	vv_published_files *published; /* NULL: the blocks are in the store */
	vv_store *store;               /* store of the repository that has the block */
	vv_dag_path route;
	vv_car_write_options car;
	vv_published_block found;
	bool is_open; /* pages of all origins may read the answer, as for IPFS gateways */
};

/* Returns the value of the request's header called name, borrowed until the request ends. NULL: no
 * such header. */
const char *http_header(const http_request *q, const char *name);
/* Appends the decoded value of the query's parameter called name to out. Returns false if the query
 * has no such parameter. Sets *bad to true if the value cannot be decoded; else leaves *bad as it
 * is. */
bool http_parameter(const http_request *q, const char *name, vv_buf *out, bool *bad);
bool http_is_get(const http_request *q); /* true for GET and HEAD */

/* Adds the header called name to the response. The value is formatted from fmt, and cut to 767
 * bytes. */
void http_add(struct MHD_Response *response, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Makes a response without a body. NULL: out of memory. */
struct MHD_Response *http_empty(void);
/* Queues the response with this status, and releases it. Returns MHD_NO if response is NULL;
 * libmicrohttpd then closes the connection. */
enum MHD_Result http_send(http_request *q, unsigned status, struct MHD_Response *response);
/* Queues an answer with this status and a line of text, formatted from fmt. */
enum MHD_Result http_say(http_request *q, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Queues an answer for the error: status 404 for VV_ENOTFOUND and VV_EMISSING, 400 for VV_EUSAGE
 * and VV_EINPUT, and 403 for VV_EREFUSED, with the message; 503 for VV_ENOMEM and VV_ELOCKED, and
 * 500 for other codes, without the message. */
enum MHD_Result http_say_error(http_request *q, const vv_error *err);
/* Queues the answer for an error of opening what a URL names: status 413 for VV_EREFUSED (the
 * content is too large), 404 for VV_EUSAGE (the URL is invalid). Other codes are treated as by
 * http_say_error. */
enum MHD_Result http_say_unnamed(http_request *q, const vv_error *err);
void http_log(http_request *q); /* logs the request */

/* Queues an answer with status 405 and the text `what`. The header Allow has q->allow. */
enum MHD_Result http_say_allow(http_request *q, const char *what);

/* Answers an OPTIONS request: the allowed methods, and what pages of other origins may do
 * (CORS). */
enum MHD_Result http_options(http_request *q);

/* Reserves `bytes` bytes of memory until the request ends. Returns 0, or the status for the answer:
 * 413 if this is more than a limit allows (request_memory and memory in vv_http_options), 503 if
 * other requests have reserved the memory. */
unsigned http_reserve(http_request *q, uint64_t bytes);
/* Reserves memory for making rows, as http_reserve does. Returns false if the memory was reserved.
 * Else queues an answer, sets *result to the result of queueing, and returns true. With status 413,
 * the answer ends with `advice`. */
bool http_rows_refused(http_request *q, uint64_t bytes, const char *advice,
		       enum MHD_Result *result);

/* Returns the client and the repository of the request, for a handler. The members are borrowed
 * from q. */
vv_http_call http_call_of(const http_request *q);
/* Adds the header Content-Range to the response, unless range is the whole body. size: the bytes of
 * the whole body. */
void http_add_range(struct MHD_Response *response, const vv_http_range *range, uint64_t size);

/* Starts the stream of q: a worker that calls run(q, ...). with_body: the worker reads the
 * request's body. On failure, sets q->stream.err and returns false. http_stream_finish frees the
 * stream. */
bool http_stream_start(http_request *q, vv_status (*run)(http_request *q, vv_error *err),
		       bool with_body);
/* Chooses the content coding q->coding for a body of this type and size (UINT64_MAX: unknown): one
 * that the client accepts, or NULL. Small bodies, and bodies of a server with a secret, are not
 * compressed. Call this before the stream's first byte. Returns false if bodies of this type are
 * never compressed. */
bool http_choose_coding(http_request *q, const char *type, uint64_t size);
/* Adds the headers for q->coding to the response. */
void http_add_coding(const http_request *q, struct MHD_Response *response);

/* Makes a response whose body is what the worker writes. size is the exact number of bytes, or
 * MHD_SIZE_UNKNOWN. NULL: out of memory. */
struct MHD_Response *http_stream_response(http_request *q, uint64_t size);
/* Writes len bytes of the answer's body, compressed with q->coding. request is an http_request. The
 * worker calls this function. VV_EIO: the client closed the connection. */
vv_status http_stream_out(void *request, const void *bytes, size_t len, vv_error *err);
/* Stops the rings, waits for the end of the worker, and frees the stream. Does nothing without a
 * stream. */
void http_stream_finish(http_request *q);
/* Passes the next piece of the body, of *len bytes, to the worker, and sets *len to 0. Returns
 * MHD_NO if the body is too large. */
enum MHD_Result http_body(http_request *q, const char *bytes, size_t *len);
/* Ends the body, after its last piece, or for a request whose body the worker does not read. Waits
 * for the first byte of the answer, and queues the response, with the type q->answer_type: status
 * 200, or that of http_say_error if the worker failed before it wrote a byte. */
enum MHD_Result http_body_end(http_request *q);
/* Makes a channel for the worker, which reads the request's body and writes the answer's body. The
 * worker closes the channel before it ends. NULL: out of memory. */
vv_channel *http_stream_channel(http_request *q);

#endif
