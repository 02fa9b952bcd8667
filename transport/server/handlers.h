/*
 * handlers: declares the callbacks of the HTTP server. They answer requests of the protocol, open
 * files, make pages, and write the log.
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

/* The client and the repository of a request. Borrowed during the call of a handler. */
typedef struct vv_http_call {
	const char *repository; /* path for opening the repository */
	const vv_env *env;      /* environment for opening the repository */
	const char *user;       /* NULL: anonymous */
	bool may_write;         /* the user may push */
	/* determines which objects branches and tags reach; other objects are not sent */
	vv_reachable *reach;
} vv_http_call;

/* A version of a file, opened by file_open. */
typedef struct vv_http_file {
	/* the handler's own data, for file_write and the other functions; file_close frees it */
	void *handle;
	uint64_t size;
	char etag[64];            /* without quotes */
	char commit[64];          /* value of the header X-Varve-Commit; "": no header */
	const char *content_type; /* static */
	bool fixed;               /* the file at this URL will never change */
} vv_http_file;

/* The parameters of a query for rows of a table (docs/formats/http-api.md), decoded and borrowed. A
 * parameter is NULL if the query does not have it. */
typedef struct vv_http_rows {
	const char *format, *columns, *where, *part, *limit, *misfit, *numbers;
} vv_http_rows;

/* Sends len bytes to the client. VV_EIO: the client closed the connection. */
typedef vv_status (*vv_http_out_fn)(void *out, const void *bytes, size_t len, vv_error *err);

/* A parameter of a query, decoded. */
typedef struct vv_http_parameter {
	const char *name, *value;
} vv_http_parameter;

/* A repository, for the list of a server's repositories. */
typedef struct vv_http_listed {
	const char *name, *path; /* name is used in URLs, path for opening the repository */
	vv_reachable *reach;
} vv_http_listed;

/* A request for a URL that belongs to no other route. The method is GET or HEAD. If the server has
 * a secret, it may also be POST, from one of the server's own pages. Borrowed during the call. */
typedef struct vv_http_ask {
	const char *name; /* the repository's name in URLs; NULL: see listed */
	/* the beginning of the paths of the repository's URLs, encoded: "/NAME"; if the server has
	 * one repository, also "" or "/-" */
	const char *base;
	const char *below; /* the rest of the path, encoded: "", "/", "/data/main/a.csv" */
	/* the parameters in the order of the query; a missing value is "" */
	const vv_http_parameter *parameters;
	size_t parameter_count;
	/* for the top page of a server with several repositories, and for each page of a server
	 * without any: all repositories; else NULL. With `listed`, `name` and the call's repository
	 * are NULL */
	const vv_http_listed *listed;
	size_t listed_count;
	/* the method is POST; `parameters` has those of the query, then the fields of the form in
	 * the request's body */
	bool post;
	const char *host; /* value of the header Host; "": no such header */
	bool secure;      /* the request was received over HTTPS */
	/* time by which the answer should begin, on the clock of vv_monotonic_ms */
	uint64_t until_ms;
	bool (*gone)(void *asker); /* returns true if the client has closed the connection */
	/* Opens the repository at path, a work tree or a Git folder, for this and all later requests
	 * of a server that has none yet. VV_EUSAGE: the server has one. Others: those of
	 * vv_repository_open. */
	vv_status (*open)(void *asker, const char *path, vv_error *err);
	void *asker;
} vv_http_ask;

/* The head of a page. Strings are copied, and have no line breaks. The header of a NULL member is
 * not sent, except for policy. */
typedef struct vv_http_head {
	unsigned status;
	const char *type;
	/* without quotes. If status is 200 and If-None-Match contains this tag, `begin` answers
	 * with 304 */
	const char *etag;
	const char *location; /* the target of a redirect */
	/* value of Content-Security-Policy; NULL: a policy that allows nothing */
	const char *policy;
	const char *download; /* the file name for saving, ASCII without quotes */
	const char *commit;   /* value of X-Varve-Commit */
	bool fixed;           /* the page at this URL will never change */
	bool no_store;        /* no cache may store the page */
	/* seconds for which the client may cache the page; 0: the client asks each time whether it
	 * has changed, unless `fixed` is set */
	unsigned kept_s;
	uint64_t size; /* size of the body; UINT64_MAX: not known in advance */
} vv_http_head;

