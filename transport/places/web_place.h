/*
 * web_place: files that a web server gives, to be read: a bucket's public address, a CDN, pages of a Git host.
 *
 * Nothing can be put or listed there. One range a request; a server that knows none gives all of a file.
 */
#ifndef VV_TRANSPORT_PLACES_WEB_PLACE_H
#define VV_TRANSPORT_PLACES_WEB_PLACE_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

/* connect is used for the settings only, while it is opened. VV_ENOTFOUND: it has no mark. */
vv_status vv_web_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			    const vv_connect_options *connect, vv_error *err);

#endif
