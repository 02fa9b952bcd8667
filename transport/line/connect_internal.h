/*
 * connect_internal: what the kinds of lines share with connect.c.
 */
#ifndef VV_TRANSPORT_LINE_CONNECT_INTERNAL_H
#define VV_TRANSPORT_LINE_CONNECT_INTERNAL_H

#include "transport/line/connect.h"

/* A setting of o->repo, or of the user and the system; owned by the caller. VV_ENOTFOUND when
 * it is not set (err is then cleared). */
vv_status vv_connect_setting(char **out, const vv_connect_options *o, const char *key,
			     vv_error *err);

/* POSTs to <url>/varve (http/channel.c); nothing is sent before the first request. */
vv_status vv_channel_http(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			  vv_error *err);

#endif
