/*
 * s3_place: a bucket of an S3 store, or what is below a prefix in one (s3_url.h has the URLs).
 *
 * Objects are called as the files of a folder are, behind the prefix; one of them marks it. Each is
 * written by one PUT. What has one endpoint is taken to fail together.
 */
#ifndef VV_TRANSPORT_PLACES_S3_PLACE_H
#define VV_TRANSPORT_PLACES_S3_PLACE_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

/* connect is copied; what it points to is used as long as the place is, where keys end and are asked for anew. make: the mark is written if it is not there.
 * VV_EUSAGE: the URL makes no sense; VV_ENOTFOUND: no credentials, no host, or no mark; VV_EIO: the store does not
 * let us. */
vv_status vv_s3_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			   const vv_connect_options *connect, bool make, vv_error *err);

#endif
