/*
 * connect: opens a channel to the repository at a URL.
 */
#ifndef VV_TRANSPORT_PROTOCOL_CONNECT_H
#define VV_TRANSPORT_PROTOCOL_CONNECT_H

#include "base/error.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

/* Opens a channel to the repository at the URL, and reads the greeting. VV_EUSAGE: the URL is
 * invalid. VV_ENOTFOUND: no such repository, host, key or program. VV_EREFUSED: the host's key or
 * the login was not accepted. VV_EIO: the connection failed. */
vv_status vv_connect(vv_channel **out, const vv_url *url, const vv_connect_options *o,
		     vv_error *err);

#endif
