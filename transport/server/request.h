/*
 * request: one request to the HTTP server: its head, its answer, and bytes on their way between the
 * connection's thread and a worker's.
 */
#ifndef VV_TRANSPORT_SERVER_REQUEST_H
#define VV_TRANSPORT_SERVER_REQUEST_H

#include <microhttpd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ring.h"
#include "base/thread.h"
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

/* The answer of a worker, and the body that it reads. */
typedef struct http_stream {
	vv_worker *worker;
	vv_ring *in, *out; /* in: only for POST */
	vv_status (*run)(http_request *q, vv_error *err);
	vv_squeeze *squeeze; /* compresses the output; NULL: uncompressed */
	vv_status rc;        /* when the worker has been joined, or out ended */
	vv_error err;
} http_stream;

struct http_request {
	vv_http_server *server;
	http_connection *connection; /* NULL: out of memory when it began */
	struct MHD_Connection *mhd;
	char method[8];
	char *path;        /* still encoded, without the query */
	vv_address client; /* its address, behind a proxy that is trusted */
	char peer[64];
	bool is_known; /* user */
	vv_http_user user;
	bool may_write;
	const http_repository *repository; /* POST and raw */
	const char *rest;                  /* raw: after "raw/", in path */
	const char *base, *below; /* page: where the repository's addresses begin; the rest */
	const char *allow;        /* the methods of its route */
	bool begun;               /* the head has been judged */
	bool is_too_many;         /* its client has too many under way */
	bool closes;              /* the connection, with the answer */
	bool may_code;            /* the answer would be compressed for clients that accept it */
	bool is_view;             /* rows are sent, not the file's bytes */
	const char *coding;       /* of the body: "gzip", "zstd", or NULL */
	bool shared;              /* pages of other origins may read the answer */
	unsigned status;
	uint64_t in_bytes, out_bytes, start_ms;
	uint64_t reserved; /* bytes of the server's */
	http_stream stream;
	char problem[VV_MESSAGE_MAX]; /* for the log: an error after the head */
	struct http_page_work *page;  /* of a page: page.c's */
	/* GET of a file */
	vv_http_file file;
	bool has_file;
	uint64_t from, len;
	/* GET of a block, a CAR, a UnixFS file */
	vv_car_source blocks;
	vv_published_files *published; /* NULL: blocks are the store's */
	vv_store *store;               /* of the repository that has it */
	vv_dag_path route;
	vv_car_write_options car;
	vv_published_block found;
	bool is_open; /* any page may read it, as gateways of IPFS have it */
};

const char *http_header(const http_request *q, const char *name); /* NULL: not there */
/* A parameter, decoded and appended; false: not there. *bad: it cannot be decoded. */
bool http_parameter(const http_request *q, const char *name, vv_buf *out, bool *bad);
bool http_is_get(const http_request *q); /* GET or HEAD */

void http_add(struct MHD_Response *response, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Without a body; NULL: out of memory. */
struct MHD_Response *http_empty(void);
enum MHD_Result http_send(http_request *q, unsigned status, struct MHD_Response *response);
/* An answer that is a line of text. */
enum MHD_Result http_say(http_request *q, unsigned status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
enum MHD_Result http_say_error(http_request *q, const vv_error *err);
/* The answer for an error of an address: 413 if its content is refused for its size, 404 for an invalid
 * address. */
enum MHD_Result http_say_unnamed(http_request *q, const vv_error *err);
/* For the log, unless the client has gone. */
void http_note_problem(http_request *q, const vv_error *err);
void http_log(http_request *q);

/* 405, with the methods that there are. */
enum MHD_Result http_say_allow(http_request *q, const char *what);

/* OPTIONS: the methods that there are, and what pages of other origins may do. */
enum MHD_Result http_options(http_request *q);

/* So much memory for the request, until it ends. 0, or the status to answer with: it is too much at
 * all (413), or now (503). */
unsigned http_reserve(http_request *q, uint64_t bytes);
/* The same, for rows that are made. True: an answer was queued instead, which ends in advice. */
bool http_rows_refused(http_request *q, uint64_t bytes, const char *advice,
		       enum MHD_Result *result);

/* The client, and the repository. */
vv_http_call http_call_of(const http_request *q);
/* Content-Range, if there is one. */
void http_add_range(struct MHD_Response *response, const vv_http_range *range, uint64_t size);

/* Starts the worker; false with q->stream.err set. */
bool http_stream_start(http_request *q, vv_status (*run)(http_request *q, vv_error *err),
		       bool with_body);
/* Is a body of this type and size (UINT64_MAX: not known) to be compressed for this client? Sets coding.
 * Before the stream's first byte. False: the type is never compressed. */
bool http_choose_coding(http_request *q, const char *type, uint64_t size);
/* The headers for the result of http_choose_coding. */
void http_add_coding(const http_request *q, struct MHD_Response *response);

/* From here on the stream's bytes are the answer's body; size MHD_SIZE_UNKNOWN or what will
 * come exactly. NULL: out of memory. */
struct MHD_Response *http_stream_response(http_request *q, uint64_t size);
vv_status http_stream_out(void *request, const void *bytes, size_t len, vv_error *err);
void http_stream_finish(http_request *q);         /* breaks it off if need be, joins, frees */
vv_channel *http_stream_channel(http_request *q); /* for the worker; NULL: out of memory */

#endif
