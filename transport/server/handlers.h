/*
 * handlers: declares the callbacks of the HTTP server, which answer requests of the protocol, open
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

/* The client and the repository of a request. Borrowed during the call. */
typedef struct vv_http_call {
	const char *repository; /* path for opening the repository */
	const vv_env *env;      /* environment for opening the repository */
	const char *user;       /* NULL: anonymous */
	const char *peer;       /* the client's address, for messages */
	bool may_write;         /* the user may push */
	/* determines the objects that are reachable from branches and tags; other objects are not
	 * sent */
	vv_reachable *reach;
} vv_http_call;

/* A version of a file, opened by file_open. */
typedef struct vv_http_file {
	void *handle; /* the handler's own data, for file_write and the other functions */
	uint64_t size;
	char etag[64];            /* without quotes */
	char commit[64];          /* value of the header X-Varve-Commit; "": no header */
	const char *content_type; /* static */
	bool fixed;               /* the file at this URL will never change */
} vv_http_file;

/* The parameters of a query for rows of a table (docs/formats/http-api.md), borrowed. A parameter
 * is NULL if the query does not have it. */
typedef struct vv_http_rows {
	const char *format, *columns, *where, *part, *limit, *misfit, *numbers;
} vv_http_rows;

/* Sends bytes to the client. VV_EIO: the client closed the connection. */
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

/* A GET or HEAD request (or, if the server has a secret, a POST request from one of the server's
 * own pages) for a URL that belongs to no other route. Borrowed. */
typedef struct vv_http_ask {
	const char *name; /* the repository's name in URLs */
	/* the beginning of the paths of the repository's URLs, encoded: "/NAME", or "" if the
	 * server has one repository */
	const char *base;
	const char *below; /* the rest of the path, encoded: "", "/", "/data/main/a.csv" */
	/* the parameters in the order of the query; a missing value is "" */
	const vv_http_parameter *parameters;
	size_t parameter_count;
	/* for the top page of a server with several repositories: all repositories; `name` and the
	 * call's repository are then NULL */
	const vv_http_listed *listed;
	size_t listed_count;
	/* a POST request, whose body is not read, because the parameters contain the request */
	bool post;
	const char *accept, *host; /* values of the headers Accept and Host; "": no such header */
	bool secure;               /* the request was received over HTTPS */
	/* time by which the answer should begin, on the clock of vv_monotonic_ms */
	uint64_t until_ms;
	bool (*gone)(void *asker); /* returns true if the client has closed the connection */
	void *asker;
} vv_http_ask;

/* The head of a page. Strings are copied; NULL means that the header is not sent. */
typedef struct vv_http_head {
	unsigned status;
	const char *type;
	/* without quotes; if If-None-Match contains this tag, begin answers with 304 */
	const char *etag;
	const char *location; /* the target of a redirect */
	/* value of Content-Security-Policy; NULL: a policy that allows nothing */
	const char *policy;
	const char *download; /* the file name for saving, ASCII without quotes */
	const char *commit;   /* value of X-Varve-Commit */
	bool fixed;           /* the page at this URL will never change */
	bool no_store;        /* no cache may store the page */
	/* seconds for which the client may cache the page; 0: the client revalidates each time */
	unsigned kept_s;
	/* pages of other origins may read the page, if --cors allows these origins */
	bool shared;
	uint64_t size; /* size of the body; UINT64_MAX: not known in advance */
} vv_http_head;

/* The functions that send a page. Call begin once, and then write with the page's bytes; pass `out`
 * to both. */
typedef struct vv_http_reply {
	/* Sends the head. Sets *wanted to false if only the head is sent (HEAD, 304), so that the
	 * page's bytes need not be made. VV_EIO: the client closed the connection. */
	vv_status (*begin)(void *out, const vv_http_head *head, bool *wanted, vv_error *err);
	vv_http_out_fn write;
	void *out;
} vv_http_reply;

/* The callbacks. payload is the member of the group: answer_payload, file_payload, page_payload or
 * log_payload. */
typedef struct vv_http_handlers {
	/* Reads one request of the protocol from line, and writes its answer. A failure is logged;
	 * if no byte was written, the failure becomes the answer, with status 500. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	/* Opens a version of a file, and sets *out. `rest` is "REV/PATH" from the URL, encoded.
	 * VV_ENOTFOUND and VV_EUSAGE become status 404, VV_EMISSING status 404 with the message,
	 * and VV_EREFUSED status 413. If file_open is NULL, the server has no route "raw". */
	vv_status (*file_open)(void *payload, const vv_http_call *call, const char *rest,
			       vv_http_file *out, vv_error *err);
	/* Makes the data that file_write needs, which may be slow, in at most `memory` bytes.
	 * Called before the status of an answer with bytes of the file is sent. VV_EREFUSED, which
	 * becomes status 413: more memory is necessary. VV_ELOCKED, which becomes status 429: the
	 * client's share is used up. May be NULL. */
	vv_status (*file_prepare)(void *handle, const struct vv_address *client, uint64_t memory,
				  vv_error *err);
	/* Passes the bytes [from, from + len) of the file to fn. */
	vv_status (*file_write)(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn,
				void *out, vv_error *err);
	/* Makes file_write write the rows that the query selects, instead of the file's bytes; the
	 * size is then unknown. Sets *type to the media type, a static string. VV_EUSAGE and
	 * VV_ENOTFOUND become status 400 with the message. NULL: not supported. */
	vv_status (*file_rows)(void *handle, const vv_http_rows *rows, const char **type,
			       vv_error *err);
	/* Sets *out to the bytes of memory that file_write needs for [from, from + len) after
	 * file_prepare. NULL: file_write needs little memory. */
	vv_status (*file_cost)(void *handle, uint64_t from, uint64_t len, uint64_t *out,
			       vv_error *err);
	void (*file_close)(void *handle);
	/* Makes the page that `ask` requests, and sends it with reply. Called in a worker's thread.
	 * A failure before reply->begin becomes the answer, with the status as for file_open. NULL:
	 * the server has no pages. */
	vv_status (*page)(void *payload, const vv_http_call *call, const vv_http_ask *ask,
			  const vv_http_reply *reply, vv_error *err);
	/* Makes the bytes of published versions, for UnixFS. Borrowed until the server is stopped.
	 * NULL: the server has no UnixFS files. */
	const vv_file_maker *files;
	/* Logs a request: line is escaped, and has no newline. */
	void (*log)(void *payload, const char *line);
	void *answer_payload, *file_payload, *page_payload, *log_payload;
} vv_http_handlers;

#endif
