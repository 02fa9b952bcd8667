/*
 * web_ask: sends one request to an IPFS service over HTTP, and reads a short answer.
 *
 * Git's http.* settings apply. Redirects are not followed. If the service asks for a delay (429 or
 * 503 with Retry-After), the request is sent again after it, if the request can be repeated.
 */
#ifndef VV_TRANSPORT_IPFS_WEB_ASK_H
#define VV_TRANSPORT_IPFS_WEB_ASK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

typedef struct vv_web_ask {
	const vv_url *url; /* URL of the service, http or https */
	/* appended to the URL's path, with the query: "/api/v0/pin/ls?arg=..." */
	const char *below;
	const char *accept; /* NULL: anything */
	bool post;
	/* Reads the next bytes of a POST's body. Returns the number of bytes, at least one; 0 at
	 * the end. NULL: no body. content_type: the value of the header. */
	ssize_t (*give)(void *payload, void *out, size_t len, vv_error *err);
	void *payload;
	const char *content_type;
	size_t answer_max;
} vv_web_ask;

/* Sends the request. *status: the HTTP status. answer: the body, for every status. VV_EREFUSED: the
 * body is larger than answer_max. Failures of `give` are returned. */
vv_status vv_web_ask_run(const vv_web_ask *a, const vv_connect_options *o, unsigned *status,
			 vv_buf *answer, vv_error *err);

#endif
