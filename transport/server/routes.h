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

/* Handle a POST request. Call http_varve_begin after the head (*more true: a body follows),
 * http_varve_body for each piece of the body, and http_varve_end after the last piece. */
enum MHD_Result http_varve_begin(http_request *q, bool *more);
enum MHD_Result http_varve_body(http_request *q, const char *bytes, size_t *len);
enum MHD_Result http_varve_end(http_request *q);

/* Answers a GET request of a file (raw), of a page, or of the gateway; rest: the path after
 * "/ipfs/". */
enum MHD_Result http_raw(http_request *q);
enum MHD_Result http_page(http_request *q);
void http_page_end(http_request *q); /* call this after the stream of the page has ended */
enum MHD_Result http_gateway(http_request *q, const char *rest);

#endif
