/*
 * connect_internal: what the kinds of lines share with connect.c.
 */
#ifndef VV_TRANSPORT_LINE_CONNECT_INTERNAL_H
#define VV_TRANSPORT_LINE_CONNECT_INTERNAL_H

#include "transport/line/connect.h"

/* POSTs to <url>/varve (http/channel.c); nothing is sent before the first request. */
vv_status vv_channel_http(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			  vv_error *err);

#endif
