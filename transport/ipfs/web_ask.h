/*
 * web_ask: sends one request to an IPFS service over HTTP, and reads a short answer.
 *
 * Git's http.* settings apply. Redirects are not followed. If the service requests a delay (429 or
 * 503 with Retry-After), a request without `give` is sent again after the delay.
 */
#ifndef VV_TRANSPORT_IPFS_WEB_ASK_H
#define VV_TRANSPORT_IPFS_WEB_ASK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* A request. */
typedef struct vv_web_ask {
	const vv_url *url; /* URL of the service, http or https */
	/* appended to the URL's path, with the query: "/api/v0/pin/ls?arg=..." */
	const char *below;
	const char *header; /* an additional header line; NULL: no such line */
	bool post;          /* the method is POST; false: GET */
	/* Writes the next bytes of the body of a POST to out. Returns the number of bytes, at least
	 * one, 0 at the end, or a negative status. NULL: no body. */
	ssize_t (*give)(void *payload, void *out, size_t len, vv_error *err);
	void *payload;
	size_t answer_max; /* most bytes of the answer's body */
} vv_web_ask;

/* Sends the request a. Sets *status to the HTTP status, and the content of answer to the body, with
 * any status. VV_EREFUSED: the body is larger than answer_max. Other errors are those of `give` and
 * of the transfer. */
vv_status vv_web_ask_run(const vv_web_ask *a, const vv_connect_options *o, unsigned *status,
			 vv_buf *answer, vv_error *err);

#endif