/* The functions that send a page. The handler calls begin once, and then write with the page's
 * bytes. Both get the member `out` as their argument out. */
typedef struct vv_http_reply {
	/* Sends the head. Sets *wanted to false if only the head is sent (HEAD, status 304, size
	 * 0); the handler then makes no bytes. VV_EIO: the client closed the connection. */
	vv_status (*begin)(void *out, const vv_http_head *head, bool *wanted, vv_error *err);
	vv_http_out_fn write;
	void *out;
} vv_http_reply;

/* The callbacks. The argument payload is answer_payload, file_payload, page_payload or log_payload.
 * The server calls handlers in several threads at once. */
typedef struct vv_http_handlers {
	/* Reads one request of the protocol from line, and writes its answer. A failure is logged.
	 * If no byte was written before the failure, the answer has the status for its code: 404
	 * for VV_ENOTFOUND and VV_EMISSING, 400 for VV_EUSAGE and VV_EINPUT, 403 for VV_EREFUSED,
	 * 503 for VV_ENOMEM and VV_ELOCKED, else 500. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	/* Opens a version of a file, and sets *out. After VV_OK, the server calls file_close with
	 * out->handle. `rest` is "REV/PATH" from the URL, encoded. VV_ENOTFOUND, VV_EUSAGE and
	 * VV_EMISSING become status 404, and VV_EREFUSED becomes status 413, each with the message;
	 * other codes are treated as for answer. If file_open is NULL, the server has no route
	 * "raw". */
	vv_status (*file_open)(void *payload, const vv_http_call *call, const char *rest,
			       vv_http_file *out, vv_error *err);
	/* Makes the data that file_write needs, in at most `memory` bytes. May be slow. Called
	 * before an answer with bytes of the file begins. VV_EREFUSED: more memory is necessary;
	 * the status is 413. VV_ELOCKED: the client's share is used up; the status is 429. May be
	 * NULL. */
	vv_status (*file_prepare)(void *handle, const struct vv_address *client, uint64_t memory,
				  vv_error *err);
	/* Passes the bytes [from, from + len) of the file to fn(out, ...), in order. Runs in a
	 * worker's thread. */
	vv_status (*file_write)(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
				void *out, vv_error *err);
	/* Makes file_write write the rows that the query selects, instead of the file's bytes. Sets
	 * *type to the media type, a static string. VV_EUSAGE and VV_ENOTFOUND become status 400
	 * with the message. file_rows NULL: queries are refused with status 400. */
	vv_status (*file_rows)(void *handle, const vv_http_rows *rows, const char **type,
			       vv_error *err);
	/* Sets *out to the bytes of memory that file_write needs for [from, from + len), after
	 * file_prepare. file_cost NULL: file_write needs little memory. */
	vv_status (*file_cost)(void *handle, uint64_t from, uint64_t len, uint64_t *out,
			       vv_error *err);
	void (*file_close)(void *handle);
	/* Makes the page that `ask` requests, and sends it with `reply`. Runs in a worker's thread.
	 * A failure before reply->begin becomes the answer, with the same status as for file_open.
	 * page NULL: the server has no pages. */
	vv_status (*page)(void *payload, const vv_http_call *call, const vv_http_ask *ask,
			  const vv_http_reply *reply, vv_error *err);
	/* makes the bytes of published versions, for UnixFS; borrowed until the server is stopped.
	 * NULL: the server has no UnixFS files */
	const vv_file_maker *files;
	/* Logs a request, or that a changed file of users is not used. line is escaped, and has no
	 * newline. May be NULL. */
	void (*log)(void *payload, const char *line);
	void *answer_payload, *file_payload, *page_payload, *log_payload;
} vv_http_handlers;

#endif
