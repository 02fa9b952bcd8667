/*
 * handlers: callbacks for the work of the HTTP server: answer a request of the protocol, open a
 * file, make a page, log.
 */
#ifndef VV_TRANSPORT_SERVER_HANDLERS_H
#define VV_TRANSPORT_SERVER_HANDLERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/objects/file_maker.h"
#include "repo/known/reachable.h"
#include "transport/line/channel.h"

struct vv_address;

/* The client and its request. Borrowed during the call. */
typedef struct vv_http_call {
	const char *repository; /* the path to open it at */
	const vv_env *env;      /* and in which environment */
	const char *user;       /* NULL: anonymous */
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

/* The rows of a table that a query requests; NULL: not in the query. Borrowed. */
typedef struct vv_http_rows {
	const char *format, *columns, *where, *part, *limit, *misfit, *numbers;
} vv_http_rows;

/* VV_EIO: the client has gone. */
typedef vv_status (*vv_http_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

/* A name and value of a query, decoded. */
typedef struct vv_http_parameter {
	const char *name, *value;
} vv_http_parameter;

/* A repository of a server of several. */
typedef struct vv_http_listed {
	const char *name, *path; /* in URLs, to open it at */
	vv_reachable *reach;
} vv_http_listed;

/* A GET or HEAD, or with the server's secret a POST from one of its own pages, at an address of no other route. Borrowed. */
typedef struct vv_http_ask {
	const char *name;  /* the repository's, in URLs */
	const char *base;  /* where its addresses begin, encoded: "/NAME", or "" for a single one */
	const char *below; /* the rest of the path, encoded: "", "/", "/data/main/a.csv" */
	/* in the order of the query; a missing value is "" */
	const vv_http_parameter *parameters;
	size_t parameter_count;
	const vv_http_listed *listed; /* all repositories, at the top of a server of several: then
				       * `name` is NULL, and so is the call's repository */
	size_t listed_count;
	bool post;                 /* its body is not read: parameters contain the request */
	const char *accept, *host; /* headers; "" if they are not there */
	bool secure;               /* https */
	uint64_t until_ms;         /* when the answer must have begun, on vv_monotonic_ms's clock */
	bool (*gone)(void *asker); /* has the client closed the connection? */
	void *asker;
} vv_http_ask;

/* The head of a page. Strings are copied; NULL: none. */
typedef struct vv_http_head {
	unsigned status;
	const char *type;
	const char *etag;     /* without quotes; where If-None-Match names it, begin answers 304 */
	const char *location; /* of a redirect */
	const char *policy;   /* Content-Security-Policy; NULL: nothing is allowed */
	const char *download; /* a name for the file to be saved, ASCII without quotes */
	const char *commit;   /* X-Varve-Commit */
	bool fixed;           /* this address will never name anything else */
	bool no_store;        /* no cache may keep it */
	/* seconds for which the client may cache it; 0: it revalidates each time */
	unsigned kept_s;
	bool shared;   /* pages of other origins may read it, as --cors allows */
	uint64_t size; /* of the body; UINT64_MAX: not known before */
} vv_http_head;

/* How a page is given: begin once, then its bytes. */
typedef struct vv_http_reply {
	/* *wanted false: only the head is sent (HEAD, 304), so no bytes need be made. VV_EIO: the
	 * client closed the connection. */
	vv_status (*begin)(void *out, const vv_http_head *head, bool *wanted, vv_error *err);
	vv_http_out_fn write;
	void *out;
} vv_http_reply;

typedef struct vv_http_handlers {
	/* Reads one request from line and writes its answer. Its failure is logged; if nothing was
	 * written it becomes the answer, with status 500. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	/* rest: "REV/PATH" from the URL, still encoded. VV_ENOTFOUND and VV_EUSAGE are 404,
	 * VV_EMISSING is 404 as well, with the message, VV_EREFUSED is 413. NULL: no route raw. */
	vv_status (*file_open)(void *payload, const vv_http_call *call, const char *rest,
			       vv_http_file *out, vv_error *err);
	/* Called before the status of an answer with bytes of the file, to make data that must exist first, which may
	 * be slow, with at most this memory. VV_EREFUSED: it needs more, 413. VV_ELOCKED: the client's share is used
	 * up, 429. NULL: not needed. */
	vv_status (*file_prepare)(void *handle, const struct vv_address *client, uint64_t memory,
				  vv_error *err);
	vv_status (*file_write)(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
				void *out, vv_error *err);
	/* Makes these rows the file's content, of unknown size. *type: their format; static. VV_EUSAGE,
	 * VV_ENOTFOUND: 400, with the message. NULL: not supported. */
	vv_status (*file_rows)(void *handle, const vv_http_rows *rows, const char **type,
			       vv_error *err);
	/* Bytes of memory that writing this part takes at once, after file_prepare. NULL: few. */
	vv_status (*file_cost)(void *handle, uint64_t from, uint64_t len, uint64_t *out,
			       vv_error *err);
	void (*file_close)(void *handle);
	/* Runs in a worker's thread. A failure before begin becomes the answer as file_open's does.
	 * NULL: no pages. */
	vv_status (*page)(void *payload, const vv_http_call *call, const vv_http_ask *ask,
			  const vv_http_reply *reply, vv_error *err);
	/* The bytes of versions that were published, for UnixFS. NULL: none is served. Borrowed as
	 * long as the server runs. */
	const vv_file_maker *files;
	/* One line for each request, without a newline and already escaped. */
	void (*log)(void *payload, const char *line);
	void *answer_payload, *file_payload, *page_payload, *log_payload;
} vv_http_handlers;

#endif
