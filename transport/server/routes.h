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
/* Passes the next piece of the body, of *len bytes, to the worker, and sets *len to 0. Returns
 * MHD_NO if the body is too large. */
enum MHD_Result http_varve_body(http_request *q, const char *bytes, size_t *len);
/* Ends the request, after the last piece of the body. Waits for the first byte of the answer, and
 * queues the response. */
enum MHD_Result http_varve_end(http_request *q);

/* Answers a GET or HEAD request for a file (route "raw"). */
enum MHD_Result http_raw(http_request *q);
/* Answers a request for a page, which is made in a stream (request.h). The method is GET or HEAD;
 * POST is allowed as vv_http_ask describes (handlers.h). */
enum MHD_Result http_page(http_request *q);
/* Frees q->page. Call this after the stream of the page has ended. */
void http_page_end(http_request *q);
/* Answers a GET or HEAD request to the gateway. rest: the path after "/ipfs/", encoded. */
enum MHD_Result http_gateway(http_request *q, const char *rest);

#endif
