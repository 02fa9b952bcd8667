/*
 * connect: from a URL to a channel.
 */
#ifndef VV_TRANSPORT_PROTOCOL_CONNECT_H
#define VV_TRANSPORT_PROTOCOL_CONNECT_H

#include "base/error.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* VV_EUSAGE (the URL), VV_ENOTFOUND (no such repository, host, key, program),
 * VV_EREFUSED (host key, authentication), VV_EIO. */
vv_status vv_connect(vv_channel **out, const vv_url *url, const vv_connect_options *o,
		     vv_error *err);

#endif
