/*
 * url_secret: protects a server for one person by a secret in the URL (parameter "secret").
 *
 * The answer to a URL with the secret sets a cookie (HttpOnly, SameSite=Strict, named after the
 * port), and redirects to the URL without parameters. All other URLs require the cookie, and must
 * not have a wrong secret. So other users of the machine cannot send requests, even if they know
 * the port. The URL that is passed to a browser as an argument has a second secret, because other
 * users can see the arguments of a program. The second secret is valid only once.
 */
#ifndef VV_TRANSPORT_SERVER_URL_SECRET_H
#define VV_TRANSPORT_SERVER_URL_SECRET_H

#include <stdbool.h>

#include "transport/server/request.h"

/* Checks the secret or the cookie of the request q. Returns true if the request may continue, or if
 * the server has no secret. Else queues an answer, which is the redirect or a refusal, and sets
 * *result to the result of queueing. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
