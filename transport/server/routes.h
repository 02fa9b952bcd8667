/*
 * routes: answers requests to the routes of the HTTP server (server.h). Each function queues its
 * response. MHD_NO: no response was queued, and libmicrohttpd closes the connection. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_ROUTES_H
#define VV_TRANSPORT_SERVER_ROUTES_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "transport/server/request.h"

/* Begins a request of the protocol, when its head was received. Sets *more to true if the request
 * is accepted: its body then follows. Sets *more to false if the response is already queued. */
enum MHD_Result http_varve_begin(http_request *q, bool *more);
/* Returns `below`, the part of a path after the repository, as a constant, if it is a place of git:
 * "info/refs", "git-upload-pack" or "git-receive-pack"; else NULL. */
const char *http_git_words(const char *below);
/* Answers plain git at such a place: reading only, with the program git. *more is as for
 * http_varve_begin. */
enum MHD_Result http_git(http_request *q, bool *more);

/* Answers a GET or HEAD request for a file (route "raw"). */
enum MHD_Result http_raw(http_request *q);
/* Answers a request for a page, which is made in a stream (request.h). The method is GET or HEAD;
 * POST is allowed as vv_http_ask describes (handlers.h). */
enum MHD_Result http_page(http_request *q);
/* Begins a POST request for a page. Sets *more to true if the page may be posted to: then pass each
 * part of the body to http_form_body, and call http_page at its end. Else answers the request. */
enum MHD_Result http_form_begin(http_request *q, bool *more);
enum MHD_Result http_form_body(http_request *q, const char *bytes, size_t *len);
/* Frees q->page. Call this after the stream of the page has ended. */
void http_page_end(http_request *q);
/* Answers a GET or HEAD request to the gateway. rest: the path after "/ipfs/", encoded. */
enum MHD_Result http_gateway(http_request *q, const char *rest);

#endif
