/*
 * channel: makes channels (transport/line/channel.h) over HTTP.
 */
#ifndef VV_TRANSPORT_HTTP_CHANNEL_H
#define VV_TRANSPORT_HTTP_CHANNEL_H

#include "base/error.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Makes a channel that sends POST requests to <url>/varve; for a push (o->write), to
 * <url>/varve?push=1. Nothing is sent before the first request. o->repo and the environment are
 * borrowed until the channel is closed. VV_ENOSUPPORT: libcurl is not installed. */
vv_status vv_channel_http(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			  vv_error *err);

#endif
