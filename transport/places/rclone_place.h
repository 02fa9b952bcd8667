/*
 * rclone_place: what the program rclone reaches: rclone:REMOTE:PATH, with a remote of rclone's own configuration.
 *
 * Each request is a run of the program. It may write anywhere that its user may: so such a URL comes from the user's own
 * settings, never from a file of the repository.
 */
#ifndef VV_TRANSPORT_PLACES_RCLONE_PLACE_H
#define VV_TRANSPORT_PLACES_RCLONE_PLACE_H

#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/places/place.h"

/* make: it is marked, if it is not. VV_ENOTFOUND: it has no mark. VV_EPROGRAM: there is no rclone. */
vv_status vv_rclone_place_open(vv_place *out, const vv_url *url, const vv_place_facts *facts,
			       const vv_connect_options *connect, bool make, vv_error *err);

#endif
