/*
 * url_secret: a server for one person: the secret in the URL that he opens becomes a cookie at once.
 *
 * No other user of the machine can ask, even with the port: everything but that first address, on
 * every route, wants the cookie (HttpOnly, SameSite=Strict, named after the port). The redirect takes the
 * secret out of the address. A second secret may let in once: a program's arguments, with which a browser
 * is started, can be seen by others.
 */
#ifndef VV_TRANSPORT_SERVER_URL_SECRET_H
#define VV_TRANSPORT_SERVER_URL_SECRET_H

#include "transport/server/request.h"

#define VV_URL_SECRET "secret" /* the parameter */

/* May this request go on? False: an answer was queued. */
bool http_url_secret(http_request *q, enum MHD_Result *result);

#endif
