/*
 * handlers: what the HTTP server has others do: answer a request of the protocol, give a file, log.
 */
#ifndef VV_TRANSPORT_SERVER_HANDLERS_H
#define VV_TRANSPORT_SERVER_HANDLERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/transfer/reachable.h"
#include "transport/line/channel.h"

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

#endif
