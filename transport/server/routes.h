/*
 * routes: answers requests to the routes of the HTTP server (server.h). Each function queues its
 * response. Internal.
 */
#ifndef VV_TRANSPORT_SERVER_ROUTES_H
#define VV_TRANSPORT_SERVER_ROUTES_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "transport/server/request.h"

/* Begins a request of the protocol. Call this after the head. Sets *more to true if the route
 * accepts the request, whose body follows; if false, the response is already queued. */
enum MHD_Result http_varve_begin(http_request *q, bool *more);
/* Passes the next piece of the body, of *len bytes, to the worker, and sets *len to 0. */
enum MHD_Result http_varve_body(http_request *q, const char *bytes, size_t *len);
/* Ends the request. Call this after the last piece of the body. */
enum MHD_Result http_varve_end(http_request *q);

/* Answers a GET request of a file (route "raw"). */
enum MHD_Result http_raw(http_request *q);
/* Answers a GET request of a page, which is made in a stream (request.h). */
enum MHD_Result http_page(http_request *q);
/* Frees q->page. Call this after the stream of the page has ended. */
void http_page_end(http_request *q);
/* Answers a GET request to the gateway. rest: the path after "/ipfs/". */
enum MHD_Result http_gateway(http_request *q, const char *rest);

#endif
